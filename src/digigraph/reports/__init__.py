"""Findings as reports: one pure function, one file, per format."""
