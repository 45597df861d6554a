"""From a session that was played and judged to a cell of the result."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Final

import msgspec

from harness.cassettes.exchange import How
from harness.checking.fingerprints import fingerprint
from harness.results.result import Cell, Finding, Place, Timing, Wire
from harness.scenarios.mark import mark

if TYPE_CHECKING:
    from collections.abc import Collection

    from harness.cassettes.exchange import Exchange
    from harness.findings import Finding as Found
    from harness.findings import Location
    from harness.sandwich.judging import Judged
    from harness.sandwich.session import Played, Side

KEY: Final = "$API_KEY"
"""What stands for a key wherever a request is shown."""

_SECRET: Final = ("authorization", "key", "token", "cookie", "secret")


def cell_of(
    played: Played,
    judged: Judged,
    *,
    target: str,
    client: str,
    upstream: str,
    command: str,
    hidden: Collection[str] = (),
) -> Cell:
    """One cell.

    Args:
        played: What was played.
        judged: What came of it.
        target: The target's name.
        client: File name of the cassette of the client's side.
        upstream: File name of the cassette of the upstream's side.
        command: Command line that plays it again.
        hidden: Names of headers whose values are shown nowhere.
    """
    found = [_finding(number, one) for number, one in judged.findings]
    return Cell(
        id=played.cell,
        target=target,
        route=played.route.name,
        scenario=played.scenario.name,
        mode=played.mode,
        status=judged.status,
        reason=judged.reason,
        exercised=tuple(sorted(judged.exercised)),
        missing=tuple(sorted(judged.missing)),
        findings=tuple(sorted(found, key=_badness)),
        rules=tuple(
            sorted(
                {one.rule for verdict in judged.verdicts for one in verdict.outcomes if one.exercised}
                | judged.rules
            )
        ),
        timing=msgspec.structs.replace(timing_of(played), left=judged.left, gaps=judged.gaps),
        client=tuple(_wire(one, client) for one in played.client),
        upstream=tuple(_wire(one, upstream) for one in played.upstream),
        # Of several tries the one that is shown depends on times; the command line does not.
        curl=curl_of(played.client[0].exchange, hidden).replace(played.mark or "\0", mark(played.cell, 0)),
        command=command,
    )


_ORDER: Final = {"error": 0, "warning": 1, "info": 2}


def _badness(one: Finding) -> tuple[bool, int, int, int]:
    return (one.origin == "upstream", _ORDER[one.severity], one.where.exchange, one.where.start or 0)


def _finding(number: int, one: Found) -> Finding:
    return Finding(
        rule=one.rule,
        severity=one.severity.value,
        origin=one.origin.value,
        message=one.message,
        fingerprint=fingerprint(one),
        expected=one.expected,
        found=one.found,
        times=one.times,
        where=_place(number, one.where),
        earlier=_place(number, one.earlier) if one.earlier is not None else None,
    )


def _place(number: int, where: Location) -> Place:
    return Place(
        side="upstream" if where.part == "upstream" else "client",
        exchange=number,
        event=where.event,
        start=where.start,
        stop=where.stop,
        pointer=where.pointer,
        part=where.part,
    )


def _wire(side: Side, cassette: str) -> Wire:
    return Wire(cassette=cassette, exchange=side.index, started=round(side.at_ms, 3))


def timing_of(played: Played) -> Timing:
    """How long things took, in the first exchange of each side."""
    mine = played.client[0]
    theirs = played.upstream[0] if played.upstream else None
    return Timing(
        first_event=_first(mine.exchange),
        upstream_first_event=_first(theirs.exchange) if theirs is not None else None,
        total=_ended(mine.exchange),
    )


def _first(one: Exchange) -> float | None:
    response = one.response
    if response is None:
        return None
    for chunk in response.chunks:
        if chunk.data:
            return round((response.at_us + chunk.at_us) / 1e3, 3)
    return None


def _ended(one: Exchange) -> float | None:
    if one.ending.how is How.TIMEOUT:
        return None
    head = one.response.at_us if one.response is not None else 0
    return round((head + one.ending.at_us) / 1e3, 3)


def curl_of(one: Exchange, hidden: Collection[str] = ()) -> str:
    """A command line that sends the client's request again; what may be a key is a variable.

    Words are quoted so that the shell puts variables in, those of `harness.conforming.stable` too.
    """
    given = {name.lower() for name in hidden}
    words = ["curl", "-sSN", f'"{one.request.url}"']
    for name, value in one.request.headers:
        is_key = name.lower() in given or any(word in name.lower() for word in _SECRET)
        bearer = "Bearer " if is_key and value.lower().startswith("bearer ") else ""
        field = f'"{name}: {bearer}{KEY}"' if is_key else shlex.quote(f"{name}: {value}")
        words += ["-H", field]
    return " ".join([*words, "-d", shlex.quote(_body(one.request.body))])


def _body(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body), ensure_ascii=False)
    except ValueError:
        return body.decode("utf-8", "backslashreplace")
