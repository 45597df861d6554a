"""Scenarios: token counts."""
