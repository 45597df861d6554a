"""Scenarios: what a model says."""
