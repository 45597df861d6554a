"""Hypothesis strategies for streams, conversations and requests: what any upstream might send, and any client ask."""
