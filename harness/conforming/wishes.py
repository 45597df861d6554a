"""How a run is to be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from harness.scenarios.scenario import Scenario

CONCURRENCY: Final = 32
TOOLS: Final = Path("~/.cache/llm-stream-harness/targets")
"""Where targets are installed, unless told otherwise."""

Progress: TypeAlias = Callable[[int, int, str], None]
"""Told of each cell: how many are done, of how many, and its id."""


def _nothing(done: int, of: int, cell: str) -> None:
    del done, of, cell


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """How a run is to be.

    Args:
        scenarios: What targets are put through.
        names: Patterns of the names that were asked for, for targets with scenarios of their own; none is all.
        cassette: Name of the recording that the scenarios are made of, where they are.
        profile: What answers are judged by.
        ruleset: Date of a frozen ruleset: its severities hold, and what is not in it is shown and not counted.
        concurrency: Sessions at a time.
        seconds: The longest that a session may take; None leaves that to its scenario.
        budget: The longest that a target may take, in seconds; None is no limit.
        requests: The most requests that a target is sent; None is no limit.
        seed: Of the order in which cells are played; 0 plays them as they stand.
        secrets: Values that are shown nowhere, by the name of their variable, beside those of the environment.
        hidden: Names of headers whose values are shown nowhere.
        listen: Port of our upstream; 0 takes a free one.
        beside: Judge in a process of its own, so that what is played meanwhile keeps its times.
        progress: Told of each cell: how many are done, of how many, and its id.
    """

    scenarios: tuple[Scenario, ...]
    names: tuple[str, ...] = ()
    cassette: str = ""
    profile: str = "openai"
    ruleset: str | None = None
    concurrency: int = CONCURRENCY
    seconds: float | None = None
    budget: float | None = None
    requests: int | None = None
    seed: int = 0
    secrets: Mapping[str, str] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    listen: int = 0
    beside: bool = True
    progress: Progress = _nothing
