"""What a stream of the Responses API cites, where its events do not all say so."""

from __future__ import annotations

import pytest

from harness.rules.example import parse_example
from harness.turn.reading import turn_of
from tests.judging import judged_example

ADDED = "response.output_text.annotation.added"
PART = "response.content_part.done"
ITEM = "response.output_item.done"


def cited(*edits: str) -> list[str | None]:
    """The addresses that the shipped stream with two sources cites, after some edits."""
    example = parse_example("\n".join(["stream: responses/annotations", *edits]))
    (choice,) = turn_of(example.dialect, judged_example(example).case.stream).choices
    return [one.url for one in choice.citations]


@pytest.mark.parametrize(
    "edits",
    [
        (f"drop {ADDED}#1",),
        (f"drop {ADDED}#1", f"event {PART}: part.annotations = [{{}},{{}}]"),
        (f"drop {ADDED}", f"event {PART}: part.annotations = []"),
        (f"event {PART}: part.annotations = []", f"event {ITEM}: item.content.0.annotations = []"),
    ],
    ids=["one announced", "one announced, empty in the part", "only in the item", "only announced"],
)
def test_a_source_that_any_event_names_has_arrived(edits: tuple[str, ...]) -> None:
    """Which event should have named it is the business of other rules."""
    assert cited(*edits) == cited()
    assert len(cited()) == 2


def test_a_source_that_no_event_names_has_not_arrived() -> None:
    """What only the final response has, clients that read items have not seen either."""
    kept = cited(
        f"drop {ADDED}#1",
        f"event {PART}: - part.annotations.1",
        f"event {ITEM}: - item.content.0.annotations.1",
    )
    assert kept == cited()[:1]
