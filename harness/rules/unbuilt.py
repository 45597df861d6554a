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
        "XLAT-FIN-005": (
            "Compares a streamed answer with a whole one of the same generation, and two recorded halves hold one mode "
            "each. Where the halves differ in mode (a whole answer made from a stream), XLAT-FIN-001 judges their "
            "reasons already; both modes of one gateway are driven and compared by a conformance run."
        ),
        "XLAT-ID-002": (
            "Is about one downstream answer made of several upstream answers (a loop inside the gateway), and a "
            "comparison holds one. What it asks for is judged in the downstream half: RESP-ID-001, RESP-ITEM-003, "
            "RESP-ITEM-005 and RESP-SEQ-003 report ids and numbers that begin anew."
        ),
        "XLAT-ORDER-001": (
            "A sentence about every legal upstream stream, which no pair of recordings can break. The order in each "
            "downstream stream is judged by its own machine (RESP-LIFE, RESP-ITEM, RESP-PART, CHAT-CHOICE, CHAT-FIN); "
            "for engines it is a law to be tested with generated streams."
        ),
        "XLAT-STREAM-003": (
            "Needs two downstream answers to one upstream answer that was cut in two ways: a property of an engine, "
            "tested by replaying with another pace and with comments put in."
        ),
        "XLAT-ROUND-001": "Needs a chain of two translations, and so three recorded halves: a property of an engine.",
        "XLAT-TMPL-001": (
            "Two recordings do not say whether a changed text was meant to be changed. XLAT-TEXT-001 reports the "
            "change; that an edited stream is numbered and closed is judged by RESP-SEQ, RESP-ITEM and CHAT-FIN in the "
            "downstream half."
        ),
    }
)
"""Ids of the catalogue with the reason why no class bears them."""
