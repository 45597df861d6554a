"""Rules on framing: one fault gives one finding, whatever else could be said about the same bytes."""

from __future__ import annotations

import pytest

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.findings import Finding, Severity
from harness.rules.registry import rules
from harness.rules.unbuilt import UNBUILT
from tests.judging import judged

HEAD = (("content-type", "text/event-stream"), ("x-request-id", "req_1"))
CHUNK = b'{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"m",%b}'
FIRST = CHUNK % b'"choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}]'
MORE = CHUNK % b'"choices":[{"index":0,"delta":{"content":" you"},"finish_reason":null}]'
LAST = CHUNK % b'"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]'
DONE = b"data: [DONE]\n\n"


def block(data: bytes) -> bytes:
    """One ordinary block."""
    return b"data: " + data + b"\n\n"


WHOLE = block(FIRST) + block(LAST) + DONE


def findings_of(body: bytes, how: How = How.COMPLETE, dialect: str = "chat") -> list[Finding]:
    """What is said about a body of which nothing but the bytes and the ending is known: framing, and errors."""
    response = Response(200, HEAD, (Chunk(10_000, body),) if body else ())
    found = judged(Exchange(0, Request("", ""), response, Ending(how, 20_000)), dialect).findings
    return [one for one in found if one.rule.startswith(("SSE", "HTTP")) or one.severity is Severity.ERROR]


def rules_of(body: bytes, how: How = How.COMPLETE) -> list[str]:
    """Ids of the rules that a body breaks."""
    return sorted(one.rule for one in findings_of(body, how))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (WHOLE, []),
        (block(FIRST) + block(LAST) + b"data: [DONE]", ["SSE-FRAME-001"]),
        (block(FIRST) + block(LAST) + b"data: [DONE]\n", ["SSE-FRAME-001"]),
        (block(FIRST) + block(LAST) + b"data: [DO", ["SSE-TRUNC-001"]),
        (block(FIRST) + block(LAST)[:-9], ["SSE-TRUNC-001"]),
        (block(FIRST) + block(LAST)[:3], ["SSE-TRUNC-001"]),
        (block(FIRST) + b"event: chunk", ["SSE-TRUNC-001"]),
        (block(FIRST) + 'data: {"a":"é'.encode()[:-1], ["SSE-TRUNC-001"]),
        (WHOLE + b": bye", ["SSE-COMM-002"]),
        (WHOLE + b"\n\n\n", []),
        (block(FIRST) + b"data: " + LAST + b"\n" + DONE, ["SSE-FRAME-002"]),
        (block(FIRST) + b"data: " + LAST + b"\ndata: [DONE]\n", ["SSE-FRAME-002"]),
        (block(FIRST) + LAST + b"\n\n" + DONE, ["SSE-FIELD-002"]),
        (FIRST + b"\n" + LAST + b"\n" + DONE, ["SSE-FIELD-002"]),
        (block(FIRST) + b"data: \n\n" + block(LAST) + DONE, ["SSE-EVENT-001"]),
        (block(FIRST) + b"data:\n\n" + block(LAST) + DONE, ["SSE-EVENT-001"]),
        (block(FIRST) + b"event: ping\n\n" + block(LAST) + DONE, ["SSE-EVENT-001"]),
        (block(FIRST) + b"event: ping\ndata:\n\n" + block(LAST) + DONE, ["SSE-EVENT-001"]),
        (block(FIRST) + block(b": keepalive") + block(LAST) + DONE, ["SSE-COMM-001"]),
        (block(FIRST) + block(b"heartbeat") + block(LAST) + DONE, ["SSE-COMM-001"]),
        (block(FIRST) + block(b"oops") + block(LAST) + DONE, ["SSE-JSON-001"]),
        (block(FIRST) + block(b"{" * 100_000) + block(LAST) + DONE, ["SSE-JSON-001"]),
        (block(FIRST) + block(b'{"a":' * 100_000 + b"1" + b"}" * 100_000) + block(LAST) + DONE, ["SSE-JSON-001"]),
        (block(FIRST) + block(b"[]") + block(LAST) + DONE, ["SSE-JSON-002"]),
        (block(FIRST) + block(b"7") + block(LAST) + DONE, ["SSE-JSON-002"]),
        (block(FIRST) + block(LAST) + block(b'"[DONE]"'), ["SSE-DONE-003"]),
        (block(FIRST) + block(LAST) + block(b"[DONE] "), ["SSE-DONE-003"]),
        (block(FIRST) + block(LAST) + block(b"DONE"), ["SSE-DONE-003"]),
        (block(FIRST) + block(LAST) + b"event: end\ndata: [DONE]\n\n", ["SSE-DONE-003"]),
        (block(FIRST) + block(LAST), ["SSE-DONE-001"]),
        (WHOLE + DONE, ["SSE-DONE-001"]),
        (WHOLE + block(b"null"), ["SSE-DONE-002"]),
        (WHOLE + block(b"oops"), ["SSE-DONE-002"]),
        (WHOLE + b": bye\n\n", ["SSE-COMM-002"]),
        (block(FIRST) + block(MORE.replace(b" you", b"\xff")) + block(LAST) + DONE, ["SSE-UTF8-001"]),
        (block(FIRST) + block(MORE.replace(b" you", b"\\ud83d")) + block(LAST) + DONE, ["SSE-UTF8-003"]),
        (block(FIRST) + block(MORE.replace(b" you", b"\\uFFFD")) + block(LAST) + DONE, ["SSE-UTF8-002"]),
        (block(FIRST) + block(MORE.replace(b" you", b"\xef\xbf\xbd")) + block(LAST) + DONE, ["SSE-UTF8-002"]),
        (block(FIRST) + b": caf\xe9\n\n" + block(LAST) + DONE, ["SSE-COMM-002", "SSE-UTF8-001"]),
        (block(FIRST) + b"data:" + MORE.replace(b" you", b"\xff") + b"\n\n" + block(LAST) + DONE,
         ["SSE-FRAME-005", "SSE-UTF8-001"]),
        (b"\xef\xbb\xbf" + WHOLE, ["SSE-BOM-001"]),
        (WHOLE.replace(b"\n", b"\r\n"), ["SSE-FRAME-004"]),
        (WHOLE.replace(b"\n", b"\r"), ["SSE-FRAME-004"]),
        (WHOLE.replace(b"\n\n", b"\r\n\n"), ["SSE-FRAME-004"]),
        (WHOLE.replace(b"data: ", b"data:"), ["SSE-FRAME-005"]),
        (block(FIRST) + b"retry: 9\n\n" + block(LAST) + DONE, ["SSE-RETRY-001"]),
        (block(FIRST) + b"id: 1\n" + block(LAST) + DONE, ["SSE-ID-001"]),
        (b"id: 1\n" + block(FIRST) + b": x\n\n" + block(LAST) + DONE, ["SSE-COMM-002", "SSE-ID-001", "SSE-ID-002"]),
        (b"id: 1\n" + block(FIRST) + b"id\n" + block(LAST) + b"\n" + DONE, ["SSE-ID-001"]),
        (b"Data: x\n" + WHOLE, ["SSE-FIELD-001"]),
        (b"event: thread.run\n" + WHOLE, ["SSE-EVENT-005"]),
        (b"", ["HTTP-STATUS-002"]),
        (DONE, ["HTTP-STATUS-002"]),
        (b": nothing\n\n", ["HTTP-STATUS-002", "SSE-COMM-002"]),
    ],
)  # fmt: skip
def test_one_fault_gives_one_finding(body: bytes, expected: list[str]) -> None:
    """The plainest name of the fault speaks, and what follows from it is not told again."""
    findings = findings_of(body)
    assert sorted(one.rule for one in findings) == expected
    assert all(one.times == 1 for one in findings if one.severity is Severity.ERROR)


