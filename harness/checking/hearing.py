"""Showing the rules what happened, and keeping what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.checking.grouping import Groups
from harness.rules.ends import MISSING_AT_THE_END
from harness.rules.rule import MALFORMED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from harness.checking.panel import Panel
    from harness.checking.profiles import Profile
    from harness.dialects.signal import Signal
    from harness.findings import Finding
    from harness.rules.case import Case
    from harness.rules.rule import Found

    Observer = Callable[[Case[Any]], Found]


MOST_SEEN = 4_096
"""Names that are noted: the protocols have a few hundred, and a hostile stream has a new one in every event."""


class Hearing:
    """The rules of one check, and their findings.

    Args:
        case: What they are shown.
        panel: The rules.
        profile: How bad each finding is.

    Attributes:
        seen: Every name of a moment, wire type and kind of signal that occurred.
        held: While it is True nothing is settled, so that what is found later can speak for what was found before.
    """

    def __init__(self, case: Case[Any], panel: Panel, profile: Profile) -> None:
        self.case = case
        self.panel = panel
        self.seen: set[str] = set()
        self.held = False
        self._here: list[Finding] = []
        self._from_history = frozenset(rule.id for rule in panel.rules if rule.from_history)
        self._groups = Groups(profile.settings, {rule.id: type(rule).severity for rule in panel.rules})

    @property
    def findings(self) -> list[Finding]:
        """What was found so far: repeats as one, severities as the profile wants them."""
        return self._groups.findings()

    @findings.setter
    def findings(self, findings: Iterable[Finding]) -> None:
        self._groups.put(findings)

    def revise(self, change: Callable[[Finding], Finding | None]) -> None:
        """Replace each finding by what a function makes of it; None takes it away."""
        self._groups.revise(change)

    def show(self, name: str) -> None:
        """Let everybody observe who asked for moments of that name."""
        self.note(name)
        self.call(self.panel.observers(name), of_itself=name == MALFORMED)

    def note(self, name: str) -> None:
        """A moment of that name occurred."""
        if len(self.seen) < MOST_SEEN:
            self.seen.add(name)

    def tell(self, signals: Iterable[Signal]) -> None:
        """Let the rules hear what a machine noticed."""
        case = self.case
        for signal in signals:
            case.signal = signal
            self.show(signal.kind)
        case.signal = None

    def call(self, observers: Iterable[Observer], *, of_itself: bool = False) -> None:
        """Let these observe the case as it stands.

        Args:
            observers: Who is to observe.
            of_itself: What they look for is in the event by itself, whatever came before.
        """
        for observe in observers:
            found = observe(self.case)
            if found:
                here = found if isinstance(found, tuple) else (found,)
                self._here += here if of_itself or not self.case.incomplete else self._believable(here)

    def settle(self) -> None:
        """Of the findings of this moment, keep those that no other one speaks for."""
        here = self._here
        if not here or self.held:
            return
        if len(here) > 1:
            spoken = {one.rule for one in here}
            beaten = {loser for rule in self.panel.rules if rule.id in spoken for loser in rule.supersedes}
            here = [one for one in here if one.rule not in beaten]
        self._groups.take(here)
        self._here = []

    def _believable(self, here: tuple[Finding, ...]) -> list[Finding]:
        """What is left where an event could not be read: that is the finding, and nothing that follows from it."""
        silent = self._from_history
        if self.case.end_lost:
            silent = silent.union(MISSING_AT_THE_END)
        return [one for one in here if one.rule not in silent]
