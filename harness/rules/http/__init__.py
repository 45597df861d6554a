"""Rules on HTTP: head, mode, status, error bodies, and how a body ends."""
