"""One fault, one finding: what follows from an event that cannot be read, or does not fit, is not reported as well."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.checking.profiles import profile
from harness.dialects.schema import schemas
from harness.findings import Severity
from harness.rules.example import parse_example, shipped
from tests.judging import dialect_named, judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.findings import Finding
    from harness.rules.example import Example

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[2] / "specs" / "examples"
NAMES = sorted(f"{one.parent.name}/{one.stem}" for one in ROOT.glob("*/*.txt"))
EVERY = 7
"""Of the ways to misshape an event, one in so many is tried: each place of each kind of event comes in many streams."""

EXCEPTIONS = {
    (
        "chat/error",
        "/error",
    ): "an error without its `error` is `{}`: nothing shows that it was meant to end the stream",
    ("translation/chat_error", "/error"): "likewise",
}


def example_named(name: str) -> Example:
    """A shipped exchange."""
    return parse_example(shipped(name), dialect=name.partition("/")[0])


def is_stream(example: Example) -> bool:
    """Whether its body is an event stream."""
    response = example.exchange.response
    assert response is not None
    return any(value.startswith("text/event-stream") for _, value in response.headers)


STREAMS = [name for name in NAMES if is_stream(example_named(name))]


def blocks(example: Example) -> list[bytes]:
    """The blocks of its body, one an event."""
    assert example.exchange.response is not None
    return [chunk.data for chunk in example.exchange.response.chunks]


def with_block(example: Example, index: int, *others: bytes) -> list[Finding]:
    """What is loud enough to be heard about the stream with other blocks from one place on."""
    response = example.exchange.response
    assert response is not None
    chunks = list(response.chunks)
    for at, block in enumerate(others, index):
        chunks[at] = chunks[at]._replace(data=block)
    exchange = replace(example.exchange, response=replace(response, chunks=tuple(chunks)))
    return [one for one in judged(exchange, example.dialect).findings if one.severity is not Severity.INFO]


def unreadable(block: bytes) -> dict[str, bytes]:
    """The block with data that is cut, that holds a byte which is no UTF-8, and that is one brace."""
    head, mark, rest = block.partition(b"data: ")
    data = rest.removesuffix(b"\n\n")
    middle = len(data) // 2
    spoilt = {
        "cut": data[: len(data) * 2 // 3],
        "byte": data[:middle] + b"\xff" + data[middle + 1 :],
        "brace": b"{",
    }
    return {how: head + mark + text + b"\n\n" for how, text in spoilt.items()}


def told(findings: list[Finding]) -> list[str]:
    """Findings in one line each."""
    return [f"{one.severity} {one.rule} event {one.where.event}: {one.message}" for one in findings]


@pytest.mark.parametrize("name", STREAMS)
def test_an_event_that_cannot_be_read_is_one_finding(name: str) -> None:
    """Whatever it was: a delta, a start, an end, the usage, the role. Nothing else is louder than info."""
    example = example_named(name)
    for index, block in enumerate(blocks(example)):
        if block == b"data: [DONE]\n\n":
            continue
        for how, bad in unreadable(block).items():
            findings = with_block(example, index, bad)
            rules_here = [one.rule for one in findings if one.where.event == index]
            assert len(findings) == 1, (index, how, told(findings))
            assert rules_here, (index, how, told(findings))
            assert rules_here[0] == ("SSE-UTF8-001" if how == "byte" else "SSE-JSON-001")


@pytest.mark.parametrize("name", STREAMS)
def test_several_events_that_cannot_be_read_are_that_and_nothing_else(name: str) -> None:
    """A run of three, wherever it lies: the start of an item and of its part may be in it, and its first text."""
    example = example_named(name)
    there = [one for one in blocks(example) if one != b"data: [DONE]\n\n"]
    for index in range(len(there) - 2):
        findings = with_block(example, index, *([b"data: {\n\n"] * 3))
        assert {one.rule for one in findings} == {"SSE-JSON-001"}, (index, told(findings))


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every member and element of a payload."""
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        yield (*at, key)
        yield from places(child, (*at, key))


def misshapen(body: Any, path: tuple[Any, ...], *, gone: bool) -> Any:
    """The payload without the member, or with one of another JSON type."""
    body = copy.deepcopy(body)
    holder = body
    for key in path[:-1]:
        holder = holder[key]
    if gone:
        del holder[path[-1]]
    else:
        holder[path[-1]] = 17 if isinstance(holder[path[-1]], str | dict | list | None) else "wrong"
    return body


def misshapen_events(example: Example) -> Iterator[tuple[int, str, bytes]]:
    """Some of the ways in which one event does not fit its schema: where, the member, and the new block."""
    spoken = dialect_named(example.dialect)
    known = schemas(spoken.schema, overlays=profile("openai").overlays)
    count = 0
    for index, block in enumerate(blocks(example)):
        head, mark, data = block.partition(b"data: ")
        if not data.startswith(b"{"):
            continue
        body = json.loads(data)
        for path in places(body):
            for gone in (False,) if isinstance(path[-1], int) else (True, False):
                count += 1
                if count % EVERY:
                    continue
                bad = misshapen(body, path, gone=gone)
                validator = known.validator(spoken.kind(bad) or "")
                if validator is None or validator.is_valid(bad):
                    continue
                text = json.dumps(bad, ensure_ascii=False, separators=(",", ":")).encode()
                pointer = "".join(f"/{key}" for key in path)
                yield index, pointer, head + mark + text + b"\n\n"


@pytest.mark.parametrize("name", STREAMS)
def test_an_event_that_does_not_fit_is_reported_there_and_nowhere_else(name: str) -> None:
    """A member that is missing or has a wrong type: no other event is blamed, and no rule repeats another."""
    example = example_named(name)
    for index, pointer, block in misshapen_events(example):
        if (name, pointer) in EXCEPTIONS:
            continue
        findings = with_block(example, index, block)
        elsewhere = [one for one in findings if one.where.event != index]
        assert not elsewhere, (index, pointer, told(findings))
        errors = {one.rule for one in findings if one.severity is Severity.ERROR}
        assert len(errors) <= 1, (index, pointer, told(findings))
