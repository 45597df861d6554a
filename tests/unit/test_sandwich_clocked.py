"""A time that moves with the clock is told of answers that last, where it always shows, and of no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.checking.exchanges import judge
from harness.rules.example import parse_example
from harness.sandwich.clocked import without_chance

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange

CHAT = "stream: chat/text\n"
RESPONSES = "stream: responses/text\n"
LATER = 1_768_392_001
FAR = 1_768_392_999


def told(text: str, upstream: Exchange | None = None) -> set[str]:
    """The rules that find something, chance aside."""
    example = parse_example(text)
    verdict = judge(example.exchange)
    assert {one.rule for one in verdict.findings} & {"CHAT-CREATED-001", "RESP-ID-002"}
    return {one.rule for one in without_chance(verdict, example.exchange, upstream).findings}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        pytest.param(f"{CHAT}event -2: created = {LATER}", "CHAT-CREATED-001", id="Chat"),
        pytest.param(
            f"{RESPONSES}event response.completed: response.created_at = {LATER}",
            "RESP-ID-002",
            id="Responses",
        ),
    ],
)
def test_a_second_that_turned_is_told_only_where_it_had_to_turn(text: str, rule: str) -> None:
    """The next run of a short answer would say something else; that of a long one says the same."""
    assert rule not in told(text)
    assert rule in told(f"{text}\npause 2: 1500 ms")


@pytest.mark.parametrize("pause", ["", "\npause 2: 1500 ms"], ids=["short", "lasting"])
def test_two_clocks_that_were_read_one_after_the_other_are_chance_in_every_answer(pause: str) -> None:
    """A second turns between them, or it does not."""
    text = f"{RESPONSES}event response.completed: response.created_at = {{}}{pause}"
    assert "RESP-ID-002" not in told(text.format(1768391999))
    assert "RESP-ID-002" in told(text.format(1768391998))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        pytest.param(f"{CHAT}event -2: created = {FAR}", "CHAT-CREATED-001", id="by more than the clock did"),
        pytest.param(f"{CHAT}event -2: created = 1768391999", "CHAT-CREATED-001", id="back"),
        pytest.param(
            f"{CHAT}event 1: created = {LATER}\nevent 2: created = {LATER + 1}\nevent 3: created = {LATER + 2}",
            "CHAT-CREATED-001",
            id="with every chunk",
        ),
        pytest.param(
            f"{RESPONSES}event response.completed: response.created_at = 1768392000.25",
            "RESP-ID-002",
            id="by a part of a second",
        ),
        pytest.param(
            f'{RESPONSES}event response.completed: response.model = "another"', "RESP-ID-002", id="a model"
        ),
    ],
)  # fmt: skip
def test_what_is_no_chance_is_told_of_short_answers_as_well(text: str, rule: str) -> None:
    """It is there in every run."""
    assert rule in told(text)


def test_how_long_an_answer_lasted_is_decided_upstream() -> None:
    """On its way it may be held up, in one run and not in the next."""
    moved = f"{CHAT}event -2: created = {LATER}"
    short, long = (parse_example(one).exchange for one in (CHAT, f"{CHAT}pause 2: 1500 ms"))

    assert "CHAT-CREATED-001" in told(moved, long)
    assert "CHAT-CREATED-001" not in told(f"{moved}\npause 2: 1500 ms", short)


def test_who_left_early_saw_a_short_answer_however_long_upstream_went_on() -> None:
    """Nobody knows what would have come."""
    long = parse_example(f"{CHAT}pause 2: 1500 ms").exchange
    assert "CHAT-CREATED-001" not in told(f"{CHAT}ending: client_close\nevent -2: created = {LATER}", long)
