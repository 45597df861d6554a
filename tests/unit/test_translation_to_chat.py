"""Requests of both kinds of clients become requests of Chat Completions, and what has no place there is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.translation.manner import Manner
from harness.translation.profiles import upstream_names
from tests.asking import Sent, asked, chat, responses

WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}}
SCHEMA = {"name": "n", "description": "d", "schema": WEATHER, "strict": True}
FUNCTION = {"type": "function", "name": "weather", "parameters": WEATHER, "strict": True}
CHAT_FUNCTION = {"type": "function", "function": {"name": "weather", "parameters": WEATHER, "strict": True}}
CUSTOM = {
    "type": "custom",
    "name": "patch",
    "description": "Apply it.",
    "format": {"type": "grammar", "syntax": "lark", "definition": "start: /a+/"},
}
PIXEL = "data:image/png;base64,AAAA"


def user(*content: dict[str, Any]) -> dict[str, Any]:
    """A user's message item."""
    return {"type": "message", "role": "user", "content": list(content)}


def call(call_id: str, name: str = "weather", arguments: str = "{}", **members: Any) -> dict[str, Any]:
    """A call of an earlier turn, as an item."""
    return {"type": "function_call", "call_id": call_id, "name": name, "arguments": arguments, **members}


def result(call_id: str, output: Any = "sunny") -> dict[str, Any]:
    """What the client's tool answered, as an item."""
    return {"type": "function_call_output", "call_id": call_id, "output": output}


def chat_call(call_id: str, name: str = "weather", arguments: str = "{}") -> dict[str, Any]:
    """A call of an earlier turn, as Chat has it."""
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def from_responses(
    *items: dict[str, Any], profile: str = "openai", manner: Manner | None = None, **rest: Any
) -> Sent:
    """Send items of a Responses client to an upstream that speaks Chat."""
    return asked("responses", responses(*items, **rest), "chat", profile, manner)


def from_chat(*messages: dict[str, Any], profile: str = "openai", **rest: Any) -> Sent:
    """Send messages of a Chat client to an upstream that speaks Chat."""
    return asked("chat", chat(*messages, **rest), "chat", profile)


# -- parameters


