"""`--conform`: every cassette that a test used is judged, and what breaks the protocol fails the test.

What a test asked for or recorded is judged when its own code is done, so that a finding is the test's failure; what
comes later, while fixtures are taken down, is judged then and is an error of the teardown. A recording is judged as it
was recorded: a fault that was made on replay is nobody's fault. A finding fails each test that used the recording, so
that it makes no difference which of them runs first, or in which process.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.testing.session import shown, watch_of
from harness.testing.shown import shorten
from harness.testing.stale import is_below
from harness.testing.verdicts import gone, summary, told

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from harness.checking.baseline import Baseline
    from harness.checking.report import Stale, Verdict
    from harness.findings import Finding
    from harness.io.opened import Seen
    from harness.jobs.judging import Terms
    from harness.testing.judged import Judged


def conforming(config: pytest.Config) -> Conforming:
    """Begin to judge what tests use.

    Raises:
        pytest.UsageError: There is no such profile, or the baseline cannot be read or is none.
    """
    from harness.errors import HarnessError  # noqa: PLC0415 - not before a session judges

    try:
        made = Conforming(config)
    except HarnessError as error:
        raise pytest.UsageError(str(error)) from None
    config.pluginmanager.register(made, "harness-conform")
    return made


class Conforming:
    """Judges what tests use. A plugin of pytest's; made by `conforming`.

    Args:
        config: The session's.

    Raises:
        HarnessError: There is no such profile, or the baseline cannot be read or is none.
    """

    def __init__(self, config: pytest.Config) -> None:
        from harness.errors import UsageError  # noqa: PLC0415 - not before a session judges
        from harness.jobs.judging import Terms  # noqa: PLC0415 - not before a session judges

        if not config.getoption("--conform"):
            raise UsageError(
                "nothing is judged without --conform",
                where="--conform-profile, --conform-baseline",
                hint="give --conform, too",
            )
        self.config = config
        self.watch = watch_of(config)
        self.terms: Terms = Terms(profile=config.getoption("--conform-profile") or "openai").checked()
        self._baseline_file = _baseline_file(config)
        self.baseline = self._open_baseline()
        self._cached: dict[tuple[str, int, int, int], Judged] = {}
        self._judged: set[tuple[str, str, int]] = set()
        self._has_passed = False
        self._failed: BaseException | None = None

    def _open_baseline(self) -> Baseline | None:
        from harness.errors import InputError  # noqa: PLC0415 - not before a session judges
        from harness.jobs.accepting import open_baseline  # noqa: PLC0415

        try:
            return None if self._baseline_file is None else open_baseline(self._baseline_file)
        except InputError as error:
            error.hint = "`harness check FOLDER --baseline FILE --update-baseline` writes it"
            raise

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        """Another test: what the one before it used was judged for that one."""
        self._judged.clear()
        self._has_passed = False

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None]:
        """Judge what a test used once its code is done; where it has failed, its report says what was found."""
        try:
            yield
        except (pytest.skip.Exception, pytest.exit.Exception, KeyboardInterrupt):
            raise
        except BaseException:
            if text := self._failure(self._judge())[0]:
                item.add_report_section("call", "conformance", text)
            raise
        self._tell(item)
        self._has_passed = True

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None]:
        """Judge what was asked for or recorded while fixtures were taken down, and what ended only then."""
        yield
        if self._has_passed:
            self._tell(item)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let the short summary name the rule alone."""
        report = yield
        if call.excinfo is not None and call.excinfo.value is self._failed:
            shorten(report)
        return report

    def _tell(self, item: pytest.Item) -> None:
        """Fail the test, or let it be expected to fail."""
        text, reasons = self._failure(self._judge())
        if text or reasons:
            _keep_recording(item)
        if text:
            self._failed = pytest.fail.Exception(text, pytrace=False)
            raise self._failed
        if reasons:
            self.watch.excused.add(item.nodeid)
            pytest.xfail("; ".join(reasons))

    def _failure(self, found: list[Judged]) -> tuple[str, list[str]]:
        """Why a test fails; and what the baseline says of findings that would fail it, too."""
        from harness.findings import Severity  # noqa: PLC0415 - not before a session judges
        from harness.testing.judged import failure_text  # noqa: PLC0415

        if self.baseline is None or self.config.option.runxfail:
            return failure_text(found), []
        sorted_out = [one._replace(verdict=self._sorted_out(one.verdict)) for one in found]
        known = (finding for one in sorted_out for finding in one.verdict.expected)
        reasons = dict.fromkeys(
            f"{one.rule}: {self._reason(one)}" for one in known if one.severity is Severity.ERROR
        )
        return failure_text(sorted_out), list(reasons)

    def _sorted_out(self, verdict: Verdict) -> Verdict:
        """A verdict without what stands in the baseline, which knows files by their whole paths."""
        if self.baseline is None:
            return verdict
        path = str(Path(self.config.invocation_params.dir, verdict.source))
        return replace(self.baseline.sort_out(replace(verdict, source=path)), source=verdict.source)

    def _reason(self, finding: Finding) -> str:
        """What the baseline says of a finding, or else what is wrong."""
        entries = () if self.baseline is None else self.baseline.entries
        said = (one.reason or one.issue for one in entries if one.matches(finding))
        return next((one for one in said if one), finding.message)

    def _judge(self) -> list[Judged]:
        """The verdicts on what a test used and that were not given yet for this test."""
        found: list[Judged] = []
        for path, seen, played, recorded in self.watch.asked():
            for one in self._of_cassette(path, seen, played, was_recorded=recorded > 0):
                found.append(one)
                self.watch.notes.verdicts[path, one.verdict.exchange] = told(one.verdict)
        return found

    def _of_cassette(
        self, path: str, seen: Seen, played: frozenset[int], *, was_recorded: bool
    ) -> Iterator[Judged]:
        from harness.errors import HarnessError  # noqa: PLC0415 - not before a session judges
        from harness.jobs.judging import unreadable  # noqa: PLC0415
        from harness.testing.judged import Judged, judged, used_subjects  # noqa: PLC0415

        source = shown(path, self.config)
        new = {number for number in played if (path, "played", number) not in self._judged}
        cached = {
            number: self._cached[key] for number in new if (key := self._key(seen, number)) in self._cached
        }
        yield from cached.values()
        try:
            subjects = used_subjects(seen, new - set(cached), was_recorded=was_recorded)
        except HarnessError as error:
            yield Judged(unreadable(source, self.terms, error))
            return
        for number, subject in subjects.played.items():
            for one in judged([subject], self.terms, source):
                self._cached[self._key(seen, number)] = one
                yield one
        for place, subject in subjects.recorded.items():
            if (path, "recorded", place) not in self._judged:
                self._judged.add((path, "recorded", place))
                yield from judged([subject], self.terms, source)
        self._judged.update((path, "played", number) for number in new)

    @staticmethod
    def _key(seen: Seen, number: int) -> tuple[str, int, int, int]:
        """What a verdict is kept under: one recording of one state of a file."""
        state = seen.path.stat()
        return str(seen.path), state.st_mtime_ns, state.st_size, number

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tell what was judged, what is worth a warning, and what of the baseline is no longer true."""
        terminalreporter.section("conformance")
        for line in summary(self.watch.notes, self.terms.profile, self._sorted_out):
            terminalreporter.write_line(line)
        for one in self._stale():
            terminalreporter.write_line(str(one), yellow=True)
            terminalreporter.write_line(f"  take it out of {one.file}")

    def _stale(self) -> Sequence[Stale]:
        """The entries of the baseline that are no longer true, as far as this session can know."""
        fresh = self._open_baseline()
        notes = self.watch.notes
        is_whole = not notes.narrowed and not notes.bad and is_below(str(self.config.rootpath), self.config)
        return () if fresh is None else gone(fresh, notes, is_whole=is_whole)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A baseline that is no longer true fails a session that takes unexpected passes for failures."""
        if hasattr(self.config, "workeroutput") or session.exitstatus != pytest.ExitCode.OK:
            return
        strict = self.config.getini("xfail_strict") or self.config.getoption("--harness-fail-on-stale")
        if strict and self._stale():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _keep_recording(item: pytest.Item) -> None:
    """A recording that is not as it should be is evidence, though its test fails."""
    from harness.testing.cassettes import TAPED  # noqa: PLC0415 - not before a session judges

    if TAPED in item.stash:
        item.stash[TAPED].keep = True


def _baseline_file(config: pytest.Config) -> str | None:
    """The baseline: the command line's from where it was started, or the project's from its root."""
    named = config.getoption("--conform-baseline")
    if named:
        return os.path.join(config.invocation_params.dir, named)  # noqa: PTH118 - it stays as it was given
    ini = config.getini("harness_conform_baseline")
    return str(config.rootpath / ini) if ini else None
