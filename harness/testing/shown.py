"""What a failure shows already, so that nothing is told twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def shorten(report: pytest.TestReport) -> None:
    """Leave the first line of a failure for the summary: where CI is set, pytest would tell all of it once more.

    Args:
        report: Of a test that failed with a text of ours; how the failure itself is shown stays as it is.
    """
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None:
        crash.message = crash.message.partition("\n")[0].removeprefix("Failed: ")


def is_shown(text: str, shown: str) -> bool:
    """Whether all lines of a text stand in another: as an SDK's error has them, or the traceback of one."""
    return all(line.strip() in shown for line in text.splitlines())
