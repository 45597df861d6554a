"""The conversation in requests to Anthropic."""

from __future__ import annotations

import re
from typing import Any

import pytest

from harness.translation.manner import Manner
from harness.turn.conversation import (
    AudioPart,
    FilePart,
    ImagePart,
    OpaquePart,
    Part,
    ReasoningPart,
    RefusalPart,
    TextPart,
)
from tests.anthropic_requests import HAIKU
from tests.foreign_requests import answered, asked, called, said, sent

PNG = "iVBORw0KGgo="


# -- the conversation


def test_instructions_and_the_first_system_messages_are_the_system_prompt() -> None:
    """One in the middle is told as a user's; breakpoints of the cache stay."""
    cached = TextPart(text="b", cache_control={"type": "ephemeral"})
    one = sent(
        "anthropic",
        asked(
            HAIKU,
            said("a", cached, role="developer"),
            said("hi"),
            said("d", role="system", at="/input/2"),
            instructions="i",
        ),
    )
    assert one.body["system"] == [
        {"type": "text", "text": "i"},
        {"type": "text", "text": "a"},
        {"type": "text", "text": "b", "cache_control": {"type": "ephemeral"}},
    ]
    assert one.body["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "hi"},
                {"type": "text", "text": "<system>\nd\n</system>"},
            ],
        }
    ]
    assert one.losses[0] == ("L130", "/input/2")


def test_an_empty_message_is_left_out_and_blanks_are_no_text() -> None:
    """Anthropic refuses both."""
    messages = (said("a"), said("", at="/input/1"), said("b", TextPart(text=" \n", at="/input/2/1")))
    one = sent("anthropic", asked(HAIKU, *messages))
    assert [block["text"] for block in one.body["messages"][0]["content"]] == ["a", "b"]
    assert one.losses[:2] == [("L155", "/input/1"), ("L155", "/input/2/1")]


@pytest.mark.parametrize(
    ("part", "told", "codes"),
    [
        (TextPart(text="a", annotations=({},)), {"type": "text", "text": "a"}, ["L136"]),
        (RefusalPart(text="no"), {"type": "text", "text": "no"}, ["L137"]),
        (
            ImagePart(data=PNG, media_type="image/jpg", detail="low"),
            {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": PNG}},
            ["L132"],
        ),
        (
            ImagePart(data=PNG, extra={"cache_control": {"type": "ephemeral"}}),
            {
                "type": "image",
                "cache_control": {"type": "ephemeral"},
                "source": {"type": "base64", "media_type": "image/png", "data": PNG},
            },
            [],
        ),
        (
            ImagePart(url="https://a.b/c"),
            {"type": "image", "source": {"type": "url", "url": "https://a.b/c"}},
            [],
        ),
        (
            FilePart(data="JVBERi0=", filename="a.pdf"),
            {
                "type": "document",
                "title": "a.pdf",
                "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="},
            },
            [],
        ),
        (
            FilePart(data="aGk=", media_type="text/csv"),
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "hi"}},
            [],
        ),
        (
            FilePart(data=PNG, filename="a.png"),
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}},
            ["L132"],
        ),
        (
            FilePart(url="https://a.b/c.pdf"),
            {"type": "document", "source": {"type": "url", "url": "https://a.b/c.pdf"}},
            [],
        ),
    ],
    ids=str,
)
def test_parts_of_a_message(part: Part, told: dict[str, Any], codes: list[str]) -> None:
    """Each in its place."""
    one = sent("anthropic", asked(HAIKU, said(part)))
    assert one.body["messages"] == [{"role": "user", "content": [told]}]
    assert one.codes == codes


@pytest.mark.parametrize(
    ("part", "code"),
    [
        (ImagePart(file_id="file-1", at="/p"), "L156"),
        (ImagePart(data="AAAA", media_type="image/heic", at="/p"), "L145"),
        (FilePart(file_id="file-1", at="/p"), "L156"),
        (FilePart(data="AAAA", media_type="application/zip", at="/p"), "L145"),
        (FilePart(data="/w==", media_type="text/plain", at="/p"), "L145"),
        (FilePart(data="!", media_type="text/plain", at="/p"), "L145"),
        (AudioPart(data="AAAA", format="wav", at="/p"), "L133"),
        (AudioPart(id="audio-1", at="/p"), "L156"),
        (OpaquePart(dialect="chat", kind="video", value={}, at="/p"), "L146"),
    ],
    ids=str,
)
def test_parts_that_cannot_be_sent(part: Part, code: str) -> None:
    """The rest of the message is."""
    one = sent("anthropic", asked(HAIKU, said("a", part)))
    assert one.body["messages"][0]["content"] == [{"type": "text", "text": "a"}]
    assert one.losses[0] == (code, "/p")


def test_an_assistant_shows_no_pictures() -> None:
    """Only users do."""
    picture = ImagePart(data=PNG, at="/p")
    assert sent("anthropic", asked(HAIKU, said("a"), said("b", picture, role="assistant"))).losses[0] == (
        "L145",
        "/p",
    )


# -- calls, results and thoughts


