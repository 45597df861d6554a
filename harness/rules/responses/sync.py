"""RESP-SYNC: answers without a stream."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.dialects.responses.grammar import ITEM_TYPES
from harness.dialects.responses.state import ResponsesStream
from harness.findings import Severity
from harness.rules.responses.conservation import elements
from harness.rules.responses.shape import member_of, told_together, wrong_with
from harness.rules.responses.whole_items import misfits
from harness.rules.rule import MALFORMED, WHOLE, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.dialects.schema import Problem
    from harness.findings import Finding
    from harness.rules.case import Case

_ENDED = ("completed", "incomplete", "failed", "cancelled")
_WAITING = ("queued", "in_progress")


class WholeAnswer(Rule[ResponsesStream]):
    r"""A whole answer is not a finished response of the shape that a stream would have ended with.

    ## Why it matters

    Clients that read answers whole take `status` and `output` at their word: `status: null` (inspect_ai#5198) is
    neither success nor failure, and items without ids cannot be sent back as input.

    ## Violates

    ```example
    stream: responses/whole_text
    request: {"model":"gpt-5.2","input":"Name two colours."}
    body:
    {"id":"resp_1","object":"response","created_at":1768392000,"status":"in_progress","error":null,\
    "incomplete_details":null,"instructions":null,"max_output_tokens":null,"metadata":{},"model":"gpt-5.2","output":[],\
    "parallel_tool_calls":true,"previous_response_id":null,"reasoning":null,"temperature":1.0,"text":null,\
    "tool_choice":"auto","tools":[],"top_p":1.0,"truncation":"disabled","usage":null,"user":null}
    ```

    ```example
    request: {"model":"gpt-5.2","input":"Name two colours."}
    body:
    {"id":"resp_1","object":"response","created_at":1768392000,"status":null,"error":null,\
    "incomplete_details":null,"instructions":null,"max_output_tokens":null,"metadata":{},"model":"gpt-5.2","output":[],\
    "parallel_tool_calls":true,"previous_response_id":null,"reasoning":null,"temperature":1.0,"text":null,\
    "tool_choice":"auto","tools":[],"top_p":1.0,"truncation":"disabled","usage":null,"user":null}
    ```

    A part of a type that messages do not have:

    ```example
    request: {"model":"gpt-5.2","input":"Name two colours."}
    body:
    {"id":"resp_1","object":"response","created_at":1768392000,"status":"completed","error":null,\
    "incomplete_details":null,"instructions":null,"max_output_tokens":null,"metadata":{},"model":"gpt-5.2","output":[{"id":"msg_1","type":"message","role":"assistant","status":"completed",\
    "content":[{"type":"text","text":"Red","annotations":[]}]}],\
    "parallel_tool_calls":true,"previous_response_id":null,"reasoning":null,"temperature":1.0,"text":null,\
    "tool_choice":"auto","tools":[],"top_p":1.0,"truncation":"disabled","usage":null,"user":null}
    ```

    A message of the user:

    ```example
    request: {"model":"gpt-5.2","input":"Name two colours."}
    body:
    {"id":"resp_1","object":"response","created_at":1768392000,"status":"completed","error":null,\
    "incomplete_details":null,"instructions":null,"max_output_tokens":null,"metadata":{},"model":"gpt-5.2","output":[{"id":"msg_1","type":"message","role":"user","status":"completed",\
    "content":[{"type":"output_text","text":"Red","annotations":[]}]}],\
    "parallel_tool_calls":true,"previous_response_id":null,"reasoning":null,"temperature":1.0,"text":null,\
    "tool_choice":"auto","tools":[],"top_p":1.0,"truncation":"disabled","usage":null,"user":null}
    ```

    ## Conforms

    ```example
    stream: responses/whole_tool
    ```

    ```example
    stream: responses/whole_incomplete
    ```

    ## Exceptions

    A background response is answered at once as queued or in progress, and so is one that is asked for by its id.

    Items and parts are judged by the sentences that RESP-ITEM-010, 011, 016 to 019 and RESP-PART-004 say of streamed
    ones, as severely: a type of no vendor and a status that is not final are warnings.

    ## How to mend

    Answer with the same object that `response.completed` would carry.
    """

    id = "RESP-SYNC-001"
    severity = Severity.ERROR
    source = "Responses API reference; inspect_ai#5198"
    on = (WHOLE, MALFORMED)
    exercised_by = ("response",)
    streamed = False
    general = True
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> tuple[Finding, ...]:
        """Report what no other rule took; then look at the status and the ids of the items."""
        if case.problems:
            left, case.problems = case.problems, []
            odd = {re.match(r"/output/[0-9]+|", member_of(one)).group() for one in left}  # type: ignore[union-attr]
            return (
                *self._besides(case, left, odd),
                *self._items(case, odd),
                *told_together(
                    self,
                    case,
                    left,
                    lambda one: wrong_with(f"`{member_of(one)}`" if member_of(one) else "The answer", one),
                ),
            )
        found = [
            self._status(case),
            *(self._id(case, place) for place in range(len(elements(case.body, "output")))),
            *self._items(case, set()),
        ]
        return tuple(one for one in found if one is not None)

    def _besides(self, case: Case[ResponsesStream], left: list[Problem], odd: set[str]) -> Iterator[Finding]:
        """Judge the status and the ids of an answer in which something else does not fit."""
        if case.body.get("object") != "response":
            return
        if not any(member_of(one).startswith("/status") for one in left):
            yield from filter(None, (self._status(case),))
        places = range(len(elements(case.body, "output")))
        yield from filter(None, (self._id(case, one) for one in places if f"/output/{one}" not in odd))

    def _status(self, case: Case[ResponsesStream]) -> Finding | None:
        status, asked = case.body.get("status"), case.asked
        may_wait = asked is None or asked.background or not asked.body or case.body.get("background") is True
        if not isinstance(status, str) or status in _ENDED or (may_wait and status in _WAITING):
            return None
        return self.finding(
            case, f"The answer has the status {status}.", pointer="/status", expected=" or ".join(_ENDED),
            found=status, subject="status",
        )  # fmt: skip

    def _items(self, case: Case[ResponsesStream], odd: set[str]) -> Iterator[Finding]:
        """Judge the items whose shape is right."""
        items, status = elements(case.body, "output"), case.body.get("status")
        if case.body.get("object", "response") != "response":
            return  # what compaction answers lists items of the input, too
        for place, item in enumerate(items):
            if f"/output/{place}" in odd:
                continue
            last = place == len(items) - 1
            for one in misfits(item, place, last=last, status=str(status)):
                yield self.finding(
                    case, one.message, pointer=f"/output/{place}{one.pointer}", expected=one.expected,
                    found=one.found, severity=one.severity, subject=one.subject,
                )  # fmt: skip

    def _id(self, case: Case[ResponsesStream], place: int) -> Finding | None:
        items = elements(case.body, "output")
        item_id = items[place].get("id")
        earlier = [one.get("id") for one in items[:place]]
        if items[place].get("type") not in ITEM_TYPES or (item_id and item_id not in earlier):
            return None
        return self.finding(
            case, f"Item {place} of the output has {'the id of another' if item_id else 'no id'}.",
            pointer=f"/output/{place}/id", expected="an id of its own", found=item_id or "(missing)",
            subject="ids of items",
        )  # fmt: skip
