"""Drawings: what a person sees of a recording, and that no recording can do anything else to a terminal."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import replace
from typing import Any

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from harness.cassettes.drawing import draw, draw_exchange
from harness.cassettes.exchange import Cassette, Chunk, Ending, Exchange, Headers, How, Request, Response
from harness.cassettes.frame_summary import summarise
from harness.jsonvalue import JsonValue  # noqa: TC001 - the type of a parameter

SSE: Headers = (("content-type", "text/event-stream"),)


def chat(delta: object, **more: object) -> bytes:
    """One event of Chat Completions."""
    value = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, **more}]}
    return f"data: {json.dumps(value)}\n\n".encode()


ROLE, HELLO, WORLD, STOP = (
    chat({"role": "assistant", "content": ""}),
    chat({"content": "Hel"}),
    chat({"content": "lo"}),
    chat({}, finish_reason="stop"),
)
DONE = b"data: [DONE]\n\n"


def exchange(*chunks: Chunk, headers: Headers = SSE, **changes: Any) -> Exchange:
    """A chat exchange whose body came in these chunks."""
    sent = {
        "model": "m-1",
        "stream": True,
        "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "Say\nhi"}],
        "tools": [{"type": "function"}],
    }
    whole = Exchange(
        0,
        Request("POST", "https://api.example.com/v1/chat/completions", (), json.dumps(sent).encode()),
        Response(200, headers, chunks, reason="OK", at_us=213_400),
        Ending(How.COMPLETE, at_us=chunks[-1].at_us + 400 if chunks else 0),
    )
    return replace(whole, **changes)


def test_a_stream_is_drawn_with_times_gaps_chunks_and_totals() -> None:
    """An event in two chunks shows both; one that came with the event before it is marked."""
    stream = exchange(
        Chunk(0, ROLE),
        Chunk(20_100, HELLO[:30]),
        Chunk(40_200, HELLO[30:] + WORLD),
        Chunk(400_000, b": ping\n\n"),
        Chunk(400_100, STOP + DONE),
    )
    recorded = Cassette(
        {"recorded": "2026-11-21T01:30:00Z"}, (stream,), seal={}, source="chat.cassette.jsonl"
    )
    at = [0, len(ROLE)]
    at += [at[1] + len(HELLO)]
    at += [at[2] + len(WORLD)]
    at += [at[3] + 8]
    at += [at[4] + len(STOP)]

    assert list(draw(recorded)) == [
        "chat.cassette.jsonl, 1 exchange, 2026-11-21T01:30:00Z, sealed",
        "",
        "#0  POST https://api.example.com/v1/chat/completions",
        '    m-1, stream, 2 messages, 1 tool, user "Say\\nhi"',
        "    200 OK, text/event-stream, head 213.4 ms after the request",
        "           ms  gap           byte  chunk   event",
        f"          0.0            {at[0]:>8}  0       chunk  role assistant",
        f'         40.2  ▉         {at[1]:>8}  1-2     chunk  "Hel"',
        f'         40.2            {at[2]:>8}  =2      chunk  "lo"',
        f"        400.0  ████████  {at[3]:>8}  3       : ping",
        f"        400.1            {at[4]:>8}  4       chunk  finish stop",
        f"        400.1            {at[5]:>8}  =4      [DONE]",
        f"    complete 400.5 ms after the head, at byte {at[5] + len(DONE)}",
        f"    5 events, 5 chunks, {at[5] + len(DONE)} bytes, 613.9 ms in all",
        "    first byte 213.4 ms after the request, largest gap 359.8 ms, before event 3",
    ]


def test_unknown_times_are_not_shown() -> None:
    """A zero would be an invention."""
    lines = list(draw(Cassette({"timing": "none", "synthetic": True}, (exchange(Chunk(0, DONE)),))))

    assert lines[0] == "cassette, 1 exchange, times unknown, synthetic, not sealed"
    assert lines[4:] == [
        "    200 OK, text/event-stream",
        "        byte  chunk   event",
        "           0  0       [DONE]",
        "    complete, at byte 14",
        "    1 event, 1 chunk, 14 bytes",
    ]


def test_a_long_stream_shows_its_head_and_its_tail() -> None:
    """What is left out is counted."""
    stream = exchange(*(Chunk(n, chat({"content": str(n)})) for n in range(100)))
    texts = [
        line[43:] for line in draw_exchange(stream, max_events=6) if "chunk  " in line and "more" not in line
    ]

    assert texts[1:] == [f'chunk  "{n}"' for n in (0, 1, 2, 3, 98, 99)]
    assert "          ...  94 more" in list(draw_exchange(stream, max_events=6))


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (
            How.SERVER_CUT,
            "the server closed the connection 0.4 ms after the head, at byte 5 (ReadError: gone)",
        ),
        (How.CLIENT_CLOSE, "the client left 0.4 ms after the head, at byte 5 (ReadError: gone)"),
        (
            How.RECORDER_CRASH,
            "the recording stops (what came after it is unknown) 0.4 ms after the head, at byte 5",
        ),
    ],
)
def test_an_ending_is_told_in_plain_words(how: How, words: str) -> None:
    """What, when, at which byte, and the exception's name."""
    ending = Ending(how, 400, exception="ReadError", message="gone")
    lines = list(draw_exchange(exchange(Chunk(0, b"data:"), ending=ending), width=200))

    assert any(line.strip().startswith(words) for line in lines)


