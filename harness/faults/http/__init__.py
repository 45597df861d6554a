"""Faults of the answer around the stream: status, fields, media types, bodies of errors."""
