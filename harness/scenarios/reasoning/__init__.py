"""Scenarios on reasoning."""
