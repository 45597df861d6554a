"""Sockets, files, processes and the clock: everything that touches the world."""
