"""Hold snapshots and answer queries."""
