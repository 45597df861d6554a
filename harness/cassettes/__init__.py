"""Cassettes: what a recording is, how it is written, redacted, matched and paced."""
