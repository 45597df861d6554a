"""What a JSON Schema says and another, made from it, does not: properties, types, what is required, values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from harness.jsonvalue import escape
from harness.rules.translation.requests_reading import listed, mapped, objects, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DEEPEST: Final = 16
_MOST: Final = 2_000
"""Places that are compared; a schema may refer to itself in several of them."""
_BESIDE: Final = (
    *(
        "additionalProperties",
        "pattern",
        "format",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
    ),
    *("minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "multipleOf", "default"),
)
"""Keywords that not every protocol knows."""
_CHOICES: Final = ("anyOf", "oneOf", "any_of")


class Loss(NamedTuple):
    """One thing that a schema no longer says.

    Args:
        at: Where it stands in the client's schema, as a JSON pointer through properties and items.
        what: In words, without the place.
        expected: What the client's schema says.
        found: What the upstream's says there.
        is_mild: It is a keyword beside properties, types, values and what is required.
    """

    at: str
    what: str
    expected: str
    found: str
    is_mild: bool = False


class _Side(NamedTuple):
    """A schema, and the whole that its references point into."""

    root: Mapping[str, Any]
    schema: Mapping[str, Any]

    def at(self, schema: object) -> _Side:
        """A schema inside, its reference followed."""
        here = mapped(schema)
        for _ in range(_DEEPEST):
            reference = text_of(here.get("$ref"))
            if not reference.startswith("#"):
                break
            described = here.get("description")
            value: object = self.root
            for token in reference.removeprefix("#").split("/")[1:]:
                value = mapped(value).get(token.replace("~1", "/").replace("~0", "~"))
            # What is said beside a reference is said of that place alone.
            here = mapped(value) if described is None else {**mapped(value), "description": described}
        return _Side(self.root, here)


def losses(asked: Mapping[str, Any], sent: Mapping[str, Any]) -> list[Loss]:
    """What the client's schema says and the upstream's does not, in order.

    Types may be spelled in capitals; null may be a type, an alternative or `nullable`, and is not compared. Nor is what
    providers refuse: alternatives of the whole, the empty text as a value, and requiring what is no property.
    """
    return _within(asked, sent, _losses)


def undescribed(asked: Mapping[str, Any], sent: Mapping[str, Any]) -> list[Loss]:
    """Descriptions of parameters that the upstream's schema does not have."""
    return _within(asked, sent, _undescribed)


def unsaid(asked: Mapping[str, Any], sent: Mapping[str, Any]) -> list[Loss]:
    """Keywords of the client's schema that the upstream's, whose protocol knows them, does not have as they are."""
    return _within(asked, sent, _unsaid)


def _within(asked: Mapping[str, Any], sent: Mapping[str, Any], judge: Any) -> list[Loss]:
    mine, theirs = _Side(asked, {}).at(asked), _Side(sent, {}).at(sent)
    found: list[Loss] = []
    for count, (at, here, there) in enumerate(_places(mine, theirs, "", ())):
        if count > _MOST:
            break
        found += judge(at, here, there)
    return found


def _places(
    mine: _Side, theirs: _Side, at: str, above: tuple[object, ...]
) -> Iterator[tuple[str, _Side, _Side]]:
    """Every schema of the client's that has one in the same place of the upstream's; `above` are those it is in.

    Where a schema refers to one that it is in, and the upstream's has no references, that must end somewhere.
    """
    mine, theirs = _single(mine), _single(theirs)
    properties = mine.schema.get("properties")
    if "properties" not in theirs.schema and any(properties is one for one in above if properties):
        return
    yield at, mine, theirs
    if len(above) > _DEEPEST:
        return
    above = (*above, properties)
    others = mapped(theirs.schema.get("properties"))
    for name, one in mapped(mine.schema.get("properties")).items():
        if name in others:
            place = f"{at}/properties/{escape(name)}"
            yield from _places(mine.at(one), theirs.at(others[name]), place, above)
    if isinstance(mine.schema.get("items"), dict) and "items" in theirs.schema:
        yield from _places(
            mine.at(mine.schema["items"]), theirs.at(theirs.schema["items"]), f"{at}/items", above
        )
    for number, (one, other) in enumerate(zip(_alternatives(mine), _alternatives(theirs), strict=False)):
        yield from _places(one, other, f"{at}/anyOf/{number}", above)


