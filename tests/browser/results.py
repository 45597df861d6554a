"""Results for looking at in a browser: red cells that were really judged, and thousands of findings."""

from __future__ import annotations

import itertools
import json
from functools import cache
from typing import Any

import msgspec

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.checking.exchanges import judge
from harness.findings import Origin
from harness.results.result import (
    Cell,
    CellStatus,
    Change,
    ChangeKind,
    Finding,
    Place,
    Result,
    Route,
    Rule,
    Run,
    Scenario,
    Target,
    Timing,
    Wire,
)
from harness.rules.manual import page
from harness.rules.registry import rules
from tests.conform_results import published

QUIET_MS = 400
"""How long the made-up gateway says nothing in the middle of an answer."""

_WORDS = ("Zoë ", "</script>", " likes ", "tea", ".")


def chunk(**choice: Any) -> bytes:
    """One chunk of a Chat stream."""
    value = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1760000000,
        "model": "m",
        "choices": [{"index": 0, "delta": {}, "finish_reason": None} | choice],
    }
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


@cache
def exchange(*, broken: bool, started_us: int = 0) -> Exchange:
    """An answer in pieces; the broken one ends a choice with a word of another protocol, after a silence."""
    pieces = [
        chunk(delta={"role": "assistant", "content": ""}),
        *(chunk(delta={"content": word}) for word in _WORDS),
        chunk(finish_reason="end_turn" if broken else "stop"),
        b"data: [DONE]\n\n",
    ]
    times = [1000 * n + (1000 * QUIET_MS if broken and n > 3 else 0) for n in range(len(pieces))]
    body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "Who likes tea?"}]}
    return Exchange(
        0,
        Request(
            "POST",
            "http://127.0.0.1/v1/chat/completions",
            (("content-type", "application/json"),),
            json.dumps(body).encode(),
        ),
        Response(
            200, (("content-type", "text/event-stream"),), tuple(map(Chunk, times, pieces)), at_us=started_us
        ),
        Ending(How.COMPLETE, times[-1] + 100),
    )


def exchange_of(wire: Wire) -> Exchange | None:
    """What the wires of these results point to."""
    return exchange(broken=wire.cassette.startswith("client"), started_us=2000)


@cache
def found() -> tuple[Finding, ...]:
    """What the rules say of the broken answer, worst first, as in any result."""
    verdict = judge(exchange(broken=True), dialect="chat", upstream=exchange(broken=False))
    worst_first = sorted(
        verdict.findings, key=lambda one: (one.origin is Origin.UPSTREAM, -one.severity.weight)
    )
    return tuple(map(published, worst_first))


def _cell(
    scenario: str, route: str, mode: str, status: CellStatus, findings: tuple[Finding, ...] = ()
) -> Cell:
    return Cell(
        id=f"gate/{route}/{scenario}/{mode}",
        target="gate",
        route=route,
        scenario=scenario,
        mode=mode,
        status=status,
        reason="not seen upstream: reasoning" if status is CellStatus.NOT_EXERCISED else None,
        findings=findings,
        timing=Timing(first_event=2.0, total=410.0),
        client=(Wire(cassette="client.cassette.jsonl", exchange=0),),
        upstream=(Wire(cassette="upstream.cassette.jsonl", exchange=0, started=1.0),),
        curl="curl -sSN http://127.0.0.1/v1/chat/completions -d '{}'",
        command=f"harness conform --base-url http://127.0.0.1/v1 --upstream-port 9107 --scenario {scenario} -o again",
    )


ROUTES = ("chat over chat", "chat over gemini")
SCENARIOS = tuple(
    Scenario(
        name=f"{capability}-{number}", title=f"{capability} {number}", about="Made up.", capability=capability
    )
    for capability in ("text", "tools", "reasoning", "endings")
    for number in range(6)
)


def _result(cells: tuple[Cell, ...], changes: tuple[Change, ...] = ()) -> Result:
    ids = sorted({one.rule for cell in cells for one in cell.findings})
    return Result(
        run=Run(
            harness="0.1.0",
            started="2026-11-21T14:00:00Z",
            seconds=3.0,
            command="harness conform --target gate",
            profile="openai",
        ),
        targets=(
            Target(
                name="gate",
                title="Made-up gateway",
                version="1.0",
                notes=("Its bytes are written by hand.",),
                commands=("make gate",),
                routes=tuple(
                    Route(name=name, inbound="chat", model="m", upstream=name.split()[-1]) for name in ROUTES
                ),
            ),
            Target(
                name="gone", title="Gone gateway", status="not_started", reason="it said nothing", log="boom"
            ),
        ),
        scenarios=SCENARIOS,
        cells=cells,
        rules={
            id_: Rule(
                id=id_,
                title=page(rules()[id_]).summary,
                severity=rules()[id_].severity.value,
                about="Why it matters.\n\n- one\n- two",
                clients=("Some clients wait for ever.",),
                remedy="Say what the protocol says.",
            )
            for id_ in ids
        },
        changes=changes,
    )


HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\x1b[31m\u202egnp\u2066\ud800\0"
"""What a target may say: mark-up, a terminal's command, turned text, half a character, NUL."""


def hostile() -> Result:
    """A result of a target that says such words wherever it can."""
    one = Finding(
        rule=found()[0].rule,
        severity="error",
        origin="gateway",
        message=HOSTILE,
        fingerprint="f",
        expected=HOSTILE,
        found=HOSTILE,
        where=Place(start=6, stop=40, event=0, pointer=f"/{HOSTILE}"),
    )
    red = _cell("text-0", ROUTES[0], "stream", CellStatus.FAILED, (one,))
    cells = (
        msgspec.structs.replace(red, reason=HOSTILE),
        msgspec.structs.replace(
            _cell("text-1", ROUTES[0], "whole", CellStatus.NOT_EXERCISED), reason=HOSTILE
        ),
    )
    made = _result(
        cells,
        (Change(kind=ChangeKind.NEW, cell=red.id, rule=one.rule, severity="error", message=HOSTILE),),
    )
    targets = tuple(
        msgspec.structs.replace(target, reason=HOSTILE, log=HOSTILE, version=HOSTILE)
        for target in made.targets
    )
    return msgspec.structs.replace(made, targets=targets, strays=(HOSTILE,))


def hostile_exchange(wire: Wire) -> Exchange:
    """The same words as bytes: a stream, a megabyte in one line, and what is no text."""
    words = HOSTILE.encode("utf-8", "surrogatepass")
    pieces = (b"data: " + words + b"\n\n", b"data: \xff\xfe\n\n", b"data: " + b"m" * (1 << 20))
    return Exchange(
        wire.exchange,
        exchange(broken=False).request,
        Response(
            200,
            (("content-type", "text/event-stream"), ("x-said", HOSTILE.encode("ascii", "replace").decode())),
            tuple(Chunk(1000 * number, one) for number, one in enumerate(pieces)),
        ),
        Ending(How.RESET, 5000, exception=HOSTILE),
    )


LONG = 600
"""Events of the long answer."""


def long() -> Result:
    """A result of one red cell."""
    return _result((_cell("text-0", ROUTES[0], "stream", CellStatus.FAILED, found()),))


def long_exchange(wire: Wire) -> Exchange:
    """An answer in so many events."""
    pieces = [*(chunk(delta={"content": f"word {n} "}) for n in range(LONG - 1)), b"data: [DONE]\n\n"]
    chunks = tuple(Chunk(1000 * number, one) for number, one in enumerate(pieces))
    return Exchange(
        wire.exchange,
        exchange(broken=False).request,
        Response(200, (("content-type", "text/event-stream"),), chunks),
        Ending(How.COMPLETE, 1000 * LONG),
    )


def small() -> Result:
    """A result with cells of every status; the first scenario is red."""
    statuses = itertools.cycle(CellStatus)
    cells = tuple(
        _cell(scenario.name, route, mode, CellStatus.FAILED, found())
        if scenario.name == "text-0"
        else _cell(
            scenario.name, route, mode, CellStatus.PASSED if scenario.name == "text-1" else next(statuses)
        )
        for scenario in SCENARIOS
        for route in ROUTES
        for mode in ("stream", "whole")
    )
    change = Change(
        kind=ChangeKind.NEW, cell=cells[0].id, rule=found()[0].rule, severity="error", message="It is new."
    )
    return _result(cells, (change,))


def many(findings: int) -> Result:
    """A result with so many findings, spread over its cells."""
    cells = [
        _cell(scenario.name, route, mode, CellStatus.FAILED)
        for scenario in SCENARIOS
        for route in ROUTES
        for mode in ("stream", "whole")
    ]
    pool = itertools.islice(itertools.cycle(found()), findings)
    spread: list[list[Finding]] = [[] for _ in cells]
    for number, one in enumerate(pool):
        spread[number % len(cells)].append(msgspec.structs.replace(one, message=f"{one.message} ({number})"))
    return _result(
        tuple(
            msgspec.structs.replace(cell, findings=tuple(mine))
            for cell, mine in zip(cells, spread, strict=True)
        )
    )