@pytest.mark.parametrize(
    ("members", "sent"),
    [
        ({"max_output_tokens": 5}, {"max_completion_tokens": 5}),
        ({"temperature": 0.5, "top_p": 1}, {"temperature": 0.5, "top_p": 1}),
        ({"text": {"format": {"type": "text"}}}, {"response_format": {"type": "text"}}),
        ({"text": {"format": {"type": "json_object"}}}, {"response_format": {"type": "json_object"}}),
        (
            {"text": {"format": {"type": "json_schema", **SCHEMA}}},
            {"response_format": {"type": "json_schema", "json_schema": SCHEMA}},
        ),
        ({"text": {"verbosity": "low"}}, {"verbosity": "low"}),
        ({"reasoning": {"effort": "high"}}, {"reasoning_effort": "high"}),
        ({"include": ["message.output_text.logprobs"], "top_logprobs": 3}, {"logprobs": True, "top_logprobs": 3}),
        ({"service_tier": "flex"}, {"service_tier": "flex"}),
        ({"prompt_cache_key": "k"}, {"prompt_cache_key": "k"}),
        ({"prompt_cache_retention": "24h"}, {"prompt_cache_retention": "24h"}),
        ({"safety_identifier": "s", "user": "u"}, {"safety_identifier": "s", "user": "u"}),
        ({"stream": True}, {"stream": True, "stream_options": {"include_usage": True}}),
        (
            {"stream": True, "stream_options": {"include_obfuscation": False}},
            {"stream": True, "stream_options": {"include_obfuscation": False, "include_usage": True}},
        ),
        ({"truncation": "disabled", "background": False, "store": False, "metadata": {}}, {}),
        ({"include": ["reasoning.encrypted_content"]}, {}),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)  # fmt: skip
def test_parameters_of_responses_that_chat_has_under_some_name_are_sent_without_a_loss(
    members: dict[str, Any], sent: dict[str, Any]
) -> None:
    """002-D12, 001-D23, 001-D24: sampling, effort and format go where Chat has them."""
    out = from_responses(**members)
    assert out.body == {"model": "m", "messages": [{"role": "user", "content": "hi"}], **sent}
    assert out.losses == []


@pytest.mark.parametrize(
    ("members", "losses"),
    [
        ({"reasoning": {"summary": "auto"}}, [("L116", "/reasoning/summary")]),
        ({"truncation": "auto"}, [("L123", "/truncation")]),
        ({"background": True}, [("L128", "/background")]),
        ({"prompt": {"id": "pmpt_1"}}, [("L128", "/prompt")]),
        ({"previous_response_id": "resp_1"}, [("L128", "/previous_response_id")]),
        ({"conversation": "conv_1"}, [("L128", "/conversation")]),
        ({"store": True}, [("L122", "/store")]),
        ({"metadata": {"a": "b"}}, [("L121", "/metadata")]),
        ({"max_tool_calls": 1}, [("L124", "/max_tool_calls")]),
        ({"context_management": [{"type": "compaction"}]}, [("L124", "/context_management")]),
        ({"include": ["file_search_call.results"]}, [("L124", "/include/0")]),
        ({"top_k": 4}, [("L104", "/top_k")]),
        ({"new_member": 1}, [("L100", "/new_member")]),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)  # fmt: skip
def test_parameters_of_responses_that_chat_has_not_are_left_out_and_told(
    members: dict[str, Any], losses: list[tuple[str, str]]
) -> None:
    """001-D22: what cannot be honoured is no silent echo."""
    out = from_responses(**members)
    assert out.body == {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
    assert out.losses == losses


def test_d20_of_001_max_tool_calls_limits_no_calls_of_the_client() -> None:
    """001-D20: the field is about tools of the provider; the calls of an earlier turn all stay."""
    out = from_responses(
        call("c1"), call("c2"), result("c1"), result("c2"), max_tool_calls=1, tools=[FUNCTION]
    )
    assert [one["id"] for one in out.body["messages"][0]["tool_calls"]] == ["c1", "c2"]


def test_d11_of_002_the_limit_of_tokens_is_the_clients_in_the_member_that_the_upstream_takes() -> None:
    """002-D11, 003-D15: no constant, and `max_completion_tokens` where the upstream wants it."""
    assert "max_tokens" not in from_responses().body
    assert from_responses(max_output_tokens=7).body["max_completion_tokens"] == 7
    assert from_responses(max_output_tokens=7, profile="mistral").body["max_tokens"] == 7
    assert from_chat(max_tokens=7).body["max_completion_tokens"] == 7


def test_d14_of_003_members_that_are_not_official_go_only_where_they_are_known() -> None:
    """003-D14: `top_k` goes to a server that has it, and to no other."""
    assert from_chat(top_k=40, profile="vllm").body["top_k"] == 40
    strict = from_chat(top_k=40)
    assert "top_k" not in strict.body
    assert strict.losses == [("L104", "/top_k")]
    extra: dict[str, Any] = {"chat_template_kwargs": {"enable_thinking": False}}
    assert from_responses(**extra, profile="vllm").body["chat_template_kwargs"] == {"enable_thinking": False}
    assert from_responses(**extra).codes == ["L100"]


def test_what_a_profile_refuses_is_left_out_with_its_loss() -> None:
    """Groq answers these with 400; one answer is what it gives anyway."""
    out = from_chat(seed=1, n=2, logprobs=True, top_logprobs=2, logit_bias={"1": 2}, profile="groq")
    assert out.body.keys() == {"model", "messages", "seed"}
    assert set(out.losses) == {
        ("L106", "/n"), ("L109", "/logprobs"), ("L109", "/top_logprobs"), ("L108", "/logit_bias"),
    }  # fmt: skip
    assert "n" not in from_chat(n=1, profile="groq").body


def test_a_profile_has_its_own_names_for_members() -> None:
    """Mistral's seed is a `random_seed`."""
    assert from_chat(seed=3, profile="mistral").body["random_seed"] == 3


def test_d13_of_002_a_stream_is_always_asked_for_its_usage_where_that_can_be_asked() -> None:
    """002-D13: OpenAI sends no usage otherwise; Mistral sends it anyway, and refuses the question."""
    assert from_chat(stream=True).body["stream_options"] == {"include_usage": True}
    assert "stream_options" not in from_chat(stream=True, profile="mistral").body
    assert "stream_options" not in from_chat().body


def test_a_schema_is_told_in_words_where_only_json_can_be_asked_for() -> None:
    """DeepSeek refuses a schema, and any JSON mode in a conversation that does not say JSON."""
    out = from_responses(
        text={"format": {"type": "json_schema", "name": "n", "schema": WEATHER}}, profile="deepseek"
    )
    assert out.body["response_format"] == {"type": "json_object"}
    first = out.body["messages"][0]
    assert first["role"] == "system"
    assert json.dumps(WEATHER, separators=(",", ":")) in first["content"]
    assert out.losses == [("L111", "/text/format")]


# -- messages


def test_instructions_are_the_first_system_message() -> None:
    """They go before the conversation, which is as it was."""
    out = from_responses(instructions="Be kind.")
    assert out.body["messages"] == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "hi"},
    ]


def test_roles_are_kept_and_a_developer_is_a_system_only_where_there_is_none() -> None:
    """DeepSeek answers a developer with an error."""
    items = (
        {"role": "developer", "content": "d"},
        {"role": "user", "content": "u"},
        {"role": "system", "content": "s"},
    )
    assert [one["role"] for one in from_responses(*items).body["messages"]] == ["developer", "user", "system"]
    assert [one["role"] for one in from_responses(*items, profile="deepseek").body["messages"]] == [
        "system", "user", "system",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("part", "sent"),
    [
        ({"type": "input_text", "text": " a b\n"}, {"type": "text", "text": " a b\n"}),
        (
            {"type": "input_image", "image_url": "https://e/i.png", "detail": "low"},
            {"type": "image_url", "image_url": {"url": "https://e/i.png", "detail": "low"}},
        ),
        ({"type": "input_image", "image_url": PIXEL}, {"type": "image_url", "image_url": {"url": PIXEL}}),
        (
            {"type": "input_file", "file_data": "data:application/pdf;base64,AAAA", "filename": "a.pdf"},
            {"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA", "filename": "a.pdf"}},
        ),
        ({"type": "input_file", "file_id": "file-1"}, {"type": "file", "file": {"file_id": "file-1"}}),
        (
            {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
            {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
        ),
    ],
)  # fmt: skip
def test_d09_of_002_every_kind_of_input_part_has_its_place(
    part: dict[str, Any], sent: dict[str, Any]
) -> None:
    """002-D09, 004-D07: blank words, pictures and files are not dropped, and texts are not joined with anything."""
    out = from_responses(user(part, {"type": "input_text", "text": "bar"}))
    assert out.body["messages"] == [{"role": "user", "content": [sent, {"type": "text", "text": "bar"}]}]
    assert out.losses == []


def test_d09_of_002_a_blank_message_is_a_message() -> None:
    """002-D09: `[user " "]` is no empty conversation."""
    assert from_responses(user({"type": "input_text", "text": " "})).body["messages"] == [
        {"role": "user", "content": " "}
    ]


@pytest.mark.parametrize(
    ("part", "losses"),
    [
        ({"type": "input_file", "file_url": "https://e/a.pdf"}, [("L134", "/input/0/content/0")]),
        ({"type": "input_image", "file_id": "file-1"}, [("L156", "/input/0/content/0")]),
        ({"type": "input_file", "file_id": "file-1", "detail": "high"}, [("L132", "/input/0/content/0")]),
        ({"type": "input_text", "text": "a", "vendor": 1}, [("L100", "/input/0/content/0/vendor")]),
        (
            {"type": "input_text", "text": "a", "cache_control": {"type": "ephemeral"}},
            [("L119", "/input/0/content/0/cache_control")],
        ),
        ({"type": "input_video", "video_url": "u"}, [("L145", "/input/0/content/0")]),
    ],
)  # fmt: skip
def test_parts_that_chat_has_not_are_told(part: dict[str, Any], losses: list[tuple[str, str]]) -> None:
    """Each has the code that says why, at the place of the part."""
    assert from_responses(user(part, {"type": "input_text", "text": "b"})).losses == losses


def test_breakpoints_of_a_cache_go_where_they_are_known() -> None:
    """OpenRouter passes them on to Anthropic."""
    part = {"type": "input_text", "text": "a", "cache_control": {"type": "ephemeral"}}
    out = from_responses(user(part), profile="openrouter")
    assert out.body["messages"][0]["content"] == [
        {"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}
    ]


def test_what_an_assistant_said_is_a_string_and_what_it_refused_a_refusal() -> None:
    """Several texts of one message are one text, joined with nothing."""
    said = {
        "type": "message",
        "role": "assistant",
        "id": "msg_1",
        "status": "completed",
        "phase": "commentary",
        "content": [
            {"type": "output_text", "text": "fo", "annotations": [{"type": "file_citation", "file_id": "f"}]},
            {"type": "output_text", "text": "o", "annotations": [], "logprobs": []},
            {"type": "refusal", "refusal": "no"},
        ],
    }
    out = from_responses(said, user({"type": "input_text", "text": "u"}))
    assert out.body["messages"][0] == {"role": "assistant", "content": "foo", "refusal": "no"}
    assert out.losses == [("L136", "/input/0/content/0"), ("L135", "/input/0/phase")]


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


# -- tools


def test_functions_say_what_the_client_said_of_them() -> None:
    """Name, schema and strictness are the same; the form is Chat's."""
    out = from_responses(tools=[FUNCTION], parallel_tool_calls=False)
    assert out.body["tools"] == [CHAT_FUNCTION]
    assert out.body["parallel_tool_calls"] is False


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        ("none", "none"),
        ("auto", "auto"),
        ("required", "required"),
        ({"type": "function", "name": "weather"}, {"type": "function", "function": {"name": "weather"}}),
        ({"type": "custom", "name": "patch"}, {"type": "custom", "custom": {"name": "patch"}}),
        (
            {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "weather"}]},
            {
                "type": "allowed_tools",
                "allowed_tools": {
                    "mode": "required",
                    "tools": [{"type": "function", "function": {"name": "weather"}}],
                },
            },
        ),
    ],
)
def test_the_choice_among_tools_has_chats_form(choice: Any, sent: Any) -> None:
    """Each form of the choice has an equal."""
    out = from_responses(tools=[FUNCTION, CUSTOM], tool_choice=choice)
    assert out.body["tool_choice"] == sent
    assert out.losses == []


