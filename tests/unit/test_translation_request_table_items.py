"""The table of messages and items (translation of requests), row by row and cell by cell: from Responses.

A row is what the client said behind the user's first word; a cell what an upstream is sent of it, as an outline (see
`tests.request_outlines`), and the losses with their places. Departures from what one might expect:
- Two messages of one turn are one message in Chat, as an answer of both is one there.
- The id of a picture has no place in Chat; that of a file has, at OpenAI only.
- A summary that Anthropic has not signed cannot be sent back to it (L152), nor what OpenAI sealed (L153).
"""

from __future__ import annotations

from typing import Any, Final

from tests.request_tables import Conversations, conversation_told, each_cell
from tests.request_words import PDF, PNG, SAID, message, user

ROWS: Final[Conversations] = (
    (
        "system in the middle",
        [message("x"), {"role": "developer", "content": "mid"}, SAID],
        {
            "chat": ("assistant: <x> | developer: <mid> | user: <u>", ""),
            "responses": ("assistant: <x> | developer: <mid> | user: <u>", ""),
            "gemini": ("model: <x> | user: <<system>\nmid\n</system>> <u>", "L130 /input/2"),
            "anthropic": ("assistant: <x> | user: <<system>\nmid\n</system>> <u>", "L130 /input/2"),
            "chat/deepseek": ("assistant: <x> | system: <mid> | user: <u>", ""),
        },
    ),
    (
        "image",
        [message("x"), user([{"type": "input_image", "image_url": PNG, "detail": "high"}])],
        {
            "chat": (
                (
                    "assistant: <x> | user: "
                    '{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo=","detail":"high"}}'
                ),
                "",
            ),
            "responses": (
                (
                    "assistant: <x> | user: "
                    '{"type":"input_image","image_url":"data:image/png;base64,iVBORw0KGgo=","detail":"high"}'
                ),
                "",
            ),
            "gemini": (
                'model: <x> | user: {"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}}',
                "L132 /input/2/content/0",
            ),
            "anthropic": (
                (
                    "assistant: <x> | user: "
                    '{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}'
                ),
                "L132 /input/2/content/0",
            ),
        },
    ),
    (
        "image by file_id",
        [
            message("x"),
            user([{"type": "input_text", "text": "a"}, {"type": "input_image", "file_id": "file-1"}]),
        ],
        {
            "chat": ("assistant: <x> | user: <a>", "L156 /input/2/content/1"),
            "responses": ('assistant: <x> | user: <a> {"type":"input_image","file_id":"file-1"}', ""),
            "gemini": ("model: <x> | user: <a>", "L156 /input/2/content/1"),
            "anthropic": ("assistant: <x> | user: <a>", "L156 /input/2/content/1"),
        },
    ),
    (
        "audio in",
        [
            message("x"),
            user(
                [
                    {"type": "input_text", "text": "a"},
                    {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
                ]
            ),
        ],
        {
            "chat": (
                'assistant: <x> | user: <a> {"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}}',
                "",
            ),
            "responses": (
                'assistant: <x> | user: <a> {"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}}',
                "",
            ),
            "gemini": ('model: <x> | user: <a> {"inlineData":{"mimeType":"audio/wav","data":"AAAA"}}', ""),
            "anthropic": ("assistant: <x> | user: <a>", "L133 /input/2/content/1"),
        },
    ),
    (
        "file",
        [message("x"), user([{"type": "input_file", "file_data": PDF, "filename": "a.pdf"}])],
        {
            "chat": (
                (
                    "assistant: <x> | user: "
                    '{"type":"file","file":{"file_data":"data:application/pdf;base64,AAAA","filename":"a.pdf"}}'
                ),
                "",
            ),
            "responses": (
                (
                    "assistant: <x> | user: "
                    '{"type":"input_file","file_data":"data:application/pdf;base64,AAAA","filename":"a.pdf"}'
                ),
                "",
            ),
            "gemini": (
                'model: <x> | user: {"inlineData":{"mimeType":"application/pdf","data":"AAAA"}}',
                "L132 /input/2/content/0",
            ),
            "anthropic": (
                (
                    "assistant: <x> | user: "
                    '{"type":"document","title":"a.pdf","source":{"type":"base64","media_type":"application/pdf","data"'
                    ':"AAAA"}}'
                ),
                "",
            ),
        },
    ),
    (
        "file_id",
        [
            message("x"),
            user([{"type": "input_text", "text": "a"}, {"type": "input_file", "file_id": "file-1"}]),
        ],
        {
            "chat": ('assistant: <x> | user: <a> {"type":"file","file":{"file_id":"file-1"}}', ""),
            "responses": ('assistant: <x> | user: <a> {"type":"input_file","file_id":"file-1"}', ""),
            "gemini": ("model: <x> | user: <a>", "L156 /input/2/content/1"),
            "anthropic": ("assistant: <x> | user: <a>", "L156 /input/2/content/1"),
            "chat/groq": ("assistant: <x> | user: <a>", "L156 /input/2/content/1"),
        },
    ),
    (
        "file_url",
        [
            message("x"),
            user(
                [
                    {"type": "input_text", "text": "a"},
                    {"type": "input_file", "file_url": "https://example.com/a.pdf"},
                ]
            ),
        ],
        {
            "chat": ("assistant: <x> | user: <a>", "L134 /input/2/content/1"),
            "responses": (
                'assistant: <x> | user: <a> {"type":"input_file","file_url":"https://example.com/a.pdf"}',
                "",
            ),
            "gemini": (
                (
                    "model: <x> | user: <a> "
                    '{"fileData":{"fileUri":"https://example.com/a.pdf","mimeType":"application/pdf"}}'
                ),
                "",
            ),
            "anthropic": (
                (
                    "assistant: <x> | user: <a> "
                    '{"type":"document","source":{"type":"url","url":"https://example.com/a.pdf"}}'
                ),
                "",
            ),
        },
    ),
    (
        "phase",
        [message("x", phase="commentary", id="msg_1", status="completed"), SAID],
        {
            "chat": ("assistant: <x> | user: <u>", "L135 /input/1/phase"),
            "responses": (
                'assistant: <x>{"id":"msg_1","status":"completed","phase":"commentary"} | user: <u>',
                "",
            ),
            "gemini": ("model: <x> | user: <u>", "L135 /input/1/phase"),
            "anthropic": ("assistant: <x> | user: <u>", "L135 /input/1/phase"),
        },
    ),
    (
        "refusal",
        [{"type": "message", "role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]}, SAID],
        {
            "chat": ('assistant: null{"refusal":"no"} | user: <u>', ""),
            "responses": ('assistant: {"type":"refusal","refusal":"no"} | user: <u>', ""),
            "gemini": ("model: <no> | user: <u>", "L137 /input/1/content/0"),
            "anthropic": ("assistant: <no> | user: <u>", "L137 /input/1/content/0"),
        },
    ),
    (
        "two messages",
        [message("a"), message("b"), SAID],
        {
            "chat": ("assistant: <ab> | user: <u>", ""),
            "responses": ("assistant: <a> | assistant: <b> | user: <u>", ""),
            "gemini": ("model: <a> <b> | user: <u>", ""),
            "anthropic": ("assistant: <a> <b> | user: <u>", ""),
        },
    ),
)


@each_cell(ROWS)
def test_a_conversation_of_responses_is_told_as_the_table_says(
    said: list[dict[str, Any]], upstream: str, told: str, losses: str
) -> None:
    """Words, files, calls, results, thoughts, in their order; and what is lost, each at its place."""
    assert conversation_told("responses", said, upstream) == (told, losses)
