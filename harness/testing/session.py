"""What a session of tests did with its cassettes: seen test by test, joined over the processes of pytest-xdist.

A `Watch` sees every tape and replay server that a test opens, however the test does that. At the end of the session
`harness.testing.stale` makes of its notes what nobody asked for any more. Workers send theirs to the controller, which
alone reports.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.io.opened import Plays, Seen

SENT: Final = "harness"
"""The member of a worker's output that holds its notes."""


@dataclass
class Used:
    """What became of one cassette in the session.

    Args:
        held: How many recordings could be asked for when it was first opened; 0 where there were none yet.
        played: Numbers of those that were.
        tests: The tests that opened it, or asked it.
        recorded: Something was recorded into it.
        faulted: A fault was made in what it played, so that a client may have left early.
        misses: For requests that it did not answer: the test, and why.
    """

    held: int = 0
    played: set[int] = field(default_factory=set)
    tests: set[str] = field(default_factory=set)
    recorded: bool = False
    faulted: bool = False
    misses: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Notes:
    """What one process saw; `told` and `joined` carry it to another.

    Args:
        used: Cassettes by their path.
        bad: Tests that did not pass: what came of each.
        expected: Places where collected tests have their cassettes, with the tests.
        own: Those of them that are named after one test, and so no other's.
        moded: Tests whose mark says the record mode, whatever the command line says.
        modules: Test modules that were collected, and the folders of their cassettes.
        unseen: Collected tests of which it is not known what they use until they have run, with their modules.
        ended: Tests that ran to their end.
        narrowed: Why not all that could be collected was; "" where it was.
        verdicts: What `--conform` found, by cassette and number of the exchange.
    """

    used: dict[str, Used] = field(default_factory=dict)
    bad: dict[str, str] = field(default_factory=dict)
    expected: dict[str, list[str]] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)
    moded: set[str] = field(default_factory=set)
    modules: dict[str, str] = field(default_factory=dict)
    unseen: dict[str, str] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    narrowed: str = ""
    verdicts: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """The same in types that any process can be sent."""
        return {
            "used": [
                [path, one.held, sorted(one.played), sorted(one.tests), one.recorded, one.faulted, one.misses]
                for path, one in self.used.items()
            ],
            "bad": self.bad,
            "expected": self.expected,
            "own": sorted(self.own),
            "moded": sorted(self.moded),
            "modules": self.modules,
            "unseen": self.unseen,
            "ended": sorted(self.ended),
            "narrowed": self.narrowed,
            "verdicts": [[path, index, one] for (path, index), one in self.verdicts.items()],
        }

    def joined(self, told: dict[str, Any]) -> None:
        """Take in what another process saw."""
        for path, held, played, tests, recorded, faulted, misses in told["used"]:
            one = self.used.setdefault(path, Used())
            one.held = max(one.held, held)
            one.played.update(played)
            one.tests.update(tests)
            one.recorded |= recorded
            one.faulted |= faulted
            one.misses += [(test, text) for test, text in misses]
        self.bad.update(told["bad"])
        self.expected.update(told["expected"])
        self.own.update(told["own"])
        self.moded.update(told["moded"])
        self.modules.update(told["modules"])
        self.unseen.update(told["unseen"])
        self.ended.update(told["ended"])
        self.narrowed = self.narrowed or told["narrowed"]
        self.verdicts.update({(path, index): one for path, index, one in told["verdicts"]})


def whole(path: str | Path) -> str:
    """A path by which a file is known, wherever it is said."""
    return os.path.abspath(path)  # noqa: PTH100 - what is a link is not what lies there


class _Live:
    """A tape or server that tests may still ask, and what is noted of it already."""

    def __init__(self, plays: Plays) -> None:
        self.plays = plays
        self.noted: dict[str, Seen] = {}

    def news(self, *, peek: bool = False) -> Iterator[tuple[str, Seen, frozenset[int], int]]:
        """For each cassette that was asked or recorded into since the last time: path, all, numbers, how many.

        Args:
            peek: Leave the last time where it was.
        """
        for seen in self.plays.seen():
            path = whole(seen.path)
            before = self.noted.get(path)
            if not peek:
                self.noted[path] = seen
            old_plays, old_begun = (frozenset(), 0) if before is None else (before.plays, before.begun)
            if before is None or seen != before:
                asked = frozenset(number for number, _ in seen.plays - old_plays)
                yield path, seen, asked, seen.begun - old_begun

    @property
    def is_over(self) -> bool:
        return not any(seen.is_open for seen in self.noted.values())


_WATCH: Final = pytest.StashKey["Watch"]()


def watch_of(config: pytest.Config) -> Watch:
    """The session's watch, which begins to watch when it is first asked for."""
    if _WATCH not in config.stash:
        watch = config.stash[_WATCH] = Watch(config)
        config.pluginmanager.register(watch, "harness-watch")
    return config.stash[_WATCH]


