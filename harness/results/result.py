"""One result: which targets were put through which scenarios, and what came of each.

These structs are the published format (specs/conform.schema.json is made of them). Reports read nothing else, so a
report can be made of a file from anywhere, at any time. Members are only ever added; `schema` changes otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - msgspec reads the annotations
from enum import StrEnum
from typing import Final

import msgspec

SCHEMA: Final = "llm-stream-harness/conform/1"


class CellStatus(StrEnum):
    """What became of one scenario over one route in one mode."""

    PASSED = "passed"
    """It exercised what it declares, and nothing was found that the target is to blame for."""
    WARNED = "warned"
    """Warnings only."""
    FAILED = "failed"
    """At least one error that the target is to blame for."""
    EXPECTED = "expected"
    """All that was found stands in the baseline."""
    NOT_EXERCISED = "not_exercised"
    """What the scenario is about was not seen: it says nothing, neither good nor bad."""
    UNSUPPORTED = "unsupported"
    """The target says itself that it does not do this."""
    HARNESS_FAULT = "harness_fault"
    """This harness failed, or the target could not be reached: it says nothing about conformance."""


class Struct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What all parts of a result have."""


class Place(Struct, frozen=True, kw_only=True):
    """Where in the wire log of a cell something is.

    Args:
        side: "client" (what the target answered), "upstream" (what it sent to, or got from, our upstream).
        exchange: Which exchange of that side, from 0.
        event: Index of the SSE event; None where it is about no event.
        start: Offset of its first byte in the body.
        stop: Offset after its last.
        pointer: RFC 6901 pointer into its payload.
        part: "body", "head", "request" or "ending".
    """

    side: str = "client"
    exchange: int = 0
    event: int | None = None
    start: int | None = None
    stop: int | None = None
    pointer: str = ""
    part: str = "body"


class Finding(Struct, frozen=True, kw_only=True):
    """One breach of one rule.

    Args:
        rule: Its id.
        severity: "error", "warning" or "info".
        origin: "gateway", "target" (no upstream half is known) or "upstream" (inherited).
        message: One plain sentence.
        expected: What the rule wants.
        found: What is there.
        fingerprint: The same for the same fault in every run.
        times: How often.
        where: The first place.
        earlier: The earlier event that it contradicts.
        is_expected: It stands in the baseline.
    """

    rule: str
    severity: str
    origin: str
    message: str
    fingerprint: str
    expected: str | None = None
    found: str | None = None
    times: int = 1
    where: Place = Place()
    earlier: Place | None = None
    is_expected: bool = False


class Timing(Struct, frozen=True, kw_only=True):
    """Times of a cell, in milliseconds; they differ from run to run.

    Args:
        first_event: From the client's request to the first byte of the answer's body.
        upstream_first_event: From the target's request to the first byte of the upstream's.
        total: From the client's request to the end of the answer.
        left: From the client's leaving to the upstream's being left.
        gaps: The longest wait of the client for a piece that the upstream had sent already.
    """

    first_event: float | None = None
    upstream_first_event: float | None = None
    total: float | None = None
    left: float | None = None
    gaps: float | None = None


class Wire(Struct, frozen=True, kw_only=True):
    """Where the bytes of an exchange are kept: an exchange of a cassette beside the result.

    Args:
        cassette: File name.
        exchange: Index in it. Exchanges stand there in the order in which they began, so that this differs from run to
            run.
        started: When it began, in milliseconds after the cell's first request.
    """

    cassette: str
    exchange: int
    started: float = 0.0


class Cell(Struct, frozen=True, kw_only=True):
    """One scenario over one route in one mode.

    Args:
        id: `TARGET/ROUTE/SCENARIO/MODE`; the same in every run.
        target: The target's name.
        route: The route's name.
        scenario: The scenario's name.
        mode: "stream" or "whole".
        status: What became of it.
        reason: Why it says nothing, where that is so; a sentence.
        exercised: Which of the features that the scenario declares were seen.
        missing: Which were not.
        findings: What was found, worst first.
        rules: Ids of the rules that had something to judge.
        timing: How long things took.
        client: What the client asked and was answered.
        upstream: What the upstream was asked and answered.
        curl: A command line that sends the request again; keys stand as variables.
        command: A command line of this harness that plays the cell again.
    """

    id: str
    target: str
    route: str
    scenario: str
    mode: str
    status: CellStatus
    reason: str | None = None
    exercised: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    rules: tuple[str, ...] = ()
    timing: Timing = Timing()
    client: tuple[Wire, ...] = ()
    upstream: tuple[Wire, ...] = ()
    curl: str | None = None
    command: str | None = None


