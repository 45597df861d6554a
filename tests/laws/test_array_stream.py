"""An array of Gemini gives the same elements, with the same offsets, however its bytes were cut."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import EventTooLarge
from harness.sse.array_stream import ArrayDecoder, StreamOrArray

LIMIT = 100_000
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers(-9, 9) | st.text('ab"\\{}[],é\n', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text('k"]}', max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)
ELEMENTS = st.lists(st.dictionaries(st.text('k"]}', max_size=2), VALUES, max_size=3), max_size=5)


def decoded(body: bytes, cuts: list[int]) -> list[tuple[bytes, int, int]]:
    """Data and offsets of what is handed out, where the body comes in these pieces."""
    decoder = ArrayDecoder(LIMIT)
    borders = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]
    events = []
    for start, stop in itertools.pairwise(borders):
        events += decoder.feed(body[start:stop])
    events += decoder.finish()
    assert [one.index for one in events] == list(range(len(events)))
    return [(one.data, one.start, one.stop) for one in events]


@given(
    ELEMENTS,
    st.sampled_from([",", ",\n", "\r\n,\r\n"]),
    st.sampled_from(["ascii", "utf-8"]),
    st.lists(st.integers(0, 400), max_size=12),
)
def test_elements_do_not_depend_on_the_cuts(
    elements: list[Any], comma: str, encoding: str, cuts: list[int]
) -> None:
    """Every element comes once, whole, and lies where its offsets say."""
    texts = [json.dumps(one, ensure_ascii=encoding == "ascii") for one in elements]
    body = f" [{comma.join(texts)}]\n".encode()
    found = decoded(body, cuts)
    assert [json.loads(data) for data, _, _ in found] == elements
    assert all(body[start:stop] == data for data, start, stop in found)


@given(st.binary(max_size=60), st.lists(st.integers(0, 60), max_size=6))
def test_arbitrary_bytes_give_the_same_however_they_were_cut(rest: bytes, cuts: list[int]) -> None:
    """What is no array is handed out all the same, and nothing raises."""
    body = b"[" + rest
    everything = b"".join(data for data, _, _ in decoded(body, cuts))
    whole = b"".join(data for data, _, _ in decoded(body, []))
    assert everything == whole


def test_an_element_that_was_cut_is_handed_out_as_far_as_it_came() -> None:
    """So that a rule can say that it cannot be read."""
    assert decoded(b'[{"a":1},{"b":', [])[-1] == (b'{"b":', 9, 14)


def test_what_is_no_object_is_handed_out_as_it_stands() -> None:
    """Scalars between the brackets, and text after them."""
    assert [data for data, _, _ in decoded(b'[1,{"a":2}] more', [])] == [b"1", b'{"a":2}', b"more"]


def test_an_element_beyond_the_limit_is_refused() -> None:
    """Memory is bounded."""
    decoder = ArrayDecoder(10)
    with pytest.raises(EventTooLarge):
        decoder.feed(b'[{"a":"' + b"x" * 20)


@pytest.mark.parametrize("body", [b"[", b"\xef\xbb\xbf [", b"\n["])
def test_an_array_is_told_from_a_stream_by_its_first_byte(body: bytes) -> None:
    """White space and a byte order mark before it do not matter."""
    decoder = StreamOrArray(LIMIT, every_block=True)
    events = [event for byte in body + b'{"a":1}]' for event in decoder.feed(bytes([byte]))]
    assert [event.data for event in [*events, *decoder.finish()]] == [b'{"a":1}']
    assert decoder.dispatched == 1


def test_an_event_stream_is_decoded_as_one() -> None:
    """The same decoder takes both forms."""
    decoder = StreamOrArray(LIMIT, every_block=True)
    assert [event.data for event in decoder.feed(b'data: {"a":1}\n\n')] == [b'{"a":1}']
    assert not list(decoder.finish())


def test_an_empty_body_has_no_events() -> None:
    """Nothing but white space."""
    decoder = StreamOrArray(LIMIT, every_block=True)
    assert not list(decoder.feed(b"  "))
    assert [event for event in decoder.finish() if event.dispatched] == []
