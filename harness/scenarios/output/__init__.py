"""Scenarios: other things than text in an answer."""
