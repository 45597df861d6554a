"""Results of conformance runs, small and invented, with everything in them that a report has to tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from harness.checking.fingerprints import fingerprint
from harness.results.result import (
    Cell,
    CellStatus,
    Finding,
    Place,
    Result,
    Route,
    Rule,
    Run,
    Scenario,
    Stale,
    Target,
    Timing,
    Wire,
)

if TYPE_CHECKING:
    from harness.findings import Finding as Found

HOSTILE = "\x1b[31m<b>|`{x}`</b>]]>\ud800 [a](1) ::error::100%\nnext"
"""What a target may say: mark-up of every format, a control character, half a character, a second line."""

RUN = Run(
    harness="0.1.0",
    started="2026-11-21T14:30:05.25Z",
    seconds=12.5,
    command="harness conform --target gate",
    profile="openai",
)
SEQUENCE = Finding(
    rule="RESP-SEQ-003",
    severity="error",
    origin="gateway",
    message="response.output_text.delta has sequence_number 19; event 16 had 17",
    fingerprint="aaaa",
    expected="18",
    found="19",
    times=4,
    where=Place(exchange=0, event=17, start=4102, stop=4288, pointer="/sequence_number"),
    earlier=Place(exchange=0, event=16, start=3900, stop=4102),
)
USAGE = Finding(
    rule="CHAT-USE-001",
    severity="warning",
    origin="gateway",
    message=HOSTILE,
    fingerprint="bbbb",
    found="<&>",
)
INHERITED = Finding(
    rule="SSE-DONE-001",
    severity="error",
    origin="upstream",
    message="The stream ends without [DONE].",
    fingerprint="cccc",
)
REMARK = Finding(
    rule="SSE-COMM-002", severity="info", origin="gateway", message="There are comments.", fingerprint="dddd"
)
ACCEPTED = Finding(
    rule="CHAT-FIN-001",
    severity="error",
    origin="gateway",
    message="Choice 0 has no finish reason.",
    fingerprint="eeee",
    is_expected=True,
)


def cell(
    scenario: str,
    status: CellStatus = CellStatus.PASSED,
    *findings: Finding,
    target: str = "gate",
    route: str = "chat over chat",
    mode: str = "stream",
    reason: str | None = None,
) -> Cell:
    """One cell, whose bytes are kept."""
    return Cell(
        id=f"{target}/{route}/{scenario}/{mode}",
        target=target,
        route=route,
        scenario=scenario,
        mode=mode,
        status=status,
        reason=reason,
        findings=findings,
        timing=Timing(total=250.0),
        client=(Wire(cassette=f"{target}.client.cassette.jsonl", exchange=3),),
        upstream=(Wire(cassette=f"{target}.upstream.cassette.jsonl", exchange=2),),
        command=f"harness conform --target {target} --scenario {scenario}",
    )


def published(found: Found) -> Finding:
    """What a rule found in the only exchange of a cell, as a result has it."""
    where = found.where
    return Finding(
        rule=found.rule,
        severity=found.severity.value,
        origin=found.origin.value,
        message=found.message,
        fingerprint=fingerprint(found),
        expected=found.expected,
        found=found.found,
        where=Place(
            event=where.event, start=where.start, stop=where.stop, pointer=where.pointer, part=where.part
        ),
    )


SCENARIOS = tuple(
    Scenario(name=name, title=name, about=f"About {name}.", capability=capability)
    for name, capability in (
        ("plain", "text"),
        ("long", "text"),
        ("call", "tools"),
        ("think", "reasoning"),
        ("cut", "transport"),
        ("hangup", "transport"),
        ("custom", "tools"),
    )
)
RULES = {
    "CHAT-FIN-001": Rule(id="CHAT-FIN-001", title="Every choice has a finish reason.", severity="error"),
    "RESP-SEQ-003": Rule(
        id="RESP-SEQ-003",
        title="Sequence numbers count up by one.",
        severity="error",
        about="A client that resumes asks for what comes after a number.",
        clients=("openai-python 3: raises",),
        remedy="Count the events that are sent.",
        source="OpenAI reference, Streaming",
    ),
}
CELLS = (
    cell("plain"),
    cell("plain", CellStatus.WARNED, USAGE, mode="whole"),
    cell("long", CellStatus.PASSED, INHERITED, REMARK),
    cell("call", CellStatus.FAILED, SEQUENCE, USAGE),
    cell("call", CellStatus.FAILED, SEQUENCE, mode="whole", route="responses over chat"),
    cell("think", CellStatus.NOT_EXERCISED, reason="not seen upstream: reasoning"),
    cell("cut", CellStatus.HARNESS_FAULT, reason="the target gave no answer: timeout"),
    cell("hangup", CellStatus.FAILED, reason="it hung up without an answer"),
    cell("custom", CellStatus.UNSUPPORTED, reason="it has no custom tools"),
    cell("custom", CellStatus.EXPECTED, ACCEPTED, mode="whole"),
    cell("plain", target="control", route="chat"),
)
RESULT = Result(
    run=RUN,
    targets=(
        Target(
            name="gate",
            title="An invented gateway",
            version="1.2",
            notes=("run with its defaults",),
            routes=(Route(name="chat over chat", inbound="chat", model="m", upstream="chat"),),
        ),
        Target(name="control", title="no gateway", kind="control"),
        Target(
            name="gone",
            title="A gateway that is not there",
            status="not_started",
            reason="no answer within 20 s",
            log="Traceback\n\x1b[1mbold",
        ),
    ),
    scenarios=SCENARIOS,
    cells=CELLS,
    rules=RULES,
    stale=(Stale(entry="CHAT-OLD-001 for gate/*", reason="nothing matches it"),),
    strays=("POST /v1/models without a marker",),
)
CLEAN = Result(
    run=RUN,
    targets=(Target(name="control", title="no gateway", kind="control", version="0.1.0"),),
    scenarios=SCENARIOS,
    cells=(cell("plain", target="control"), cell("call", target="control")),
)


def later(result: Result, *cells: Cell, started: str = "2026-11-22T09:00:00Z") -> Result:
    """The same targets in a later run, with these cells."""
    return msgspec.structs.replace(
        result, run=msgspec.structs.replace(result.run, started=started), cells=cells
    )
