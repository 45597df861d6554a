"""Reports in the formats that people and programs read: one file, one format."""
