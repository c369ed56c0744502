"""Read the files of a project, or of anybody, each value with its place; malformed input becomes located findings."""
