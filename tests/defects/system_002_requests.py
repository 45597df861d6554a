"""Defects of a client that wrote requests of the Responses API as Chat Completions, in what it left out or made up.

Words that it had seen before, blank ones, pictures and thought were dropped in silence, and so were the options.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.jsonvalue import try_parse
from harness.translation.requests import (
    from_responses,
    from_responses_items,
    from_responses_parts,
    to_chat,
    to_chat_tools,
)
from harness.translation.requests.from_responses_items import messages_of
from harness.turn.conversation import CallPart, ImagePart, ReasoningPart, TextPart
from tests.defects.cases import (
    DONE,
    TOOLS,
    USAGE,
    chunk,
    counts,
    hear,
    losses_of,
    refusal_of,
    says,
    sse,
)
from tests.defects.defect import Defect
from tests.defects.items import asked, assistant, called, messages, result, roles, thought, user

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from harness.translation.losses import Ledger
    from harness.translation.requests.sending import Sending
    from harness.translation.requests.shape import Members
    from harness.translation.requests.tool_names import ToolNames
    from harness.turn.conversation import Message, Part

# -- 002-D07 to D10: what was left out in silence


def _d07_holds() -> None:
    prepared = asked(user("a"), assistant("ok"), user("b"), assistant("ok"), user("c"))
    told = [one["content"] for one in messages(prepared)]
    assert told == ["a", "ok", "b", "ok", "c"]


def _words(message: Message) -> list[str]:
    return [part.text for part in message.parts if isinstance(part, TextPart)]


def _changed(patch: pytest.MonkeyPatch, change: Callable[[list[Message]], list[Message]]) -> None:
    """Change what the input is read as, and tell no loss."""

    def read(body: Members, ledger: Ledger) -> tuple[Message, ...]:
        return tuple(change(list(messages_of(body, ledger))))

    patch.setattr(from_responses, "messages_of", read)


def _d07_breaks(patch: pytest.MonkeyPatch) -> None:
    def without_repeats(told: list[Message]) -> list[Message]:
        kept, last = [], None
        for one in told:
            if one.role == "assistant":
                if _words(one) == last:
                    continue
                last = _words(one)
            kept.append(one)
        return kept

    _changed(patch, without_repeats)


def _d08_holds() -> None:
    items = [user("?"), called("call_a", '{"city": "Ro'), result("call_a", "no such city"), user("Again.")]
    prepared = asked(*items)
    assert roles(prepared) == ["user", "assistant", "tool", "user"]
    _, turn, answer, _ = messages(prepared)
    assert turn["tool_calls"][0]["function"]["arguments"] == '{"city": "Ro'
    assert answer["content"] == "no such city"
    for upstream in ("gemini", "anthropic"):  # which have no room for it
        refused = refusal_of(upstream, {"input": items}, target="responses")
        assert "L138" in refused.message


def _d08_breaks(patch: pytest.MonkeyPatch) -> None:
    def valid(told: list[Message]) -> list[Message]:
        bad = {
            part.call_id
            for one in told
            for part in one.parts
            if isinstance(part, CallPart) and not try_parse(part.arguments)[0]
        }
        kept = []
        for one in told:
            parts = tuple(part for part in one.parts if getattr(part, "call_id", None) not in bad)
            if parts:
                kept.append(replace(one, parts=parts))
        return kept

    _changed(patch, valid)


def _d09_holds() -> None:
    prepared = asked(user(" "))
    assert messages(prepared) == [{"role": "user", "content": " "}]
    picture = {"type": "input_image", "image_url": "https://example.org/a.png"}
    spoken = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "\n"}, picture]}
    assert [one["type"] for one in messages(asked(spoken))[0]["content"]] == ["text", "image_url"]
    # An assistant has none: a client hears so.
    shown = {"type": "message", "role": "assistant", "content": [picture]}
    assert refusal_of("chat", {"input": [user("?"), shown]}, target="responses").param


def _d09_breaks(patch: pytest.MonkeyPatch) -> None:
    content_of = from_responses_parts.content_of

    def words_of(item: Members, member: str, ledger: Ledger, **more: Any) -> tuple[tuple[Part, ...], bool]:
        if more.get("kinds") != from_responses_parts.OUTPUT:
            return content_of(item, member, ledger, **more)
        kinds = (*from_responses_parts.OUTPUT, "input_image")
        parts, is_text = content_of(item, member, ledger, kinds=kinds)
        return tuple(part for part in parts if not isinstance(part, ImagePart)), is_text

    patch.setattr(from_responses_items, "content_of", words_of)
    _changed(
        patch,
        lambda told: [
            one
            for one in told
            if any(not isinstance(part, TextPart) or part.text.strip() for part in one.parts)
        ],
    )


def _d10_holds() -> None:
    items = [user("a"), thought("A"), assistant("one"), user("b"), thought("B"), called("call_b")]
    items += [result("call_b"), user("c")]
    for profile, member in (("vllm", "reasoning"), ("deepseek", "reasoning_content")):
        prepared = asked(*items, profile=profile)
        told = messages(prepared)
        assert [one.get(member) for one in told if one["role"] == "assistant"] == ["A", "B"]
        assert not any(member in one for one in told if one["role"] != "assistant")
    summary = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "in short"}]}
    assert messages(asked(user("a"), summary, assistant("one"), profile="vllm"))[1]["reasoning"] == "in short"
    lost = losses_of(asked(*items))  # OpenAI has no room for it
    assert lost == {"/input/1": "L150", "/input/4": "L150"}


def only_the_last_thoughts(patch: pytest.MonkeyPatch) -> None:
    """Break the engine so: thought from before the user's last words is left out, and nobody is told."""

    def late(told: list[Message]) -> list[Message]:
        last = max(number for number, one in enumerate(told) if one.role == "user")
        return [
            one
            if number > last
            else replace(one, parts=tuple(part for part in one.parts if not isinstance(part, ReasoningPart)))
            for number, one in enumerate(told)
        ]

    _changed(patch, late)


