"""The cassette of one test: opened, put under its clients, and closed as the test's outcome wants it."""

from __future__ import annotations

import shlex
import warnings
from collections.abc import Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest

from harness.errors import HarnessError, MissError, UnknownName, UsageError
from harness.testing.clients import ClientsOnTape, clients_on
from harness.testing.marks import check_value, marked, place_of
from harness.testing.modes import mode_of, reason_of
from harness.testing.places import path_of, records
from harness.testing.shown import is_shown, shorten
from harness.testing.tapes import TapeOfTest, late_requests
from harness.testing.turns import turn
from harness.testing.variants import is_variant, plain_name
from harness.testing.vcr import refuse_left_behind, vcr_recordings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.testing.marks import Marked

_OF_TAPE: Final = ("match", "pace", "fault", "on_miss", "raw_encoding", "decode", "redactor", "head")
_OWN: Final = ("mode", "ignore_hosts", "record_on_exception")
_CONFIG: Final = "the fixture `cassette_config`"


class CassetteWarning(pytest.PytestWarning):
    """Something about a test's cassette that its author should know."""


@dataclass
class Taped:
    """A test and its cassette.

    Args:
        test: The id of the test.
        path: The cassette.
        mode: Its record mode.
        tape: The tape, open or closed.
        clients: The clients that were made on it.
        keep: Whether a recording is kept although the test failed, or never came to its end.
        failed: The test has failed, or was skipped.
        ended: Its own code came to its end, well or not: nobody has interrupted it.
        told: Its report says what is wrong with the cassette.
    """

    test: str
    path: Path
    mode: str
    tape: TapeOfTest
    clients: ClientsOnTape
    keep: bool = False
    failed: bool = False
    ended: bool = False
    told: bool = False

    def anew(self, shown: str = "") -> str:
        """What is wrong between the test and its cassette, and what to do; empty where nothing is.

        Args:
            shown: What stands above it: a miss that is there is not told again.
        """
        misses = dict.fromkeys(str(error) for error in self.tape.misses)
        texts = [one for one in misses if not is_shown(one, shown)]
        if misses and not self.tape.absent:
            texts.append(f"To record this test anew: {self.tape.command}")
        return "\n".join(texts)


TAPED: Final = pytest.StashKey[Taped]()
"""Where a test's item has its cassette, from the fixture's start on."""


@contextmanager
def taped(request: pytest.FixtureRequest, config: object) -> Iterator[TapeOfTest]:
    """Put a test's clients on its cassette: what the fixture `cassette` does.

    Args:
        request: The fixture's.
        config: What the fixture `cassette_config` gave.
    """
    item: pytest.Item = request.node
    with ExitStack() as turns:  # until the cassette is sealed
        patches = ExitStack()
        one, why = None, ""
        try:
            one = _opened(request, config, patches, turns)
        except HarnessError as error:
            if item.nodeid not in (error.where or ""):
                error.where = ", ".join(filter(None, (error.where, place_of(item))))
            why = str(error)
        if one is None:  # outside of `except`, so that pytest does not show it twice
            pytest.fail(why, pytrace=False)
        item.stash[TAPED] = one
        try:
            with patches:
                yield one.tape
        finally:
            _close(one)
    _tell_unused(one, item)


def _opened(request: pytest.FixtureRequest, config: object, patches: ExitStack, turns: ExitStack) -> Taped:
    item: pytest.Item = request.node
    mark = marked(item)
    options = _configured(config, place_of(item))
    keep = bool(options.pop("record_on_exception", False))
    ignored = options.pop("ignore_hosts", ())
    configured = options.pop("mode", None)
    mode = mode_of(mark.mode, item.config, configured)
    because = reason_of(mark.mode, item.config, configured)
    path = path_of(item, mark)
    more: tuple[Path, ...] = ()
    imported = vcr_recordings(request, mark.match) if mark.path is None else None
    if imported is not None:
        path, more, mode = imported.path, imported.more, "none"
        options.setdefault("match", imported.match)
        ignored = (*ignored, *imported.ignore_hosts)
    elif mark.path is None:
        refuse_left_behind(item, path, mode)
    options |= {
        name: getattr(mark, name) for name in ("match", "pace", "fault") if getattr(mark, name) is not None
    }
    if is_variant(item):
        from harness.testing.parametrised import varied  # noqa: PLC0415 - few tests have variants

        options = varied({**options, "mode": mode}, item, path)
        mode = options.pop("mode")
    if (mark.path is not None or is_variant(item)) and records(path, mode):
        turns.enter_context(turn(path))  # of several tests that name it, one records, and the others replay
    command = _command(item, mark, path, mode) if imported is None else imported.command
    tape = TapeOfTest(
        path, test=item.nodeid, command=command, more=more, because=because, mode=mode, **options
    )
    try:
        clients = patches.enter_context(clients_on(tape, ignore_hosts=ignored))
    except HarnessError:
        tape.discard()
        raise
    return Taped(item.nodeid, path, mode, tape, clients, keep)


def _command(item: pytest.Item, mark: Marked, path: Path, mode: str) -> str:
    """What records a test anew."""
    wanted = "once" if mode == "none" and not path.exists() else "rewrite"
    test = item.nodeid
    if is_variant(item) and "[" not in plain_name(item):  # its cassette is that of all of them
        test = f"{test.removesuffix(item.name)}{plain_name(item)}"
    if mark.mode is not None:
        return f"pytest {shlex.quote(test)}, with mode={wanted!r} in the test's mark"
    return f"pytest {shlex.quote(test)} --harness-record-mode={wanted}"


