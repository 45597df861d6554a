"""Which blocks are plain, and what is kept of those that are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.sse.decoder import Decoder
from harness.sse.lines import fields
from harness.sse.payload import Fault, Payload, bare_payloads, diagnosed, looks_like_done, merged

if TYPE_CHECKING:
    from harness.sse.event import SseEvent


def events_of(body: bytes) -> list[SseEvent]:
    """All blocks of a body."""
    decoder = Decoder(every_block=True)
    return [*decoder.feed(body), *decoder.finish()]


@pytest.mark.parametrize(
    "block",
    [
        b"data: {}\n\n",
        b"data: {}\r\n\r\n",
        b"event: x\ndata: {}\n\n",
        b"event: x\r\ndata: {}\r\n\r\n",
        b"data: [DONE]\n\n",
        "event: é\ndata: é\n\n".encode(),
        b"data: \xff\n\n",
        b"data:  {}\n\n",
    ],
)
@pytest.mark.parametrize("before", [b"", b"data: 1\n\n", b": x\n\n", b"event: a\ndata: 1\n\n", b"\n"])
def test_a_plain_block_keeps_nothing(before: bytes, block: bytes) -> None:
    """Whichever way the decoder takes to it."""
    assert events_of(before + block)[-1].block == b""


@pytest.mark.parametrize(
    "block",
    [
        b"data:{}\n\n",
        b"data: {}\r\r",
        b"data: {}\r\n\n",
        b"data: {}\n\r\n",
        b"data: a\ndata: b\n\n",
        b"data\n\n",
        b": x\n\n",
        b": x\ndata: {}\n\n",
        b"data: {}\nevent: x\n\n",
        b"event:x\ndata: {}\n\n",
        b"event: x\n\n",
        b"event: \xff\ndata: {}\n\n",
        b"id: 1\ndata: {}\n\n",
        b"retry: 1\ndata: {}\n\n",
        b"foo: bar\ndata: {}\n\n",
        b"data: {}\n",
        b"data: {}",
    ],
)
@pytest.mark.parametrize("before", [b"", b"data: 1\n\n", b"event: a\ndata: 1\n\n"])
def test_any_other_block_keeps_its_bytes(before: bytes, block: bytes) -> None:
    """So that rules can look at its lines, and an ordinary stream holds no copy of itself."""
    found = events_of(before + block)[-1]
    assert found.block == block
    assert found.start == len(before)


def test_a_superfluous_blank_line_is_a_block_of_its_own() -> None:
    """It says nothing, and openai-python may make an event of it."""
    assert [one.block for one in events_of(b"data: 1\n\n\n")] == [b"", b"\n"]


def test_the_lines_of_a_block_are_what_the_standard_reads() -> None:
    """One space is taken away, and a line without a colon has an empty value."""
    found = fields(b":hi\ndata:  x\r\ndata\nfoo: bar\nid:7\n\n")
    assert [(one.name, one.value, one.spaced, one.is_known, one.is_comment) for one in found] == [
        (b"", b"hi", False, False, True),
        (b"data", b" x", True, True, False),
        (b"data", b"", False, True, False),
        (b"foo", b"bar", True, False, False),
        (b"id", b"7", False, True, False),
    ]


@pytest.mark.parametrize(
    ("data", "fault", "value"),
    [
        (b"", Fault.EMPTY, None),
        (b" \t", Fault.EMPTY, None),
        (b"[done]", Fault.DONE, None),
        (b"DONE", Fault.DONE, None),
        (b"[DONE] ", Fault.DONE, None),
        (b": ping", Fault.COMMENT, None),
        (b"keep-alive", Fault.COMMENT, None),
        (b'{"a":"\xff"}', Fault.UTF8, {"a": "\ufffd"}),
        (b'{"a":"\xff', Fault.UTF8, None),
        (b'{"a":"\\ud83d","\\udc00":1}', Fault.SURROGATE, {"a": "\ufffd", "\ufffd": 1}),
        (b'{"a":NaN,"b":[-Infinity]}', Fault.CONSTANT, {"a": 0.0, "b": [0.0]}),
        (b'{"a":1}\n{"b":2}', Fault.MERGED, None),
        (b'{"a":1}\n[DONE]', Fault.MERGED, None),
        (b'{"a":1}\noops', Fault.SYNTAX, None),
        (b'{"a":1}{"b":2}', Fault.SYNTAX, None),
        (b'{"a":-1e999}', Fault.RANGE, {"a": -1.7976931348623157e308}),
        (b'{"a":' + b"[" * 100_000, Fault.DEPTH, None),
        (b"{", Fault.SYNTAX, None),
    ],
)
def test_data_that_is_no_json_has_one_name(data: bytes, fault: Fault, value: object) -> None:
    """And what can be read of it is read, so that it is told once and not missed as well."""
    found = diagnosed(data)
    assert (found.fault, found.value) == (fault, value)
    assert found.text


def test_a_number_of_too_many_digits_is_bounded() -> None:
    """Python itself refuses to convert it."""
    assert diagnosed(b'{"a":' + b"9" * 5000 + b"}").value == {"a": 1.7976931348623157e308}


@pytest.mark.parametrize(
    ("value", "expected"), [("[DONE]", True), ("done", True), ("over", False), (7, False)]
)
def test_a_text_may_be_meant_as_the_sentinel(value: object, expected: bool) -> None:  # noqa: FBT001 - a table
    """Some servers put it into quotes."""
    assert looks_like_done(value) is expected


def test_events_in_one_block_keep_the_line_before_each() -> None:
    """The last `event` line would otherwise count for all of them."""
    (event,) = events_of(b"event: a\ndata: {}\nevent: b\ndata: {}\ndata: {}\n\n")
    assert merged(event) == [Payload("a", b"{}"), Payload("b", b"{}"), Payload(None, b"{}")]


def test_lines_without_a_field_are_payloads_in_their_order() -> None:
    """Those of `data` lines among them; without any bare line, the block is read as usual."""
    (event,) = events_of(b'{"a":1}\ndata: {"b":2}\n {"c":3}\nnoise\n\n')
    assert bare_payloads(event) == [
        Payload(None, b'{"a":1}'),
        Payload(None, b'{"b":2}'),
        Payload(None, b'{"c":3}'),
    ]
    (event,) = events_of(b'data:{"b":2}\nnoise\n\n')
    assert bare_payloads(event) == []
