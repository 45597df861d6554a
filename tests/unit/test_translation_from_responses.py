"""Requests of the Responses API in neutral words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.translation.losses import Ledger
from harness.translation.requests.from_responses import from_responses
from harness.turn.conversation import (
    AudioPart,
    FilePart,
    ImagePart,
    Message,
    MessageItem,
    OpaquePart,
    OutputFormat,
    ReasoningWish,
    RefusalPart,
    TextPart,
)
from tests.responses_requests_read import messages, part, read

# -- members


@pytest.mark.parametrize(
    ("member", "value", "field", "expected"),
    [
        ("instructions", "i", "instructions", "i"),
        ("parallel_tool_calls", False, "parallel_tool_calls", False),
        ("max_output_tokens", 9, "max_output_tokens", 9),
        ("temperature", 0, "temperature", 0),
        ("top_p", 0.5, "top_p", 0.5),
        ("top_k", 4, "top_k", 4),
        ("seed", 5, "seed", 5),
        ("stop", "x", "stop", ("x",)),
        ("stop", ["x", "y"], "stop", ("x", "y")),
        ("frequency_penalty", 1, "frequency_penalty", 1),
        ("presence_penalty", -1.5, "presence_penalty", -1.5),
        ("top_logprobs", 3, "top_logprobs", 3),
        ("stream", True, "stream", True),
        ("stream", None, "stream", False),
        ("stream_options", {"include_obfuscation": False}, "stream_options", {"include_obfuscation": False}),
        ("text", {"verbosity": "low"}, "verbosity", "low"),
        ("text", {"format": {"type": "text"}}, "output", OutputFormat(kind="text", at="/text/format")),
        ("text", {"format": {"type": "json_object"}}, "output", OutputFormat(kind="json_object", at="/text/format")),
        (
            "text",
            {"format": {"type": "json_schema", "name": "n", "description": "d", "schema": {"a": 1}, "strict": True}},
            "output",
            OutputFormat(
                kind="json_schema", name="n", description="d", schema={"a": 1}, strict=True, at="/text/format"
            ),
        ),
        ("reasoning", {"effort": "low", "summary": "auto"}, "reasoning", ReasoningWish(effort="low", summary="auto")),
        ("reasoning", {"generate_summary": "concise"}, "reasoning", ReasoningWish(summary="concise")),
        ("reasoning", {"context": "auto"}, "reasoning", ReasoningWish(extra={"context": "auto"})),
        ("include", ["message.output_text.logprobs"], "logprobs", True),
        ("include", ["reasoning.encrypted_content"], "logprobs", None),
        ("tools", [], "tools", ()),
        ("tools", None, "tools", None),
        ("novelty", {"a": [1]}, "extra", {"novelty": {"a": [1]}}),
    ],
)  # fmt: skip
def test_a_parameter_has_its_field(member: str, value: Any, field: str, expected: Any) -> None:
    """Under its neutral name, with its value as sent."""
    assert getattr(read(**{member: value}), field) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("service_tier", "flex"),
        ("prompt_cache_key", "k"),
        ("prompt_cache_retention", "24h"),
        ("prompt_cache_options", {"mode": "explicit"}),
        ("safety_identifier", "s"),
        ("user", "u"),
        ("metadata", {"a": "b"}),
        ("store", False),
        ("previous_response_id", "resp_1"),
        ("conversation", "conv_1"),
        ("conversation", {"id": "conv_1"}),
        ("truncation", "auto"),
        ("background", True),
        ("prompt", {"id": "pmpt_1"}),
        ("context_management", [{"type": "compaction"}]),
        ("moderation", {"model": "omni"}),
        ("max_tool_calls", 2),
        ("include", ["reasoning.encrypted_content", "web_search_call.action.sources"]),
    ],
)
def test_an_option_is_kept_under_its_own_name(name: str, value: Any) -> None:
    """As it was sent; null is not said."""
    assert read(**{name: value}).options == {name: value}
    assert read(**{name: None}).options == {}


def test_a_place_is_known_by_the_name_of_the_field() -> None:
    """Where the wire has another."""
    request = read()
    assert request.pointer("output") == "/text/format"
    assert request.pointer("messages") == "/input"
    assert request.pointer("temperature") == "/temperature"


def test_unknown_members_of_the_text_options_are_reported() -> None:
    """They have no room in the neutral request."""
    ledger = Ledger()
    body = {
        "model": "m",
        "input": "a",
        "text": {"new": 1, "format": {"type": "text", "newer": 2, "null": None}},
    }
    from_responses(body, ledger)
    assert [(loss.code, loss.at) for loss in ledger.losses] == [
        ("L100", "/text/new"),
        ("L100", "/text/format/newer"),
    ]


# -- input


def test_a_string_is_the_only_message() -> None:
    """It stands where the input stands, and no message item is known of it."""
    (message,) = read(input="hello").messages
    assert message == Message(
        role="user", parts=(TextPart(text="hello", at="/input"),), is_text=True, at="/input"
    )


@pytest.mark.parametrize("role", ["user", "system", "developer"])
def test_a_short_message_remembers_its_form(role: Any) -> None:
    """Without a type, with a string."""
    (message,) = messages({"role": role, "content": "hi"})
    assert message.role == role
    assert message.is_text
    assert message.parts == (TextPart(text="hi", at="/input/0/content"),)
    assert message.items == (MessageItem(begin=0, end=1, is_typed=False, is_text=True, at="/input/0"),)


def test_a_message_keeps_its_id_status_phase_and_other_members() -> None:
    """On itself, and on its item."""
    item = {
        "type": "message", "role": "assistant", "id": "msg_1", "status": "completed", "phase": "commentary", "x": 1,
        "content": [{"type": "output_text", "text": "a", "annotations": [{"type": "file_path"}], "logprobs": []}],
    }  # fmt: skip
    (message,) = messages(item)
    assert (message.item_id, message.status, message.phase) == ("msg_1", "completed", "commentary")
    assert message.extra == {"x": 1}
    assert message.items[0].item_id == "msg_1"
    assert message.parts == (
        TextPart(text="a", annotations=({"type": "file_path"},), logprobs=(), at="/input/0/content/0"),
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"type": "input_text", "text": "a", "x": 1}, TextPart(text="a", extra={"x": 1})),
        ({"type": "input_text", "text": ""}, TextPart(text="")),
        (
            {"type": "input_text", "text": "a", "cache_control": {"type": "ephemeral"}},
            TextPart(text="a", cache_control={"type": "ephemeral"}),
        ),
        (
            {"type": "input_image", "image_url": "https://x.example/a.png", "detail": "low"},
            ImagePart(url="https://x.example/a.png", detail="low"),
        ),
        (
            {"type": "input_image", "image_url": "data:image/png;base64,AAAA"},
            ImagePart(data="AAAA", media_type="image/png"),
        ),
        ({"type": "input_image", "file_id": "file_1", "image_url": None}, ImagePart(file_id="file_1")),
        (
            {"type": "input_file", "file_data": "data:application/pdf;base64,AAAA", "filename": "a.pdf"},
            FilePart(data="AAAA", media_type="application/pdf", filename="a.pdf"),
        ),
        ({"type": "input_file", "file_data": "AAAA"}, FilePart(data="AAAA")),
        (
            {"type": "input_file", "file_url": "https://x.example/a.pdf", "detail": "high"},
            FilePart(url="https://x.example/a.pdf", detail="high"),
        ),
        ({"type": "input_file", "file_id": "file_1"}, FilePart(file_id="file_1")),
        (
            {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
            AudioPart(data="AAAA", format="wav"),
        ),
    ],
)
def test_a_part_of_a_users_message(content: dict[str, Any], expected: Any) -> None:
    """Each kind that the API has, with its source as it was sent."""
    assert part({"role": "user", "content": [content]}) == replace(expected, at="/input/0/content/0")


def test_a_refusal_is_a_part_of_an_assistants_message() -> None:
    """Apart from what it said."""
    item = {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]}
    assert part(item) == RefusalPart(text="no", at="/input/0/content/0")


def test_a_part_that_nobody_knows_is_kept_as_it_is() -> None:
    """For the same dialect."""
    value = {"type": "computer_screenshot", "image_url": "x"}
    assert part({"role": "user", "content": [value]}) == OpaquePart(
        dialect="responses", kind="computer_screenshot", value=value, at="/input/0/content/0"
    )


def test_of_several_sources_the_first_counts_and_the_others_are_reported() -> None:
    """A part is one picture or file."""
    ledger = Ledger()
    image = {"type": "input_image", "image_url": "https://x.example/a.png", "file_id": "file_1"}
    file = {"type": "input_file", "file_url": "https://x.example/a.pdf", "file_id": "file_1"}
    request = from_responses({"model": "m", "input": [{"role": "user", "content": [image, file]}]}, ledger)
    first, second = request.messages[0].parts
    assert isinstance(first, ImagePart)
    assert isinstance(second, FilePart)
    assert (first.file_id, second.file_id) == (None, None)
    assert [(loss.code, loss.at) for loss in ledger.losses] == [
        ("L156", "/input/0/content/0/file_id"),
        ("L156", "/input/0/content/1/file_id"),
    ]
