"""What a rule gets to see: one exchange, as far as it has been read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.cassettes.exchange import Chunk, Ending, Headers, Request
    from harness.dialects.asked import Asked
    from harness.dialects.dialect import Dialect
    from harness.dialects.schema import Problem
    from harness.dialects.signal import Body, Signal
    from harness.sse.event import SseEvent

S = TypeVar("S")


class Wire:
    """Facts about the bytes, kept by the runner for the rules on framing and time.

    Attributes:
        bytes: How many bytes of the (decoded) body were fed.
        events: How many events a client was given.
        carriage_returns: The body has a CR somewhere.
        last: The last event, dispatched or not.
        done: How many `[DONE]` came.
        ids: An `id` line was seen.
        last_at_us: When the last chunk came, in microseconds after the head; None without times.
        terminal_at_us: When the chunk came that held the event that ends the stream.
        gap_us: How long nothing came before the present chunk, where a signal "idle" is given.
        broken: The bytes of an event that could not be read (not UTF-8, not JSON), as an error text.
    """

    __slots__ = (
        "broken", "bytes", "carriage_returns", "done", "events", "gap_us", "ids", "last", "last_at_us",
        "terminal_at_us",
    )  # fmt: skip

    def __init__(self) -> None:
        self.bytes = 0
        self.events = 0
        self.carriage_returns = False
        self.last: SseEvent | None = None
        self.done = 0
        self.ids = False
        self.last_at_us: int | None = None
        self.terminal_at_us: int | None = None
        self.gap_us = 0
        self.broken = ""


class Case(Generic[S]):
    """One exchange under judgement, and the place in it that the rules are being shown.

    There is one a check; it is changed in place from event to event, so a rule must not keep it.

    Attributes:
        dialect: What the exchange speaks.
        streamed: The body is an event stream (or a JSON array of Gemini); False for a whole answer.
        request: The recorded request; None where there is none.
        asked: The same, read; None where there is none.
        status: HTTP status; None where only a body is known.
        headers: The head's fields with their names in lower case, in order; None where only a body is known.
        ending: How the body ended; None until `close`, and where it is not known (a plain body).
        timed: The times of the chunks are those of a recording.
        stream: The dialect's state: what the exchange amounts to so far.
        wire: Facts about the bytes.
        event: The event being shown; None at `open` and `close`, and for a whole answer.
        body: Its payload, where it is a JSON object; at `whole` the answer.
        signal: What the machine noticed, for the rules that subscribe to signals.
        problems: At `malformed`: what does not fit the schema. A rule that reports one takes it from the list;
            what is left is reported by the chapter's general rule, which comes last.
        profile: Name of the profile.
        upstream: The upstream half, read to its end, for the rules that compare; None without one.
        turn: At `compare`: what this exchange amounts to, in neutral terms (`harness.turn`).
    """

    __slots__ = (
        "asked", "body", "dialect", "ending", "event", "headers", "problems", "profile", "request", "signal",
        "status", "stream", "streamed", "timed", "turn", "upstream", "wire",
    )  # fmt: skip

    def __init__(self, dialect: Dialect, stream: S, *, profile: str = "openai") -> None:
        self.dialect = dialect
        self.stream = stream
        self.profile = profile
        self.streamed = True
        self.request: Request | None = None
        self.asked: Asked | None = None
        self.status: int | None = None
        self.headers: Headers | None = None
        self.ending: Ending | None = None
        self.timed = False
        self.wire = Wire()
        self.event: SseEvent | None = None
        self.body: Body = {}
        self.signal: Signal | None = None
        self.problems: list[Problem] = []
        self.upstream: Half | None = None
        self.turn: Any = None

    def header(self, name: str) -> str | None:
        """The first field of that name (lower case); None where there is none, or no head is known."""
        return next((value for key, value in self.headers or () if key == name), None)


class Half:
    """The other half of a translation, read to its end.

    Attributes:
        case: The upstream exchange, in its final state.
        turn: What it amounts to, in neutral terms (`harness.turn`).
        chunks: Its chunks with their times; None where there are no times.
        rules: Ids of the rules that it breaks itself.
    """

    __slots__ = ("case", "chunks", "rules", "turn")

    def __init__(
        self, case: Case[Any], turn: Any, *, chunks: Sequence[Chunk] | None, rules: Mapping[str, int]
    ) -> None:
        self.case = case
        self.turn = turn
        self.chunks = chunks
        self.rules = rules
