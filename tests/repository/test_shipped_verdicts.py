"""A change of the checker that alters what it says of our own recordings is seen."""

from __future__ import annotations

import json

import pytest

from tests.repository.shipped_verdicts import TABLE, Verdicts, judged, written

FIRST = 12
NAMED = {
    # What cassettes/README.md calls a defect, and the rule that has to say so.
    "llama-server/chat/n2": ("CHAT-CHOICE-005",),
    "llama-server/chat/error_400": ("HTTP-ERR-003",),
    "llama-server/responses/text": ("RESP-SEQ-001", "RESP-ITEM-002", "RESP-ENV-004", "RESP-OBJ-001"),
    "llama-server/responses/tool_call": ("RESP-FC-002",),
    "llama-server/responses/reasoning": ("RESP-ITEM-015",),
    "llama-server/responses/truncated": ("RESP-LIFE-008",),
    "llama-server/responses/server_killed": ("HTTP-CLOSE-002",),
    "llama-cpp-python/chat/tool_call": ("CHAT-CONT-003",),
    "llama-cpp-python/chat/usage_on": ("CHAT-USE-001",),
    "llama-cpp-python/chat/n2": ("CHAT-CHOICE-006",),
    "llama-cpp-python/chat/context_exceeded": ("HTTP-STATUS-002",),
    "llama-cpp-python/chat/two_at_once": ("CHAT-FIN-001",),
    "transformers/chat/text": ("SSE-DONE-001", "CHAT-DELTA-002", "CHAT-USE-002"),
    "transformers/chat/malformed_call": ("SSE-JSON-001",),
    "transformers/chat/stop_sequence": ("CHAT-CONT-004",),
    "transformers/chat/n2": ("CHAT-CHOICE-006",),
    "transformers/chat/error_400": ("HTTP-ERR-002",),
    "transformers/responses/text": ("SSE-EVENT-003", "RESP-ID-003"),
    "transformers/responses/tool_call": ("RESP-ITEM-004", "RESP-ITEM-003", "RESP-FC-003", "RESP-TERM-001"),
    "transformers/responses/truncated": ("RESP-LIFE-008",),
    "transformers/responses/error_400": ("HTTP-ERR-002",),
    "transformers/responses/stream_not_named": ("HTTP-MODE-001",),
    "litellm/chat/text": ("CHAT-DELTA-002",),
    "litellm/chat/tool_call": ("CHAT-TOOL-005",),
    "litellm/chat/usage_on": ("CHAT-USE-002",),
    "litellm/chat/n2": ("CHAT-FIN-001", "CHAT-ROLE-001"),
    "litellm/responses/text": ("SSE-EVENT-003", "RESP-SEQ-001", "SSE-DONE-004"),
    "litellm/responses/reasoning": ("RESP-RSN-001", "RESP-ENV-004", "RESP-SEQ-004"),
    "litellm/responses/truncated": ("RESP-TERM-002",),
}


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """The verdicts of this checkout."""
    return judged()


def test_the_verdicts_on_shipped_recordings_are_those_that_were_looked_through(verdicts: Verdicts) -> None:
    """Not one finding more, not one less."""
    table: Verdicts = json.loads(TABLE.read_text("utf-8"))
    changed = {
        name: (table.get(name), verdicts.get(name))
        for name in sorted({*table, *verdicts})
        if table.get(name) != verdicts.get(name)
    }
    shown = "\n".join(f"{name}: was {was}, is {now}" for name, (was, now) in list(changed.items())[:FIRST])
    assert not changed, (
        f"{len(changed)} verdicts changed; look at the bytes, then python -m tests.repository.shipped_verdicts\n{shown}"
    )
    assert TABLE.read_text("utf-8") == written(table)


@pytest.mark.parametrize("name", NAMED)
def test_a_defect_that_the_readme_names_is_found(name: str, verdicts: Verdicts) -> None:
    """What a person saw in a recording, the checker sees as well."""
    found = {key.partition(" ")[0] for key in verdicts[name]}
    assert set(NAMED[name]) <= found, found
