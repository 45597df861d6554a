"""A small chat agent that looks up the weather."""
