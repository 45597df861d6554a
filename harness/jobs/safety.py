"""No file with a live-looking key in it: the last look before a cassette is written, and the same look afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.cassettes.content_coding import CodingError, codings, decoded_chunks
from harness.cassettes.matching.keyrow import key_fields
from harness.cassettes.redaction.detector import Detector
from harness.cassettes.writing import lines_of
from harness.errors import EventTooLarge, SecretFound
from harness.io.environment import secret_values
from harness.io.files import write_cassette
from harness.jsonvalue import try_parse
from harness.sse.decoder import Decoder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from harness.cassettes.exchange import Cassette, Response
    from harness.jsonvalue import JsonValue
    from harness.sse.event import SseEvent

_PIECES = frozenset(
    {
        "content",
        "text",
        "delta",
        "arguments",
        "partial_json",
        "thinking",
        "reasoning",
        "reasoning_content",
        "refusal",
    }
)
"""What the dialects call a piece of text, of thought, or of a call's arguments."""

_OVERLAP = 512
"""Bytes of a decoded body that are looked at twice, so that no key hides on a border."""


def secrets_in_rows(lines: Iterable[bytes], detector: Detector) -> Iterator[tuple[int, str]]:
    """What the detector sees in rows, text and base64 alike: (number of the row from 1, label)."""
    number = 0
    for item in lines:
        for line in item.splitlines(keepends=True):
            number += 1
            for sighting in detector.find(line):
                yield number, sighting.label


def secrets_in_compressed(cassette: Cassette, detector: Detector) -> Iterator[tuple[int, str]]:
    """What it sees in bodies whose bytes do not show what they say: (index of the exchange, label)."""
    for exchange in cassette.exchanges:
        response = exchange.response
        if response is None or not codings(response.headers):
            continue
        held = b""
        seen: set[str] = set()
        try:
            for chunk in decoded_chunks(response.headers, response.chunks):
                held = held[-_OVERLAP:] + chunk.data
                seen.update(sighting.label for sighting in detector.find(held))
        except CodingError:
            pass  # what cannot be decoded here cannot be read by whoever finds the file either
        yield from ((exchange.index, label) for label in sorted(seen))


def secrets_in_deltas(cassette: Cassette, detector: Detector) -> Iterator[tuple[int, str]]:
    """What it sees in text that came in pieces, one event after another: (index of the exchange, label).

    A model that repeats a key streams it token by token; no single event holds it, and no recorder that works event by
    event can hide it. The pieces are joined by where they stand in the event (its JSON pointer).
    """
    for exchange in cassette.exchanges:
        response = exchange.response
        if response is None:
            continue
        held: dict[str, str] = {}
        seen: set[str] = set()
        for event in _events(response):
            known, value = try_parse(event.data)
            for pointer, piece in _pieces(value if known else None, ""):
                joined = held[pointer] = held.get(pointer, "")[-_OVERLAP:] + piece
                seen.update(sighting.label for sighting in detector.find(joined.encode()))
        yield from ((exchange.index, label) for label in sorted(seen))


def _events(response: Response) -> Iterator[SseEvent]:
    decoder = Decoder()
    try:
        for chunk in decoded_chunks(response.headers, response.chunks):
            yield from decoder.feed(chunk.data)
    except (CodingError, EventTooLarge):
        pass  # its rows were looked at


def _pieces(value: JsonValue, pointer: str) -> Iterator[tuple[str, str]]:
    """The pieces of text in one event: strings under the names that the dialects give to deltas."""
    items: Iterable[tuple[str | int, JsonValue]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for name, member in items:
        here = f"{pointer}/{name}"
        if isinstance(member, str):
            if name in _PIECES:
                yield here, member
        else:
            yield from _pieces(member, here)


def write_safely(cassette: Cassette, path: Path, *, values: Mapping[str, str] | None = None) -> None:
    """Write a sealed cassette with fresh match keys, unless something in it looks like a live key.

    Args:
        cassette: What to write.
        path: Where to.
        values: Label -> secret that must not be in it; by default those of the environment.

    Raises:
        SecretFound: Something in it looks live; nothing is written.
        FileAccessError: It cannot be written; what lay there is untouched.
    """
    detector = Detector(values=secret_values() if values is None else values)
    for number, label in secrets_in_rows(lines_of(cassette, key_of=key_fields), detector):
        raise _refusal(path, f"{label}, in what would be line {number}")
    for index, label in secrets_in_compressed(cassette, detector):
        raise _refusal(path, f"{label}, in the compressed body of exchange {index}")
    write_cassette(cassette, path, key_of=key_fields)


def _refusal(path: Path, found: str) -> SecretFound:
    return SecretFound(
        "this would still hold something that looks like a live key; nothing was written",
        where=str(path),
        found=found,
        hint="`harness cassette redact` with --pattern, --header or --env hides it; a compressed body must be "
        "recorded anew with --decode",
    )
