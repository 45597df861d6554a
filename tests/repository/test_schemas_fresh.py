"""The schemas under specs/ are what the generator makes of the SDK releases that they name."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version

import pytest

from generators.schema_form import PlainForm, short_names
from generators.schemas import SDKS, generated
from harness.dialects.schema.sets import FILES
from tests.repository.checkout import ROOT, project

STRINGS = {"type": "array", "items": {"type": "string"}}
INTEGERS = {"type": "array", "items": {"type": "integer"}}
WORDS_BY_NAME = {"type": "object", "additionalProperties": {"type": "string"}}


@pytest.mark.parametrize("provider", SDKS)
def test_schemas_are_those_of_the_pinned_sdk(provider: str) -> None:
    """The pin, the folder and what the package reads are one release; made again, the files are the same."""
    pins = dict(pin.split("==") for pin in project()["dependency-groups"]["schemas"])
    pinned = pins[SDKS[provider]]
    folders = {path.split("/")[1] for path in FILES.values() if path.startswith(f"{provider}/")}
    assert folders == {pinned}
    try:
        installed = version(SDKS[provider])
    except PackageNotFoundError:
        installed = "not"
    if installed != pinned:
        pytest.skip(
            f"{SDKS[provider]} {pinned} is wanted, {installed} installed; `nox -s schemas` makes them"
        )
    for name, text in generated(provider).items():
        assert (ROOT / "specs" / name).read_text(encoding="utf-8") == text, f"{name}: run nox -s schemas"


def form(**definitions: dict[str, object]) -> PlainForm:
    """The plain form of some definitions under their own names."""
    return PlainForm(definitions, {name: name for name in definitions})


def tagged(*words: str, required: bool = True) -> dict[str, object]:
    """An object whose `type` is one of some words."""
    schema: dict[str, object] = {"const": words[0]} if len(words) == 1 else {"enum": list(words)}
    return {"type": "object", "properties": {"type": schema}, **({"required": ["type"]} if required else {})}


def test_a_union_of_objects_dispatches_on_its_constant() -> None:
    """One case a member; nothing is asked of an object whose constant is unknown."""
    plain = form(A=tagged("a"), B=tagged("b", "c")).plain(
        {"anyOf": [{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/B"}], "discriminator": {"propertyName": "type"}}
    )
    assert plain["required"] == ["type"]
    assert [case["then"]["$ref"] for case in plain["allOf"]] == ["#/$defs/A", "#/$defs/B"]
    assert plain["allOf"][1]["if"]["properties"] == {"type": {"enum": ["b", "c"]}}


def test_members_that_may_lack_the_constant_are_left_alone() -> None:
    """Whoever has a word that two members share may be either."""
    plain = form(A=tagged("a"), B=tagged("b"), C=tagged("b", required=False)).plain(
        {"anyOf": [{"$ref": f"#/$defs/{name}"} for name in "ABC"]}
    )
    assert "required" not in plain
    assert [case["then"]["$ref"] for case in plain["allOf"]] == ["#/$defs/A"]
    untold = form(A={"type": "object"}, B={"type": "object"})
    assert untold.plain({"anyOf": [{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/B"}]}) == {"type": "object"}


@pytest.mark.parametrize(
    ("schema", "plain"),
    [
        ({"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}, {"type": ["string", "null"]}),
        ({"anyOf": [{"type": "integer"}, {"type": "number"}]}, {"type": "number"}),
        ({"anyOf": [{"type": "string"}, {}]}, {}),
        ({"enum": ["a", "b"], "type": "string"}, {"type": "string"}),
        ({"enum": [1, 2], "type": "integer"}, {"type": "integer"}),
        ({"const": True, "type": "boolean"}, {"type": "boolean"}),
        ({"type": "array", "items": {"const": "a"}, "maxItems": 3}, {"type": "array", "items": {"type": "string"}}),
        ({"anyOf": [STRINGS, INTEGERS]}, {"type": "array", "items": {"type": ["string", "integer"]}}),
        ({**WORDS_BY_NAME, "title": "T"}, WORDS_BY_NAME),
        ({"allOf": [{"anyOf": [{"type": "string"}, {"type": "null"}]}]}, {"type": ["string", "null"]}),
    ],
)  # fmt: skip
def test_the_plain_form(schema: dict[str, object], plain: dict[str, object]) -> None:
    """Unions name their types, and vocabularies are open."""
    assert form().plain(schema) == plain


def test_a_keyword_without_a_word_for_it_is_an_error() -> None:
    """Nothing that a newer pydantic writes is lost in silence."""
    with pytest.raises(ValueError, match=re.escape("no word for: pattern")):
        form().plain({"type": "string", "pattern": "x"})


def test_definitions_keep_short_names_apart() -> None:
    """The class, or its module and class where two share a name."""
    names = ["Part", "sdk__types__text_done_event__Logprob", "Event"]
    assert short_names(names, {"Event": "text.done"}) == {
        "Part": "Part",
        "sdk__types__text_done_event__Logprob": "TextDoneEventLogprob",
        "Event": "text.done",
    }
    with pytest.raises(ValueError, match="would be called Part"):
        short_names(["Part", "Other"], {"Other": "Part"})
