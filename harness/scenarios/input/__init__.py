"""Scenarios: what a client sends."""
