"""Scenarios: what is watched beside the bytes."""
