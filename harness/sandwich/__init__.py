"""A gateway between our client and our upstream: both ends are known, so what happens in the middle can be judged.

The upstream serves all four dialects on one port and knows each session by the mark in its prompt; the client asks,
and reads as a careful client does. What went over both wires is kept as exchanges, byte by byte, with times.
"""
