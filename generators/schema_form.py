"""One plain form for JSON Schemas that pydantic makes from an SDK's types.

pydantic writes a union as `anyOf`, which tells whether a value fits but not why it does not: one missing field
fails every member of the union. Here every union becomes a dispatch, first on the JSON type, then on the constant
that tells its objects apart, so that a fault is found in one place only. And a vocabulary to which a provider adds
words over time becomes any string: whether a word is known is the business of rules, not of the shape.

The form uses `$ref`, `type`, `const`, `properties`, `required`, `items`, `additionalProperties`, and for unions
`allOf` of `if`/`then`. Titles, descriptions, defaults, formats, bounds and the closing of objects are dropped.
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]

FIXED_BY_THE_WIRE = {"object", "type"}
"""Members whose one constant is part of the wire contract and stays a constant; every other one is a vocabulary."""

DROPPED = {
    "additionalProperties", "default", "deprecated", "description", "discriminator", "examples", "format",
    "maxItems", "maxLength", "maximum", "minItems", "minLength", "minimum", "title",
}  # fmt: skip
UNDERSTOOD = {"$ref", "allOf", "anyOf", "const", "enum", "items", "oneOf", "properties", "required", "type"}
TAGS = ("type", "role")
ORDER = ("object", "array", "string", "number", "integer", "boolean", "null")


def short_names(names: list[str], given: dict[str, str]) -> dict[str, str]:
    """What each definition is called: as `given`, else its class, with its module in front where two share a name.

    pydantic tells two classes of one name apart as `package__module__Class`; that becomes `ModuleClass`.

    Raises:
        ValueError: Two definitions would get one name.
    """
    chosen = {name: given.get(name) or _short(name) for name in names}
    if len(set(chosen.values())) != len(chosen):
        twice = sorted({name for name in chosen.values() if list(chosen.values()).count(name) > 1})
        message = f"two definitions would be called {', '.join(twice)}"
        raise ValueError(message)
    return chosen


def _short(name: str) -> str:
    *modules, last = name.split("__")
    module = "".join(word.capitalize() for word in modules[-1].split("_")) if modules else ""
    return re.sub(r"\W", "", module + last)


class PlainForm:
    """Brings definitions into the plain form.

    Args:
        definitions: All definitions, as pydantic wrote them.
        names: What each is called in the result.
    """

    def __init__(self, definitions: dict[str, Schema], names: dict[str, str]) -> None:
        self._definitions = definitions
        self._names = names

    def definitions(self, roots: list[str]) -> dict[str, Schema]:
        """The definitions of these names (of the result) and all that they refer to."""
        sources = {name: source for source, name in self._names.items()}
        done: dict[str, Schema] = {}
        waiting = list(roots)
        while waiting:
            name = waiting.pop()
            if name not in done:
                done[name] = self.plain(self._definitions[sources[name]])
                waiting += references(done[name])
        return done

    def plain(self, schema: Schema, member: str = "") -> Schema:
        """One schema; `member` is the name of the property that it is of.

        Raises:
            ValueError: It has a keyword that this form has no word for.
        """
        if unknown := set(schema) - DROPPED - UNDERSTOOD:
            message = f"a keyword this form has no word for: {', '.join(sorted(unknown))}"
            raise ValueError(message)
        if "$ref" in schema:
            return self._reference(schema["$ref"], member)
        if "anyOf" in schema or "oneOf" in schema or "allOf" in schema:
            return self._union(self._branches(schema), member)
        if "const" in schema or "enum" in schema:
            return _vocabulary(schema, member)
        kind = schema.get("type")
        if kind == "object":
            return self._object(schema)
        if kind == "array":
            items = self.plain(schema.get("items", {}))
            return {"type": "array", **({"items": items} if items else {})}
        return {"type": kind} if kind else {}

    def _reference(self, pointer: str, member: str) -> Schema:
        name = pointer.rpartition("/")[2]
        target = self._definitions[name]
        if target.get("type") == "object":
            return {"$ref": f"#/$defs/{self._names[name]}"}
        return self.plain(target, member)

    def _object(self, schema: Schema) -> Schema:
        found: Schema = {"type": "object"}
        if properties := schema.get("properties"):
            plain = {name: self.plain(its, name) for name, its in properties.items()}
            found["properties"] = {name: its for name, its in plain.items() if its}
        if required := schema.get("required"):
            found["required"] = sorted(required)
        values = schema.get("additionalProperties")
        if isinstance(values, dict) and (of_values := self.plain(values)):
            found["additionalProperties"] = of_values
        return found

    def _branches(self, schema: Schema) -> list[Schema]:
        """The members of a union that are no unions themselves."""
        if "allOf" in schema:
            (schema,) = schema["allOf"]
            return self._branches(schema)
        if "$ref" in schema:
            target = self._definitions[schema["$ref"].rpartition("/")[2]]
            return [schema] if target.get("type") == "object" else self._branches(target)
        members = schema.get("anyOf") or schema.get("oneOf")
        return [inner for it in members for inner in self._branches(it)] if members else [schema]

    def _union(self, branches: list[Schema], member: str) -> Schema:
        by_type: dict[str, list[Schema]] = {}
        for branch in branches:
            plain = self.plain(branch, member if len(branches) == 1 else "")
            kind = "object" if "$ref" in plain else plain.get("type", "string" if "const" in plain else None)
            if kind is None:
                return {}  # one member takes anything, so the union does
            by_type.setdefault(kind, []).append(plain)
        if "number" in by_type:
            by_type.pop("integer", None)
        kinds = [kind for kind in ORDER if kind in by_type]
        found: Schema = {"type": kinds[0] if len(kinds) == 1 else kinds}
        if arrays := by_type.get("array"):
            items = (
                self._union([it.get("items", {}) for it in arrays], "")
                if len(arrays) > 1
                else arrays[0].get("items")
            )
            found |= {"items": items} if items else {}
        if objects := by_type.get("object"):
            of_objects = self._dispatch(objects)
            if kinds == ["object"]:
                return of_objects
            if of_objects != {"type": "object"}:
                found["allOf"] = [{"if": {"type": "object"}, "then": of_objects}]
        return found

    def _dispatch(self, objects: list[Schema]) -> Schema:
        """A union of objects, told apart by a constant; of one whose constant is unknown nothing is asked."""
        if len(objects) == 1:
            return objects[0]
        for tag in TAGS:
            members = [self._words(it, tag) for it in objects]
            # A word that a member may have but need not: whoever has it may be either.
            unsure = {word for required, its in members if not required for word in its}
            words = [its if required and not unsure.intersection(its) else [] for required, its in members]
            flat = [word for its in words for word in its]
            if any(words) and len(set(flat)) == len(flat):
                break
        else:
            return {"type": "object"}  # nothing tells them apart
        cases = [
            {
                "if": {
                    "type": "object",
                    "properties": {tag: {"const": its[0]} if len(its) == 1 else {"enum": its}},
                    "required": [tag],
                },
                "then": schema,
            }
            for its, schema in zip(words, objects, strict=True)
            if its
        ]
        # Where a member does without the constant, an object may lack it.
        required = {"required": [tag]} if all(needed for needed, _ in members) else {}
        return {
            "type": "object",
            "properties": {tag: {"type": "string"}},
            **required,
            "allOf": sorted(cases, key=lambda case: str(case["if"])),
        }

    def _words(self, schema: Schema, tag: str) -> tuple[bool, list[str]]:
        """Whether these objects must have the member `tag`, and the words that it may be."""
        name = schema.get("$ref", "").rpartition("/")[2]
        source = next((its for its, called in self._names.items() if called == name), "")
        raw = self._definitions.get(source, {})
        branches = self._branches(raw.get("properties", {}).get(tag, {}))
        words = [word for it in branches for word in it.get("enum", [it["const"]] if "const" in it else ())]
        return tag in raw.get("required", ()), sorted(words)


def _vocabulary(schema: Schema, member: str) -> Schema:
    """A constant or a list of words: kept where the wire fixes it, else its JSON type alone."""
    words = [schema["const"]] if "const" in schema else schema["enum"]
    if len(words) == 1 and member in FIXED_BY_THE_WIRE and "const" in schema:
        return {"const": words[0]}
    if all(isinstance(word, bool) for word in words) and words:
        return {"type": "boolean"}
    if all(isinstance(word, int) for word in words) and words:
        return {"type": "integer"}
    return {"type": "string"}


def references(schema: Any) -> list[str]:
    """The names of all definitions that a schema refers to."""
    if isinstance(schema, list):
        return [name for it in schema for name in references(it)]
    if not isinstance(schema, dict):
        return []
    # A property may be called "$ref"; its schema is no string then.
    here = [schema["$ref"].removeprefix("#/$defs/")] if isinstance(schema.get("$ref"), str) else []
    return here + [name for it in schema.values() for name in references(it)]
