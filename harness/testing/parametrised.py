"""One test, every cut and every fault: what `@pytest.mark.rechunk` and `@pytest.mark.faults` make of a test.

Each of them parametrises the test by a direct parameter of its own, `harness_cut` and `harness_fault`, which nothing
has to ask for: whoever opens the test's cassette looks them up in the item. A cassette's path does not depend on them,
so one recording serves all; and what is recorded meets neither.
"""

from __future__ import annotations

import os
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

import pytest

from harness.cassettes.cuts import PLACES, offsets
from harness.cassettes.pace import parse_pace
from harness.errors import HarnessError, UnknownName, UsageError
from harness.faults.registry import faults, parse_fault
from harness.io.playback import obstacle_in_all
from harness.io.recordings import read_recording
from harness.testing.marks import marked
from harness.testing.places import path_of
from harness.testing.variants import CUT, FAULT, params_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from harness.cassettes.exchange import Exchange
    from harness.faults.fault import Fault

PLAIN: Final = "none"
"""The fault of a test whose cassette is not there yet: it is recorded, and the next session knows what applies."""

CUTS: Final = ("byte", *(place for place in PLACES if place != "random"), "random@1", "random@2")
"""What `rechunk` without arguments cuts by, as far as the recording has such places; at random, with two seeds."""

_USERS: Final = ("cassette", "replay_server", "gateway")
"""Fixtures that play as the marks say; servers of a session are for all of its tests, and cannot."""

_RECORDED: Final = pytest.StashKey[set[str]]()


class Chosen(str):
    """A fault that no test has named: where it turns out not to apply, its test is skipped."""

    __slots__ = ()


def parametrise(metafunc: pytest.Metafunc) -> None:
    """Parametrise a test that has one of the two marks.

    Raises:
        CollectError: A mark cannot be meant; the text says what would be.
    """
    try:
        _parametrise(metafunc)
    except HarnessError as error:
        raise pytest.Collector.CollectError(str(error)) from None


def _parametrise(metafunc: pytest.Metafunc) -> None:
    recording = _Recording(metafunc)
    for name, parameter, word, choose in (
        ("rechunk", CUT, "cut", _cuts),
        ("faults", FAULT, "fault", _faults),
    ):
        mark = _mark(metafunc.definition, name)
        if mark is None:
            continue
        where = _where(metafunc.definition, mark)
        if metafunc.definition.get_closest_marker("cassette") is None and not any(
            one in metafunc.fixturenames for one in _USERS
        ):
            raise UsageError(
                f"the mark `{name}` has nothing to change: the test has no cassette",
                where=where,
                hint="mark it with @pytest.mark.cassette, or let it use the fixture cassette, replay_server or gateway",
            )
        values = choose(mark, where, recording)
        _refuse_clash(metafunc.definition, parameter, values, where)
        metafunc.fixturenames.append(parameter)
        metafunc.parametrize(parameter, values, ids=[f"{word}={value}" for value in values])


def _refuse_clash(definition: pytest.Item, parameter: str, values: Sequence[str], where: str) -> None:
    """Refuse what the test's own mark `cassette` says as well, before any test runs."""
    own = marked(definition)
    if parameter == FAULT and own.fault is not None:
        named = next((one for one in values if one != PLAIN), "what this mark chooses")
        raise _two_faults(own.fault, named, where)
    if parameter == CUT and own.pace is not None:
        try:
            for cut in values:
                cut_pace(cut, own.pace)
        except HarnessError as error:
            error.where = f"pace={own.pace!r}, {where}"
            raise


def _two_faults(one: str, other: str, where: str) -> UsageError:
    return UsageError(
        "a test has one fault at a time, and this one has two",
        where=where,
        found=f"{one} and {other}",
        hint="leave out `fault=`, or the mark `faults`",
    )


