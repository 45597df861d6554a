"""RESP-ITEM, on places: which item an event belongs to, and when items open and close."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.responses.grammar import ROWS, Layer
from harness.dialects.responses.state import Item, ResponsesStream
from harness.findings import Severity
from harness.rules.responses.conservation import named, noticed
from harness.rules.responses.shape import taken, told
from harness.rules.rule import MALFORMED, Rule

if TYPE_CHECKING:
    from harness.findings import Finding
    from harness.rules.case import Case

_ADDED, _DONE = "response.output_item.added", "response.output_item.done"
_OUTSIDE = (Layer.STREAM, Layer.ASIDE, Layer.AUDIO)
SCOPED = tuple(name for name, row in ROWS.items() if row.layer not in _OUTSIDE)
"""Event types that are about an item."""
INNER = tuple(name for name in SCOPED if ROWS[name].layer is not Layer.ITEM)
"""Those that are about something inside one."""


def item_noticed(case: Case[ResponsesStream]) -> Item:
    """The item that the machine noticed something about."""
    item = noticed(case).about
    return item if isinstance(item, Item) else Item(-1, "", "", None, None)


class ItemNotAnnounced(Rule[ResponsesStream]):
    """An event is about an output item that no `response.output_item.added` opened.

    ## Why it matters

    Both official SDKs die on it: openai-python raises a RuntimeError, openai-node `missing output at index 0`. codex
    drops every delta without an active item (`OutputTextDelta without active item`), so the answer is empty
    (litellm#22102, litellm#36375, gemini-web2api#57).

    ## Violates

    ```example
    stream: responses/text
    drop response.output_item.added
    ```

    An event with the index of no item:

    ```example
    stream: responses/text
    event 5: output_index = 4
    ```

    ## Conforms

    ```example
    stream: responses/text
    ```

    ## Exceptions

    A resumed stream may go on with items that were announced before. What such an item is made of is not judged:
    the missing event is one finding.

    ## How to mend

    Send `response.output_item.added` with the item's id before anything else about it.
    """

    id = "RESP-ITEM-001"
    severity = Severity.ERROR
    source = "openai-python and openai-node accumulators; codex; litellm#22102, litellm#36375"
    on = ("item-not-announced",)
    exercised_by = INNER
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding:
        """Tell the index, and the item that is meant where that can be seen."""
        item, signal = item_noticed(case), noticed(case)
        kind = case.body.get("type")
        if item.is_phantom:
            message = f"{kind} is about an item at index {signal.found} that was never added."
        else:
            message = f"{kind} has the index {signal.found}, and the id of {named(item)}."
        return self.finding(
            case, message, expected=signal.expected, found=signal.found, subject=f"{item.type} not announced"
        )


class OutputIndexMissing(Rule[ResponsesStream]):
    """An event about an item has no integer `output_index`.

    ## Why it matters

    The index is how clients find the item: openai-node and openai-python index their lists with it, the AI SDK's schema
    requires it and drops the event. With parallel calls, arguments without it all end up in one (oh-my-pi#1880,
    llama.cpp#20607, lemonade#3607, maki#514).

    ## Violates

    ```example
    stream: responses/text
    event 5: - output_index
    ```

    ## Conforms

    ```example
    stream: responses/parallel
    ```

    ## How to mend

    Put the index of the item into each of its events.
    """

    id = "RESP-ITEM-002"
    severity = Severity.ERROR
    source = "types of openai-python 3.52.0; llama.cpp#20607, lemonade#3607, oh-my-pi#1880"
    on = (MALFORMED,)
    exercised_by = SCOPED
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Take the problem of the index."""
        mine = taken(case, ("/output_index",))
        return (
            told(self, case, mine[0], f"{case.body.get('type')} has no integer output_index.")
            if mine
            else None
        )


class OutputIndexReused(Rule[ResponsesStream]):
    """An item is added at the index of another one.

    ## Why it matters

    openai-python raises `Duplicate response output index 0.`; clients that key by index give the second item's text to
    the first. Gateways that hard-code 0 do this as soon as a message and a call come together (litellm#36375,
    openai-agents-python#3176, CLIProxyAPI#539).

    ## Violates

    ```example
    stream: responses/parallel
    event response.output_item.added#1: output_index = 0
    event 11: output_index = 0
    event 12: output_index = 0
    event 13: output_index = 0
    event 14: output_index = 0
    event 15: output_index = 0
    event 16: output_index = 0
    event response.output_item.done#1: output_index = 0
    ```

    ```example
    stream: responses/text
    repeat response.output_item.added
    ```

    ## Conforms

    ```example
    stream: responses/parallel
    ```

    ## How to mend

    Count the items of the response, whatever their type, and give each its own number.
    """

    id = "RESP-ITEM-003"
    severity = Severity.ERROR
    source = "openai-python: Duplicate response output index; litellm#36375, openai-agents-python#3176"
    on = ("output-index-reused",)
    exercised_by = (_ADDED,)
    supersedes = ("RESP-ITEM-005", "RESP-ITEM-009")
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding:
        """Tell the index."""
        item = item_noticed(case)
        return self.finding(
            case, f"A second item ({item.type}) is added at the index {item.index}.",
            expected=noticed(case).expected, found=str(item.index), subject="reused",
        )  # fmt: skip


class OutputIndexNotDense(Rule[ResponsesStream]):
    """Items are not added at the indexes 0, 1, 2 in this order.

    ## Why it matters

    openai-node appends items as they come and then looks them up by index: `missing output at index 1`. sglang
    counted one too far (sglang#12650); vLLM gave the end of a call another index than its deltas (vllm#23927).

    ## Violates

    ```example
    stream: responses/tool
    event 2: output_index = 1
    event 3: output_index = 1
    event 4: output_index = 1
    event 5: output_index = 1
    event 6: output_index = 1
    event 7: output_index = 1
    event 8: output_index = 1
    event 9: output_index = 1
    ```

    ## Conforms

    ```example
    stream: responses/parallel
    ```

    ## How to mend

    Number the items when they are announced, without leaving out those that are dropped.
    """

    id = "RESP-ITEM-004"
    severity = Severity.ERROR
    source = "524 of 524 official streams; openai-node: missing output at index; sglang#12650, vllm#23927"
    on = ("output-index-gap",)
    exercised_by = (_ADDED,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding:
        """Tell both indexes."""
        item, signal = item_noticed(case), noticed(case)
        return self.finding(
            case, f"A {item.type} is added at index {signal.found}; {signal.expected} is the next.",
            expected=signal.expected, found=signal.found, subject="a gap",
        )  # fmt: skip
