"""What a hunt publishes."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

State: TypeAlias = Literal["new", "known"]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One finding.

    Args:
        id: Its folder's name: rule and fingerprint with what tells the way apart.
        route: The way through the gateway.
        mode: Streamed or whole.
        rule: Id of the rule; `HUNG` and `CRASHED` are no rule's.
        name: The rule's name in words.
        severity: "error" or "warning".
        fingerprint: As `harness check` tells it.
        message: What is wrong.
        expected: What the rule wants.
        found: What is there.
        events: How many events (or whole bodies) the upstream sent in the smallest session.
        requests: How many requests the client sent in it.
        shown: In how many of `played` last plays of it the finding showed.
        played: See there.
        is_flaky: It did not show in all of them.
        needs_crowd: It shows only where others are played at the same time.
        is_smallest: Nothing could be left out any more.
        state: "known" stood in the database.
        accepted_until: The last day on which the baseline accepted it, which has passed; None where none says so.
        after: Seconds from the beginning to where it was first seen.
        tries: How many conversations were played to make it small.
        upset: What was done to the upstream's stream in it, in words; None where nothing was.
        curl: A command line that asks the gateway the same.
        folder: Where its recordings are; None where none were kept.
        conversation: What was asked and answered, as a sketch.
    """

    id: str
    route: str
    mode: str
    rule: str
    name: str
    severity: str
    fingerprint: str
    message: str
    expected: str | None = None
    found: str | None = None
    events: int
    requests: int
    shown: int
    played: int
    is_flaky: bool
    needs_crowd: bool = False
    is_smallest: bool
    state: State = "new"
    accepted_until: str | None = None
    after: float
    tries: int
    upset: str | None = None
    curl: str
    folder: str | None = None
    conversation: dict[str, Any]


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """A finding of the database that does not show any more."""

    route: str
    mode: str
    rule: str
    fingerprint: str


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that the baseline accepts."""

    route: str
    mode: str
    rule: str
    fingerprint: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a hunt.

    Args:
        target: Its name.
        version: Of the target, where it says one.
        harness: Version of this program.
        seed: Of what was generated.
        seconds: How long it took.
        routes: The ways that were taken.
        modes: In which modes.
        conversations: How many were generated and played.
        plays: How many were played in all, those for shrinking among them.
        rules: How many rules had something to judge.
        findings: What was found, errors first.
        once: What was seen and did not show again, or what the clock decides and did not show each time: it may be
            chance, and does not count.
        gone: What the database knew, and is not there any more.
        accepted: What was seen and is accepted by the baseline; it does not count.
        unseen: Entries of the baseline that nothing met, which in a hunt is no proof that they are not true any more.
        expired: Entries of the baseline whose last day has passed.
        updated: What was written to the baseline, in words; None where it was not to be. Findings do not count then.
        stopped: Why it ended before its time; None where it did not.
        troubles: What kept conversations from being played or judged: defects of this program.
        died: The gateway was gone before the end.
        interrupted: Whoever started it ended it.
        vain: It never asked our upstream, so that nothing is known of it.
        earlier: Folders of findings of earlier hunts, beside those of this one, that were not found this time.
        hints: What may have been meant otherwise, where it does not ask our upstream in a dialect.
    """

    target: str
    version: str | None = None
    harness: str
    seed: int
    seconds: float
    routes: tuple[str, ...]
    modes: tuple[str, ...]
    conversations: int
    plays: int
    rules: int
    findings: tuple[Told, ...] = ()
    once: tuple[Told, ...] = ()
    gone: tuple[Gone, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    unseen: tuple[str, ...] = ()
    expired: tuple[str, ...] = ()
    updated: str | None = None
    stopped: str | None = None
    troubles: tuple[str, ...] = ()
    died: bool = False
    interrupted: bool = False
    vain: bool = False
    earlier: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()

    @property
    def alike(self) -> tuple[tuple[Told, ...], ...]:
        """Findings that were made as small as the same conversation, where there are several: perhaps of one cause."""
        groups: dict[bytes, list[Told]] = {}
        for one in self.findings:
            groups.setdefault(msgspec.json.encode(one.conversation, order="sorted"), []).append(one)
        return tuple(tuple(group) for group in groups.values() if len(group) > 1)

    @property
    def exit_code(self) -> int:
        """As of the command."""
        if self.interrupted:
            return 130
        is_hunted = self.plays and not (self.died or self.troubles or self.vain)
        return 3 if not is_hunted else 1 if self.findings and self.updated is None else 0
