"""Faults of the event stream: its bytes, lines and blocks, and single events in any dialect."""
