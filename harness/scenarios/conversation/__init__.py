"""Scenarios: history."""
