"""RESP-TERM-001 to 003: the final output is what was streamed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from harness.dialects.responses.state import Item, ResponsesStream
from harness.findings import Severity
from harness.jsonvalue import first_difference
from harness.rules.responses.conservation import (
    done_here,
    elements,
    lacking,
    named,
    part_tellings,
    parting,
    tellings,
)
from harness.rules.rule import MALFORMED, Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.findings import Finding
    from harness.rules.case import Case

ENDS = ("response.completed", "response.incomplete")

_SEALED = frozenset({"encrypted_content", "fingerprint"})
"""Members that are encrypted anew each time they are sent."""

_ELSEWHERE = frozenset({"id", "type", "call_id"})
"""Members of an item that rules of their own compare: RESP-ITEM-006, 008 and 009."""


def final_output(case: Case[ResponsesStream]) -> list[Any] | None:
    """The output of the response that ends the stream; None where it has none, or was ended before."""
    response: Any = case.body.get("response")
    terminal = case.stream.terminal
    if terminal is None or terminal[1] is not response or not isinstance(response, dict):
        return None
    output = response.get("output")
    return output if isinstance(output, list) else None


def finished(case: Case[ResponsesStream]) -> list[Item]:
    """The items that are done, in the order of their indexes."""
    return sorted((item for item in case.stream.order if item.done is not None), key=lambda item: item.index)


def paired(items: list[Item], output: list[Any]) -> list[tuple[Item, int]] | None:
    """Which element of the output each finished item is; None where one is missing or the order is another.

    Elements are known by their ids; where a server gives new ids, by their place.
    """
    places = {element.get("id"): place for place, element in enumerate(output) if isinstance(element, dict)}
    if all(item.id and item.id in places for item in items):
        found = [(item, places[item.id]) for item in items]
        return found if [place for _, place in found] == sorted(place for _, place in found) else None
    if len(items) == len(output) and not ({item.id for item in items} & set(places)) - _in_place(
        items, places
    ):
        return list(zip(items, range(len(output)), strict=True))
    return None


def _in_place(items: list[Item], places: dict[Any, int]) -> set[str]:
    """Ids that are at the place of their item."""
    return {item.id for place, item in enumerate(items) if places.get(item.id) == place}


def _once_each(items: list[Item]) -> list[Item]:
    """The items without those that have the id of an earlier one: RESP-ITEM-005 has told, and one entry is due."""
    first = {item.id: item for item in reversed(items)}
    return [item for item in items if not item.id or first[item.id] is item]


class FinalOutputIncomplete(Rule[ResponsesStream]):
    """The final output does not list the items that were streamed, in their order.

    ## Why it matters

    The SDKs replace what they assembled by the final response: with an empty output, `output_text` is '' in
    openai-python and openai-node although the whole text was streamed (sub2api#4468).

    ## Violates

    ```example
    stream: responses/text
    event response.completed: response.output = []
    ```

    ```example
    stream: responses/parallel
    event response.completed: - response.output.1
    ```

    An item that nobody streamed:

    ```example
    stream: responses/text
    event response.completed: response.output.1 = {"id":"rs_5a1","type":"reasoning","summary":[]}
    ```

    ## Conforms

    ```example
    stream: responses/mcp
    ```

    ## Exceptions

    Items that were added and are not done may be there or not: RESP-ITEM-012 has told of them (official: two of three
    parallel mcp_list_tools come in the final output only); so may those that were streamed and never added, of which
    RESP-ITEM-001 has told. The endpoint of Codex under chatgpt.com always sends an
    empty output (litellm#41009): profile codex-backend.
    """

    id = "RESP-TERM-001"
    severity = Severity.ERROR
    source = "openai-python and openai-node (output_text is lost); 514 official streams"
    on = ENDS
    dialects = ("responses",)
    from_history = True

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Match the finished items with the output."""
        output = final_output(case)
        if output is None or case.stream.resumed:
            return None
        items = _once_each(finished(case))
        pairs = paired(items, output)
        if pairs is None:
            return self._missing(case, items, output)
        known = {item.id for item in case.stream.order}
        matched = {place for _, place in pairs}
        unannounced = {(item.index, item.type) for item in case.stream.order if item.is_phantom}
        for place, element in enumerate(output):
            if place in matched or not isinstance(element, dict) or element.get("id") in known:
                continue
            if (place, element.get("type")) not in unannounced:
                return self.finding(
                    case,
                    f"The final output has a {element.get('type')} at {place} that was never streamed.",
                    pointer=f"/response/output/{place}",
                    expected=f"{len(items)} items",
                    found=f"{len(output)} items",
                    subject="extra",
                )
        return None

    def _missing(self, case: Case[ResponsesStream], items: list[Item], output: list[Any]) -> Finding:
        ids = [element.get("id") if isinstance(element, dict) else None for element in output]
        there = {one for one in ids if isinstance(one, str)}
        lost = [item for item in items if item.id not in there]
        if lost and len(output) < len(items):
            names = ", ".join(named(item) for item in lost)
            message = f"The final output has {len(output)} of {len(items)} finished items; it lacks {names}."
        else:
            message = f"The final output has the {len(items)} finished items in another order."
        return self.finding(
            case,
            message,
            pointer="/response/output",
            expected=", ".join(item.id or item.type for item in items),
            found=", ".join(str(one) for one in ids) or "[]",
            earlier=lost[0].closed if lost else None,
            subject="missing" if lost else "order",
        )


class FinalItemDiffers(Rule[ResponsesStream]):
    """An item of the final output is not what it was when it was done.

    ## Why it matters

    Which of the two a client keeps depends on the client; the next turn is built on it. Texts, arguments, summaries
    and annotations must not change between the two.

    ## Violates

    ```example
    stream: responses/text
    event response.completed: response.output.0.content.0.text = "Red, blue."
    ```

    ```example
    stream: responses/tool
    event response.completed: response.output.0.status = "in_progress"
    ```

    ```example
    stream: responses/annotations
    event response.completed: response.output.0.content.0.annotations = []
    ```

    ## Conforms

    What is encrypted is encrypted anew each time it is sent:

    ```example
    stream: responses/encrypted_reasoning
    ```

    ```example
    stream: responses/compaction
    ```

    ## Exceptions

    `encrypted_content` of reasoning and compaction (24 official streams) and the `fingerprint` of a program item. Ids,
    call ids and types are compared by RESP-ITEM-006, 009 and 008. A text that was wrong in the finished item and is
    right again here has been told by RESP-TEXT-002 and its like.
    """

    id = "RESP-TERM-002"
    severity = Severity.ERROR
    source = "514 official streams: 489 equal, 25 but for what is encrypted"
    on = (*ENDS, "response.output_item.done")
    exercised_by = ("response.output_item.done",)
    dialects = ("responses",)

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:
        super().__init__(options)
        self._well_formed: set[int] = set()

    def observe(self, case: Case[ResponsesStream]) -> tuple[Finding, ...]:
        """Compare member by member, but for items that were done in a shape that has been told to be wrong."""
        if (done := done_here(case)) is not None:
            self._well_formed.add(done[0].index)
            return ()
        output = final_output(case)
        pairs = paired(finished(case), output) if output is not None else None
        if output is None or pairs is None:
            return ()
        found = [
            self._compared(case, item, output[place], f"/response/output/{place}")
            for item, place in pairs
            if item.index in self._well_formed
        ]
        return tuple(one for one in found if one is not None)

    def _compared(self, case: Case[ResponsesStream], item: Item, final: Any, pointer: str) -> Finding | None:
        done: Any = item.done
        if done == final or not isinstance(final, dict) or final.get("type") != done.get("type"):
            return None
        expected, found = (
            {key: value for key, value in _unsealed(body).items() if key not in _ELSEWHERE}
            for body in (done, final)
        )
        _adopt_streamed(item, expected, found)
        difference = first_difference(expected, found, pointer)
        if difference is None:
            return None
        left, right = _shortened(difference.expected, difference.found)
        return self.finding(
            case,
            f"{named(item).capitalize()} is not what it was when it was done: {difference.pointer} has {right} instead of {left}.",
            pointer=difference.pointer,
            expected=left,
            found=right,
            earlier=item.closed,
            subject=f"{item.type} {difference.pointer.removeprefix(pointer)}".translate(_NO_DIGITS),
        )


def _shortened(left: str, right: str) -> tuple[str, str]:
    """Two JSON texts; of long strings what is around the first difference, of anything else that is long the start."""
    if left[:1] == right[:1] == '"':
        _, left, right = parting(json.loads(left), json.loads(right))
        return left, right
    shown = (text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…" for text in (left, right))
    return next(shown), next(shown)


_LONGEST = 60
_STATUSES = frozenset({"completed", "incomplete", "failed", None})
_NO_DIGITS = {ord(digit): "*" for digit in "0123456789"}


def _unsealed(value: Any) -> Any:
    """A value without what is encrypted."""
    if isinstance(value, dict):
        return {key: _unsealed(one) for key, one in value.items() if key not in _SEALED}
    if isinstance(value, list):
        return [_unsealed(one) for one in value]
    return value


def _adopt_streamed(item: Item, expected: dict[str, Any], found: dict[str, Any]) -> None:
    """Where the final output says what was streamed and the finished item did not, that has been told."""
    for name, text in item.texts.items():
        owners = (expected.get("operation"), found.get("operation")) if name == "diff" else (expected, found)
        if (
            isinstance(owners[0], dict)
            and isinstance(owners[1], dict)
            and owners[1].get(name) in tellings(text)
        ):
            owners[0][name] = owners[1][name]
    for parts, member in ((item.parts, "content"), (item.summaries, "summary")):
        if parts and _count(expected.get(member)) != len(parts) == _count(found.get(member)):
            expected[member] = found[member]
        for index, part in parts.items():
            one, other = _element(expected, member, index), _element(found, member, index)
            for name in ("text", "refusal"):
                if name in one and other.get(name) in part_tellings(part, name):
                    one[name] = other[name]
    if expected.get("status") not in _STATUSES:
        expected["status"] = found.get("status")
    _adopt_calls(item, expected, found)


def _adopt_calls(item: Item, expected: dict[str, Any], found: dict[str, Any]) -> None:
    """The same for the name of a call, the commands of a shell call, and what they printed."""
    if "name" in expected and found.get("name") == (item.added or {}).get("name"):
        expected["name"] = found["name"]
    commands, action = [part.text.done for part in item.commands.values()], found.get("action")
    if commands and isinstance(action, dict) and action.get("commands") == commands:
        expected["action"] = {**expected["action"], "commands": commands} if "action" in expected else action
    ended = [item.outputs[index].done or {} for index in sorted(item.outputs)]
    printed = [one for payload in ended for one in elements(payload, "output")]
    if printed and found.get("output") == printed:
        expected["output"] = printed


def _count(value: Any) -> int:
    return len(value) if isinstance(value, list) else 0


def _element(body: dict[str, Any], member: str, index: int) -> dict[str, Any]:
    values = body.get(member)
    found = values[index] if isinstance(values, list) and 0 <= index < len(values) else None
    return found if isinstance(found, dict) else {}


class FinalOutputMissing(Rule[ResponsesStream]):
    """The final response has no output list.

    ## Why it matters

    openai-node throws `rsp.output is not iterable`, goose and others fail to parse the event and lose the turn
    (sub2api#2819, goose#9449, openai-python#3286, hermes#32914).

    ## Violates

    ```example
    stream: responses/text
    event response.completed: response.output = null
    ```

    ```example
    stream: responses/incomplete
    event response.incomplete: - response.output
    ```

    ## Conforms

    Nothing to list is an empty list:

    ```example
    stream: responses/error_then_failed
    ```

    ## How to mend

    List the finished items; where there are none, send `"output":[]`.
    """

    id = "RESP-TERM-003"
    severity = Severity.ERROR
    source = "SDK types; openai-node; sub2api#2819, goose#9449, openai-python#3286, hermes#32914"
    on = (MALFORMED,)
    exercised_by = (*ENDS, "response.failed", "response")
    dialects = ("responses",)
    streamed = None

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Take the problem with the list itself."""
        kind, prefix = case.body.get("type"), "/response" if case.streamed else ""
        if (kind if case.streamed else case.body.get("object", "response")) not in self.exercised_by:
            return None
        for one in case.problems:
            at_list = one.pointer == f"{prefix}/output"
            if at_list or (one.pointer == prefix and one.field == "output" and one.keyword == "required"):
                case.problems.remove(one)
                return self.finding(
                    case,
                    f"The response has {lacking(one)}; a list is due.",
                    pointer=one.pointer,
                    expected="array",
                    found=one.found,
                    subject=f"{kind or 'response'} output",
                )
        return None
