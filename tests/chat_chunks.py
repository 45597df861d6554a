"""Chunks of Chat Completions, and what a reader makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.translation.readers.chat import ChatReader
from tests.folding import Answer, Folded, a_session, events, folded, read, settled

if TYPE_CHECKING:
    from harness.turn import increments as i


def chunk(delta: Any = None, finish: Any = None, **members: Any) -> dict[str, Any]:
    """A chunk of choice 0."""
    choice = {"index": 0, "delta": {} if delta is None else delta, "logprobs": None, "finish_reason": finish}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "some-model",
        "choices": [choice],
        **members,
    }


def call(index: Any = None, /, **members: Any) -> dict[str, Any]:
    """A delta with one fragment of a call; `name` and `arguments` go where they belong."""
    function = {key: members.pop(key) for key in ("name", "arguments") if key in members}
    place = {} if index is None else {"index": index}
    return {"tool_calls": [{**place, **members, **({"function": function} if function else {})}]}


DONE = "[DONE]"


def raw_of(*payloads: Any, **profile: Any) -> tuple[list[i.Increment], list[tuple[str, str]]]:
    """The reader's own increments, and its losses."""
    session = a_session("chat", **profile)
    given = read(ChatReader(session), events(*payloads))
    return given, [(one.code, one.detail) for one in session.ledger.losses]


def answer_of(*payloads: Any, **profile: Any) -> tuple[Answer, list[str]]:
    """What clients are told in the end, and the codes of the losses but that of missing usage."""
    session = a_session("chat", **profile)
    answer = folded(settled(session, read(ChatReader(session), events(*payloads))))
    return answer, [one.code for one in session.ledger.losses if one.code != "L240"]


def first(*payloads: Any, **profile: Any) -> tuple[Folded, list[str]]:
    """The first choice of an answer that ends well with `stop`."""
    answer, codes = answer_of(*payloads, chunk(finish="stop"), DONE, **profile)
    assert answer.error is None
    return answer.choices[0], codes
