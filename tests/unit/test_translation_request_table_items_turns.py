"""The table of messages and items, from Responses, goes on: turns with calls, thoughts and what else is an item."""

from __future__ import annotations

from typing import Any, Final

from tests.request_tables import Conversations, conversation_told, each_cell
from tests.request_words import PDF, PNG, SAID, message, user


def call(call_id: str, name: str = "f", arguments: str = "{}", **more: Any) -> dict[str, Any]:
    """A call of a function."""
    return {"type": "function_call", "call_id": call_id, "name": name, "arguments": arguments, **more}


def result(call_id: str, output: Any = "r", **more: Any) -> dict[str, Any]:
    """What a tool answered."""
    return {"type": "function_call_output", "call_id": call_id, "output": output, **more}


def thought(**more: Any) -> dict[str, Any]:
    """What the assistant thought."""
    return {"type": "reasoning", "id": "rs_1", "summary": [], **more}


SUMMARY: Final = [{"type": "summary_text", "text": "S"}]

ROWS: Final[Conversations] = (
    (
        "calls of one turn",
        [call("1"), call("2", "g"), result("2", "b"), result("1", "a"), SAID],
        {
            "chat": ("assistant: null f#1({}) g#2({}) | #1=<a> | #2=<b> | user: <u>", ""),
            "responses": ("f#1({}) | g#2({}) | #2=<b> | #1=<a> | user: <u>", ""),
            "gemini": ('model: f#1({}) g#2({}) | user: f#1={"result":"a"} g#2={"result":"b"} <u>', ""),
            "anthropic": ("assistant: f#1({}) g#2({}) | user: #1=<a> #2=<b> <u>", ""),
        },
    ),
    (
        "two turns",
        [call("1"), result("1"), message("mid"), call("2"), result("2"), SAID],
        {
            "chat": ("assistant: null f#1({}) | #1=<r> | assistant: <mid> f#2({}) | #2=<r> | user: <u>", ""),
            "responses": ("f#1({}) | #1=<r> | assistant: <mid> | f#2({}) | #2=<r> | user: <u>", ""),
            "gemini": (
                'model: f#1({}) | user: f#1={"result":"r"} | model: <mid> f#2({}) | user: f#2={"result":"r"} <u>',
                "",
            ),
            "anthropic": (
                "assistant: f#1({}) | user: #1=<r> | assistant: <mid> f#2({}) | user: #2=<r> <u>",
                "",
            ),
        },
    ),
    (
        "text between call and result",
        [call("1"), message("between"), result("1"), SAID],
        {
            "chat": ("assistant: <between> f#1({}) | #1=<r> | user: <u>", ""),
            "responses": ("f#1({}) | assistant: <between> | #1=<r> | user: <u>", ""),
            "gemini": ('model: f#1({}) <between> | user: f#1={"result":"r"} <u>', ""),
            "anthropic": ("assistant: f#1({}) <between> | user: #1=<r> <u>", ""),
        },
    ),
    (
        "user between call and result",
        [call("1"), SAID, result("1")],
        {
            "chat": ("assistant: null f#1({}) | #1=<r> | user: <u>", ""),
            "responses": ("f#1({}) | user: <u> | #1=<r>", ""),
            "gemini": ('model: f#1({}) | user: f#1={"result":"r"} <u>', ""),
            "anthropic": ("assistant: f#1({}) | user: #1=<r> <u>", ""),
        },
    ),
    (
        "result before call",
        [message("x"), SAID, result("1"), call("1")],
        {
            "chat": ("assistant: <x> | user: <u> | assistant: null f#1({}) | #1=<r>", ""),
            "responses": ("assistant: <x> | user: <u> | #1=<r> | f#1({})", ""),
            "gemini": ('model: <x> | user: <u> | model: f#1({}) | user: f#1={"result":"r"}', ""),
            "anthropic": ("assistant: <x> | user: <u> | assistant: f#1({}) | user: #1=<r>", ""),
        },
    ),
    (
        "unanswered call",
        [call("1"), SAID],
        {
            "chat": ("assistant: null f#1({}) | #1=<no output> | user: <u>", "L140 /input/1"),
            "responses": ("f#1({}) | user: <u>", ""),
            "gemini": ('model: f#1({}) | user: f#1={"result":"no output"} <u>', "L140 /input/1"),
            "anthropic": ("assistant: f#1({}) | user: #1=<no output> <u>", "L140 /input/1"),
        },
    ),
    (
        "result without call",
        [message("x"), result("9")],
        {
            "chat": ("assistant: <x>", "L141 /input/2"),
            "responses": ("assistant: <x> | #9=<r>", ""),
            "gemini": ("model: <x>", "L141 /input/2"),
            "anthropic": ("assistant: <x>", "L141 /input/2"),
        },
    ),
    (
        "two results",
        [call("1"), result("1", "a"), result("1", "b")],
        {
            "chat": ("assistant: null f#1({}) | #1=<b>", "L142 /input/2"),
            "responses": ("f#1({}) | #1=<a> | #1=<b>", ""),
            "gemini": ('model: f#1({}) | user: f#1={"result":"b"}', "L142 /input/2"),
            "anthropic": ("assistant: f#1({}) | user: #1=<b>", "L142 /input/2"),
        },
    ),
    (
        "image in a result",
        [
            call("1"),
            result("1", [{"type": "input_text", "text": "p"}, {"type": "input_image", "image_url": PNG}]),
            SAID,
        ],
        {
            "chat": (
                (
                    "assistant: null f#1({}) | #1=<p> | user: <Files of the result of the call 1:> "
                    '{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}} | user: <u>'
                ),
                "L143 /input/2",
            ),
            "responses": (
                (
                    'f#1({}) | #1=<p> {"type":"input_image","image_url":"data:image/png;base64,iVBORw0KGgo="} | '
                    "user: <u>"
                ),
                "",
            ),
            "gemini": (
                (
                    'model: f#1({}) | user: f#1={"result":"p"} <Files of the result of the call 1:> '
                    '{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}} <u>'
                ),
                "L143 /input/2",
            ),
            "anthropic": (
                (
                    "assistant: f#1({}) | user: #1=<p> "
                    '{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}} <u>'
                ),
                "",
            ),
            "chat/openrouter": (
                (
                    "assistant: null f#1({}) | #1=<p> | user: <Files of the result of the call 1:> "
                    '{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}} | user: <u>'
                ),
                "L143 /input/2",
            ),
        },
    ),
    (
        "file in a result",
        [call("1"), result("1", [{"type": "input_file", "file_data": PDF}])],
        {
            "chat": (
                (
                    "assistant: null f#1({}) | #1=<The result is in the next message of the user.> | user: <Files of "
                    "the result of the call 1:> "
                    '{"type":"file","file":{"file_data":"data:application/pdf;base64,AAAA"}}'
                ),
                "L143 /input/2",
            ),
            "responses": (
                'f#1({}) | #1={"type":"input_file","file_data":"data:application/pdf;base64,AAAA"}',
                "",
            ),
            "gemini": (
                (
                    'model: f#1({}) | user: f#1={"result":""} <Files of the result of the call 1:> '
                    '{"inlineData":{"mimeType":"application/pdf","data":"AAAA"}}'
                ),
                "L143 /input/2",
            ),
            "anthropic": (
                (
                    "assistant: f#1({}) | user: "
                    '#1={"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"AAAA"}}'
                ),
                "",
            ),
        },
    ),
    (
        "custom call",
        [
            {"type": "custom_tool_call", "call_id": "1", "name": "c", "input": "raw"},
            {"type": "custom_tool_call_output", "call_id": "1", "output": "o"},
        ],
        {
            "chat": ("assistant: null c#1<raw> | #1=<o>", ""),
            "responses": ("c#1<raw> | #1:=<o>", ""),
            "gemini": ('model: c#1({"input":"raw"}) | user: c#1={"result":"o"}', "L144 /input/1"),
            "anthropic": ('assistant: c#1({"input":"raw"}) | user: #1=<o>', "L144 /input/1"),
            "chat/groq": ('assistant: null c#1({"input":"raw"}) | #1=<o>', "L144 /input/1"),
            "responses/xai": ('c#1({"input":"raw"}) | #1=<o>', "L144 /input/1"),
        },
    ),
    (
        "namespace",
        [call("1", namespace="ns"), result("1")],
        {
            "chat": ("assistant: null ns__f#1({}) | #1=<r>", ""),
            "responses": ('f#1({}){"namespace":"ns"} | #1=<r>', ""),
            "gemini": ('model: ns__f#1({}) | user: ns__f#1={"result":"r"}', ""),
            "anthropic": ("assistant: ns__f#1({}) | user: #1=<r>", ""),
            "responses/xai": ("ns__f#1({}) | #1=<r>", ""),
        },
    ),
    (
        "reasoning of OpenAI",
        [thought(summary=SUMMARY, encrypted_content="gAAAAx"), message("x"), SAID],
        {
            "chat": ("assistant: <x> | user: <u>", "L150 /input/1"),
            "responses": (
                (
                    '{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"S"}],"encrypted_content"'
                    ':"gAAAAx"} '
                    "| assistant: <x> | user: <u>"
                ),
                "",
            ),
            "gemini": ("model: thought<S> <x> | user: <u>", "L153 /input/1"),
            "anthropic": ("assistant: <x> | user: <u>", "L153 /input/1; L152 /input/1"),
            "chat/deepseek": ('assistant: <x>{"reasoning_content":"S"} | user: <u>', "L153 /input/1"),
            "responses/xai": ("assistant: <x> | user: <u>", "L153 /input/1; L150 /input/1"),
        },
    ),
    (
        "reasoning of Gemini",
        [thought(encrypted_content="hx1:gemini:R1M="), call("1"), result("1")],
        {
            "chat": ("assistant: null f#1({}) | #1=<r>", "L153 /input/1"),
            "responses": ("f#1({}) | #1=<r>", "L153 /input/1; L150 /input/1"),
            "gemini": ('model: <>^GS f#1({}) | user: f#1={"result":"r"}', ""),
            "anthropic": ("assistant: f#1({}) | user: #1=<r>", "L153 /input/1"),
            "responses/xai": ("f#1({}) | #1=<r>", "L153 /input/1; L150 /input/1"),
        },
    ),
    (
        "reasoning of Anthropic",
        [thought(summary=SUMMARY, encrypted_content="hx1:anthropic:R1M="), call("1"), result("1")],
        {
            "chat": ("assistant: null f#1({}) | #1=<r>", "L150 /input/1"),
            "responses": ("f#1({}) | #1=<r>", "L153 /input/1; L150 /input/1"),
            "gemini": ('model: thought<S> f#1({}) | user: f#1={"result":"r"}', "L153 /input/1"),
            "anthropic": (
                'assistant: {"type":"thinking","thinking":"S","signature":"GS"} f#1({}) | user: #1=<r>',
                "",
            ),
            "chat/openrouter": (
                (
                    "assistant: null "
                    'f#1({}){"reasoning_details":[{"type":"reasoning.summary","summary":"S","index":0}]} | #1=<r>'
                ),
                "L153 /input/1",
            ),
        },
    ),
    (
        "raw reasoning",
        [thought(content=[{"type": "reasoning_text", "text": "raw"}]), message("x"), SAID],
        {
            "chat": ("assistant: <x> | user: <u>", "L150 /input/1"),
            "responses": (
                (
                    '{"type":"reasoning","id":"rs_1","summary":[],"content":[{"type":"reasoning_text","text":"raw"}]} '
                    "| assistant: <x> | user: <u>"
                ),
                "",
            ),
            "gemini": ("model: thought<raw> <x> | user: <u>", ""),
            "anthropic": ("assistant: <x> | user: <u>", "L152 /input/1"),
            "chat/deepseek": ('assistant: <x>{"reasoning_content":"raw"} | user: <u>', ""),
        },
    ),
    (
        "shell call",
        [
            {"type": "local_shell_call", "id": "l", "call_id": "1", "status": "completed", "action": {}},
            {"type": "local_shell_call_output", "id": "l", "output": "o"},
            SAID,
        ],
        {
            "chat": ("user: <u>", "L145 /input/1; L146 /input/2"),
            "responses": (
                (
                    '{"type":"local_shell_call","id":"l","call_id":"1","status":"completed","action":{}} | '
                    '{"type":"local_shell_call_output","id":"l","output":"o"} | user: <u>'
                ),
                "",
            ),
            "gemini": ("user: <hi> <u>", "L145 /input/1; L146 /input/2"),
            "anthropic": ("user: <hi> <u>", "L145 /input/1; L146 /input/2"),
        },
    ),
    (
        "compaction",
        [{"type": "compaction", "id": "c", "encrypted_content": "gAAAA"}, SAID],
        {
            "chat": ("user: <u>", "L145 /input/1"),
            "responses": ('{"type":"compaction","id":"c","encrypted_content":"gAAAA"} | user: <u>', ""),
            "gemini": ("user: <hi> <u>", "L145 /input/1"),
            "anthropic": ("user: <hi> <u>", "L145 /input/1"),
        },
    ),
    (
        "what the provider ran",
        [
            {"type": "web_search_call", "id": "ws_1", "status": "completed"},
            {"type": "image_generation_call", "id": "i", "status": "completed", "result": "AA"},
            message("x"),
            SAID,
        ],
        {
            "chat": ("assistant: <x> | user: <u>", "L146 /input/1; L146 /input/2"),
            "responses": (
                (
                    '{"type":"web_search_call","id":"ws_1","status":"completed"} | '
                    '{"type":"image_generation_call","id":"i","status":"completed","result":"AA"} | assistant: <x> | '
                    "user: <u>"
                ),
                "",
            ),
            "gemini": ("model: <x> | user: <u>", "L146 /input/1; L146 /input/2"),
            "anthropic": ("assistant: <x> | user: <u>", "L146 /input/1; L146 /input/2"),
        },
    ),
    (
        "item_reference",
        [message("x"), {"type": "item_reference", "id": "msg_1"}],
        {
            "chat": ("assistant: <x>", "L147 /input/2"),
            "responses": ('assistant: <x> | {"type":"item_reference","id":"msg_1"}', ""),
            "gemini": ("model: <x>", "L147 /input/2"),
            "anthropic": ("assistant: <x>", "L147 /input/2"),
        },
    ),
    (
        "empty messages",
        [message(""), user("")],
        {
            "chat": ("assistant: <> | user: <>", ""),
            "responses": ("assistant: <> | user: <>", ""),
            "gemini": ("", "L155 /input/1; L155 /input/2"),
            "anthropic": ("", "L155 /input/1; L155 /input/2"),
        },
    ),
)


@each_cell(ROWS)
def test_turns_of_responses_are_told_as_the_table_says(
    said: list[dict[str, Any]], upstream: str, told: str, losses: str
) -> None:
    """Words, files, calls, results, thoughts, in their order; and what is lost, each at its place."""
    assert conversation_told("responses", said, upstream) == (told, losses)
