"""An event of upstream's that nobody can read: who may go on as if it had not been."""

from __future__ import annotations

import pytest

from harness.rules.example import parse_example
from tests.judging import judged_example

TORN = '{"type":"content_block_delta","index":0,"delta":{"type":"text_de'
ANTHROPIC = f"stream: anthropic/text\nraw content_block_delta#1: {TORN}"
CHAT = "stream: translation/chat_text"


def found(downstream: str, upstream: str) -> list[str]:
    """The rules on errors that say something of the two halves."""
    check = judged_example(parse_example(f"{downstream}\n--- upstream\n{upstream}"))
    return [one.rule for one in check.findings if one.rule.startswith("XLAT-ERR")]


@pytest.mark.parametrize("downstream", [f"{CHAT}\ndrop 2", f"{CHAT}\ndrop 2\ndrop 3"])
def test_an_answer_without_the_broken_piece_is_no_success(downstream: str) -> None:
    """Whether the gateway went on behind it or stopped there."""
    assert found(downstream, ANTHROPIC) == ["XLAT-ERR-006"]


def test_a_gateway_that_could_read_it_after_all_lost_nothing() -> None:
    """It said more than what can be read here."""
    assert found(CHAT, ANTHROPIC) == []


def test_a_proxy_that_hands_it_on_hides_nothing() -> None:
    """Its client sees what it got."""
    torn = f"{CHAT}\nraw 2: {TORN}"
    assert found(torn, torn) == []


@pytest.mark.parametrize("data", ["PING", "[1", "null and void"])
def test_what_is_no_object_was_no_piece_of_an_answer(data: str) -> None:
    """Some servers keep connections alive with such words."""
    assert found(CHAT, f"stream: anthropic/text\nraw ping: {data}") == []


def test_a_client_that_left_may_not_have_got_so_far() -> None:
    """What it would have been told is not known."""
    assert found(f"{CHAT}\ndrop 2\ndrop -1\nending: client_close", ANTHROPIC) == []


@pytest.mark.parametrize("behind", ["drop 5\ndrop 6", "drop 4\ndrop 5\ndrop 6"])
def test_a_gateway_that_hangs_up_at_the_broken_piece_covers_it_up_as_well(behind: str) -> None:
    """However much upstream had sent by then: that is a matter of moments."""
    upstream = f"{CHAT}\nraw 2: {TORN}\n{behind}\nending: client_close"
    assert found(f"{CHAT}\ndrop 2\ndrop 3", upstream) == ["XLAT-ERR-006"]


def test_a_gateway_that_left_before_the_broken_piece_need_not_have_read_it() -> None:
    """It may have found a stop string of its own."""
    upstream = f"{CHAT}\nraw 3: {TORN}\ndrop 5\ndrop 6\nending: client_close"
    assert found(f"{CHAT}\ndrop 2\ndrop 3", upstream) == []


def test_a_gateway_that_hangs_up_at_the_broken_piece_and_says_so_hides_nothing() -> None:
    """To hang up is the right thing to do."""
    upstream = f"{CHAT}\nraw 2: {TORN}\ndrop 5\ndrop 6\nending: client_close"
    assert found("stream: translation/chat_error", upstream) == []


def test_what_later_events_of_responses_say_again_is_not_lost() -> None:
    """A delta that cannot be read stands in the text that is done, and in the whole response."""
    upstream = f"stream: translation/responses_text\nraw response.output_text.delta#1: {TORN}"
    assert found(CHAT, upstream) == []
    assert found(f"{CHAT}\ndrop 2", upstream) == ["XLAT-ERR-006"]
