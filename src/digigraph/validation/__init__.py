"""Check what was read and built; every finding knows the line of the fact that is to blame."""
