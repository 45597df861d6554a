"""Scenarios on tools."""
