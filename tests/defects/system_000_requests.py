"""Defects of a Chat endpoint in front of Gemini, in what of a request arrives; this engine has none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.translation.requests import (
    from_chat,
    from_chat_messages,
    from_chat_parts,
    from_chat_tools,
    to_gemini,
)
from harness.translation.requests.wishes import Wishes
from harness.turn.conversation import CallPart, ResultPart, TextPart
from tests.defects.cases import (
    SAYS_HELLO,
    TOOLS,
    losses_of,
    refusal_of,
    sends,
)
from tests.defects.defect import Defect

if TYPE_CHECKING:
    import pytest

    from harness.translation.requests.shape import Members
    from harness.turn.conversation import Message, Part, Request

WITH_TOOLS: dict[str, Any] = {"tools": TOOLS["chat"]}


# -- 000-D14 and D15: the conversation


TALK: list[dict[str, Any]] = [
    {"role": "user", "content": "A"},
    {"role": "assistant", "content": "B"},
    {"role": "user", "content": "C"},
]


def _d14_holds() -> None:
    said = [("user", "A"), ("model", "B"), ("user", "C")]
    contents = sends("gemini", {"messages": TALK}).body["contents"]
    assert [(one["role"], one["parts"][0]["text"]) for one in contents] == said
    messages = sends("anthropic", {"messages": TALK}).body["messages"]
    assert [one["role"] for one in messages] == ["user", "assistant", "user"]
    assert sends("chat", {"messages": TALK}).body["messages"] == TALK
    assert len(sends("responses", {"messages": TALK}).body["input"]) == 3


def _d14_breaks(patch: pytest.MonkeyPatch) -> None:
    read = from_chat.from_chat

    def last_only(body: Any, ledger: Any) -> Request:
        request = read(body, ledger)
        rules = [one for one in request.messages if one.role in {"system", "developer"}]
        users = [one for one in request.messages if one.role == "user"]
        return replace(request, messages=(*rules, *users[-1:]))

    patch.setattr(from_chat, "from_chat", last_only)


TOOL_TALK: list[dict[str, Any]] = [
    SAYS_HELLO,
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": f"call_{n}",
                "type": "function",
                "function": {"name": "weather", "arguments": '{"city":"X"}'},
            }
            for n in (1, 2)
        ],
    },
    {"role": "tool", "tool_call_id": "call_2", "content": "rain"},
    {"role": "tool", "tool_call_id": "call_1", "content": "sun"},
]


def _d15_holds() -> None:
    request = {"messages": TOOL_TALK, **WITH_TOOLS}
    chat = sends("chat", request).body["messages"]
    assert [one["role"] for one in chat] == ["user", "assistant", "tool", "tool"]
    assert [one["id"] for one in chat[1]["tool_calls"]] == ["call_1", "call_2"]
    assert {one["tool_call_id"]: one["content"] for one in chat[2:]} == {"call_1": "sun", "call_2": "rain"}
    _, asked, told = sends("anthropic", request).body["messages"]
    assert [one["id"] for one in asked["content"] if one["type"] == "tool_use"] == ["call_1", "call_2"]
    assert {one["tool_use_id"] for one in told["content"]} == {"call_1", "call_2"}
    _, asked, told = sends("gemini", request).body["contents"]
    assert [one["functionCall"]["args"] for one in asked["parts"]] == [{"city": "X"}] * 2
    assert [one["functionResponse"]["response"] for one in told["parts"]] == [
        {"result": "sun"},
        {"result": "rain"},
    ]


def _d15_breaks(patch: pytest.MonkeyPatch) -> None:
    read = from_chat_messages.message_of

    def as_prose(message: Members, ledger: Any) -> Message:
        one = read(message, ledger)
        parts = tuple(map(_prose, one.parts))
        return replace(one, role="user" if one.role == "tool" else one.role, parts=parts)

    patch.setattr(from_chat, "message_of", as_prose)


def _prose(part: Part) -> Part:
    match part:
        case CallPart():
            return TextPart(text=f"[Tool call: {part.name}({part.arguments})]", at=part.at)
        case ResultPart():
            told = "".join(one.text for one in part.parts if isinstance(one, TextPart))
            return TextPart(text=f"[Tool result ({part.call_id})]:\n{told}", at=part.at)
        case _:
            return part


# -- 000-D16: parameters


PARAMETERS: dict[str, Any] = {
    "temperature": 0.5,
    "top_p": 0.9,
    "max_tokens": 5,
    "stop": ["END"],
    "seed": 7,
    "frequency_penalty": 0.1,
    "presence_penalty": 0.2,
    "logit_bias": {"50256": -100},
    "logprobs": True,
    "top_logprobs": 2,
    "parallel_tool_calls": False,
    "response_format": {"type": "json_object"},
    "metadata": {"a": "b"},
    "user": "somebody",
    "prediction": {"type": "content", "content": "x"},
    "strange": 1,
}


def _d16_holds() -> None:
    prepared = sends("gemini", {**PARAMETERS, **WITH_TOOLS})
    assert prepared.body.get("generationConfig") == {
        "temperature": 0.5,
        "topP": 0.9,
        "maxOutputTokens": 5,
        "stopSequences": ["END"],
        "seed": 7,
        "frequencyPenalty": 0.1,
        "presencePenalty": 0.2,
        "responseLogprobs": True,
        "logprobs": 2,
        "responseMimeType": "application/json",
    }
    lost = losses_of(prepared)
    assert {
        name: lost.get(f"/{name}")
        for name in ("logit_bias", "parallel_tool_calls", "metadata", "user", "prediction", "strange")
    } == {
        "logit_bias": "L108",
        "parallel_tool_calls": "L117",
        "metadata": "L121",
        "user": "L120",
        "prediction": "L125",
        "strange": "L100",
    }


def _d16_breaks(patch: pytest.MonkeyPatch) -> None:
    def dropped(*_: Any) -> dict[str, Any]:
        return {}

    patch.setattr(to_gemini, "_generation", dropped)
    patch.setattr(Wishes, "report_rest", lambda _: None)


# -- 000-D17: pictures, sound and files


PICTURE = "data:image/png;base64,iVBORw0KGgo="


def _d17_holds() -> None:
    content = [
        {"type": "text", "text": "what is this?"},
        {"type": "image_url", "image_url": {"url": PICTURE}},
        {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0="}},
    ]
    request = {"messages": [{"role": "user", "content": content}]}
    (turn,) = sends("gemini", request).body["contents"]
    assert [one.get("inlineData", {}).get("mimeType") for one in turn["parts"]] == [
        None,
        "image/png",
        "audio/wav",
        "application/pdf",
    ]
    assert sends("chat", request).body["messages"][0]["content"] == content
    alone = sends("gemini", {"messages": [{"role": "user", "content": content[1:2]}]}).body["contents"]
    assert alone[0]["parts"][0]["inlineData"]["data"] == "iVBORw0KGgo="
    assert refusal_of("anthropic", request).param == "messages[0].content[2]"


def _d17_breaks(patch: pytest.MonkeyPatch) -> None:
    read = from_chat_parts.content_of

    def texts_only(message: Members, ledger: Any, **named: Any) -> tuple[tuple[Part, ...], bool]:
        parts, is_text = read(message, ledger, **named)
        return tuple(one for one in parts if isinstance(one, TextPart)), is_text

    patch.setattr("harness.translation.requests.from_chat_messages.content_of", texts_only)


# -- 000-D19: a choice without tools


def _d19_holds() -> None:
    for choice in ("required", "auto", "none", {"type": "function", "function": {"name": "weather"}}):
        refused = refusal_of("gemini", {"tool_choice": choice})
        assert refused.status == 400
        assert "tool_choice" in str(refused)
    sent = sends("gemini", {**WITH_TOOLS, "tool_choice": "none"}).body
    assert sent["toolConfig"]["functionCallingConfig"]["mode"] == "NONE"


def _d19_breaks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(from_chat_tools, "_demand", lambda *_, **__: None)


DEFECTS = [
    Defect("000-D14", "Of a conversation only the last user's message is sent.", _d14_holds, _d14_breaks),
    Defect("000-D15", "Calls and their results become prose.", _d15_holds, _d15_breaks),
    Defect("000-D16", "Parameters are dropped, and nobody is told.", _d16_holds, _d16_breaks),
    Defect("000-D17", "Pictures, sound and files vanish.", _d17_holds, _d17_breaks),
    Defect("000-D19", "A tool choice without tools is accepted.", _d19_holds, _d19_breaks),
]
