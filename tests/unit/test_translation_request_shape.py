"""What has a wrong shape in a request is refused in OpenAI's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import RequestRefused
from harness.translation.losses import Ledger
from harness.translation.requests.refusals import invalid, unknown
from harness.translation.requests.shape import Members, body_of, checked_map

if TYPE_CHECKING:
    from collections.abc import Callable

BODY = Members(
    {
        "text": "abc",
        "empty": "",
        "long": "x" * 300,
        "one": 1,
        "minus": -1,
        "huge": 10**5000,
        "half": 0.5,
        "nan": float("nan"),
        "yes": True,
        "none": None,
        "list": [1, {}],
        "nothing": [],
        "object": {"a": "b"},
        "odd~/name": 1,
    },
    "messages[0]",
    "/messages/0",
)


@pytest.mark.parametrize(
    ("ask", "message", "param", "code"),
    [
        (
            lambda body: body.text("one"),
            "Invalid type for 'messages[0].one': expected a string, but got an integer instead.",
            "messages[0].one",
            "invalid_type",
        ),
        (
            lambda body: body.boolean("text"),
            "Invalid type for 'messages[0].text': expected a boolean, but got a string instead.",
            "messages[0].text",
            "invalid_type",
        ),
        (
            lambda body: body.integer("half"),
            "Invalid type for 'messages[0].half': expected an integer, but got a decimal instead.",
            "messages[0].half",
            "invalid_type",
        ),
        (
            lambda body: body.integer("yes"),
            "Invalid type for 'messages[0].yes': expected an integer, but got a boolean instead.",
            "messages[0].yes",
            "invalid_type",
        ),
        (
            lambda body: body.decimal("object"),
            "Invalid type for 'messages[0].object': expected a decimal, but got an object instead.",
            "messages[0].object",
            "invalid_type",
        ),
        (
            lambda body: body.members("list"),
            "Invalid type for 'messages[0].list': expected an object, but got an array instead.",
            "messages[0].list",
            "invalid_type",
        ),
        (
            lambda body: body.objects("list"),
            "Invalid type for 'messages[0].list[0]': expected an object, but got an integer instead.",
            "messages[0].list[0]",
            "invalid_type",
        ),
        (
            lambda body: body.texts("list"),
            "Invalid type for 'messages[0].list[0]': expected a string, but got an integer instead.",
            "messages[0].list[0]",
            "invalid_type",
        ),
        (
            lambda body: body.objects("text"),
            "Invalid type for 'messages[0].text': expected an array of objects, but got a string instead.",
            "messages[0].text",
            "invalid_type",
        ),
        (
            lambda body: body.required_text("none"),
            "Invalid type for 'messages[0].none': expected a string, but got null instead.",
            "messages[0].none",
            "invalid_type",
        ),
        (
            lambda body: body.required_objects("none"),
            "Invalid type for 'messages[0].none': expected an array of objects, but got null instead.",
            "messages[0].none",
            "invalid_type",
        ),
        (
            lambda body: body.required("absent"),
            "Missing required parameter: 'messages[0].absent'.",
            "messages[0].absent",
            "missing_required_parameter",
        ),
        (
            lambda body: body.choice("text", ("a",)),
            "Invalid value: 'abc'. Supported values are: 'a'.",
            "messages[0].text",
            "invalid_value",
        ),
        (
            lambda body: body.choice("text", ("a", "b")),
            "Invalid value: 'abc'. Supported values are: 'a' and 'b'.",
            "messages[0].text",
            "invalid_value",
        ),
        (
            lambda body: body.required_choice("text", ("a", "b", "c")),
            "Invalid value: 'abc'. Supported values are: 'a', 'b', and 'c'.",
            "messages[0].text",
            "invalid_value",
        ),
        (
            lambda body: body.array("nothing", fewest=1),
            (
                "Invalid 'messages[0].nothing': empty array. Expected an array with minimum length 1, but got an empty "
                "array instead."
            ),
            "messages[0].nothing",
            "empty_array",
        ),
        (
            lambda body: body.array("list", most=1),
            (
                "Invalid 'messages[0].list': array too long. Expected an array with maximum length 1, but got an array "
                "with length 2 instead."
            ),
            "messages[0].list",
            "array_above_max_length",
        ),
        (
            lambda body: body.array("list", fewest=3),
            (
                "Invalid 'messages[0].list': array too short. Expected an array with minimum length 3, but got "
                "an array with length 2 instead."
            ),
            "messages[0].list",
            "array_below_min_length",
        ),
        (
            lambda body: body.text("empty", shortest=1),
            (
                "Invalid 'messages[0].empty': empty string. Expected a string with minimum length 1, but got an empty "
                "string instead."
            ),
            "messages[0].empty",
            "empty_string",
        ),
        (
            lambda body: body.text("text", shortest=4),
            (
                "Invalid 'messages[0].text': string too short. Expected a string with minimum length 4, but got "
                "a string with length 3 instead."
            ),
            "messages[0].text",
            "string_below_min_length",
        ),
        (
            lambda body: body.text("text", longest=2),
            (
                "Invalid 'messages[0].text': string too long. Expected a string with maximum length 2, but got "
                "a string with length 3 instead."
            ),
            "messages[0].text",
            "string_above_max_length",
        ),
        (
            lambda body: body.text("text", pattern="^[0-9]+$"),
            (
                "Invalid 'messages[0].text': string does not match pattern. Expected a string that matches the pattern "
                "'^[0-9]+$'."
            ),
            "messages[0].text",
            "invalid_value",
        ),
        (
            lambda body: body.integer("minus", least=1),
            "Invalid 'messages[0].minus': integer below minimum value. Expected a value >= 1, but got -1 instead.",
            "messages[0].minus",
            "integer_below_min_value",
        ),
        (
            lambda body: body.integer("one", most=0),
            "Invalid 'messages[0].one': integer above maximum value. Expected a value <= 0, but got 1 instead.",
            "messages[0].one",
            "integer_above_max_value",
        ),
        (
            lambda body: body.decimal("half", least=1),
            "Invalid 'messages[0].half': decimal below minimum value. Expected a value >= 1, but got 0.5 instead.",
            "messages[0].half",
            "decimal_below_min_value",
        ),
        (
            lambda body: body.decimal("one", most=0.5),
            "Invalid 'messages[0].one': decimal above maximum value. Expected a value <= 0.5, but got 1 instead.",
            "messages[0].one",
            "decimal_above_max_value",
        ),
        (
            lambda body: checked_map(body.required_members("object"), most=0),
            (
                "Invalid 'messages[0].object': too many properties. Expected an object with at most 0 properties, but "
                "got an object with 1 properties instead."
            ),
            "messages[0].object",
            "object_above_max_properties",
        ),
        (
            lambda body: checked_map(body.required_members("object"), longest_name=0),
            (
                "Invalid 'messages[0].object.': string too long. Expected a string with maximum length 0, but got a "
                "string with length 1 instead."
            ),
            "messages[0].object.",
            "string_above_max_length",
        ),
        (
            checked_map,
            "Invalid type for 'messages[0].one': expected a string, but got an integer instead.",
            "messages[0].one",
            "invalid_type",
        ),
    ],
)
def test_a_wrong_member_is_refused(
    ask: Callable[[Members], object], message: str, param: str, code: str
) -> None:
    """Message, param and code are those of the API."""
    with pytest.raises(RequestRefused) as caught:
        ask(BODY)
    assert caught.value.body() == {
        "error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    }
    assert caught.value.status == 400


def test_members_of_the_right_shape_come_as_they_are() -> None:
    """A reader of a request gets what it asked for, and None for what is absent or null."""
    assert (BODY.text("text"), BODY.integer("one"), BODY.decimal("half"), BODY.decimal("one")) == (
        "abc",
        1,
        0.5,
        1,
    )
    assert BODY.boolean("yes") is True
    assert BODY.mapping("object") == {"a": "b"}
    assert BODY.texts("nothing") == ()
    assert BODY.objects("nothing") == ()
    assert checked_map(BODY.required_members("object"), most=1, longest_name=1, longest=1) == {"a": "b"}
    for name in ("none", "absent"):
        asked: list[Any] = [
            BODY.text(name),
            BODY.boolean(name),
            BODY.integer(name),
            BODY.decimal(name),
            BODY.choice(name, ("a",)),
            BODY.members(name),
            BODY.mapping(name),
            BODY.array(name),
            BODY.objects(name),
            BODY.texts(name),
        ]
        assert asked == [None] * len(asked)
        assert not BODY.has(name)


def test_not_a_number_lies_in_no_range() -> None:
    """It compares with nothing, so that a careless comparison would let it pass."""
    with pytest.raises(RequestRefused):
        BODY.decimal("nan", least=0, most=2)


def test_a_message_is_never_longer_than_anybody_reads() -> None:
    """A client's own words come back to it, but not megabytes of them, and no number that takes minutes to write."""
    for ask in (
        lambda: BODY.choice("long", ("a",)),
        lambda: BODY.integer("huge", most=1),
        lambda: Members({"x" * 9000: 1}).text("x" * 9000),
    ):
        with pytest.raises(RequestRefused) as caught:
            ask()
        assert len(caught.value.message) < 500


