"""Changes that keep a stream conforming: whoever calls one an error is wrong."""
