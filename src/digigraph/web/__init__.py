"""HTTP: parse a request, call what answers it, reply."""
