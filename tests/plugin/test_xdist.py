"""Cassettes in several processes: pytest-xdist's workers never write one file at a time."""

from __future__ import annotations

import pytest

from tests.pytesting import STREAM, asking, cassettes

pytest.importorskip("xdist")


def _in_two(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", "-n2", *arguments)


MODULE = f"""
@pytest.mark.cassette
@pytest.mark.parametrize("number", range(6))
def test_own(number):
    assert ask() == (200, {STREAM!r})

@pytest.mark.cassette("shared")
@pytest.mark.parametrize("number", range(6))
def test_shared(number):
    assert ask() == (200, {STREAM!r})
"""


def test_workers_record_and_replay_as_one_process_does(pytester: pytest.Pytester, url: str) -> None:
    """Each test has its file; of those that share one, the first records, and the others wait and replay."""
    pytester.makepyfile(test_it=asking(url) + MODULE)

    _in_two(pytester).assert_outcomes(passed=12)

    assert cassettes(pytester) == [
        *(f"cassettes/test_it/test_own-{number}.cassette.jsonl" for number in range(6)),
        "shared.cassette.jsonl",
    ]
    assert (pytester.path / "shared.cassette.jsonl").read_text().count('"k":"req"') == 1
    pytester.makepyfile(test_it=asking("http://127.0.0.1:9") + MODULE)
    _in_two(pytester, "--harness-record-mode=none", "--harness-block-network").assert_outcomes(passed=12)


def test_bad_marks_are_told_by_workers_too(pytester: pytest.Pytester) -> None:
    """In the same words, and no test runs."""
    pytester.makepyfile(test_it="import pytest\n@pytest.mark.cassette(mode='onec')\ndef test_it(): ...")

    result = _in_two(pytester)

    assert result.ret != pytest.ExitCode.OK
    assert "there is no record mode 'onec'" in result.stdout.str() + result.stderr.str()
    result.assert_outcomes(errors=1)


def test_the_group_of_a_test_is_no_part_of_its_cassettes_name(pytester: pytest.Pytester, url: str) -> None:
    """`--dist=loadgroup` adds it to the test's id."""
    pytester.makepyfile(
        test_it=asking(url)
        + "\n@pytest.mark.xdist_group('g')\n@pytest.mark.cassette\ndef test_chat(): ask()\n"
    )

    _in_two(pytester, "--dist=loadgroup").assert_outcomes(passed=1)

    assert cassettes(pytester) == ["cassettes/test_it/test_chat.cassette.jsonl"]
