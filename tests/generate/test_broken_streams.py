"""Broken streams: what happened is said in a way that can be repeated, and it always changed something."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.errors import UnknownName, UsageError
from harness.faults.registry import parse_fault
from harness.generate import (
    BrokenStream,
    GeneratedStream,
    anthropic_streams,
    broken,
    chat_streams,
    gemini_streams,
    responses_streams,
)
from tests.judging import judged

MANY = settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
STREAMS = st.one_of(chat_streams(), responses_streams(), anthropic_streams(), gemini_streams())
SMALL = GeneratedStream("chat", {"model": "m", "stream": True}, (b"data: {}\n\n", b"data: [DONE]\n\n"))


@given(broken(STREAMS))
@MANY
def test_the_bytes_have_changed_as_the_fault_says(found: BrokenStream) -> None:
    """The fault is read again from its text, and does the same to the stream that was meant."""
    assert found.body != found.stream.body
    response = parse_fault(found.fault).apply(found.stream.exchange()).response
    assert response is not None
    assert b"".join(chunk.data for chunk in response.chunks) == found.body


@given(broken(chat_streams(), faults=("finish_reason_missing", "omit_done")))
@MANY
def test_the_faults_that_are_asked_for_are_the_only_ones(found: BrokenStream) -> None:
    """With their settings, where they have some."""
    assert found.fault in {"finish_reason_missing", "omit_done"}


def test_every_way_to_break_a_stream_is_reached() -> None:
    """The four cuts, and very many of the other faults."""
    seen: set[str] = set()

    @settings(
        max_examples=1500, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
    )
    @given(broken(st.one_of(chat_streams(), responses_streams())))
    def run(found: BrokenStream) -> None:
        seen.add(found.fault.partition(":")[0])

    run()
    assert seen >= {"drop", "repeat", "swap", "cut"}
    assert len(seen) > 80


@given(broken(responses_streams(finish=("completed",)), faults=("omit_terminal", "drop:event=0")))
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_the_checker_sees_what_was_broken(found: BrokenStream) -> None:
    """Here of faults that are never without a trace, but where a comment came first."""
    exchange = parse_fault(found.fault).apply(found.stream.exchange())
    if not (found.fault.startswith("drop") and found.stream.events[0].startswith(b":")):
        assert any(str(one.severity) == "error" for one in judged(exchange, "responses").findings)


def test_one_stream_can_be_broken_as_well() -> None:
    """The same stream each time."""

    @settings(max_examples=30)
    @given(broken(SMALL))
    def run(found: BrokenStream) -> None:
        assert found.stream is SMALL

    run()


def test_bad_use_is_refused_before_anything_is_drawn() -> None:
    """What can be broken, and by what."""
    with pytest.raises(UsageError, match="a GeneratedStream, or a strategy such as"):
        broken(b"data: {}\n\n")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="names of faults, at least one"):
        broken(chat_streams(), faults=())
    with pytest.raises(UsageError, match="names of faults, at least one"):
        broken(chat_streams(), faults=(1,))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="leaves the body, or changes more than the body"):
        broken(chat_streams(), faults=("status:code=500",))
    with pytest.raises(UnknownName, match="drop"):
        broken(chat_streams(), faults=("dropp",))
    with pytest.raises(UsageError, match="nothing of usage_zero can happen in this stream"):
        broken(SMALL, faults=("usage_zero",))


def test_faults_are_loaded_when_the_strategy_is_made() -> None:
    """In the first draw they would cost so long that hypothesis fails the test for it."""
    program = """
import sys
from harness.generate import broken, chat_streams
broken(chat_streams())
assert "harness.faults.stream" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])  # noqa: S603 - ours
