"""Earlier thought in messages of Chat Completions is read from wherever servers put it."""

from __future__ import annotations

from typing import Any

import pytest

from harness.translation.carry import wrapped
from harness.turn.conversation import (
    CallPart,
    ReasoningPart,
    TextPart,
)
from tests.chat_messages_read import CALL, read


def thoughts(message: dict[str, Any]) -> list[ReasoningPart]:
    """The thoughts of an assistant's message."""
    (read_,) = read({"role": "assistant", "content": "a", **message})
    return [part for part in read_.parts if isinstance(part, ReasoningPart)]


def test_thought_is_read_from_every_member_that_servers_use() -> None:
    """Each member once, the one that tells most first."""
    detail = {"type": "reasoning.text", "text": "a", "signature": "sig", "format": "anthropic-claude-v1"}
    found = thoughts({"reasoning": "a", "reasoning_content": "a", "reasoning_details": [detail]})
    assert [(one.member, one.text, one.signature, one.vendor, one.raw) for one in found] == [
        ("reasoning_details", ("a",), "sig", "anthropic", detail),
        ("reasoning_content", ("a",), None, "", "a"),
        ("reasoning", ("a",), None, "", "a"),
    ]


def test_details_of_a_thought_keep_their_kind() -> None:
    """Summaries and what only its vendor can read."""
    details: list[Any] = [
        {"type": "reasoning.summary", "summary": "s"},
        {"type": "reasoning.encrypted", "data": "blob", "format": "openai-responses-v1", "id": "rs_1"},
        {"type": "reasoning.encrypted", "data": "sealed", "format": "google-gemini-v1"},
        "words",
        7,
    ]
    found = thoughts({"reasoning_details": details})
    assert [(one.text, one.summary, one.encrypted, one.signature, one.vendor) for one in found] == [
        ((), ("s",), None, None, ""),
        ((), (), "blob", None, "openai"),
        ((), (), None, "sealed", "gemini"),
        (("words",), (), None, None, ""),
        ((), (), None, None, ""),
    ]
    assert [one.raw for one in found] == details
    assert found[1].item_id == "rs_1"


def test_details_sent_in_the_pieces_in_which_they_were_streamed_are_one_thought() -> None:
    """Clients collect deltas without joining them."""
    pieces = [
        {"type": "reasoning.text", "text": "a", "index": 0},
        {
            "type": "reasoning.text",
            "text": "b",
            "index": 0,
            "signature": "s",
            "format": "anthropic-claude-v1",
        },
        {"type": "reasoning.text", "text": "c", "index": 1},
    ]
    found = thoughts({"reasoning_details": pieces})
    assert [(one.text, one.signature, one.vendor) for one in found] == [
        (("ab",), "s", "anthropic"),
        (("c",), None, ""),
    ]
    assert found[0].raw == pieces[:2]


def test_many_pieces_are_joined_in_linear_time() -> None:
    """A hostile client may send very many."""
    pieces = [{"type": "reasoning.text", "text": "a", "index": 0}] * 50_000
    (found,) = thoughts({"reasoning_details": pieces})
    assert found.text == ("a" * 50_000,)


def test_blocks_of_anthropic_are_read_beside_and_inside_the_content() -> None:
    """`thinking_blocks` of LiteLLM, and parts of the content."""
    blocks = [
        {"type": "thinking", "thinking": "t", "signature": "sig"},
        {"type": "redacted_thinking", "data": "blob"},
    ]
    expected = [(("t",), "sig", None, "anthropic"), ((), None, "blob", "anthropic")]
    beside = thoughts({"thinking_blocks": blocks})
    inside = thoughts({"content": blocks})
    for found in (beside, inside):
        assert [(one.text, one.signature, one.encrypted, one.vendor) for one in found] == expected
    assert {one.member for one in inside} == {"content"}
    mistral = thoughts({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "m"}]}]})
    assert [(one.text, one.vendor) for one in mistral] == [(("m",), "")]


def test_a_thought_signature_belongs_to_its_call() -> None:
    """`extra_content` of Gemini's own OpenAI endpoint; what has been read is no unknown member any more."""
    extra = {"google": {"thought_signature": "sig"}}
    (message,) = read(
        {"role": "assistant", "tool_calls": [CALL | {"extra_content": extra, "index": 0}]},
    )
    (call,) = message.parts
    assert isinstance(call, CallPart)
    assert (call.signature, call.vendor, call.extra) == (
        "sig",
        "gemini",
        {"index": 0},
    )


def test_a_signature_among_the_details_belongs_to_the_call_of_its_id() -> None:
    """OpenRouter sends those of Gemini so."""
    detail = {
        "type": "reasoning.encrypted",
        "data": "sig",
        "format": "google-gemini-v1",
        "id": "call_1",
        "index": 0,
    }
    (message,) = read({"role": "assistant", "tool_calls": [CALL], "reasoning_details": [detail]})
    thought, call = message.parts
    assert isinstance(thought, ReasoningPart)
    assert isinstance(call, CallPart)
    assert (thought.signature, thought.encrypted, thought.raw) == (None, None, detail)
    assert (call.signature, call.vendor) == ("sig", "gemini")


def test_a_signature_on_the_message_is_a_thought_without_words() -> None:
    """It seals the text."""
    extra = {"google": {"thought_signature": "sig"}}
    (thought,) = thoughts({"extra_content": extra})
    assert (thought.signature, thought.vendor, thought.member, thought.text) == (
        "sig",
        "gemini",
        "extra_content",
        (),
    )


def test_what_this_engine_wrapped_is_unwrapped() -> None:
    """The blob's vendor is told by the wrapping, whatever stands around it."""
    blob = wrapped("anthropic", "sig")
    (thought,) = thoughts({"reasoning_details": [{"type": "reasoning.text", "text": "t", "signature": blob}]})
    assert (thought.signature, thought.vendor) == ("sig", "anthropic")
    extra = {"google": {"thought_signature": wrapped("gemini", "g")}}
    (call,) = read({"role": "assistant", "tool_calls": [CALL | {"extra_content": extra}]})[0].parts
    assert isinstance(call, CallPart)
    assert (call.signature, call.vendor) == ("g", "gemini")


@pytest.mark.parametrize(
    "odd",
    [
        {"reasoning_content": 1},
        {"reasoning": {"text": "a"}},
        {"reasoning_details": {"a": 1}},
        {"thinking_blocks": [None, 1, []]},
        {"extra_content": [1]},
        {"extra_content": {"google": 1}},
        {"reasoning_details": [{"type": 1, "text": 2, "format": 3, "index": "x", "id": []}]},
    ],
)
def test_thought_of_a_form_that_nobody_knows_is_not_refused(odd: dict[str, Any]) -> None:
    """It is no part of the official dialect, so nothing says what it must be."""
    (message,) = read({"role": "assistant", "content": "a", **odd})
    assert message.parts[-1] == TextPart(text="a", at="/messages/0/content")
