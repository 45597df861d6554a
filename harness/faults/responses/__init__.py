"""Faults of Responses streams: what their events say, and in which order."""