class Route(Struct, frozen=True, kw_only=True):
    """A way through a target.

    Args:
        name: Such as "chat over gemini".
        inbound: What clients speak: "chat" or "responses".
        upstream: What the target speaks upstream; None where there is none (a model server).
        model: What clients ask for.
        note: What a reader should know of it.
    """

    name: str
    inbound: str
    model: str
    upstream: str | None = None
    note: str | None = None


class Run(Struct, frozen=True, kw_only=True):
    """How the result came about.

    Args:
        harness: Version of this tool.
        started: Wall clock, RFC 3339 in UTC.
        seconds: How long it took.
        command: The command line; keys stand as variables.
        profile: What the answers were judged by.
        ruleset: Date of the frozen rules, where one was asked for.
        seed: Of all that is drawn.
        python: Version of the interpreter.
        system: Of what kind the machine is.
        baseline: The baseline's file name, where there was one.
    """

    harness: str
    started: str
    seconds: float
    command: str
    profile: str
    seed: int = 0
    ruleset: str | None = None
    python: str | None = None
    system: str | None = None
    baseline: str | None = None


class Target(Struct, frozen=True, kw_only=True):
    """What was tested.

    Args:
        name: Its short name, as on the command line.
        title: Its name in words.
        version: As it says itself, or as the registry does.
        kind: "gateway", "model server" or "control".
        url: Where its project lives.
        notes: How it was run, and what about that is not as it comes: shims, patches, settings.
        commands: The command lines that installed and started it.
        routes: The ways through it.
        status: "ran", "not_installed", "not_started", "died" or "left_out".
        reason: Why it did not run, where that is so.
        log: The end of what it printed, where it failed; secrets hidden.
        run: How its cells came about, where the result is made of several runs.
    """

    name: str
    title: str
    version: str | None = None
    kind: str = "gateway"
    url: str | None = None
    notes: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()
    status: str = "ran"
    reason: str | None = None
    log: str | None = None
    run: Run | None = None


class Scenario(Struct, frozen=True, kw_only=True):
    """What targets were put through."""

    name: str
    title: str
    about: str
    capability: str
    exercises: tuple[str, ...] = ()


class Rule(Struct, frozen=True, kw_only=True):
    """A rule that something was found for.

    Args:
        id: Its id.
        title: The sentence of the protocol.
        about: Its page, in plain words.
        severity: Its own.
        clients: Which clients break on this, and how.
        remedy: What to do.
        source: Where the protocol says so.
    """

    id: str
    title: str
    severity: str
    about: str = ""
    clients: tuple[str, ...] = ()
    remedy: str | None = None
    source: str | None = None


class Stale(Struct, frozen=True, kw_only=True):
    """An entry of the baseline that nothing matched: what it excuses is mended, or was not exercised."""

    entry: str
    reason: str


class ChangeKind(StrEnum):
    """What became of a fault since an earlier run."""

    FIXED = "fixed"
    """It was found, and the cell says now that it is gone."""
    NEW = "new"
    """It was not found in the earlier run."""
    STILL_FAILING = "still_failing"
    """It was found in both."""
    UNKNOWN = "unknown"
    """It was found, or the cell was fine, and now the cell says nothing: nobody can tell."""


class Change(Struct, frozen=True, kw_only=True):
    """What differs in one cell, for one rule, between an earlier run of a target and the one that is shown.

    Args:
        kind: What became of it.
        cell: Id of the cell.
        rule: Id of the rule; None where the cell failed without a finding, or fell silent.
        severity: "error" or "warning"; None where the cell fell silent.
        message: The finding's sentence, of the later run where it has one; or why the cell says nothing.
        before: The cell's status in the earlier run; None where it was not in it.
        after: The cell's status in the later run; None likewise.
    """

    kind: ChangeKind
    cell: str
    message: str
    rule: str | None = None
    severity: str | None = None
    before: CellStatus | None = None
    after: CellStatus | None = None


class Result(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """A whole run.

    Args:
        schema: `SCHEMA`.
        run: How it came about.
        targets: What was tested.
        scenarios: What they were put through.
        cells: What came of it, by target, route, scenario and mode.
        rules: The rules that something was found for, by id.
        stale: Entries of the baseline that nothing matched.
        strays: Requests that our upstream got and that belong to no cell, in words.
        changes: What differs from earlier runs of the same targets, where the result was compared with some.
    """

    run: Run
    schema: str = SCHEMA
    targets: tuple[Target, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    cells: tuple[Cell, ...] = ()
    rules: Mapping[str, Rule] = {}
    stale: tuple[Stale, ...] = ()
    strays: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every target ran and showed something, and nothing failed, is stale, or could not be tested."""
        bad = {CellStatus.FAILED, CellStatus.HARNESS_FAULT}
        said = {one.target for one in self.cells if one.status is not CellStatus.NOT_EXERCISED}
        ran = all(one.status == "ran" and one.name in said for one in self.targets)
        return ran and not self.stale and not any(one.status in bad for one in self.cells)
