"""Calls, results, thoughts and all other items of a Responses request."""

from __future__ import annotations

from typing import Any

import pytest

from harness.translation.carry import wrapped
from harness.turn.conversation import (
    CallPart,
    ImagePart,
    OpaquePart,
    ReasoningPart,
    ResultPart,
    TextPart,
)
from tests.responses_requests_read import messages, part

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
