"""A whole run: targets, one after another, and the result that is made of them."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TYPE_CHECKING, Final

from harness.conforming.accepting import accepted, stale_entries
from harness.conforming.pages import pages
from harness.conforming.run import Through, put_through, told_of
from harness.conforming.wishes import TOOLS
from harness.errors import FileAccessError
from harness.io.clock import SystemClock
from harness.results.result import Result, Run
from harness.results.result import Scenario as ResultScenario
from harness.results.result import Target as ResultTarget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.checking.baseline import Baseline
    from harness.conforming.wishes import Wishes
    from harness.errors import HarnessError
    from harness.scenarios.scenario import Scenario
    from harness.targets.target import Target

_INTERRUPTED: Final = "the run was interrupted"


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A run that is over.

    Args:
        result: What came of it.
        troubles: What went wrong with the recordings.
        interrupted: Whoever started it ended it.
    """

    result: Result
    troubles: tuple[HarnessError, ...] = ()
    interrupted: bool = False


def run_all(
    targets: Sequence[Target],
    wishes: Wishes,
    *,
    out: Path | None,
    tools: Path | None = None,
    baseline: Baseline | None = None,
    baseline_name: str | None = None,
    command: str = "harness.conform(...)",
) -> Ran:
    """Put targets through scenarios, one target after another.

    Args:
        targets: Which, in the order of the result.
        wishes: How.
        out: The folder for cassettes; None throws them away.
        tools: Where targets are installed.
        baseline: What is known and accepted.
        baseline_name: The name of its file.
        command: What started the run; no secret in it.

    Raises:
        FileAccessError: The folder cannot be written.
    """
    if out is None:
        with TemporaryDirectory(prefix="harness-conform-", ignore_cleanup_errors=True) as folder:
            return run_all(
                targets,
                wishes,
                out=Path(folder),
                tools=tools,
                baseline=baseline,
                baseline_name=baseline_name,
                command=command,
            )
    # Targets run in folders of their own, from where a path that was meant from here leads nowhere.
    out, tools = out.absolute(), (tools or TOOLS).expanduser().absolute()
    started, begun = SystemClock().utc_now(), monotonic()
    out.mkdir(parents=True, exist_ok=True)
    found: list[Through] = []
    interrupted = False
    for target in targets:
        if interrupted:
            found.append(_never(target, "left_out", _INTERRUPTED))
            continue
        try:
            found.append(put_through(target, wishes, tools=tools, out=out))
        except KeyboardInterrupt:
            found.append(_never(target, "left_out", _INTERRUPTED))
            interrupted = True
        except FileAccessError as error:
            # What came of the targets before it is not lost over that.
            found.append(_never(target, "not_started", told_of(error)[0]))
        interrupted = interrupted or found[-1].interrupted
    ruled = [one for through in found for one in through.ruled]
    cells = [one.cell if baseline is None else accepted(one, baseline) for one in ruled]
    used: dict[str, Scenario] = {one.name: one for through in found for one in through.scenarios}
    result = Result(
        run=Run(
            harness=version("llm-stream-harness"),
            started=started,
            seconds=round(monotonic() - begun, 3),
            command=command,
            profile=wishes.profile,
            seed=wishes.seed,
            ruleset=wishes.ruleset,
            python=platform.python_version(),
            system=f"{sys.platform} {platform.machine()}",
            baseline=baseline_name,
        ),
        targets=tuple(one.target for one in found),
        scenarios=tuple(map(_scenario, used.values())),
        cells=tuple(cells),
        rules=pages(finding.rule for cell in cells for finding in cell.findings),
        stale=stale_entries(baseline) if baseline is not None else (),
        strays=tuple(f"{one.target.name}: {stray}" for one in found for stray in one.strays),
    )
    return Ran(
        result=result,
        troubles=tuple(trouble for one in found for trouble in one.troubles),
        interrupted=interrupted,
    )


def _never(target: Target, status: str, reason: str) -> Through:
    return Through(
        target=ResultTarget(
            name=target.name,
            title=target.title,
            kind=target.kind,
            url=target.url or None,
            status=status,
            reason=reason,
        )
    )


def _scenario(one: Scenario) -> ResultScenario:
    return ResultScenario(
        name=one.name,
        title=one.title,
        about=one.about,
        capability=one.capability,
        exercises=tuple(sorted(one.exercises)),
    )
