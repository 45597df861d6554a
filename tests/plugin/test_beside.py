"""Beside other plugins of pytest's that many projects have: each does its own, and ours what it does without them."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import pytest

from tests.pytesting import asking, cassettes

if TYPE_CHECKING:
    from collections.abc import Callable

MODULE = """
import time

@pytest.mark.cassette
@pytest.mark.parametrize("text", ["a/b", "c d", "e"])
def test_chat(text):
    assert ask(text)[0] == 200

@pytest.mark.cassette
class TestChat:
    def test_turn(self):
        assert ask("turn")[0] == 200
"""


def needs(name: str) -> pytest.MarkDecorator:
    """What is installed by `nox -s plugins` alone, since it loads itself."""
    missing = importlib.util.find_spec(name) is None
    return pytest.mark.skipif(missing, reason=f"nox -s plugins installs {name.replace('_', '-')}")


@pytest.fixture
def session(pytester: pytest.Pytester) -> Callable[..., pytest.RunResult]:
    """A session of a user's, in a process of its own, with all plugins that are installed."""

    def run(*arguments: str) -> pytest.RunResult:
        quiet = ("-p", "no:cacheprovider", "-W", "ignore")
        return pytester.runpytest_subprocess(*quiet, *arguments)

    return run


@needs("pytest_randomly")
def test_the_order_of_tests_is_nothing_to_a_cassette(
    pytester: pytest.Pytester, url: str, session: Callable[..., pytest.RunResult]
) -> None:
    """Recorded in one order and replayed in others; no test has another's."""
    pytester.makepyfile(test_it=asking(url) + MODULE)

    session("--randomly-seed=1").assert_outcomes(passed=4)
    recorded = cassettes(pytester)
    for seed in (2, 3):
        result = session(f"--randomly-seed={seed}", "--harness-record-mode=none")
        result.assert_outcomes(passed=4)
        assert " cassettes " not in result.stdout.str()

    assert len(recorded) == 4
    assert cassettes(pytester) == recorded


@needs("pytest_socket")
def test_a_replay_needs_no_socket(
    pytester: pytest.Pytester, url: str, session: Callable[..., pytest.RunResult]
) -> None:
    """With pytest-socket no test can make one; and its own list of hosts stands beside ours."""
    pytester.makepyfile(test_it=asking(url) + MODULE)
    session("--allow-hosts=127.0.0.1").assert_outcomes(passed=4)

    session("--disable-socket", "--harness-record-mode=none").assert_outcomes(passed=4)
    both = ("--allow-hosts=127.0.0.1", "--harness-block-network", "--harness-record-mode=none")
    session(*both).assert_outcomes(passed=4)


@needs("pytest_rerunfailures")
def test_a_test_that_is_run_again_records_again(
    pytester: pytest.Pytester, url: str, session: Callable[..., pytest.RunResult]
) -> None:
    """What it recorded when it failed is not kept; what it recorded when it passed is."""
    pytester.makepyfile(
        test_it=asking(url)
        + """
runs = []

@pytest.mark.cassette
def test_flaky():
    runs.append(ask())
    ask("more" * len(runs))
    assert len(runs) > 1
"""
    )

    session("--reruns=1").stdout.fnmatch_lines(["*1 passed, 1 rerun*"])

    (name,) = cassettes(pytester)
    assert (pytester.path / name).read_text("utf-8").count("moremore") == 1
    session("--reruns=1", "--harness-record-mode=none").stdout.fnmatch_lines(["*1 passed, 1 rerun*"])


def test_a_test_that_takes_too_long_keeps_nothing(
    pytester: pytest.Pytester, url: str, session: Callable[..., pytest.RunResult]
) -> None:
    """pytest-timeout ends it as a failure; the others go on."""
    pytest.importorskip("pytest_timeout")
    slow = (
        "\n@pytest.mark.cassette\n@pytest.mark.timeout(1)\ndef test_slow():\n    ask()\n    time.sleep(600)\n"
    )
    pytester.makepyfile(test_it=asking(url) + MODULE + slow)

    session("--timeout-method=signal").assert_outcomes(passed=4, failed=1)

    assert len(cassettes(pytester)) == 4


def test_a_folder_that_cannot_be_written_is_said_without_a_traceback(
    pytester: pytest.Pytester, url: str, session: Callable[..., pytest.RunResult]
) -> None:
    """Where its tests would be recorded; those that replay need not write."""
    pytester.makepyfile(test_it=asking(url) + MODULE)
    pytester.path.joinpath("cassettes").write_text("a file where the folder would be", "utf-8")

    result = session()

    result.assert_outcomes(errors=4)
    result.stdout.fnmatch_lines(
        ["file-access: no file can be made here", "  hint *replay alone with mode=*none*"]
    )
    assert "Traceback" not in result.stdout.str()
