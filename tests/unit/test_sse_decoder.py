"""The decoder on streams whose reading the standard, or a decision of this project, fixes."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import pytest

from harness.errors import EventTooLarge
from harness.sse.decoder import Decoder

if TYPE_CHECKING:
    from harness.sse.event import SseEvent


def decoded(*reads: bytes, every_block: bool = False) -> list[SseEvent]:
    """All events of a stream that comes in these reads."""
    decoder = Decoder(every_block=every_block)
    events = [event for read in reads for event in decoder.feed(read)]
    return [*events, *decoder.finish()]


@pytest.mark.parametrize(
    ("stream", "data"),
    [
        (b"data: x\n\n", [b"x"]),
        (b"data:x\n\n", [b"x"]),
        (b"data:  x\n\n", [b" x"]),
        (b"data: x \n\n", [b"x "]),
        (b"data: x: y\n\n", [b"x: y"]),
        (b"data: a\ndata: b\n\n", [b"a\nb"]),
        (b"data\n\n", [b""]),
        (b"data:\n\n", [b""]),
        (b"data\ndata\n\n", [b"\n"]),
        (b"data: x\r\rdata: y\r\r", [b"x", b"y"]),
        (b"data: x\r\n\r\ndata: y\r\n\r\n", [b"x", b"y"]),
        (b"data: x\n\r\ndata: y\r\n\n", [b"x", b"y"]),
        (b"data: x\n\n\n\n\ndata: y\n\n", [b"x", b"y"]),
        (b"\n\n\ndata: x\n\n", [b"x"]),
        (b": c\n\ndata: x\n\n", [b"x"]),
        (b": c\ndata: x\n: d\n\n", [b"x"]),
        (b"Data: x\n\n data: y\n\ndata : z\n\n", []),
        (b"event: a\n\nid: 1\n\nretry: 1\n\n", []),
        (b"\xef\xbb\xbfdata: x\n\n", [b"x"]),
        (b"\xef\xbb\xbf\xef\xbb\xbfdata: x\n\n", []),
        (b"data: x\n\n\xef\xbb\xbfdata: y\n\n", [b"x"]),
        (b"data: \xff\xfe\n\n", [b"\xff\xfe"]),
        (b"data: a\x0bb\x0cc\x85d\n\n", [b"a\x0bb\x0cc\x85d"]),
        (b"", []),
        (b"\xef\xbb\xbf", []),
    ],
)
def test_a_stream_gives_the_data_that_the_standard_dispatches(stream: bytes, data: list[bytes]) -> None:
    """Prefixes, line ends, empty values, comments, superfluous blank lines and byte order marks."""
    assert [event.data for event in decoded(stream)] == data


@pytest.mark.parametrize(
    ("block", "event", "event_id", "retry"),
    [
        (b"data: x", None, None, None),
        (b"event: a\ndata: x", "a", None, None),
        (b"event:a\ndata: x", "a", None, None),
        (b"event: a\nevent: b\ndata: x", "b", None, None),
        (b"data: x\nevent: a", "a", None, None),
        (b"event\ndata: x", "", None, None),
        (b"event: \xff\ndata: x", "\ufffd", None, None),
        (b"id: 7\ndata: x", None, "7", None),
        (b"id\ndata: x", None, "", None),
        (b"id: 7\nid: 8\0\ndata: x", None, "7", None),
        (b"retry: 010\ndata: x", None, None, 10),
        (b"retry: 5\nretry: 5s\nretry: -1\nretry\ndata: x", None, None, 5),
        (b"retry: \xd9\xa1\ndata: x", None, None, None),
        (b"retry: " + b"9" * 5000 + b"\ndata: x", None, None, None),
    ],
)
def test_fields_other_than_data_are_kept_as_the_block_sets_them(
    block: bytes, event: str | None, event_id: str | None, retry: int | None
) -> None:
    """The last valid line of a kind counts; an id with a NULL and a retry that is no number do not."""
    (found,) = decoded(block + b"\n\n")

    assert (found.event, found.id, found.retry) == (event, event_id, retry)
    assert found.data == b"x"


def test_an_event_knows_its_bytes_and_its_number() -> None:
    """Offsets run from the first byte of a block to the end of its blank line; a byte order mark counts before it."""
    events = decoded(b"\xef\xbb\xbfdata: a\n\n: c\n\nevent: n\r\ndata: b\r\n\r\ndata: c\n\n")

    assert [(e.index, e.start, e.stop) for e in events] == [(0, 3, 12), (1, 17, 38), (2, 38, 47)]


def test_an_event_reads_as_text_and_as_the_type_a_client_sees() -> None:
    """Text shows invalid UTF-8 as U+FFFD; a missing or empty event line is a message."""
    stream = b"data: \xffx\n\nevent:\ndata\n\nevent: done\ndata\n\n"

    assert [(e.type, e.text) for e in decoded(stream)] == [
        ("message", "\ufffdx"),
        ("message", ""),
        ("done", ""),
    ]


def test_an_event_that_ends_with_lf_is_given_with_its_last_byte() -> None:
    """Nothing is held back once the blank line is there, nor when CRLF is whole."""
    decoder = Decoder()

    assert list(decoder.feed(b"data: x\n")) == []
    assert [event.data for event in decoder.feed(b"\n")] == [b"x"]
    assert [event.data for event in decoder.feed(b"data: y\r\n\r\n")] == [b"y"]


def test_an_event_that_ends_with_cr_waits_for_one_more_byte() -> None:
    """Only then it is clear whether an LF belongs to it, and its end is exact."""
    decoder = Decoder()

    assert list(decoder.feed(b"data: x\r\r")) == []
    assert [(event.data, event.stop) for event in decoder.feed(b"d")] == [(b"x", 9)]
    assert list(decoder.feed(b"ata: y\r\n\r")) == []
    assert [(event.data, event.stop) for event in decoder.feed(b"\n")] == [(b"y", 20)]


def test_an_event_that_ends_with_cr_at_the_end_of_the_stream_is_whole() -> None:
    """No LF can follow any more."""
    decoder = Decoder()
    held = list(decoder.feed(b"data: x\r\r"))

    (event,) = decoder.finish()

    assert held == []
    assert (event.data, event.stop, event.dispatched, event.terminated) == (b"x", 9, True, True)


@pytest.mark.parametrize(
    "tail", [b"data: [DONE]", b"data: [DONE]\n", b"data: [DONE]\r\n", b"data: [DONE]\r", b": c\ndata: [DONE]"]
)
def test_a_last_block_without_blank_line_is_handed_over_but_not_dispatched(tail: bytes) -> None:
    """A client loses it; a checker must see it."""
    first, last = decoded(b"data: x\n\n" + tail)

    assert (first.dispatched, first.terminated) == (True, True)
    assert (last.dispatched, last.terminated) == (False, False)
    assert (last.index, last.data) == (1, b"[DONE]")
    assert (last.start, last.stop) == (9, 9 + len(tail))


def test_what_only_began_like_a_byte_order_mark_is_an_unterminated_line() -> None:
    """Two bytes of a mark and the end of the stream are two bytes of a line."""
    (event,) = decoded(b"\xef", b"\xbb")

    assert (event.start, event.stop, event.terminated) == (0, 2, False)


def test_finishing_twice_gives_nothing_more() -> None:
    """What is left is handed over once."""
    decoder = Decoder()
    list(decoder.feed(b"data: x"))

    assert len(list(decoder.finish())) == 1
    assert list(decoder.finish()) == []


def test_blocks_that_no_client_sees_are_given_on_request() -> None:
    """Comments, blocks without data and superfluous blank lines come in their place, under the next event's number."""
    stream = b": ping\n\nevent: e\nid: 1\n\n\ndata: x\n\nretry: 9\n\n"

    events = decoded(stream, every_block=True)

    assert [(e.index, e.dispatched, stream[e.start : e.stop]) for e in events] == [
        (0, False, b": ping\n\n"),
        (0, False, b"event: e\nid: 1\n\n"),
        (0, False, b"\n"),
        (0, True, b"data: x\n\n"),
        (1, False, b"retry: 9\n\n"),
    ]
    assert [(e.event, e.id, e.retry) for e in events if not e.dispatched] == [
        (None, None, None),
        ("e", "1", None),
        (None, None, None),
        (None, None, 9),
    ]


