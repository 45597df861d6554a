"""Rulesets: the rules and severities of a date, frozen, so that an upgrade turns nobody's build red.

A new rule starts as a preview (`Rule.preview`): it is shown and never counted, until a later ruleset takes it in.
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import TYPE_CHECKING

from harness.bundled import spec_names, spec_text
from harness.errors import UnknownName
from harness.findings import Severity
from harness.rules.registry import rules

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def ruleset(date: str) -> Mapping[str, Severity]:
    """The severities by rule id that held on a date (ISO 8601), as specs/rulesets has it.

    Raises:
        UnknownName: There is none of that date.
    """
    if date not in ruleset_dates():
        raise UnknownName("ruleset", date, ruleset_dates())
    document = tomllib.loads(spec_text(f"rulesets/{date}.toml"))
    return {rule_id: Severity(severity) for rule_id, severity in document["rules"].items()}


def ruleset_dates() -> tuple[str, ...]:
    """The dates of all rulesets, the oldest first."""
    return spec_names("rulesets", ".toml")


def frozen() -> str:
    """The file of a ruleset that holds what is so now, previews left out."""
    lines = ["# Frozen: a later release reads this file as it is.", "[rules]"]
    lines += [f'{rule.id} = "{rule.severity}"' for rule in rules().values() if not rule.preview]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    import sys

    sys.stdout.write(frozen())
