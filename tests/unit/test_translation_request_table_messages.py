"""The table of messages and items (translation of requests), row by row and cell by cell: from Chat.

A row is what the client said behind the user's first word; a cell what an upstream is sent of it, as an outline (see
`tests.request_outlines`), and the losses with their places. Departures from what one might expect:
- Chat to Chat is verbatim: no repair of results, no change of order; an upstream refuses what its own dialect refuses.
- Text of another vendor's thought goes to Gemini as a thought, but never its seal (L153).
- A result that no call asked for is given a call where its tool's name is known, and L141 either way.
"""

from __future__ import annotations

from typing import Any, Final

from tests.request_tables import Conversations, conversation_told, each_cell
from tests.request_words import PDF, PNG, SAID, assistant, user

ROWS: Final[Conversations] = (
    (
        "system in the middle",
        [
            assistant(content="x"),
            {"role": "system", "content": "mid"},
            {"role": "developer", "content": "dev"},
            SAID,
        ],
        {
            "chat": ("assistant: <x> | system: <mid> | developer: <dev> | user: <u>", ""),
            "responses": ("assistant: <x> | system: <mid> | developer: <dev> | user: <u>", ""),
            "gemini": (
                "model: <x> | user: <<system>\nmid\n</system>> <<system>\ndev\n</system>> <u>",
                "L130 /messages/2; L130 /messages/3",
            ),
            "anthropic": (
                "assistant: <x> | user: <<system>\nmid\n</system>> <<system>\ndev\n</system>> <u>",
                "L130 /messages/2; L130 /messages/3",
            ),
            "chat/deepseek": ("assistant: <x> | system: <mid> | system: <dev> | user: <u>", ""),
        },
    ),
    (
        "user text",
        [assistant(content="x"), user([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}])],
        {
            "chat": ("assistant: <x> | user: <a> <b>", ""),
            "responses": ("assistant: <x> | user: <a> <b>", ""),
            "gemini": ("model: <x> | user: <a> <b>", ""),
            "anthropic": ("assistant: <x> | user: <a> <b>", ""),
        },
    ),
    (
        "cache_control",
        [
            assistant(content="x"),
            user([{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}]),
        ],
        {
            "chat": ('assistant: <x> | user: <a>{"cache_control":{"type":"ephemeral"}}', ""),
            "responses": ("assistant: <x> | user: <a>", "L119 /messages/2/content/0/cache_control"),
            "gemini": ("model: <x> | user: <a>", "L119 /messages/2/content/0/cache_control"),
            "anthropic": ('assistant: <x> | user: <a>{"cache_control":{"type":"ephemeral"}}', ""),
        },
    ),
    (
        "image",
        [assistant(content="x"), user([{"type": "image_url", "image_url": {"url": PNG, "detail": "low"}}])],
        {
            "chat": (
                (
                    "assistant: <x> | user: "
                    '{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo=","detail":"low"}}'
                ),
                "",
            ),
            "responses": (
                (
                    "assistant: <x> | user: "
                    '{"type":"input_image","image_url":"data:image/png;base64,iVBORw0KGgo=","detail":"low"}'
                ),
                "",
            ),
            "gemini": (
                'model: <x> | user: {"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}}',
                "L132 /messages/2/content/0",
            ),
            "anthropic": (
                (
                    "assistant: <x> | user: "
                    '{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}'
                ),
                "L132 /messages/2/content/0",
            ),
        },
    ),
    (
        "image",
        [
            assistant(content="x"),
            user([{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]),
        ],
        {
            "chat": (
                'assistant: <x> | user: {"type":"image_url","image_url":{"url":"https://example.com/a.png"}}',
                "",
            ),
            "responses": (
                (
                    "assistant: <x> | user: "
                    '{"type":"input_image","image_url":"https://example.com/a.png","detail":"auto"}'
                ),
                "",
            ),
            "gemini": (
                'model: <x> | user: {"fileData":{"fileUri":"https://example.com/a.png","mimeType":"image/png"}}',
                "",
            ),
            "anthropic": (
                (
                    "assistant: <x> | user: "
                    '{"type":"image","source":{"type":"url","url":"https://example.com/a.png"}}'
                ),
                "",
            ),
        },
    ),
    (
        "audio in",
        [
            assistant(content="x"),
            user(
                [
                    {"type": "text", "text": "a"},
                    {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
                ]
            ),
        ],
        {
            "chat": (
                'assistant: <x> | user: <a> {"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}}',
                "",
            ),
            "responses": ("assistant: <x> | user: <a>", "L133 /messages/2/content/1"),
            "gemini": ('model: <x> | user: <a> {"inlineData":{"mimeType":"audio/wav","data":"AAAA"}}', ""),
            "anthropic": ("assistant: <x> | user: <a>", "L133 /messages/2/content/1"),
        },
    ),
    (
        "file",
        [assistant(content="x"), user([{"type": "file", "file": {"file_data": PDF, "filename": "a.pdf"}}])],
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
                "L132 /messages/2/content/0",
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
            assistant(content="x"),
            user([{"type": "text", "text": "a"}, {"type": "file", "file": {"file_id": "file-1"}}]),
        ],
        {
            "chat": ('assistant: <x> | user: <a> {"type":"file","file":{"file_id":"file-1"}}', ""),
            "responses": ('assistant: <x> | user: <a> {"type":"input_file","file_id":"file-1"}', ""),
            "gemini": ("model: <x> | user: <a>", "L156 /messages/2/content/1"),
            "anthropic": ("assistant: <x> | user: <a>", "L156 /messages/2/content/1"),
            "responses/xai": ("assistant: <x> | user: <a>", "L156 /messages/2/content/1"),
        },
    ),
    (
        "assistant text",
        [
            assistant(
                content="x",
                annotations=[
                    {
                        "type": "url_citation",
                        "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 1},
                    }
                ],
            ),
            SAID,
        ],
        {
            "chat": (
                (
                    "assistant: "
                    '<x>{"annotations":[{"type":"url_citation","url_citation":{"url":"u","title":"t","start_index":0,"e'
                    'nd_index":1}}]} '
                    "| user: <u>"
                ),
                "",
            ),
            "responses": (
                (
                    "assistant: "
                    '<x>{"annotations":[{"type":"url_citation","url":"u","title":"t","start_index":0,"end_index":1}]} '
                    "| user: <u>"
                ),
                "",
            ),
            "gemini": ("model: <x> | user: <u>", "L136 /messages/1/content"),
            "anthropic": ("assistant: <x> | user: <u>", "L136 /messages/1/content"),
        },
    ),
    (
        "assistant audio",
        [assistant(content="x", audio={"id": "a_1"}), SAID],
        {
            "chat": ('assistant: <x>{"audio":{"id":"a_1"}} | user: <u>', ""),
            "responses": ("assistant: <x> | user: <u>", "L133 /messages/1/audio"),
            "gemini": ("model: <x> | user: <u>", "L156 /messages/1/audio"),
            "anthropic": ("assistant: <x> | user: <u>", "L156 /messages/1/audio"),
        },
    ),
    (
        "refusal",
        [assistant(refusal="no"), SAID],
        {
            "chat": ('assistant: null{"refusal":"no"} | user: <u>', ""),
            "responses": ('assistant: {"type":"refusal","refusal":"no"} | user: <u>', ""),
            "gemini": ("model: <no> | user: <u>", "L137 /messages/1/refusal"),
            "anthropic": ("assistant: <no> | user: <u>", "L137 /messages/1/refusal"),
        },
    ),
)


@each_cell(ROWS)
def test_a_conversation_of_chat_is_told_as_the_table_says(
    said: list[dict[str, Any]], upstream: str, told: str, losses: str
) -> None:
    """Words, files, calls, results, thoughts, in their order; and what is lost, each at its place."""
    assert conversation_told("chat", said, upstream) == (told, losses)
