"""What increments amount to, for tests that compare it with what a dialect's machine makes of the same bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.jsonvalue import try_parse
from harness.sse.decoder import Decoder
from harness.translation.ids import SeededMint
from harness.translation.profiles import UpstreamProfile
from harness.translation.session import Session
from harness.translation.settling import Settling
from harness.turn import increments as i

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.translation.profiles import UpstreamDialect
    from harness.translation.readers.reader import Reader


def a_session(upstream: UpstreamDialect, **profile: Any) -> Session:
    """An exchange of which nothing is known but the upstream's dialect, and members of its profile."""
    return Session(
        mint=SeededMint(b"seed"),
        now=lambda: 1_700_000_000,
        upstream=upstream,
        profile=UpstreamProfile(name="some", dialect=upstream, **profile),
    )


def read(reader: Reader, body: bytes) -> list[i.Increment]:
    """What a reader makes of a stream's bytes."""
    decoder = Decoder()
    given: list[i.Increment] = []
    for event in [*decoder.feed(body), *decoder.finish()]:
        is_json, payload = try_parse(event.data)
        if event.data.strip() == b"[DONE]":
            given += reader.done(event)
        elif is_json and isinstance(payload, dict) and event.dispatched:
            given += reader.event(event, payload)
    given += reader.finish()
    return given


def settled(session: Session, given: Iterable[i.Increment]) -> list[i.Increment]:
    """The increments as a writer gets them."""
    settling = Settling(session)
    return [after for one in given for after in settling.settle(one)]


@dataclass
class Call:
    """A call, as far as clients see it."""

    name: str
    id: str | None
    kind: str
    arguments: str = ""


@dataclass
class Folded:
    """One choice of an answer."""

    text: str = ""
    refusal: str = ""
    reasoning: str = ""
    calls: list[Call] = field(default_factory=list)
    finish: str | None = None
    citations: list[tuple[str | None, str | None]] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    seals: list[str] = field(default_factory=list)


@dataclass
class Answer:
    """A whole answer."""

    choices: dict[int, Folded] = field(default_factory=dict)
    usage: i.Usage | None = None
    error: i.Error | None = None
    start: i.Start | None = None
    eof: i.Eof | None = None


def folded(given: Sequence[i.Increment]) -> Answer:
    """Fold increments into an answer; texts of the blocks in the order in which they were opened."""
    answer = Answer()
    calls: dict[int, Call] = {}
    for one in given:
        if isinstance(one, i.Start):
            answer.start = one
        elif isinstance(one, i.Usage):
            answer.usage = one
        elif isinstance(one, i.Error):
            answer.error = answer.error or one
        elif isinstance(one, i.Eof):
            answer.eof = one
        else:
            choice = answer.choices.setdefault(one.choice, Folded())
            _put(choice, one, calls)
    return answer


def _put(choice: Folded, one: i.Increment, calls: dict[int, Call]) -> None:
    if isinstance(one, i.TextStart | i.RefusalStart | i.ReasoningStart | i.ToolStart | i.ServerTool):
        choice.order.append(type(one).__name__)
    if isinstance(one, i.TextDelta):
        choice.text += one.text
    elif isinstance(one, i.RefusalDelta):
        choice.refusal += one.text
    elif isinstance(one, i.ReasoningDelta):
        choice.reasoning += one.text
    elif isinstance(one, i.ReasoningEnd):
        choice.seals += [seal for seal in (one.signature, one.encrypted) if seal]
    elif isinstance(one, i.ToolStart):
        calls[one.ref] = Call(one.name, one.call_id, one.kind)
        choice.calls.append(calls[one.ref])
    elif isinstance(one, i.ArgsDelta):
        calls[one.ref].arguments += one.text
    elif isinstance(one, i.Annotation):
        choice.citations.append((one.url, one.title))
    elif isinstance(one, i.Finish):
        choice.finish = one.reason


def events(*payloads: Any) -> bytes:
    """A stream of events with these objects as data; a text is sent as it is."""
    from harness.jsonvalue import compact  # noqa: PLC0415 - only here

    return b"".join(
        b"data: " + (one if isinstance(one, str) else compact(one)).encode() + b"\n\n" for one in payloads
    )
