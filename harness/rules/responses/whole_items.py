"""What the items of a whole answer must be: the sentences on items and parts of streams, without events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from harness.dialects.responses.grammar import ITEM_TYPES, PART_KINDS
from harness.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FINAL = ("completed", "incomplete", "failed")
_CUT_SHORT = frozenset({"message", "function_call", "custom_tool_call", "reasoning"})
_NAMED = {"function_call": ("name", "call_id"), "custom_tool_call": ("name", "call_id")}


class Misfit(NamedTuple):
    """One thing that is wrong with an item.

    Args:
        pointer: Where, below the item.
        message: What is wrong, in one sentence.
        expected: What is due.
        found: What is there.
        subject: What it is about.
        severity: Where it is milder than an error.
    """

    pointer: str
    message: str
    expected: str
    found: str
    subject: str
    severity: Severity | None = None


def misfits(item: Mapping[str, Any], place: int, *, last: bool, status: str) -> Iterator[Misfit]:
    """What is wrong with an item, by the sentences that RESP-ITEM and RESP-PART say of streamed ones.

    Args:
        item: The item.
        place: Its place in the output.
        last: It is the last of the output.
        status: The status of the response.
    """
    kind = item.get("type")
    if not isinstance(kind, str) or not kind:
        return
    if kind not in ITEM_TYPES and ":" not in kind:
        yield Misfit(
            "/type", f"Item {place} of the output has the type {kind}, which no item of the protocol has, and no "
            "vendor's prefix.", "a known type, or slug:name", kind, f"type {kind}", Severity.WARNING,
        )  # fmt: skip
        return
    name = f"Item {place} of the output ({kind})"
    role = item.get("role")
    if kind == "message" and isinstance(role, str) and role != "assistant":
        yield Misfit("/role", f"{name} has the role {role}.", "assistant", role, "message role")
    for member in _NAMED.get(kind, ()):
        if item.get(member) == "":
            yield Misfit(f"/{member}", f"{name} has an empty {member}.", member, '""', f"{kind} {member}")
    yield from _status(item, name, last=last, status=status)
    yield from _parts(item, name)


def _status(item: Mapping[str, Any], name: str, *, last: bool, status: str) -> Iterator[Misfit]:
    kind, mine, caller = item["type"], item.get("status"), item.get("caller")
    by_program = isinstance(caller, dict) and caller.get("type") == "program"
    if not isinstance(mine, str) or by_program:
        return
    if mine not in _FINAL and status == "completed":
        yield Misfit(
            "/status", f"{name} has the status {mine}, and the response is completed.", " or ".join(_FINAL), mine,
            f"{kind} {mine}", Severity.WARNING,
        )  # fmt: skip
    if mine == "incomplete" and kind in _CUT_SHORT and (status == "completed" or not last):
        why = "the response is completed" if status == "completed" else "another item follows"
        yield Misfit(
            "/status", f"{name} is incomplete, and {why}.", "completed", mine, f"{kind} incomplete"
        )  # fmt: skip


def _parts(item: Mapping[str, Any], name: str) -> Iterator[Misfit]:
    fitting, parts = PART_KINDS.get(item["type"]), item.get("content")
    if fitting is None or not isinstance(parts, list):
        return
    for place, part in enumerate(parts):
        kind = part.get("type") if isinstance(part, dict) else None
        if isinstance(kind, str) and kind not in fitting and ":" not in kind:
            yield Misfit(
                f"/content/{place}/type", f"{name} has a part of type {kind}, which items of its type do not have.",
                " or ".join(fitting), kind, f"{item['type']} part {kind}",
            )  # fmt: skip
