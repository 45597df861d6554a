"""What a rule gets to see: one exchange, as far as it has been read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from harness.cassettes.exchange import How

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.cassettes.exchange import Chunk, Ending, Headers, Request
    from harness.dialects.asked import Asked
    from harness.dialects.dialect import Dialect
    from harness.dialects.schema import Problem
    from harness.dialects.signal import Body, Signal
    from harness.sse.event import SseEvent
    from harness.sse.lines import Field
    from harness.sse.payload import Fault

S = TypeVar("S")

_NOT_THE_SERVER = frozenset({How.CLIENT_CLOSE, How.CANCELLED, How.TIMEOUT, How.RECORDER_CRASH})
_THE_SERVER = frozenset({How.SERVER_CUT, How.RESET})


class Wire:
    """Facts about the bytes, kept by the runner for the rules on framing and time.

    Attributes:
        bytes: How many bytes of the (decoded) body were fed.
        events: How many events a client was given, `[DONE]` among them; counted when the body has ended.
        carriage_return: Offset of the first CR in the body; None where there is none.
        first: The first event or block.
        last: The last event or block; at `close` the last one of all.
        done: How many `[DONE]` came.
        done_event: The first `[DONE]`.
        terminal: The event that ends the stream came: `[DONE]`, or one of `Dialect.terminal`.
        last_at_us: When the last chunk came, in microseconds after the head; None without times.
        first_at_us: When the chunk came that held the end of the first block.
        terminal_at_us: When the chunk came that held the event that ends the stream.
        gap_us: How long nothing came before the present chunk, where a signal "idle" is given.
        fault: What is wrong with data that could not be read: one of `harness.sse.payload.Fault`.
        broken: The same as an error text.
        truncated: The body ends inside an event whose data cannot be read.
        replaced: How many events hold U+FFFD in their payload.
        replaced_event: The first of them.
        lacking: An event, or the answer, could not be read, or something was missing that an answer is made of.
        lost: The last event whose data could not be read at all.
        before_lost: What the answer amounted to (a `Turn`) before the first such event that begins as an object.
        undecodable: Why the content-encoding could not be undone; the runner says so.
    """

    __slots__ = (
        "before_lost", "broken", "bytes", "carriage_return", "done", "done_event", "events", "fault", "first",
        "first_at_us", "gap_us", "lacking", "last", "last_at_us", "lost", "replaced", "replaced_event", "terminal",
        "terminal_at_us", "truncated", "undecodable",
    )  # fmt: skip

    def __init__(self) -> None:
        self.bytes = 0
        self.events = 0
        self.carriage_return: int | None = None
        self.first: SseEvent | None = None
        self.last: SseEvent | None = None
        self.done = 0
        self.done_event: SseEvent | None = None
        self.terminal = False
        self.last_at_us: int | None = None
        self.first_at_us: int | None = None
        self.terminal_at_us: int | None = None
        self.gap_us = 0
        self.fault: Fault | None = None
        self.broken = ""
        self.truncated = False
        self.replaced = 0
        self.replaced_event: SseEvent | None = None
        self.undecodable = ""
        self.lost: SseEvent | None = None
        self.before_lost: Any = None
        self.lacking = False


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
        lines: At `block`: the lines of its bytes.
        problems: At `malformed`: what does not fit the schema. A rule that reports one takes it from the list;
            what is left is reported by the chapter's general rule, which comes last.
        profile: Name of the profile.
        upstream: The upstream half, read to its end, for the rules that compare; None without one.
        turn: At `compare`: what this exchange amounts to, in neutral terms (`harness.turn`).
    """

    __slots__ = (
        "asked", "body", "dialect", "ending", "event", "headers", "lines", "problems", "profile", "request", "signal",
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
        self.lines: Sequence[Field] = ()
        self.problems: list[Problem] = []
        self.upstream: Half | None = None
        self.turn: Any = None

    @property
    def left_early(self) -> bool:
        """Not the server ended the body: the client went away, or the recorder died.

        Rules that miss something at the end of a stream are silent then: it might have come.
        """
        return self.ending is not None and self.ending.how in _NOT_THE_SERVER

    @property
    def end_unseen(self) -> bool:
        """Not the server ended the body, and the event that ends the stream had not come yet.

        Most clients of Chat Completions close at `[DONE]`: what is missing then would have had to come before it.
        """
        return self.left_early and not self.wire.terminal

    @property
    def cut_off(self) -> bool:
        """The body is not whole, whoever ended it: what is missing at its end may be in what was lost."""
        return self.end_unseen or self.wire.truncated or self.broken_off or bool(self.wire.undecodable)

    @property
    def broken_off(self) -> bool:
        """The server, or what stands before it, broke the connection off before the body's end."""
        return self.ending is not None and self.ending.how in _THE_SERVER

    @property
    def incomplete(self) -> bool:
        """Something of the exchange could not be read; of a translation, something of either half."""
        if self.upstream is not None:
            return self.wire.lacking or self.upstream.incomplete
        return self.stream.incomplete  # type: ignore[attr-defined,no-any-return]

    @property
    def end_lost(self) -> bool:
        """At `close`: the last event, `[DONE]` aside, could not be read; what is missing may have been in it."""
        lost, done, last = self.wire.lost, self.wire.done_event, self.wire.last
        if self.event is not None or lost is None or last is None:
            return False
        return lost.index == last.index - (done is not None and done.index == last.index)

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
        is_answered: It holds an answer, or an error, that a dialect knows. Without one there is only what became of it.
    """

    __slots__ = ("case", "chunks", "is_answered", "rules", "turn")

    def __init__(
        self,
        case: Case[Any],
        turn: Any,
        *,
        chunks: Sequence[Chunk] | None,
        rules: Mapping[str, int],
        is_answered: bool = True,
    ) -> None:
        self.case = case
        self.turn = turn
        self.chunks = chunks
        self.rules = rules
        self.is_answered = is_answered

    @property
    def incomplete(self) -> bool:
        """Something of it could not be read, or did not fit, so that the turn may lack what was sent."""
        return self.case.wire.lacking
