"""What each fault does to a body, byte by byte and chunk by chunk."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response, header
from harness.faults.registry import parse_fault
from harness.faults.wire import LazyChunks

if TYPE_CHECKING:
    from collections.abc import Iterator

A, B, C, DONE = b'data: {"n":1}\n\n', b"data: {}\n\n", b": ping\n\n", b"data: [DONE]\n\n"
STREAM = (("content-type", "text/event-stream"), ("Content-Length", "47"))


def exchange(
    *data: bytes,
    headers: tuple[tuple[str, str], ...] = STREAM,
    how: How = How.COMPLETE,
    url: str = "http://host/v1/chat/completions",
) -> Exchange:
    """An exchange whose chunks came a millisecond apart, and that ended at nine milliseconds."""
    chunks = tuple(Chunk(1000 * number, piece) for number, piece in enumerate(data))
    return Exchange(0, Request("POST", url), Response(200, headers, chunks), Ending(how, 9000))


def chunks_of(fault: str, recorded: Exchange) -> list[tuple[int, bytes]]:
    """The chunks after the fault, their times in milliseconds."""
    response = parse_fault(fault).apply(recorded).response
    assert response is not None
    return [(at_us // 1000, data) for at_us, data in response.chunks]


# The second chunk begins in the middle of event 1 and ends in the middle of event 3.
RECORDED = exchange(A + B[:4], B[4:] + C + DONE[:3], DONE[3:])


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("cut:event=0", []),
        ("cut:event=1", [(0, A)]),
        ("cut:event=2", [(0, A + B[:4]), (1, B[4:])]),
        ("cut:event=-1", [(0, A + B[:4]), (1, B[4:] + C)]),
        ("cut:event=end", [(0, A + B[:4]), (1, B[4:] + C + DONE[:3]), (2, DONE[3:])]),
        ("cut:chunk=1", [(0, A + B[:4])]),
        ("cut:chunk=-1", [(0, A + B[:4]), (1, B[4:] + C + DONE[:3])]),
        ("cut:byte=0", []),
        ("cut:byte=3", [(0, A[:3])]),
        ("reset:byte=-2", [(0, A + B[:4]), (1, B[4:] + C + DONE[:3]), (2, DONE[3:-2])]),
        ("drop:event=1", [(0, A), (1, C + DONE[:3]), (2, DONE[3:])]),
        ("drop:event=-1", [(0, A + B[:4]), (1, B[4:] + C)]),
        ("repeat:event=0", [(0, A + A + B[:4]), (1, B[4:] + C + DONE[:3]), (2, DONE[3:])]),
        ("repeat:event=1", [(0, A + B[:4]), (1, B[4:]), (0, B[:4]), (1, B[4:] + C + DONE[:3]), (2, DONE[3:])]),
        ("swap:event=0", [(0, B[:4]), (1, B[4:]), (0, A), (1, C + DONE[:3]), (2, DONE[3:])]),
        ("swap:event=-2", [(0, A + B[:4]), (1, B[4:] + DONE[:3]), (2, DONE[3:]), (1, C)]),
        ("omit_done", [(0, A + B[:4]), (1, B[4:] + C)]),
        ("duplicate_done", [(0, A + B[:4]), (1, B[4:] + C + DONE[:3]), (2, DONE[3:]), (1, DONE[:3]), (2, DONE[3:])]),
        ("omit_last_blank_line", [(0, A + B[:4]), (1, B[4:] + C + DONE[:3]), (2, DONE[3:-1])]),
        ("bom", [(0, b"\xef\xbb\xbf" + A + B[:4]), (1, B[4:] + C + DONE[:3]), (2, DONE[3:])]),
        ("comment:event=1", [(0, A), (0, b": keep-alive\n\n"), (0, B[:4]), (1, B[4:] + C + DONE[:3]), (2, DONE[3:])]),
        ("empty", []),
        ("silence", []),
    ],
)  # fmt: skip
def test_a_fault_changes_the_body_at_its_place(fault: str, expected: list[tuple[int, bytes]]) -> None:
    """Chunks without a changed event come out as they were recorded; what is split, is split at event
    borders.
    """
    assert chunks_of(fault, RECORDED) == expected


@pytest.mark.parametrize(
    ("fault", "how", "exception", "at_us"),
    [
        ("cut:chunk=2", How.SERVER_CUT, "RemoteProtocolError", 1000),
        ("cut:byte=0", How.SERVER_CUT, "RemoteProtocolError", 0),
        ("reset:event=-1", How.RESET, "ReadError", 1000),
        ("silence", How.SERVER_CUT, "RemoteProtocolError", 0),
        ("error_event:event=1", How.COMPLETE, None, 0),
        ("empty", How.COMPLETE, None, 0),
        ("drop:event=-1", How.COMPLETE, None, 9000),
        ("omit_done", How.COMPLETE, None, 9000),
    ],
)
def test_a_fault_says_how_the_exchange_ends(fault: str, how: How, exception: str | None, at_us: int) -> None:
    """A connection breaks right after the last byte; a body that is only changed ends as recorded."""
    ending = parse_fault(fault).apply(RECORDED).ending

    assert (ending.how, ending.exception, ending.at_us) == (how, exception, at_us)


@pytest.mark.parametrize(
    ("fault", "obstacle"),
    [
        ("cut:event=5", "the body has no place cut:event=5"),
        ("cut:event=-5", "no place"),
        ("cut:chunk=4", "no place"),
        ("reset:byte=48", "no place"),
        ("stall:chunk=-4", "no place"),
        ("drop:event=4", "the stream has no event 4"),
        ("drop:event=-5", "no event -5"),
        ("swap:event=3", "no event 3 with another after it"),
        ("corrupt:event=2", "no event with JSON 2"),
        ("corrupt:event=3", "no event with JSON 3"),
        ("omit_terminal", "no terminal event"),
        ("split_character", "no character of more than one byte"),
    ],
)
def test_a_place_beyond_the_stream_leaves_the_exchange_as_it_is(fault: str, obstacle: str) -> None:
    """The fault says why it cannot be made, and gives back the very same exchange."""
    one = parse_fault(fault)

    assert not one.applies(RECORDED)
    assert obstacle in (one.obstacle(RECORDED) or "")
    assert one.apply(RECORDED) is RECORDED


@pytest.mark.parametrize(
    "fault", ["cut", "drop", "stall", "late_headers", "empty", "bom", "omit_done", "slow"]
)
def test_a_recording_without_a_response_has_nothing_to_change(fault: str) -> None:
    """Not even a head came."""
    recorded = Exchange(0, Request("GET", "http://host/"), None, Ending(How.TIMEOUT))
    one = parse_fault(fault)

    assert one.obstacle(recorded) == "the recording has no response"
    assert one.apply(recorded) is recorded


@pytest.mark.parametrize(
    "fault", ["cut", "drop", "corrupt", "truncate", "split_character", "bom", "empty", "crlf"]
)
def test_an_empty_body_has_no_place(fault: str) -> None:
    """Nothing can be chosen from nothing."""
    assert not parse_fault(fault).applies(exchange())
    assert not parse_fault(fault).applies(exchange(b"", b""))


def test_a_compressed_body_has_bytes_and_chunks_but_no_events() -> None:
    """Its wire bytes can be cut, and nothing in it can be changed."""
    recorded = exchange(A, B, headers=(*STREAM, ("Content-Encoding", "gzip")))

    assert parse_fault("cut:byte=3").applies(recorded)
    assert parse_fault("reset:chunk=1").applies(recorded)
    assert parse_fault("cut").applies(recorded)
    for fault in ("cut:event=1", "drop", "corrupt", "omit_last_blank_line", "crlf", "bom", "split_character"):
        assert "compressed" in (parse_fault(fault).obstacle(recorded) or "")
    assert parse_fault("drop").applies(exchange(A, headers=(("content-encoding", "identity"),)))


def test_a_json_answer_has_no_events() -> None:
    """Its bytes can be cut."""
    recorded = exchange(b'{"id":1}', headers=(("content-type", "application/json; charset=utf-8"),))

    assert parse_fault("drop").obstacle(recorded) == "the answer is application/json and no event stream"
    assert chunks_of("cut:byte=4", recorded) == [(0, b'{"id')]


@pytest.mark.parametrize(
    ("fault", "length"),
    [
        *(("cut", "47"), ("reset", "47"), ("silence", "47")),
        *(
            ("drop", None),
            ("crlf", None),
            ("truncate", None),
            ("empty", None),
            ("omit_last_blank_line", None),
        ),
    ],
)
def test_content_length_stays_only_where_the_body_breaks_off(fault: str, length: str | None) -> None:
    """A body that ends properly must not promise another length than it has."""
    response = parse_fault(fault).apply(RECORDED).response

    assert response is not None
    assert header(response.headers, "content-length") == length
    assert header(response.headers, "content-type") == "text/event-stream"


def test_a_whole_stream_that_the_client_left_at_done_still_ends_properly_without_done() -> None:
    """Most Chat recordings end so, because the SDK closes at `[DONE]`; the server would have gone on."""
    left = exchange(A, DONE, how=How.CLIENT_CLOSE)

    assert parse_fault("omit_done").apply(left).ending == Ending(How.COMPLETE, 9000)
    half = exchange(A, B, how=How.CLIENT_CLOSE)
    assert parse_fault("drop:event=0").apply(half).ending.how is How.CLIENT_CLOSE


@pytest.mark.parametrize("seed", range(30))
def test_corrupt_breaks_the_json_and_nothing_else(seed: int) -> None:
    """One bit differs, the framing stays, and the data cannot be parsed."""
    event = b'event: x\ndata: {"text":"a, {b}: \\"c\\" [d]",\ndata: "n":[1,2,{"m":null}]}\n\n'
    recorded = exchange(A + event[:20], event[20:] + DONE)
    broken = chunks_of(f"corrupt:event=1@{seed}", recorded)
    before = A + event + DONE
    after = b"".join(data for _, data in broken)
    different = [place for place in range(len(before)) if before[place] != after[place]]

    assert [len(data) for _, data in broken] == [len(A) + 20, len(event) - 20 + len(DONE)]
    assert len(different) == 1
    assert (before[different[0]] ^ after[different[0]]).bit_count() == 1
    data = b"\n".join(line[6:] for line in after[len(A) :].split(b"\n\n")[0].split(b"\n")[1:])
    with pytest.raises(ValueError):  # noqa: PT011 - any of json's and UTF-8's
        json.loads(data)


@pytest.mark.parametrize("data", [b"1", b'"a"', b"true", b"[]", b" {}", b'"{,,,,,,,,,,,,}"'])
def test_corrupt_breaks_any_json(data: bytes) -> None:
    """Also where there is little or nothing that holds it together."""
    broken = chunks_of("corrupt", exchange(b"data: " + data + b"\n\n"))[0][1]

    assert broken.startswith(b"data: ")
    with pytest.raises(ValueError):  # noqa: PT011 - any of json's and UTF-8's
        json.loads(broken[6:])


def test_corrupt_chooses_among_the_events_with_json() -> None:
    """Comments and `[DONE]` are never chosen."""
    changed = {tuple(chunks_of(f"corrupt@{seed}", exchange(A, C, B, DONE))[index][1] != part
                     for index, part in enumerate((A, C, B, DONE))) for seed in range(20)}  # fmt: skip

    assert changed == {(True, False, False, False), (False, False, True, False)}


def test_split_character_cuts_one_chunk_inside_a_character() -> None:
    """No byte changes, and one chunk becomes two."""
    text = 'data: {"t":"é€😀"}\n\n'.encode()
    recorded = exchange(A, text, text)
    for number, (start, size) in enumerate([(12, 2), (14, 3), (17, 4)]):
        pieces = chunks_of(f"split_character:character={number}", recorded)

        assert [at_ms for at_ms, _ in pieces] == [0, 1, 1, 2]
        assert start < len(pieces[1][1]) < start + size
        assert b"".join(data for _, data in pieces) == A + text + text
    assert chunks_of("split_character:-1", recorded)[:2] == [(0, A), (1, text)]
    assert not parse_fault("split_character:6").applies(recorded)
    assert not parse_fault("split_character:-7").applies(recorded)


def test_split_character_leaves_out_what_the_recording_split_already() -> None:
    """It counts only the characters that lie whole in one chunk."""
    assert not parse_fault("split_character").applies(exchange(b"data: \xc3", b"\xa9\n\n"))


CHAT = [
    b'data: {"choices":[{"index":0,"delta":{"content":"finish_reason"},"finish_reason":null}]}\n\n',
    b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
    b'data: {"choices":[{"index":1,"delta":{},"finish_reason":"length"}]}\n\n',
    b'data: {"choices":[],"usage":{}}\n\n',
    DONE,
]
RESPONSES = [
    b'event: response.created\ndata: {"type":"response.created"}\n\n',
    b'data: {"type":"response.output_text.delta","delta":"response.completed"}\n\n',
    b'event: response.incomplete\ndata: {"type":"response.incomplete"}\n\n',
]
ANTHROPIC = [
    b'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"}}\n\n',
    b'event: message_stop\ndata: {"type":"message_stop"}\n\n',
]
GEMINI = [
    b'data: {"candidates":[{"content":{},"finishReason":"STOP"}]}\r\n\r\n',
    b'data: {"candidates":[{"content":{},"finishReason":"STOP"}],"usageMetadata":{}}\r\n\r\n',
    b'data: {"usageMetadata":{}}\r\n\r\n',
]


@pytest.mark.parametrize(
    ("stream", "omitted"), [(CHAT, [1, 2]), (RESPONSES, [2]), (ANTHROPIC, [1]), (GEMINI, [1])]
)
def test_omit_terminal_knows_what_ends_generation(stream: list[bytes], omitted: list[int]) -> None:
    """Text that only looks like it is not taken for it."""
    expected = [(number, data) for number, data in enumerate(stream) if number not in omitted]

    assert chunks_of("omit_terminal", exchange(*stream)) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (A + DONE, A + DONE[:-1]),
        (A + DONE + b"\n\n", A + DONE[:-1]),
        (b"data: a\r\n\r\n", b"data: a\r\n"),
        (b"data: a\r\r", b"data: a\r"),
        (A + b"data: b", A[:-1] + b"data: b"),
    ],
)
def test_omit_last_blank_line_leaves_the_last_event_open(body: bytes, expected: bytes) -> None:
    """Whatever the line ends are, and also where more blank lines follow."""
    assert b"".join(data for _, data in chunks_of("omit_last_blank_line", exchange(body))) == expected


@pytest.mark.parametrize("seed", range(10))
def test_truncate_ends_inside_the_event(seed: int) -> None:
    """At least one byte of the event comes, and not the end of its line; HTTP says that this is all."""
    pieces = chunks_of(f"truncate:event=1@{seed}", RECORDED)
    body = b"".join(data for _, data in pieces)
    ending = parse_fault(f"truncate:event=1@{seed}").apply(RECORDED).ending

    assert len(A) < len(body) < len(A) + len(B) - 2
    assert (A + B).startswith(body)
    assert ending == Ending(How.COMPLETE, pieces[-1][0] * 1000)


def test_garbage_is_a_block_of_its_own_that_is_no_utf8() -> None:
    """The seed makes the bytes, and all recorded ones stay."""
    pieces = chunks_of("garbage:event=1,size=40", RECORDED)
    junk = pieces[1][1]

    assert [pieces[0], *pieces[2:]] == [(0, A), (0, B[:4]), (1, B[4:] + C + DONE[:3]), (2, DONE[3:])]
    assert len(junk) == 42
    assert junk.endswith(b"\n\n")
    assert not set(junk[:-2]) & set(b"\r\n:")
    with pytest.raises(UnicodeDecodeError):
        junk.decode()
    assert chunks_of("garbage:event=1,size=40@1", RECORDED)[1][1] != junk


def test_crlf_keeps_what_ends_so_already() -> None:
    """Also where a chunk boundary lies between CR and LF."""
    recorded = exchange(b"a\r", b"\nb\n", b"", b"\r\nc\r\rd\n")

    assert [data for _, data in chunks_of("crlf", recorded)] == [b"a\r", b"\nb\r\n", b"", b"\r\nc\r\rd\r\n"]
    assert not parse_fault("crlf").applies(exchange(b"a\r", b"\nb\r\n"))


def test_a_second_byte_order_mark_is_not_made() -> None:
    """Also where the first is split over chunks."""
    assert not parse_fault("bom").applies(exchange(b"\xef", b"\xbb\xbfdata: 1\n\n"))


def test_content_type_changes_the_label_alone() -> None:
    """Body and other fields stay."""
    response = parse_fault("content_type").apply(RECORDED).response

    assert response is not None
    assert response.headers == (("Content-Length", "47"), ("content-type", "application/json"))
    assert list(response.chunks) == list(RECORDED.response.chunks) if RECORDED.response else False
    assert not parse_fault("content_type:text/event-stream").applies(RECORDED)


def test_a_body_without_end_is_changed_while_it_is_read() -> None:
    """Nothing waits for the end of the stream where the place is counted from its start."""

    def endless() -> Iterator[Chunk]:
        number = 0
        while True:
            yield Chunk(number, b"data: {}\n\n")
            number += 1

    request = Request("POST", "http://host/")
    recorded = Exchange(0, request, Response(200, STREAM, LazyChunks(endless)), Ending(How.COMPLETE))
    for text in (
        "cut:event=5",
        "reset:byte=50",
        "stall:chunk=5",
        "drop:event=5",
        "swap:event=5",
        "bom",
        "crlf",
    ):
        fault = parse_fault(text)

        assert fault.applies(recorded)
        response = fault.apply(recorded).response
        assert response is not None
        assert next(iter(response.chunks)).data
