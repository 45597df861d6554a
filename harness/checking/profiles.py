"""Profiles: which rules hold, and how bad a breach is, for a kind of server."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from harness.bundled import spec_names, spec_text
from harness.errors import UnknownName
from harness.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a profile says about one rule.

    Args:
        on: Whether it is judged at all.
        severity: Replaces the rule's own; None leaves it. A finding that is milder than its rule stays milder.
        options: What the rule reads as `options`.
        reason: Why, for a person.
        evidence: What shows it: a recorded stream, an issue thread, a specification.
        date: When that was so (ISO 8601).
    """

    on: bool = True
    severity: Severity | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    evidence: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A kind of server, or a promise that one makes.

    Args:
        name: As `--profile` takes it; the file's name in specs/profiles.
        title: What it is, in one sentence.
        settings: What differs from the rules' own, by rule id.
        overlays: Names of schema overlays, as `harness.dialects.schema.schemas` takes them.
    """

    name: str
    title: str = ""
    settings: Mapping[str, Setting] = field(default_factory=dict)
    overlays: tuple[str, ...] = ()


@cache
def profile(name: str) -> Profile:
    """Read the profile of that name.

    Raises:
        UnknownName: There is none.
    """
    names = profile_names()
    if name not in names:
        raise UnknownName("profile", name, names)
    document = tomllib.loads(spec_text(f"profiles/{name}.toml"))
    return Profile(
        name=name,
        title=document.get("title", ""),
        settings={rule: _setting(given) for rule, given in document.get("rules", {}).items()},
        overlays=tuple(document.get("overlays", ())),
    )


def profile_names() -> tuple[str, ...]:
    """The names of all profiles, in alphabetical order."""
    return spec_names("profiles", ".toml")


def _setting(given: Mapping[str, Any]) -> Setting:
    known = {name: given[name] for name in ("on", "options", "reason", "evidence", "date") if name in given}
    severity = given.get("severity")
    return Setting(**known, severity=Severity(severity) if severity else None)
