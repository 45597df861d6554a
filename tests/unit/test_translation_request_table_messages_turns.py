"""The table of messages and items, from Chat, goes on: turns with calls and thoughts."""

from __future__ import annotations

from typing import Any, Final

from tests.request_tables import Conversations, conversation_told, each_cell
from tests.request_words import PNG, SAID, assistant, user


def call(call_id: str, name: str = "f", arguments: str = "{}", **more: Any) -> dict[str, Any]:
    """A call of a function."""
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}, **more}


def result(call_id: str, content: Any, **more: Any) -> dict[str, Any]:
    """What a tool answered."""
    return {"role": "tool", "tool_call_id": call_id, "content": content, **more}


THOUGHT: Final = [
    {"type": "thinking", "thinking": "t", "signature": "S"},
    {"type": "redacted_thinking", "data": "D"},
]

ROWS: Final[Conversations] = (
    (
        "calls of one turn",
        [
            assistant(call("1"), call("2", "g", '{"a":1}'), content="t"),
            result("2", "b"),
            result("1", '{"r":1}'),
            SAID,
        ],
        {
            "chat": ('assistant: <t> f#1({}) g#2({"a":1}) | #2=<b> | #1=<{"r":1}> | user: <u>', ""),
            "responses": ('assistant: <t> | f#1({}) | g#2({"a":1}) | #2=<b> | #1=<{"r":1}> | user: <u>', ""),
            "gemini": ('model: <t> f#1({}) g#2({"a":1}) | user: f#1={"r":1} g#2={"result":"b"} <u>', ""),
            "anthropic": ('assistant: <t> f#1({}) g#2({"a":1}) | user: #1=<{"r":1}> #2=<b> <u>', ""),
        },
    ),
    (
        "no arguments",
        [assistant(call("1", arguments="")), result("1", "")],
        {
            "chat": ("assistant: null f#1() | #1=<>", ""),
            "responses": ("f#1() | #1=<>", ""),
            "gemini": ('model: f#1({}) | user: f#1={"result":""}', ""),
            "anthropic": ("assistant: f#1({}) | user: #1=null", ""),
        },
    ),
    (
        "arguments that are no object",
        [assistant(call("1", arguments="{bad")), result("1", "a")],
        {
            "chat": ("assistant: null f#1({bad) | #1=<a>", ""),
            "responses": ("f#1({bad) | #1=<a>", ""),
            "gemini": (
                'model: f#1({"_raw":"{bad"}) | user: f#1={"result":"a"}',
                "L138 /messages/1/tool_calls/0",
            ),
            "anthropic": ('assistant: f#1({"_raw":"{bad"}) | user: #1=<a>', "L138 /messages/1/tool_calls/0"),
        },
    ),
    (
        "name",
        [assistant(call("1", "a.b")), result("1", "a")],
        {
            "chat": ("assistant: null a.b#1({}) | #1=<a>", ""),
            "responses": ("a.b#1({}) | #1=<a>", ""),
            "gemini": ('model: a.b#1({}) | user: a.b#1={"result":"a"}', ""),
            "anthropic": ("assistant: a_b#1({}) | user: #1=<a>", "L139 /messages/1/tool_calls/0"),
        },
    ),
    (
        "unanswered call",
        [assistant(call("1")), SAID],
        {
            "chat": ("assistant: null f#1({}) | user: <u>", ""),
            "responses": ("f#1({}) | user: <u>", ""),
            "gemini": (
                'model: f#1({}) | user: f#1={"result":"no output"} <u>',
                "L140 /messages/1/tool_calls/0",
            ),
            "anthropic": ("assistant: f#1({}) | user: #1=<no output> <u>", "L140 /messages/1/tool_calls/0"),
        },
    ),
    (
        "result without call",
        [assistant(content="x"), result("9", "r")],
        {
            "chat": ("assistant: <x> | #9=<r>", ""),
            "responses": ("assistant: <x> | #9=<r>", ""),
            "gemini": ("model: <x>", "L141 /messages/2"),
            "anthropic": ("assistant: <x>", "L141 /messages/2"),
        },
    ),
    (
        "result without call",
        [assistant(content="x"), result("9", "r", name="f")],
        {
            "chat": ('assistant: <x> | #9=<r>{"name":"f"}', ""),
            "responses": ("assistant: <x> | #9=<r>", "L154 /messages/2/name"),
            "gemini": ('model: <x> f#9({}) | user: f#9={"result":"r"}', "L141 /messages/2"),
            "anthropic": ("assistant: <x> f#9({}) | user: #9=<r>", "L141 /messages/2"),
        },
    ),
    (
        "two results",
        [assistant(call("1")), result("1", "a"), result("1", "b")],
        {
            "chat": ("assistant: null f#1({}) | #1=<a> | #1=<b>", ""),
            "responses": ("f#1({}) | #1=<a> | #1=<b>", ""),
            "gemini": ('model: f#1({}) | user: f#1={"result":"b"}', "L142 /messages/2"),
            "anthropic": ("assistant: f#1({}) | user: #1=<b>", "L142 /messages/2"),
        },
    ),
    (
        "late result",
        [assistant(call("1")), SAID, result("1", "a")],
        {
            "chat": ("assistant: null f#1({}) | user: <u> | #1=<a>", ""),
            "responses": ("f#1({}) | user: <u> | #1=<a>", ""),
            "gemini": ('model: f#1({}) | user: f#1={"result":"a"} <u>', ""),
            "anthropic": ("assistant: f#1({}) | user: #1=<a> <u>", ""),
        },
    ),
    (
        "parts of a result",
        [assistant(call("1")), result("1", [{"type": "text", "text": "p"}, {"type": "text", "text": "q"}])],
        {
            "chat": ("assistant: null f#1({}) | #1=<p> <q>", ""),
            "responses": ("f#1({}) | #1=<p> <q>", ""),
            "gemini": ('model: f#1({}) | user: f#1={"result":["p","q"]}', ""),
            "anthropic": ("assistant: f#1({}) | user: #1=<p> <q>", ""),
        },
    ),
    (
        "image in a result",
        [
            assistant(call("1")),
            result("1", [{"type": "text", "text": "p"}, {"type": "image_url", "image_url": {"url": PNG}}]),
        ],
        {
            "chat": (
                (
                    "assistant: null f#1({}) | #1=<p> "
                    '{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}'
                ),
                "",
            ),
            "responses": (
                (
                    "f#1({}) | #1=<p> "
                    '{"type":"input_image","image_url":"data:image/png;base64,iVBORw0KGgo=","detail":"auto"}'
                ),
                "",
            ),
            "gemini": (
                (
                    'model: f#1({}) | user: f#1={"result":"p"} <Files of the result of the call 1:> '
                    '{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}}'
                ),
                "L143 /messages/2",
            ),
            "anthropic": (
                (
                    "assistant: f#1({}) | user: #1=<p> "
                    '{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}'
                ),
                "",
            ),
        },
    ),
    (
        "custom call",
        [assistant({"id": "1", "type": "custom", "custom": {"name": "c", "input": "raw"}}), result("1", "a")],
        {
            "chat": ("assistant: null c#1<raw> | #1=<a>", ""),
            "responses": ("c#1<raw> | #1:=<a>", ""),
            "gemini": (
                'model: c#1({"input":"raw"}) | user: c#1={"result":"a"}',
                "L144 /messages/1/tool_calls/0",
            ),
            "anthropic": ('assistant: c#1({"input":"raw"}) | user: #1=<a>', "L144 /messages/1/tool_calls/0"),
            "chat/groq": ('assistant: null c#1({"input":"raw"}) | #1=<a>', "L144 /messages/1/tool_calls/0"),
            "responses/xai": ('c#1({"input":"raw"}) | #1=<a>', "L144 /messages/1/tool_calls/0"),
        },
    ),
    (
        "reasoning_content",
        [assistant(call("1"), reasoning_content="th"), result("1", "a")],
        {
            "chat": ("assistant: null f#1({}) | #1=<a>", "L150 /messages/1/reasoning_content"),
            "responses": ("f#1({}) | #1=<a>", "L150 /messages/1/reasoning_content"),
            "gemini": ('model: thought<th> f#1({}) | user: f#1={"result":"a"}', ""),
            "anthropic": ("assistant: f#1({}) | user: #1=<a>", "L152 /messages/1/reasoning_content"),
            "chat/deepseek": ('assistant: null f#1({}){"reasoning_content":"th"} | #1=<a>', ""),
            "chat/openrouter": (
                (
                    'assistant: null f#1({}){"reasoning_details":[{"type":"reasoning.text","text":"th","index":0}]} '
                    "| #1=<a>"
                ),
                "",
            ),
            "chat/mistral": (
                'assistant: {"type":"thinking","thinking":[{"type":"text","text":"th"}]} f#1({}) | #1=<a>',
                "",
            ),
        },
    ),
    (
        "thinking_blocks",
        [assistant(call("1"), thinking_blocks=THOUGHT), result("1", "a")],
        {
            "chat": (
                "assistant: null f#1({}) | #1=<a>",
                "L150 /messages/1/thinking_blocks/0; L153 /messages/1/thinking_blocks/1",
            ),
            "responses": (
                "f#1({}) | #1=<a>",
                (
                    "L153 /messages/1/thinking_blocks/0; L150 /messages/1/thinking_blocks/0; L153 "
                    "/messages/1/thinking_blocks/1; L150 /messages/1/thinking_blocks/1"
                ),
            ),
            "gemini": (
                'model: thought<t> f#1({}) | user: f#1={"result":"a"}',
                "L153 /messages/1/thinking_blocks/0; L153 /messages/1/thinking_blocks/1",
            ),
            "anthropic": (
                (
                    'assistant: {"type":"thinking","thinking":"t","signature":"S"} '
                    '{"type":"redacted_thinking","data":"D"} f#1({}) | user: #1=<a>'
                ),
                "",
            ),
            "chat/deepseek": (
                'assistant: null f#1({}){"reasoning_content":"t"} | #1=<a>',
                "L153 /messages/1/thinking_blocks/0; L153 /messages/1/thinking_blocks/1",
            ),
        },
    ),
    (
        "reasoning_details",
        [
            assistant(
                content="x",
                reasoning_details=[
                    {"type": "reasoning.encrypted", "data": "gAAAA", "format": "openai-responses-v1"}
                ],
            ),
            SAID,
        ],
        {
            "chat": ("assistant: <x> | user: <u>", "L153 /messages/1/reasoning_details/0"),
            "responses": (
                '{"type":"reasoning","summary":[],"encrypted_content":"gAAAA"} | assistant: <x> | user: <u>',
                "",
            ),
            "gemini": ("model: <x> | user: <u>", "L153 /messages/1/reasoning_details/0"),
            "anthropic": ("assistant: <x> | user: <u>", "L153 /messages/1/reasoning_details/0"),
            "chat/openrouter": (
                (
                    "assistant: "
                    '<x>{"reasoning_details":[{"type":"reasoning.encrypted","data":"gAAAA","format":"openai-responses-v'
                    '1"}]} '
                    "| user: <u>"
                ),
                "",
            ),
        },
    ),
    (
        "thought signature",
        [assistant(call("1", extra_content={"google": {"thought_signature": "GS"}})), result("1", "a")],
        {
            "chat": ("assistant: null f#1({}) | #1=<a>", "L153 /messages/1/tool_calls/0"),
            "responses": ("f#1({}) | #1=<a>", "L153 /messages/1/tool_calls/0"),
            "gemini": ('model: f#1({})^GS | user: f#1={"result":"a"}', ""),
            "anthropic": ("assistant: f#1({}) | user: #1=<a>", "L153 /messages/1/tool_calls/0"),
        },
    ),
    (
        "name on message",
        [assistant(content="x"), user("a", name="bob")],
        {
            "chat": ('assistant: <x> | user: <a>{"name":"bob"}', ""),
            "responses": ("assistant: <x> | user: <a>", "L154 /messages/2/name"),
            "gemini": ("model: <x> | user: <a>", "L154 /messages/2/name"),
            "anthropic": ("assistant: <x> | user: <a>", "L154 /messages/2/name"),
            "chat/groq": ("assistant: <x> | user: <a>", "L154 /messages/2/name"),
        },
    ),
    (
        "empty messages",
        [assistant(content=""), user("")],
        {
            "chat": ("assistant: <> | user: <>", ""),
            "responses": ("assistant: <> | user: <>", ""),
            "gemini": ("", "L155 /messages/1; L155 /messages/2"),
            "anthropic": ("", "L155 /messages/1; L155 /messages/2"),
        },
    ),
    (
        "empty messages",
        [assistant(content="x"), user([])],
        {
            "chat": ("assistant: <x> | user: ", ""),
            "responses": ("assistant: <x> | user: ", ""),
            "gemini": ("model: <x>", "L155 /messages/2"),
            "anthropic": ("assistant: <x>", "L155 /messages/2"),
        },
    ),
    (
        "legacy calls",
        [
            {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
            {"role": "function", "name": "f", "content": "r"},
            SAID,
        ],
        {
            "chat": (
                (
                    "assistant: null f#call_lra5perkzinaydz6yr6uae3aklxdtwit({}) | "
                    "#call_lra5perkzinaydz6yr6uae3aklxdtwit=<r> | user: <u>"
                ),
                "",
            ),
            "responses": (
                (
                    "f#call_lra5perkzinaydz6yr6uae3aklxdtwit({}) | #call_lra5perkzinaydz6yr6uae3aklxdtwit=<r> | "
                    "user: <u>"
                ),
                "",
            ),
            "gemini": (
                (
                    "model: f#call_lra5perkzinaydz6yr6uae3aklxdtwit({}) | user: "
                    'f#call_lra5perkzinaydz6yr6uae3aklxdtwit={"result":"r"} <u>'
                ),
                "",
            ),
            "anthropic": (
                (
                    "assistant: f#call_lra5perkzinaydz6yr6uae3aklxdtwit({}) | user: "
                    "#call_lra5perkzinaydz6yr6uae3aklxdtwit=<r> <u>"
                ),
                "",
            ),
        },
    ),
)


@each_cell(ROWS)
def test_turns_of_chat_are_told_as_the_table_says(
    said: list[dict[str, Any]], upstream: str, told: str, losses: str
) -> None:
    """Words, files, calls, results, thoughts, in their order; and what is lost, each at its place."""
    assert conversation_told("chat", said, upstream) == (told, losses)