def test_an_event_that_no_client_sees_says_so() -> None:
    """Unterminated, without data, not JSON, a blank line too many."""
    body = b"data: {oops\n\n\nid: 7\n\nevent: x\ndata: 1\n\ndata: [DO"
    lines = [line[43:] for line in draw_exchange(exchange(Chunk(0, body)), width=200)]

    assert lines[4:9] == [
        'not JSON: "{oops"',
        "(blank line)",
        'no data: "id: 7\\n\\n"',
        "x  1",
        'not JSON: "[DO"  (no blank line: a client does not see it)',
    ]


def test_raw_shows_the_bytes_of_each_event() -> None:
    """Field names, comments and line ends included."""
    lines = list(draw_exchange(exchange(Chunk(0, b": a\r\ndata: \xff\r\n\r\n")), raw=True))

    assert lines[4].endswith('"\\": a\\\\r\\\\n'[2:4] + ' a\\r\\ndata: \\\\xff\\r\\n\\r\\n"')


def test_no_response_is_drawn_as_such() -> None:
    """With the way in which it ended."""
    lines = list(draw_exchange(exchange(response=None, ending=Ending(How.TIMEOUT, 5_000_000))))

    assert lines[2:] == ["    no response", "    the client's time ran out 5,000.0 ms after the request"]


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", lambda data: gzip.compress(data, mtime=0)),
        ("gzip", lambda data: gzip.compress(data[:9], mtime=0) + gzip.compress(data[9:], mtime=0) + b"\0"),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data, wbits=-zlib.MAX_WBITS)),
        ("gzip, br", lambda data: brotli.compress(gzip.compress(data, mtime=0))),
        ("br", brotli.compress),
        ("zstd", zstandard.ZstdCompressor().compress),
    ],
)
def test_compressed_bodies_are_decoded_for_the_eye(coding: str, pack: Any) -> None:
    """The totals say both sizes."""
    packed = pack(HELLO + DONE)
    chunks = [Chunk(n * 1000, packed[n : n + 1]) for n in range(len(packed))]
    lines = list(draw_exchange(exchange(*chunks, headers=(*SSE, ("content-encoding", coding))), width=200))

    assert any('chunk  "Hel"' in line for line in lines)
    assert f"{len(packed)} bytes ({len(HELLO + DONE)} decoded)" in lines[-2]


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "martian"])
def test_a_body_that_is_not_in_its_coding_is_said_to_be_so(coding: str) -> None:
    """The totals still count what was on the wire."""
    headers = (*SSE, ("content-encoding", coding))
    lines = list(
        draw_exchange(exchange(Chunk(0, b"data: 1\n\n"), Chunk(5, b"xy"), headers=headers), width=200)
    )

    assert "cannot be drawn any further" in lines[4]
    assert "2 chunks, 11 bytes" in lines[-2]


