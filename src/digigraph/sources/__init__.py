"""Read a project's files into records; malformed input becomes located findings."""
