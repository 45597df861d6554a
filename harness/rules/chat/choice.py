"""CHAT-CHOICE: which choices there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from harness.findings import Severity
from harness.rules.chat.chat_rule import ChatRule, choice_of, signal_of
from harness.rules.rule import CLOSE, MALFORMED, Found

if TYPE_CHECKING:
    from harness.dialects.chat.state import ChatStream
    from harness.rules.case import Case


class ChoicesArray(ChatRule):
    """`choices` is not an array of objects, or a chunk has none.

    ## Why it matters
    Every SDK loops over it: openai-python raises TypeError or KeyError, openai-node says that it is not iterable, the
    AI SDK reports a bad chunk. An empty array is what a chunk without text has.

    ## Violates
    ```example
    stream: chat/text
    event 2: choices = null
    ```

    ```example
    stream: chat/text
    event 2: - choices
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## Exceptions
    A stream with audio output has chunks without `choices`, 13 to 127 of them (recorded: ChatWithAudio).

    ```example
    stream: chat/audio
    ```
    """

    id = "CHAT-CHOICE-001"
    severity = Severity.ERROR
    source = "OpenAI API reference, the chat completion chunk object; measured with three SDKs"
    on = ("choices-missing", MALFORMED)

    def observe(self, case: Case[ChatStream]) -> Found:
        """No array."""
        if case.signal is None:
            return self.misfit(case)
        return self.finding(case, "The chunk has no `choices`.", expected="an array", found="nothing")


class ChoicesEmpty(ChatRule):
    """A chunk has an empty `choices` and nothing that explains it.

    ## Why it matters
    Clients that read `choices[0]` without looking fail at such a chunk with an index error (logfire#64,
    pydantic-ai#164, langfuse#2833); those that look expect the usage in it.

    ## Violates
    ```example
    stream: chat/text
    event 3: choices = []
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## Exceptions
    The usage chunk has an empty `choices`, so has the moderation chunk of OpenAI, and the first chunk of Azure, which
    has `prompt_filter_results`.
    """

    id = "CHAT-CHOICE-002"
    severity = Severity.WARNING
    source = "OpenAI API reference, `choices`; logfire#64, pydantic-ai#164, langfuse#2833"
    on = ("choices-empty",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Neither a choice nor a reason for none."""
        return self.finding(
            case, "The chunk has no choice and no usage.", expected="a choice, or usage", found="[]"
        )


class ChoiceIndexMissing(ChatRule):
    """A choice has no index, or one that is not an integer.

    ## Why it matters
    The index says which answer a delta belongs to. openai-python raises TypeError without it.

    ## Violates
    ```example
    stream: chat/text
    event 2: - choices.0.index
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```
    """

    id = "CHAT-CHOICE-003"
    severity = Severity.ERROR
    source = "OpenAI API reference, `choices[].index`; measured with openai-python 3.52.0"
    on = (MALFORMED,)

    def observe(self, case: Case[ChatStream]) -> Found:
        """No index."""
        return self.misfit(case)


