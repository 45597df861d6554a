"""Arguments of the strategies do what they say; impossible ones are refused when they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings

from harness import generate
from harness.errors import UnknownName, UsageError
from harness.generate import (
    GeneratedAnswer,
    GeneratedCall,
    GeneratedStream,
    anthropic_streams,
    chat_streams,
    gemini_streams,
    responses_streams,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hypothesis.strategies import SearchStrategy

FEW = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])

REFUSED: list[tuple[Callable[..., Any], dict[str, Any], str]] = [
    (chat_streams, {"max_choices": 0}, "a whole number from 1 to 128"),
    (chat_streams, {"max_choices": True}, "a whole number from 1 to 128"),
    (chat_streams, {"max_blocks": -1}, "a whole number from 0 to 64"),
    (chat_streams, {"tools": "get_weather"}, "names of tools"),
    (chat_streams, {"tools": ("f", "f")}, "names that differ"),
    (chat_streams, {"tools": ("f",), "custom_tools": ("f",)}, "names that differ"),
    (chat_streams, {"tools": ("get weather",)}, "names that the API takes"),
    (responses_streams, {"custom_tools": ("f" * 65,)}, "names that the API takes"),
    (gemini_streams, {"tools": ("1st",)}, "names that the API takes"),
    (chat_streams, {"usage": "yes"}, "True (always), False (never) or None (both)"),
    (chat_streams, {"reasoning": None}, "True or False"),
    (chat_streams, {"finish": ()}, "some of stop, length"),
    (chat_streams, {"finish": ("tool_calls",), "tools": (), "custom_tools": ()}, "without tools"),
    (chat_streams, {"finish": ("tool_calls",), "max_blocks": 0}, "without blocks"),
    (chat_streams, {"finish": ("stop",), "max_blocks": 0}, "without blocks"),
    (chat_streams, {"finish": ("function_call",), "legacy": False}, "without functions"),
    (chat_streams, {"finish": ("error",), "errors": False}, "without errors"),
    (responses_streams, {"finish": ("failed", "error"), "errors": False}, "without errors"),
    (responses_streams, {"finish": "completed"}, "some of completed"),
    (responses_streams, {"max_blocks": 65}, "a whole number from 0 to 64"),
    (anthropic_streams, {"finish": ("tool_use",), "tools": ()}, "without tools"),
    (anthropic_streams, {"finish": ("tool_use",), "max_blocks": 0}, "without blocks"),
    (anthropic_streams, {"server_tools": 1}, "True or False"),
    (gemini_streams, {"max_choices": 9}, "a whole number from 1 to 8"),
    (gemini_streams, {"finish": ("error",), "errors": False}, "without errors"),
]


@pytest.mark.parametrize(("make", "given_", "told"), REFUSED)
def test_an_impossible_argument_is_refused_before_anything_is_drawn(
    make: Callable[..., Any], given_: dict[str, Any], told: str
) -> None:
    """The message says which argument, and what would do."""
    with pytest.raises(UsageError) as caught:
        make(**given_)
    assert told in str(caught.value)
    assert make.__name__ in str(caught.value)


def test_an_end_that_no_protocol_has_is_told_with_the_nearest() -> None:
    """As everywhere else."""
    with pytest.raises(UnknownName, match="did you mean"):
        chat_streams(finish=("tool_call",))


def held(strategy: SearchStrategy[GeneratedStream], holds: Callable[[GeneratedStream], bool]) -> None:
    """Hold all examples to a condition."""

    @FEW
    @given(strategy)
    def run(stream: GeneratedStream) -> None:
        assert holds(stream)

    run()


def calls(stream: GeneratedStream) -> Iterator[GeneratedCall]:
    """All calls."""
    for answer in stream.answers:
        yield from answer.calls


def finishes(stream: GeneratedStream) -> set[str | None]:
    """Why the answers ended."""
    return {answer.finish for answer in stream.answers}


def test_the_ends_that_are_asked_for_are_the_only_ones() -> None:
    """In every dialect; also where only calls can lead to them."""
    held(chat_streams(finish=("tool_calls",)), lambda one: finishes(one) == {"tool_calls"})
    held(chat_streams(finish=("function_call",)), lambda one: finishes(one) == {"function_call"})
    held(chat_streams(finish=("error",)), lambda one: one.failed)
    held(chat_streams(finish=("stop",)), lambda one: finishes(one) == {"stop"} and not list(calls(one)))
    held(anthropic_streams(finish=("tool_use",)), lambda one: finishes(one) == {"tool_use"})
    held(anthropic_streams(finish=("error",)), lambda one: one.kinds[-1] == "error")
    held(gemini_streams(finish=("SAFETY", "blocked")), lambda one: finishes(one) in ({"SAFETY"}, set()))
    held(gemini_streams(finish=("error",)), lambda one: one.failed)
    held(responses_streams(finish=("error",)), lambda one: "error" in one.kinds)


def test_what_is_excluded_does_not_come() -> None:
    """Tools, thought, usage, other choices, errors."""
    held(
        chat_streams(tools=(), custom_tools=()),
        lambda one: not list(calls(one)) and "tools" not in one.request,
    )
    held(chat_streams(max_choices=1, errors=False), lambda one: len(one.answers) == 1 and not one.failed)
    held(chat_streams(usage=False), lambda one: not any(body.get("usage") for body in one.payloads))
    held(chat_streams(reasoning=False), lambda one: not any(answer.thought for answer in one.answers))
    held(responses_streams(max_blocks=0), lambda one: "response.output_item.added" not in one.kinds)
    held(
        responses_streams(tools=("f",), custom_tools=()),
        lambda one: {call.name for call in calls(one)} <= {"f"},
    )
    held(
        anthropic_streams(reasoning=False, tools=()),
        lambda one: not list(calls(one)) and b"thinking" not in one.body,
    )
    held(gemini_streams(server_tools=False, usage=False), lambda one: b"executableCode" not in one.body
         and b"usageMetadata" not in one.body)  # fmt: skip


@pytest.mark.parametrize("make", [anthropic_streams, chat_streams, gemini_streams, responses_streams])
def test_what_is_printed_can_be_pasted(make: Callable[[], SearchStrategy[GeneratedStream]]) -> None:
    """The text of a stream makes the same stream; a strategy is called by its name."""
    names = {one.__name__: one for one in (GeneratedStream, GeneratedAnswer, GeneratedCall)}

    @FEW
    @given(make())
    def run(stream: GeneratedStream) -> None:
        assert eval(repr(stream), dict(names)) == stream  # noqa: S307 - it is what a person would do with it
        assert b"".join(stream.events) == stream.body

    run()
    assert repr(make()) == f"{make.__name__}()"


def test_the_package_names_what_it_has() -> None:
    """And nothing else; a module never takes the place of the strategy of the same name."""
    assert set(generate.__all__) <= set(dir(generate))
    assert generate.broken is not None
    with pytest.raises(AttributeError, match="no attribute 'chat_stream'"):
        _ = generate.chat_stream
