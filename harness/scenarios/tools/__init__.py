"""Scenarios: calls of the client's tools."""
