"""What is written to a cassette is what is read from it, and writing that gives the same file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from harness.jsonvalue import JsonValue, compact
from tests import taped

if TYPE_CHECKING:
    from harness.cassettes.exchange import Cassette, Exchange


@given(taped.cassettes)
def test_reading_gives_back_what_was_written(cassette: Cassette) -> None:
    """Requests, heads, chunks with their times, trailers, endings and redactions are the same."""
    again = taped.read(taped.written(cassette))

    assert taped.loaded(again) == cassette.exchanges
    assert again.head == cassette.head


@given(taped.cassettes)
def test_writing_what_was_read_gives_the_same_bytes(cassette: Cassette) -> None:
    """However often a cassette is rewritten, its file does not change."""
    data = taped.written(cassette)

    assert taped.written(taped.read(data)) == data


@given(taped.cassettes)
def test_a_body_can_be_read_any_number_of_times(cassette: Cassette) -> None:
    """Chunks of a file are read anew each time, from the same place."""
    again = taped.read(taped.written(cassette))

    assert taped.loaded(again) == taped.loaded(again)


names = st.text("abcxyz_", min_size=1, max_size=6).map("x_".__add__)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("aé\n", max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=2),
    max_leaves=4,
)


@given(
    taped.exchanges,
    st.dictionaries(names, values, min_size=1, max_size=3),
    st.sampled_from(["head", "req", "res", "end"]),
)
def test_members_that_this_version_does_not_know_survive(
    exchange: Exchange, members: dict[str, JsonValue], kind: str
) -> None:
    """A cassette of a later minor version loses nothing when an older release rewrites it."""
    lines = taped.written(taped.cassette(exchange)).splitlines(keepends=True)
    at = next((n for n, line in enumerate(lines) if line.startswith(b'{"k":"%b"' % kind.encode())), 0)
    row = msgspec.json.decode(lines[at])
    row.update(members)
    lines[at] = compact(row).encode() + b"\n"
    data = taped.written(taped.read(b"".join(lines), check_hash=False))

    assert data.splitlines(keepends=True)[:-1] == lines[:-1]
    assert taped.written(taped.read(data)) == data
