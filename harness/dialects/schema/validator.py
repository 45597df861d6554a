"""One compiled schema: a verdict that costs next to nothing, and an explanation for where it is bad.

Integers: JSON Schema since draft 6 takes `1.0` for an integer, and typed clients (Go, Rust, Java) fail on it. A member
that is an integer must be written as one, as draft 4 had it; so each `integer` is compiled as a schema of that draft.
Where a provider's type is a float, `1` and `1.0` are both right.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from harness.dialects.schema.explanation import Problem, explained, found_in
from harness.dialects.schema.indifference import is_indifferent
from harness.dialects.schema.shape import looked_at, shape_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_INTEGER = "urn:harness:"
_DRAFT_4 = "http://json-schema.org/draft-04/schema#"
_UNIONS = (("integer",), ("integer", "null"), ("integer", "string"), ("integer", "null", "string"))


_MOST_SHAPES = 128
"""Explanations that are kept: a server makes few mistakes many times, and a hostile one must not fill the memory."""


class Validator:
    """Judges bodies of one kind.

    Args:
        root: The schema, in the plain form, with all definitions that it refers to under `$defs`.
    """

    __slots__ = ("_explained", "_indifferent", "_keys", "_root", "is_valid")

    is_valid: Callable[[object], bool]
    """Whether a decoded body has no problem but such as are `newer`. The bound C method itself: one call, no frame."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        import jsonschema_rs  # noqa: PLC0415 - loaded when something is judged

        self._root = root
        self._keys = looked_at(root)
        self._explained: dict[object, list[Problem]] = {}
        self._indifferent: dict[tuple[str | int, ...], bool] = {}
        self.is_valid = jsonschema_rs.Draft202012Validator(compilable(root), registry=_integers()).is_valid

    def is_indifferent(self, path: tuple[str | int, ...]) -> bool:
        """Whether another value of the same type at this path has the same verdict."""
        known = self._indifferent.get(path)
        if known is None:
            known = self._indifferent[path] = is_indifferent(self._root, path)
        return known

    def problems(self, body: object) -> list[Problem]:
        """Everything that is wrong with a body, those that are `newer` included; slow for the first of a shape."""
        shape = shape_of(body, self._keys) if self._keys is not None else None
        if shape is None:
            return explained(self._root, body)
        known = self._explained.get(shape)
        if known is not None:
            return [found_in(one, body) for one in known]
        if len(self._explained) >= _MOST_SHAPES:
            self._explained.clear()
        found = self._explained[shape] = explained(self._root, body)
        return list(found)

    def misfits(self, body: object) -> list[Problem]:
        """What is wrong with a body that is not valid: its problems without the `newer` ones."""
        return [one for one in self.problems(body) if not one.newer]


@cache
def _integers() -> Any:
    import jsonschema_rs  # noqa: PLC0415 - loaded when something is judged

    named = [(_name(kinds), {"$schema": _DRAFT_4, "type": list(kinds)}) for kinds in _UNIONS]
    return jsonschema_rs.Registry(named)


def _name(kinds: tuple[str, ...]) -> str:
    return _INTEGER + "-or-".join(kinds)


def compilable(schema: Any) -> Any:
    """A schema as jsonschema-rs takes it: every `type` that names "integer" refers to a schema of draft 4.

    Only values of a key `type` that are JSON types are meant; a member that is called so has a schema instead.
    """
    if isinstance(schema, list):
        return [compilable(it) for it in schema]
    if not isinstance(schema, dict):
        return schema
    kinds = schema.get("type")
    rest = {key: compilable(value) for key, value in schema.items()}
    if kinds == "integer" or (isinstance(kinds, list) and "integer" in kinds):
        del rest["type"]
        rest["$ref"] = _name(tuple(sorted([kinds] if isinstance(kinds, str) else kinds)))
    return rest
