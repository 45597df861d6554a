"""Turns with calls and thought in requests to Chat Completions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.translation.manner import Manner
from tests.asking import asked, responses
from tests.chat_requests import CUSTOM, PIXEL, call, chat_call, from_responses, result, user

# -- turns with calls


def test_d01_of_002_calls_of_one_turn_are_one_message_followed_by_their_results() -> None:
    """002-D01, 002-D02, 004-D07: items fc1, fc2, out1, out2 are one assistant's message and two results."""
    said = {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "output_text", "text": "I look.", "annotations": []}],
    }
    out = from_responses(said, call("c1"), call("c2"), result("c1", "1"), result("c2", "2"))
    assert out.body["messages"] == [
        {"role": "assistant", "content": "I look.", "tool_calls": [chat_call("c1"), chat_call("c2")]},
        {"role": "tool", "tool_call_id": "c1", "content": "1"},
        {"role": "tool", "tool_call_id": "c2", "content": "2"},
    ]


def test_d03_of_002_a_call_without_a_result_cuts_nothing_off() -> None:
    """002-D03, 002-D04: what comes after it stays, and the call, of any kind, is given a result that says so."""
    custom = {"type": "custom_tool_call", "id": "ctc_1", "call_id": "c2", "name": "patch", "input": "x"}
    out = from_responses(call("c1"), custom, user({"type": "input_text", "text": "go on"}))
    assert [one["role"] for one in out.body["messages"]] == ["assistant", "tool", "tool", "user"]
    assert out.body["messages"][-1]["content"] == "go on"
    assert [code for code in out.codes if code == "L140"] == ["L140", "L140"]


def test_d05_of_002_calls_are_known_by_their_call_id_and_are_of_kinds_that_chat_has() -> None:
    """002-D05, 002-D06: an item's own id is never a call's; a tool call is a function or custom."""
    custom = {"type": "custom_tool_call", "id": "ctc_1", "call_id": "c1", "name": "patch", "input": "x\n"}
    output = {"type": "custom_tool_call_output", "call_id": "c1", "output": "done"}
    out = from_responses(custom, output, tools=[CUSTOM])
    assert out.body["messages"] == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c1", "type": "custom", "custom": {"name": "patch", "input": "x\n"}}],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "done"},
    ]
    assert out.losses == []


def test_d06_of_002_a_local_shell_call_is_no_tool_call_of_chat() -> None:
    """002-D06: it is refused by default, told in words or left out as the manner wants."""
    items = (
        {
            "type": "local_shell_call",
            "id": "lsh_1",
            "call_id": "c1",
            "status": "completed",
            "action": {"type": "exec"},
        },
        {"type": "local_shell_call_output", "id": "c1", "output": "a.txt"},
        user({"type": "input_text", "text": "u"}),
    )
    refused = from_responses(*items)
    assert refused.session.ledger.refused() is not None
    assert "L145" in refused.codes
    assert len(refused.body["messages"]) == 1
    in_words = from_responses(*items, manner=Manner(foreign_items="text"))
    assert in_words.session.ledger.refused() is None
    assert "a.txt" in json.dumps(in_words.body["messages"])
    dropped = from_responses(*items, manner=Manner(foreign_items="drop"))
    assert dropped.body["messages"] == [{"role": "user", "content": "u"}]
    assert set(dropped.codes) == {"L146"}


def test_d07_of_002_the_same_words_twice_are_two_messages() -> None:
    """002-D07: "ok", then words of the user, then "ok" again."""
    ok = {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "output_text", "text": "ok", "annotations": []}],
    }
    out = from_responses(ok, user({"type": "input_text", "text": "u"}), ok)
    assert [one["content"] for one in out.body["messages"]] == ["ok", "u", "ok"]


def test_d08_of_002_arguments_that_are_no_json_are_sent_as_they_are() -> None:
    """002-D08: neither the call nor its result vanish."""
    out = from_responses(call("c1", arguments='{"city": "Par'), result("c1"))
    assert out.body["messages"][0]["tool_calls"] == [chat_call("c1", arguments='{"city": "Par')]
    assert out.body["messages"][1]["content"] == "sunny"


