"""Scenarios: thought."""