def test_places_are_told_in_both_notations() -> None:
    """OpenAI's for the client, JSON pointers for losses."""
    assert BODY.place("odd~/name") == "messages[0].odd~/name"
    assert BODY.pointer("odd~/name") == "/messages/0/odd~0~1name"
    assert Members({}).place("model") == "model"
    items = Members({"a": [{}, {}]}).objects("a")
    assert items is not None
    assert [(one.param, one.at) for one in items] == [("a[0]", "/a/0"), ("a[1]", "/a/1")]


def test_members_that_nobody_knows_are_handed_out_or_noted() -> None:
    """A null says nothing, so it is neither."""
    body = Members({"a": 1, "b": 2, "c": None}, "x", "/x")
    assert body.rest({"a"}) == {"b": 2, "c": None}
    assert body.unknown({"a"}) == {"b": 2}
    ledger = Ledger()
    body.lose_rest({"a"}, ledger)
    assert [(loss.code, loss.at) for loss in ledger.losses] == [("L100", "/x/b")]


@pytest.mark.parametrize("body", [None, [], "text", 1])
def test_a_body_that_is_no_object_is_refused(body: Any) -> None:
    """The API cannot make anything of it."""
    with pytest.raises(RequestRefused, match="could not parse the JSON body"):
        body_of(body)


def test_two_more_refusals_have_the_words_of_the_api() -> None:
    """They are for whoever knows better than a type what is wrong."""
    assert unknown("x").body()["error"] == {
        "message": "Unknown parameter: 'x'.",
        "type": "invalid_request_error",
        "param": "x",
        "code": "unknown_parameter",
    }
    assert invalid("a", "it is so.", name=None).body()["error"] == {
        "message": "Invalid value for 'a': it is so.",
        "type": "invalid_request_error",
        "param": "a",
        "code": None,
    }
