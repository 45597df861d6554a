"""What all rules on translation share: two turns, and whether there is anything to compare."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from harness.rules.rule import COMPARE, Rule

if TYPE_CHECKING:
    from harness.findings import Finding, Severity
    from harness.rules.case import Case, Half
    from harness.rules.rule import Found, Need
    from harness.turn.turn import Turn

AROUND = 12
"""How many characters are shown on either side of a difference."""


class Comparison(Rule[Any]):
    """A rule that is shown both halves, once each has been read to its end.

    `mine` is the half that the client saw, `theirs` the one that the gateway saw.

    Attributes:
        of_failures: It has something to say as well where upstream gave no answer at all.
    """

    on: ClassVar[tuple[str, ...]] = (COMPARE,)
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    dialects: ClassVar[tuple[str, ...]] = ("chat", "responses")
    streamed: ClassVar[bool | None] = None
    from_history: ClassVar[bool] = True
    of_failures: ClassVar[bool] = False

    @abstractmethod
    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Whether the upstream half holds anything that this rule is about."""

    @abstractmethod
    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Judge the two halves."""

    def observe(self, case: Case[Any]) -> Found:
        """Compare the halves, if there is something to compare."""
        if not self._has_say(case):
            return None
        mine, theirs = halves(case)
        return self.compare(mine, theirs, case) if self.applies(mine, theirs, case) else None

    def exercised(self, case: Case[Any], seen: frozenset[str] | set[str]) -> bool:
        """A comparison is exercised where it applies."""
        if COMPARE not in seen or case.upstream is None or not self._has_say(case):
            return False
        return self.applies(*halves(case), case)

    def _has_say(self, case: Case[Any]) -> bool:
        return self.of_failures or upstream_of(case).is_answered

    def told(
        self,
        case: Case[Any],
        message: str,
        *,
        expected: object = None,
        found: object = None,
        subject: str = "",
        severity: Severity | None = None,
    ) -> Finding:
        """A finding about the whole downstream half."""
        return self.finding(
            case,
            message,
            pointer="",
            expected=expected,
            found=found,
            subject=subject or self.slug(),
            severity=severity,
        )


def halves(case: Case[Any]) -> tuple[Turn, Turn]:
    """What the client was told, and what the gateway was."""
    mine: Turn = case.turn
    theirs: Turn = upstream_of(case).turn
    return mine, theirs


def upstream_of(case: Case[Any]) -> Half:
    """The upstream half, which is there whenever a rule on translation is asked."""
    half = case.upstream
    if half is None:
        message = "a rule on translation was asked before the halves were paired"
        raise RuntimeError(message)
    return half


def are_whole(mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
    """Both halves came to their own end, so that whatever one lacks, it lacks."""
    return mine.ended == theirs.ended == "clean" and not case.cut_off


def may_be_short(mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
    """The downstream half may lack an end: either half broke off, or the client went away."""
    return not are_whole(mine, theirs, case)


def may_be_refused(mine: Turn, case: Case[Any]) -> bool:
    """The client was told of an error, and upstream's answer is so broken that this is as true as any reading of it.

    What cannot be read may have been part of the answer, an index that nobody asked for may belong to any choice, and
    of an answer with an error in it either half may hold.
    """
    return mine.error is not None and any(one in _BROKEN for one in upstream_of(case).rules)


_BROKEN = frozenset({"CHAT-CHOICE-004", "HTTP-STATUS-003", "SSE-FRAME-002", "SSE-JSON-001"})
"""Rules that no answer breaks which can be read in one way only."""


def untagged(text: str) -> tuple[str, str]:
    """A text without the thought that it begins with between tags, and that thought, which a gateway may set apart.

    Servers that do not know a model's template leave `<think>` and what follows in the content. Tags further behind are
    left alone: they may as well be what the text is about.
    """
    begun = text.lstrip()
    if not begun.startswith(_OPEN):
        return text, ""
    thought, _, rest = begun.removeprefix(_OPEN).partition(_CLOSE)
    return rest, thought


_OPEN = "<think>"
_CLOSE = "</think>"


def first_difference(mine: str, theirs: str) -> tuple[str, str, str]:
    """Where two texts part: in words, and a few characters of each."""
    shorter = min(len(mine), len(theirs))
    at = next((index for index in range(shorter) if mine[index] != theirs[index]), shorter)
    if at == len(mine):
        how = f"it stops after {at:,} of {_characters(len(theirs))}"
    elif at == len(theirs):
        how = f"it goes on after the {_characters(at)} that upstream sent" if at else "upstream sent none"
    else:
        how = f"they part at character {at:,}"
    return how, _around(mine, at), _around(theirs, at)


def _characters(count: int) -> str:
    return "1 character" if count == 1 else f"{count:,} characters"


def _around(text: str, at: int) -> str:
    start, stop = max(0, at - AROUND), at + AROUND
    return f"{'…' if start else ''}{text[start:stop]!r}{'…' if stop < len(text) else ''}"


def shortened(text: str) -> str:
    """A text for a message: never the whole of a long one."""
    return repr(text) if len(text) <= 2 * AROUND else f"{text[: 2 * AROUND]!r}…"


def counted(count: int | None) -> str:
    """A count of tokens in words."""
    return "nothing" if count is None else f"{count:,}"
