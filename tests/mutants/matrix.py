"""Every fault in every conforming answer, and what the rules said about it.

What is tried does not depend on chance: each manner of a fault, its example, and a few seeds for the places that
its settings leave open. A seed that gives the same bytes and times as one before is not tried again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from harness.faults.registry import parse_fault
from harness.findings import Severity
from harness.rules.registry import rules
from tests.mutants.bases import bases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Exchange
    from harness.checking.report import Verdict
    from harness.faults.fault import Fault
    from tests.mutants.bases import Base

SEEDS = (0, 1)
"""Where a manner leaves its place open, these choose it."""


DECIDED_UPSTREAM = {
    ("tool_ids_replaced", "XLAT-TOOL-004 conforms 1"): "Gemini gave the calls no ids: any will do",
    ("status", "XLAT-ERR-001 conforms 0"): "upstream failed: an error is what the client must get",
    ("status", "XLAT-ERR-001 conforms 1"): "upstream failed: an error is what the client must get",
    ("status", "XLAT-ERR-003 conforms 0"): "upstream failed: an error is what the client must get",
    ("status", "XLAT-ERR-006 conforms 0"): "upstream cannot be read: an error is what the client must get",
    (
        "text_lost",
        "XLAT-ERR-006 conforms 0",
    ): "upstream cannot be read whole, and the client was told of an error",
}
"""Mutants that are as conforming as they were because of the other half, which a fault does not know."""


class Fate(StrEnum):
    """What became of a mutant."""

    NOT_APPLICABLE = "not applicable"
    """The fault cannot be made there, or what it breaks is nothing that this kind of answer is judged by."""
    LEGAL = "legal"
    """The fault declares nothing that must fire: it is benign, or only slow."""
    EQUIVALENT = "equivalent"
    """The fault says that it leaves this answer as conforming as it was."""
    KILLED = "killed"
    """A rule that the fault declares fired."""
    SURVIVED = "survived"
    """None did."""


class Trial(NamedTuple):
    """One fault in one answer.

    Args:
        base: The answer.
        fault: The fault as it is written.
        fate: What became of it.
        why: The obstacle, or why it is equivalent.
        killers: The declared rules that fired.
        collateral: Rules that found an error and are not declared, with what they said.
        warnings: Rules that warned and are not declared.
    """

    base: str
    fault: str
    fate: Fate
    why: str = ""
    killers: tuple[str, ...] = ()
    collateral: tuple[tuple[str, str], ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()


@dataclass
class Row:
    """All trials of one fault."""

    fault: type[Fault]
    trials: list[Trial] = field(default_factory=list)

    def count(self, fate: Fate) -> int:
        """How many had that fate."""
        return sum(trial.fate is fate for trial in self.trials)

    @property
    def killers(self) -> list[str]:
        """Every declared rule that fired, in the order of the catalogue."""
        fired = {rule for trial in self.trials for rule in trial.killers}
        return [rule for rule in rules() if rule in fired]


@cache
def variants(fault: type[Fault]) -> tuple[tuple[Fault, ...], ...]:
    """What is tried of a fault: each manner with each seed, and the example in its manual page.

    The members of a group differ in their seeds, and so apply to the same answers.
    """
    groups = [tuple(replace(manner, seed=seed) for seed in SEEDS) for manner in fault.manners()]
    example = parse_fault(fault.example)
    known = {str(one) for group in groups for one in group}
    return (*groups, *([] if str(example) in known else [(example,)]))


def row(fault: type[Fault]) -> Row:
    """A fault in every answer."""
    return Row(fault, [trial for base in bases() for trial in trials(fault, base)])


def trials(fault: type[Fault], base: Base, seeds: int = len(SEEDS)) -> Iterator[Trial]:
    """A fault in one answer, with so many of the seeds; mutants that are equal count once."""
    tried: set[object] = set()
    for group in variants(fault):
        for variant in group[:seeds]:
            mutant = base.exchange if (why := _unknown(variant, base)) else variant.played(base.exchange)
            if mutant is base.exchange:
                why = why or variant.obstacle(base.exchange) or "it changes nothing"
                if why not in tried:
                    yield Trial(base.name, str(variant), Fate.NOT_APPLICABLE, why)
                tried.add(why)
                break
            if (print_ := _fingerprint(mutant)) not in tried:
                tried.add(print_)
                yield _trial(variant, base, mutant)


def _unknown(fault: Fault, base: Base) -> str | None:
    if "upstream" in fault.needs and base.upstream is None:
        return "the upstream half is not known"
    if "request" in fault.needs and not base.exchange.request.method:
        return "the request is not known"
    return None


def _trial(fault: Fault, base: Base, mutant: Exchange) -> Trial:
    verdict = base.judged(mutant)
    declared = fault.declared()
    fired = {one.rule for one in verdict.findings}
    killers = tuple(rule for rule in declared if rule in fired)
    why = ""
    if killers:
        fate = Fate.KILLED
    elif fault.benign or not declared:
        fate = Fate.LEGAL
    elif reason := DECIDED_UPSTREAM.get((fault.name, base.name)) or fault.equivalent(base.exchange):
        fate, why = Fate.EQUIVALENT, reason
    elif not any(_asked(verdict, declared, base)):
        fate, why = Fate.NOT_APPLICABLE, "no rule that it breaks is about such an answer"
    else:
        fate = Fate.SURVIVED
    others = [one for one in verdict.findings if one.rule not in declared]
    errors = tuple((one.rule, one.message) for one in others if one.severity is Severity.ERROR)
    warnings = tuple((one.rule, one.message) for one in others if one.severity is Severity.WARNING)
    return Trial(base.name, str(fault), fate, why, killers, errors, warnings)


def _asked(verdict: Verdict, declared: tuple[str, ...], base: Base) -> Iterator[str]:
    """The declared rules that were asked; the upstream half is all that a base may lack."""
    known = rules()
    for one in verdict.outcomes:
        needs = known[one.rule].needs
        if (
            one.rule in declared
            and "run" not in needs
            and ("upstream" not in needs or base.upstream is not None)
        ):
            yield one.rule


def _fingerprint(exchange: Exchange) -> object:
    response = exchange.response
    if response is None:
        return exchange.ending
    return response.status, response.headers, tuple(response.chunks), response.at_us, exchange.ending