# -- 002-D11 to D13: what is asked beside the conversation


def _d11_holds() -> None:
    for profile, member in (("openai", "max_completion_tokens"), ("deepseek", "max_tokens")):
        limited = asked(user("?"), profile=profile, max_output_tokens=100).body
        assert {name: value for name, value in limited.items() if name.startswith("max")} == {member: 100}
        assert not any(name.startswith("max") for name in asked(user("?"), profile=profile).body)


def _d11_breaks(patch: pytest.MonkeyPatch) -> None:
    put = to_chat._put_sampling

    def constant(sending: Sending) -> None:
        put(sending)
        sending.body.pop("max_completion_tokens", None)
        sending.body["max_tokens"] = 8192

    patch.setattr(to_chat, "_put_sampling", constant)


def _d12_holds() -> None:
    assert asked(user("?")).body.keys() == {"model", "messages"}
    options: dict[str, Any] = {
        "tool_choice": "required",
        "parallel_tool_calls": False,
        "temperature": 0.5,
        "top_p": 0.9,
    }
    body = asked(user("?"), tools=TOOLS["responses"], **options).body
    assert {name: body.get(name) for name in options} == options
    assert body["tools"] == TOOLS["chat"]


def _d12_breaks(patch: pytest.MonkeyPatch) -> None:
    put = to_chat_tools.put_tools

    def bare(sending: Sending, names: ToolNames) -> None:
        put(sending, names)
        sending.body.setdefault("tools", [])
        for name in ("tool_choice", "parallel_tool_calls"):
            sending.body.pop(name, None)

    patch.setattr(to_chat, "put_tools", bare)
    patch.setattr(to_chat, "_SAMPLING", ())


def _d13_holds() -> None:
    upstream = sse(says("hi"), chunk({}, "stop"), counts())
    for_items = hear(upstream, DONE, target="responses")
    for_chat = hear(upstream, DONE, request={"stream_options": None})
    for heard in (for_items, for_chat):
        assert heard.sent.get("stream_options") == {"include_usage": True}
    assert for_items.final["usage"]["total_tokens"] == USAGE["total_tokens"]
    assert not any("usage" in one for one in for_chat.payloads)  # nobody asked for it


def no_usage_is_asked_for(patch: pytest.MonkeyPatch) -> None:
    """Break the engine so: a stream is asked for, and not its usage."""

    def put_stream(sending: Sending) -> None:
        if sending.request.stream:
            sending.body["stream"] = True

    patch.setattr(to_chat, "_put_stream", put_stream)


DEFECTS = [
    Defect("002-D07", "What an assistant said twice was sent once.", _d07_holds, _d07_breaks),
    Defect("002-D08", "A call with broken arguments was dropped with its result.", _d08_holds, _d08_breaks),
    Defect("002-D09", "Blank messages and an assistant's pictures were dropped.", _d09_holds, _d09_breaks),
    Defect("002-D10", "Thought was sent for the last turn only.", _d10_holds, only_the_last_thoughts),
    Defect("002-D11", "Every request was limited to 8192 tokens.", _d11_holds, _d11_breaks),
    Defect("002-D12", "An empty list of tools was sent, and no option.", _d12_holds, _d12_breaks),
    Defect("002-D13", "The usage of a stream was not asked for.", _d13_holds, no_usage_is_asked_for),
]
