"""The tables of Gemini: every walk is accepted, what is outside is told, and nothing raises."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from harness.dialects.gemini import grammar as g
from harness.dialects.gemini.machine import GeminiMachine
from harness.sse.event import SseEvent

PARTS: st.SearchStrategy[Any] = st.sampled_from(
    [
        {"text": "a"},
        {"text": "b", "thought": True},
        {"functionCall": {"name": "f", "args": {"x": 1}}},
        {"text": "", "thoughtSignature": "s"},
        {"executableCode": {"code": "1"}},
    ]
)
CONTENT = st.lists(PARTS, min_size=1, max_size=3)


def response(
    parts: list[dict[str, Any]] | None, *, finish: str | None = None, index: int = 0
) -> dict[str, Any]:
    """One response for one candidate."""
    candidate: dict[str, Any] = {"index": index}
    if parts is not None:
        candidate["content"] = {"parts": parts, "role": "model"}
    if finish is not None:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], "responseId": "r", "modelVersion": "m"}


def fed(machine: GeminiMachine, body: dict[str, Any], at: int) -> tuple[Any, ...]:
    """What the machine says about one response."""
    event = SseEvent(at, None, b"", None, None, at * 10, at * 10 + 10)
    return machine.step("error" if "error" in body else "response")(event, body)


@given(st.lists(CONTENT, max_size=6), CONTENT, st.integers(0, 2))
def test_every_walk_is_accepted(
    runs: list[list[dict[str, Any]]], last: list[dict[str, Any]], repeats: int
) -> None:
    """Content, then a response that finishes, and any number that finish again."""
    machine = GeminiMachine()
    bodies = [response(parts) for parts in runs] + [response(last, finish="STOP")] * (1 + repeats)
    for at, body in enumerate(bodies):
        assert fed(machine, body, at) == ()
    assert machine.finish() == ()
    assert machine.state == g.FINISHED


@given(st.lists(CONTENT, max_size=4), st.data())
def test_content_after_the_finish_is_told_once(runs: list[list[dict[str, Any]]], data: st.DataObject) -> None:
    """A finished candidate has no content, unless each response finishes it again."""
    machine = GeminiMachine()
    for at, body in enumerate([*[response(parts) for parts in runs], response(None, finish="STOP")]):
        assert fed(machine, body, at) == ()
    late: Any = data.draw(st.sampled_from([[{"text": "a"}], [{"functionCall": {"name": "f"}}]]))
    assert [one.kind for one in fed(machine, response(late), 90)] == [g.OUT_OF_ORDER]
    assert fed(machine, response(late), 91) == ()


@given(st.lists(CONTENT, max_size=4))
def test_a_stream_without_a_finish_is_told(runs: list[list[dict[str, Any]]]) -> None:
    """The body may not end while a candidate is unfinished, nor before anything came."""
    machine = GeminiMachine()
    for at, parts in enumerate(runs):
        fed(machine, response(parts), at)
    assert [one.kind for one in machine.finish()] == [g.NO_END]


@given(st.lists(CONTENT, max_size=3))
def test_nothing_may_follow_an_error(runs: list[list[dict[str, Any]]]) -> None:
    """An error ends the stream; the first response after it is told, the next ones are not."""
    machine = GeminiMachine()
    assert fed(machine, {"error": {"code": 500, "message": "m"}}, 0) == ()
    told = [one.kind for at, parts in enumerate(runs) for one in fed(machine, response(parts), at + 1)]
    assert told == ([g.AFTER_END] if runs else [])


@given(st.lists(st.booleans(), max_size=8), st.lists(st.integers(0, 8), max_size=3))
def test_runs_of_text_do_not_depend_on_how_they_were_cut(kinds: list[bool], joins: list[int]) -> None:
    """Parts one by one, or several in one response, amount to the same segments."""
    parts = [{"text": str(at), **({"thought": True} if thought else {})} for at, thought in enumerate(kinds)]
    borders = sorted({0, len(parts), *(one for one in joins if one < len(parts))})
    groups = [parts[start:stop] for start, stop in itertools.pairwise(borders)]
    folded = []
    for runs in ([[part] for part in parts], groups):
        machine = GeminiMachine()
        for at, run in enumerate(runs):
            assert fed(machine, response(run), at) == ()
        lane = machine.lanes.get(0)
        folded.append([(one.kind, one.text.text) for one in lane.segments] if lane else [])
    assert folded[0] == folded[1]
    assert "".join(text for _, text in folded[0]) == "".join(str(at) for at in range(len(parts)))


NAMES = st.sampled_from(
    [
        "candidates", "content", "parts", "text", "thought", "functionCall", "partialArgs", "jsonPath", "stringValue",
        "finishReason", "index", "usageMetadata", "totalTokenCount", "promptFeedback", "blockReason", "error",
        "willContinue", "args",
    ]
)  # fmt: skip
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from(["STOP", "$.a[0].b", "$.a", "x", ""])
)
JSON = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=14,
)


@given(st.lists(st.dictionaries(NAMES, JSON, max_size=4), max_size=8))
def test_nothing_makes_the_machine_raise(bodies: list[dict[str, Any]]) -> None:
    """Whatever is left of a response that did not fit, the machine goes on."""
    machine = GeminiMachine()
    for at, body in enumerate(bodies):
        event = SseEvent(at, None, b"", None, None, at, at + 1)
        assert isinstance(machine.malformed("error" if "error" in body else "response", event, body), tuple)
    assert isinstance(machine.finish(), tuple)
