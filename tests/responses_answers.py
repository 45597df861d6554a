"""Increments of an answer, and the events that are written of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.translation.writers.responses import ResponsesWriter
from harness.turn.increments import (
    ArgsDelta,
    Finish,
    Start,
    TextDelta,
    TextEnd,
    TextStart,
    ToolEnd,
    ToolStart,
)
from tests.writing import Json, payloads, session_of, written

if TYPE_CHECKING:
    from harness.translation.manner import Manner
    from harness.translation.profiles import UpstreamDialect
    from harness.translation.session import Session
    from harness.turn.increments import Increment

ASKED: Json = {"model": "m", "input": "x", "stream": True}


START = Start(upstream_id="msg_up", model="served", created=1_768_392_000, dialect="anthropic")
STOP, CALLS, LENGTH = (Finish(reason=reason) for reason in ("stop", "tool_calls", "length"))


TEXT: tuple[Increment, ...] = (TextStart(ref=1), TextDelta(ref=1, text="Hé"), TextEnd(ref=1))


def answered(
    *increments: Increment,
    body: Json | None = ASKED,
    upstream: UpstreamDialect = "anthropic",
    manner: Manner | None = None,
) -> tuple[list[Json], ResponsesWriter, Session]:
    """The events of a turn, its writer and its exchange."""
    session = session_of(body, upstream, manner)
    writer = ResponsesWriter(session)
    return payloads(written(writer, increments)), writer, session


def types(events: list[Json]) -> list[str]:
    """The types of events, without the prefix that nearly all have."""
    return [one["type"].removeprefix("response.") for one in events]


def items(events: list[Json]) -> list[Json]:
    """The final output."""
    output: list[Json] = events[-1]["response"]["output"]
    return output


def lost(session: Session) -> list[str]:
    """The codes of the losses, in order."""
    return [one.code for one in session.ledger.losses]


def call(ref: int, name: str = "f", *pieces: str, status: str | None = None) -> tuple[Increment, ...]:
    """A call."""
    return (
        ToolStart(ref=ref, name=name, call_id=f"call_{ref}"),
        *(ArgsDelta(ref=ref, text=piece) for piece in pieces or ("{}",)),
        ToolEnd(ref=ref, status=status),
    )
