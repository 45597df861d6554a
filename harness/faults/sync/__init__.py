"""Faults of whole JSON answers: a Chat completion or a Response that was not streamed."""
