"""What counts as JSON in the arguments of a call."""

from __future__ import annotations

import pytest

from harness.rules.chat.tool_arguments import documents


@pytest.mark.parametrize("text", ["{}", " {}", "{}\n", "\r\n\t {} \n"])
def test_white_space_around_json_is_json(text: str) -> None:
    """Models write it, and every parser takes it."""
    assert documents(text) == [{}]


def test_texts_that_follow_one_another_are_told_apart() -> None:
    """With or without white space between them."""
    assert documents(' {"a":1}{"a":1} []') == [{"a": 1}, {"a": 1}, []]


@pytest.mark.parametrize("text", ["{", "{}x", " x {}"])
def test_what_is_no_json_is_none(text: str) -> None:
    """Not even where some of it is."""
    assert documents(text) is None