def cut_pace(cut: str, pace: str = "instant") -> str:
    """The pace with which a cut is played.

    Args:
        cut: A name of `CUTS`, `random@SEED`, or what a pace calls it (`bytes:7`, `cuts:3,10`); `recorded` cuts nothing.
        pace: The time that it is played in.

    Raises:
        UsageError: There is no such cut, or the pace cuts already.
    """
    if cut == "recorded":
        return pace
    name = cut.partition("@")[0]
    if cut == "byte":
        text = "bytes:1"
    elif name in PLACES:
        text = f"at:{cut}"
    elif cut.startswith(("bytes:", "cuts:")):
        text = cut
    else:
        raise UnknownName("cut", cut, ("recorded", "byte", *PLACES, "random@SEED", "bytes:N", "cuts:A,B"))
    parse_pace(text)
    try:
        return str(parse_pace(f"{pace}+{text}"))
    except UsageError:
        parse_pace(pace)
        raise UsageError(
            "the mark `rechunk` cuts what its pace has cut already",
            where=f"pace={pace!r}, cut {cut!r}",
            hint="leave a time in the pace (recorded, instant, x4), or leave the mark out",
        ) from None


def varied(options: dict[str, Any], item: pytest.Item, path: Path | None = None) -> dict[str, Any]:
    """The options of a tape or server (`pace`, `fault`, `mode`) for this one of the parameters.

    Args:
        options: As the test has them; without an entry `mode`, none is made.
        item: The test.
        path: The cassette, where there is one alone.

    Raises:
        UsageError: The test has a fault or a cut of its own, too.
    """
    given = params_of(item)
    cut, fault = given.get(CUT), given.get(FAULT)
    if cut is None and fault is None:
        return options
    options = dict(options)
    if cut is not None:
        options["pace"] = cut_pace(cut, options.get("pace") or "instant")
    if fault is not None and fault != PLAIN:
        if options.get("fault"):
            raise _two_faults(options["fault"], fault, item.nodeid)
        _skip_if_obstructed(fault, path)
        options["fault"] = str(fault)
    if "mode" in options and path is not None:
        options["mode"] = _mode(options["mode"], item.config, path)
    return options


def _mode(mode: str, config: pytest.Config, path: Path) -> str:
    """The record mode: what the first of the parameters has recorded anew, the others replay."""
    if mode not in {"all", "rewrite"}:
        return mode
    if "PYTEST_XDIST_WORKER" in os.environ:
        raise UsageError(
            f"record mode {mode!r} would record this cassette anew in several workers at once",
            where=str(path),
            hint="record it without pytest-xdist (-n0): its cuts and faults are one recording",
        )
    recorded = config.stash.setdefault(_RECORDED, set())
    if str(path) in recorded and path.exists():
        return "none"
    recorded.add(str(path))
    return mode


def _skip_if_obstructed(fault: str, path: Path | None) -> None:
    if isinstance(fault, Chosen) and path is not None and path.exists():
        found = obstacle_in_all(parse_fault(fault), read_recording(path).exchanges)
        if found is not None:
            pytest.skip(f"the fault {fault} cannot be made here: {found[1]}")


class _Recording:
    """The cassettes that a test has, as far as that is known before it runs."""

    def __init__(self, metafunc: pytest.Metafunc) -> None:
        self._metafunc = metafunc
        self._exchanges: Sequence[Exchange] | None = None

    @property
    def is_named(self) -> bool:
        """Whether the test has a cassette of its own, be it recorded or not."""
        return (
            self._metafunc.definition.get_closest_marker("cassette") is not None
            or "cassette" in self._metafunc.fixturenames
        )

    def exchanges(self) -> Sequence[Exchange]:
        """All that is recorded so far; none where that cannot be read, which the test will tell."""
        if self._exchanges is None:
            self._exchanges = list(self._read()) if self.is_named else []
        return self._exchanges

    def _read(self) -> Iterable[Exchange]:
        definition = self._metafunc.definition
        path = path_of(definition, marked(definition))
        # A test with other parameters has a cassette for each of them.
        stem = path.name.removesuffix(".cassette.jsonl")
        for one in [path] if path.exists() else sorted(path.parent.glob(f"{stem}-*.cassette.jsonl")):
            try:
                yield from read_recording(one).exchanges
            except HarnessError:
                continue


def _cuts(mark: pytest.Mark, where: str, recording: _Recording) -> list[str]:
    for cut in mark.args:
        if not isinstance(cut, str):
            raise UsageError("a cut is a text", where=where, expected=", ".join(CUTS), found=repr(cut))
        try:
            cut_pace(cut)
        except HarnessError as error:
            error.where, error.found = where, error.found or repr(cut)
            raise
    if mark.args:
        return list(dict.fromkeys(mark.args))
    bodies = [one.response.body() for one in recording.exchanges() if one.response is not None]
    return [cut for cut in CUTS if cut not in PLACES or not bodies or has_place(cut, bodies)]


