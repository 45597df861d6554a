"""`stream_snapshot` in a project of a user's, with syrupy as it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pytesting import asking, told

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

MODULE = r"""
def stream(number, text="hi"):
    return b'data: {"id":"chatcmpl-%d","created":%d,"text":"%b"}\n\ndata: [DONE]\n\n' % (number, number, text.encode())

def test_stream(stream_snapshot):
    body = stream(NUMBER, TEXT)
    assert body == stream_snapshot
    assert stream(1) == stream_snapshot(normalise=False)
    assert [body[:7], body[7:]] == stream_snapshot(keep=["created"] if NUMBER == 1 else [], name="chunks")
    assert body == stream(NUMBER, TEXT)
"""


def played(pytester: pytest.Pytester, number: int, text: str, *arguments: str) -> pytest.RunResult:
    """Run the module in a process of its own: syrupy keeps its session in a global."""
    module = MODULE.replace("NUMBER", str(number)).replace("TEXT", repr(text))
    pytester.makepyfile(test_it=module)
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", *arguments)


def test_a_snapshot_is_stored_compared_and_told(
    pytester: pytest.Pytester, snapshot: SnapshotAssertion
) -> None:
    """Other ids and times pass; another text fails, and the difference is the line of that event."""
    played(pytester, 1, "hi", "--snapshot-update").assert_outcomes(passed=1)
    stored = (pytester.path / "__snapshots__" / "test_it.streams").read_text()
    assert stored == snapshot(name="stored")

    played(pytester, 1, "hi").assert_outcomes(passed=1)
    result = played(pytester, 1, "ho")

    result.assert_outcomes(failed=1)
    assert told(result) == snapshot(name="told")
    result = played(pytester, 22, "hi")
    result.assert_outcomes(failed=1)  # at the last alone, which kept its time
    assert "stream_snapshot(keep=" in result.stdout.str()


def test_snapshots_of_two_kinds_live_side_by_side(pytester: pytest.Pytester) -> None:
    """Neither is taken for an unused one of the other, and each is updated by itself."""
    pytester.makepyfile(
        test_it="""
def test_both(snapshot, stream_snapshot):
    assert {"a": 1} == snapshot
    assert b"data: {}\\n\\n" == stream_snapshot
    assert {"b": 1} == snapshot
"""
    )
    pytester.runpytest_subprocess("--snapshot-update").assert_outcomes(passed=1)

    result = pytester.runpytest_subprocess("--snapshot-details")

    result.assert_outcomes(passed=1)
    assert "unused" not in result.stdout.str()
    assert sorted(one.name for one in (pytester.path / "__snapshots__").iterdir()) == [
        "test_it.ambr",
        "test_it.streams",
    ]


def test_an_unused_snapshot_is_reported(pytester: pytest.Pytester) -> None:
    """As syrupy reports all others."""
    played(pytester, 1, "hi", "--snapshot-update")
    pytester.makepyfile(
        test_it="def test_stream(stream_snapshot):\n    assert b'data: {}' == stream_snapshot(name='new')"
    )

    result = pytester.runpytest_subprocess("--snapshot-update")

    result.stdout.fnmatch_lines(["*1 snapshot generated. 3 unused snapshots deleted.*"])


def test_filters_of_syrupy_are_refused(pytester: pytest.Pytester) -> None:
    """They are for objects, and would do nothing here."""
    pytester.makepyfile("def test_it(stream_snapshot):\n    assert b'' == stream_snapshot(exclude=print)")

    result = pytester.runpytest_subprocess()

    result.stdout.fnmatch_lines(["*there is no option of stream_snapshot 'exclude'*"])


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["-p", "no:syrupy"], "*needs syrupy, which this session does not have: pip install 'syrupy>=4.6'*"),
        ([], "*this is no stream, and no event of one*"),
    ],
)
def test_what_cannot_be_done_is_told_without_our_frames(
    pytester: pytest.Pytester, arguments: list[str], line: str
) -> None:
    """Where syrupy is not there, and where there is no stream."""
    pytester.makepyfile("def test_it(stream_snapshot):\n    assert 3 == stream_snapshot")

    result = pytester.runpytest_subprocess(*arguments)

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([line])
    assert "harness/testing" not in result.stdout.str()


def test_an_answer_that_stands_for_a_missing_recording_is_never_a_snapshot(pytester: pytest.Pytester) -> None:
    """It holds paths, and the test fails anyway; and a tape on which nothing was exchanged shows no stream."""
    pytester.makepyfile(
        test_it="""
import httpx, pytest

@pytest.mark.cassette(mode="none")
def test_missed(stream_snapshot):
    assert httpx.post("http://127.0.0.1:9/v1/chat/completions", json={}).content == stream_snapshot

def test_tape(cassette, stream_snapshot):
    assert cassette == stream_snapshot
"""
    )

    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "--snapshot-update")

    result.assert_outcomes(failed=2)
    assert not (pytester.path / "__snapshots__").exists()
    shown = result.stdout.str()
    assert shown.count("this test has no cassette yet") == 1
    assert "neither compared nor kept" in shown
    assert "this tape has neither played nor recorded an exchange to its end" in shown


def test_a_tape_shows_what_was_exchanged_on_it(
    pytester: pytest.Pytester, url: str, snapshot: SnapshotAssertion
) -> None:
    """While it records and when it replays alike, whatever a fault does to the replay; and of several, all."""
    pytester.makepyfile(
        test_it=asking(url)
        + """
def test_one(cassette, stream_snapshot):
    ask()
    assert cassette == stream_snapshot

def test_two(cassette, stream_snapshot):
    ask()
    ask("more")
    assert cassette == stream_snapshot

@pytest.mark.cassette("cassettes/test_it/test_one.cassette.jsonl", fault="cut:event=1")
def test_cut(cassette, stream_snapshot):
    with pytest.raises(httpx.RemoteProtocolError):
        ask()
    assert cassette == stream_snapshot
"""
    )
    arguments = "-p", "no:cacheprovider", "-p", "no:randomly"

    pytester.runpytest_subprocess(*arguments, "--snapshot-update").assert_outcomes(passed=3)
    stored = (pytester.path / "__snapshots__" / "test_it.streams").read_text()
    assert stored.replace(url, "URL") == snapshot
    result = pytester.runpytest_subprocess(*arguments)

    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["*3 snapshots passed.*"])
