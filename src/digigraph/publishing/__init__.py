"""What readers are offered, free of HTTP: functions take a Backend and return values."""
