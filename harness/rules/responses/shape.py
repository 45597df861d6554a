"""Problems of shape, and which rule they belong to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.jsonvalue import escape

if TYPE_CHECKING:
    from collections.abc import Collection

    from harness.dialects.responses.state import ResponsesStream
    from harness.dialects.schema import Problem
    from harness.findings import Finding
    from harness.rules.case import Case
    from harness.rules.rule import Rule


def member_of(problem: Problem) -> str:
    """Pointer to the member that is wrong or missing."""
    if problem.keyword == "required":
        return f"{problem.pointer}/{escape(problem.field)}"
    return problem.pointer


def value_at(body: object, pointer: str) -> object:
    """What a JSON pointer of a problem leads to; None where it leads nowhere."""
    for token in pointer.split("/")[1:]:
        if isinstance(body, list):
            body = body[int(token)] if token.isdigit() and int(token) < len(body) else None
        elif isinstance(body, dict):
            body = body.get(token.replace("~1", "/").replace("~0", "~"))
        else:
            return None
    return body


def taken(case: Case[ResponsesStream], members: Collection[str]) -> list[Problem]:
    """The problems at these members, taken out of the list: no other rule reports them."""
    mine = [problem for problem in case.problems if member_of(problem) in members]
    for problem in mine:
        case.problems.remove(problem)
    return mine


def told(rule: Rule[ResponsesStream], case: Case[ResponsesStream], problem: Problem, message: str) -> Finding:
    """The finding of a rule about a problem of shape."""
    pointer = member_of(problem)
    kind = case.body.get("type", "the answer")
    return rule.finding(
        case,
        message,
        pointer=pointer,
        expected=problem.expected,
        found=problem.found,
        subject=f"{kind} {re.sub(r'/[0-9]+', '/*', pointer)}",
    )