def test_a_choice_that_a_server_would_pass_over_is_made_by_leaving_out_the_other_tools() -> None:
    """llama.cpp reads an object as `auto`, and vLLM knows no `allowed_tools`."""
    tools = [FUNCTION, {**FUNCTION, "name": "other"}]
    named = from_responses(
        tools=tools, tool_choice={"type": "function", "name": "weather"}, profile="llamacpp"
    )
    assert named.body["tool_choice"] == "required"
    assert named.body["tools"] == [CHAT_FUNCTION]
    allowed = {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "weather"}]}
    limited = from_responses(tools=tools, tool_choice=allowed, profile="vllm")
    assert limited.body["tool_choice"] == "auto"
    assert limited.body["tools"] == [CHAT_FUNCTION]
    assert named.losses == limited.losses == [("L162", "/tool_choice"), ("L162", "/tools/1")]


def test_d12_of_002_an_empty_list_of_tools_is_left_out() -> None:
    """002-D12: OpenAI refuses `tools: []`; a choice among no tools goes with it, and is told (L164)."""
    out = from_responses(tools=[], tool_choice="auto", parallel_tool_calls=True)
    assert out.body.keys() == {"model", "messages"}
    assert out.losses == [("L164", "/tool_choice"), ("L164", "/parallel_tool_calls")]


