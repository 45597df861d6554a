"""Input that nobody meant to send: a verdict or one clear line, never a traceback."""

from __future__ import annotations

import gc
import json
from time import process_time
from typing import Any

import pytest

import harness
from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.checking.report import Report, Status, Verdict
from harness.findings import Finding, Severity

DONE = b"data: [DONE]\n\n"
CHUNK = {"id": "a", "object": "chat.completion.chunk", "created": 1, "model": "m"}


def stream_of(*bodies: Any) -> bytes:
    """An event stream of these payloads."""
    return b"".join(b"data: %s\n\n" % json.dumps(body).encode() for body in bodies)


TYPES = stream_of(
    {"type": 5},
    {"type": None},
    {"type": ["response.created"]},
    {"type": {"a": 1}, "response": 5},
    {"type": "response.completed", "response": []},
    {"type": "response.created", "response": "x", "sequence_number": True},
)
_CHOICES: tuple[Any, ...] = (5, {"0": 1}, [5], [None], [{"index": "0"}], [{"index": True, "delta": 5}])
_CALLS: tuple[Any, ...] = (5, [5], [{"index": -1, "function": 5}])
_ERRORS: tuple[Any, ...] = (5, [], {"message": 5})
CHOICES = stream_of(
    *({"choices": value} for value in _CHOICES),
    *({"choices": [{"index": 0, "delta": {"tool_calls": value}}]} for value in _CALLS),
    *({"error": value} for value in _ERRORS),
    {"choices": [], "usage": [1]},
    {"choices": [{"index": 1e30, "delta": {}}]},
)
HUGE = (
    b'data: {"choices":[{"index":%s,"delta":{"content":"x"}}],"created":%s,"usage":{"total_tokens":1e400}}\n\n'
    % (
        b"9" * 400,
        b"9" * 10_000,
    )
)
SURROGATES = (
    rb'data: {"choices":[{"index":0,"delta":{"\ud800":"\udfff"},"finish_reason":"\ud83d"}]}' + b"\n\n"
)
BODIES = {
    "types of any kind": TYPES,
    "choices of any kind": CHOICES,
    "huge numbers": HUGE + DONE,
    "lone surrogates": SURROGATES + DONE,
    "nesting that some Pythons follow": b'data: {"choices":'
    + b'{"a":' * 5_000
    + b"1"
    + b"}" * 5_000
    + b"}\n\n"
    + DONE,
    "deep nesting": b'data: {"choices":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n\n" + DONE,
    "bytes that are not UTF-8": b'data: {"choices":[{"index":0,"delta":{"content":"\xc3\x28"}}]}\n\n\xff\xff: x\n\n'
    + DONE,
    "carriage returns only": CHOICES.replace(b"\n", b"\r"),
    "zero bytes": b'data: {"choices":\x00}\n\n\x00\x00\x00',
}


@pytest.mark.parametrize("dialect", ["chat", "responses"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_hostile_body_is_judged(body: bytes, dialect: str) -> None:
    """It breaks rules, or speaks another dialect; it breaks nothing else."""
    report = harness.check(body, dialect=dialect)
    assert report.exit_code in {1, 4}, str(report)
    assert "defect of harness" not in str(report)
    assert all(len(finding.message) < 1_000 for finding in report.findings)


def test_a_url_that_is_broken_hides_nothing() -> None:
    """Recordings that were made by hand hold anything; the body shows the dialect."""
    request = Request(method="POST", url="http://[::1", headers=(), body=b"{}")
    response = Response(
        status=200,
        headers=(("content-type", "text/event-stream"),),
        chunks=(Chunk(0, CHOICES),),
    )
    exchange = Exchange(index=0, request=request, response=response, ending=Ending(How.COMPLETE, 1))
    report = harness.check(exchange)
    assert [one.dialect for one in report.inputs] == ["chat"]


def test_a_source_cannot_steer_a_terminal() -> None:
    """A file's name is as little to be trusted as what it holds."""
    found = Finding(rule="SSE-ID-001", severity=Severity.ERROR, message="an id")
    text = str(Report("openai", (Verdict(source="a\x1b[31m\nb", status=Status.FAILED, findings=(found,)),)))
    assert "a\\x1b[31m\\nb" in text


def spent_on(body: bytes, dialect: str) -> float:
    """Seconds of the processor for a check, without the collector of garbage: it goes through what other tests keep."""
    harness.check(body, dialect=dialect)  # the second time nothing is loaded or compiled
    gc.disable()
    try:
        began = process_time()
        harness.check(body, dialect=dialect)
        return process_time() - began
    finally:
        gc.enable()


def test_calls_cost_no_more_each_the_more_there_are() -> None:
    """Whether another call has the same id is known without looking at all of them."""

    def seconds(count: int) -> float:
        calls = [
            {"index": n, "id": f"c{n}", "type": "function", "function": {"name": "f", "arguments": "{}"}}
            for n in range(count)
        ]
        body = stream_of(
            *({**CHUNK, "choices": [{"index": 0, "delta": {"tool_calls": [call]}}]} for call in calls)
        )
        return spent_on(body, "chat")

    assert seconds(6_000) / 6_000 < 4 * seconds(600) / 600


@pytest.mark.parametrize(("many", "most"), [(500, 4_000)])
def test_items_and_parts_that_stay_open_cost_no_more_each_the_more_there_are(many: int, most: int) -> None:
    """Which item or part an event is about is found without looking at all of them."""

    def seconds(count: int) -> float:
        message = {"type": "message", "role": "assistant", "status": "in_progress", "content": []}
        events: list[object] = [
            {"type": "response.output_item.added", "output_index": n, "item": {**message, "id": f"m{n}"}}
            for n in range(count)
        ]
        events += [
            {"type": "response.output_text.delta", "output_index": n, "item_id": f"m{n}", "delta": "x"}
            for n in range(count)
        ]
        return spent_on(stream_of(*events), "responses")

    assert seconds(most) / most < 4 * seconds(many) / many
