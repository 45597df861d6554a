"""Scenarios on endings."""
