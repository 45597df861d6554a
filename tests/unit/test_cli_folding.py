"""Long lines on a terminal are broken between words."""

from __future__ import annotations

import pytest

from harness.cli.folding import folded


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("short\n", "short\n"),
        ("one two three four five six\n", "one two three four\n    five six\n"),
        ("  one two three four five\n", "  one two three four\n      five\n"),
        ("  found     one two three\n", "  found     one two\n            three\n"),
        ("  found     averyverylongword\n", "  found     averyverylongword\n"),
        ("averyveryveryverylongword two\n", "averyveryveryverylongword\n    two\n"),
        ("\x1b[1mone two three four\x1b[0m\n", "\x1b[1mone two three four\x1b[0m\n"),
        ("\x1b[1mone two three four five\x1b[0m\n", "\x1b[1mone two three four\n    five\x1b[0m\n"),
        ("  again     harness conform --scenario text-plain\n",) * 2,
        ("a line without an end", "a line without an\n    end"),
    ],
)
def test_a_line_goes_on_below_where_it_began(line: str, shown: str) -> None:
    """Colours take no room, words stay whole, and a command line is left as it is."""
    assert folded(line, 20) == shown
