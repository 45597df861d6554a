"""Calls of a custom tool that a function stood in for upstream."""

from __future__ import annotations

import pytest

from harness.rules.translation.call_likeness import says_same
from harness.turn.turn import Call

INPUT = 'ls -l "my files"\n| head'
MADE = '{"content": "ls -l \\"my files\\"\\n| head"}'


def call(arguments: str, kind: str) -> Call:
    """A call of the shell."""
    return Call(name="shell", arguments=arguments, kind="custom" if kind == "custom" else "function")


@pytest.mark.parametrize(
    ("arrived", "made"),
    [
        (call(INPUT, "custom"), call(MADE, "function")),
        (call(INPUT, "custom"), call(INPUT, "custom")),
        (call(MADE, "function"), call(MADE.replace(": ", ":"), "function")),
        (call(MADE, "custom"), call(MADE, "custom")),
    ],
    ids=["taken out", "custom on both sides", "a function on both sides", "an input that is JSON"],
)
def test_the_input_is_the_one_argument_of_the_function_that_stood_in(arrived: Call, made: Call) -> None:
    """The gateway has put the text in, and takes it out again."""
    assert says_same(arrived, made)


@pytest.mark.parametrize(
    ("arrived", "made"),
    [
        (call(INPUT[:-1], "custom"), call(MADE, "function")),
        (call(INPUT, "function"), call(MADE, "function")),
        (call(INPUT, "custom"), call('{"content": 1}', "function")),
        (call("a", "custom"), call('{"content": "a", "more": "b"}', "function")),
        (call("a", "custom"), call('["a"]', "function")),
        (call("a", "custom"), call("[" * 100_000, "function")),
    ],
    ids=["cut", "arrived as a function", "no text", "two arguments", "no object", "too deep"],
)
def test_another_input_is_another_call(arrived: Call, made: Call) -> None:
    """Only a text that is the one argument is an input."""
    assert not says_same(arrived, made)