def test_tools_that_the_provider_runs_are_errors_but_for_the_search() -> None:
    """The web search is an option in Chat; the others nobody would run."""
    out = from_responses(
        tools=[
            {"type": "file_search", "vector_store_ids": ["vs_1"]},
            {
                "type": "web_search_preview_2025_03_11",
                "search_context_size": "low",
                "user_location": {"type": "approximate", "city": "Paris"},
                "filters": {},
            },
        ]
    )
    assert out.losses == [("L161", "/tools/0"), ("L126", "/tools/1/filters")]
    assert out.body["web_search_options"] == {
        "search_context_size": "low",
        "user_location": {"type": "approximate", "approximate": {"city": "Paris"}},
    }
    assert from_responses(tools=[{"type": "web_search"}], profile="groq").losses == [("L161", "/tools/0")]
    hosted = from_responses(tools=[FUNCTION, {"type": "web_search"}], tool_choice={"type": "web_search"})
    assert hosted.losses == [("L163", "/tool_choice")]


def test_custom_tools_have_their_grammar_nested() -> None:
    """Responses has it flat."""
    assert from_responses(tools=[CUSTOM]).body["tools"] == [
        {
            "type": "custom",
            "custom": {
                "name": "patch",
                "description": "Apply it.",
                "format": {"type": "grammar", "grammar": {"syntax": "lark", "definition": "start: /a+/"}},
            },
        }
    ]


