"""Laws of decoding: independence of cuts, agreement with the standard, and no error whatever the bytes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness.errors import EventTooLarge
from harness.sse.decoder import Decoder
from harness.sse.encoder import encode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.sse.event import SseEvent

# What a stream is made of, and what a careless decoder trips over.
NASTY = (
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\r\n\r\n",
    b"data: ",
    b"data:",
    b"data",
    b"event: ",
    b"event:",
    b"event",
    b"id: ",
    b"id",
    b"retry: ",
    b"retry:",
    b": comment",
    b":",
    b" ",
    b"x",
    b"10",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xef\xbb",
    b"\xef",
    b"\xff",
    "é🙂".encode(),
    b"\x0b\x0c\x1c\x85",  # line ends for text, but not for an event stream
    "\u2028".encode(),
    b"data: x\n\n",
    b"data: y\r\n\r\n",
    b"data: z\r\r",
    b"event: n\ndata: v\n\n",
    b"event: n\r\ndata: v\r\n\r\n",
)
streams = st.lists(st.sampled_from(NASTY), max_size=24).map(b"".join) | st.binary(max_size=60)


@st.composite
def streams_in_reads(draw: st.DrawFn) -> list[bytes]:
    """Streams of all sorts, cut anywhere."""
    stream = draw(streams)
    cuts = sorted(draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    return [stream[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True)]


def decoded(reads: Iterable[bytes], *, every_block: bool = False, limit: int = 1 << 20) -> list[SseEvent]:
    """All events of a stream that comes in these reads."""
    decoder = Decoder(limit, every_block=every_block)
    events = [event for read in reads for event in decoder.feed(read)]
    return [*events, *decoder.finish()]


def bytewise(stream: bytes) -> list[bytes]:
    """The stream in reads of one byte."""
    return [stream[at : at + 1] for at in range(len(stream))]


@given(reads=streams_in_reads(), every_block=st.booleans())
def test_decoding_ignores_where_the_stream_was_cut(reads: list[bytes], *, every_block: bool) -> None:
    """Events and offsets are the same whole, in any reads, and byte by byte."""
    whole = b"".join(reads)

    expected = decoded([whole], every_block=every_block)

    assert decoded(reads, every_block=every_block) == expected
    assert decoded(bytewise(whole), every_block=every_block) == expected


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["plain", "bom"])
@pytest.mark.parametrize("line_end", [b"\n", b"\r", b"\r\n"], ids=["lf", "cr", "crlf"])
def test_every_single_cut_of_a_stream_gives_the_same_events(line_end: bytes, bom: bytes) -> None:
    """Cut in two at each byte, with each line end, a stream of all kinds of fields reads the same."""
    lines = [
        "event: a",
        "data: é🙂",
        "",
        ": comment",
        "",
        "id: 1",
        "data: x",
        "data: y",
        "retry: 5",
        "",
        "data",
        "",
    ]
    stream = bom + "".join(f"{line}\n" for line in lines).encode().replace(b"\n", line_end)

    results = [decoded([stream[:at], stream[at:]], every_block=True) for at in range(len(stream) + 1)]

    assert [event.data for event in results[0]] == ["é🙂".encode(), b"", b"x\ny", b""]
    assert all(result == results[0] for result in results)


@given(streams_in_reads(), st.integers(1, 30))
@example([b"\xef\xbb"], 1)
@example([b"data: x\r\n\r", b"\n"], 10)
def test_the_limit_on_an_event_ignores_where_the_stream_was_cut(reads: list[bytes], limit: int) -> None:
    """Too large is what is too large, and the events before it come out, whatever the reads."""

    def outcome(reads: list[bytes]) -> tuple[list[SseEvent], str]:
        decoder = Decoder(limit)
        events: list[SseEvent] = []
        try:
            for event in chain.from_iterable(map(decoder.feed, reads)):
                events.append(event)  # noqa: PERF402 - keeps what came before the error
            events += decoder.finish()
        except EventTooLarge as error:
            return events, str(error)
        return events, ""

    whole = b"".join(reads)
    expected = outcome([whole])
    longest = max((stop - start for start, stop in naive_blocks(whole)), default=0)

    assert outcome(reads) == expected
    assert outcome(bytewise(whole)) == expected
    assert bool(expected[1]) == (longest > limit)


@given(streams)
def test_blocks_cover_the_stream_without_a_gap(stream: bytes) -> None:
    """With every block asked for, the offsets tile the stream, but for its byte order mark."""
    events = decoded([stream], every_block=True)

    at = 3 if stream.startswith(b"\xef\xbb\xbf") else 0
    for event in events:
        assert event.start == at
        assert event.stop > event.start
        at = event.stop
    assert at == len(stream)


@given(streams)
def test_an_event_can_be_decoded_again_from_its_offsets(stream: bytes) -> None:
    """The bytes from start to stop hold the event and nothing else."""
    for event in decoded([stream]):
        alone = decoded([b"\n", stream[event.start : event.stop]])

        assert [(e.event, e.data, e.id, e.retry, e.dispatched) for e in alone] == [
            (event.event, event.data, event.id, event.retry, event.dispatched)
        ]


@given(streams)
def test_asking_for_every_block_changes_nothing_about_the_events(stream: bytes) -> None:
    """The extra records stand between the events and leave them as they are."""
    every = decoded([stream], every_block=True)

    assert [event for event in every if event.dispatched or not event.terminated] == decoded([stream])


@given(streams)
@example(b"data\n\ndata\ndata\n\ndata:")
@example(b"data: a\r\n\n\r\rdata: b\r\n\r\n")
@example(b"\xef\xbb\xbf\n\ndata: x\n\n")
def test_the_decoder_agrees_with_the_standard_followed_by_the_letter(stream: bytes) -> None:
    """A slow reading of the standard, character by character, dispatches the same events."""
    ours = [
        (event.type, event.text, event.id, event.retry) for event in decoded([stream]) if event.dispatched
    ]

    assert ours == [(e.type, e.data, e.id, e.retry) for e in naive_events(stream)]


@given(streams_in_reads())
def test_offsets_agree_with_the_standard_followed_by_the_letter(reads: list[bytes]) -> None:
    """Blocks end where a slow reading of the standard sees a blank line."""
    events = decoded(reads, every_block=True)

    assert [(event.start, event.stop) for event in events] == naive_blocks(b"".join(reads))


lines = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=12)
fields = st.fixed_dictionaries(
    {
        "data": st.lists(lines, min_size=1, max_size=4).map(lambda parts: "\n".join(parts).encode()),
        "event": st.none() | lines,
        "id": st.none() | lines,
        "retry": st.none() | st.integers(0, 10**12),
    }
)


@given(st.lists(fields, max_size=6), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_decode_after_encode_is_identity(wanted: list[dict[str, object]], line_end: bytes) -> None:
    """What was encoded comes back field by field, with any line end."""
    stream = b"".join(
        encode(w["data"], event=w["event"], id=w["id"], retry=w["retry"], line_end=line_end)  # type: ignore[arg-type]
        for w in wanted
    )

    found = [{"data": e.data, "event": e.event, "id": e.id, "retry": e.retry} for e in decoded([stream])]

    assert found == wanted


# An independent reading of the standard: slow, and as close to its wording as can be.


@dataclass
class NaiveEvent:
    """What the standard hands to a client."""

    type: str
    data: str
    id: str | None
    retry: int | None


def naive_lines(stream: bytes) -> list[tuple[bytes, int]]:
    """Lines that have an end, each with the offset after that end; a byte order mark is left out."""
    at = 3 if stream.startswith(b"\xef\xbb\xbf") else 0
    found: list[tuple[bytes, int]] = []
    line = b""
    while at < len(stream):
        byte = stream[at : at + 1]
        at += 1
        if byte == b"\r" and stream[at : at + 1] == b"\n":
            at += 1
        if byte in (b"\r", b"\n"):
            found.append((line, at))
            line = b""
        else:
            line += byte
    return found


def naive_blocks(stream: bytes) -> list[tuple[int, int]]:
    """Where each block lies; what is left behind the last blank line is one, too."""
    start = 3 if stream.startswith(b"\xef\xbb\xbf") else 0
    blocks = []
    for line, stop in naive_lines(stream):
        if not line:
            blocks.append((start, stop))
            start = stop
    if start < len(stream):
        blocks.append((start, len(stream)))
    return blocks


def naive_field(line: str) -> tuple[str, str]:
    """Name and value of the field in a line."""
    if ":" not in line:
        return line, ""
    colon = line.index(":")
    value = line[colon + 1 :]
    return line[:colon], value[1:] if value[:1] == " " else value


def naive_events(stream: bytes) -> list[NaiveEvent]:
    """The events that the standard dispatches; id and retry are those set in the event's own block."""
    events: list[NaiveEvent] = []
    data, event_type = "", ""
    event_id: str | None = None
    retry: int | None = None
    for raw, _stop in naive_lines(stream):
        line = raw.decode("utf-8", errors="replace")
        if line == "":
            if data != "":
                events.append(NaiveEvent(event_type or "message", data[:-1], event_id, retry))
            data, event_type, event_id, retry = "", "", None, None
            continue
        if line[0] == ":":
            continue
        field, value = naive_field(line)
        if field == "event":
            event_type = value
        elif field == "data":
            data += value + "\n"
        elif field == "id" and "\0" not in value:
            event_id = value
        elif field == "retry" and value != "" and all(digit in "0123456789" for digit in value):
            retry = int(value)
    return events
