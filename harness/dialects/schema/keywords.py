"""python-jsonschema with the keywords of our schemas. It costs a tenth of a second: imported when something is wrong.

jsonschema's own messages hold the repr of what they are about, which may be megabytes, or too deep to be written;
these are empty, or the bare name of the missing member.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, ValidationError, validators

from harness.dialects.schema.overlay import NEWER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def _missing(_: Any, names: Iterable[str], instance: object, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for name in names:
            if name not in instance:
                yield ValidationError(name)


def _type(validator: Any, kinds: str | list[str], instance: object, _: Any) -> Iterator[ValidationError]:
    if not any(validator.is_type(instance, it) for it in ([kinds] if isinstance(kinds, str) else kinds)):
        yield ValidationError("")


def _const(_: Any, value: str, instance: object, __: Any) -> Iterator[ValidationError]:
    if instance != value:
        yield ValidationError("")


def _enum(_: Any, values: list[str | None], instance: object, __: Any) -> Iterator[ValidationError]:
    if instance not in values:
        yield ValidationError("")


def _integer(_: Any, instance: object) -> bool:
    """An integer is written as one: `1.0` is none."""
    return isinstance(instance, int) and not isinstance(instance, bool)


Explainer: Any = validators.extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    validators={"required": _missing, NEWER: _missing, "type": _type, "const": _const, "enum": _enum},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _integer),
)
