"""Increments of an answer, and the chunks that are written of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.translation.writers.chat import ChatWriter
from harness.turn.increments import (
    Finish,
    ReasoningDelta,
    ReasoningEnd,
    ReasoningStart,
    Start,
    TextDelta,
    TextEnd,
    TextStart,
)
from harness.turn.turn import Usage as Counts
from tests.writing import Json, payloads, session_of, written

if TYPE_CHECKING:
    from harness.translation.manner import Manner
    from harness.translation.profiles import UpstreamDialect
    from harness.translation.session import Session
    from harness.turn.increments import Increment

ASKED: Json = {"model": "m", "messages": [], "stream": True}


START = Start(upstream_id="msg_up", model="served", created=1_768_392_000, dialect="anthropic")
STOP, CALLS = Finish(reason="stop"), Finish(reason="tool_calls")


TEXT: tuple[Increment, ...] = (TextStart(ref=1), TextDelta(ref=1, text="Hé"), TextEnd(ref=1))
COUNTS = Counts(input=9, output=3, total=12)


def answered(
    *increments: Increment,
    body: Json | None = ASKED,
    upstream: UpstreamDialect = "anthropic",
    manner: Manner | None = None,
) -> tuple[list[Json], ChatWriter, Session]:
    """The chunks of a turn, its writer and its exchange."""
    session = session_of(body, upstream, manner)
    writer = ChatWriter(session)
    return payloads(written(writer, increments)), writer, session


def deltas(chunks: list[Json], index: int = 0) -> list[Json]:
    """The deltas of one answer."""
    return [one["delta"] for chunk in chunks for one in chunk.get("choices", []) if one["index"] == index]


def lost(session: Session) -> list[str]:
    """The codes of the losses, in order."""
    return [one.code for one in session.ledger.losses]


THOUGHT: tuple[Increment, ...] = (
    ReasoningStart(ref=1),
    ReasoningDelta(ref=1, text="One", visibility="summary"),
    ReasoningDelta(ref=1, text=".", visibility="summary"),
    ReasoningDelta(ref=1, text="Two", visibility="summary", part=1),
    ReasoningEnd(ref=1, signature="sig", vendor="anthropic"),
)
