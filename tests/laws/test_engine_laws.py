"""Translating and folding may change places: what a client is told does not depend on the way that it took."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.translation.engine import INBOUND
from tests.laws.test_chat_grammar import walks as chat_walks
from tests.laws.test_engine_walks import TARGETS, WALKS, answered, block, chat
from tests.translating import NOW, body_of, client_request, run, translate

if TYPE_CHECKING:
    from harness.translation.engine import InboundDialect
    from harness.translation.profiles import UpstreamDialect
    from harness.turn.turn import Turn

_ENDS = {"stop", "tool_calls"}


def said(turn: Turn, *, first_only: bool = False) -> list[tuple[Any, ...]]:
    """What a turn says: texts, calls and why it ended, by answer. Responses has one word for a stop and for calls."""
    return [
        (
            one.text,
            one.refusal,
            [(call.id, call.name, call.arguments) for call in one.calls],
            "ended" if one.finish in _ENDS else one.finish,
        )
        for one in (turn.choices[:1] if first_only else turn.choices)
    ]


@given(chat_walks())
@settings(max_examples=100)
def test_an_answer_of_chat_is_the_same_after_a_way_through_responses(walk: Any) -> None:
    """Text, calls with their ids, names and arguments, finish and usage; Responses holds the first answer only."""
    upstream = answered(chat(walk))
    request = client_request(upstream, "chat", "responses")
    there = run(upstream, "chat", "responses", request=request)
    back = run(
        there.translation.exchange,
        "responses",
        "chat",
        request=client_request(there.translation.exchange, "responses", "chat"),
    )
    theirs = back.check.case.upstream
    assert theirs is not None
    assert said(back.turn) == said(there.turn)
    original = there.check.case.upstream
    assert original is not None
    assert said(back.turn, first_only=True) == said(original.turn, first_only=True)
    if original.turn.usage is not None and back.turn.usage is not None:
        assert (back.turn.usage.input, back.turn.usage.output, back.turn.usage.total) == (
            original.turn.usage.input,
            original.turn.usage.output,
            original.turn.usage.total,
        )


@given(WALKS, TARGETS)
@settings(max_examples=200)
def test_a_stream_says_what_the_whole_answer_says(
    walk: tuple[UpstreamDialect, list[bytes]], target: InboundDialect
) -> None:
    """Of the same upstream's stream; where it failed, both say so."""
    source, blocks = walk
    upstream = answered(blocks)
    request = client_request(upstream, source, target)
    streamed, whole = (
        run(upstream, source, target, request=request, stream=stream).turn for stream in (True, False)
    )
    assert (streamed.error is None) == (whole.error is None)
    if whole.error is None:
        assert said(streamed) == said(whole)
        assert streamed.usage == whole.usage


PIECES = st.lists(st.lists(st.sampled_from(['{"a":', '"x', 'y"', "}"]), max_size=4), min_size=2, max_size=4)


def fragments(pieces: list[list[str]], order: list[int]) -> list[bytes]:
    """A stream of Chat whose calls have these pieces, one of the call that `order` names at a time."""
    frame = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": NOW, "model": "m"}

    def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
        return block({**frame, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})

    opened = [
        {
            "index": index,
            "id": f"call_{index}",
            "type": "function",
            "function": {"name": "f", "arguments": ""},
        }
        for index in range(len(pieces))
    ]
    left = [list(one) for one in pieces]
    grown = [
        chunk({"tool_calls": [{"index": index, "function": {"arguments": left[index].pop(0)}}]})
        for index in order
    ]
    return [
        chunk({"role": "assistant", "content": None}),
        *(chunk({"tool_calls": [one]}) for one in opened),
        *grown,
        chunk({}, "tool_calls"),
        block(None),
    ]


@given(PIECES, st.data())
@settings(max_examples=100)
def test_the_order_in_which_calls_grow_beside_each_other_does_not_show_in_the_answer(
    pieces: list[list[str]], data: st.DataObject
) -> None:
    """Each call has its own pieces in their order, whatever comes between."""
    serial = [index for index, one in enumerate(pieces) for _ in one]
    mixed = data.draw(st.permutations(serial))
    for target in INBOUND:
        bodies = []
        for order in (serial, mixed):
            upstream = answered(fragments(pieces, order))
            request = client_request(upstream, "chat", target)
            sent = translate(upstream, "chat", target, request=request, stream=False)
            bodies.append(json.loads(body_of(sent.exchange)))
        assert bodies[0] == bodies[1]