def has_place(cut: str, bodies: Iterable[bytes]) -> bool:
    """Whether one of the bodies has such a place; one piece, and cuts at random, every body has."""
    return cut in {"whole", "random"} or any(offsets(cut, body) for body in bodies)


def _faults(mark: pytest.Mark, where: str, recording: _Recording) -> list[str]:
    if not mark.args and not recording.is_named:
        raise UsageError(
            "which faults apply cannot be told before the test opens its recording",
            where=where,
            hint="name the faults, or the recording: @pytest.mark.cassette(path)",
        )
    found: list[str] = []
    for one in mark.args or ("",):
        if not isinstance(one, str):
            raise UsageError(
                "a fault is a text", where=where, expected="such as truncate or status:429", found=repr(one)
            )
        try:
            found += _chosen(one, recording.exchanges()) if one in {"", *groups()} else [_named(one)]
        except HarnessError as error:
            error.where, error.found = where, error.found or repr(one)
            raise
    return list(dict.fromkeys(found)) or [Chosen(PLAIN)]


def _named(text: str) -> str:
    if text != PLAIN:
        known_fault(text)
    return text


def known_fault(text: str) -> Fault:
    """A fault as it is written.

    Args:
        text: Such as `truncate` or `status:429`.

    Raises:
        UsageError: There is neither such a fault nor such a group of them, or it cannot be made so.
    """
    try:
        return parse_fault(text)
    except UnknownName as error:
        close = get_close_matches(text, groups(), n=1)
        if close and text.isidentifier():
            error.hint = f"did you mean {close[0]!r}, a group of faults?"
        if error.expected == f"one of {len(faults())} names":
            error.expected = (
                f"a group ({', '.join(groups())}) or one of {len(faults())} faults (docs/faults.md)"
            )
        raise


def _chosen(group: str, exchanges: Sequence[Exchange]) -> list[str]:
    """Each fault of a group that can be made in one of the recordings."""
    return [Chosen(name) for name in applicable(exchanges, group)] if exchanges else []


def applicable(exchanges: Sequence[Exchange], group: str = "") -> list[str]:
    """The faults, of one group or all, that can be made in one of these exchanges and take no time of their own.

    Faults that let a client wait (`stall`, `silence`, `slow`, ...) are left out: with their defaults a test would wait
    as long as its client does. Whoever wants one names it with a duration.
    """
    return [
        name
        for name, kind in faults().items()
        if (not group or _group(kind) == group)
        and "times" not in kind.needs
        and obstacle_in_all(kind(), exchanges) is None
    ]


def groups() -> list[str]:
    """The folders of faults, which stand for all faults in them that apply."""
    return sorted({_group(kind) for kind in faults().values()})


def _group(kind: type) -> str:
    return kind.__module__.split(".")[2]


def _mark(definition: pytest.Item, name: str) -> pytest.Mark | None:
    own = [mark for mark in definition.own_markers if mark.name == name]
    mark = definition.get_closest_marker(name)
    if mark is None:
        return None
    if len(own) > 1:
        raise UsageError(
            f"a test has one mark `{name}`, and this one has {len(own)}",
            where=_where(definition, mark),
            hint=f"name all in one: @pytest.mark.{name}(first, second)",
        )
    if mark.kwargs:
        raise UsageError(
            f"the mark `{name}` takes names alone",
            where=_where(definition, mark),
            found=", ".join(f"{key}=" for key in mark.kwargs),
            hint='@pytest.mark.rechunk("byte", "event")'
            if name == "rechunk"
            else '@pytest.mark.faults("truncate")',
        )
    return mark


def _where(definition: pytest.Item, mark: pytest.Mark) -> str:
    shown = ", ".join(map(repr, mark.args))
    file, line, _ = definition.location
    at = f"{file}:{line + 1}" if line is not None else file
    return f"{at}, @pytest.mark.{mark.name}({shown}) of {definition.nodeid.rpartition('::')[2]}"
