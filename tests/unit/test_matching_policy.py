from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from harness.cassettes.matching import MatchPolicy
from harness.cassettes.matching.pointers import Pattern
from harness.errors import UnknownName, UsageError


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ({"body": "canonicle"}, "there is no body rule 'canonicle'", "did you mean 'canonical'?"),
        ({"repeats": "cicle"}, "there is no repeat rule 'cicle'", "did you mean 'cycle'?"),
        ({"normalisers": ["uuid"]}, "there is no normaliser 'uuid'", "did you mean 'uuids'?"),
    ],
)
def test_a_name_that_does_not_exist_is_refused_when_the_policy_is_made(
    options: dict[str, Any], message: str, hint: str
) -> None:
    """Misspelt names are errors with a suggestion, not rules that never apply."""
    with pytest.raises(UnknownName) as caught:
        MatchPolicy(**options)

    assert caught.value.message == message
    assert caught.value.hint == hint


@pytest.mark.parametrize("pointer", ["", "metadata", "/a~2b", "/a~"])
def test_a_pointer_that_is_none_is_refused(pointer: str) -> None:
    """RFC 6901: a pointer starts with a slash, and a tilde is followed by 0 or 1."""
    with pytest.raises(UsageError, match="not a JSON pointer"):
        MatchPolicy(ignore=[pointer])


def test_a_policy_is_immutable_hashable_and_equal_to_its_like() -> None:
    """Policies can be compared and used as keys, also when they were made from lists."""
    policy = MatchPolicy(headers=["Accept"], ignore=["/a"], normalisers=["uuids"])

    assert policy == MatchPolicy(headers=("accept",), ignore=("/a",), normalisers=("uuids",))
    assert hash(policy) == hash(MatchPolicy(headers=("accept",), ignore=("/a",), normalisers=("uuids",)))
    with pytest.raises(FrozenInstanceError):
        policy.body = "raw"  # type: ignore[misc]


def test_a_lone_string_is_one_name() -> None:
    """`ignore="/a"` means one pointer, not two characters."""
    assert MatchPolicy(ignore="/a", normalisers="uuids").ignore == ("/a",)


@pytest.mark.parametrize(
    ("pointer", "before", "after"),
    [
        ("/a", {"a": 1, "b": 2}, {"b": 2}),
        ("/a", {"b": 2}, {"b": 2}),
        ("/a/b", {"a": {"b": 1, "c": 2}}, {"a": {"c": 2}}),
        ("/a/b", {"a": [1]}, {"a": [1]}),
        ("/a/1", {"a": [1, 2, 3]}, {"a": [1, None, 3]}),
        ("/a/7", {"a": [1]}, {"a": [1]}),
        ("/a/*", {"a": [1, 2]}, {"a": [None, None]}),
        ("/a/*", {"a": {"b": 1, "c": 2}}, {"a": {}}),
        ("/*/x", {"a": {"x": 1}, "b": {"x": 1, "y": 2}, "c": 3}, {"a": {}, "b": {"y": 2}, "c": 3}),
        ("/a/*/b/*/c", {"a": [{"b": [{"c": 1}, {"d": 1}]}]}, {"a": [{"b": [{}, {"d": 1}]}]}),
        ("/a~1b/m~0n", {"a/b": {"m~n": 1}}, {"a/b": {}}),
        ("/0", {"0": 1}, {}),
        ("/", {"": 1, "a": 2}, {"a": 2}),
        ("/a", [1], [1]),
    ],
)
def test_a_pattern_takes_out_what_it_names(pointer: str, before: Any, after: Any) -> None:
    """Members are removed, elements become null, and what is not there is no error."""
    Pattern(pointer).blank(before)

    assert before == after