class Watch:
    """Sees what tests open, and tells at the end. A plugin of pytest's; made by `watch_of`.

    Attributes:
        config: The session's.
        notes: What was seen so far, of ended tests.
        excused: Tests that passed and are shown as expected failures, for what stands in the baseline.
    """

    def __init__(self, config: pytest.Config) -> None:
        from harness.io.opened import listeners  # noqa: PLC0415 - not before a session has cassettes

        self.config = config
        self.notes = Notes()
        self.excused: set[str] = set()
        self._listeners = listeners
        self._live: list[_Live] = []
        self._test = ""
        self._claims: list[Any] | None = None
        self._listeners.append(self._opened)

    def _opened(self, plays: Plays) -> None:
        self._live.append(_Live(plays))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Whatever is opened from here on, this test opens."""
        self._test = item.nodeid

    def asked(self) -> Iterator[tuple[str, Seen, frozenset[int], int]]:
        """What the present test has asked for and recorded so far: cassette, all of it, numbers, how many recorded."""
        for live in self._live:
            yield from live.news(peek=True)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what did not pass, and once a test is over, what it used."""
        if hasattr(report, "node"):
            return  # this is the controller, and the worker notes it itself
        if report.failed or (report.skipped and report.nodeid not in self.excused):
            self.notes.bad[report.nodeid] = "xfailed" if hasattr(report, "wasxfail") else report.outcome
        if report.when == "teardown":
            self.settle(report.nodeid)
            self.notes.ended.add(report.nodeid)

    def settle(self, test: str) -> None:
        """Note what was asked for and recorded since the last time, and forget what is over."""
        for live in self._live:
            for path, seen, _, recorded in live.news():
                one = self.notes.used.setdefault(path, Used())
                one.held = max(one.held, seen.held)
                one.played |= seen.played
                one.recorded |= recorded > 0
                one.faulted |= seen.is_faulted
                known = {text for _, text in one.misses}
                one.misses += [(test, text) for text in seen.misses if text not in known]
                if test:
                    one.tests.add(test)
        self._live = [live for live in self._live if not live.is_over]

    def collected(self, items: Iterable[pytest.Item]) -> None:
        """Note where the tests of this session have their cassettes, and whether all were collected."""
        from harness.testing.places import folder_of  # noqa: PLC0415 - not before a session has cassettes
        from harness.testing.stale import narrowed, place_of  # noqa: PLC0415 - it looks at this module's types

        self.notes.narrowed = narrowed(self.config)
        for item in items:
            if str(item.path) not in self.notes.modules:
                self.notes.modules[str(item.path)] = whole(folder_of(item))
            place = place_of(item)
            if place is None:
                self.notes.unseen[item.nodeid] = str(item.path)
                continue
            path = whole(place.path)
            self.notes.expected.setdefault(path, []).append(item.nodeid)
            if place.is_own:
                self.notes.own.add(path)
            if place.has_mode:
                self.notes.moded.add(item.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Send the notes to the controller; or, where there is none, let the session fail where that is asked."""
        self.settle("")
        output = getattr(self.config, "workeroutput", None)
        if output is not None:
            output[SENT] = self.notes.told()
        elif self.fails() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def claims(self) -> list[Any]:
        """What is unplayed, orphaned or stale."""
        from harness.testing.stale import claims  # noqa: PLC0415 - as above

        if self._claims is None:
            runs_tests = not self.config.getoption("setuponly", default=False)  # which `--setup-plan` is, too
            self._claims = claims(self.notes, self.config) if runs_tests else []
        return self._claims

    def fails(self) -> bool:
        """Whether what was seen fails the session."""
        return bool(self.config.getoption("--harness-fail-on-stale") and self.claims())

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tell what no test asked for."""
        from harness.testing.stale import lines  # noqa: PLC0415 - as above

        if not (found := self.claims()):
            return
        fails = self.fails()
        terminalreporter.section("cassettes", red=fails, yellow=not fails)
        for line in lines(found, self.config, fails=fails):
            terminalreporter.write_line(line)

    def pytest_unconfigure(self) -> None:
        """Listen no more: the process may run another session."""
        self._listeners.remove(self._opened)


def joined(config: pytest.Config, output: dict[str, Any] | None) -> None:
    """Take in what a worker sent; None where it died and sent nothing.

    Args:
        config: The controller's.
        output: The worker's output.
    """
    told = None if output is None else output.get(SENT)
    if told is not None:
        watch_of(config).notes.joined(told)
    elif output is None:
        notes = watch_of(config).notes
        notes.narrowed = notes.narrowed or "a worker died"


def shown(path: str | Path, config: pytest.Config) -> str:
    """A path as it is best said to whoever started the session: from where they are."""
    try:
        near = os.path.relpath(path, config.invocation_params.dir)
    except ValueError:  # on another drive
        return str(path)
    return Path(near).as_posix() if near.count("..") < 3 else str(path)


def sorted_tests(tests: Iterable[str]) -> str:
    """Tests in a line; of many, the first two."""
    names = sorted(tests)
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return ", ".join(names[:2]) + more
