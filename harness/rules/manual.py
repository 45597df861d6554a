"""The manual page of a rule, read from its docstring."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from harness.rules.example import Example, parse_example

if TYPE_CHECKING:
    from harness.rules.rule import Rule

VIOLATES, CONFORMS = "Violates", "Conforms"

_FENCE = re.compile(r"^```example\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FAMILY_DIALECTS = {"RESP": "responses"}


@dataclass(frozen=True, slots=True)
class Page:
    """What the manual says about one rule.

    Args:
        summary: The docstring's first paragraph, on one line.
        sections: The rest, by heading, in order; the text before the first heading has the heading "".
        violates: The streams that break the rule.
        conforms: The streams that keep it.
    """

    summary: str
    sections: dict[str, str]
    violates: tuple[Example, ...]
    conforms: tuple[Example, ...]


@cache
def page(rule: type[Rule[Any]]) -> Page:
    """Read the page of a rule.

    Raises:
        BadExample: One of its examples cannot be read.
    """
    first, _, rest = inspect.cleandoc(rule.__doc__ or "").partition("\n\n")
    pieces = re.split(r"^## (.+)$", rest, flags=re.MULTILINE)
    sections = {"": pieces[0].strip()} if pieces[0].strip() else {}
    sections.update(
        {heading.strip(): text.strip("\n") for heading, text in zip(pieces[1::2], pieces[2::2], strict=True)}
    )
    dialect = _FAMILY_DIALECTS.get(rule.id.partition("-")[0], "chat")
    return Page(
        summary=" ".join(first.split()),
        sections=sections,
        violates=_examples(sections.get(VIOLATES, ""), dialect),
        conforms=_examples(sections.get(CONFORMS, ""), dialect),
    )


def _examples(text: str, dialect: str) -> tuple[Example, ...]:
    return tuple(parse_example(block, dialect=dialect) for block in _FENCE.findall(text))
