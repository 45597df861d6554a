"""What a strategy says that a stream amounts to is what the project's own readers make of its bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings

from harness.generate import anthropic_streams, chat_streams, gemini_streams, responses_streams
from harness.turn.reading import turn_of
from tests.judging import judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.generate import GeneratedAnswer, GeneratedStream
    from harness.turn.turn import Choice, Turn

MANY = settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])


def turn(stream: GeneratedStream) -> Turn:
    """What the bytes amount to."""
    return turn_of(stream.dialect, judged(stream.exchange(), stream.dialect).case.stream)


def arguments_of(text: str, kind: str) -> Any:
    """Arguments as a value, where they are whole; an input as it is."""
    try:
        return json.loads(text) if kind == "function" else text
    except ValueError:
        return text


def same(choice: Choice, answer: GeneratedAnswer) -> bool:
    """Whether a choice that was read is the answer that was meant."""
    read = [(one.name, one.id, one.kind, arguments_of(one.arguments, one.kind)) for one in choice.calls]
    meant = [(one.name, one.id, one.kind, arguments_of(one.arguments, one.kind)) for one in answer.calls]
    return (choice.text, choice.refusal, choice.reasoning, read) == (
        answer.text,
        answer.refusal,
        answer.thought,
        meant,
    )


def heard(read: Turn, stream: GeneratedStream) -> Iterator[tuple[Choice, GeneratedAnswer]]:
    """The choices of which anything was heard, with what was meant; of the others nothing was meant."""
    for number, answer in enumerate(stream.answers):
        choice = read.choice(number)
        if choice is None:
            assert (answer.text, answer.calls) == ("", ())
        else:
            yield choice, answer


@given(chat_streams())
@MANY
def test_the_choices_of_chat_are_read_as_they_were_meant(stream: GeneratedStream) -> None:
    """Text, refusal, thought, calls and finish reasons; of choices that were heard of."""
    read = turn(stream)
    for choice, answer in heard(read, stream):
        assert same(choice, answer), (choice, answer)
        assert choice.native == answer.finish
    assert (read.ended == "failed") == stream.failed


@given(responses_streams())
@MANY
def test_the_items_of_responses_are_read_as_they_were_meant(stream: GeneratedStream) -> None:
    """Over all items."""
    read = turn(stream)
    assert same(read.choices[0], stream.answers[0]), (read, stream.answers)
    assert (read.ended == "failed") == stream.failed


@given(anthropic_streams())
@MANY
def test_the_blocks_of_anthropic_are_read_as_they_were_meant(stream: GeneratedStream) -> None:
    """Nothing has been said where the error comes before the message."""
    read = turn(stream)
    assert len(read.choices) == len(stream.answers)
    for choice, answer in zip(read.choices, stream.answers, strict=True):
        if not stream.failed:
            assert choice.native == answer.finish
            assert same(choice, answer), (choice, answer)
        assert choice.text == answer.text
    assert (read.ended == "failed") == stream.failed


@given(gemini_streams())
@MANY
def test_the_candidates_of_gemini_are_read_as_they_were_meant(stream: GeneratedStream) -> None:
    """A call whose pieces did not all come is told by its name alone."""
    read = turn(stream)
    for choice, answer in heard(read, stream):
        assert (choice.text, choice.reasoning, choice.native) == (answer.text, answer.thought, answer.finish)
        if not stream.failed:
            assert same(choice, answer), (choice, answer)
    assert (read.ended == "failed") == stream.failed