class ChoiceIndexRange(ChatRule):
    """A choice has an index that the request did not ask for.

    ## Why it matters
    The request asks for `n` choices, and they are numbered from 0. Clients that keep one place for each fail, or
    show nothing: servers were seen to start at 1 (litellm#376) and to send 197 (foundry-local#144).

    ## Violates
    ```example
    request: {"model":"gpt-4o-mini","stream":true}
    events:
    {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":1,"delta":{"role":"assistant","content":"Hi"},"logprobs":null,"finish_reason":null}]}
    {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":1,"delta":{},"logprobs":null,"finish_reason":"stop"}]}
    [DONE]
    ```

    ## Conforms
    ```example
    stream: chat/two_choices
    ```
    """

    id = "CHAT-CHOICE-004"
    severity = Severity.ERROR
    source = "OpenAI API reference, `n`; foundry-local#144, litellm#376, vllm#4220"
    on = ("choice-opened",)
    exercised_by = ("choice-opened",)
    needs = ("request",)
    supersedes = ("CHAT-CHOICE-005",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """An index out of range."""
        index = choice_of(case).index
        n = case.asked.n if case.asked is not None else 1
        if 0 <= index < n:
            return None
        message = f"A choice with index {index}, where the request asks for {n}."
        return self.finding(case, message, expected=f"0 to {n - 1}", found=str(index), subject="index")


class ChoiceIndexOrder(ChatRule):
    """A new choice has an index other than the number of choices before it.

    ## Why it matters
    openai-python appends a new choice to a list and then looks it up by its index: with a gap that is an index error,
    and openai-node reads a property of undefined.

    ## Violates
    ```example
    request: none
    events:
    {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":1,"delta":{"role":"assistant","content":"Hi"},"logprobs":null,"finish_reason":null}]}
    {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":1,"delta":{},"logprobs":null,"finish_reason":"stop"}]}
    [DONE]
    ```

    ## Conforms
    ```example
    stream: chat/two_choices
    ```
    """

    id = "CHAT-CHOICE-005"
    severity = Severity.ERROR
    source = "measured with openai-python 3.52.0 and openai-node 6.49.0"
    on = ("choice-index-order",)
    exercised_by = ("choice-opened",)
    from_history = True

    def observe(self, case: Case[ChatStream]) -> Found:
        """An index out of order."""
        signal = signal_of(case)
        message = f"A new choice has index {signal.found}, where {signal.expected} is due."
        return self.finding(case, message, expected=signal.expected, found=signal.found)


class ChoiceLost(ChatRule):
    """A choice that the request asks for never came.

    ## Why it matters
    Who asks for `n` answers counts on `n` of them. Gateways that translate to an upstream with one answer tend to
    drop `n` without an error.

    ## Violates
    ```example
    stream: chat/text
    request: {"model":"gpt-4o-mini","stream":true,"stream_options":{"include_usage":true},"n":2}
    ```

    ```example
    request: {"model":"m","n":2}
    body:
    {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hi","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}
    ```

    ## Conforms
    ```example
    stream: chat/two_choices
    ```

    ## Exceptions
    After an error, and where the stream was cut off, nothing is said. That a whole answer has no choice at all is
    CHAT-SYNC-001.
    """

    id = "CHAT-CHOICE-006"
    severity = Severity.ERROR
    source = "OpenAI API reference, `n`"
    streamed: ClassVar[bool | None] = None
    on = (CLOSE,)
    needs = ("request",)
    from_history = True

    def observe(self, case: Case[ChatStream]) -> Found:
        """Count them at the end."""
        stream = case.stream
        if case.asked is None or stream.error is not None or case.cut_off:
            return None
        if case.streamed and not stream.chunks:
            return None
        n, came = case.asked.n, len(stream.choices) if case.streamed else _in_whole(case)
        if came >= n or (not came and not case.streamed):
            return None
        message = f"The request asks for {n} choices, and {came} came." if n > 1 else "No choice came at all."
        return self.finding(case, message, pointer="", expected=str(n), found=str(came), subject="choices")


def _in_whole(case: Case[ChatStream]) -> int:
    """How many choices a whole answer has."""
    choices = case.body.get("choices")
    return len(choices) if isinstance(choices, list) else 0


class ChoiceOfWhole(ChatRule):
    """A choice of a chunk has `message` or `text`, which belong to whole answers.

    ## Why it matters
    Clients read `delta`; who reads both gets the text twice. It is a sign that a server reuses the type of the whole
    answer (foundry-local#144).

    ## Violates
    ```example
    stream: chat/text
    event 1: choices.0.message = {"role":"assistant","content":"Red"}
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```
    """

    id = "CHAT-CHOICE-007"
    severity = Severity.WARNING
    source = "OpenAI API reference, the chat completion chunk object; foundry-local#144"
    on = ("choice-extra",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """A key of the other kind of answer."""
        signal = signal_of(case)
        return self.finding(case, f"The choice has `{signal.found}`.", expected="delta", found=signal.found)