def test_a_custom_tool_is_a_function_where_there_is_none_and_is_remembered() -> None:
    """Tool, choice and earlier calls are of one kind, and the model is told the grammar in words."""
    custom = {"type": "custom_tool_call", "call_id": "c1", "name": "patch", "input": 'say "é"\n'}
    output = {"type": "custom_tool_call_output", "call_id": "c1", "output": "done"}
    choice = {"type": "custom", "name": "patch"}
    out = from_responses(custom, output, tools=[CUSTOM], tool_choice=choice, profile="vllm")
    function = out.body["tools"][0]["function"]
    assert function["parameters"]["required"] == ["input"]
    assert "start: /a+/" in function["description"]
    made = out.body["messages"][0]["tool_calls"][0]
    assert made["type"] == "function"
    assert json.loads(made["function"]["arguments"]) == {"input": 'say "é"\n'}
    assert out.body["tool_choice"] == {"type": "function", "function": {"name": "patch"}}
    assert out.session.emulated == {"patch"}
    assert out.losses == [("L144", "/input/0"), ("L144", "/tools/0")]


def test_namespaces_become_part_of_the_name_and_are_remembered() -> None:
    """A name that is taken gives way to another."""
    space = {"type": "namespace", "name": "ns", "description": "d", "tools": [FUNCTION]}
    plain = {**FUNCTION, "name": "ns__weather"}
    out = from_responses(call("c1", namespace="ns"), result("c1"), tools=[space])
    assert out.body["tools"][0]["function"]["name"] == "ns__weather"
    assert out.body["messages"][0]["tool_calls"][0]["function"]["name"] == "ns__weather"
    assert out.session.tool_names == {"ns__weather": ("ns", "weather")}
    taken = from_responses(tools=[plain, space])
    names = [tool["function"]["name"] for tool in taken.body["tools"]]
    assert len(set(names)) == 2
    assert taken.session.tool_names[names[1]] == ("ns", "weather")
    assert "L139" in taken.codes


def test_a_name_that_would_be_too_long_is_shortened_to_one_of_its_own() -> None:
    """OpenAI allows 64 characters."""
    spaces = [
        {"type": "namespace", "name": "n" * 60, "tools": [{**FUNCTION, "name": name}]}
        for name in ("weather", "whether")
    ]
    names = [tool["function"]["name"] for tool in from_responses(tools=spaces).body["tools"]]
    assert len(set(names)) == 2
    assert all(len(name) <= 64 for name in names)


# -- Chat clients


