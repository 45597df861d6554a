"""Scenarios on text."""
