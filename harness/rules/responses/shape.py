"""Problems of shape, and which rule they belong to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.jsonvalue import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from harness.dialects.responses.state import ResponsesStream
    from harness.dialects.schema import Problem
    from harness.findings import Finding
    from harness.rules.case import Case
    from harness.rules.rule import Rule

_SHOWN = 3
"""Members of one object that a message names."""

_ADDRESS = frozenset({
    "/annotation_index", "/content_index", "/item_id", "/output_index", "/sequence_number", "/summary_index",
})  # fmt: skip
"""Members that say where an event belongs: the server writes them in one place, for events of every type."""


def member_of(problem: Problem) -> str:
    """Pointer to the member that is wrong or missing."""
    if problem.keyword == "required":
        return f"{problem.pointer}/{escape(problem.field)}"
    return problem.pointer


def wrong_with(name: str, problem: Problem) -> str:
    """What is wrong with a member, as a sentence without a full stop."""
    if problem.keyword == "required":
        return f"{name} is missing"
    return f"{name} is {problem.found}, not {problem.expected}"


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
    """The finding of a rule about a problem of shape; what says where an event belongs is one cause in all events."""
    pointer = member_of(problem)
    kind = "any event" if pointer in _ADDRESS else case.body.get("type", "the answer")
    return rule.finding(
        case,
        message,
        pointer=pointer,
        expected=problem.expected,
        found=problem.found,
        subject=f"{kind} {re.sub(r'/[0-9]+', '/*', pointer)}",
    )


def told_together(
    rule: Rule[ResponsesStream],
    case: Case[ResponsesStream],
    problems: Iterable[Problem],
    sentence: Callable[[Problem], str],
    *,
    opening: str = "",
) -> tuple[Finding, ...]:
    """One finding for each object with members that are missing or wrong.

    An object that says its own type is known again by it in every event that repeats it: an annotation comes alone,
    then in its part, its item and the response, and the response object in every event of its life. What it lacks is
    one cause, so its finding has the same subject in all of them.

    Args:
        rule: Whose findings they are.
        case: The case.
        problems: What is wrong.
        sentence: What one problem is, without a full stop.
        opening: What the message begins with.
    """
    holders: dict[str, list[Problem]] = {}
    for one in problems:
        holders.setdefault(member_of(one).rpartition("/")[0], []).append(one)
    return tuple(
        _told_of(rule, case, holder, mine, opening + "; ".join(_few([sentence(one) for one in mine])))
        for holder, mine in holders.items()
    )


def _few(said: list[str]) -> list[str]:
    more = len(said) - _SHOWN
    return [*said[:_SHOWN], f"and {more} more"] if more > 0 else said


def _told_of(
    rule: Rule[ResponsesStream], case: Case[ResponsesStream], holder: str, mine: list[Problem], message: str
) -> Finding:
    members = " ".join(sorted({member_of(one).rpartition("/")[2] for one in mine}))
    return rule.finding(
        case,
        f"{message}.",
        pointer=member_of(mine[0]),
        expected=mine[0].expected,
        found=mine[0].found,
        subject=f"{'any event' if f'/{members}' in _ADDRESS and not holder else _name_of(case, holder)}/{members}",
    )


def _name_of(case: Case[ResponsesStream], holder: str) -> str:
    owner = value_at(case.body, holder)
    if isinstance(owner, dict):
        for key in ("type", "object"):
            if isinstance(name := owner.get(key), str):
                return name
    if holder == "/response":
        return "response"  # one that lacks its `object`, too
    kind = case.body.get("type", "the answer")
    return f"{kind} {re.sub(r'/[0-9]+', '/*', holder)}".strip()
