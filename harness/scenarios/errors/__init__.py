"""Scenarios: upstreams that refuse."""
