"""RESP-ITEM: how items end, and what comes after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.responses.grammar import ROWS, Layer
from harness.dialects.responses.state import ResponsesStream
from harness.findings import Severity
from harness.rules.responses.conservation import named, noticed
from harness.rules.responses.item_order import item_noticed
from harness.rules.rule import Rule

if TYPE_CHECKING:
    from harness.findings import Finding
    from harness.rules.case import Case

_ADDED, _DONE = "response.output_item.added", "response.output_item.done"
_OUTSIDE = (Layer.STREAM, Layer.ASIDE, Layer.AUDIO)
SCOPED = tuple(name for name, row in ROWS.items() if row.layer not in _OUTSIDE)
"""Event types that are about an item."""
INNER = tuple(name for name in SCOPED if ROWS[name].layer is not Layer.ITEM)
"""Those that are about something inside one."""


class ItemLeftOpen(Rule[ResponsesStream]):
    """The response completes while an item that was added is not done.

    ## Why it matters

    openai-python raises `Cannot complete response with unfinished output items.`; codex acts on
    `response.output_item.done` alone, so a call that is never done is never run (ollama#17118).

    ## Violates

    ```example
    stream: responses/text
    drop response.output_item.done
    ```

    Listing the tools of a remote server, which is a warning:

    ```example
    stream: responses/mcp
    drop response.output_item.done
    ```

    ## Conforms

    ```example
    stream: responses/failed
    ```

    ## Exceptions

    Items may be open when a response fails or is incomplete. `mcp_list_tools` is a warning: with three servers at
    once, OpenAI ended one of three (pydantic-ai, mcp_list_tools_stream_backfills_missing_results).

    ## How to mend

    Close every item before `response.completed`, in the order in which they were opened.
    """

    id = "RESP-ITEM-012"
    severity = Severity.ERROR
    source = "openai-python: Cannot complete response with unfinished output items; ollama#17118"
    on = ("item-left-open",)
    exercised_by = (_ADDED,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding:
        """Tell the item."""
        item = item_noticed(case)
        milder = Severity.WARNING if item.type == "mcp_list_tools" else None
        return self.finding(
            case, f"The response completes while {named(item)} is open.", expected=noticed(case).expected,
            found="an open item", severity=milder, subject=f"{item.type} left open",
        )  # fmt: skip


class ItemDoneMisplaced(Rule[ResponsesStream]):
    """An item is done that was never added, or is done a second time.

    ## Why it matters

    openai-python raises; codex and other agents act on each `response.output_item.done`, so a call that is done
    twice is run twice (litellm#36375).

    ## Violates

    ```example
    stream: responses/tool
    repeat response.output_item.done
    ```

    ```example
    stream: responses/encrypted_reasoning
    drop response.output_item.added
    ```

    ## Conforms

    ```example
    stream: responses/encrypted_reasoning
    ```

    ## How to mend

    Pair each `response.output_item.added` with one `response.output_item.done`.
    """

    id = "RESP-ITEM-013"
    severity = Severity.ERROR
    source = "737 pairs in 524 official streams; litellm#36375"
    on = ("item-done-without-added", "item-done-twice")
    exercised_by = (_DONE,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding:
        """Tell which of the two."""
        item, signal = item_noticed(case), noticed(case)
        if signal.kind == "item-done-twice":
            message = f"{named(item)[0].upper()}{named(item)[1:]} is done a second time."
        elif item.is_phantom:
            message = f"An item at index {signal.found} is done that was never added."
        else:
            message = f"{named(item)[0].upper()}{named(item)[1:]} is done under the index {signal.found}."
        return self.finding(
            case, message, expected=signal.expected, found=signal.found, subject=f"{item.type} {signal.kind}"
        )


class EventAfterItemDone(Rule[ResponsesStream]):
    """An event is about an item that is done.

    ## Why it matters

    The item is final: agents have run the call or shown the text by then. A late `response.output_text.done` closed a
    tool's block in a client that keeps one open block (`Content block not found`, sub2api#4286).

    ## Violates

    ```example
    stream: responses/web_search
    move response.output_item.done before response.web_search_call.completed
    ```

    ## Conforms

    ```example
    stream: responses/text
    ```

    ## Exceptions

    Where an item is done while a part or a text of it is open, that is the finding (RESP-PART-006 and its like), and
    the events that end them later are not.

    ## How to mend

    Flush texts and parts before the item is closed.
    """

    id = "RESP-ITEM-014"
    severity = Severity.ERROR
    source = "no such event in 524 official streams; sub2api#4286"
    on = ("event-after-item-done",)
    exercised_by = (_DONE,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding:
        """Tell the event."""
        item, kind = item_noticed(case), noticed(case).found
        return self.finding(
            case, f"{kind} comes after {named(item)} is done.", expected="nothing", found=kind,
            subject=f"{item.type} {kind}",
        )  # fmt: skip


class ItemsOverlap(Rule[ResponsesStream]):
    """Two items are open at once.

    ## Why it matters

    It is legal, and clients that keep one open block mix the items' texts (pi#4171). Two messages at once is more than
    any client shows, so that is a warning.

    ## Violates

    ```example
    stream: responses/parallel
    move response.output_item.added#1 before response.function_call_arguments.done
    event response.output_item.added#1: output_index = 1
    ```

    ## Conforms

    ```example
    stream: responses/parallel
    ```

    ## Exceptions

    OpenAI lists the tools of several remote servers at once (pydantic-ai, mcp_list_tools_stream_backfills...), and
    OpenRouter and xAI interleave reasoning, searches and calls. Only two messages are a warning.

    ## How to mend

    Where the upstream sends one thing after the other, close an item before opening the next.
    """

    id = "RESP-ITEM-015"
    severity = Severity.INFO
    source = "one official stream; OpenRouter (pi#4171) and xAI recordings"
    on = ("items-overlap",)
    exercised_by = (_ADDED,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding:
        """Tell which items."""
        item, signal = item_noticed(case), noticed(case)
        later = next((one for one in reversed(case.stream.order) if one.opened == signal.earlier), item)
        two_messages = item.type == later.type == "message" and later is not item
        return self.finding(
            case, f"{named(item)[0].upper()}{named(item)[1:]} goes on while a later item is open.",
            expected=signal.expected, severity=Severity.WARNING if two_messages else None,
            subject=f"{item.type} overlaps",
        )  # fmt: skip
