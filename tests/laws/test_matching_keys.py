"""Law: requests have the same key exactly when they mean the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from harness.cassettes.exchange import Request
from harness.cassettes.matching import MatchPolicy, key_fields
from harness.cassettes.matching.canonical import Key, Keyer
from harness.cassettes.matching.ids import shape
from harness.jsonvalue import JsonValue, first_difference

if TYPE_CHECKING:
    from collections.abc import Callable

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "id", "<id:0>", "redacted", "a\x00b", "é", "call_0001"])
    | st.text(max_size=8)
)
KEYS = st.sampled_from(["a", "b", "id", "input", "messages", "call_id", "0", "", "~/"]) | st.text(max_size=3)
VALUES: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
BODIES: st.SearchStrategy[Any] = st.dictionaries(KEYS, VALUES, max_size=5) | st.lists(VALUES, max_size=4)
SPACE = st.text(" \t\r\n", max_size=3)


def _key(body: bytes) -> Key:
    return Keyer(MatchPolicy()).key(Request("POST", "http://h/v1/responses", (), body))


def _spelt(value: JsonValue, draw: Callable[[st.SearchStrategy[Any]], Any]) -> str:
    """One of the many ways to write a JSON value."""

    def space() -> str:
        return str(draw(SPACE))

    if isinstance(value, dict):
        members = draw(st.permutations(list(value.items())))
        inner = ",".join(
            f"{space()}{_spelt(key, draw)}{space()}:{space()}{_spelt(member, draw)}{space()}"
            for key, member in members
        )
        return "{" + (inner or space()) + "}"
    if isinstance(value, list):
        return "[" + (",".join(f"{space()}{_spelt(item, draw)}{space()}" for item in value) or space()) + "]"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 and draw(st.booleans()):
        return str(int(value))
    return json.dumps(value, ensure_ascii=bool(draw(st.booleans())))


@given(body=BODIES, data=st.data())
def test_the_key_does_not_depend_on_how_a_body_is_written(body: Any, data: st.DataObject) -> None:
    """Key order, white space, escapes and the spelling of whole numbers never change the key."""
    spelt = data.draw(SPACE) + _spelt(body, data.draw) + data.draw(SPACE)

    assert _key(spelt.encode()) == _key(json.dumps(body).encode())


@given(one=BODIES, two=BODIES)
def test_bodies_share_a_key_exactly_when_they_are_equal(one: Any, two: Any) -> None:
    """Two bodies that differ in any value never have the same key."""
    same = _key(json.dumps(one).encode()) == _key(json.dumps(two).encode())

    assert same is (first_difference(one, two) is None)


@given(body=BODIES, data=st.data())
def test_one_changed_leaf_changes_the_key(body: Any, data: st.DataObject) -> None:
    """However much two bodies share, one different value tells them apart."""
    text = json.dumps(body)
    changed = json.loads(text)
    places: list[tuple[Any, Any]] = []
    waiting = [changed]
    while waiting:
        item = waiting.pop()
        for step in item if isinstance(item, dict) else range(len(item)):
            places.append((item, step))
            if isinstance(item[step], dict | list):
                waiting.append(item[step])
    if places:
        holder, step = data.draw(st.sampled_from(places))
        holder[step] = data.draw(VALUES)

    same = _key(json.dumps(changed).encode()) == _key(text.encode())

    assert same is (first_difference(json.loads(text), changed) is None)


@given(body=st.binary(max_size=30), other=st.binary(max_size=30))
def test_bytes_that_are_not_json_are_compared_exactly(body: bytes, other: bytes) -> None:
    """Any bytes have a key; outside JSON only the same bytes have the same."""
    left, right = _key(b"\xff" + body), _key(b"\xff" + other)

    assert (left == right) is (body == other)
    assert _key(body) == _key(body)


@given(body=BODIES)
def test_the_key_row_never_fails_and_tells_apart_what_the_shape_tells_apart(body: Any) -> None:
    """The digest in a cassette is equal for requests that are equal but for ids."""
    request = Request("POST", "http://h/v1/responses", (), json.dumps(body).encode())
    ids = shape(body).ids
    renamed = Request("POST", "http://h/v1/responses", (), json.dumps(shape(body).value).encode())

    assert list(key_fields(request)["ids"]) == list(ids)  # type: ignore[arg-type]
    if not ids:
        assert key_fields(request) == key_fields(renamed)
