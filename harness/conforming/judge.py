"""Judging sessions as they end, in a process of its own: neither client nor upstream waits for a rule.

A session is handed over, judged and dropped, so that memory does not grow with the run. The process is not one of
`multiprocessing`, which would run the script of whoever calls `harness.conform` once more.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import IO, TYPE_CHECKING, Final, NamedTuple, Self, cast

from harness.cassettes.redaction.redactor import Redactor
from harness.conforming.cells import cell_of
from harness.conforming.stable import Stable, polished
from harness.errors import HarnessError
from harness.io.environment import secret_values
from harness.sandwich.behaviours import judged

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from harness.conforming.stable import Said
    from harness.findings import Finding
    from harness.results.result import Cell
    from harness.sandwich.judging import Judged
    from harness.sandwich.session import Played
    from harness.scenarios.scenario import Scenario

_PATIENCE: Final = 5.0
"""Seconds that the process gets to end in, once nothing is left to judge."""

_BOOT: Final = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer);"
    " from harness.conforming.judge import main; main()"
)


class Ruled(NamedTuple):
    """A cell, and what the target is to blame for as the rules told it, which a baseline is held against."""

    cell: Cell
    blamed: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Terms:
    """By what the sessions of one target are judged.

    Args:
        target: Its name.
        client: File name of the cassette of the client's side.
        upstream: File name of the cassette of the upstream's side.
        profile: What answers are judged by.
        ruleset: Date of a frozen ruleset; None takes the rules as they are.
        stable: What stands for addresses and folders of this run.
        secrets: Values that are shown nowhere, beside those of the environment.
        hidden: Names of headers whose values are shown nowhere.
        replays: How a cell is played again; the scenario comes behind it.
        cassette: The recording that the scenarios are made of, where they are.
    """

    target: str
    client: str
    upstream: str
    profile: str = "openai"
    ruleset: str | None = None
    stable: Stable = field(default_factory=Stable)
    secrets: Mapping[str, str] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    replays: str = "harness conform"
    cassette: str = ""

    def command(self, scenario: Scenario) -> str:
        """The command line that plays one scenario again, in a folder of its own: the report stays as it is."""
        if scenario.recorded:
            return f"{self.replays} --cassette {self.cassette or 'FILE'} -o again"
        return f"{self.replays} --scenario {scenario.name} -o again"


def ruled(played: Played, terms: Terms) -> Ruled:
    """Judge one session; no secret is left in what is said of it."""
    values = tuple({**secret_values(), **terms.secrets}.items())
    redactor = _redactor(values, terms.hidden).knowing(played.client[0].exchange.request)

    def said(text: str) -> str:
        return terms.stable(redactor.text(text, "finding")[0])

    found = _without_secrets(judged(played, profile=terms.profile, ruleset=terms.ruleset), said)
    cell = cell_of(
        played,
        found,
        target=terms.target,
        client=terms.client,
        upstream=terms.upstream,
        command=terms.command(played.scenario),
        hidden=terms.hidden,
    )
    blamed = tuple(one for _, one in found.findings if one.origin.value != "upstream")
    return Ruled(polished(cell, said), blamed)


def _without_secrets(found: Judged, said: Said) -> Judged:
    """What was found, as it may be shown and written into a baseline; fingerprints are made of it, too."""

    def clean(one: Finding) -> Finding:
        return replace(
            one,
            message=said(one.message),
            expected=said(one.expected) if one.expected else one.expected,
            found=said(one.found) if one.found else one.found,
            subject=said(one.subject),
            where=one.where._replace(pointer=said(one.where.pointer)),
        )

    return replace(
        found,
        verdicts=tuple(replace(one, findings=tuple(map(clean, one.findings))) for one in found.verdicts),
        watched=tuple((number, clean(one)) for number, one in found.watched),
    )


@lru_cache(maxsize=4)
def _redactor(values: tuple[tuple[str, str], ...], hidden: tuple[str, ...]) -> Redactor:
    return Redactor(values=dict(values), extra_headers=hidden)


class Judge:
    """Judges sessions one after another, wherever `ruled` shall run.

    Args:
        terms: By what.
        beside: In a process of its own; where that cannot be had, or ends, sessions are judged here.
    """

    def __init__(self, terms: Terms, *, beside: bool = True) -> None:
        self._terms = terms
        self._process: subprocess.Popen[bytes] | None = None
        if beside and sys.executable:
            self._start()

    def __call__(self, played: Played) -> Ruled:
        """Judge one session.

        Raises:
            HarnessError: A rule failed over it.
        """
        process = self._process
        if process is None:
            return ruled(played, self._terms)
        try:
            _hand(process.stdin, played)
            answer = pickle.load(cast("IO[bytes]", process.stdout))  # noqa: S301 - of our own process
        except (OSError, EOFError, pickle.PickleError, TypeError, AttributeError):
            # It is gone, or this cannot be handed over: the cell must not be lost over that.
            self.close()
            return ruled(played, self._terms)
        if isinstance(answer, str):
            raise HarnessError(answer, hint="this is a defect of harness, or of a rule that was added to it")
        return cast("Ruled", answer)

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _start(self) -> None:
        try:
            # In a session of its own, so that Ctrl-C does not end it before it has judged what was played.
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter
                [sys.executable, "-c", _BOOT],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
            )
            _hand(self._process.stdin, sys.path)
            _hand(self._process.stdin, self._terms)
        except OSError:
            self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _hand(pipe: IO[bytes] | None, value: object) -> None:
    stream = cast("IO[bytes]", pipe)
    stream.write(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
    stream.flush()


def main() -> None:
    """What the process does: judge what it is handed, until nothing more comes."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a rule may print is none of the answers
    given = sys.stdin.buffer
    terms: Terms = pickle.load(given)  # noqa: S301 - of the process that started this one
    while True:
        try:
            played = pickle.load(given)  # noqa: S301 - likewise
        except EOFError:
            return
        try:
            answer: Ruled | str = ruled(played, terms)
        except Exception as error:  # noqa: BLE001 - one cell's failure must not end the others
            answer = f"this session made the checker fail: {type(error).__name__}: {error}"
        with suppress(BrokenPipeError):
            _hand(answers, answer)