@pytest.mark.parametrize("how", [How.CLIENT_CLOSE, How.CANCELLED, How.TIMEOUT, How.RECORDER_CRASH])
@pytest.mark.parametrize("cut", [len(block(FIRST)), len(block(FIRST)) + 30, len(WHOLE) - 1, 0])
def test_a_client_that_leaves_is_no_fault_of_the_server(how: How, cut: int) -> None:
    """What is missing might have come."""
    assert rules_of(WHOLE[:cut], how) == []


@pytest.mark.parametrize("cut", [len(block(FIRST)), len(block(FIRST)) + 30, 0])
def test_a_broken_connection_is_told_once(cut: int) -> None:
    """It explains everything that is missing."""
    assert rules_of(WHOLE[:cut], How.RESET) == ["HTTP-CLOSE-002"]


def test_repeats_are_one_finding_with_a_count() -> None:
    """A server that sends a comment before every event is told so once."""
    (found,) = findings_of(b"".join(b": busy\n\n" + block(one) for one in (FIRST, MORE, MORE, LAST)) + DONE)
    assert (found.rule, found.times, found.where.start) == ("SSE-COMM-002", 4, 0)


def test_mixed_line_ends_are_worse_than_carriage_returns() -> None:
    """openai-node finds no end in them."""
    (found,) = findings_of(block(FIRST) + block(LAST) + b"data: [DONE]\n\r\n")
    assert found.severity is Severity.WARNING


def test_a_finding_about_the_beginning_points_there() -> None:
    """Though it is made at the end, when everything is known."""
    (found,) = findings_of(b"\xef\xbb\xbf" + WHOLE)
    assert (found.where.start, found.where.stop) == (0, 1)


def test_what_comes_again_points_at_what_came_first() -> None:
    """So that both can be looked at."""
    (found,) = findings_of(WHOLE + DONE)
    assert found.earlier is not None
    assert found.earlier.event == 2
    assert found.where.event == 3


def test_the_events_of_one_block_are_all_taken() -> None:
    """A server that never sends a blank line is told that, and not that its answer is missing."""
    lines = b"".join(b"data: " + one + b"\n" for one in (FIRST, MORE, LAST, b"[DONE]"))
    assert rules_of(lines) == ["SSE-FRAME-002"]


def test_a_number_beyond_all_machines_is_json_all_the_same() -> None:
    """RFC 8259 sets no limit, so no rule speaks of it."""
    huge = MORE.replace(b'"created":1768392000', b'"created":1768392000,"x":1e999')
    assert "SSE-JSON-001" not in rules_of(block(FIRST) + block(huge) + block(LAST) + DONE)


def test_a_responses_stream_names_what_its_line_says_wrongly() -> None:
    """Each pair of line and type once, however often it comes."""
    body = b"".join(
        b'event: x\ndata: {"type":"keepalive","sequence_number":%d}\n\n' % number for number in range(3)
    )
    named = [one for one in findings_of(body, How.CLIENT_CLOSE, "responses") if one.rule == "SSE-EVENT-002"]
    assert [(one.expected, one.found, one.times) for one in named] == [("event: keepalive", "event: x", 1)]


def test_a_rule_of_the_catalogue_is_built_or_explained() -> None:
    """31 on framing and 17 on HTTP."""
    built = {one for one in rules() if one.startswith(("SSE-", "HTTP-"))}
    explained = {one for one in UNBUILT if one.startswith(("SSE-", "HTTP-"))}
    assert not built & explained
    assert (len({one for one in built | explained if one.startswith("SSE-")})) == 31
    assert (len({one for one in built | explained if one.startswith("HTTP-")})) == 17
