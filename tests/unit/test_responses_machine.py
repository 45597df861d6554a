"""What the Responses machine notices in shipped streams that were changed in one place, and what it keeps of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from harness.dialects.responses import DIALECT
from harness.dialects.responses.machine import ResponsesMachine
from harness.rules.example import parse_example
from harness.sse.decoder import Decoder
from harness.sse.event import SseEvent

if TYPE_CHECKING:
    from harness.dialects.signal import Signal

TEXT_ID = "msg_963e605f62e8f89654ee4f7c6254d41c33fd49251c465d82"


def followed(text: str) -> tuple[ResponsesMachine, list[Signal]]:
    """The machine after an example, and what it noticed."""
    exchange = parse_example(text, dialect="responses").exchange
    assert exchange.response is not None
    url = exchange.request.url.removeprefix("https://upstream.invalid")
    asked = None
    if exchange.request.method:
        asked = DIALECT.asked(url, json.loads(exchange.request.body or b"{}"))
    machine = ResponsesMachine(asked)
    decoder = Decoder(1 << 24)
    signals: list[Signal] = []
    for event in [*decoder.feed(exchange.response.body()), *decoder.finish()]:
        body = json.loads(event.data)
        signals += machine.step(body.get("type", ""))(event, body)
    return machine, [*signals, *machine.finish()]


def kinds(text: str) -> list[str]:
    """The kinds of what the machine noticed in an example."""
    return [signal.kind for signal in followed(text)[1]]


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ("", []),
        ("event 5: sequence_number = 9", ["sequence-gap"]),
        ("event 5: sequence_number = 3", ["sequence-repeated"]),
        ("event 5: - sequence_number", ["sequence-missing"]),
        ("event 4: sequence_number = 5\nevent 5: sequence_number = 4", ["sequence-gap"]),
        ("drop response.created", ["created-not-first"]),
        ("repeat response.created", ["created-again"]),
        ("drop response.in_progress", ["in-progress-missing"]),
        ("move response.in_progress before response.created", ["created-not-first"]),
        ("repeat response.in_progress", ["in-progress-again"]),
        ("drop response.completed", ["terminal-missing"]),
        ("repeat response.completed", ["second-terminal"]),
        ('event response.completed: response.status = "failed"', ["status-misfit"]),
        ('event response.completed: response.id = "x"', ["response-id-changed"]),
        ("drop response.output_item.added", ["item-not-announced"]),
        ("repeat response.output_item.added", ["output-index-reused"]),
        ("event 5: output_index = 7", ["item-not-announced"]),
        ('event 5: item_id = "x"\nevent 6: item_id = "y"', ["item-id-mismatch"]),
        ('event response.output_item.done: item.id = "x"', ["item-id-changed"]),
        ('event response.completed: response.output.0.id = "x"', ["item-id-changed"]),
        ("drop response.output_item.done", ["item-left-open"]),
        ("repeat response.output_item.done", ["item-done-twice"]),
        ("drop response.content_part.added", ["part-not-added"]),
        ("event 5: content_index = 1\nevent 6: content_index = 2", ["part-index-changed"]),
        ("drop response.output_text.done", ["part-text-not-done"]),
        ("repeat response.output_text.done", ["part-text-done-twice"]),
        ("drop response.content_part.done", ["part-left-open"]),
        ("move response.output_text.done before 6", ["part-delta-after-done", "part-delta-after-done"]),
        ("move response.output_item.done before response.content_part.done", ["part-left-open"]),
        ('event 5: delta = ""', ["empty-delta"]),
        ("event 5: - logprobs\nevent 6: - logprobs", ["logprobs-missing"]),
        ('event response.output_text.done: obfuscation = "x"', ["obfuscation-misplaced"]),
        ('insert after response.in_progress: {"type":"response.new"}', ["type-unknown"]),
        ('insert after response.in_progress: {"type":"acme:new"}', []),
        ('insert after response.in_progress: {"type":"keepalive"}', []),
        ('insert after response.completed: {"type":"keepalive"}', []),
        ('insert after response.in_progress: {"x":1}', ["type-missing"]),
    ],
)
def test_one_fault_gives_one_signal(edits: str, expected: list[str]) -> None:
    """The machine adopts what came and goes on: nothing that follows is told again."""
    assert kinds(f"stream: responses/text\n{edits}") == expected


@pytest.mark.parametrize(
    ("stream", "edits", "expected"),
    [
        ("tool", "drop response.function_call_arguments.done", ["arguments-not-done"]),
        ("tool", "repeat response.function_call_arguments.done", ["arguments-done-twice"]),
        ("tool", "drop 3\ndrop 4\ndrop 5\ndrop 6\ndrop 7", ["arguments-without-deltas"]),
        ("parallel", "drop response.output_item.added#1", ["item-not-announced"]),
        ("reasoning_summary", "drop response.reasoning_summary_part.added", ["summary-not-added"]),
        ("reasoning_summary", "drop response.reasoning_summary_part.done", ["summary-left-open"]),
        ("web_search", "drop response.web_search_call.searching", ["step-out-of-order"]),
        ("web_search", "drop response.web_search_call.completed", ["steps-unfinished"]),
        ("shell", "drop response.shell_call_command.added", ["command-not-added"]),
        ("background", "", []),
        ("resumed", "", []),
        ("resumed", "event 0: sequence_number = 7", ["sequence-resumed"]),
        ("failed", "", []),
        ("error_then_failed", "drop response.failed", ["error-without-failed"]),
    ],
)
def test_every_layer_is_followed(stream: str, edits: str, expected: list[str]) -> None:
    """Arguments, summaries, commands, the steps of tools, and the ends of streams."""
    assert kinds(f"stream: responses/{stream}\n{edits}")[: len(expected) or None] == expected


def test_the_state_holds_what_was_streamed() -> None:
    """Items by index, their parts, and the text that the deltas amount to."""
    stream, signals = followed("stream: responses/text")
    assert signals == []
    assert (stream.phase, stream.next_sequence, stream.resumed) == ("over", 12, False)
    assert [kind for kind, _, _ in stream.lifecycle] == [
        "response.created", "response.in_progress", "response.completed",
    ]  # fmt: skip
    item = stream.items[0]
    assert stream.order == [item]
    assert (item.id, item.type, item.is_phantom) == (TEXT_ID, "message", False)
    part = item.parts[0]
    assert (part.kind, part.text.text, part.text.done, part.state) == (
        "output_text", "Red and blue.", "Red and blue.", "closed",
    )  # fmt: skip
    assert stream.response is not None
    assert stream.created_at == 1768392000


def test_a_whole_answer_fills_the_same_state() -> None:
    """So that rules on what an answer amounts to need not know how it came."""
    machine = ResponsesMachine()
    body: dict[str, Any] = {"status": "completed", "output": [{"type": "message", "id": "msg_1"}]}
    assert machine.whole(body) == ()
    assert machine.answer is body
    assert machine.terminal == ("response.completed", body, None)
    assert (machine.items[0].id, machine.items[0].done) == ("msg_1", body["output"][0])
    assert machine.finish() == ()


def test_a_delta_that_could_not_be_read_takes_its_text_out_of_comparison() -> None:
    """What it said is lost: the texts that follow are no second fault."""
    machine = ResponsesMachine()
    at = SseEvent(0, None, b"", None, None, 0, 1)
    opening: list[dict[str, Any]] = [
        {"type": "response.created", "response": {}},
        {"type": "response.in_progress", "response": {}},
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": {"type": "function_call", "id": "a"},
        },
        {"type": "response.function_call_arguments.delta", "output_index": 0, "item_id": "a", "delta": "{"},
    ]
    for number, body in enumerate(opening):
        assert machine.step(body["type"])(at, {**body, "sequence_number": number}) == ()
    kind = "response.function_call_arguments.delta"
    assert machine.items[0].texts["arguments"].deltas == 1
    assert machine.malformed(kind, at, {"output_index": 0, "item_id": "a", "sequence_number": 4}) == ()
    assert machine.items[0].texts["arguments"].deltas == 0
