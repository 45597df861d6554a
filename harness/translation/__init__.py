"""The translation engine: requests one way, answers the other, between any client's and any upstream's dialect."""
