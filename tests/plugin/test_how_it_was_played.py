"""What a failure says of the cut and the fault that its test was played with, and of what was never played."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.clients.live import LiveUpstream
from tests.pytesting import asking, run

if TYPE_CHECKING:
    import pytest

RECORDED = """
@pytest.mark.cassette("one")
def test_recorded(): ask({text!r})
"""
FAILING = """
@pytest.mark.cassette("one")
@pytest.mark.faults({fault!r})
def test_chat():
    try:
        ask({text!r})
    except httpx.HTTPError as error:
        raise AssertionError from error
    assert False
"""


def shown(pytester: pytest.Pytester, url: str, fault: str, text: str = "hello", *arguments: str) -> str:
    """What is told of a test that fails with a fault."""
    pytester.makepyfile(test_it=asking(url) + RECORDED.format(text="hello"))
    run(pytester).assert_outcomes(passed=1)
    pytester.makepyfile(test_it=asking(url) + FAILING.format(fault=fault, text=text))
    result = run(pytester, *arguments)
    result.assert_outcomes(failed=1)
    return result.stdout.str()


def test_a_stream_that_ends_early_is_told_to_end(pytester: pytest.Pytester, url: str) -> None:
    """What came of the event in which it ended may be one blank, which says nothing."""
    assert '  played    data: {"n (the stream ended here)' in shown(pytester, url, "reset:byte=25")
    assert "  played    (the stream ended here)" in shown(pytester, url, "cut:event=1")


def test_an_ending_of_a_fault_is_no_recorded_one(pytester: pytest.Pytester, url: str) -> None:
    """It must not send anybody to record anew."""
    text = shown(pytester, url, "reset:byte=25")

    assert "the fault reset:byte=25 makes this ending" in text
    assert "record it anew" not in text


def test_other_pieces_of_the_same_bytes_are_told_as_such(pytester: pytest.Pytester) -> None:
    """A character that is split changes nothing before the body, nor behind it."""
    with LiveUpstream({"/chat/completions": 'data: {"text":"grüße"}\n\n'.encode()}) as live:
        assert "  exchange 0: the same bytes, in other pieces" in shown(
            pytester, live.url, "split_character:character=0"
        )


def test_what_was_not_played_was_played_in_no_way(pytester: pytest.Pytester, url: str) -> None:
    """A request without a recording met no fault; and all the ways to play a cassette are recorded by one command."""
    text = shown(pytester, url, "cut", "another", "--harness-record-mode=none")

    assert "no recording answers" in text
    assert "how it was played" not in text
    assert "To record this test anew: pytest test_it.py::test_chat --harness-record-mode=rewrite" in text
