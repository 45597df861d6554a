"""Events of Anthropic, and what a reader makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.translation.readers.anthropic import AnthropicReader
from tests.folding import Answer, a_session, events, folded, read, settled

if TYPE_CHECKING:
    from harness.turn import increments as i

USAGE = {
    "input_tokens": 10,
    "cache_read_input_tokens": 4,
    "cache_creation_input_tokens": 2,
    "output_tokens": 1,
}


MESSAGE: dict[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-x",
    "content": [],
    "stop_reason": None,
    "stop_sequence": None,
    "usage": USAGE,
}


START = {"type": "message_start", "message": MESSAGE}
STOP = {"type": "message_stop"}


PING = {"type": "ping"}


def begin(index: int, kind: str, **members: Any) -> dict[str, Any]:
    """A block starts."""
    return {"type": "content_block_start", "index": index, "content_block": {"type": kind, **members}}


def delta(index: int, kind: str, **members: Any) -> dict[str, Any]:
    """A block goes on."""
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **members}}


def end(index: int) -> dict[str, Any]:
    """A block stops."""
    return {"type": "content_block_stop", "index": index}


def reason(name: Any = "end_turn", **usage: Any) -> dict[str, Any]:
    """The message ends."""
    given = {"output_tokens": 7, **usage}
    return {"type": "message_delta", "delta": {"stop_reason": name, "stop_sequence": None}, "usage": given}


TEXT = (
    begin(0, "text", text=""),
    delta(0, "text_delta", text="Hel"),
    delta(0, "text_delta", text="lo"),
    end(0),
)


def raw_of(*payloads: Any) -> tuple[list[i.Increment], list[tuple[str, str]]]:
    """The reader's own increments, and its losses."""
    session = a_session("anthropic")
    given = read(AnthropicReader(session), events(*payloads))
    return given, [(one.code, one.detail) for one in session.ledger.losses]


def answer_of(*payloads: Any) -> tuple[Answer, list[str]]:
    """What clients are told in the end, and the codes of the losses."""
    session = a_session("anthropic")
    answer = folded(settled(session, read(AnthropicReader(session), events(*payloads))))
    return answer, [one.code for one in session.ledger.losses]


def whole_of(**members: Any) -> tuple[Answer, list[str]]:
    """The same of a whole message."""
    session = a_session("anthropic")
    answer = folded(settled(session, AnthropicReader(session).whole({**MESSAGE, **members})))
    return answer, [one.code for one in session.ledger.losses]
