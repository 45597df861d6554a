"""Running one target through scenarios."""

from __future__ import annotations

import asyncio
import fnmatch
import logging
from contextlib import contextmanager
from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING, Final

import msgspec

from harness.cassettes.redaction.redactor import Redactor
from harness.conforming.judge import Judge, Ruled, Terms
from harness.conforming.playing import Halt, Playing
from harness.conforming.stable import Stable, polished, stable
from harness.conforming.wishes import TOOLS, Wishes
from harness.errors import HarnessError, PortInUse
from harness.gateway.accounts import LOGGER
from harness.io.environment import secret_values
from harness.io.partfile import refuse_taken
from harness.io.recorder import Recorder
from harness.io.server.threaded import ServerThread
from harness.results.result import Cell, CellStatus
from harness.results.result import Route as ResultRoute
from harness.results.result import Target as ResultTarget
from harness.sandwich.unended import HUNG_UP
from harness.sandwich.upstream import ScenarioUpstream
from harness.targets.target import Installable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from harness.conforming.stable import Said
    from harness.sandwich.session import Route
    from harness.scenarios.scenario import Scenario
    from harness.targets.target import Running, Target

__all__ = ["Through", "Wishes", "put_through", "run_target"]

_DECLARED: Final = frozenset(
    {CellStatus.FAILED, CellStatus.WARNED, CellStatus.NOT_EXERCISED, CellStatus.HARNESS_FAULT}
)
"""What a target's own word that it does not do something can be about."""


