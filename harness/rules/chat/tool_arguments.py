"""CHAT-TOOL: the arguments of tool calls, and which calls the request allows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from harness.findings import Severity
from harness.rules.chat.chat_rule import ChatRule, call_of, choice_of, many, quoted
from harness.rules.rule import MALFORMED, Found

if TYPE_CHECKING:
    from harness.dialects.asked import Asked
    from harness.dialects.chat.state import Call, ChatStream, Choice
    from harness.findings import Finding
    from harness.rules.case import Case

CUT = frozenset({"length", "content_filter"})
"""Finish reasons after which a call may be a torso."""


def documents(text: str) -> list[object] | None:
    """The JSON texts that stand in it one after the other; None where it is not made of such.

    White space may stand before, between and behind them.
    """
    text = text.lstrip(" \t\r\n")
    found, at = [], 0
    decoder = json.JSONDecoder()
    while at < len(text):
        try:
            value, stop = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return None
        found.append(value)
        at = stop + len(text[stop:]) - len(text[stop:].lstrip(" \t\r\n"))
    return found


def calls_with_json(choice: Choice) -> list[Call]:
    """The calls whose arguments are to be JSON: all but those of custom tools."""
    return [call for call in choice.calls.values() if call.type != "custom"]


class ToolArgumentsText(ChatRule):
    """The arguments of a tool call are not a text.

    ## Why it matters
    They are JSON written into a text, so that they can come in pieces. openai-node makes `[object Object]` of an object,
    openai-python keeps a dict that the caller then fails to parse (litellm#37792).

    ## Violates
    ```example
    stream: chat/tool
    event 2: choices.0.delta.tool_calls.0.function.arguments = {"city":"Oslo"}
    ```

    ## Conforms
    ```example
    stream: chat/tool
    ```
    """

    id = "CHAT-TOOL-008"
    severity = Severity.ERROR
    source = "OpenAI API reference, `function.arguments`; measured with two SDKs; litellm#37792"
    on = (MALFORMED,)
    exercised_by = ("call-opened", MALFORMED)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Arguments of another type."""
        return self.misfit(case)


class ToolArgumentsJson(ChatRule):
    """The arguments of a finished tool call, put together, are not JSON.

    ## Why it matters
    Whoever runs the tool parses them first. A lost, doubled or reordered fragment shows here, and nowhere else.

    ## Violates
    ```example
    stream: chat/tool
    drop 3
    ```

    ## Conforms
    ```example
    stream: chat/tool
    ```

    ```example
    stream: chat/tool_length
    ```

    ## Exceptions
    A model may write bad JSON by itself, so this is a warning. After `length` and `content_filter` a torso is right, and
    the input of a custom tool is free text.
    """

    id = "CHAT-TOOL-009"
    severity = Severity.WARNING
    source = "OpenAI API reference, `function.arguments`; sglang#23071, new-api#6046; recorded from Cerebras"
    on = ("choice-finished",)
    exercised_by = ("call-opened",)
    from_history = True

    def observe(self, case: Case[ChatStream]) -> Found:
        """Parse what came."""
        choice = choice_of(case)
        if choice.finish in CUT:
            return None
        return tuple(
            self._bad(case, call)
            for call in calls_with_json(choice)
            if len(found := documents(call.arguments.text) or []) != 1
            and not (len(found) > 1 and all(one == found[0] for one in found))
        )

    def _bad(self, case: Case[ChatStream], call: Call) -> Finding:
        message = f"The arguments of {call.name or 'a call'!r} are not JSON: {quoted(call.arguments.text)}."
        return self.finding_at(
            case,
            call.last,
            message,
            pointer="",
            expected="JSON",
            found=call.arguments.text,
            subject="arguments",
        )


class ToolArgumentsDoubled(ChatRule):
    r"""The arguments of a tool call come again as a whole after their fragments.

    ## Why it matters
    Clients append them: `{"a":1}{"a":1}` does not parse, and the call fails (sglang#23071). It happens where a server
    sends the finished call after having streamed it.

    ## Violates
    ```example
    stream: chat/tool
    event 5: choices.0.delta.tool_calls.0.function.arguments = "\"}{\"city\":\"Oslo\"}"
    ```

    ## Conforms
    ```example
    stream: chat/tool
    ```
    """

    id = "CHAT-TOOL-010"
    severity = Severity.ERROR
    source = "sglang#23071; recorded from Cerebras"
    on = ("choice-finished",)
    exercised_by = ("call-opened",)
    from_history = True

    def observe(self, case: Case[ChatStream]) -> Found:
        """Look for a second document like the first."""
        return tuple(
            self._doubled(case, call)
            for call in calls_with_json(choice_of(case))
            if len(found := documents(call.arguments.text) or []) > 1
            and all(one == found[0] for one in found)
        )

    def _doubled(self, case: Case[ChatStream], call: Call) -> Finding:
        text = call.arguments.text
        message = f"The arguments of {call.name or 'a call'!r} come more than once: {quoted(text)}."
        return self.finding_at(
            case, call.last, message, pointer="", expected="them once", found=text, subject="arguments"
        )


class ToolUndeclared(ChatRule):
    """A tool is called that the request does not declare.

    ## Why it matters
    There is nobody to call. Either the model made it up, or a gateway has renamed the tools and does not rename them
    back.

    ## Violates
    ```example
    stream: chat/tool
    event 0: choices.0.delta.tool_calls.0.function.name = "get_forecast"
    ```

    ## Conforms
    ```example
    stream: chat/tool
    ```

    ## Exceptions
    Where the request declares tools that have no name, which run at the provider, nothing is said.
    """

    id = "CHAT-TOOL-011"
    severity = Severity.WARNING
    source = "OpenAI API reference, `tools`"
    on = ("call-opened",)
    exercised_by = ("call-opened",)
    needs = ("request",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Compare the name with the request's."""
        asked, name = case.asked, call_of(case).name
        if asked is None or not name or name in asked.tools or _has_unnamed(asked):
            return None
        known = ", ".join(asked.tools) or "no tools"
        message = f"The request declares {known}, and {name!r} is called."
        return self.finding(case, message, expected=known, found=name, subject="name")


def _has_unnamed(asked: Asked) -> bool:
    declared = [asked.body.get(key) for key in ("tools", "functions")]
    return sum(len(one) for one in declared if isinstance(one, list)) > len(asked.tools)


class ToolFragmentsInterleaved(ChatRule):
    """Fragments of two tool calls alternate.

    ## Why it matters
    It is legal, for the index tells them apart. But the SDKs say that a call is done as soon as another one begins, so
    who listens for that gets half the arguments.

    ## Violates
    ```example
    stream: chat/parallel
    move 4 before 3
    ```

    ## Conforms
    ```example
    stream: chat/parallel
    ```
    """

    id = "CHAT-TOOL-012"
    severity = Severity.INFO
    source = "recorded from api.openai.com: never in 28 streams with several calls; the SDKs' stream helpers"
    on = ("call-interleaved",)
    exercised_by = ("call-opened",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """A fragment after another call began."""
        message = f"A fragment of call {call_of(case).index} comes after another call began."
        return self.finding(case, message, expected="calls one after the other")


class ToolChoiceIgnored(ChatRule):
    """A choice calls more or fewer tools than the request allows.

    ## Why it matters
    `tool_choice` and `parallel_tool_calls` are promises that programs rely on: one that forces a call reads the first
    one without looking, and one that forbids parallel calls runs only one.

    ## Violates
    ```example
    stream: chat/parallel
    request: {"model":"m","stream":true,"stream_options":{"include_usage":true},"parallel_tool_calls":false,"tools":[{"type":"function","function":{"name":"get_weather"}},{"type":"function","function":{"name":"get_time"}}]}
    ```

    ```example
    stream: chat/text
    request: {"model":"m","stream":true,"stream_options":{"include_usage":true},"tool_choice":"required","tools":[{"type":"function","function":{"name":"get_weather"}}]}
    ```

    ## Conforms
    ```example
    stream: chat/named_tool
    ```

    ## Exceptions
    A choice that was cut off, filtered or refused may lack the call.
    """

    id = "CHAT-TOOL-013"
    severity = Severity.WARNING
    source = "OpenAI API reference, `tool_choice` and `parallel_tool_calls`"
    on = ("choice-finished",)
    exercised_by = ("choice-finished",)
    needs = ("request",)
    from_history = True

    def observe(self, case: Case[ChatStream]) -> Found:
        """Count the calls."""
        choice, asked = choice_of(case), case.asked
        if asked is None:
            return None
        calls = len(choice.calls) or int(choice.function_call is not None)
        said = None
        if asked.tool_choice == "none" and calls:
            said = ("tool_choice none", "no call")
        elif asked.parallel_tool_calls is False and calls > 1:
            said = ("parallel_tool_calls false", "at most one call")
        elif (
            asked.tool_choice in {"required", "named"}
            and not calls
            and choice.finish in {"stop", "tool_calls"}
        ):
            said = None if len(choice.refusal) else (f"tool_choice {asked.tool_choice}", "a call")
        if said is None:
            return None
        message = f"The request says {said[0]}, and the choice has {many(calls, 'call')}."
        return self.finding(case, message, expected=said[1], found=many(calls, "call"), subject=said[0])


class ToolCallsEmpty(ChatRule):
    r"""A delta has an empty `tool_calls`, or a fragment in which nothing is said.

    ## Why it matters
    Clients that ask whether there are tool calls by the presence of the key take the answer for a call
    (foundry-local#144); a fragment without index and content has no place to go.

    ## Violates
    ```example
    stream: chat/text
    event 2: choices.0.delta.tool_calls = []
    ```

    ```example
    stream: chat/tool
    event 2: choices.0.delta.tool_calls.0 = {}
    event 3: choices.0.delta.tool_calls.0.function.arguments = "city\":\""
    ```

    ## Conforms
    ```example
    stream: chat/tool
    ```
    """

    id = "CHAT-TOOL-014"
    severity = Severity.WARNING
    source = "foundry-local#144, litellm#21331"
    on = ("calls-empty", MALFORMED)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Nothing in it."""
        signal = case.signal
        if signal is None:
            return self.misfit(case)
        empty = signal.pointer.endswith("tool_calls")
        message = "`tool_calls` is empty." if empty else "A fragment of a tool call says nothing."
        return self.finding(case, message, expected=signal.expected, found=signal.found)
