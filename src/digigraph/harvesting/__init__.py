"""The harvester: asks a server of anybody what harvesters ask, and says what it keeps and what it does not."""
