"""Scenarios: how an answer ends."""
