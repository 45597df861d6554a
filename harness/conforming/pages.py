"""The rules that something was found for, as a report shows them: their manual pages, in plain words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from harness.results.result import Rule
from harness.rules.manual import page
from harness.rules.registry import rules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.rules.rule import Rule as RuleClass

_WHY, _MEND, _EXCEPT = "Why it matters", "How to mend", "Exceptions"
_FENCE: Final = re.compile(r"^```.*?^```\n?", re.DOTALL | re.MULTILINE)
_CLIENT: Final = re.compile(
    r"openai-(?:python|node|go|java)|\bSDKs?\b|AI SDK|LangChain|Codex|LiteLLM|LlamaIndex|pydantic-ai|EventSource"
    r"|Agents|\b[Cc]lients?\b",
)
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z`])")


def pages(ids: Iterable[str]) -> dict[str, Rule]:
    """The pages of some rules, by id, in alphabetical order; of a rule that is not there, its id alone."""
    known = rules()
    return {
        one: _page(known[one]) if one in known else Rule(id=one, title=one, severity="error")
        for one in sorted(set(ids))
    }


def _page(rule: type[RuleClass[Any]]) -> Rule:
    read = page(rule)
    why = read.sections.get(_WHY, "")
    about = [_plain(one) for one in (read.sections.get("", ""), why, read.sections.get(_EXCEPT, ""))]
    return Rule(
        id=rule.id,
        title=read.summary,
        severity=rule.severity.value,
        about="\n\n".join(one for one in about if one),
        clients=tuple(one for one in _SENTENCE.split(_plain(why)) if _CLIENT.search(one)),
        remedy=_plain(read.sections.get(_MEND, "")) or None,
        source=rule.source or None,
    )


def _plain(text: str) -> str:
    """Prose without its examples, one line a paragraph."""
    paragraphs = _FENCE.sub("", text).split("\n\n")
    return "\n\n".join(joined for one in paragraphs if (joined := " ".join(one.split())))
