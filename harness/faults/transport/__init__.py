"""Faults of the connection and its times: what any HTTP stream can suffer, whatever it says."""
