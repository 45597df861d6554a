from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.jsonvalue import (
    MISSING,
    Difference,
    canonical,
    compact,
    escape,
    first_difference,
    parse,
    try_parse,
)

if TYPE_CHECKING:
    from harness.jsonvalue import JsonValue

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
values: st.SearchStrategy[JsonValue] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def at(value: JsonValue, pointer: str) -> object:
    """What a JSON pointer points at (RFC 6901, section 4), written independently of the module."""
    here: JsonValue = value
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(here, dict) and name in here:
            here = here[name]
        elif isinstance(here, list) and int(name) < len(here):
            here = here[int(name)]
        else:
            return MISSING
    return here


class TestReading:
    """`parse` and `try_parse`."""

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("null", None),
            (b'{"a":[1,2.5,"\xc3\xbc"]}', {"a": [1, 2.5, "ü"]}),
            (" [true, false]\n", [True, False]),
            ("123456789012345678901234567890", 123456789012345678901234567890),
            ('"\\ud83c\\udfd4"', "🏔"),
            ('{"a":1,"a":2}', {"a": 2}),
        ],
    )  # fmt: skip
    def test_json_is_read_as_it_stands(self, text: str | bytes, value: JsonValue) -> None:
        """Big integers keep every digit, text is Unicode, and of a repeated key the last counts."""
        assert parse(text) == value
        assert try_parse(text) == (True, value)

    @pytest.mark.parametrize(
        "text",
        ["", "nothing", "NaN", "-Infinity", "{'a': 1}", "[1,]", "1 2", '"\\ud800"', b'"\xff"', b'{"a":'],
    )
    def test_what_is_no_json_is_a_value_error(self, text: str | bytes) -> None:
        """NaN, lone surrogates and bytes that are not UTF-8 are no JSON either."""
        with pytest.raises(ValueError, match=r"."):
            parse(text)
        assert try_parse(text) == (False, None)

    def test_a_body_nested_too_deeply_counts_as_no_json(self) -> None:
        """It cannot be compared by value, and must not end the process."""
        assert try_parse("[" * 100_000 + "]" * 100_000) == (False, None)


class TestWriting:
    """`compact` and `canonical`."""

    def test_compact_keeps_the_order_of_keys_and_every_letter(self) -> None:
        """People read it in messages."""
        assert compact({"b": [1, None], "a": "Zürich ☃"}) == '{"b":[1,null],"a":"Zürich ☃"}'

    def test_canonical_sorts_keys_at_every_depth(self) -> None:
        """The order in which a client wrote them does not count."""
        assert canonical({"b": {"d": 1, "c": "ü"}, "a": 2}) == '{"a":2,"b":{"c":"ü","d":1}}'.encode()

    @pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
    def test_what_json_cannot_hold_is_refused(self, number: float) -> None:
        """Nothing is written that nobody else could read."""
        for write in (compact, canonical):
            with pytest.raises(ValueError, match="JSON compliant"):
                write(number)

    @given(values)
    def test_what_was_written_is_read_back(self, value: JsonValue) -> None:
        """Both forms are JSON of the same value."""
        assert json.loads(compact(value)) == value
        assert json.loads(canonical(value)) == value


class TestPointers:
    """`escape`."""

    @pytest.mark.parametrize(
        ("token", "escaped"),
        [
            ("", ""),
            ("a", "a"),
            ("a/b", "a~1b"),
            ("m~n", "m~0n"),
            ("~1", "~01"),
            ("/~", "~1~0"),
            ("ü %", "ü %"),
        ],
    )
    def test_a_token_is_escaped_as_rfc_6901_says(self, token: str, escaped: str) -> None:
        """`~` first, or `~1` would mean a slash afterwards."""
        assert escape(token) == escaped


class TestFirstDifference:
    """`first_difference`."""

    @pytest.mark.parametrize(
        ("expected", "found"),
        [(None, None), (1, 1.0), (0, -0.0), ([], []), ({"a": 1, "b": [2]}, {"b": [2.0], "a": 1})],
    )
    def test_equal_values_have_none(self, expected: JsonValue, found: JsonValue) -> None:
        """Numbers are compared by value, objects in any order."""
        assert first_difference(expected, found) is None

    @pytest.mark.parametrize(
        ("expected", "found", "difference"),
        [
            (1, 2, ("", "1", "2")),
            (True, 1, ("", "true", "1")),
            (0, False, ("", "0", "false")),
            ("1", 1, ("", '"1"', "1")),
            (None, {}, ("", "null", "{}")),
            ([], {}, ("", "[]", "{}")),
            ({"a": None}, {}, ("/a", "null", MISSING)),
            ({}, {"a": None}, ("/a", MISSING, "null")),
            ([1], [1, None], ("/1", MISSING, "null")),
            ([1, [2], 3], [1, [2]], ("/2", "3", MISSING)),
            ([1, 2], [2], ("/0", "1", "2")),
            ({"a": {"b": [0, {"c": "x"}]}}, {"a": {"b": [0, {"c": "y"}]}}, ("/a/b/1/c", '"x"', '"y"')),
            ({"a/b": {"m~n": 1}}, {"a/b": {"m~n": 2}}, ("/a~1b/m~0n", "1", "2")),
            ({"": 1}, {"": 2}, ("/", "1", "2")),
            ({"b": 1, "a": 1}, {"a": 2, "b": 2}, ("/b", "1", "2")),
            ({"a": 1}, {"new": 1, "a": 2}, ("/a", "1", "2")),
        ],
    )
    def test_the_first_place_in_the_order_of_the_expected_is_named(
        self, expected: JsonValue, found: JsonValue, difference: tuple[str, str, str]
    ) -> None:
        """With a pointer and both values; what one side lacks is `(missing)`; a bool is never a number."""
        assert first_difference(expected, found) == Difference(*difference)

    def test_the_pointer_continues_the_one_that_is_given(self) -> None:
        """A caller that compares a part names places of the whole."""
        found = first_difference([1], [2], "/messages/0")
        assert found is not None
        assert found.pointer == "/messages/0/0"

    @given(values, values)
    def test_the_pointer_leads_to_the_two_values(self, expected: JsonValue, found: JsonValue) -> None:
        """And none is found exactly where the canonical forms agree, numbers by value."""
        difference = first_difference(expected, found)
        assert first_difference(expected, expected) is None
        if difference is None:
            assert json.loads(compact(expected)) == json.loads(compact(found))
            return
        pointed = (at(expected, difference.pointer), at(found, difference.pointer))
        shown = [MISSING if it is MISSING else compact(it) for it in pointed]  # type: ignore[arg-type]
        assert shown == [difference.expected, difference.found]
        assert difference.expected != difference.found
