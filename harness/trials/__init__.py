"""Rare and legal streams for a client program: it must neither crash nor lose what was said."""
