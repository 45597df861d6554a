"""CHAT-OBJ, CHAT-ID, CHAT-CREATED, CHAT-MODEL and CHAT-FP: what is the same in every chunk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.findings import Severity
from harness.rules.chat.chat_rule import ChatRule, signal_of
from harness.rules.rule import MALFORMED, Found

if TYPE_CHECKING:
    from harness.dialects.chat.state import ChatStream
    from harness.rules.case import Case


class ChunkObject(ChatRule):
    """The `object` of a chunk is not `chat.completion.chunk`.

    ## Why it matters
    openai-python passes over a chunk with any other object: its text is lost without an error, and where no chunk
    has the right one, the helper stops at an assertion. Gateways that answer from a cache send
    `chat.completion`, and some servers an empty text (openai-dotnet#706, zed#62517).

    ## Violates
    ```example
    stream: chat/text
    event 2: object = "chat.completion"
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## Exceptions
    Azure begins every stream with a chunk that has no choices, a `prompt_filter_results` and an empty object. It is
    reported, because clients that read the object fail on it; the option `filter_chunk = true` of profile azure
    allows it, and no other object (48 of 49 recorded streams, such as req_llm `azure-deepseek-r1-streaming`).

    ## How to mend
    Write the constant, whatever the upstream calls its own object.
    """

    id = "CHAT-OBJ-001"
    severity = Severity.ERROR
    source = "OpenAI API reference, the chat completion chunk object; openai-dotnet#706, zed#62517"
    on = (MALFORMED,)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Take what is wrong with the object."""
        found = self.misfit(case)
        if (
            self.options.get("filter_chunk")
            and case.body.get("object") == ""
            and not case.body.get("choices")
            and "prompt_filter_results" in case.body
        ):
            return None
        return found


class ChunkKeys(ChatRule):
    """A chunk lacks a key that every chunk has, or a member of it has a wrong type that no other rule reports.

    ## Why it matters
    `id`, `object`, `created` and `model` are required in the types of every SDK. Clients in typed languages reject
    the chunk, and with it the stream. A gateway that appends a chunk of its own, such as one with the cost, tends to
    leave them out (opencode#39061, ATOM#1711, gpt-pilot#773).

    ## Violates
    ```example
    stream: chat/text
    event 2: - created
    ```

    ```example
    stream: chat/text
    insert before -1: {"choices":[],"cost":"0"}
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## Exceptions
    That `choices` is missing is reported by CHAT-CHOICE-001. This rule is also the last resort: what does not fit
    the schema and has no rule of its own is reported here.

    ## How to mend
    Remember the four from the first chunk, and write them into every other.
    """

    id = "CHAT-OBJ-002"
    severity = Severity.ERROR
    source = (
        "OpenAI API reference, the chat completion chunk object; opencode#39061, ATOM#1711, gpt-pilot#773"
    )
    on = (MALFORMED,)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Take keys that are missing, and what is nobody's."""
        return self.misfit(case)


class ChunkIdChanges(ChatRule):
    """The id differs from chunk to chunk.

    ## Why it matters
    Clients join chunks of one id into one message. Where each chunk has an id of its own, a chat window shows as many
    messages as there were tokens (llama.cpp#5876, litellm#14429), and logs cannot be joined.

    ## Violates
    ```example
    stream: chat/text
    event 3: id = "chatcmpl-Zq2aYk7Xw0cFh5uLd8sRj1TnPvEbM"
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## Exceptions
    Azure's first chunk, which has `prompt_filter_results` and an empty id, is not compared. Groq's compound models
    and recorded streams of Cerebras really change it, and are reported.

    ## How to mend
    Make the id once a stream, and keep it when an upstream is retried.
    """

    id = "CHAT-ID-001"
    severity = Severity.ERROR
    source = 'OpenAI API reference, "Each chunk has the same ID"; litellm#1571, litellm#14429, litellm#38098'
    on = ("id-changed",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """An id other than before."""
        signal = signal_of(case)
        message = f"The id was {signal.expected!r} and is now {signal.found!r}."
        return self.finding(case, message, expected=signal.expected, found=signal.found)


class ChunkIdEmpty(ChatRule):
    """The id is not a text, or an empty one.

    ## Why it matters
    An id that says nothing cannot be looked up, cited in a report, or used to tell two streams apart; clients that
    keep messages by id overwrite one with the next.

    ## Violates
    ```example
    events:
    {"id":"","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"logprobs":null,"finish_reason":null}]}
    {"id":"","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}
    [DONE]
    ```

    ## Conforms
    ```example
    stream: chat/bare
    ```

    ## Exceptions
    Azure's first chunk, which carries only `prompt_filter_results`, may have an empty one.
    """

    id = "CHAT-ID-002"
    severity = Severity.WARNING
    source = "OpenAI API reference, the chat completion chunk object; recorded from Snowflake"
    on = ("id-empty", MALFORMED)

    def observe(self, case: Case[ChatStream]) -> Found:
        """An id that is empty, or none at all."""
        if case.signal is None:
            return self.misfit(case)
        return self.finding(case, "The id is empty.", expected="an id", found='""')


class CreatedChanges(ChatRule):
    """The time of creation differs from chunk to chunk.

    ## Why it matters
    It is when the answer was begun, and by the reference the same in each chunk. Clients that group by id and
    time split the answer; a recording of the stream compares as different in every chunk.

    ## Violates
    ```example
    stream: chat/text
    event 3: created = 1768392001
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## Exceptions
    Groq, xAI and Perplexity stamp every chunk anew; no known client breaks, so this is a warning.
    """

    id = "CHAT-CREATED-001"
    severity = Severity.WARNING
    source = 'OpenAI API reference, "Each chunk has the same timestamp"'
    on = ("created-changed",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """A time other than before."""
        signal = signal_of(case)
        message = f"`created` was {signal.expected} and is now {signal.found}."
        return self.finding(case, message, expected=signal.expected, found=signal.found)


class CreatedUnit(ChatRule):
    """`created` is not a whole number of seconds since 1970.

    ## Why it matters
    Typed clients hold it in an integer and reject `1746707722.5`. Milliseconds are taken for seconds and shown as a
    date tens of thousands of years away, or overflow the date type.

    ## Violates
    ```example
    stream: chat/bare
    event 0: created = 1768392000.5
    ```

    ```example
    events:
    {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000123,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"logprobs":null,"finish_reason":null}]}
    {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000123,"model":"m","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}
    [DONE]
    ```

    ## Conforms
    ```example
    stream: chat/bare
    ```
    """

    id = "CHAT-CREATED-002"
    severity = Severity.ERROR
    source = "OpenAI API reference, the chat completion chunk object"
    on = ("created-unit", MALFORMED)

    def observe(self, case: Case[ChatStream]) -> Found:
        """A number in another unit, or no whole number."""
        if case.signal is None:
            return self.misfit(case)
        found = case.signal.found
        return self.finding(
            case, f"`created` is {found}, which is no time in seconds.", expected="seconds", found=found
        )


class ModelConstant(ChatRule):
    """The model changes during a stream, or is no name.

    ## Why it matters
    Price and limits are looked up by it. A gateway that falls back to another model in the middle, or writes its own
    alias into some chunks, makes the bill depend on which chunk is read; null is rejected by typed clients
    (foundry-local#144).

    ## Violates
    ```example
    stream: chat/text
    event 3: model = "gpt-4o-mini"
    ```

    ```example
    stream: chat/text
    event 3: model = null
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## Exceptions
    Azure's first chunk, which has `prompt_filter_results` and an empty model, is not compared.
    """

    id = "CHAT-MODEL-001"
    severity = Severity.WARNING
    source = "OpenAI API reference, the chat completion chunk object; foundry-local#144"
    on = ("model-changed", "model-empty", MALFORMED)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Another model, or none."""
        signal = case.signal
        if signal is None:
            return self.misfit(case)
        if signal.kind == "model-empty":
            return self.finding(case, "The model is empty.", expected="the model's name", found='""')
        message = f"The model was {signal.expected!r} and is now {signal.found!r}."
        return self.finding(case, message, expected=signal.expected, found=signal.found)


class FingerprintConstant(ChatRule):
    """The system fingerprint changes during a stream.

    ## Why it matters
    It names the configuration that answers, so that a seed gives the same text again. A stream with two of them was
    answered by two configurations, or the gateway makes them up.

    ## Violates
    ```example
    stream: chat/text
    event 3: system_fingerprint = "fp_0000000000"
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## Exceptions
    OpenRouter and Crusoe change it; a null among texts is passed over.
    """

    id = "CHAT-FP-001"
    severity = Severity.INFO
    source = "OpenAI API reference, `system_fingerprint`; recorded from OpenRouter and Crusoe"
    on = ("fingerprint-changed", MALFORMED)

    def observe(self, case: Case[ChatStream]) -> Found:
        """A fingerprint other than before."""
        signal = case.signal
        if signal is None:
            return self.misfit(case)
        message = f"The system fingerprint was {signal.expected!r} and is now {signal.found!r}."
        return self.finding(case, message, expected=signal.expected, found=signal.found)