def test_results_are_the_first_blocks_of_one_message() -> None:
    """In the order of the calls, before what the user says next."""
    one = sent(
        "anthropic",
        asked(
            HAIKU,
            said("hi"),
            said("so", called("call_1", "f", '{"a":1}'), called("call_2", "g"), role="assistant"),
            answered("call_2", "b", ImagePart(data=PNG), is_text=False),
            answered("call_1", "a", is_error=True),
            said("thanks"),
        ),
    )
    assert one.body["messages"][1:] == [
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "so"},
                {"type": "tool_use", "id": "call_1", "name": "f", "input": {"a": 1}},
                {"type": "tool_use", "id": "call_2", "name": "g", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "call_1", "content": "a", "is_error": True},
                {
                    "type": "tool_result",
                    "tool_use_id": "call_2",
                    "content": [
                        {"type": "text", "text": "b"},
                        {
                            "type": "image",
                            "source": {"type": "base64", "media_type": "image/png", "data": PNG},
                        },
                    ],
                },
                {"type": "text", "text": "thanks"},
            ],
        },
    ]


def test_an_empty_result_has_no_content() -> None:
    """A block without words is refused."""
    one = sent(
        "anthropic", asked(HAIKU, said("hi"), said(called(), role="assistant"), answered("call_1", ""))
    )
    assert one.body["messages"][2]["content"] == [{"type": "tool_result", "tool_use_id": "call_1"}]


def test_ids_that_anthropic_refuses_are_changed_in_calls_and_results_alike() -> None:
    """Different ones stay different."""
    first, second = "functions.f:0", "functions.f/0"
    one = sent(
        "anthropic",
        asked(
            HAIKU,
            said("hi"),
            said(called(first), called(second), role="assistant"),
            answered(first),
            answered(second),
        ),
    )
    calls = [block["id"] for block in one.body["messages"][1]["content"]]
    results = [block["tool_use_id"] for block in one.body["messages"][2]["content"]]
    assert calls == results
    assert len(set(calls)) == 2
    assert all(re.fullmatch("[a-zA-Z0-9_-]+", call) for call in calls)


@pytest.mark.parametrize(
    ("arguments", "given", "codes"),
    [
        ("", {}, []),
        ('{"a":1}', {"a": 1}, []),
        ("{", {"_raw": "{"}, ["L138"]),
        ('"a"', {"_raw": '"a"'}, ["L138"]),
    ],
)
def test_the_input_of_a_call_is_an_object(arguments: str, given: dict[str, Any], codes: list[str]) -> None:
    """What is none is an error, unless somebody wants it sent."""
    messages = (said("hi"), said(called(arguments=arguments), role="assistant"), answered())
    one = sent("anthropic", asked(HAIKU, *messages))
    assert (one.body["messages"][1]["content"][0]["input"], one.codes) == (given, codes)
    assert sent("anthropic", asked(HAIKU, *messages), manner=Manner(raw_arguments=True)).codes == []


def test_a_call_of_a_custom_tool_has_one_string() -> None:
    """As the function that stands for it."""
    call = called("call_1", "patch", "+1", kind="custom")
    one = sent("anthropic", asked(HAIKU, said("hi"), said(call, role="assistant"), answered()))
    assert one.body["messages"][1]["content"][0]["input"] == {"input": "+1"}
    assert one.codes == ["L144"]


@pytest.mark.parametrize(
    ("part", "block", "codes"),
    [
        (
            ReasoningPart(text=("a", "b"), signature="s", vendor="anthropic"),
            {"type": "thinking", "thinking": "ab", "signature": "s"},
            [],
        ),
        (
            ReasoningPart(summary=("a",), encrypted="s", vendor="anthropic"),
            {"type": "thinking", "thinking": "a", "signature": "s"},
            [],
        ),
        (
            ReasoningPart(signature="s", vendor="anthropic"),
            {"type": "thinking", "thinking": "", "signature": "s"},
            [],
        ),
        (
            ReasoningPart(encrypted="s", vendor="anthropic"),
            {"type": "redacted_thinking", "data": "s"},
            [],
        ),
        (ReasoningPart(text=("a",)), None, ["L152"]),
        (ReasoningPart(text=("a",), encrypted="s", vendor="openai"), None, ["L153", "L152"]),
        (ReasoningPart(encrypted="s", vendor="gemini"), None, ["L153"]),
    ],
    ids=str,
)
def test_thoughts_go_back_with_their_seals(part: Part, block: Any, codes: list[str]) -> None:
    """Those of others are left out."""
    one = sent("anthropic", asked(HAIKU, said("hi"), said(part, "x", role="assistant")))
    content = one.body["messages"][1]["content"]
    assert content == [*([block] if block else []), {"type": "text", "text": "x"}]
    assert one.codes == codes


def test_thoughts_stand_before_calls() -> None:
    """Also where a client sends them behind."""
    thought = ReasoningPart(text=("t",), signature="s", vendor="anthropic")
    one = sent("anthropic", asked(HAIKU, said("hi"), said(called(), thought, role="assistant"), answered()))
    assert [block["type"] for block in one.body["messages"][1]["content"]] == ["thinking", "tool_use"]


def test_the_signature_of_another_vendors_call_is_lost() -> None:
    """It is for that vendor only."""
    call = called(signature="s", vendor="gemini")
    one = sent("anthropic", asked(HAIKU, said("hi"), said(call, role="assistant"), answered()))
    assert one.losses[0] == ("L153", "/call_1")
