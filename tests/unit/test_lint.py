"""What JSON text can say twice, and what is left of a payload without its wrong members."""

from __future__ import annotations

import json

import msgspec
import pytest

from harness.checking.lint import first_duplicate, respelled, scrubbed
from harness.dialects.schema import Problem

_encode = msgspec.json.Encoder().encode


def problem(pointer: str, keyword: str = "type") -> Problem:
    """A problem at a place; only place and keyword count here."""
    return Problem(pointer, keyword, "", "", "", newer=False)


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        (b'{"a":1,"b":2}', None),
        (b'{"a":1,"a":1}', "/a"),
        (b'{"a":[{"b":1},{"c":{"d":1,"e":2,"d":3}}]}', "/a/1/c/d"),
        (b'{"a/b~":1,"a/b~":2}', "/a~1b~0"),
        (b'{"a":{"b":1},"a":{"b":2}}', "/a"),
        (b'[{"":1,"":2}]', "/0/"),
        (b"{", None),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, None),
        (b"\xff", None),
    ],
)
def test_a_key_that_came_twice_is_found(text: bytes, pointer: str | None) -> None:
    """The first one, with its place; text that cannot be read has none."""
    assert first_duplicate(text) == pointer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'{"a":1}', False),
        (b'{ "a" : 1 }', False),
        (b'{"a":1,"a":1}', True),
        (b'{"a":"\\u00e9"}', True),
        (b'{"a":1.50}', True),
    ],
)
def test_spaces_alone_are_no_other_spelling(text: bytes, expected: bool) -> None:  # noqa: FBT001 - a table
    """Where the spelling differs, a key may be there twice: only then is the text parsed anew."""
    assert respelled(text, json.loads(text), _encode) is expected


@pytest.mark.parametrize(
    ("body", "pointers", "left"),
    [
        ({"a": 1, "b": 2}, ["/a"], {"b": 2}),
        ({"a": {"b": 1, "c": 2}}, ["/a/b"], {"a": {"c": 2}}),
        ({"a": [0, 1, 2, 3]}, ["/a/1", "/a/3"], {"a": [0, 2]}),
        ({"a": [{"b": 1}, {"b": 2}]}, ["/a/0", "/a/1/b"], {"a": [{}]}),
        ({"a": {"b": 1}}, ["/a", "/a/b"], {}),
        ({"a": {"b": 1}}, ["/a/b", "/a"], {}),
        ({"x/y~z": 1, "b": 2}, ["/x~1y~0z"], {"b": 2}),
        ({"a": 1}, [""], {}),
        ({"a": 1}, ["/b", "/a/b", "/a/0"], {"a": 1}),
        ({"a": [1]}, ["/a/7", "/a/x", "/a/\u00b2", "/a/" + "9" * 5000], {"a": [1]}),
    ],
)
def test_scrubbing_takes_out_what_does_not_fit(
    body: dict[str, object], pointers: list[str], left: dict[str, object]
) -> None:
    """And nothing else; the payload itself stays as it was."""
    before = json.dumps(body)
    assert scrubbed(body, [problem(one) for one in pointers]) == left  # type: ignore[arg-type]
    assert json.dumps(body) == before


def test_a_member_that_is_missing_takes_nothing_away() -> None:
    """The problem's pointer names the object that lacks it."""
    assert scrubbed({"a": {"b": 1}}, [problem("/a", "required")]) == {"a": {"b": 1}}
