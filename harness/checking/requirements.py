"""The normative sentences of specifications, and which rules check them: the page `docs/requirements.md`.

The sentences are data, in specs/requirements: one file a specification and version, each sentence with the ids of
the rules that check it, or with the reason why none can.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from harness.bundled import spec_names, spec_text

if TYPE_CHECKING:
    from collections.abc import Iterator

BINDING = frozenset({"MUST", "MUST NOT"})
"""Keywords (RFC 2119) of sentences that may not be left without a rule or a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One normative sentence, in our words.

    Args:
        id: Ours; specifications do not number their sentences.
        keyword: MUST, MUST NOT, SHOULD, SHOULD NOT or MAY (RFC 2119).
        section: The heading under which it stands.
        says: What it demands.
        rules: Ids of the rules that check it.
        excluded: Why none can.
        note: What else there is to know.
    """

    id: str
    keyword: str
    section: str
    says: str
    rules: tuple[str, ...] = ()
    excluded: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Specification:
    """One version of a specification, and its sentences."""

    name: str
    title: str
    version: str
    url: str
    requirements: tuple[Requirement, ...]


@cache
def specifications() -> tuple[Specification, ...]:
    """All that are written down, in alphabetical order of their files."""
    return tuple(_read(name) for name in spec_names("requirements", ".toml"))


def _read(name: str) -> Specification:
    document = tomllib.loads(spec_text(f"requirements/{name}.toml"))
    found = tuple(
        Requirement(**{**given, "rules": tuple(given.get("rules", ()))}) for given in document["requirement"]
    )
    return Specification(name, document["title"], document["version"], document["url"], found)


def document() -> str:
    """The page: what of each specification is checked, by which rule, and what is not, and why."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Requirements\n"
    yield "<!-- Made by harness.checking.requirements from specs/requirements; do not edit it by hand. -->\n"
    yield "The normative sentences of the specifications that profiles stand for, in our words. Each is checked by the"
    yield "rules that it names, or says why none can check it.\n"
    for one in specifications():
        checked = [it for it in one.requirements if it.rules]
        yield f"## {one.title}, {one.version}\n"
        yield f"{one.url}: {len(one.requirements)} sentences, {len(checked)} checked by rules, "
        yield f"{len(one.requirements) - len(checked)} excluded with a reason.\n"
        yield "| id | keyword | section | what it demands | rules, or why none |"
        yield "|---|---|---|---|---|"
        for it in one.requirements:
            by = (
                ", ".join(f"[{rule}](rules/{rule.partition('-')[0].lower()}.md)" for rule in it.rules)
                or it.excluded
            )
            note = f" ({it.note})" if it.note else ""
            yield f"| {it.id} | {it.keyword} | {it.section} | {it.says}{note} | {by} |"
        yield ""