def _alternatives(side: _Side) -> list[_Side]:
    """The alternatives of a schema, null not counted."""
    given = next((one for name in _CHOICES if (one := objects(side.schema.get(name)))), [])
    followed = [side.at(one) for one in given]
    return [one for one in followed if one.schema.get("type") not in ("null", "NULL")]


def _single(side: _Side) -> _Side:
    """The only alternative of a schema, where it has but one beside null and says nothing else."""
    only = _alternatives(side)
    return only[0] if len(only) == 1 and "type" not in side.schema else side


def _losses(at: str, mine: _Side, theirs: _Side) -> Iterator[Loss]:
    types, others = _types(mine), _types(theirs)
    if types and not types <= others:
        yield Loss(
            at, "the type changed", " or ".join(sorted(types)), " or ".join(sorted(others)) or "no type"
        )
    known = mapped(theirs.schema.get("properties"))
    for name in mapped(mine.schema.get("properties")):
        if name not in known:
            place = f"{at}/properties/{escape(name)}"
            yield Loss(place, "the property is missing", name, ", ".join(map(str, known)) or "no property")
    required, told = listed(mine.schema.get("required")), listed(theirs.schema.get("required"))
    for name in required:
        if isinstance(name, str) and name not in told and name in mapped(mine.schema.get("properties")):
            yield Loss(
                at,
                f"{name} is no longer required",
                f"required: {required}",
                f"required: {told}" if told else "nothing is required",
            )
    if isinstance(mine.schema.get("items"), dict) and "items" not in theirs.schema and "array" in others:
        yield Loss(at, "what is in the array is not told", "items", "no items")
    values, kept = _values(mine), _values(theirs)
    if values and all(isinstance(one, str) for one in listed(mine.schema.get("enum"))) and not values <= kept:
        yield Loss(
            at,
            "some of the values are missing",
            ", ".join(sorted(values)),
            ", ".join(sorted(kept)) or "no enum",
        )
    is_compared = at or not known  # those of the whole may be told as the properties that they have
    if (
        is_compared
        and len(_alternatives(mine)) > len(_alternatives(theirs))
        and not _are_values(mine, theirs)
    ):
        count, rest = len(_alternatives(mine)), len(_alternatives(theirs))
        yield Loss(at, "some of the alternatives are missing", str(count), str(rest))


def _undescribed(at: str, mine: _Side, theirs: _Side) -> Iterator[Loss]:
    told, found = (
        text_of(mine.schema.get("description")).strip(),
        text_of(theirs.schema.get("description")),
    )
    if at and told and told not in found:
        yield Loss(at, "the description is lost", told, found or "no description")


def _unsaid(at: str, mine: _Side, theirs: _Side) -> Iterator[Loss]:
    for keyword in _BESIDE:
        wish, told = mine.schema.get(keyword), theirs.schema.get(keyword)
        if keyword in mine.schema and not isinstance(wish, dict) and told != wish:
            yield Loss(
                at, f"{keyword} changed", repr(wish), "nothing" if told is None else repr(told), is_mild=True
            )


def _types(side: _Side) -> set[str]:
    """The types that a schema allows, in small letters; null is not among them."""
    given = side.schema.get("type")
    named = [given] if isinstance(given, str) else listed(given)
    found = {one.lower() for one in named if isinstance(one, str)} - {"null"}
    if not found:
        for one in _alternatives(side):
            named = [one.schema.get("type")]
            found |= {kind.lower() for kind in named if isinstance(kind, str)}
    return found


def _values(side: _Side) -> set[str]:
    given = listed(side.schema.get("enum")) or ([side.schema["const"]] if "const" in side.schema else [])
    return {one if isinstance(one, str) else repr(one) for one in given} - {""}


def _are_values(mine: _Side, theirs: _Side) -> bool:
    """Whether the alternatives are values, and the other side has them all as such."""
    values = [_values(one) for one in _alternatives(mine)]
    return all(values) and set().union(*values) <= _values(theirs)
