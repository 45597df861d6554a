"""Reports on the result of a conformance run: one file, one format."""
