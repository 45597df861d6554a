"""RESP-ITEM, on names: ids, types and call ids of items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.responses.grammar import ITEM_TYPES, PREFIXES
from harness.dialects.responses.state import ResponsesStream
from harness.findings import Severity
from harness.rules.responses.conservation import item_here, named, noticed
from harness.rules.responses.item_order import INNER, item_noticed
from harness.rules.responses.shape import taken, told
from harness.rules.rule import MALFORMED, Rule

if TYPE_CHECKING:
    from harness.findings import Finding
    from harness.rules.case import Case

_ADDED, _DONE = "response.output_item.added", "response.output_item.done"


class ItemIdMissing(Rule[ResponsesStream]):
    """An item has no id, an empty one, or the id of another item.

    ## Why it matters

    Events are matched to items by id in the AI SDK and in most UIs; without ids everything falls into one. vLLM sent
    `item_id: ""` (vllm#23927) and the same id for every item (vllm#23218), llama.cpp function calls without an id
    (llama.cpp#20607).

    ## Violates

    ```example
    stream: responses/tool_search
    event response.output_item.added: item.id = ""
    event response.output_item.done: item.id = ""
    ```

    ```example
    stream: responses/text
    event response.output_item.added: - item.id
    ```

    ## Conforms

    ```example
    stream: responses/parallel
    ```

    ## Exceptions

    The SDK's types let a function call be without an id; no official one is, and clients need it.

    ## How to mend

    Make an id for each item when it is announced.
    """

    id = "RESP-ITEM-005"
    severity = Severity.ERROR
    source = "739 of 739 official items; vllm#23927, vllm#23218, llama.cpp#20607"
    on = ("item-id-missing", "item-id-repeated", MALFORMED)
    exercised_by = (_ADDED,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell which of these."""
        signal = noticed(case)
        if case.signal is None:
            if case.body.get("type") not in {_ADDED, _DONE} or not (mine := taken(case, ("/item/id",))):
                return None
            return told(self, case, mine[0], f"{case.body['type']} has an item whose id is {mine[0].found}.")
        item = item_noticed(case)
        if signal.kind == "item-id-missing":
            message = f"A {item.type} is added without an id."
        else:
            message = f"A {item.type} is added with the id of another item, {signal.found}."
        return self.finding(case, message, expected=signal.expected, found=signal.found, subject=signal.kind)


class ItemIdChanged(Rule[ResponsesStream]):
    """An item has another id when it is done, or in the final output, than when it was added.

    ## Why it matters

    openai-python raises `Completed output item identity changed.`; clients that replace the streamed item by the final
    one show it twice. Seen from GitHub Copilot (litellm#30071), OpenRouter, vLLM (vllm#38227) and smg (smg#160).

    ## Violates

    ```example
    stream: responses/text
    event response.output_item.done: item.id = "msg_another"
    ```

    ```example
    stream: responses/text
    event response.completed: response.output.0.id = "msg_another"
    ```

    ## Conforms

    ```example
    stream: responses/text
    ```

    ## Exceptions

    One finding an item, though both its end and the final output have the new id.

    ## How to mend

    Build the final output from the items that were streamed, ids included, not from a second parse.
    """

    id = "RESP-ITEM-006"
    severity = Severity.ERROR
    source = "737 of 737 official items; openai-python: Completed output item identity changed; vllm#38227, smg#160"
    on = ("item-id-changed",)
    exercised_by = (_DONE,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding:
        """Tell both ids."""
        item, signal = item_noticed(case), noticed(case)
        before = "its events call it" if item.is_phantom else "it was added as"
        return self.finding(
            case, f"{named(item)[0].upper()}{named(item)[1:]} is called {signal.found}; {before} {signal.expected}.",
            expected=signal.expected, found=signal.found, subject=f"{item.type} id",
        )  # fmt: skip


class ItemIdMismatch(Rule[ResponsesStream]):
    """An event's `item_id` is not the id of the item at its `output_index`, or is missing.

    ## Why it matters

    The AI SDK looks the item up by `item_id` and throws `text part ... not found`, or loses the text. GitHub Copilot
    gives every event another id (62 of 69 events in one recording; litellm#30071, vercel/ai#18548).

    ## Violates

    ```example
    stream: responses/text
    event 5: item_id = "msg_another"
    ```

    ```example
    stream: responses/text
    event 5: - item_id
    ```

    ## Conforms

    ```example
    stream: responses/shell
    ```

    ## Exceptions

    `response.shell_call_command.*` have no `item_id` at OpenAI. One finding an item: what is wrong once is wrong always.

    ## How to mend

    Keep the id that the item was announced with, and put it into each of its events.
    """

    id = "RESP-ITEM-007"
    severity = Severity.ERROR
    source = "29,892 of 29,892 official events; litellm#30071, vercel/ai#18548"
    on = ("item-id-mismatch", MALFORMED)
    exercised_by = INNER
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell both ids."""
        if case.signal is None:
            mine = taken(case, ("/item_id",))
            return told(self, case, mine[0], f"{case.body.get('type')} has no item_id.") if mine else None
        item, signal = item_noticed(case), noticed(case)
        return self.finding(
            case, f"{case.body.get('type')} has the item_id {signal.found}; {named(item)} is {signal.expected}.",
            expected=signal.expected, found=signal.found, subject=f"{item.type} item_id",
        )  # fmt: skip


class ItemTypeChanged(Rule[ResponsesStream]):
    """An item has another type when it is done, or in the final output, than when it was added.

    ## Why it matters

    Clients choose by the type what an item's events mean: the events before belong to nothing any more.

    ## Violates

    ```example
    stream: responses/compaction
    event response.output_item.added#1: item.type = "reasoning"
    event response.output_item.added#1: item.summary = []
    ```

    ## Conforms

    ```example
    stream: responses/compaction
    ```

    ## How to mend

    Announce an item when its type is known.
    """

    id = "RESP-ITEM-008"
    severity = Severity.ERROR
    source = "737 of 737 official items"
    on = ("item-type-changed",)
    exercised_by = (_DONE,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding:
        """Tell both types."""
        item, signal = item_noticed(case), noticed(case)
        return self.finding(
            case, f"Item {item.index} is a {signal.found} now; it was added as {signal.expected}.",
            expected=signal.expected, found=signal.found, subject=f"{signal.expected} to {signal.found}",
        )  # fmt: skip


class CallIdChanged(Rule[ResponsesStream]):
    """The `call_id` of a call changes, or two calls have the same one.

    ## Why it matters

    The result of a call is sent back under its `call_id`. openai-python identifies calls by it and raises when it
    changes; the AI SDK takes the new one. With one id for two calls, one result is lost. llama.cpp mixed up id and call_id
    (llama.cpp#21174).

    ## Violates

    ```example
    stream: responses/tool
    event response.output_item.done: item.call_id = "call_another"
    event response.completed: response.output.0.call_id = "call_another"
    ```

    ## Conforms

    ```example
    stream: responses/parallel
    ```

    ## Exceptions

    A `tool_search_call` that the client executes changes its call_id at OpenAI (ai, openai-client-tool-search-1). The
    output of a call bears the call's id.

    ## How to mend

    Take the upstream's id of the call as call_id everywhere, or make one and keep it.
    """

    id = "RESP-ITEM-009"
    severity = Severity.ERROR
    source = "136 of 136 official calls; openai-python identifies calls by call_id; llama.cpp#21174"
    on = ("call-id-changed", "call-id-repeated")
    exercised_by = ("response.function_call_arguments.done", "response.custom_tool_call_input.done", _DONE)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell both ids."""
        item, signal = item_noticed(case), noticed(case)
        if signal.kind == "call-id-repeated":
            message = (
                f"{named(item)[0].upper()}{named(item)[1:]} has the call_id of another call, {signal.found}."
            )
        elif item.type == "tool_search_call":
            return None
        else:
            message = f"{named(item)[0].upper()}{named(item)[1:]} has the call_id {signal.found}; it was {signal.expected}."
        return self.finding(
            case, message, expected=signal.expected, found=signal.found, subject=f"{item.type} {signal.kind}"
        )


class ItemTypeUnknown(Rule[ResponsesStream]):
    """An item has a type that no SDK knows, without a vendor's prefix.

    ## Why it matters

    Clients with closed unions fail on the item. With a prefix (`acme:my_search`) a client can tell that it is a vendor's
    and pass it over.

    ## Violates

    ```example
    stream: responses/tool_search
    event response.output_item.added: item.type = "my_search"
    event response.output_item.done: item.type = "my_search"
    event response.completed: response.output.0.type = "my_search"
    ```

    ## Conforms

    ```example
    stream: responses/tool_search
    ```

    ## Exceptions

    OpenAI adds types of its own without a prefix; those of openai-python 3.52.0 are known.

    ## How to mend

    Use a type of the protocol, or put the vendor's slug and a colon before the name.
    """

    id = "RESP-ITEM-019"
    severity = Severity.WARNING
    source = "Open Responses, Items are extensible (MUST)"
    on = (_ADDED,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Look at the type."""
        item = item_here(case)
        if item is None or item.type in ITEM_TYPES or ":" in item.type or not item.type:
            return None
        return self.finding(
            case, f"No item of the protocol has the type {item.type}, and it has no vendor's prefix.",
            pointer="/item/type", expected="a known type, or slug:name", found=item.type, subject=item.type,
        )  # fmt: skip


class ItemIdPrefix(Rule[ResponsesStream]):
    """An item's id does not begin as OpenAI's ids of that type do.

    ## Why it matters

    Nothing in the protocol says so, and some clients tell items apart by the prefix (`msg_`, `rs_`, `fc_`); OpenAI
    itself refuses items whose ids begin otherwise when they are sent back as input.

    ## Violates

    ```example
    stream: responses/compaction
    event response.output_item.added#1: item.id = "8d1f0b9c"
    event response.output_item.done#1: item.id = "8d1f0b9c"
    event response.completed: response.output.1.id = "8d1f0b9c"
    ```

    ## Conforms

    ```example
    stream: responses/parallel
    ```

    ## How to mend

    Give ids the prefix of their type.
    """

    id = "RESP-ITEM-020"
    severity = Severity.INFO
    source = "739 of 739 official items"
    on = (_ADDED,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Compare the id with its type."""
        item = item_here(case)
        prefix = PREFIXES.get(item.type) if item is not None else None
        if item is None or prefix is None or not item.id or item.id.startswith(prefix):
            return None
        return self.finding(
            case, f"The id of a {item.type} begins with {prefix} at OpenAI, and is {item.id[:24]} here.",
            pointer="/item/id", expected=f"{prefix}...", found=item.id, subject=f"{item.type} id",
        )  # fmt: skip
