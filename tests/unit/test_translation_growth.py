"""Long answers come out whole; `benchmarks/translation_growth.py` measures what a piece of one costs.

Each case is one in which a piece had to look at, or to copy, those before it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from harness.translation.custom_input import CustomInput
from harness.translation.engine import answering, session_for
from harness.translation.ids import SeededMint
from harness.translation.stopping import Stops
from harness.turn import increments as i
from tests.responses_events import CREATED, added, ended, event, of, raw_of, response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.translation.engine import InboundDialect

CALLS = 300


def _chat(delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def _translated(inbound: InboundDialect, *chunks: bytes) -> Mapping[str, Any]:
    """The whole answer that clients have after a stream of Chat Completions."""
    one = answering(session_for("chat", mint=SeededMint(b""), now=lambda: 1), inbound)
    for chunk in chunks:
        one.feed(chunk)
    one.feed(b"data: [DONE]\n\n")
    assert one.over
    return one.body()


def _calls_in(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    if "output" in body:
        return [(one["call_id"], one["arguments"]) for one in body["output"]]
    return [(one["id"], one["function"]["arguments"]) for one in body["choices"][0]["message"]["tool_calls"]]


@pytest.mark.parametrize("inbound", ["chat", "responses"])
def test_calls_that_are_all_open_beside_each_other_keep_their_arguments(inbound: InboundDialect) -> None:
    """However many there are."""
    starts = [
        {
            "index": number,
            "id": f"call_{number}",
            "type": "function",
            "function": {"name": "f", "arguments": "{"},
        }
        for number in range(CALLS)
    ]
    ends = [{"index": number, "function": {"arguments": f'"n":{number}}}'}} for number in range(CALLS)]
    chunks = [_chat({"tool_calls": [one]}) for one in (*starts, *ends)]
    body = _translated(inbound, *chunks, _chat({}, "tool_calls"))
    assert _calls_in(body) == [(f"call_{number}", f'{{"n":{number}}}') for number in range(CALLS)]


def test_a_long_speech_is_heard_to_its_end() -> None:
    """Each piece once, in its place."""
    pieces = [f"{number:04}" for number in range(500)]
    chunks = [_chat({"audio": {"data": piece}}) for piece in pieces]
    body = _translated("chat", _chat({"role": "assistant", "audio": {"id": "a"}}), *chunks, _chat({}, "stop"))
    assert body["choices"][0]["message"]["audio"]["data"] == "".join(pieces)


def _call(item_id: str, call_id: str | None, arguments: str = "{}") -> dict[str, Any]:
    return {"type": "function_call", "id": item_id, "call_id": call_id, "name": "f", "arguments": arguments}


def test_items_whose_ids_change_are_known_by_their_calls() -> None:
    """Many of them, which end in another order than they began in, and at another place."""
    begun = [added(_call(f"begun_{number}", f"call_{number}", ""), number) for number in range(CALLS)]
    done = [ended(_call(f"done_{number}", f"call_{number}"), CALLS + number) for number in range(CALLS)]
    whole = [_call(f"whole_{number}", f"call_{number}") for number in range(CALLS)]
    given, _ = raw_of(CREATED, *begun, *reversed(done), event("completed", response=response(output=whole)))
    names = [f"call_{number}" for number in range(CALLS)]
    assert [one.call_id for one in of(given, i.ToolStart)] == names
    assert [one.ref for one in of(given, i.ToolEnd)] == [one.ref for one in of(given, i.ToolStart)][::-1]
    assert "".join(one.text for one in of(given, i.ArgsDelta)) == CALLS * "{}"


def test_of_two_items_of_one_call_the_first_is_meant() -> None:
    """Though it was told of its call after the other."""
    late = event("function_call_arguments.done", item_id="first", call_id="call", arguments="{}")
    given, _ = raw_of(
        CREATED,
        added(_call("first", None, ""), 0),
        added(_call("second", "call", ""), 1),
        late,
        ended(_call("third", "call"), 2),
    )
    assert [one.ref for one in of(given, i.ToolStart)] == [2, 1]
    assert [one.ref for one in of(given, i.ToolEnd)] == [1]


def test_a_call_keeps_the_first_id_that_it_is_told() -> None:
    """An item that ends with the other is another."""
    given, _ = raw_of(
        CREATED,
        added(_call("first", "call_1", ""), 0),
        event("function_call_arguments.done", item_id="first", call_id="call_2", arguments="{}"),
        ended(_call("second", "call_2"), 1),
    )
    assert [(one.ref, one.call_id) for one in of(given, i.ToolStart)] == [(1, "call_1"), (2, "call_2")]
    assert [one.ref for one in of(given, i.ToolEnd)] == [2]


def test_blanks_before_the_input_of_a_custom_tool_are_left_out() -> None:
    """However many come, and in however small pieces."""
    decoder = CustomInput()
    said = [decoder.feed(piece) for piece in (*(2_000 * [" "]), '{ "input"', ' : "x', 'y"}')]
    assert "".join(said) == "xy"


def test_a_stop_sequence_may_be_as_long_as_a_client_likes() -> None:
    """And is still found only where it is."""
    stop = "ab" * 5_000
    text = "ac" * 2_500
    without = Stops([stop])
    found = without.feed(i.TextDelta(ref=1, text=text + "aba"))
    assert (found.deltas, found.stopped) == ([], None)
    assert "".join(one.text for one in without.flush().deltas) == text + "aba"
    found = Stops([stop]).feed(i.TextDelta(ref=1, text=text + stop + "c"))
    assert ("".join(one.text for one in found.deltas), found.stopped) == (text, stop)
