"""CHAT-TOOL: which call a fragment is of, and what the first fragment says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.chat.fragments import tool_of
from harness.findings import Severity
from harness.rules.chat.chat_rule import ChatRule, call_of, shown, signal_of
from harness.rules.rule import MALFORMED, Found

if TYPE_CHECKING:
    from harness.dialects.chat.state import ChatStream
    from harness.rules.case import Case


class ToolIndexMissing(ChatRule):
    """A fragment of a tool call has no index, or one that is not an integer.

    ## Why it matters
    The index says which call a fragment belongs to. openai-python raises TypeError without it; openai-node loses the
    call without a word (ollama#7881, openai-python#2806).

    ## Violates
    ```example
    stream: chat/tool
    event 2: - choices.0.delta.tool_calls.0.index
    ```

    ## Conforms
    ```example
    stream: chat/parallel
    ```

    ## How to mend
    Number the calls of an answer from 0, also where each comes whole in one fragment.
    """

    id = "CHAT-TOOL-001"
    severity = Severity.ERROR
    source = "OpenAI API reference, `delta.tool_calls[].index`; ollama#7881, openai-python#2806, openai-python#3246"
    on = (MALFORMED,)
    exercised_by = ("call-opened", MALFORMED)

    def observe(self, case: Case[ChatStream]) -> Found:
        """No index."""
        return self.misfit(case)


class ToolIndexGap(ChatRule):
    """A new tool call has an index other than the number of calls before it.

    ## Why it matters
    openai-python appends a new call to a list and looks it up by its index: with a gap that is an index error, and
    openai-node reads a property of undefined.

    ## Violates
    ```example
    stream: chat/tool
    event 0: choices.0.delta.tool_calls.0.index = 1
    event 1: choices.0.delta.tool_calls.0.index = 1
    event 2: choices.0.delta.tool_calls.0.index = 1
    event 3: choices.0.delta.tool_calls.0.index = 1
    event 4: choices.0.delta.tool_calls.0.index = 1
    event 5: choices.0.delta.tool_calls.0.index = 1
    ```

    ## Conforms
    ```example
    stream: chat/parallel
    ```
    """

    id = "CHAT-TOOL-002"
    severity = Severity.ERROR
    source = "measured with openai-python 3.52.0 and openai-node 6.49.0"
    on = ("call-index-gap",)
    exercised_by = ("call-opened",)
    from_history = True

    def observe(self, case: Case[ChatStream]) -> Found:
        """An index out of order."""
        signal = signal_of(case)
        message = f"A new tool call has index {signal.found}, where {signal.expected} is due."
        return self.finding(case, message, expected=signal.expected, found=signal.found)


class ToolOpeningIncomplete(ChatRule):
    """The first fragment of a tool call lacks its id, type or name.

    ## Why it matters
    Without an id the result cannot be sent back; without a name nothing can be called. openai-node throws at the end of
    the stream for a missing type or name, and agents that start a tool at its first fragment start nothing
    (sglang#4700, vmlx#244).

    ## Violates
    ```example
    stream: chat/tool
    event 0: choices.0.delta.tool_calls.0.id = ""
    ```

    ```example
    stream: chat/tool
    event 0: - choices.0.delta.tool_calls.0.function.name
    ```

    ## Conforms
    ```example
    stream: chat/tool
    ```

    ```example
    stream: chat/custom_tool
    ```
    """

    id = "CHAT-TOOL-003"
    severity = Severity.ERROR
    source = (
        "OpenAI API reference, `delta.tool_calls[]`; openai-node 6.49.0; sglang#4700, sglang#23071, vmlx#244"
    )
    on = ("call-opened", MALFORMED)
    exercised_by = ("call-opened",)
    from_history = True

    def observe(self, case: Case[ChatStream]) -> Found:
        """Judge the first fragment."""
        if case.signal is None:
            return self.misfit(case)
        call, fragment = call_of(case), shown(case)
        holder = tool_of(fragment)
        given = {"id": fragment.get("id"), "type": fragment.get("type"), "name": holder.get("name")}
        odd = {one.pointer.rpartition("/")[2] for one in case.problems}  # these are reported as what they are
        lacking = [
            name for name, value in given.items() if not value and name not in odd and "function" not in odd
        ]
        if not lacking and call.type not in {"function", "custom", ""}:
            message = f"The tool call has the type {call.type!r}."
            return self.finding(case, message, expected="function or custom", found=call.type, subject="type")
        if not lacking:
            return None
        message = f"The first fragment of the tool call has no {' and no '.join(lacking)}."
        return self.finding(
            case,
            message,
            expected="id, type and name",
            found=f"no {', '.join(lacking)}",
            subject=" ".join(lacking),
        )


class ToolArgumentsAbsent(ChatRule):
    """The first fragment of a tool call has no `arguments`.

    ## Why it matters
    openai-node throws `missing arguments` for a call that never gets any, which is how a tool without parameters looks
    then; the AI SDK holds the call back until some come.

    ## Violates
    ```example
    stream: chat/tool
    event 0: - choices.0.delta.tool_calls.0.function.arguments
    ```

    ## Conforms
    ```example
    stream: chat/tool
    ```

    ## Exceptions
    All arguments in one fragment are legal: Groq, xAI and Cerebras send calls so.
    """

    id = "CHAT-TOOL-004"
    severity = Severity.WARNING
    source = "OpenAI API reference, `delta.tool_calls[].function.arguments`; openai-node 6.49.0"
    on = ("call-opened",)
    exercised_by = ("call-opened",)
    from_history = True

    def observe(self, case: Case[ChatStream]) -> Found:
        """Judge the first fragment."""
        fragment = shown(case)
        holder = tool_of(fragment)
        if holder.get("arguments", holder.get("input")) is not None:
            return None
        message = "The first fragment of the tool call has no arguments."
        return self.finding(case, message, expected='""', found="none")


class ToolFieldsRepeated(ChatRule):
    """A later fragment of a tool call has the id, the name or the type again.

    ## Why it matters
    Clients join what the fragments say: openai-python makes the id `aa` of `a` and `a`, and the name `ff` of `f` and
    `f`, and no tool has that name (llama.cpp#12379, lmstudio#649, OmniRoute#682).

    ## Violates
    ```example
    stream: chat/tool
    event 2: choices.0.delta.tool_calls.0.function.name = "get_weather"
    ```

    ```example
    stream: chat/tool
    event 2: choices.0.delta.tool_calls.0.id = ""
    ```

    ## Conforms
    ```example
    stream: chat/tool
    ```

    ## Exceptions
    An empty id or name adds nothing when it is joined, but overwrites where clients assign: a warning. A repeated type
    is not joined by anybody: worth knowing.
    """

    id = "CHAT-TOOL-005"
    severity = Severity.ERROR
    source = "measured with openai-python 3.52.0; llama.cpp#12379, lmstudio#649, OmniRoute#682, metapi#378"
    on = ("call-field-repeated",)
    exercised_by = ("call-opened",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """How bad it is depends on what is repeated."""
        signal = signal_of(case)
        field = signal.pointer.rpartition("/")[2]
        milder = Severity.INFO if field == "type" else Severity.WARNING if not signal.found else None
        message = f"A later fragment of the tool call has the {field} {signal.found!r}."
        return self.finding(
            case, message, expected=f"no {field}", found=repr(signal.found), severity=milder, subject=field
        )


class ToolIdChanges(ChatRule):
    r"""Two call ids come under one index.

    ## Why it matters
    The index is what clients go by, so two calls under one become one: openai-python joins the ids to `ab` and the
    arguments to `{..}{..}`, openai-node keeps the last id with all arguments (ollama#15457, litellm#21331,
    sglang#6310).

    ## Violates
    ```example
    request: {"model":"m","stream":true,"tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}}]}
    events:
    {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]},"logprobs":null,"finish_reason":null}]}
    {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"b","type":"function","function":{"name":"g","arguments":"{\"y\":2}"}}]},"logprobs":null,"finish_reason":null}]}
    {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"tool_calls"}]}
    [DONE]
    ```

    ## Conforms
    ```example
    stream: chat/parallel
    ```

    ## How to mend
    Count the calls of an answer, over all chunks, and use the count as the index.
    """

    id = "CHAT-TOOL-006"
    severity = Severity.ERROR
    source = "measured with two SDKs; ollama#15457, ai#14277, litellm#21331, litellm#37792, sglang#6310"
    on = ("call-id-changed",)
    exercised_by = ("call-opened",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """A second id under an index."""
        signal = signal_of(case)
        call = call_of(case)
        choice = next(
            one for one in case.stream.choices.values() if any(own is call for own in one.calls.values())
        )
        due = next((at for at, own in enumerate(choice.calls.values()) if own.id == signal.found), None)
        if due is None:
            message = (
                f"The call with index {call.index} has the id `{signal.expected}`, and a later fragment of it says "
                f"`{signal.found}`; only the first fragment may have an id."
            )
        else:
            message = (
                f"Two calls share index {call.index} (`{signal.expected}`, `{signal.found}`); "
                f"the second call needs index {due}."
            )
        return self.finding(case, message, expected=signal.expected, found=signal.found)


class ToolIdShared(ChatRule):
    r"""Two tool calls of a choice have the same id.

    ## Why it matters
    The id joins a result to its call. With one id for two calls, one result is lost or given to both, and OpenAI
    rejects the next request.

    ## Violates
    ```example
    request: {"model":"m","stream":true,"tools":[{"type":"function","function":{"name":"f"}}]}
    events:
    {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]},"logprobs":null,"finish_reason":null}]}
    {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":2}"}}]},"logprobs":null,"finish_reason":null}]}
    {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"tool_calls"}]}
    [DONE]
    ```

    ## Conforms
    ```example
    stream: chat/parallel
    ```
    """

    id = "CHAT-TOOL-007"
    severity = Severity.ERROR
    source = "OpenAI API reference, tool messages: `tool_call_id`; metapi#378"
    on = ("call-id-shared",)
    exercised_by = ("call-opened",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """An id that another call has."""
        signal = signal_of(case)
        message = f"Two tool calls have the id {signal.found!r}."
        return self.finding(case, message, expected="an id of its own", found=signal.found)
