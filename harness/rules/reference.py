"""The pages about the rules, made from their docstrings: `docs/rules.md` and `docs/rules/*.md`.

`python -m harness.rules.reference docs` writes them anew.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

from harness.rules.manual import CONFORMS, VIOLATES, page
from harness.rules.registry import rules
from harness.rules.unbuilt import UNBUILT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.rules.rule import Rule

_MADE = "<!-- Made by harness.rules.reference from the rules themselves; do not edit it by hand. -->"

FAMILIES = {
    "SSE": "Server-sent events: framing, sentinels, JSON",
    "HTTP": "HTTP: status, content type, errors, endings",
    "CHAT": "Chat Completions",
    "RESP": "Responses",
    "XLAT": "Translation: an upstream stream, and the downstream one that it became",
    "UP": "Upstreams: Anthropic Messages and Gemini",
}

_INTRODUCTION = f"""\
# Rules

{_MADE}

Every rule has an id that never changes, a severity under profile `openai`, and a page with a stream that violates it
and one that conforms; both run as tests. `harness rule ID` shows the page on a terminal, with its streams byte for
byte; `harness rules` lists what holds under a profile. How the examples are written: see the docstring of
`harness.rules.example`.
"""


def documents() -> dict[str, str]:
    """All pages: path under docs/, and text."""
    pages = {"rules.md": "\n".join(_index()) + "\n"}
    for family, found in _families():
        pages[f"rules/{family.lower()}.md"] = "\n".join(_family(family, found)) + "\n"
    return pages


def _families() -> Iterator[tuple[str, list[type[Rule[Any]]]]]:
    for family, found in groupby(rules().values(), key=lambda rule: rule.id.partition("-")[0]):
        if family in FAMILIES:
            yield family, list(found)


def _index() -> Iterator[str]:
    yield _INTRODUCTION
    for family, found in _families():
        yield f"## {FAMILIES[family]} ({len(found)})\n"
        yield "| rule | severity | what is wrong |"
        yield "|---|---|---|"
        for rule in found:
            link = f"[{rule.id}](rules/{family.lower()}.md#{_anchor(rule)})"
            yield f"| {link} | {rule.severity} | {_cell(page(rule).summary)} |"
        yield ""
    yield "## Not built\n"
    yield "| rule | why |"
    yield "|---|---|"
    for rule_id, reason in sorted(UNBUILT.items()):
        yield f"| {rule_id} | {_cell(reason)} |"


def _family(family: str, found: list[type[Rule[Any]]]) -> Iterator[str]:
    yield f"# {FAMILIES[family]}\n"
    yield _MADE
    for rule in found:
        yield ""
        yield from _page(rule)


def _page(rule: type[Rule[Any]]) -> Iterator[str]:
    read = page(rule)
    yield f"## {_heading(rule)}\n"
    yield f"{read.summary}\n"
    facts = [f"Severity: {rule.severity}."]
    if rule.needs:
        facts.append(f"Needs: {', '.join(rule.needs)}.")
    if rule.supersedes:
        facts.append(f"Speaks for: {', '.join(rule.supersedes)}.")
    facts.append(f"Source: {rule.source.rstrip('.')}.")
    yield " ".join(facts)
    for heading, text in read.sections.items():
        yield ""
        if heading:
            yield f"### {heading}\n"
        yield text.strip().replace("```example", "```") if heading in {VIOLATES, CONFORMS} else text.strip()


def _heading(rule: type[Rule[Any]]) -> str:
    return f"{rule.id} {rule.slug()}"


def _anchor(rule: type[Rule[Any]]) -> str:
    return re.sub(r"[^a-z0-9-]", "", _heading(rule).lower().replace(" ", "-"))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
