"""How tokens that an upstream counted are told: unknown is not 0, and what is left out is a loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.translation.writers.usage import chat_usage, responses_usage
from harness.turn.increments import Usage
from harness.turn.turn import Usage as Counts
from tests.writing import Json, session_of

if TYPE_CHECKING:
    from harness.translation.session import Session


def lost(session: Session) -> list[tuple[str, str]]:
    """Codes and details of the losses."""
    return [(one.code, one.detail) for one in session.ledger.losses]


def test_chat_has_the_details_that_are_known() -> None:
    """And none that nobody counted."""
    session = session_of(None)
    counts = Counts(input=9, cached=4, cache_write=2, output=3, total=12)
    assert chat_usage(Usage(counts=counts), session) == {
        "prompt_tokens": 9,
        "completion_tokens": 3,
        "total_tokens": 12,
        "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 2},
    }
    assert lost(session) == []


def test_what_responses_requires_and_nobody_counted_is_0_and_told() -> None:
    """It is one loss, as it is about one answer."""
    session = session_of(None)
    assert responses_usage(Usage(counts=Counts(input=9, cached=4, output=3)), session) == {
        "input_tokens": 9,
        "input_tokens_details": {"cache_write_tokens": 0, "cached_tokens": 4},
        "output_tokens": 3,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 12,
    }
    assert lost(session) == [("L241", "cache_write_tokens, reasoning_tokens")]


@pytest.mark.parametrize("told", [chat_usage, responses_usage])
def test_where_nothing_was_counted_there_is_no_usage(told: Any) -> None:
    """A total alone says nothing of which side it is on."""
    session = session_of(None)
    assert told(Usage(counts=Counts(total=5)), session) is None
    assert [code for code, _ in lost(session)] == ["L240"]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (Counts(input=9, output=3, total=20), (9, 3, 20)),
        (Counts(input=9, total=20), (9, 11, 20)),
        (Counts(output=3, total=20), (17, 3, 20)),
        (Counts(input=9), (9, 0, 9)),
        (Counts(input=-1, output=3), (0, 3, 3)),
    ],
)
def test_a_total_is_the_upstreams_and_a_missing_side_follows_from_it(
    counts: Counts, expected: tuple[int, int, int]
) -> None:
    """It is 0 where nothing follows."""
    usage = chat_usage(Usage(counts=counts), session_of(None))
    assert usage is not None
    assert (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]) == expected


def test_usage_of_the_same_dialect_is_kept_whole() -> None:
    """With details that no neutral word has."""
    raw: Json = {
        "prompt_tokens": 9,
        "completion_tokens": 3,
        "total_tokens": 12,
        "completion_tokens_details": {"audio_tokens": 1},
        "cost": 0.5,
    }
    session = session_of(None)
    counts = Counts(input=9, output=3, total=12)
    assert chat_usage(Usage(counts=counts, dialect="chat", raw=raw), session) == raw
    raw = {"input_tokens": 9, "output_tokens": 3, "total_tokens": 12, "cost": 0.5}
    assert responses_usage(Usage(counts=counts, dialect="responses", raw=raw), session) == {
        **raw,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    }
    assert [code for code, _ in lost(session)] == ["L241"]


def test_details_without_a_place_are_told() -> None:
    """Those that say something: 0 and null say nothing."""
    raw = {
        "prompt_tokens": 9,
        "completion_tokens": 3,
        "prompt_tokens_details": {"audio_tokens": 5, "image_tokens": 0, "cached_tokens": 1},
        "cost": 0.5,
        "tier": None,
    }
    session = session_of(None)
    counts = Counts(input=9, output=3, cached=1, cache_write=0, reasoning=0)
    responses_usage(Usage(counts=counts, dialect="chat", raw=raw), session)
    assert lost(session) == [("L242", "cost, prompt_tokens_details.audio_tokens")]
