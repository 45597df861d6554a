"""Overlays change what they say, and complain when there is nothing to change."""

from __future__ import annotations

from typing import Any

import pytest

from harness.dialects.schema.overlay import NEWER, overlaid
from harness.errors import InputError

BASE: dict[str, Any] = {
    "a.one": {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n", "m"]},
    "a.two": {"type": "object", "properties": {"n": {"type": ["integer", "null"]}}, "required": ["n"]},
    "Part": {"type": "object"},
}


def changed(**entry: Any) -> dict[str, Any]:
    """The definitions after one entry."""
    return overlaid(BASE, [{"reason": "r", "evidence": ["e"], **entry}], "specs/x.overlay.json")


def test_definitions_are_added_and_replaced() -> None:
    """What was there stays as it was for whoever holds it."""
    assert changed(add={"b": {"type": "object"}})["b"] == {"type": "object"}
    assert changed(add={"Part": {"type": "string"}})["Part"] == {"type": "string"}
    assert BASE["Part"] == {"type": "object"}


def test_a_pattern_names_several_definitions() -> None:
    """Those that lack the member stay as they are."""
    found = changed(definitions=["a.*"], optional=["m"])
    assert found["a.one"]["required"] == ["n"]
    assert found["a.two"] == BASE["a.two"]


def test_a_member_may_be_required_since_a_date_or_again_at_all_times() -> None:
    """A later overlay takes back what an earlier one excused, or drops it."""
    newer = {"definitions": ["a.one"], "newer": {"m": "2026-07"}}
    found = changed(**newer)
    assert found["a.one"]["required"] == ["n"]
    assert found["a.one"][NEWER] == {"m": "2026-07"}
    again = overlaid(BASE, [newer, {"definitions": ["a.one"], "required": ["m"]}], "w")["a.one"]
    assert (again["required"], again[NEWER]) == (["n", "m"], {})
    dropped = overlaid(BASE, [newer, {"definitions": ["a.one"], "optional": ["m"]}], "w")["a.one"]
    assert (dropped["required"], dropped[NEWER]) == (["n"], {})


@pytest.mark.parametrize(
    ("schema", "nullable"),
    [
        ({"type": "string"}, {"type": ["string", "null"]}),
        ({"type": ["array", "string"]}, {"type": ["array", "string", "null"]}),
        ({"const": "x"}, {"enum": ["x", None]}),
        (
            {"$ref": "#/$defs/Part"},
            {
                "type": ["object", "null"],
                "allOf": [{"if": {"type": "object"}, "then": {"$ref": "#/$defs/Part"}}],
            },
        ),
    ],
)
def test_null_may_be_allowed(schema: dict[str, Any], nullable: dict[str, Any]) -> None:
    """Whatever the member is."""
    base = {"a": {"type": "object", "properties": {"n": schema}}}
    found = overlaid(base, [{"definitions": ["a"], "nullable": ["n"]}], "w")
    assert found["a"]["properties"]["n"] == nullable


def test_null_may_be_forbidden() -> None:
    """Where it was allowed."""
    found = changed(definitions=["a.*"], not_null=["n"])
    assert found["a.two"]["properties"]["n"] == {"type": ["integer"]}
    assert found["a.one"] == BASE["a.one"]


def test_a_merge_patch_replaces_member_by_member() -> None:
    """As in RFC 7396: null takes away, and what is no object replaces."""
    found = changed(definitions=["a.one"], merge={"required": None, "properties": {"n": {"type": "string"}}})
    assert found["a.one"] == {"type": "object", "properties": {"n": {"type": "string"}}}


@pytest.mark.parametrize(
    "entry",
    [
        {"definitions": ["a.three"], "optional": ["n"]},
        {"definitions": ["a.one"], "optional": ["z"]},
        {"definitions": ["a.one"], "newer": {"z": "2026"}},
        {"definitions": ["a.one"], "required": ["n"]},
        {"definitions": ["a.one"], "nullable": ["z"]},
        {"definitions": ["a.one"], "not_null": ["n"]},
        {"definitions": ["Part"], "merge": {"type": "object"}},
        {"definitions": ["a.one"], "optional": ["m"], "nullable": ["z"]},
    ],
)
def test_an_entry_that_changes_nothing_is_an_error(entry: dict[str, Any]) -> None:
    """Overlays do not outlive what they correct; each of several operations must do something."""
    with pytest.raises(InputError, match="changes nothing") as caught:
        changed(**entry)
    assert caught.value.where == "specs/x.overlay.json"


def test_an_operation_that_does_not_exist_is_an_error() -> None:
    """A typing error does not go unnoticed."""
    with pytest.raises(InputError, match="does not exist") as caught:
        changed(definitions=["a.one"], requierd=["m"])
    assert caught.value.found == "requierd"
