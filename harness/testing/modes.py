"""Which record mode a test has.

The closest word counts: the test's mark, the command line, the fixture `cassette_config`, the project's settings. Where
nobody says anything, nothing is recorded in CI, since what is recorded there is lost, and passes for a test.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import pytest

from harness.cassettes.modes import parse_mode
from harness.errors import HarnessError

if TYPE_CHECKING:
    from collections.abc import Mapping

_NO: Final = frozenset({"", "0", "false", "f", "no", "n", "off"})


def in_ci(environment: Mapping[str, str]) -> bool:
    """Whether `CI` is set to something that does not say no, as every service for continuous integration sets it."""
    return environment.get("CI", "").strip().lower() not in _NO


def mode_of(marked: str | None, config: pytest.Config, configured: str | None = None) -> str:
    """A test's record mode.

    Args:
        marked: What the test's mark says.
        config: The session's settings.
        configured: What the fixture `cassette_config` says.
    """
    asked: str | None = config.getoption("--harness-record-mode")
    named = marked or asked or configured or config.getini("harness_record_mode")
    return str(named or ("none" if in_ci(os.environ) else "once"))


def reason_of(marked: str | None, config: pytest.Config, configured: str | None = None) -> str:
    """Why a test has its record mode, where nobody has chosen it: a sentence for hints; else "".

    Args:
        marked: As of `mode_of`, and so are the others.
        config: See there.
        configured: See there.
    """
    chosen = marked or config.getoption("--harness-record-mode") or configured
    if chosen or config.getini("harness_record_mode") or not in_ci(os.environ):
        return ""
    return "the mode is 'none' because CI is set in the environment"


def check(config: pytest.Config) -> None:
    """Look at what the command line and the project say.

    Raises:
        pytest.UsageError: There is no such mode.
    """
    for where, named in (
        ("--harness-record-mode", config.getoption("--harness-record-mode")),
        ("harness_record_mode, in the project's settings of pytest", config.getini("harness_record_mode")),
    ):
        if named:
            try:
                parse_mode(str(named))
            except HarnessError as error:
                error.where = where
                raise pytest.UsageError(str(error)) from None
