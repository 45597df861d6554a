"""RESP-FC-001 to 004: the arguments of function calls."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from harness.dialects.responses.state import ResponsesStream
from harness.findings import Severity
from harness.rules.responses.conservation import (
    at_end_of_own_text,
    begun,
    done_here,
    ended_early,
    noticed,
    noticed_item,
    where,
)
from harness.rules.responses.item_rule import ItemRule
from harness.rules.rule import WHOLE, Rule

if TYPE_CHECKING:
    from harness.dialects.signal import Body
    from harness.findings import Finding
    from harness.rules.case import Case

_DELTA, _DONE = "response.function_call_arguments.delta", "response.function_call_arguments.done"
_ITEM_DONE = "response.output_item.done"


class ArgumentsDiffer(Rule[ResponsesStream]):
    r"""The arguments of a call are not the same in its deltas, in arguments.done and in the finished item.

    ## Why it matters

    Agents run the call with the arguments of whichever event they read: codex reads the finished item, openai-python
    assembles deltas. A lost delta gives JSON that does not parse, or worse, JSON that does.

    ## Violates

    ```example
    stream: responses/tool
    event response.function_call_arguments.done: arguments = "{\"city\":\"Rome\"}"
    ```

    ```example
    stream: responses/tool
    event response.output_item.done: item.arguments = "{}"
    ```

    ## Conforms

    ```example
    stream: responses/parallel
    ```

    ## Exceptions

    Arguments that come in no delta are RESP-FC-003.
    """

    id = "RESP-FC-001"
    severity = Severity.ERROR
    source = "conservation of content; all 136 calls of official streams"
    on = (_DONE, _ITEM_DONE)
    exercised_by = (_DELTA, _DONE)
    supersedes = ("RESP-FC-004",)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Compare the tellings of the arguments."""
        return at_end_of_own_text(self, case, "function_call", "arguments")