EXACT: list[dict[str, Any]] = [
    chat({"role": "developer", "content": "d"}, {"role": "user", "content": "u", "name": "ann"}),
    chat({"role": "user", "content": [{"type": "text", "text": "a"}]}),
    chat({"role": "user", "content": []}),
    chat({"role": "user", "content": ""}),
    chat(
        {"role": "user", "content": "u"},
        {"role": "assistant", "content": None, "tool_calls": [chat_call("c1"), chat_call("c2")]},
        {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "1"}]},
        {"role": "tool", "tool_call_id": "c2", "content": "2", "name": "weather"},
        tools=[CHAT_FUNCTION],
        tool_choice={"type": "function", "function": {"name": "weather"}},
        parallel_tool_calls=True,
    ),
    chat({"role": "assistant", "content": None, "tool_calls": [chat_call("unanswered", arguments="{bad")]}),
    chat({"role": "assistant", "content": "a", "refusal": "r"}),
    chat({"role": "assistant", "content": [{"type": "text", "text": "a"}, {"type": "refusal", "refusal": "r"}]}),
    chat({"role": "assistant", "content": None, "audio": {"id": "audio_1"}}, modalities=["text", "audio"]),
    chat(
        {
            "role": "assistant",
            "content": "a",
            "annotations": [{"type": "url_citation", "url_citation": {"url": "https://e", "start_index": 0}}],
        }
    ),
    chat(
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c", "type": "custom", "custom": {"name": "p", "input": "x"}}],
        }
    ),
    chat({"role": "user", "content": [{"type": "video_url", "video_url": {"url": "u"}}]}),
    chat({"role": "user", "content": "u", "vendor": {"a": 1}}, metadata={"a": "b"}, store=True, vendor=[1]),
    chat(n=3, seed=0, stop=["a", "b"], logprobs=True, top_logprobs=0, logit_bias={"1": -1}, user="u"),
    chat(frequency_penalty=0, presence_penalty=-1.5, temperature=0, top_p=0.1, verbosity="low"),
    chat(reasoning_effort="none"),
    chat(web_search_options={"search_context_size": "low"}, prediction={"type": "content", "content": "c"}),
    chat(stream=True, stream_options={"include_usage": True, "include_obfuscation": False}),
    chat(response_format={"type": "json_schema", "json_schema": {"name": "n", "schema": WEATHER, "strict": False}}),
    chat(
        tools=[CHAT_FUNCTION, {"type": "custom", "custom": {"name": "p", "format": {"type": "text"}}}],
        tool_choice={
            "type": "allowed_tools",
            "allowed_tools": {"mode": "auto", "tools": [{"type": "custom", "custom": {"name": "p"}}]},
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize("body", EXACT, ids=range(len(EXACT)))
def test_what_a_chat_client_sent_is_sent_as_it_was(body: dict[str, Any]) -> None:
    """D16 of 003: the assistant's turn goes back whole: refusal, calls, and null where it said nothing."""
    out = asked("chat", body, "chat")
    assert out.body == body
    assert out.losses == []


def test_thoughts_of_a_chat_client_go_back_as_they_came_where_the_upstream_takes_them() -> None:
    """Of several members with the same thought the upstream is sent one."""
    details = [
        {
            "type": "reasoning.text",
            "text": "hm",
            "signature": "s",
            "format": "anthropic-claude-v1",
            "index": 0,
        },
        {"type": "reasoning.encrypted", "data": "x", "format": "openai-responses-v1", "index": 1},
    ]
    message = {"role": "assistant", "content": "a", "reasoning": "hm", "reasoning_details": details}
    out = from_chat(message, profile="openrouter")
    assert out.body["messages"] == [{"role": "assistant", "content": "a", "reasoning_details": details}]
    assert out.losses == []
    assert from_chat(message, profile="vllm").body["messages"][0]["reasoning"] == "hm"


def test_legacy_functions_become_tools_and_their_calls_get_ids() -> None:
    """The legacy form has no ids: a result answers the call of its name that waits longest."""
    out = from_chat(
        {"role": "assistant", "content": None, "function_call": {"name": "weather", "arguments": "{}"}},
        {"role": "function", "name": "weather", "content": "sunny"},
        functions=[{"name": "weather", "parameters": WEATHER}],
        function_call={"name": "weather"},
    )
    made = out.body["messages"][0]["tool_calls"][0]
    assert made["id"].startswith("call_")
    assert out.body["messages"][1] == {"role": "tool", "tool_call_id": made["id"], "content": "sunny"}
    assert out.body["tools"] == [{"type": "function", "function": {"name": "weather", "parameters": WEATHER}}]
    assert out.body["tool_choice"] == {"type": "function", "function": {"name": "weather"}}
    assert out.body["parallel_tool_calls"] is False
    assert out.losses == []


@pytest.mark.parametrize("profile", upstream_names())
def test_every_profile_is_told_a_plain_question_plainly(profile: str) -> None:
    """No profile adds anything of its own."""
    out = from_chat(profile=profile)
    assert out.body == chat()
    assert out.losses == []
