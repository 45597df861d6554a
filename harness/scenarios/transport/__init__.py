"""Scenarios: upstreams that break."""