def test_a_whole_answer_is_drawn_in_one_line() -> None:
    """JSON by what it says, anything else by how it starts."""
    headers = (("content-type", "application/json"),)
    answer = json.dumps({"object": "chat.completion", "choices": [{"message": {"content": "hi"}}]}).encode()

    assert list(draw_exchange(exchange(Chunk(0, answer), headers=headers)))[3] == '    completion  "hi"'
    assert (
        list(draw_exchange(exchange(Chunk(0, b"\x89PNG\xff"), headers=headers)))[3]
        == '    "\\\\x89PNG\\\\xff"'
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"choices": [{"index": 0, "delta": {"reasoning_content": "hm"}}]}, 'chunk  reasoning "hm"'),
        (
            {"choices": [{"index": 1, "delta": {"tool_calls": [{"index": 0, "function": {"name": "f"}}]}}]},
            "chunk  [1] call 0 f",
        ),
        (
            {"choices": [{"delta": {"tool_calls": [{"index": 1, "function": {"arguments": "{"}}]}}]},
            'chunk  call 1 "{"',
        ),
        ({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}}, "chunk  usage 3 + 4"),
        ({"error": {"code": 429, "message": "slow down"}}, "error  429: slow down"),
        ({"type": "error", "error": {"type": "overloaded", "message": "x"}}, "error  overloaded: x"),
        (
            {"type": "response.output_text.delta", "output_index": 1, "delta": "a"},
            'response.output_text.delta  [1] "a"',
        ),
        (
            {"type": "response.output_item.added", "item": {"type": "function_call", "name": "f"}},
            "response.output_item.added  function_call f",
        ),
        (
            {
                "type": "response.incomplete",
                "response": {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}},
            },
            "response.incomplete  incomplete, because of max_output_tokens",
        ),
        (
            {"type": "message_start", "message": {"model": "c", "usage": {"input_tokens": 1}}},
            "message_start  c, usage 1 + ?",
        ),
        ({"type": "content_block_delta", "delta": {"partial_json": "{"}}, 'content_block_delta  input "{"'),
        ({"type": "content_block_delta", "delta": {"thinking": "hm"}}, 'content_block_delta  thinking "hm"'),
        ({"type": "message_delta", "delta": {"stop_reason": "end_turn"}}, "message_delta  stop end_turn"),
        ({"type": "ping"}, "ping  "),
        (
            {"candidates": [{"content": {"parts": [{"text": "a"}]}, "finishReason": "STOP"}]},
            'candidates  "a", finish STOP',
        ),
        (
            {"candidates": [{"content": {"parts": [{"functionCall": {"name": "f", "args": {"a": 1}}}]}}]},
            'candidates  call f {"a":1}',
        ),
        ({"a": 1}, 'json  {"a":1}'),
        ([1, 2], "json  [1,2]"),
    ],
)
def test_a_frame_of_each_dialect_is_told_in_a_few_words(value: JsonValue, expected: str) -> None:
    """Kind first, then what it carries."""
    assert "  ".join(summarise(value)) == expected


KEYS = [
    *("choices", "delta", "message", "index", "content", "tool_calls", "function", "name", "finish_reason"),
    *(
        "type",
        "error",
        "candidates",
        "parts",
        "response",
        "item",
        "output",
        "usage",
        "text",
        "code",
        "summary",
    ),
    *(
        "messages",
        "input",
        "tools",
        "functionDeclarations",
        "role",
        "promptFeedback",
        "functionCall",
        "prompt_tokens",
    ),
]
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.just("response"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=15,
)


@given(VALUES, VALUES)
def test_no_json_whatever_breaks_a_drawing(sent: object, came: object) -> None:
    """Shapes are guessed, so any guess may be wrong."""
    body = f"event: x\ndata: {json.dumps(came)}\n\n".encode()
    drawn = exchange(Chunk(0, body), request=Request("POST", "", (), json.dumps(sent).encode()))
    whole = replace(
        drawn, response=Response(200, (("content-type", "application/json"),), (Chunk(0, body[15:]),))
    )

    assert len(list(draw_exchange(drawn))) >= 5
    assert len(list(draw_exchange(whole))) >= 4


@given(st.lists(st.binary(max_size=20), max_size=6), st.text(max_size=10), st.integers(20, 60))
def test_every_line_fits_and_holds_no_control_character(pieces: list[bytes], text: str, width: int) -> None:
    """A recording cannot move the cursor of whoever looks at it."""
    chunks = tuple(Chunk(n * 1500, piece) for n, piece in enumerate(pieces))
    stream = exchange(*chunks, request=Request(text, text, (), text.encode("utf-8", "replace")))
    recorded = Cassette({"notes": [text]}, (stream,), source=text)

    for raw in (False, True):
        for line in draw(recorded, width=width, raw=raw):
            assert len(line) <= width
            assert not any(ord(character) < 32 or 0x7F <= ord(character) < 0xA0 for character in line)
