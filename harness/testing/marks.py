"""What `@pytest.mark.cassette(...)` says of a test.

A mark may stand on a function, a class, a module or a package, and each argument is taken from the closest place that
gives it. What cannot be meant is found when tests are collected, and not when the one test runs at last.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from harness.cassettes.matching.policy import MatchPolicy
from harness.cassettes.modes import parse_mode
from harness.cassettes.pace import parse_pace
from harness.errors import HarnessError, UnknownName, UsageError
from harness.faults.registry import parse_fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NAME: Final = "cassette"


@dataclass(frozen=True)
class Marked:
    """The arguments of a mark; None is what a test did not say.

    Args:
        path: The cassette, from the folder of the test's file; by default it is named after the test.
        mode: The record mode, whatever the session's is.
        pace: When replayed chunks are due, and how they are cut.
        fault: What goes wrong on replay.
        match: What makes a request equal to a recorded one.
    """

    path: str | Path | None = None
    mode: str | None = None
    pace: str | None = None
    fault: str | None = None
    match: MatchPolicy | None = None


ARGUMENTS: Final = tuple(one.name for one in fields(Marked))


def place_of(item: pytest.Item) -> str:
    """A test, as errors name it: its id, and where it stands."""
    file, line, _ = item.location  # pytest keeps it; `reportinfo` looks into the source again
    return f"{item.nodeid} ({Path(file).name}:{(line or 0) + 1})"


_READ: Final = pytest.StashKey[tuple[list[pytest.Mark], Marked]]()
"""Where a test's item has the marks that were read, and what they said."""


def marked(item: pytest.Item) -> Marked:
    """What the marks of a test say together; nothing where it has none.

    Raises:
        UsageError: There are two at one place, an argument that a mark does not have, or a value that it cannot.
    """
    marks = list(item.iter_markers(NAME))
    known, said = item.stash.get(_READ, ([], None))
    # A fixture may add a mark while the test is set up.
    if said is None or len(known) != len(marks) or any(map(operator.is_not, known, marks)):
        said = _read(item)
        item.stash[_READ] = marks, said
    return said


def _read(item: pytest.Item) -> Marked:
    where = place_of(item)
    said: dict[str, Any] = {}
    for marks in _places(item):
        if len(marks) > 1:
            raise UsageError(
                "a test has one cassette, and here are two marks at one place",
                where=where,
                found=" and ".join(_written(one) for one in marks),
                hint="keep one `@pytest.mark.cassette(...)`; a second tape is `harness.cassette(path)` in the test",
            )
        for mark in marks:
            for name, value in _arguments(mark, where).items():
                if value is not None:
                    said.setdefault(name, value)
    return Marked(**said)


def check(items: Sequence[pytest.Item]) -> None:
    """Look at the marks of tests that have one.

    Raises:
        pytest.UsageError: Some cannot be meant; all of them are named, each once.
    """
    wrong: dict[str, None] = {}
    for item in items:
        try:
            marked(item)
        except HarnessError as error:
            wrong[str(error)] = None
    if wrong:
        several = [f"{len(wrong)} marks cannot be meant"] if len(wrong) > 1 else []
        raise pytest.UsageError("\n".join([*several, *wrong]))


def _places(item: pytest.Item) -> Iterator[list[pytest.Mark]]:
    """The marks at each place, the closest place first."""
    for node in reversed(item.listchain()):
        own = [one for one in node.own_markers if one.name == NAME]
        if not own:
            continue
        if isinstance(node, pytest.Class):
            # The node has the marks of all base classes, and a class may say otherwise than its base.
            yield from (_of(vars(kind).get("pytestmark", ()))[::-1] for kind in node.obj.__mro__)
        elif isinstance(node, pytest.Function):
            written = _of(getattr(node.obj, "pytestmark", ()))
            case = _of(getattr(getattr(node, "callspec", None), "marks", ()))
            placed = {id(one) for one in (*written, *case)}
            yield case
            yield [one for one in own if id(one) not in placed]  # `add_marker` of a hook
            yield written[::-1]  # decorators are kept from the last line to the first
        else:
            yield own


def _of(marks: Any) -> list[pytest.Mark]:
    listed = marks if isinstance(marks, (list, tuple)) else (marks,)
    bare = (getattr(one, "mark", one) for one in listed)
    return [one for one in bare if isinstance(one, pytest.Mark) and one.name == NAME]


def _written(mark: pytest.Mark) -> str:
    said = [repr(one) for one in mark.args] + [f"{name}={value!r}" for name, value in mark.kwargs.items()]
    return f"{NAME}({', '.join(said)})"


def _arguments(mark: pytest.Mark, where: str) -> dict[str, Any]:
    """A mark's arguments by name, each looked at."""
    if len(mark.args) > len(ARGUMENTS):
        raise UsageError(
            f"the mark `cassette` takes at most {len(ARGUMENTS)} arguments",
            where=where,
            expected=", ".join(ARGUMENTS),
            found=_written(mark),
        )
    said = dict(zip(ARGUMENTS, mark.args, strict=False))
    for name, value in mark.kwargs.items():
        if name not in ARGUMENTS:
            raise UnknownName(
                "argument of the mark `cassette`",
                name,
                ARGUMENTS,
                where=where,
                hint="other options of `harness.cassette` are what the fixture `cassette_config` gives",
            )
        if name in said:
            raise UsageError(
                f"the mark `cassette` is given {name!r} twice", where=where, found=_written(mark)
            )
        said[name] = value
    for name, value in said.items():
        if value is not None:
            check_value(name, value, f"{name}={value!r}, {where}")
    return said


def check_value(name: str, value: object, where: str) -> None:
    """Look at one argument.

    Args:
        name: Which of `ARGUMENTS`.
        value: What it is given; not None.
        where: What errors name.

    Raises:
        UsageError: It is of the wrong type, or there is no such mode, pace or fault.
    """
    if name == "match":
        if not isinstance(value, MatchPolicy):
            raise UsageError(
                "this argument cannot be meant", where=where, expected="a harness.MatchPolicy(...)"
            )
        return
    if not isinstance(value, str) and not (name == "path" and isinstance(value, Path)):
        expected = "a path" if name == "path" else "text, as on the command line"
        raise UsageError("this argument cannot be meant", where=where, expected=expected)
    if not str(value):
        raise UsageError("this argument is empty", where=where, hint="leave it out for the default")
    if name == "path" and (Path(value).name in {"", ".."} or "\0" in str(value)):
        raise UsageError(
            "this path names no file", where=where, expected="a path such as 'chat.cassette.jsonl'"
        )
    parse = {"mode": parse_mode, "pace": parse_pace, "fault": parse_fault}.get(name)
    if parse is None:
        return
    try:
        parse(str(value))
    except HarnessError as error:
        error.where = where
        error.found = error.found or repr(value)
        raise
