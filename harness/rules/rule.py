"""What a rule is.

A rule is a class. Its docstring is its page in the manual and holds its own tests: a stream that violates it
and one that conforms (see `harness.rules.example`). The registry finds it by walking the package; nothing
else needs to be edited to add one.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeAlias, TypeVar

from harness.findings import Finding, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.dialects.signal import Mark
    from harness.rules.case import Case

S = TypeVar("S")

Need: TypeAlias = Literal["request", "head", "times", "ending", "upstream", "run"]
"""What must be known for a rule to be decided; without it, the rule is not exercised. A run of scenarios is known to
whoever plays one (`harness.sandwich`): several sessions, and one clock at both ends."""

Found: TypeAlias = "Finding | tuple[Finding, ...] | None"
"""What an observer gives. Never a generator: an ordinary event must cost nothing but the call."""

OPEN = "open"
"""Before the body: request and head are known."""
CLOSE = "close"
"""After the body: everything is known."""
MALFORMED = "malformed"
"""An event, or a whole answer, whose payload does not fit its schema: `case.problems` says how."""
BLOCK = "block"
"""A block whose bytes say more than `data: X` or `event: N` and `data: X` (`case.event.block`): comments, ids,
other fields, several data lines, other spellings, no blank line at the end."""
NOT_JSON = "not-json"
"""An event whose data is neither JSON nor `[DONE]`; `case.wire.broken` says why."""
NOT_OBJECT = "not-object"
"""An event whose data is JSON, but no object."""
DUPLICATE_KEYS = "duplicate-keys"
"""An event in whose JSON an object has a key twice; `case.signal.pointer` says where."""
DONE = "[DONE]"
"""The sentinel, as `case.event`."""
MESSAGE = "message"
"""Every event whose payload is a JSON object, well-formed or not. Only for rules that need every one."""
IDLE = "idle"
"""Nothing came for longer than the limit; `case.wire.gap_us` says how long."""
WHOLE = "whole"
"""A whole answer with a status below 400, as `case.body`."""
REFUSED = "refused"
"""An answer with a status of 400 or more whose body is JSON (`case.body`) or not (`case.body` is empty)."""
ERROR_INSTEAD = "error-instead"
"""An answer with a status below 400 whose body is an error and nothing else, as `case.body`."""
EVENT_LINE = "event-line"
"""An event whose `event` line is not that of the last event of its kind; the first of each kind counts as such."""
AFTER_DONE = "after-done"
"""An event after `[DONE]`."""
TOO_LARGE = "too-large"
"""A block is longer than the checker takes: nothing after it is judged. `case.signal.found` says more."""
COMPARE = "compare"
"""Both halves of a translation have been read: `case.turn` and `case.upstream`."""


class Rule(ABC, Generic[S]):
    """One sentence of the protocol, and how to see that it is broken.

    Class attributes:
        id: `FAMILY-CHAPTER-NNN`, as in the catalogue; never reused.
        severity: Under profile openai; a profile may change it, and a finding may be milder than its rule.
        source: Where the sentence comes from.
        on: What the rule is shown: the names above, a wire type (`response.created`), or the kind of a signal
            of the dialect's machine. It is called for nothing else.
        exercised_by: What must have been seen for the rule to count as exercised; where it is empty, `on`.
            A rule that only hears of deviations must say here what it would have judged.
        needs: What must be known.
        supersedes: Ids of rules that are silent about an event where this one speaks.
        dialects: The dialects it is about; () for all.
        streamed: True for rules on streams, False for rules on whole answers, None for both.
        general: It says what no other rule says, so it is shown a moment after all others (`case.problems`).
        from_history: It compares with what came before, or misses something. Where an event could not be read, that
            may have been in it: the rule is silent from there on, and not exercised.
        preview: New since the last frozen ruleset: shown, never counted.

    Attributes:
        options: What the profile says about this rule beyond its severity.
    """

    id: ClassVar[str]
    severity: ClassVar[Severity]
    source: ClassVar[str]
    on: ClassVar[tuple[str, ...]]
    exercised_by: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[Need, ...]] = ()
    supersedes: ClassVar[tuple[str, ...]] = ()
    dialects: ClassVar[tuple[str, ...]] = ()
    streamed: ClassVar[bool | None] = True
    general: ClassVar[bool] = False
    from_history: ClassVar[bool] = False
    preview: ClassVar[bool] = False

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:
        self.options: Mapping[str, Any] = options or {}

    @classmethod
    def slug(cls) -> str:
        """The name in words: `SequenceNumberGap` is `sequence-number-gap`."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", cls.__name__).lower()

    @abstractmethod
    def observe(self, case: Case[S]) -> Found:
        """Judge what the case shows now."""

    def exercised(self, case: Case[S], seen: frozenset[str] | set[str]) -> bool:
        """Whether the stream gave this rule anything to judge; asked at the end.

        Args:
            case: The exchange in its final state.
            seen: Every name of `on` that occurred: wire types, signal kinds, the names above.
        """
        del case
        return any(name in seen for name in self.exercised_by or self.on)

    def finding(
        self,
        case: Case[S],
        message: str,
        *,
        pointer: str | None = None,
        expected: object = None,
        found: object = None,
        earlier: Mark | Location | None = None,
        severity: Severity | None = None,
        subject: str = "",
        part: str = "body",
    ) -> Finding:
        """A finding of this rule at the event that the case shows.

        Args:
            case: The case.
            message: One plain sentence, with the values that show the breach.
            pointer: Where in the payload; None takes it from the signal, if there is one.
            expected: In short; anything but None and a text is written as its repr.
            found: In short.
            earlier: The earlier event that is contradicted; None takes it from the signal.
            severity: Where it is milder here than the rule.
            subject: What it is about, without values that change from recording to recording; "" takes the
                event's type and the pointer with its indexes left out.
            part: Where, if not in the body: "request", "head", "ending".
        """
        event, signal = case.event, case.signal
        if pointer is None:
            pointer = signal.pointer if signal else ""
        if earlier is None and signal is not None:
            earlier = signal.earlier
        kind = str(case.body.get("type") or "") if event is not None else ""
        return Finding(
            rule=self.id,
            severity=severity or self.severity,
            message=_cut(message, _LONGEST_MESSAGE),
            where=Location(event.index, event.start, event.stop, pointer, part)
            if event is not None
            else Location(pointer=pointer, part=part),
            expected=_short(expected),
            found=_short(found),
            earlier=Location(earlier.event, earlier.start, earlier.stop) if earlier is not None else None,
            subject=subject or f"{kind} {re.sub(r'/[0-9]+', '/*', pointer)}".strip(),
        )


_LONGEST = 200
_LONGEST_MESSAGE = 600


def _short(value: object) -> str | None:
    if value is None:
        return None
    return _cut(value if isinstance(value, str) else repr(value), _LONGEST)


def _cut(text: str, most: int) -> str:
    """What a hostile stream makes long is not for a terminal."""
    return text if len(text) <= most else f"{text[:most]}... ({len(text):,} characters)"
