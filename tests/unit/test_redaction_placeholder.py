"""Placeholders are found in a text whole or cut, and what stands around them is kept."""

from __future__ import annotations

import pytest

from harness.cassettes.redaction.placeholder import (
    MARK,
    around_placeholders,
    placeholder,
    reduced,
    reduced_bytes,
)


@pytest.mark.parametrize("length", [30, 31, 200])
def test_a_whole_placeholder_is_one_word_whatever_its_length(length: int) -> None:
    """Requests that differ in the length of a secret alone are one request."""
    text = f"key={placeholder('api key', length)}&q=1"

    assert reduced(text) == f"key={MARK}&q=1"
    assert reduced_bytes(text.encode()) == f"key={MARK}&q=1".encode()


@pytest.mark.parametrize("text", ["redacted", "redacted-to", "unredacted-token-xxx", "redacted-token-xxx9"])
def test_what_may_be_something_else_is_left_alone(text: str) -> None:
    """A cut placeholder is one only where nothing else can stand."""
    assert reduced(text) == text
    assert reduced_bytes(text.encode()) == text.encode()


def test_what_stands_around_placeholders_is_told_in_order() -> None:
    """Cut ones are left out as well, and the sentence around them stays."""
    text = f"Bad key {placeholder('api-key', 12)}, not {placeholder('api-key', 40)}."

    assert around_placeholders(text) == ["Bad key ", ", not ", "."]
    assert around_placeholders("No key.") == ["No key."]
