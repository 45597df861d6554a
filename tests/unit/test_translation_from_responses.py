"""Requests of the Responses API in neutral words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.errors import RequestRefused
from harness.translation.carry import wrapped
from harness.translation.losses import Ledger
from harness.translation.requests.from_responses import from_responses
from harness.turn.conversation import (
    AudioPart,
    CallPart,
    FilePart,
    ImagePart,
    Message,
    MessageItem,
    OpaquePart,
    OutputFormat,
    ReasoningPart,
    ReasoningWish,
    RefusalPart,
    Request,
    ResultPart,
    TextPart,
)
from harness.turn.tools import CustomTool, FunctionTool, HostedTool, ToolChoice


def read(**members: Any) -> Request:
    """A request with these members, which loses nothing."""
    ledger = Ledger()
    request = from_responses({"model": "m", "input": "hello", **members}, ledger)
    assert ledger.losses == []
    return request


def messages(*items: Any) -> tuple[Message, ...]:
    """The conversation of these items."""
    return read(input=list(items)).messages


def part(item: dict[str, Any]) -> Any:
    """The only part of the only message of an item."""
    (message,) = messages(item)
    (only,) = message.parts
    return only


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


# -- calls, results and thoughts


def test_a_call_is_kept_verbatim() -> None:
    """Its arguments even where they are no JSON."""
    item = {
        "type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": "{not json",
        "namespace": "n", "status": "completed", "caller": {"type": "direct"},
    }  # fmt: skip
    assert part(item) == CallPart(
        call_id="call_1", name="f", arguments="{not json", item_id="fc_1", namespace="n", status="completed",
        extra={"caller": {"type": "direct"}}, at="/input/0",
    )  # fmt: skip


def test_a_call_of_a_custom_tool_has_its_input() -> None:
    """By the id of the call, not of the item."""
    item = {"type": "custom_tool_call", "id": "ctc_1", "call_id": "call_1", "name": "f", "input": "x = 1"}
    assert part(item) == CallPart(
        call_id="call_1", name="f", arguments="x = 1", kind="custom", item_id="ctc_1", at="/input/0"
    )


@pytest.mark.parametrize("kind", ["function", "custom"])
def test_a_result_is_a_string_or_parts(kind: Any) -> None:
    """Either form is remembered."""
    item = {
        "type": f"{kind}_call_output" if kind == "function" else "custom_tool_call_output",
        "call_id": "call_1",
    }
    assert part({**item, "output": "ok", "id": "o_1", "status": "completed"}) == ResultPart(
        call_id="call_1", parts=(TextPart(text="ok", at="/input/0/output"),), kind=kind, item_id="o_1",
        status="completed", at="/input/0",
    )  # fmt: skip
    output = [{"type": "input_text", "text": "a"}, {"type": "input_image", "file_id": "file_1"}]
    result = part({**item, "output": output})
    assert not result.is_text
    assert result.parts == (
        TextPart(text="a", at="/input/0/output/0"),
        ImagePart(file_id="file_1", at="/input/0/output/1"),
    )


def test_a_result_may_name_its_function_in_place_of_its_call() -> None:
    """The types of the API allow that."""
    result = part({"type": "function_call_output", "name": "f", "output": "ok"})
    assert (result.call_id, result.name) == ("", "f")


def test_what_an_assistant_produced_in_a_row_is_one_message() -> None:
    """In order; it remembers which texts stood in which item."""
    items = [
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "s"}]},
        {"type": "message", "role": "assistant", "id": "msg_1", "phase": "commentary", "content": "a"},
        {"type": "web_search_call", "id": "ws_1", "status": "completed"},
        {"type": "message", "role": "assistant", "id": "msg_2", "content": []},
        {
            "type": "message",
            "role": "assistant",
            "id": "msg_3",
            "content": [{"type": "output_text", "text": "b"}],
        },
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
        {"type": "function_call", "call_id": "c2", "name": "f", "arguments": "{}"},
    ]
    (message,) = messages(*items)
    assert [type(one).__name__ for one in message.parts] == [
        "ReasoningPart", "TextPart", "OpaquePart", "TextPart", "CallPart", "CallPart",
    ]  # fmt: skip
    assert [(item.item_id, item.begin, item.end, item.is_text) for item in message.items] == [
        ("msg_1", 1, 2, True),
        ("msg_2", 3, 3, False),
        ("msg_3", 3, 4, False),
    ]
    assert (message.phase, message.item_id, message.is_text) == ("commentary", "msg_1", False)


def test_what_the_client_says_or_answers_ends_a_turn() -> None:
    """Results stand in messages of their own."""
    call = {"type": "function_call", "name": "f", "arguments": "{}"}
    told = messages(
        {**call, "call_id": "1"},
        {"type": "function_call_output", "call_id": "1", "output": ""},
        {**call, "call_id": "2"},
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "b"},
    )
    assert [message.role for message in told] == ["assistant", "tool", "assistant", "user", "assistant"]


def test_a_thought_keeps_its_parts_and_its_item() -> None:
    """Raw text and summaries, a string per part."""
    item = {
        "type": "reasoning", "id": "rs_1", "status": "completed", "encrypted_content": None,
        "summary": [{"type": "summary_text", "text": "a"}, {"type": "summary_text", "text": "b"}],
        "content": [{"type": "reasoning_text", "text": "c"}],
    }  # fmt: skip
    assert part(item) == ReasoningPart(
        text=("c",), summary=("a", "b"), item_id="rs_1", status="completed", raw=item, at="/input/0"
    )


@pytest.mark.parametrize(
    ("blob", "summary", "vendor", "encrypted", "signature"),
    [
        ("gAAAAABo", [], "openai", "gAAAAABo", None),
        ("something", [], "", "something", None),
        (wrapped("anthropic", "sig", "signature"), ["s"], "anthropic", None, "sig"),
        (wrapped("anthropic", "sig", "signature"), [], "anthropic", None, "sig"),
        (wrapped("anthropic", "redacted"), [], "anthropic", "redacted", None),
        (wrapped("gemini", "sig", "signature"), [], "gemini", None, "sig"),
        (wrapped("gemini", "sig", "signature"), ["s"], "gemini", None, "sig"),
        (wrapped("xai", "blob"), ["s"], "xai", "blob", None),
        ("hx1:anthropic:?", [], "", "hx1:anthropic:?", None),
    ],
)
def test_what_seals_a_thought_is_unwrapped(
    blob: str, summary: list[str], vendor: str, encrypted: str | None, signature: str | None
) -> None:
    """It is known whose it is, and whether it proves a text or hides one."""
    item = {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [{"type": "summary_text", "text": text} for text in summary],
        "encrypted_content": blob,
    }
    thought = part(item)
    assert (thought.vendor, thought.encrypted, thought.signature) == (vendor, encrypted, signature)


def test_the_seal_behind_a_call_is_the_calls() -> None:
    """That is the form in which this engine hands on the signature of a call of Gemini."""
    call = {"type": "function_call", "call_id": "1", "name": "f", "arguments": "{}"}
    blob = wrapped("gemini", "sig", "call")
    seal = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": blob}
    (message,) = messages(call, seal, {**call, "call_id": "2"})
    first, second = message.parts
    assert isinstance(first, CallPart)
    assert isinstance(second, CallPart)
    assert (first.signature, first.vendor, second.signature) == ("sig", "gemini", None)


def test_the_seal_of_a_call_may_come_in_googles_form() -> None:
    """As `extra_content` of the call."""
    call = {
        "type": "function_call", "call_id": "1", "name": "f", "arguments": "{}",
        "extra_content": {"google": {"thought_signature": "sig"}},
    }  # fmt: skip
    told = part(call)
    assert (told.signature, told.vendor) == ("sig", "gemini")


# -- items that only Responses has


@pytest.mark.parametrize(
    ("item", "role", "is_clients", "call_id"),
    [
        ({"type": "web_search_call", "id": "ws_1"}, "assistant", False, None),
        ({"type": "file_search_call", "id": "fs_1"}, "assistant", False, None),
        ({"type": "code_interpreter_call", "id": "ci_1"}, "assistant", False, None),
        ({"type": "image_generation_call", "id": "ig_1"}, "assistant", False, None),
        ({"type": "mcp_list_tools", "id": "mcpl_1"}, "assistant", False, None),
        ({"type": "mcp_call", "id": "mcp_1"}, "assistant", False, None),
        ({"type": "compaction", "encrypted_content": "x"}, "assistant", False, None),
        ({"type": "program", "id": "p", "call_id": "1"}, "assistant", False, "1"),
        ({"type": "program_output", "id": "p", "call_id": "1"}, "assistant", False, "1"),
        ({"type": "item_reference", "id": "msg_1"}, "assistant", False, None),
        ({"type": "tool_search_call", "call_id": "1", "execution": "server"}, "assistant", False, "1"),
        ({"type": "tool_search_output", "call_id": "1", "execution": "server"}, "assistant", False, "1"),
        ({"type": "tool_search_call", "call_id": "1", "execution": "client"}, "assistant", True, "1"),
        ({"type": "tool_search_output", "call_id": "1", "execution": "client"}, "tool", False, "1"),
        ({"type": "local_shell_call", "id": "l", "call_id": "1"}, "assistant", True, "1"),
        ({"type": "local_shell_call_output", "id": "1"}, "tool", False, "1"),
        ({"type": "shell_call", "call_id": "1"}, "assistant", True, "1"),
        (
            {"type": "shell_call", "call_id": "1", "environment": {"type": "container_reference"}},
            "assistant",
            False,
            "1",
        ),
        ({"type": "shell_call_output", "call_id": "1"}, "tool", False, "1"),
        ({"type": "apply_patch_call", "call_id": "1"}, "assistant", True, "1"),
        ({"type": "apply_patch_call_output", "call_id": "1"}, "tool", False, "1"),
        ({"type": "computer_call", "call_id": "1"}, "assistant", True, "1"),
        ({"type": "computer_call_output", "call_id": "1"}, "tool", False, "1"),
        ({"type": "mcp_approval_request", "id": "mcpr_1"}, "assistant", True, "mcpr_1"),
        ({"type": "mcp_approval_response", "approval_request_id": "mcpr_1"}, "tool", False, "mcpr_1"),
        ({"type": "additional_tools", "role": "developer", "tools": []}, "developer", False, None),
        ({"type": "compaction_trigger"}, "developer", False, None),
        ({"type": "something_new", "x": [1]}, "assistant", False, None),
    ],
)
def test_an_item_that_only_responses_has_is_kept_as_it_is(
    item: dict[str, Any], role: str, *, is_clients: bool, call_id: str | None
) -> None:
    """In the message of whoever produced it."""
    (message,) = messages(item)
    assert message.role == role
    assert message.parts == (
        OpaquePart(
            dialect="responses",
            kind=item["type"],
            value=item,
            call_id=call_id,
            has_result=is_clients,
            at="/input/0",
        ),
    )


def test_the_output_of_a_shell_in_a_container_is_the_providers() -> None:
    """It belongs to the turn of its call."""
    call = {"type": "shell_call", "call_id": "1", "environment": {"type": "container_reference"}}
    (message,) = messages(call, {"type": "shell_call_output", "call_id": "1", "output": []})
    assert len(message.parts) == 2


def test_an_item_without_a_type_is_a_message_or_a_reference() -> None:
    """By its role, or by its id alone."""
    first, second = messages({"role": "user", "content": "a"}, {"id": "msg_1"})
    assert first.role == "user"
    assert isinstance(second.parts[0], OpaquePart)
    assert second.parts[0].kind == "item_reference"


# -- tools


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        (
            {
                "type": "function",
                "name": "f",
                "description": "d",
                "parameters": {"type": "object"},
                "strict": True,
            },
            FunctionTool(
                name="f", description="d", parameters={"type": "object"}, strict=True, at="/tools/0"
            ),
        ),
        ({"type": "function", "name": "f"}, FunctionTool(name="f", at="/tools/0")),
        (
            {"type": "function", "name": "f", "strict": None},
            FunctionTool(name="f", strict=False, at="/tools/0"),
        ),
        (
            {"type": "function", "name": "f", "defer_loading": True},
            FunctionTool(name="f", extra={"defer_loading": True}, at="/tools/0"),
        ),
        (
            {
                "type": "custom",
                "name": "c",
                "format": {"type": "grammar", "syntax": "lark", "definition": "x"},
            },
            CustomTool(
                name="c", format={"type": "grammar", "syntax": "lark", "definition": "x"}, at="/tools/0"
            ),
        ),
        (
            {"type": "web_search_2025_08_26"},
            HostedTool(
                kind="web_search", value={"type": "web_search_2025_08_26"}, dialect="responses", at="/tools/0"
            ),
        ),
        (
            {"type": "mcp", "server_label": "s"},
            HostedTool(
                kind="mcp", value={"type": "mcp", "server_label": "s"}, dialect="responses", at="/tools/0"
            ),
        ),
    ],
)
def test_a_tool_has_its_form(tool: dict[str, Any], expected: Any) -> None:
    """What the client runs is described, what the provider runs is kept."""
    assert read(tools=[tool]).tools == (expected,)


def test_the_tools_of_a_namespace_know_it() -> None:
    """What else is said of the namespace is kept once; an empty one is a tool like any other."""
    inner = [{"type": "function", "name": "f"}, {"type": "custom", "name": "c"}]
    empty = {"type": "namespace", "name": "e", "description": "d", "tools": []}
    request = read(tools=[{"type": "namespace", "name": "n", "description": "d", "tools": inner}, empty])
    assert request.tools == (
        FunctionTool(name="f", namespace="n", at="/tools/0/tools/0"),
        CustomTool(name="c", namespace="n", at="/tools/0/tools/1"),
        HostedTool(kind="namespace", value=empty, dialect="responses", at="/tools/1"),
    )
    assert request.namespaces == {"n": {"description": "d"}}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("none", ToolChoice(mode="none")),
        ("auto", ToolChoice(mode="auto")),
        ("required", ToolChoice(mode="required")),
        ({"type": "function", "name": "f"}, ToolChoice(mode="named", name="f")),
        ({"type": "custom", "name": "c"}, ToolChoice(mode="named", name="c", kind="custom")),
        (
            {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "f"}]},
            ToolChoice(mode="allowed", names=({"type": "function", "name": "f"},), is_required=True),
        ),
        ({"type": "allowed_tools", "mode": "auto", "tools": []}, ToolChoice(mode="allowed")),
        ({"type": "web_search_preview_2025_03_11"}, ToolChoice(mode="hosted", name="web_search_preview")),
        ({"type": "mcp", "server_label": "s"}, ToolChoice(mode="hosted", name="mcp")),
    ],
)
def test_a_choice_has_its_form(choice: Any, expected: ToolChoice) -> None:
    """And is kept as it was sent."""
    assert read(tool_choice=choice).tool_choice == replace(expected, value=choice, at="/tool_choice")


# -- what is refused


@pytest.mark.parametrize(
    ("members", "message", "param", "code"),
    [
        (
            {"model": None},
            "Invalid type for 'model': expected a string, but got null instead.",
            "model",
            "invalid_type",
        ),
        (
            {"input": 7},
            "Invalid type for 'input': expected one of a string or array of input items, but got an integer instead.",
            "input",
            "invalid_type",
        ),
        (
            {"input": ["a"]},
            "Invalid type for 'input[0]': expected an object, but got a string instead.",
            "input[0]",
            "invalid_type",
        ),
        (
            {"input": [{}]},
            "Missing required parameter: 'input[0].type'.",
            "input[0].type",
            "missing_required_parameter",
        ),
        (
            {"input": [{"role": "tool", "content": "a"}]},
            "Invalid value: 'tool'. Supported values are: 'assistant', 'system', 'developer', and 'user'.",
            "input[0].role",
            "invalid_value",
        ),
        (
            {"input": [{"role": "assistant", "content": [{"type": "input_text", "text": "a"}]}]},
            "Invalid value: 'input_text'. Supported values are: 'output_text' and 'refusal'.",
            "input[0].content[0].type",
            "invalid_value",
        ),
        (
            {"input": [{"type": "function_call", "name": "f", "arguments": "{}"}]},
            "Missing required parameter: 'input[0].call_id'.",
            "input[0].call_id",
            "missing_required_parameter",
        ),
        (
            {"input": [{"type": "function_call", "call_id": "", "name": "f", "arguments": "{}"}]},
            (
                "Invalid 'input[0].call_id': empty string. Expected a string with minimum length 1, but got an "
                "empty string instead."
            ),
            "input[0].call_id",
            "empty_string",
        ),
        (
            {"input": [{"type": "function_call", "call_id": "1", "name": "f", "arguments": {}}]},
            "Invalid type for 'input[0].arguments': expected a string, but got an object instead.",
            "input[0].arguments",
            "invalid_type",
        ),
        (
            {"input": [{"type": "function_call_output", "call_id": "1"}]},
            "Missing required parameter: 'input[0].output'.",
            "input[0].output",
            "missing_required_parameter",
        ),
        (
            {"tools": [{"type": "function", "function": {"name": "f"}}]},
            "Missing required parameter: 'tools[0].name'.",
            "tools[0].name",
            "missing_required_parameter",
        ),
        (
            {"tool_choice": {"type": "function", "function": {"name": "f"}}},
            "Missing required parameter: 'tool_choice.name'.",
            "tool_choice.name",
            "missing_required_parameter",
        ),
        (
            {"tool_choice": "any"},
            "Invalid value: 'any'. Supported values are: 'none', 'auto', and 'required'.",
            "tool_choice",
            "invalid_value",
        ),
        (
            {"text": {"format": {"type": "json_schema", "schema": {}}}},
            "Missing required parameter: 'text.format.name'.",
            "text.format.name",
            "missing_required_parameter",
        ),
        (
            {"temperature": 3},
            "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead.",
            "temperature",
            "decimal_above_max_value",
        ),
        (
            {"previous_response_id": "resp_1", "conversation": "conv_1"},
            (
                "Mutually exclusive parameters: 'previous_response_id' and 'conversation'. Ensure you are only "
                "providing one of: 'previous_response_id' or 'conversation'."
            ),
            "conversation",
            "mutually_exclusive_parameters",
        ),
        (
            {"input": None},
            "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation_id' must be provided.",
            "input",
            "missing_required_parameter",
        ),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_meant_is_refused_as_openai_does(
    members: dict[str, Any], message: str, param: str, code: str
) -> None:
    """With the words, the member and the code."""
    with pytest.raises(RequestRefused) as caught:
        read(**members)
    assert caught.value.message == message
    assert (caught.value.status, caught.value.param, caught.value.name) == (400, param, code)


def test_a_request_may_leave_out_its_model_and_input_where_a_prompt_has_them() -> None:
    """A stored prompt names both."""
    request = from_responses({"prompt": {"id": "pmpt_1"}}, Ledger())
    assert (request.model, request.messages) == ("", ())
