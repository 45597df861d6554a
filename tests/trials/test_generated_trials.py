"""Streams that nobody has written, as trials: what a client has to make of them, and of what it is not blamed."""

from __future__ import annotations

from harness.trials.drawing import FILTER, LENGTH
from harness.trials.generated import generated_trials

TRIALS = generated_trials(60, 3)


def test_the_same_seed_gives_the_same_streams() -> None:
    """Of each dialect as many as were asked for, with names of their own."""
    again = generated_trials(60, 3)
    assert [one.answers() for one in again] == [one.answers() for one in TRIALS]
    assert [one.name for one in TRIALS] == [
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
    trials = generated_trials(100, 7)
    refused = [one for one in trials if one.expects.refusal]
    assert refused
    assert {one.ground for one in refused} == {"disputed"}
    disputed = {one.name for one in trials if one.ground == "disputed" and not one.expects.refusal}
    overlapping = {one.name for one in trials if _most_open_calls(one.answers()[0].body) > 1}
    assert overlapping
    assert disputed == overlapping - {one.name for one in refused}


def _most_open_calls(body: bytes) -> int:
    """How many calls of a response are open at once, by its bytes."""
    most = count = 0
    for line in body.split(b"\n"):
        if b'"type":"function_call"' in line and b'"type":"response.output_item.' in line:
            count += 1 if b"item.added" in line else -1
            most = max(most, count)
    return most