def test_more_event_types_than_are_remembered_are_told_apart() -> None:
    """The memory for names is bounded, their number is not."""
    names = [f"event{number}" for number in range(1000)] * 2

    events = decoded(b"".join(b"event: %b\ndata: x\n\n" % name.encode() for name in names))

    assert [event.event for event in events] == names


def test_bytes_are_decoded_even_if_the_events_are_not_consumed() -> None:
    """Feeding has its effect at once, so that a caller who skips events does not corrupt the stream."""
    decoder = Decoder()
    decoder.feed(b"data: skipped\n\nda")

    (event,) = decoder.feed(b"ta: x\n\n")

    assert (event.index, event.start, event.data) == (1, 15, b"x")


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_an_event_over_the_limit_is_refused_after_the_events_before_it(size: int) -> None:
    """The error names where the event begins and the limit, and stays the answer."""
    stream = b"data: x\n\ndata: " + b"y" * 100 + b"\n\ndata: z\n\n"
    decoder = Decoder(limit=50)
    events: list[SseEvent] = []

    reads = [stream[start : start + size] for start in range(0, len(stream), size)]

    with pytest.raises(EventTooLarge) as caught:
        events.extend(chain.from_iterable(map(decoder.feed, reads)))  # list.extend keeps what came before

    assert [event.data for event in events] == [b"x"]
    assert caught.value.where == "byte 9 of the stream, where it begins"
    assert "50 bytes" in str(caught.value)
    assert caught.value.hint
    with pytest.raises(EventTooLarge):
        decoder.feed(b"data: x\n\n")
    with pytest.raises(EventTooLarge):
        decoder.finish()


def test_an_event_of_exactly_the_limit_is_decoded() -> None:
    """The blank line counts, and one byte more is too large."""
    fits = b"data: " + b"y" * 42 + b"\n\n"

    assert [event.stop for event in Decoder(limit=50).feed(fits * 3)] == [50, 100, 150]
    with pytest.raises(EventTooLarge):
        list(Decoder(limit=49).feed(fits * 3))


def test_the_limit_is_64_mib_unless_told_otherwise() -> None:
    """An endless line is given up after that much."""
    decoder = Decoder()
    mebibyte = b"x" * 2**20

    for _ in range(64):
        assert list(decoder.feed(mebibyte)) == []
    with pytest.raises(EventTooLarge, match="67,108,864 bytes"):
        decoder.feed(b"x")


def test_an_empty_read_between_the_halves_of_a_line_end_changes_nothing() -> None:
    """A CR still waits for its LF."""
    decoder = Decoder()
    reads = (b"data: a\r", b"", b"\n\r", b"", b"\ndata: b\r\n\r\n")
    assert [event.data for read in reads for event in decoder.feed(read)] == [b"a", b"b"]
    assert list(decoder.finish()) == []


def test_half_a_byte_order_mark_counts_against_the_limit() -> None:
    """At the end of the stream it was the beginning of a line after all."""
    decoder = Decoder(limit=1)
    assert list(decoder.feed(b"\xef\xbb")) == []
    with pytest.raises(EventTooLarge):
        decoder.finish()
