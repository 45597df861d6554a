"""Every stream that a strategy makes is legal: the checker, with all of its rules, finds nothing to complain of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

import harness
from harness.findings import Severity
from harness.generate import anthropic_streams, chat_streams, gemini_streams, responses_streams
from tests.judging import judged

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

    from harness.generate import GeneratedStream

    Make = Callable[[], SearchStrategy[GeneratedStream]]

THOROUGH = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])

REMARKS = {
    "CHAT-CONT-005": "the first delta may lack `content`: OpenAI's has it, and no client needs it",
    "CHAT-DELTA-004": "reasoning is told in members that no official schema has",
    "RESP-ITEM-015": "items may overlap; it is rare",
    "RESP-RSN-006": "reasoning may follow the message",
    "SSE-COMM-002": "comments are legal everywhere",
    "SSE-FRAME-004": "Google ends its lines with CR LF",
}
"""What the checker says about legal streams all the same, as information; and why a stream has it."""


def complaints(stream: GeneratedStream) -> list[str]:
    """Errors, warnings, and remarks that nobody has accounted for."""
    return [
        f"{one.rule}: {one.message}"
        for one in judged(stream.exchange(), stream.dialect).findings
        if one.severity is not Severity.INFO or one.rule not in REMARKS
    ]


@given(chat_streams())
@THOROUGH
def test_a_generated_stream_of_chat_breaks_no_rule(stream: GeneratedStream) -> None:
    """Choices mixed, idle deltas, all endings."""
    assert complaints(stream) == []


@given(responses_streams())
@THOROUGH
def test_a_generated_stream_of_responses_breaks_no_rule(stream: GeneratedStream) -> None:
    """Items of every type, overlapping or not."""
    assert complaints(stream) == []


@given(anthropic_streams())
@THOROUGH
def test_a_generated_stream_of_anthropic_breaks_no_rule(stream: GeneratedStream) -> None:
    """Blocks of every type, pings, events of the future."""
    assert complaints(stream) == []


@given(gemini_streams())
@THOROUGH
def test_a_generated_stream_of_gemini_breaks_no_rule(stream: GeneratedStream) -> None:
    """Candidates mixed, arguments in pieces, prompts that are blocked."""
    assert complaints(stream) == []


@given(chat_streams(max_choices=5, max_blocks=6, logprobs=True, usage=True))
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_larger_streams_of_chat_break_no_rule(stream: GeneratedStream) -> None:
    """More choices and blocks than by default."""
    assert complaints(stream) == []


@given(responses_streams(max_blocks=8, logprobs=True))
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_larger_streams_of_responses_break_no_rule(stream: GeneratedStream) -> None:
    """More items than by default."""
    assert complaints(stream) == []


@pytest.mark.parametrize("make", [anthropic_streams, chat_streams, gemini_streams, responses_streams])
def test_the_public_check_finds_out_what_they_speak_and_passes_them(make: Make) -> None:
    """`harness.check` is given the exchange and nothing else."""

    @given(make())
    @settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
    def passes(stream: GeneratedStream) -> None:
        report = harness.check(stream.exchange(), strict=True)
        assert report.ok, str(report)
        assert [one.dialect for one in report.inputs] == [stream.dialect]

    passes()
