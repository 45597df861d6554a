"""Ids that follow from a seed: the same session gives the same ids, so a replay gives the same bytes."""

from __future__ import annotations

import base64
import hashlib


class SeededMint:
    """Ids made of a seed and a counter. Implements `harness.clock.Mint`.

    Args:
        seed: Any bytes that tell one session from another, such as the request's body.
    """

    __slots__ = ("_count", "_seed")

    def __init__(self, seed: bytes) -> None:
        self._seed = hashlib.blake2b(seed, digest_size=16).digest()
        self._count = 0

    def new_id(self, prefix: str) -> str:
        """`prefix` and 32 letters and digits."""
        self._count += 1
        digest = hashlib.blake2b(self._count.to_bytes(8, "big"), key=self._seed, digest_size=20).digest()
        return prefix + base64.b32encode(digest).decode("ascii").lower()
