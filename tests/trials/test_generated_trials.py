"""Streams that nobody has written, as trials: what a client has to make of them, and of what it is not blamed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.generate.stream import GeneratedStream
from harness.trials.drawing import FILTER, LENGTH
from harness.trials.generated import calls_overlap, generated_trials
from harness.trials.playing import Client, Played
from harness.trials.registry import trial_named
from harness.trials.telling import told
from harness.trials.verdict import Verdict

if TYPE_CHECKING:
    from harness.trials.trial import Trial

TRIALS = generated_trials(60, 3)


def test_the_same_seed_gives_the_same_streams() -> None:
    """Of each dialect as many as were asked for, with names of their own."""
    first, second = generated_trials(60, 3), generated_trials(60, 3)
    assert [one.answers() for one in first] == [one.answers() for one in second]
    assert [one.name for one in first] == [
        f"{dialect}-generated-{number:04d}" for dialect in ("chat", "responses") for number in range(60)
    ]


def test_a_client_may_raise_its_own_error_over_an_answer_that_is_cut_off() -> None:
    """As in the catalogue: a response that is incomplete, and a choice that ends with `length`."""
    cut_off = [one for one in TRIALS if b"event: response.incomplete" in one.answers()[0].body]
    cut_off += [one for one in TRIALS if b'"finish_reason":"length"' in one.answers()[0].body]
    assert {one.dialect for one in cut_off} == {"chat", "responses"}
    for one in cut_off:
        assert one.expects.error is not None or {*LENGTH, *FILTER} <= set(one.expects.or_error)


def test_no_client_is_blamed_for_what_no_server_is_known_to_send() -> None:
    """A refusal, as nothing here asks for structured output, and calls of a response that are open at once."""
    for one in TRIALS:
        stream = _stream(one)
        is_odd = bool(one.expects.refusal) or calls_overlap(stream)
        assert one.ground == ("disputed" if is_odd else "standard")
    assert any(one.expects.refusal for one in TRIALS)


@pytest.mark.parametrize(
    ("name", "overlap"),
    [
        ("responses-calls-interleaved", True),
        ("responses-calls-parallel", False),
        ("responses-call-amid-thought", False),
        ("responses-call-between", False),
        ("chat-calls-interleaved", False),
    ],
)
def test_calls_of_a_response_overlap_where_one_begins_before_another_is_done(
    name: str, *, overlap: bool
) -> None:
    """Chat Completions has an index for it, and no such words."""
    assert calls_overlap(_stream(trial_named(name))) is overlap


def _stream(one: Trial) -> GeneratedStream:
    events = tuple(piece.data for piece in one.answers()[0].pieces)
    return GeneratedStream(dialect=one.dialect, request={}, events=events)


def test_generated_streams_that_fail_alike_are_told_once() -> None:
    """Each has texts and numbers of its own, which tell nothing apart."""
    lost = [
        Verdict("lost", f"the call get_time({{'tz': '{zone}'}}) is missing; told was [{number}]")
        for number, zone in enumerate(("UTC", "CET", "WET"))
    ]
    verdicts = [*lost, Verdict("lost", "the refusal is missing")]
    results = [
        Played(trial=trial, verdict=verdict, requests=1, seconds=0.1)
        for trial, verdict in zip([one for one in TRIALS if one.ground == "standard"], verdicts, strict=False)
    ]
    text = told("text", Client(name="some", command=("some",)), results, "0")
    first, second, third = (one.trial.name for one in results[:3])
    assert text.count("lost  ") == 2
    assert f"lost       {first}" in text
    assert f"likewise  in 2 others: {second}, {third}" in text
