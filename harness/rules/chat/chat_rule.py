"""What the rules on Chat Completions share: where they look, and how they tell what does not fit the schema."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from harness.dialects.chat.state import ChatStream
from harness.dialects.signal import Signal
from harness.findings import Finding, Location, Severity
from harness.rules.chat.owners import owner
from harness.rules.rule import Rule

if TYPE_CHECKING:
    from harness.dialects.chat.state import Call, Choice
    from harness.dialects.schema import Problem
    from harness.dialects.signal import Mark
    from harness.rules.case import Case


_SHOWN = 5
"""Members of one payload that a message names."""


class ChatRule(Rule[ChatStream]):
    """A rule on Chat Completions; unless it says otherwise, any chunk exercises it."""

    dialects: ClassVar[tuple[str, ...]] = ("chat",)
    exercised_by: ClassVar[tuple[str, ...]] = ("chunk",)

    def misfit(self, case: Case[ChatStream], *, severity: Severity | None = None) -> Finding | None:
        """Report what does not fit the schema and is this rule's, as one finding.

        Every problem has one owner, so none has to be taken from the case to be reported once.

        Args:
            case: The case, while it shows an event that does not fit.
            severity: Where it is milder than the rule.
        """
        mine = [one for one in case.problems if owner(one, case.body, streamed=case.streamed) == self.id]
        if not mine:
            return None
        first = mine[0]
        said = list(dict.fromkeys(_sentence(one) for one in mine))
        more = f"; and {len(said) - _SHOWN} more" if len(said) > _SHOWN else ""
        message = "; ".join(said[:_SHOWN]) + more
        alone = len(said) == 1  # what was expected of several members is in the message
        return self.finding(
            case,
            f"{message[:1].upper()}{message[1:]}.",
            pointer=first.pointer,
            expected=first.expected if alone else None,
            found=first.found if alone else None,
            severity=severity,
            subject=" ".join(dict.fromkeys(re.sub(r"/[0-9]+", "/*", _place(one)) for one in mine)),
        )

    def finding_at(self, case: Case[ChatStream], mark: Mark | None, message: str, **more: Any) -> Finding:
        """A finding at an event other than the one that is shown."""
        finding = self.finding(case, message, **more)
        if mark is None:
            return finding
        return replace(finding, where=Location(mark.event, mark.start, mark.stop, finding.where.pointer))


def _place(problem: Problem) -> str:
    return f"{problem.pointer}/{problem.field}" if problem.keyword == "required" else problem.pointer


def _sentence(problem: Problem) -> str:
    where = f"`{problem.pointer}`" if problem.pointer else "the payload"
    if problem.keyword == "required":
        return f"{where} has no `{problem.field}`"
    return f"{where} is {problem.found}, not {problem.expected}"


_SILENCE = Signal("")


def signal_of(case: Case[ChatStream]) -> Signal:
    """The signal that is shown, for rules that are shown nothing else."""
    return case.signal or _SILENCE


def choice_of(case: Case[ChatStream]) -> Choice:
    """The choice that the signal is about."""
    choice: Any = case.signal.about if case.signal else None
    return choice  # type: ignore[no-any-return]


def call_of(case: Case[ChatStream]) -> Call:
    """The call that the signal is about."""
    call: Any = case.signal.about if case.signal else None
    return call  # type: ignore[no-any-return]


def shown(case: Case[ChatStream]) -> dict[str, Any]:
    """The object of the payload that the signal points to; empty where it points to none."""
    value: Any = case.body
    for token in (case.signal.pointer if case.signal else "").split("/")[1:]:
        if isinstance(value, list) and token.isdigit() and int(token) < len(value):
            value = value[int(token)]
        elif isinstance(value, dict):
            value = value.get(token.replace("~1", "/").replace("~0", "~"))
        else:
            return {}
    return value if isinstance(value, dict) else {}


def many(count: int, thing: str) -> str:
    """So many of a thing, in words."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def quoted(text: str, longest: int = 60) -> str:
    """A text as one shows it in a message, shortened where it is long."""
    return repr(text if len(text) <= longest else f"{text[:longest]}...")
