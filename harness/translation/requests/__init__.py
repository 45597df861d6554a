"""Requests: from a client's dialect into neutral words, and from these to an upstream's dialect."""
