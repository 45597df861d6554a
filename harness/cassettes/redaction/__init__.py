"""Hiding secrets before the first byte of a recording reaches the disk, and looking once more afterwards."""
