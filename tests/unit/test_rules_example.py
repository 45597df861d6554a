"""The notation in which rules show their streams."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from harness.cassettes.exchange import How
from harness.rules.example import BadExample, parse_example

if TYPE_CHECKING:
    from harness.rules.example import Example

CHAT = """
request: {"model":"m","stream":true}
events:
{"id":"c","choices":[{"index":0,"delta":{"content":"a"}}]}
{"id":"c","choices":[{"index":0,"delta":{"content":"b"}}]}
[DONE]
"""
NUMBERED = """
dialect: responses
events:
{"type":"response.created","sequence_number":0,"response":{}}
{"type":"response.output_text.delta","sequence_number":1,"delta":"a"}
{"type":"response.output_text.delta","sequence_number":2,"delta":"b"}
{"type":"response.completed","sequence_number":3,"response":{}}
"""


def body(example: Example) -> bytes:
    """The bytes of its body."""
    assert example.exchange.response is not None
    return example.exchange.response.body()


def payloads(example: Example) -> list[Any]:
    """What its events hold."""
    texts = [
        line.removeprefix(b"data: ") for line in body(example).split(b"\n") if line.startswith(b"data: ")
    ]
    return [json.loads(text) if text != b"[DONE]" else "[DONE]" for text in texts]


def numbers(example: Example) -> list[int | None]:
    """The sequence numbers of its events."""
    return [payload.get("sequence_number") for payload in payloads(example)]


class TestHead:
    """What is known of the exchange beside its body."""

    def test_defaults_are_those_of_an_ordinary_stream(self) -> None:
        """A POST that was answered with 200 and an event stream that ended as it should."""
        exchange = parse_example(CHAT).exchange
        assert exchange.response is not None
        assert (exchange.request.method, exchange.request.body) == ("POST", b'{"model":"m","stream":true}')
        assert exchange.request.url.endswith("/v1/chat/completions")
        assert (exchange.response.status, exchange.ending.how) == (200, How.COMPLETE)
        assert dict(exchange.response.headers) == {
            "content-type": "text/event-stream; charset=utf-8",
            "x-request-id": "req_0123456789abcdef",
        }

    def test_everything_can_be_said(self) -> None:
        """Method, path, status, fields, and an ending some time after the last event."""
        example = parse_example(
            "request: GET /v1/responses/r?stream=true\nstatus: 429\nheader: retry-after: 2\n"
            'ending: reset after 6 s\nbody:\n{"error":{}}\n'
        )
        response = example.exchange.response
        assert response is not None
        assert (example.exchange.request.method, example.exchange.request.body) == ("GET", b"")
        assert example.exchange.request.url.endswith("/v1/responses/r?stream=true")
        assert (response.status, dict(response.headers)["retry-after"]) == (429, "2")
        assert dict(response.headers)["content-type"] == "application/json"
        assert (example.exchange.ending.how, example.exchange.ending.at_us) == (How.RESET, 6_010_000)

    def test_nothing_may_be_known(self) -> None:
        """No request, no content type."""
        exchange = parse_example(
            "request: none\nheader: content-type: -\nheader: x-request-id: -\nbody:\ndata: {}\n\n"
        ).exchange
        assert exchange.response is not None
        assert (exchange.request.method, exchange.response.headers) == ("", ())

    def test_the_other_half_stands_below(self) -> None:
        """A translation has two exchanges, each with its dialect."""
        example = parse_example(CHAT.strip() + "\n--- upstream\n" + NUMBERED.strip())
        assert example.upstream is not None
        assert (example.dialect, example.upstream.dialect) == ("chat", "responses")
        assert len(payloads(example.upstream)) == 4


class TestBody:
    """The bytes."""

    def test_events_are_framed_as_their_dialect_does(self) -> None:
        """Chat has no event lines, Responses names the type."""
        assert body(parse_example(CHAT)).endswith(b"\n\ndata: [DONE]\n\n")
        assert body(parse_example(NUMBERED)).startswith(b'event: response.created\ndata: {"type"')

    def test_bytes_are_written_with_escapes(self) -> None:
        """Bytes that are no text, line ends of other kinds, and a body without a last one."""
        assert body(parse_example("body:\ndata: \\xff\\x00 \\\\ é\\r\n\ndata: [DONE]\\")) == (
            b"data: \xff\x00 \\ \xc3\xa9\r\n\ndata: [DONE]"
        )

    def test_a_base_stream_brings_its_request(self) -> None:
        """A shipped stream is a head and events, and edits go on from there."""
        example = parse_example("stream: chat/text\ndrop -1")
        assert example.exchange.request.body
        assert "[DONE]" not in payloads(example)


class TestEdits:
    """One change a line."""

    @pytest.mark.parametrize(
        ("edit", "contents"),
        [
            ('event 1: choices.0.delta.content = "x"', ["a", "x"]),
            ("event -2: choices.0.delta.content = null", ["a", None]),
            ("drop 0", ["b"]),
            ("repeat 0", ["a", "a", "b"]),
            ("move 1 before 0", ["b", "a"]),
            ('insert after 0: {"choices":[{"delta":{"content":"n"}}]}', ["a", "n", "b"]),
            ('insert before 0: {"choices":[{"delta":{"content":"n"}}]}', ["n", "a", "b"]),
            ('drop 0\nevent 1: choices.0.delta.content = "x"', ["x"]),
        ],
    )
    def test_an_edit_names_events_as_they_were_before_any(
        self, edit: str, contents: list[str | None]
    ) -> None:
        """Set, drop, repeat, move and insert."""
        found = [
            one["choices"][0]["delta"]["content"]
            for one in payloads(parse_example(CHAT + edit))
            if one != "[DONE]"
        ]
        assert found == contents

    def test_a_member_is_taken_away_or_put_at_an_end(self) -> None:
        """By a dotted path; an index one past the last appends."""
        first, second, _ = payloads(
            parse_example(CHAT + "event 0: - choices.0.delta\nevent 1: choices.1 = 7")
        )
        assert first["choices"] == [{"index": 0}]
        assert second["choices"][1] == 7

    def test_payloads_and_blocks_need_not_be_json(self) -> None:
        """What no encoder would write."""
        example = parse_example(CHAT + 'raw 0: {"a":NaN}\nblock 1: : ping\\r\\n\\r\\n')
        assert body(example) == b'data: {"a":NaN}\n\n: ping\r\n\r\ndata: [DONE]\n\n'

    def test_time_can_pass(self) -> None:
        """Events are 10 ms apart, unless a pause is longer."""
        response = parse_example(CHAT + "pause 1: 61 s").exchange.response
        assert response is not None
        assert [chunk.at_us for chunk in response.chunks] == [10_000, 61_010_000, 61_020_000]

    @pytest.mark.parametrize(
        ("edit", "expected"),
        [
            ("drop 1", [0, 1, 2]),
            ("repeat 1", [0, 1, 2, 3, 4]),
            ('insert after 0: {"type":"keepalive"}', [0, 1, 2, 3, 4]),
            ("event 1: sequence_number = 9", [0, 9, 2, 3]),
            ("event 1: - sequence_number", [0, None, 2, 3]),
            ("move response.completed before response.output_text.delta", [0, 1, 2, 3]),
            ("drop response.output_text.delta#1", [0, 1, 2]),
        ],
    )
    def test_events_are_numbered_anew_unless_the_edit_says(
        self, edit: str, expected: list[int | None]
    ) -> None:
        """A dropped event is no gap in the numbers: one edit breaks one thing."""
        assert numbers(parse_example(NUMBERED + edit)) == expected

    def test_what_was_edited_is_known(self) -> None:
        """So that a page can mark it."""
        assert parse_example(NUMBERED + 'event 2: delta = "x"\ndrop 0').edited == {1}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nonsense", "line 1"),
        ("drop 0", "edits needs"),
        ("stream: chat/none", "no shipped stream"),
        (CHAT + "drop 9", "no event '9'"),
        (CHAT + "event 0: x.y = 1", "no member 'x.y'"),
        (CHAT + "event 0: nothing", "PATH = JSON"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, says: str) -> None:
    """An example that is wrong must not pass for another one."""
    with pytest.raises(BadExample, match=says):
        parse_example(text)
