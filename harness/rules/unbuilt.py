"""Rules of the catalogue that are no rules here, each with the reason."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

UNBUILT: Mapping[str, str] = MappingProxyType(
    {
        "SSE-CHUNK-001": (
            "A property of parsers, not of streams: what is read must not depend on how the bytes were cut. No stream "
            "can break it, so it is a law that the project's own decoder and checker are tested with "
            "(tests/laws/test_check_cuts.py), and fault injection cuts streams anew for everybody else's."
        ),
        "RESP-SYNC-002": (
            "It compares two answers of the same generation, and a server generates anew for each request: only a "
            "replay or a translation has both. There, the rules on translation (XLAT-*) compare the two halves."
        ),
    }
)
"""Ids of the catalogue with the reason why no class bears them."""
