"""RESP-FC: function calls, their arguments above all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from harness.dialects.responses.state import Item, ResponsesStream
from harness.findings import Severity
from harness.rules.responses.conservation import (
    at_end_of_own_text,
    begun,
    done_here,
    ended_early,
    item_here,
    lacking,
    noticed,
    noticed_item,
    where,
)
from harness.rules.rule import MALFORMED, WHOLE, Rule

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


class ArgumentsDoneOnce(Rule[ResponsesStream]):
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
    exercised_by = (_DELTA, _DONE, "item:function_call")
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


class ArgumentsAreNotJson(Rule[ResponsesStream]):
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
    exercised_by = ("item:function_call", WHOLE)
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


class ArgumentsOfAnotherItem(Rule[ResponsesStream]):
    """An event of arguments or input is for an item that has none.

    ## Why it matters

    openai-python asserts that arguments belong to a function call. A custom tool's input sent as arguments (or the
    reverse) reaches no client (AIClient2API#471).

    ## Violates

    ```example
    stream: responses/custom_tool
    event response.custom_tool_call_input.done: type = "response.function_call_arguments.done"
    event response.custom_tool_call_input.done: - input
    event response.custom_tool_call_input.done: arguments = "SELECT count(*) FROM orders WHERE day = 'today'"
    event response.custom_tool_call_input.done: name = "run_sql"
    ```

    ## Conforms

    ```example
    stream: responses/custom_tool
    ```
    """

    id = "RESP-FC-005"
    severity = Severity.ERROR
    source = "openai-python lib/streaming/responses; AIClient2API#471"
    on = ("wrong-item-type",)
    exercised_by = (_DELTA, _DONE, "response.custom_tool_call_input.delta", "response.custom_tool_call_input.done",
                    "response.mcp_call_arguments.delta", "response.mcp_call_arguments.done")  # fmt: skip
    supersedes = ("RESP-CTC-001",)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell what the machine noticed, where the event is of arguments or input."""
        kind = str(case.body.get("type"))
        item = noticed(case).about
        if kind not in self.exercised_by or not isinstance(item, Item):
            return None
        return self.finding(
            case,
            f"{kind} is for {where(case)}, and such items have none.",
            pointer="/type",
            expected=noticed(case).expected,
            found=item.type,
            earlier=item.opened,
            subject=f"{kind} {item.type}",
        )


class NameChanged(Rule[ResponsesStream]):
    """A call is done under another name than it was announced.

    ## Why it matters

    Clients show and gate a call by the name it opens with, and run it by the name it closes with.

    ## Violates

    ```example
    stream: responses/tool
    event response.output_item.done: item.name = "get_rain"
    event response.completed: response.output.0.name = "get_rain"
    ```

    ## Conforms

    ```example
    stream: responses/tool
    ```

    ## Exceptions

    `call_id` is judged by RESP-ITEM-009, for all kinds of calls.
    """

    id = "RESP-FC-006"
    severity = Severity.ERROR
    source = "all 136 calls of official streams"
    on = (_ITEM_DONE, _DONE)
    exercised_by = ("item:function_call", _DONE)
    supersedes = ("RESP-TOOL-011",)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Compare with the announced name."""
        item = item_here(case)
        if item is None or item.added is None or item.type not in {"function_call", "custom_tool_call"}:
            return None
        name = item.added.get("name")
        if case.body.get("type") == _DONE:
            said, pointer = case.body.get("name"), "/name"
        elif item.done is case.body.get("item") and item.done is not None:
            said, pointer = item.done.get("name"), "/item/name"
        else:
            return None
        if not name or not isinstance(said, str) or said == name:
            return None
        return self.finding(
            case,
            f"{begun(case)} was announced as a call of {name}; now it is one of {said}.",
            pointer=pointer,
            expected=name,
            found=said,
            earlier=item.opened,
            subject="name",
        )


class ParallelArgumentsWithoutItem(Rule[ResponsesStream]):
    """Where there are several calls, an event of arguments does not say which one it is for.

    ## Why it matters

    The arguments of parallel calls are mixed into one, which is JSON of neither (oh-my-pi#1880, oh-my-pi#1971).

    ## Violates

    ```example
    stream: responses/parallel
    event response.function_call_arguments.done#1: - item_id
    ```

    ## Conforms

    ```example
    stream: responses/parallel
    ```

    ## Exceptions

    With one call the same is RESP-ITEM-002 or RESP-ENV-004.
    """

    id = "RESP-FC-007"
    severity = Severity.ERROR
    source = "SDK types (required); oh-my-pi#1880, oh-my-pi#1971"
    on = (MALFORMED,)
    exercised_by = (_DELTA, _DONE)
    supersedes = ("RESP-ITEM-001",)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> tuple[Finding, ...]:
        """Take the members that are missing, where there is more than one call."""
        kind = case.body.get("type")
        if kind not in {_DELTA, _DONE}:
            return ()
        if sum(item.type == "function_call" for item in case.stream.order) < 2:
            return ()
        mine = [one for one in case.problems if one.field in {"item_id", "output_index"}]
        for one in mine:
            case.problems.remove(one)
        return tuple(
            self.finding(
                case,
                f"{kind} has {lacking(one)}, and there are several calls that it may be for.",
                pointer=one.pointer,
                expected=one.expected,
                found=one.found,
                subject=f"{kind} {one.field}",
            )
            for one in mine
        )
