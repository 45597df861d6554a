"""Faults of Chat Completions streams: what their chunks say."""