@pytest.mark.parametrize(
    ("output", "content"),
    [
        ("", ""),
        ([{"type": "input_text", "text": "a"}], "a"),
        (
            [{"type": "input_text", "text": "a"}, {"type": "input_text", "text": "b"}],
            [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
        ),
    ],
)
def test_results_of_words_are_words(output: Any, content: Any) -> None:
    """One text is a string; several stay parts."""
    out = from_responses(call("c1"), result("c1", output))
    assert out.body["messages"][1] == {"role": "tool", "tool_call_id": "c1", "content": content}


def test_pictures_in_results_follow_in_a_users_message_behind_all_results() -> None:
    """Chat's results hold text only; where the upstream takes pictures, they stay (L143)."""
    picture = [{"type": "input_text", "text": "see"}, {"type": "input_image", "image_url": PIXEL}]
    items = (call("c1"), call("c2"), result("c1", picture), result("c2", "2"))
    out = from_responses(*items)
    assert [one["role"] for one in out.body["messages"]] == ["assistant", "tool", "tool", "user"]
    assert out.body["messages"][1]["content"] == "see"
    assert out.body["messages"][3]["content"][1:] == [{"type": "image_url", "image_url": {"url": PIXEL}}]
    assert "c1" in out.body["messages"][3]["content"][0]["text"]
    assert out.losses == [("L143", "/input/2")]
    takes = asked("responses", responses(*items), "chat", "anthropic")
    assert takes.body["messages"][1]["content"][1] == {"type": "image_url", "image_url": {"url": PIXEL}}


# -- thought


def thought(**members: Any) -> dict[str, Any]:
    """A reasoning item."""
    return {"type": "reasoning", "id": "rs_1", "summary": [], **members}


def test_d10_of_002_a_thought_stands_with_the_turn_that_it_led_to() -> None:
    """002-D10: of [assistant A, reasoning for B, assistant B] it is B that has it, wherever the user speaks."""

    def said(text: str) -> dict[str, Any]:
        return {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": text, "annotations": []}],
        }

    words = [{"type": "reasoning_text", "text": "hm"}]
    out = from_responses(
        said("A"), user({"type": "input_text", "text": "u"}), thought(content=words), said("B"),
        user({"type": "input_text", "text": "v"}), profile="deepseek",
    )  # fmt: skip
    assert out.body["messages"][0] == {"role": "assistant", "content": "A"}
    assert out.body["messages"][2] == {"role": "assistant", "content": "B", "reasoning_content": "hm"}


@pytest.mark.parametrize(
    ("profile", "member"),
    [
        ("deepseek", "reasoning_content"),
        ("llamacpp", "reasoning_content"),
        ("vllm", "reasoning"),
        ("groq", "reasoning"),
    ],
)
def test_thought_goes_into_the_member_that_the_upstream_takes(profile: str, member: str) -> None:
    """Each server has its own name for it."""
    words = [{"type": "reasoning_text", "text": "hm"}]
    out = from_responses(thought(content=words), call("c1"), result("c1"), profile=profile)
    assert out.body["messages"][0][member] == "hm"
    assert out.losses == []


def test_thought_that_no_member_takes_is_told() -> None:
    """OpenAI's Chat has no member for thought."""
    words = [{"type": "summary_text", "text": "hm"}]
    out = from_responses(thought(summary=words), call("c1"), result("c1"))
    assert out.body["messages"][0].keys() == {"role", "content", "tool_calls"}
    assert out.losses == [("L150", "/input/0")]


def test_openrouter_is_told_thoughts_in_details_and_mistral_in_parts() -> None:
    """What was a summary is called one where there is a word for it."""
    item = thought(summary=[{"type": "summary_text", "text": "hm"}])
    details = from_responses(item, call("c1"), result("c1"), profile="openrouter").body["messages"][0]
    assert details["reasoning_details"] == [{"type": "reasoning.summary", "summary": "hm", "index": 0}]
    parts = from_responses(item, call("c1"), result("c1"), profile="mistral").body["messages"][0]
    assert parts["content"] == [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]


def test_what_another_vendor_encrypted_is_never_sent() -> None:
    """L153: nothing of the blob is in the body, whatever form it came in."""
    for blob in ("gAAAAABsecret", "hx1:anthropic:c2VjcmV0"):
        out = from_responses(thought(encrypted_content=blob), call("c1"), result("c1"), profile="openrouter")
        assert "secret" not in json.dumps(out.body)
        assert "c2VjcmV0" not in json.dumps(out.body)
        assert out.losses == [("L153", "/input/0")]
