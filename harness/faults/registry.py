"""All faults there are, and reading one from text.

`harness.faults.index` says which module has which: whoever asks for one fault loads one module.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeGuard

from harness.errors import UnknownName
from harness.faults.fault import Fault, listed, refusal, whole
from harness.faults.index import MODULES

if TYPE_CHECKING:
    from collections.abc import Mapping

_seed = whole(0)


@cache
def faults() -> Mapping[str, type[Fault]]:
    """Every fault by its name, in alphabetical order."""
    found: dict[str, type[Fault]] = {}
    for module, names in MODULES.items():
        there = _in(module)
        found.update((name, there[name]) for name in names if name in there)
    return {name: found[name] for name in sorted(found)}


def _named(name: str) -> type[Fault] | None:
    """The fault of that name; only its module is loaded."""
    module = next((module for module, names in MODULES.items() if name in names), None)
    return None if module is None else _in(module).get(name)


def _in(module: str) -> dict[str, type[Fault]]:
    """The faults of a module below `harness.faults`, by their names, in the order in which they stand there."""
    loaded = import_module(f"harness.faults.{module}")
    return {
        value.name: value
        for value in vars(loaded).values()
        if isinstance(value, type) and _is_fault(value) and value.__module__ == loaded.__name__
    }


def _is_fault(value: type) -> TypeGuard[type[Fault]]:
    return issubclass(value, Fault) and "name" in vars(value)


def parse_fault(text: str) -> Fault:
    """Read a fault: `name[:value][,key=value]...[@seed]`, such as `cut:event=7` or
    `status:429,retry_after=2`.

    Raises:
        UnknownName: There is no such fault, or it has no such setting.
        UsageError: A value cannot be meant.
    """
    body, marker, seed = text.partition("@")
    name, colon, rest = body.partition(":")
    fault = _named(name)
    if fault is None:
        raise UnknownName("fault", name, faults())
    values: dict[str, Any] = {}
    if marker:
        try:
            values["seed"] = _seed(seed)
        except ValueError as error:
            raise refusal(fault, f"bad seed in {text!r}", expected=str(error), found=repr(seed)) from None
    for position, setting in enumerate(rest.split(",") if colon else ()):
        key, value = _read(fault, text, setting, first=position == 0)
        if key in values:
            raise refusal(fault, f"{key!r} is given twice in {text!r}")
        values[key] = value
    return fault(**values)


def _read(fault: type[Fault], text: str, setting: str, *, first: bool) -> tuple[str, object]:
    """One `key=value`, or a bare first value where the fault says which setting that is."""
    key, equals, given = setting.partition("=")
    if not equals:
        if not first or fault.positional is None or not setting:
            raise refusal(fault, f"{setting!r} in {text!r} is no setting", expected="key=value")
        key, given = fault.positional, setting
    known = {one.name: one for one in fault.parameters()}
    if key not in known:
        unknown = UnknownName(f"setting of fault {fault.name!r} called", key, known)
        unknown.expected = listed(fault)
        raise unknown
    try:
        return key, known[key].read(given)
    except ValueError as error:
        raise refusal(
            fault, f"bad value for {key!r} in {text!r}", expected=str(error), found=repr(given)
        ) from None
