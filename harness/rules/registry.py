"""All rules there are.

The registry walks this package: every concrete subclass of `Rule` in one of its modules is a rule. Other
distributions add theirs with the entry point group `harness.rules`, each naming a module or a class.
"""

from __future__ import annotations

import inspect
import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import harness.rules
from harness.errors import UnknownName
from harness.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from types import ModuleType

ENTRY_POINTS = "harness.rules"

_PACKAGES = {
    "SSE": "framing",
    "HTTP": "http",
    "CHAT": "chat",
    "RESP": "responses",
    "XLAT": "translation",
    "UP": "upstream",
}
"""Where the rules of a family lie, so that one rule's page does not import all."""


@cache
def rules() -> Mapping[str, type[Rule[Any]]]:
    """Every rule by its id, in the order of the catalogue: by family, then chapter as written, then number."""
    found: dict[str, type[Rule[Any]]] = {}
    for package in _PACKAGES.values():
        found.update(_in_package(package))
    from importlib import metadata  # noqa: PLC0415 - one rule's page is shown without it

    for point in metadata.entry_points(group=ENTRY_POINTS):
        loaded: Any = point.load()
        classes: Iterable[type[Rule[Any]]] = (loaded,) if isinstance(loaded, type) else _in_module(loaded)
        for rule in classes:
            if found.setdefault(rule.id, rule) is not rule:
                message = (
                    f"two rules have the id {rule.id}: {found[rule.id].__module__} and {rule.__module__}"
                )
                raise ValueError(message)
    return found


def rule(rule_id: str) -> type[Rule[Any]]:
    """The rule of that id or slug, in any case.

    Raises:
        UnknownName: There is none.
    """
    wanted = rule_id.upper()
    package = _PACKAGES.get(wanted.partition("-")[0])
    if package is not None and (found := _in_package(package).get(wanted)):
        return found
    if wanted in rules():
        return rules()[wanted]
    named = [one for one in rules().values() if one.slug() == rule_id.lower()]
    if named:
        return named[0]
    raise _unknown(rule_id)


def chosen(name: str) -> frozenset[str]:
    """The ids of the rules that a name stands for: an id, a slug, or a family or chapter such as RESP-SEQ.

    Raises:
        UnknownName: It stands for none.
    """
    family = f"{name.strip().upper().rstrip('-')}-"
    found = frozenset(one for one in rules() if one.startswith(family)) if family != "-" else frozenset()
    return found or frozenset({rule(name.strip()).id})


def _unknown(name: str) -> UnknownName:
    """The error, with what was probably meant: the rule of the same number, or the list of a family."""
    error = UnknownName("rule", name, rules())
    wanted = name.upper().rstrip("-")
    chapter, _, number = wanted.rpartition("-")
    if number.isdecimal() and (near := f"{chapter}-{int(number):03}") in rules():
        error.hint = f"did you mean {near!r}?"
    elif wanted and any(one.startswith(f"{wanted}-") for one in rules()):
        error.hint = f"these are several: `harness rules {wanted}` lists them"
    return error


@cache
def _in_package(package: str) -> Mapping[str, type[Rule[Any]]]:
    found: dict[str, type[Rule[Any]]] = {}
    name = f"{harness.rules.__name__}.{package}"
    try:
        folder = import_module(name)
    except ModuleNotFoundError as error:
        if error.name == name:
            return found
        raise
    for info in sorted(pkgutil.iter_modules(folder.__path__), key=lambda one: one.name):
        for one in _in_module(import_module(f"{name}.{info.name}")):
            if one.id in found:
                message = f"two rules have the id {one.id}: {found[one.id].__module__} and {one.__module__}"
                raise ValueError(message)
            found[one.id] = one
    return dict(sorted(found.items()))


def _in_module(module: ModuleType) -> Iterator[type[Rule[Any]]]:
    for value in vars(module).values():
        if (
            inspect.isclass(value)
            and issubclass(value, Rule)
            and value.__module__ == module.__name__
            and "id" in vars(value)
            and not inspect.isabstract(value)
        ):
            yield value
