"""What was seen of what a scenario is about: without it, the scenario says nothing about a target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.cassettes.exchange import How
from harness.turn.turn import Reasoning, Refusal, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from harness.cassettes.exchange import Exchange
    from harness.turn.turn import Choice, Turn

ASKED: Final = frozenset(
    {
        "file",
        "history",
        "image",
        "parameters",
        "parts",
        "result",
        "schema",
        "system",
        "tool_choice",
    }
)
"""What a client's request has in it: seen where the target asked its upstream at all; what became of it, rules say."""

MADE: Final = frozenset({"broken", "html", "late", "pause", "silence"})
"""What a fault made of every answer of the upstream: seen where it was asked at all."""


def _of_choices(test: Callable[[Choice], object]) -> Callable[[Turn], bool]:
    return lambda turn: any(test(one) for one in turn.choices)


_OF_TURNS: Final[Mapping[str, Callable[[Turn], bool]]] = {
    "text": _of_choices(lambda one: one.text),
    "unicode": _of_choices(lambda one: not one.text.isascii()),
    "call": _of_choices(lambda one: one.calls),
    "parallel": _of_choices(lambda one: len(one.calls) > 1),
    "interleaved": _of_choices(lambda one: len(one.calls) > 1),
    "custom": _of_choices(lambda one: one.calls),  # a function may stand in upstream, and has to be undone
    "thought": _of_choices(lambda one: any(isinstance(part, Reasoning) for part in one.segments)),
    "refusal": _of_choices(lambda one: any(isinstance(part, Refusal) for part in one.segments)),
    "citation": _of_choices(lambda one: one.citations),
    "stop": _of_choices(lambda one: one.finish == "stop"),
    "length": _of_choices(lambda one: one.finish == "length"),
    "filter": _of_choices(lambda one: one.finish == "content_filter"),
    "empty": _of_choices(lambda one: one.is_empty and one.finish is not None),
    "logprobs": _of_choices(lambda one: any(isinstance(part, Text) and part.text for part in one.segments)),
    "several": lambda turn: len(turn.choices) > 1,
    "usage": lambda turn: turn.usage is not None,
    "no usage": lambda turn: turn.usage is None and turn.ended == "clean",
    "error": lambda turn: turn.error is not None,
}
_CUT: Final = frozenset({How.SERVER_CUT, How.RESET})


def seen(wanted: Iterable[str], upstream: Sequence[Exchange], turns: Sequence[Turn]) -> frozenset[str]:
    """Which of some features were there.

    Args:
        wanted: In the words of `Scenario.exercises`.
        upstream: What the target asked, and was answered.
        turns: What the answers amount to, as far as they are any.
    """
    return frozenset(one for one in wanted if _is_seen(one, upstream, turns))


def _is_seen(feature: str, upstream: Sequence[Exchange], turns: Sequence[Turn]) -> bool:
    if feature in ASKED or feature in MADE:
        return bool(upstream)
    if feature == "loop":
        return len(upstream) > 1
    if feature.startswith("error "):
        status = int(feature.removeprefix("error "))
        return any(one.response is not None and one.response.status == status for one in upstream)
    if feature == "cut":
        unended = any(one.response is None or one.ending.how in _CUT for one in upstream)
        return unended or any(
            turn.ended == "cut" or any(one.finish is None for one in turn.choices) for turn in turns
        )
    test = _OF_TURNS.get(feature)
    return test is not None and any(map(test, turns))