def _configured(config: object, where: str) -> dict[str, Any]:
    """What the fixture `cassette_config` gave, looked at."""
    if not isinstance(config, Mapping):
        raise UsageError(
            f"{_CONFIG} gives no dict",
            where=where,
            expected="options of `harness.cassette`",
            found=repr(config),
        )
    options = dict(config)
    for name, value in options.items():
        if name == "path":
            raise UsageError(
                f"{_CONFIG} cannot name a cassette, as it is for several tests",
                where=where,
                hint="name it in the test's mark: `@pytest.mark.cassette(path)`",
            )
        if name not in (*_OF_TAPE, *_OWN):
            raise UnknownName(
                "option of a cassette", str(name), (*_OF_TAPE, *_OWN), where=f"{_CONFIG}, {where}"
            )
        if name in ("match", "pace", "fault", "mode") and value is not None:
            check_value(name, value, f"{name}={value!r} of {_CONFIG}, {where}")
    hosts = options.get("ignore_hosts", ())
    if not isinstance(hosts, (list, tuple, set, frozenset)) or not all(map(_is_host, hosts)):
        raise UsageError(
            f"ignore_hosts of {_CONFIG} is no list of names",
            where=where,
            expected="['localhost', '127.0.0.1', '*.example.com']: neither URLs nor ports",
            found=repr(hosts),
        )
    return {name: value for name, value in options.items() if value is not None}


def _is_host(given: object) -> bool:
    """Whether it is a name or address alone; those of IPv6 have colons, and may have brackets."""
    return isinstance(given, str) and bool(given) and "/" not in given and given.count(":") != 1


def _close(one: Taped) -> None:
    """Seal what a test has recorded, or drop it where it failed or was cut short: half a session is no cassette."""
    tape = one.tape
    tape.end()
    if (one.failed or not one.ended) and tape.recorded and not one.keep:
        tape.discard()
        return
    why = ""
    try:
        tape.close()
    except MissError as error:
        why = "" if one.told else one.anew() or str(error)
    except HarnessError as error:
        why = "\n".join([str(error), *getattr(error, "__notes__", ())])
    if why:
        pytest.fail(why, pytrace=False)


def _tell_unused(one: Taped, item: pytest.Item) -> None:
    """Warn of a test that was marked by itself, has no cassette, and passed without a request: what did it test?

    A mark on a module or class is for all tests there, some of which may send nothing; and so may a test that only
    asks for the fixture.
    """
    own = getattr(getattr(item, "obj", None), "pytestmark", ())
    if (
        one.tape.asked
        or one.failed
        or not one.ended
        or one.path.exists()
        or not any(mark.name == "cassette" for mark in own)
    ):
        return
    why = ""
    text = UsageError(
        "this test has a cassette and sent nothing, so nothing was recorded or replayed",
        where=place_of(item),
        hint="requests of httpx and httpx2 are on a cassette, and those of this process alone; a test that is to send"
        " none needs no mark",
    )
    try:
        file, line, _ = item.reportinfo()
        warnings.warn_explicit(CassetteWarning(str(text)), None, str(file), (line or 0) + 1)
    except CassetteWarning as error:  # the session takes warnings for errors
        why = str(error)
    if why:
        pytest.fail(why, pytrace=False)


def ended(item: pytest.Item, error: BaseException | None) -> None:
    """Note that the code of a test came to its end; fail it where it was content, although requests had no answer.

    Args:
        item: The test.
        error: What its code has raised.

    Raises:
        pytest.fail.Exception: There are such requests.
    """
    one = item.stash.get(TAPED, None)
    if one is None or isinstance(error, (KeyboardInterrupt, pytest.exit.Exception)):
        return
    one.ended = True
    if error is not None or getattr(
        item, "_excinfo", None
    ):  # a test of unittest that has failed raises nothing
        return
    if one.tape.misses and (text := one.anew()) and not one.told:
        one.told = True
        pytest.fail(text, pytrace=False)


def report_on(item: pytest.Item, report: pytest.TestReport) -> None:
    """Keep a test's outcome for its cassette, and add what the tape knows to a failure: SDKs hide it."""
    _tell_late(report)
    one = item.stash.get(TAPED, None)
    if one is None:
        return
    if report.when == "teardown":
        del item.stash[TAPED]  # pytest keeps its tests to the end of the session
        return
    if report.failed or (report.skipped and not hasattr(report, "wasxfail")):
        one.failed = True
    if not report.failed:
        return
    if is_variant(item) and one.tape.may_have_played:
        from harness.testing.played import how_played  # noqa: PLC0415 - few tests have variants, and fail

        report.sections.append(("harness: how it was played", how_played(item, one.path)))
    if text := _text_for(one, report):
        report.sections.append(("harness: cassette", text))


def _tell_late(report: pytest.TestReport) -> None:
    """Add what was asked of tapes of other tests; in one test, as it explains no failure of the next."""
    if report.failed and late_requests:
        report.sections.append(("harness: clients of other tests", "\n".join(late_requests)))
    if report.failed or report.when == "teardown":
        late_requests.clear()


def _text_for(one: Taped, report: pytest.TestReport) -> str:
    """What a failed test is told of its cassette, and its report does not show."""
    if one.tape.misses:
        shorten(report)
    texts = [] if one.told else [one.anew(report.longreprtext)]
    one.told = True
    if one.tape.has_played_crash:
        texts.append(
            "The recorder of what was replayed died, or refused a secret, before the answer was whole (recorder_crash)."
            f"\nTo record this test anew: {one.tape.command}"
        )
    if one.tape.recorded and not one.keep:
        count = "1 exchange" if one.tape.recorded == 1 else f"{one.tape.recorded} exchanges"
        texts.append(
            f"What this test recorded ({count}) is not kept, since it failed;"
            " `record_on_exception` in `cassette_config` would keep it."
        )
    return "\n".join(filter(None, texts))
