"""What a dialect is to the rest of the project: one value that says how to read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.dialects.asked import Asked
    from harness.dialects.growth import Growth
    from harness.dialects.signal import Body, Signals, Step
    from harness.sse.event import SseEvent


class Machine(Protocol):
    """Follows one exchange: where it stands in the protocol, and what it has amounted to so far.

    Nothing it is fed makes it raise. After a signal it adopts what the server sent and goes on, so that one
    fault gives one signal. Its attribute `incomplete` tells that something the server sent could not be read.

    Attributes:
        moves: Counts the events that may have done more than to add text.
    """

    moves: int

    def growth(self, kind: str, body: Body) -> Growth | None:
        """How the next event may differ, after one that only added text (it did not count as a move).

        As long as nothing moves, an event that is spelled the same but for that is taken without this machine.
        None where the machine cannot say.
        """
        ...

    def step(self, kind: str) -> Step:
        """The function that takes the events of a kind; kinds that the grammar does not know have one too.

        It is asked for once a kind and stream, so that an ordinary event costs one call and no look-up.
        """
        ...

    def malformed(self, kind: str, event: SseEvent, body: Body) -> Signals:
        """Move by an event whose payload does not fit its schema, as far as it can be read.

        `body` has been scrubbed: members with a wrong type are gone, so that each is right or absent.
        """
        ...

    def lost(self, event: SseEvent) -> Signals:
        """Take an event whose data cannot be read: `incomplete` is set, and what comes next is adopted.

        It may have been any event of the protocol. So nothing that is open now can be said to lack anything, or to
        differ from what was sent: the fault is the event's, and the rules on framing have told it.
        """
        ...

    def lacking(self, event: SseEvent) -> Signals:
        """Take note that the event which `malformed` has just taken lacked something vital (`Dialect.vital`)."""
        ...

    def done(self, event: SseEvent) -> Signals:
        """Take the sentinel `[DONE]`."""
        ...

    def finish(self) -> Signals:
        """The body has ended."""
        ...

    def whole(self, body: Body) -> Signals:
        """Take an answer without a stream, which fits its schema; the state is then that of the whole turn."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one wire protocol is read.

    Args:
        name: "chat", "responses", "anthropic" or "gemini".
        title: What it is called in prose.
        schema: Name of its schema set, as `harness.dialects.schema.schemas` takes it.
        kind: Which definition of the schema set a streamed payload is to fit: its wire type, or a constant
            where there is only one; None where the payload does not say.
        whole: The definition that a whole answer is to fit.
        machine: Makes a fresh machine; the request is None where it is not known.
        asked: Reads a request: its path with query, and its JSON body.
        path: Whether a request's path (with query) is of this dialect.
        speaks: Whether a payload (of a stream, or a whole answer) can only be of this dialect.
        terminal: Kinds of the events that end a stream; `[DONE]` does so in every dialect.
        arrays: A stream may come as one JSON array, whose elements are the events.
        vital: Names of members that hold what an answer is made of: where one that its event needs is missing, or has
            a wrong JSON type, something of the answer is lost, and the machine is told so. Of a member that is not
            named here the machine knows itself what its loss means.
    """

    name: str
    title: str
    schema: str
    kind: Callable[[Body], str | None]
    whole: str
    machine: Callable[[Asked | None], Machine]
    asked: Callable[[str, Mapping[str, object]], Asked]
    path: Callable[[str], bool]
    speaks: Callable[[Body], bool]
    terminal: frozenset[str] = frozenset()
    arrays: bool = False
    vital: frozenset[str] = frozenset()
