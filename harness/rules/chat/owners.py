"""Which rule reports what: for every member of a chunk or an answer, the rule that speaks when it does not fit.

A problem belongs to the longest pattern that its place begins with; `*` stands for an index.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.dialects.schema import Problem

_DELTA = "/choices/*/delta"
_CALL = f"{_DELTA}/tool_calls/*"
_MESSAGE = "/choices/*/message"

STREAMED: Mapping[str, str] = {
    "": "CHAT-OBJ-002",
    "/object": "CHAT-OBJ-001",
    "/id": "CHAT-ID-002",
    "/created": "CHAT-CREATED-002",
    "/model": "CHAT-MODEL-001",
    "/system_fingerprint": "CHAT-FP-001",
    "/obfuscation": "CHAT-OBF-001",
    "/error": "CHAT-ERR-001",
    "/usage": "CHAT-USE-006",
    "/choices": "CHAT-CHOICE-001",
    "/choices/*/index": "CHAT-CHOICE-003",
    "/choices/*/finish_reason": "CHAT-FIN-002",
    "/choices/*/logprobs": "CHAT-LOGP-002",
    _DELTA: "CHAT-DELTA-001",
    f"{_DELTA}/role": "CHAT-ROLE-003",
    f"{_DELTA}/content": "CHAT-CONT-001",
    f"{_DELTA}/refusal": "CHAT-REF-001",
    f"{_DELTA}/audio": "CHAT-AUD-001",
    f"{_DELTA}/tool_calls": "CHAT-TOOL-014",
    f"{_CALL}/index": "CHAT-TOOL-001",
    f"{_CALL}/id": "CHAT-TOOL-003",
    f"{_CALL}/type": "CHAT-TOOL-003",
    f"{_CALL}/function": "CHAT-TOOL-003",
    f"{_CALL}/function/arguments": "CHAT-TOOL-008",
    f"{_DELTA}/function_call": "CHAT-TOOL-003",
    f"{_DELTA}/function_call/arguments": "CHAT-TOOL-008",
}
"""Owners of the members of a chunk, and of an error. A constant that is missing is CHAT-OBJ-002's, however."""

WHOLE: Mapping[str, str] = {
    "": "CHAT-SYNC-001",
    "/usage": "CHAT-SYNC-004",
    "/choices/*/logprobs": "CHAT-SYNC-001",
    _MESSAGE: "CHAT-SYNC-002",
    f"{_MESSAGE}/tool_calls": "CHAT-SYNC-003",
    f"{_MESSAGE}/function_call": "CHAT-SYNC-003",
}
"""Owners of the members of a whole answer."""


def owner(problem: Problem, body: Mapping[str, Any], *, streamed: bool) -> str:
    """Id of the rule that reports a problem of this payload."""
    missing = problem.keyword == "required"
    found = _owner(problem.pointer, problem.field if missing else None, streamed=streamed)
    if missing and found == "CHAT-TOOL-001" and not _at(body, problem.pointer):
        return STREAMED[f"{_DELTA}/tool_calls"]  # a fragment in which nothing is said
    return found


@lru_cache(1024)  # asked by every rule about every problem, and servers make the same ones again and again
def _owner(pointer: str, missing: str | None, *, streamed: bool) -> str:
    """The owner of what is wrong at a place, or of the member that is missing there."""
    place = pointer if missing is None else f"{pointer}/{missing}"
    tokens = ["*" if token.isdigit() else token for token in place.split("/")]
    table = STREAMED if streamed else WHOLE
    if missing is not None and pointer == "" and missing != "error":
        return table[""]
    return next(
        table[prefix]
        for length in range(len(tokens), 0, -1)
        if (prefix := "/".join(tokens[:length])) in table
    )


def _at(body: Any, pointer: str) -> Any:
    for token in pointer.split("/")[1:]:
        body = body[int(token)] if isinstance(body, list) else body[token]
    return body
