"""The rules that judge one exchange, arranged so that an ordinary event meets none of them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from harness.rules.registry import rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from harness.checking.profiles import Profile
    from harness.rules.case import Case
    from harness.rules.rule import Found, Need, Rule

    Observer: TypeAlias = Callable[[Case[Any]], Found]


class Panel:
    """Fresh rules for one exchange.

    Args:
        profile: Which rules hold.
        dialect: Name of the dialect.
        streamed: Whether the body is a stream.
        known: What is known of the exchange; a rule that needs more is not asked.
        only: Ids of the rules to ask; None asks all.

    Attributes:
        rules: The rules that are asked, in the order of the catalogue.
        silent: Ids of rules of this dialect that cannot be decided, with what is missing.
    """

    def __init__(
        self,
        profile: Profile,
        dialect: str,
        *,
        streamed: bool,
        known: Iterable[Need],
        only: frozenset[str] | None = None,
    ) -> None:
        have = frozenset(known)
        self.rules: list[Rule[Any]] = []
        self.silent: dict[str, str] = {}
        for rule_type in _of_dialect(dialect, streamed):
            if only is not None and rule_type.id not in only:
                continue
            setting = profile.settings.get(rule_type.id)
            if setting is not None and not setting.on:
                continue
            if missing := [need for need in rule_type.needs if need not in have]:
                self.silent[rule_type.id] = missing[0]
                continue
            rule = rule_type(setting.options if setting else None)
            self.rules.append(rule)
        observers: dict[str, list[Observer]] = {}
        for rule in sorted(self.rules, key=_general):
            for name in rule.on:
                observers.setdefault(name, []).append(rule.observe)
        self._observers = {name: tuple(found) for name, found in observers.items()}

    def observers(self, name: str) -> tuple[Observer, ...]:
        """Who is shown a moment of that name, in the order of the catalogue, general rules last."""
        return self._observers.get(name, ())


def _general(rule: Rule[Any]) -> bool:
    return rule.general


@cache
def _of_dialect(dialect: str, streamed: bool) -> tuple[type[Rule[Any]], ...]:  # noqa: FBT001 - a cache's key
    return tuple(
        rule
        for rule in rules().values()
        if (not rule.dialects or dialect in rule.dialects)
        and (rule.streamed is None or rule.streamed == streamed)
    )
