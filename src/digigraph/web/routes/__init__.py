"""One file a feature, one blueprint a file; none imports another."""
