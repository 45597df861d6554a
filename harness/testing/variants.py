"""Tests that are one test, played in several ways: by another cut, or with another fault.

They have one cassette: its name does not say how it is played.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

CUT: Final = "harness_cut"
FAULT: Final = "harness_fault"
"""The parameters; a test that wants to know them takes them as arguments."""

_WORDS: Final = ((CUT, "cut"), (FAULT, "fault"))


def params_of(item: pytest.Item) -> Mapping[str, Any]:
    """The parameters of a test; none where it is not parametrised."""
    callspec = getattr(item, "callspec", None)
    return {} if callspec is None else callspec.params


def is_variant(item: pytest.Item) -> bool:
    """Whether a test is one of several ways to play one cassette."""
    given = params_of(item)
    return CUT in given or FAULT in given


def plain_name(item: pytest.Item) -> str:
    """A test's name, such as `test_streams[gpt-5]`, without the cut and the fault that it is played with."""
    name, given = item.name, params_of(item)
    for parameter, word in _WORDS:
        if parameter in given:
            ours = re.escape(f"{word}={given[parameter]}")
            # With one of the signs that set it apart, and no other: an id may itself end in one.
            name = re.sub(rf"\[{ours}\]$|-{ours}(?=[-\]])|(?<=\[){ours}-", "", name, count=1)
    return name


def are_one_test(one: pytest.Item, other: pytest.Item) -> bool:
    """Whether two items are the same test, and differ only in how its cassette is played."""
    return one.parent is other.parent and is_variant(one) and plain_name(one) == plain_name(other)
