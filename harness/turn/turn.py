"""One turn of a model, whichever protocol it came in.

This is the ground on which two halves of a translation are compared: everything here is what a client is told, in
neutral words, and None is always "not said". It is made from a dialect's final state by `of_chat`, `of_responses`,
`of_anthropic` and `of_gemini`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.dialects.signal import Mark

Ended: TypeAlias = Literal["clean", "failed", "cut"]
"""How the turn ended: its protocol's own end came; an error came; or neither did."""

Finish: TypeAlias = Literal["stop", "length", "tool_calls", "content_filter", "pause", "malformed", "other"]
"""Why the model stopped. "pause" asks the client to send the turn back (Anthropic's `pause_turn`), "malformed" is a
provider's word for a call that the model wrote wrongly, and "other" everything that has no equal elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A source that a text names."""

    url: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A run of visible text.

    Args:
        text: All of it.
        behind: What only the event that ends it adds: a client that shows deltas has not shown it.
        citations: Its sources, in order.
        opened: Where it began, if that is known.
        closed: Where it ended, if that is known.
    """

    text: str
    behind: str = ""
    citations: tuple[Citation, ...] = ()
    opened: Mark | None = None
    closed: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasoning:
    """A run of thought.

    Args:
        text: What can be read of it; "" where it is encrypted or withheld.
        behind: As in `Text`.
        kind: "summary", "raw", or "unknown" where the protocol does not say which.
        seal: What the client is to send back: a signature, or the encrypted content.
    """

    text: str
    behind: str = ""
    kind: Literal["summary", "raw", "unknown"] = "unknown"
    seal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of a tool that the client is to run.

    Args:
        name: The tool's name.
        arguments: Their JSON text; of a custom tool its input.
        id: The id that the client's answer is to name; None where the provider gives none.
        item_id: The id of the item that holds the call (Responses).
        index: Its number among the calls, as the wire has it (Chat); None elsewhere.
        kind: "function" or "custom".
        behind: As in `Text`.
        seal: A signature that the client is to send back (Gemini).
    """

    name: str
    arguments: str
    id: str | None = None
    item_id: str | None = None
    index: int | None = None
    kind: Literal["function", "custom"] = "function"
    seal: str | None = None
    behind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What the model says where it refuses."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Something that only its own protocol has a name for: a hosted tool, an image, a compaction."""

    kind: str


Segment: TypeAlias = Text | Reasoning | Call | Refusal | Other


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer of possibly several.

    Args:
        index: Its number.
        segments: What it is made of; in order, if the turn says that it is.
        finish: Why it ended; None where that was not said.
        native: The same in the protocol's own word.
        finishes: How many events gave a reason.
        is_late: Content came after the first reason.
    """

    index: int
    segments: tuple[Segment, ...] = ()
    finish: Finish | None = None
    native: str | None = None
    finishes: int = 0
    is_late: bool = False

    @property
    def text(self) -> str:
        """All visible text."""
        return "".join(one.text for one in self.segments if isinstance(one, Text))

    @property
    def told_text(self) -> str:
        """All visible text, with what only the ends of its runs add."""
        return "".join(one.text + one.behind for one in self.segments if isinstance(one, Text))

    @property
    def refusal(self) -> str:
        """All text of refusal."""
        return "".join(one.text for one in self.segments if isinstance(one, Refusal))

    @property
    def reasoning(self) -> str:
        """All thought that can be read."""
        return "".join(one.text for one in self.segments if isinstance(one, Reasoning))

    @property
    def told_reasoning(self) -> str:
        """The same, with what only the ends of its runs add."""
        return "".join(one.text + one.behind for one in self.segments if isinstance(one, Reasoning))

    @property
    def thoughts(self) -> tuple[Reasoning, ...]:
        """The runs of thought, in order."""
        return tuple(one for one in self.segments if isinstance(one, Reasoning))

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls, in order."""
        return tuple(one for one in self.segments if isinstance(one, Call))

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The sources of all text, in order."""
        return tuple(citation for one in self.segments if isinstance(one, Text) for citation in one.citations)

    @property
    def is_empty(self) -> bool:
        """Nothing was said, thought, called or refused."""
        return not any(not isinstance(one, Text | Refusal | Reasoning) or one.text for one in self.segments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens that were counted; None is not reported, which is not 0.

    Args:
        input: The whole prompt, with what was read from and written to a cache.
        cached: How much of it was read from a cache.
        cache_write: How much of it was written to one.
        output: Everything that was generated, thought included.
        reasoning: How much of it was thought.
        total: As reported; where the protocol has no total, the sum.
    """

    input: int | None = None
    cached: int | None = None
    cache_write: int | None = None
    output: int | None = None
    reasoning: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An error, as the client is told.

    Args:
        status: HTTP status, of an answer that is nothing but an error.
        code: The error's code, as text; Gemini's `status`, Anthropic's `type`.
        type: Its type, where the protocol has one beside the code.
        message: Its message.
    """

    status: int | None = None
    code: str | None = None
    type: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn.

    Args:
        dialect: The protocol that it came in.
        choices: The answers, by index.
        usage: What was counted; None where nothing was reported.
        usages: How many times usage was reported.
        error: What went wrong; None where nothing did.
        ended: How it ended.
        ids: The ids of the answer that were told, without repeats, in order; more than one is a fault.
        model: The model's name.
        is_ordered: The order of segments is known.
    """

    dialect: str
    choices: tuple[Choice, ...] = ()
    usage: Usage | None = None
    usages: int = 0
    error: Failure | None = None
    ended: Ended = "cut"
    ids: tuple[str, ...] = ()
    model: str | None = None
    is_ordered: bool = True

    def choice(self, index: int) -> Choice | None:
        """The answer of that number."""
        return next((one for one in self.choices if one.index == index), None)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The segments of the first answer."""
        return self.choices[0].segments if self.choices else ()

    def pairs(self, other: Turn) -> Iterator[tuple[Choice, Choice]]:
        """The answers that both turns have, by index."""
        for mine in self.choices:
            theirs = other.choice(mine.index)
            if theirs is not None:
                yield mine, theirs
