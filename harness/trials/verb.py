"""`harness fuzz --client`, and the same in Python."""

from __future__ import annotations

import shlex
import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from harness.errors import UnknownName, UsageError
from harness.trials.generated import generated_trials
from harness.trials.playing import SECONDS, Client, Played, play
from harness.trials.registry import chosen_trials
from harness.trials.running import words_of
from harness.trials.shipped import DRIVERS, driver_named, started
from harness.trials.telling import FORMATS, listed, page_of, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from harness.trials.trial import TrialDialect

CONCURRENCY: Final = 2


def client_of(
    command: str | Sequence[str],
    *,
    lines: bool = False,
    python: str | None = None,
    node_modules: str | Path | None = None,
) -> Client:
    """The client that a command, or the name of a shipped driver, starts.

    Raises:
        UsageError: There is no such program, or the driver's client is not installed; UnknownName: it is almost the
            name of a driver.
    """
    driver = driver_named(command) if isinstance(command, str) else None
    if driver is not None:
        found = started(driver, python=python, node_modules=node_modules)
        return Client(
            name=driver.name,
            command=found.command,
            lines=True,
            folder=found.folder,
            versions=found.versions,
        )
    try:
        words = words_of(command)
    except UsageError:
        names = [one.name for one in DRIVERS]
        if isinstance(command, str) and get_close_matches(command, names, 1):
            raise UnknownName("driver", command, names, where="--client") from None
        raise
    name = command if isinstance(command, str) else shlex.join(command)
    return Client(name=name, command=tuple(words), lines=lines)


def try_client(
    command: str | Sequence[str],
    *,
    trials: Iterable[str] = (),
    dialects: Iterable[TrialDialect] = (),
    lines: bool = False,
    seconds: float = SECONDS,
    concurrency: int = CONCURRENCY,
    python: str | None = None,
    node_modules: str | Path | None = None,
) -> list[Played]:
    """Play rare and legal streams to a client program, and say what came of each.

    Args:
        command: What starts it, or the name of a shipped driver, such as "openai-python".
        trials: Names, chapters, or patterns with `*`; of none, all.
        dialects: "chat", "responses"; of none, both.
        lines: It takes a trial a line on stdin; see docs/clients.md.
        seconds: How long it may take for one.
        concurrency: How many of it run at a time.
        python: The Python that has the client of a shipped driver.
        node_modules: Where npm put the client of a shipped driver.

    Raises:
        UsageError: There is no such program; UnknownName: no such trial.
    """
    chosen = chosen_trials(trials, dialects)
    client = client_of(command, lines=lines, python=python, node_modules=node_modules)
    return play(client, chosen, seconds=seconds, concurrency=concurrency)


def exit_code(results: Sequence[Played], *, strict: bool = False) -> int:
    """0 where all is well, 1 where something that is not disputed failed (or anything, if strict)."""
    failed = [one for one in results if one.failed and (strict or one.trial.ground != "disputed")]
    return 1 if failed else 0


def run(
    *,
    command: str,
    trials: Sequence[str] = (),
    dialects: Sequence[TrialDialect] = (),
    is_list: bool = False,
    form: str = "text",
    seconds: float = SECONDS,
    max_time: float | None = None,
    max_examples: int = 0,
    seed: int = 0,
    concurrency: int = CONCURRENCY,
    lines: bool = False,
    strict: bool = False,
    python: str | None = None,
    node_modules: str | Path | None = None,
    quiet: bool = False,
    say: Callable[[str], None] | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> int:
    """What `harness fuzz --client` does; the report goes to stdout.

    Args:
        command: What starts the client, the name of a shipped driver, or "list", which names the drivers.
        trials: As `try_client` has it.
        dialects: The same.
        is_list: List the trials and play none; of one alone, show all of it.
        form: One of "text", "json", "ndjson", "markdown".
        seconds: For one trial.
        max_time: Begin no trial after so many seconds.
        max_examples: Generate so many streams of each dialect, and play them in place of the catalogue.
        seed: Which streams are generated.
        concurrency: Programs at a time.
        lines: The program takes a trial a line.
        strict: What is disputed fails, too.
        python: For shipped drivers.
        node_modules: The same.
        quiet: No progress.
        say: Takes what is printed; by default stdout.
        progress: Told how far it is.

    Returns:
        The exit code: 0, 1 where the client failed, 3 where it asked for none of the streams, 130 after Ctrl-C, when
        what came until then is told.
    """
    from importlib.metadata import version  # noqa: PLC0415 - only a report needs it

    put = say or _print
    if form not in FORMATS:
        raise UsageError(
            f"there is no format {form!r} here", where="--format", expected=" or ".join(FORMATS), found=form
        )
    if max_examples and trials:
        raise UsageError(
            "--trial and --max-examples exclude each other: a generated stream has no name of its own"
        )
    chosen = (
        generated_trials(max_examples, seed, dialects) if max_examples else chosen_trials(trials, dialects)
    )
    if is_list:
        put(page_of(chosen[0]) if len(chosen) == 1 else listed(chosen))
        return 0
    if command == "list":
        put("\n".join(f"{one.name:<22} {one.about}" for one in DRIVERS))
        return 0
    client = client_of(command, lines=lines, python=python, node_modules=node_modules)
    so_far: list[Played] = []
    interrupted = False
    try:
        results = play(
            client,
            chosen,
            seconds=seconds,
            concurrency=concurrency,
            until=max_time,
            progress=None if quiet else progress,
            told=so_far.append,
        )
    except KeyboardInterrupt:
        interrupted = True
        results = [one for trial in chosen for one in so_far if one.trial is trial]
    put(told(form, client, results, version("llm-stream-harness")))
    if interrupted:
        return 130
    if not any(one.requests for one in results):
        return 3  # also where it says of each that it does not do that: nothing was tried
    return exit_code(results, strict=strict)


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