class ArgumentsDoneOnce(ItemRule):
    """The arguments of a call are not ended by exactly one arguments.done.

    ## Why it matters

    Clients that run the call when its arguments are done never run it, or run it twice (AIClient2API#471).

    ## Violates

    ```example
    stream: responses/tool
    drop response.function_call_arguments.done
    ```

    ```example
    stream: responses/tool
    repeat response.function_call_arguments.done
    ```

    A call whose arguments are in the finished item only:

    ```example
    stream: responses/tool
    drop 3
    drop 4
    drop 5
    drop 6
    drop 7
    drop response.function_call_arguments.done
    ```

    ## Conforms

    ```example
    stream: responses/parallel
    ```

    ## How to mend

    After the last delta send all arguments as `response.function_call_arguments.done`, then the finished item.
    """

    id = "RESP-FC-002"
    severity = Severity.ERROR
    source = "all 136 calls of official streams; AIClient2API#471"
    on = ("arguments-not-done", "arguments-silent", "arguments-done-twice", "arguments-delta-after-done")
    exercised_by = (_DELTA, _DONE)
    items = ("function_call",)
    supersedes = ("RESP-FC-001",)
    dialects = ("responses",)

    _TOLD = {  # noqa: RUF012 - never changed
        "arguments-not-done": "is done before response.function_call_arguments.done",
        "arguments-silent": "is done with arguments that no event carried",
        "arguments-done-twice": "gets a second response.function_call_arguments.done",
        "arguments-delta-after-done": "gets a delta after its arguments were done",
    }

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell what the machine noticed about a function call."""
        item, kind = noticed_item(case, "function_call"), noticed(case).kind
        if item is None or (kind == "arguments-not-done" and "wrong-item-type" in item.told):
            return None
        if kind == "arguments-delta-after-done" and ended_early(item.texts["arguments"]):
            return None
        return self.finding(case, f"{begun(case)} {self._TOLD[kind]}.", pointer="", subject=kind)


class ArgumentsWithoutDeltas(Rule[ResponsesStream]):
    """The arguments of a call came in no delta.

    ## Why it matters

    It is legal by the letter, but clients that assemble the call from deltas run it without arguments
    (opencodex#4652).

    ## Violates

    ```example
    stream: responses/tool
    drop 3
    drop 4
    drop 5
    drop 6
    drop 7
    ```

    ## Conforms

    ```example
    stream: responses/tool
    ```

    ## Exceptions

    None; LM Studio and llama.cpp do this (recorded: the AI SDK's lmstudio-tool-call streams).

    ## How to mend

    Where the arguments are only known as a whole, send them as one delta.
    """

    id = "RESP-FC-003"
    severity = Severity.WARNING
    source = "opencodex#4652; all 136 calls of official streams"
    on = ("arguments-without-deltas",)
    exercised_by = (_DONE,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell what the machine noticed about a function call."""
        if noticed_item(case, "function_call") is None:
            return None
        return self.finding(
            case,
            f"The arguments of {where(case)} are done and came in no delta.",
            pointer="/arguments",
            expected=f"at least one {_DELTA}",
        )


class ArgumentsAreNotJson(ItemRule):
    r"""A completed call has arguments that are not a JSON object.

    ## Why it matters

    A client cannot run such a call. Either the text was damaged on the way (bifrost#4679: cut in the middle and still
    called completed), or the model wrote it so: that is its freedom, hence a warning.

    ## Violates

    ```example
    stream: responses/tool
    drop 7
    event response.function_call_arguments.done: arguments = "{\"city\":\"Oslo"
    event response.output_item.done: item.arguments = "{\"city\":\"Oslo"
    event response.completed: response.output.0.arguments = "{\"city\":\"Oslo"
    ```

    ## Conforms

    A call that is not completed may stop anywhere:

    ```example
    stream: responses/tool
    drop 7
    event response.function_call_arguments.done: arguments = "{\"city\":\"Oslo"
    event response.output_item.done: item.arguments = "{\"city\":\"Oslo"
    event response.output_item.done: item.status = "incomplete"
    event response.completed: response.output.0.arguments = "{\"city\":\"Oslo"
    event response.completed: response.output.0.status = "incomplete"
    event response.completed: response.status = "incomplete"
    event response.completed: response.completed_at = null
    event response.completed: response.incomplete_details = {"reason":"max_output_tokens"}
    event response.completed: type = "response.incomplete"
    ```

    ## Exceptions

    Arguments that are no string at all do not fit the schema: RESP-ENV-004.
    """

    id = "RESP-FC-004"
    severity = Severity.WARNING
    source = "API reference: `arguments` is a JSON string; bifrost#4679"
    on = (_ITEM_DONE, WHOLE)
    exercised_by = (WHOLE,)
    items = ("function_call",)
    dialects = ("responses",)
    streamed = None

    def observe(self, case: Case[ResponsesStream]) -> Finding | tuple[Finding, ...] | None:
        """Parse the arguments of finished calls."""
        if case.streamed:
            done = done_here(case)
            return self._judged(case, done[1], "/item", where(case)) if done is not None else None
        calls = [(item.done, item.index) for item in case.stream.order if item.done is not None]
        found = [self._judged(case, call, f"/output/{index}", f"item {index}") for call, index in calls]
        return tuple(one for one in found if one is not None)

    def _judged(self, case: Case[ResponsesStream], call: Body, pointer: str, name: str) -> Finding | None:
        arguments = call.get("arguments")
        if call.get("type") != "function_call" or not isinstance(arguments, str):
            return None
        if call.get("status") in {"incomplete", "in_progress"}:
            return None
        try:
            value = json.loads(arguments)
        except (ValueError, RecursionError) as error:
            why = str(error)
        else:
            if isinstance(value, dict):
                return None
            why = "it is JSON, but no object"
        return self.finding(
            case,
            f"The arguments of the completed call {call.get('name')} ({name}) are not a JSON object: {why}.",
            pointer=f"{pointer}/arguments",
            expected="a JSON object",
            found=arguments,
        )
