"""No file with a live-looking key in it: the last look before a cassette is written, and the same look afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.cassettes.content_coding import CodingError, codings, decoded_chunks
from harness.cassettes.matching.keyrow import key_fields
from harness.cassettes.redaction.detector import Detector
from harness.cassettes.writing import lines_of
from harness.errors import SecretFound
from harness.io.environment import secret_values
from harness.io.files import write_cassette

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from harness.cassettes.exchange import Cassette

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
