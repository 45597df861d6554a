"""What a target is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from harness.sandwich.session import Route
    from harness.scenarios.scenario import Scenario

Kind = Literal["gateway", "model server", "control"]


@dataclass(frozen=True, kw_only=True)
class Running:
    """A target that was started.

    Args:
        routes: The ways through it.
        version: As it says itself, or as its package does.
        notes: What about the way it was run is not as it comes.
        commands: What was run to start it; keys stand as variables.
        ended: Gives why it is not running any more; None while it is.
        log: Gives the end of what it printed.
        scenarios: What it is put through in place of the scenarios of the run, whose answers it cannot give: a model
            answers as it likes. None is the run's.
        concurrency: The most sessions at a time that it is made for; None is no such limit.
    """

    routes: tuple[Route, ...]
    version: str | None = None
    notes: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    ended: Callable[[], str | None] = field(default=lambda: None)
    log: Callable[[], str] = field(default=lambda: "")
    scenarios: tuple[Scenario, ...] | None = None
    concurrency: int | None = None


class Target(Protocol):
    """One target.

    Attributes:
        name: Short, as on the command line.
        title: In words.
        kind: A model server has no upstream: only its downstream half can be judged.
        url: Where its project lives; "" for our own.
        unsupported: What it says itself that it does not do: patterns of `ROUTE/SCENARIO` or `ROUTE/SCENARIO/MODE`
            with the place where it says so.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    kind: ClassVar[Kind]
    url: ClassVar[str]
    unsupported: ClassVar[Mapping[str, str]]

    def installed(self, tools: Path) -> str | None:
        """What is missing, and how to get it; None where it can be started.

        Args:
            tools: The folder in which targets are installed.
        """
        ...

    def run(self, upstream: str, tools: Path, folder: Path) -> AbstractContextManager[Running]:
        """Start it, and stop it in the end, whatever happens.

        Args:
            upstream: Origin of the scenario upstream, without a path.
            tools: The folder in which targets are installed.
            folder: For configuration, logs and state of this run.

        Raises:
            TargetError: It does not start, or cannot be reached in time; says what it printed.
        """
        ...


@runtime_checkable
class Installable(Target, Protocol):
    """A target that has to be installed first, and says how."""

    def install(self, tools: Path) -> None:
        """Install the release that this project was tried with; does no harm where it stands already.

        Args:
            tools: The folder in which targets are installed; made where there is none.

        Raises:
            TargetError: It cannot be installed; says what the installer printed.
        """
        ...