@dataclass(frozen=True, kw_only=True)
class Through:
    """What came of one target.

    Args:
        target: What became of it.
        ruled: Its cells, in order.
        scenarios: What it was put through.
        strays: Requests that belong to none of them.
        troubles: What went wrong with the recordings.
        interrupted: Whoever started the run ended it.
    """

    target: ResultTarget
    ruled: tuple[Ruled, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    strays: tuple[str, ...] = ()
    troubles: tuple[HarnessError, ...] = ()
    interrupted: bool = False


def run_target(
    target: Target, wishes: Wishes, *, tools: Path, out: Path
) -> tuple[ResultTarget, list[Cell], list[str]]:
    """Put one target through the scenarios, and leave out what `put_through` says beside.

    Returns:
        What became of the target, its cells, and requests that belong to none of them.
    """
    through = put_through(target, wishes, tools=tools, out=out)
    return through.target, [one.cell for one in through.ruled], list(through.strays)


def put_through(target: Target, wishes: Wishes, *, tools: Path, out: Path) -> Through:
    """Put one target through the scenarios. Whatever the target does is told and not raised.

    Args:
        target: Which.
        wishes: How.
        tools: Where targets are installed.
        out: The folder of the result: cassettes go there, and what the target needs.

    Raises:
        FileAccessError: Another run is recording there, or one that was killed has left a recording unsealed.
    """
    lacks = target.installed(tools)
    if lacks is not None:
        return Through(target=_target(target, _first(tools, out), status="not_installed", reason=lacks))
    names = {side: f"{target.name}.{side}.cassette.jsonl" for side in ("client", "upstream")}
    for name in names.values():
        refuse_taken(out / name)
    redactor = Redactor(values={**secret_values(), **wishes.secrets}, extra_headers=wishes.hidden)
    client, upstream = (
        Recorder(out / name, head={"notes": f"{target.name}, {side}"}, redactor=redactor)
        for side, name in names.items()
    )
    handler = ScenarioUpstream(upstream)
    found: dict[int, Ruled] = {}
    running: Running | None = None
    halt: Halt | None = None
    failure: str | None = None
    own: tuple[Scenario, ...] = ()
    statuses: set[int] = set()
    polish = _first(tools, out)
    log = ""
    try:
        with (
            _quiet(),
            listening(handler, wishes.listen) as server,
            target.run(server.url, tools, out) as running,
        ):
            polish = polish_of(target, running, server.url, tools, out)
            terms = Terms(
                target=target.name,
                client=names["client"],
                upstream=names["upstream"],
                profile=wishes.profile,
                ruleset=wishes.ruleset,
                stable=polish,
                secrets=wishes.secrets,
                hidden=wishes.hidden,
                replays=_replays(target, tools),
                cassette=wishes.cassette,
            )
            with Judge(terms, beside=wishes.beside) as judge:
                playing = Playing(
                    target.name,
                    running,
                    handler=handler,
                    recorder=client,
                    wishes=wishes,
                    judge=judge,
                    sink=found.__setitem__,
                )
                own, statuses = playing.scenarios, playing.statuses
                halt = asyncio.run(playing.all())
            log = running.log() if halt is not None and halt.died else ""
    except KeyboardInterrupt:
        halt = Halt(reason="the run was interrupted", interrupted=True)
    except HarnessError as error:
        failure, log = told_of(error)
    except Exception as error:  # noqa: BLE001 - a target is somebody else's code
        failure = f"{type(error).__name__}: {error}"
    troubles = tuple(_closed(client, upstream))

    def said(text: str) -> str:
        return polish(redactor.text(text, "target")[0])

    return Through(
        target=_ended(target, running, said, halt=halt, failure=failure, log=log),
        ruled=tuple(
            _declared(target, _hung_up(_broken(_shown(found[place], said), statuses), statuses, halt))
            for place in sorted(found)
        ),
        scenarios=own,
        strays=tuple(sorted(map(said, handler.strays))),
        troubles=troubles,
        interrupted=halt is not None and halt.interrupted,
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """What the built-in gateway logs about upstreams that fail is what is asked of it here."""
    logger = logging.getLogger(LOGGER)
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


@contextmanager
def listening(handler: ScenarioUpstream, port: int) -> Iterator[ServerThread]:
    """Our upstream; where its port is taken, nobody may take the target for what did not start."""
    server = ServerThread(handler, port=port, grace=0.0)
    try:
        server.start()
    except PortInUse as error:
        raise PortInUse(
            "our upstream could not listen: another program has the port of --upstream-port",
            where=error.where,
            hint="stop that program, or name another port, to the gateway as well",
        ) from error
    with server:
        yield server


def polish_of(target: Target, running: Running, upstream: str, tools: Path, out: Path) -> Stable:
    # An address that the user gave is shown as it is; those that were free just now say nothing to anybody.
    own = () if _is_given(target) else tuple(one.base_url for one in running.routes)
    return stable(upstream, targets=own, folders=((tools, "$TOOLS"), (out, "$OUT")))


def _is_given(target: Target) -> bool:
    return bool(getattr(target, "is_given", False))


def _replays(target: Target, tools: Path) -> str:
    """What plays a cell of this target again, without the scenario; a folder of one's own stands as a variable."""
    own: str | None = getattr(target, "replays", None)
    is_elsewhere = isinstance(target, Installable) and tools != TOOLS.expanduser().absolute()
    place = ' --tools "$TOOLS"' if is_elsewhere else ""
    return own or f"harness conform --target {target.name}{place}"


def _first(tools: Path, out: Path) -> Stable:
    """What may be said before anything runs."""
    return stable(targets=(), folders=((tools, "$TOOLS"), (out, "$OUT")))


def _closed(*recorders: Recorder) -> Iterator[HarnessError]:
    """Seal what was recorded; what could not be kept is told."""
    for recorder in recorders:
        try:
            recorder.close()
        except HarnessError as error:
            yield error


def told_of(error: HarnessError) -> tuple[str, str]:
    """Why a target did not start, in one line, and what it printed."""
    first, _, printed = (error.hint or "").partition("\n")
    details = [one for one in (error.where, error.expected and f"expected {error.expected}") if one]
    told = ": ".join(one for one in (error.message, error.found) if one)
    if details:
        told = f"{told} ({', '.join(details)})"
    line = "; ".join(one for one in (told, first.removesuffix(", and ends:")) if one)
    return " ".join(line.split()), dedent(printed)


def _broken(one: Ruled, statuses: Collection[int]) -> Ruled:
    """The cell; where everything that was asked was answered with 500, that is what is wrong.

    Else such an answer says nothing: a target may give it to what it does not know.
    """
    if set(statuses) != {500} or one.cell.status is not CellStatus.NOT_EXERCISED:
        return one
    reason = "it answered 500 to this, as to everything else that it was asked"
    return one._replace(cell=msgspec.structs.replace(one.cell, status=CellStatus.FAILED, reason=reason))


def _hung_up(one: Ruled, statuses: Collection[int], halt: Halt | None) -> Ruled:
    """The cell; where a target that is well and answers others closed the connection, nobody else is to blame."""
    is_well = bool(statuses) and not (halt is not None and halt.died)
    if not is_well or one.cell.status is not CellStatus.HARNESS_FAULT or one.cell.reason not in HUNG_UP:
        return one
    reason = "it hung up without an answer, and asked no upstream"
    return one._replace(cell=msgspec.structs.replace(one.cell, status=CellStatus.FAILED, reason=reason))


def _declared(target: Target, one: Ruled) -> Ruled:
    """The cell, and where the target itself says that it does not do this, nothing of it is held against it.

    What was found is left out: reports would count it among the target's faults.
    """
    cell = one.cell
    if cell.status not in _DECLARED:
        return one
    for pattern, source in target.unsupported.items():
        place = f"{cell.route}/{cell.scenario}"
        if any(fnmatch.fnmatchcase(path, pattern) for path in (place, f"{place}/{cell.mode}")):
            told = msgspec.structs.replace(cell, status=CellStatus.UNSUPPORTED, reason=source, findings=())
            return Ruled(told)
    return one


def _shown(one: Ruled, said: Said) -> Ruled:
    return one._replace(cell=polished(one.cell, said))


def _ended(
    target: Target, running: Running | None, said: Said, *, halt: Halt | None, failure: str | None, log: str
) -> ResultTarget:
    """What became of a target that was to run."""
    if running is None:
        if failure is None:
            return _target(target, said, status="left_out", reason=halt.reason if halt else None)
        return _target(target, said, status="not_started", reason=failure, log=log)
    reason = halt.reason if halt is not None else failure
    died = failure is not None or (halt is not None and halt.died)
    return _target(target, said, running, status="died" if died else "ran", reason=reason, log=log)


def _target(
    target: Target,
    said: Said,
    running: Running | None = None,
    *,
    status: str,
    reason: str | None = None,
    log: str | None = None,
) -> ResultTarget:
    routes: Sequence[Route] = running.routes if running is not None else ()
    return ResultTarget(
        name=target.name,
        title=target.title,
        version=running.version if running is not None else None,
        kind=target.kind,
        url=target.url or None,
        notes=tuple(map(said, running.notes)) if running is not None else (),
        commands=tuple(map(said, running.commands)) if running is not None else (),
        routes=tuple(
            ResultRoute(
                name=one.name,
                inbound=one.inbound,
                model=one.model,
                upstream=one.upstream,
                note=one.note or None,
            )
            for one in routes
        ),
        status=status,
        reason=said(reason) if reason else None,
        log=said(log) if log else None,
    )
