"""Which cassette a test has, and how it is played."""

from __future__ import annotations

import inspect
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import harness
from harness.errors import UsageError
from harness.testing.parametrised import varied
from harness.testing.variants import plain_name

if TYPE_CHECKING:
    import pytest

    from harness.cassettes.matching.policy import MatchPolicy
    from harness.io.tape import Tape

_UNSAFE: Final = re.compile(r"[^\w.-]+")


class Marked:
    """What `@pytest.mark.cassette(...)` says.

    Args:
        path: The cassette, from the test's folder; by default it is named after the test.
        mode: The record mode, whatever the session's is.
        pace: When replayed chunks are due, and how they are cut.
        fault: What goes wrong on replay.
        match: What makes a request equal to a recorded one.
    """

    def __init__(
        self,
        path: str | Path | None = None,
        mode: str | None = None,
        pace: str | None = None,
        fault: str | None = None,
        match: MatchPolicy | None = None,
    ) -> None:
        self.path = path
        self.mode = mode
        self.pace = pace
        self.fault = fault
        self.match = match


def marked(request: pytest.FixtureRequest) -> Marked:
    """The mark of a test; one without arguments where it has none.

    Raises:
        UsageError: There are two at one place, or an argument that a mark does not have.
    """
    own = [one for one in request.node.own_markers if one.name == "cassette"]
    if len(own) > 1:
        raise UsageError(
            "a test has one cassette, and this one has two marks",
            where=request.node.nodeid,
            hint="keep one `@pytest.mark.cassette(...)`; a second tape is `harness.cassette(path)` in the test",
        )
    mark = request.node.get_closest_marker("cassette")
    if mark is None:
        return Marked()
    try:
        bound = inspect.signature(Marked).bind(*mark.args, **mark.kwargs)
    except TypeError as error:
        raise UsageError(
            f"the mark `cassette` cannot be meant: {error}",
            where=request.node.nodeid,
            expected="path, mode, pace, fault, match",
        ) from None
    return Marked(*bound.args, **bound.kwargs)


def mode_of(mark: Marked, config: pytest.Config) -> str:
    """The record mode: the mark's, the command line's, the project's; else none in CI, so that CI records nothing."""
    named = mark.mode or config.getoption("--harness-record-mode") or config.getini("harness_record_mode")
    return named or ("none" if os.environ.get("CI") else "once")


def path_of(mark: Marked, request: pytest.FixtureRequest) -> Path:
    """The cassette's place: `cassettes/<module>/<test>.cassette.jsonl` beside the test, or what was named."""
    beside = request.path.parent
    if mark.path is not None:
        return beside / mark.path
    named = request.config.getoption("--harness-cassette-dir")
    if named is not None:
        folder = Path(request.config.invocation_params.dir) / named
    elif ini := request.config.getini("harness_cassette_dir"):
        folder = request.config.rootpath / ini
    else:
        folder = beside / "cassettes"
    node = request.node
    classes = node.nodeid.partition("::")[2].removesuffix(node.name)
    name = _UNSAFE.sub("-", (classes + plain_name(node)).replace("::", ".")).strip("-")
    return folder / request.path.stem / f"{name}.cassette.jsonl"


def tape_of(request: pytest.FixtureRequest) -> Tape:
    """The test's tape, opened.

    Raises:
        HarnessError: As of `harness.cassette`, and of a mark that cannot be meant.
    """
    mark = marked(request)
    options: dict[str, Any] = {
        "mode": mode_of(mark, request.config),
        "match": mark.match,
        "fault": mark.fault,
    }
    if mark.pace is not None:
        options["pace"] = mark.pace
    path = path_of(mark, request)
    if options["mode"] != "none":
        path.parent.mkdir(parents=True, exist_ok=True)
    return harness.cassette(path, **varied(options, request.node, path))
