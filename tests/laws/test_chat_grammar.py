"""The tables of a Chat stream's order hold: what they allow passes, and what they do not is noticed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.dialects.chat import DIALECT
from harness.dialects.chat import grammar as g
from harness.findings import Severity
from harness.sse.event import SseEvent
from tests.judging import judged

if TYPE_CHECKING:
    from collections.abc import Iterator

REFUSALS = {*g.REFUSED.values(), "choice-index-order", "call-index-gap", "unfinished"}
USAGE = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
ERROR = {"error": {"message": "it failed", "type": "server_error", "param": None, "code": None}}


class Step(NamedTuple):
    """One chunk: what it is to the stream, and what its delta is to a choice and to a call of it."""

    what: str
    choice: int = 0
    does: str = ""
    call: int = 0


def payload(step: Step, opened: set[tuple[int, int]], number: int) -> dict[str, Any] | None:
    """The chunk on the wire; None is `[DONE]`."""
    if step.what == g.DONE:
        return None
    if step.what == g.ERROR:
        return ERROR
    chunk: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1768392000,
        "model": "m",
        "choices": [],
        "usage": USAGE if step.what == g.USAGE else None,
    }
    if step.what == g.MODERATION:
        verdict = {"type": "error", "code": "none", "message": "none"}
        chunk["moderation"] = {"input": verdict, "output": verdict}
    if step.what == g.CHOICES:
        delta: dict[str, Any] = {}
        if step.does == g.ROLE:
            delta = {"role": "assistant", "content": ""}
        elif step.does == g.TEXT:
            delta = {"content": f" word{number}"}
        elif step.does == g.FRAGMENT:
            function: dict[str, Any] = {"arguments": ""}
            fragment: dict[str, Any] = {"index": step.call, "function": function}
            if (step.choice, step.call) not in opened:
                opened.add((step.choice, step.call))
                fragment |= {"id": f"call_{step.choice}_{step.call}", "type": "function"}
                function |= {"name": "f", "arguments": "{}"}
            delta = {"tool_calls": [fragment]}
        calls = any(choice == step.choice for choice, _ in opened)
        reason = ("tool_calls" if calls else "stop") if step.does == g.FINISH else None
        entry = {"index": step.choice, "delta": delta, "logprobs": None, "finish_reason": reason}
        chunk["choices"] = [entry]
    return chunk


def payloads(walk: list[Step]) -> list[dict[str, Any] | None]:
    """All chunks of a walk."""
    opened: set[tuple[int, int]] = set()
    return [payload(step, opened, number) for number, step in enumerate(walk)]


def refused(walk: list[Step]) -> Iterator[str]:
    """What the tables refuse in a walk, read as they stand and adopted as the machine does."""
    stream = g.START
    choices: dict[int, str] = {}
    calls: dict[int, dict[int, str]] = {}
    named: set[int] = set()
    for step in walk:
        after = g.STREAM[stream].get(step.what)
        if after is None:
            yield from filter(None, [g.REFUSED.get((stream, step.what))])
        if after is None and step.what == g.USAGE:
            after = g.COUNTED if stream != g.FAILED else stream
        stream = after or stream
        if step.what != g.CHOICES:
            continue
        if step.choice not in choices and step.choice != len(choices):
            yield "choice-index-order"
        state = choices.get(step.choice, g.STRANGER)
        moved = g.CHOICE[state].get(step.does)
        late = step.does == g.ROLE and step.choice not in named  # the first role, after a delta without one
        named |= {step.choice} if step.does == g.ROLE else set()
        if moved is None and not late:
            yield from filter(None, [g.REFUSED.get((state, step.does))])
            moved = g.CHOICE[g.TALKING].get(step.does) if state == g.STRANGER else None
        choices[step.choice] = moved or state
        if step.does == g.FRAGMENT:
            yield from fragments(calls.setdefault(step.choice, {}), step.call)
    if stream != g.FAILED and g.ERROR not in {step.what for step in walk}:
        yield from ("unfinished" for state in choices.values() if state != g.FINISHED)


def fragments(calls: dict[int, str], index: int) -> Iterator[str]:
    """What the table of calls refuses of one fragment."""
    if index not in calls and index != len(calls):
        yield "call-index-gap"
    what = g.MORE if index in calls else g.FIRST
    if g.CALL[calls.get(index, g.ABSENT)].get(what) is None:
        yield g.REFUSED[g.CLOSED, g.MORE]
    for other in calls:
        if other != index:
            calls[other] = g.CLOSED
    calls[index] = g.GROWING


def noticed(walk: list[Step]) -> set[str]:
    """The refusals that the machine gives."""
    machine = DIALECT.machine(None)
    kinds: set[str] = set()
    for number, body in enumerate(payloads(walk)):
        event = SseEvent(number, None, b"", None, None, number, number + 1)
        if body is None:
            signals = machine.done(event)
        else:
            kind = DIALECT.kind(body)
            signals = machine.step(kind or "")(event, json.loads(json.dumps(body)))
        kinds |= {signal.kind for signal in signals}
    kinds |= {signal.kind for signal in machine.finish()}
    return kinds & REFUSALS


@st.composite
def choice_walks(draw: st.DrawFn, index: int) -> list[Step]:
    """A way through the table of a choice, from the stranger to its finish."""
    steps = [Step(g.CHOICES, index, g.ROLE)]
    state = g.TALKING
    call = -1
    for does in draw(st.lists(st.sampled_from([g.TEXT, g.FRAGMENT]), min_size=1, max_size=6)):
        assert does in g.CHOICE[state]
        state = g.CHOICE[state][does]
        if does == g.FRAGMENT:
            call += int(call < 0 or draw(st.booleans()))
        steps.append(Step(g.CHOICES, index, does, max(call, 0)))
    return [*steps, Step(g.CHOICES, index, g.FINISH)]


@st.composite
def walks(draw: st.DrawFn) -> list[Step]:
    """A way through all three tables, to `[DONE]`."""
    waiting = [draw(choice_walks(index)) for index in range(draw(st.integers(1, 3)))]
    walk: list[Step] = []
    heard = 0
    while any(waiting):
        able = [index for index, steps in enumerate(waiting) if steps and index <= heard]
        index = draw(st.sampled_from(able))
        heard = max(heard, index + 1)
        walk.append(waiting[index].pop(0))
    if draw(st.booleans()):
        walk.append(Step(g.USAGE))
    if draw(st.booleans()):
        walk.append(Step(g.MODERATION))
    return [*walk, Step(g.DONE)]


any_step = st.one_of(
    st.sampled_from([Step(g.USAGE), Step(g.MODERATION), Step(g.ERROR)]),
    st.builds(
        Step,
        st.just(g.CHOICES),
        st.integers(0, 3),
        st.sampled_from([g.ROLE, g.TEXT, g.FRAGMENT, g.FINISH]),
        st.integers(0, 3),
    ),
)


@given(walks())
def test_a_stream_that_the_tables_allow_breaks_no_rule(walk: list[Step]) -> None:
    """Neither an error nor a warning, with the whole catalogue."""
    n = 1 + max(step.choice for step in walk)
    request = {
        "model": "m",
        "stream": True,
        "n": n,
        "stream_options": {"include_usage": Step(g.USAGE) in walk},
        "tools": [{"type": "function", "function": {"name": "f"}}],
    }
    blocks = [
        b"data: "
        + (b"[DONE]" if body is None else json.dumps(body, separators=(",", ":")).encode())
        + b"\n\n"
        for body in payloads(walk)
    ]
    exchange = Exchange(
        index=0,
        request=Request(
            "POST", "https://upstream.invalid/v1/chat/completions", (), json.dumps(request).encode()
        ),
        response=Response(
            200,
            (("content-type", "text/event-stream"),),
            tuple(Chunk(10_000 * number, block) for number, block in enumerate(blocks, 1)),
        ),
        ending=Ending(How.COMPLETE, 10_000 * len(blocks) + 1_000),
    )
    loud = [one for one in judged(exchange, "chat").findings if one.severity is not Severity.INFO]
    assert not loud, loud
    assert not list(refused(walk))


@given(walks(), any_step, st.data())
def test_the_machine_refuses_exactly_what_the_tables_refuse(
    walk: list[Step], step: Step, data: st.DataObject
) -> None:
    """One step more, less, or moved, anywhere before `[DONE]`."""
    place = data.draw(st.integers(0, len(walk) - 2))
    how = data.draw(st.sampled_from(["insert", "delete", "move"]))
    edited = list(walk)
    if how == "insert":
        edited.insert(place, step)
    else:
        taken = edited.pop(place)
        if how == "move":
            edited.insert(data.draw(st.integers(0, len(edited) - 1)), taken)
    assert noticed(edited) == set(refused(edited))


def test_every_refusal_of_the_tables_is_a_signal_that_is_described() -> None:
    """Nothing is said under a name that no page explains."""
    assert set(g.REFUSED.values()) <= set(g.SIGNALS)
