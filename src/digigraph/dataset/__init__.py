"""Build the dataset: what was read, as quads that each know where they come from."""
