"""CHAT-USE: when the usage comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.findings import Severity
from harness.rules.chat.chat_rule import ChatRule
from harness.rules.rule import CLOSE, Found

if TYPE_CHECKING:
    from harness.dialects.chat.state import ChatStream
    from harness.rules.case import Case


class UsageMissing(ChatRule):
    """The request asks for the usage, and none came.

    ## Why it matters
    Whoever bills or limits by tokens counts nothing. Gateways lose the chunk because it comes after the finish reason,
    where they have stopped reading (litellm#11915, Portkey#1259).

    ## Violates
    ```example
    stream: chat/text
    drop 6
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## Exceptions
    After an error inside the stream, and where the end was lost, none is due. A stream that stops before its choices
    have ended breaks CHAT-FIN-001, and this is not said on top.
    """

    id = "CHAT-USE-001"
    severity = Severity.ERROR
    source = "OpenAI API reference, `stream_options.include_usage`; litellm#11915, Portkey#1259, langchain-litellm#56"
    on = (CLOSE,)
    needs = ("request",)
    from_history = True

    def observe(self, case: Case[ChatStream]) -> Found:
        """Look for it at the end."""
        stream = case.stream
        if case.asked is None or not case.asked.include_usage or stream.usages or stream.error is not None:
            return None
        if case.end_unseen or case.wire.truncated or not stream.choices:
            return None
        if any(choice.finish is None for choice in stream.choices.values()) and not stream.audio:
            return None
        message = "The request asks for the usage, and no chunk has one."
        return self.finding(case, message, pointer="", expected="one usage", found="none", subject="none")

    def exercised(self, case: Case[ChatStream], seen: frozenset[str] | set[str]) -> bool:
        """Only where the request asks for it."""
        return super().exercised(case, seen) and case.asked is not None and case.asked.include_usage is True


class UsageBesideChoices(ChatRule):
    """The usage comes in a chunk that has choices.

    ## Why it matters
    OpenAI sends it in a chunk of its own with an empty `choices`. Clients that look for it there find none, and those
    that take it from any chunk are lucky (litellm#8450).

    ## Violates
    ```example
    stream: chat/text
    event 5: usage = {"prompt_tokens":11,"completion_tokens":5,"total_tokens":16}
    drop 6
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## Exceptions
    Mistral, DeepSeek, Groq, xAI, OpenRouter and z.ai all do this.
    """

    id = "CHAT-USE-002"
    severity = Severity.WARNING
    source = "OpenAI API reference, `stream_options.include_usage`; litellm#8450"
    on = ("usage-beside-choices",)
    exercised_by = ("usage",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """A usage and choices."""
        return self.finding(
            case, "The usage stands beside choices.", expected="an empty `choices`", found="choices"
        )


class UsageNotLast(ChatRule):
    """Chunks with choices come after the usage.

    ## Why it matters
    Clients take the usage for the end and stop reading, or count what they have so far (litellm#17136).

    ## Violates
    ```example
    stream: chat/text
    move 6 before 5
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ```example
    stream: chat/moderation
    ```

    ## Exceptions
    A moderation chunk follows it (recorded from OpenAI, pydantic-ai `openai-moderation-stream`), and in streams with
    audio the chunk that says when the audio expires (openai-dotnet `ChatWithAudio`).
    """

    id = "CHAT-USE-003"
    severity = Severity.WARNING
    source = "OpenAI API reference, `stream_options.include_usage`; litellm#17136"
    on = ("usage-not-last", "choices-late")
    exercised_by = ("usage",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """A choice after the usage."""
        if case.signal is not None and case.signal.kind == "choices-late":
            return self.finding(
                case, "The usage comes before any choice.", expected="it last", found="it first"
            )
        return self.finding(
            case, "A chunk with choices comes after the usage.", expected="[DONE]", found="choices"
        )


class UsageKeyAbsent(ChatRule):
    """The request asks for the usage, and a chunk lacks the key `usage`.

    ## Why it matters
    OpenAI sends `usage: null` in every other chunk then. Clients generated from that require the key (litellm#9657).

    ## Violates
    ```example
    stream: chat/text
    event 2: - usage
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## Exceptions
    OpenRouter, Azure, z.ai and Crusoe leave it out, and most clients do not care.
    """

    id = "CHAT-USE-004"
    severity = Severity.INFO
    source = "OpenAI API reference, `stream_options.include_usage`; litellm#9657"
    on = ("usage-key-absent",)
    exercised_by = ("chunk",)
    needs = ("request",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """The key is not there."""
        if case.asked is None or not case.asked.include_usage:
            return None
        return self.finding(case, "The chunk has no key `usage`.", expected="null", found="no such key")


class UsageUnrequested(ChatRule):
    """A usage came, and the request did not ask for it.

    ## Why it matters
    It is an extension that many servers have. Clients that did not ask may stumble over a chunk with an empty
    `choices`, which they otherwise never see.

    ## Violates
    ```example
    stream: chat/text
    request: {"model":"gpt-4o-mini","stream":true}
    ```

    ## Conforms
    ```example
    stream: chat/bare
    ```

    ## Exceptions
    Mistral, DeepSeek, Groq and OpenRouter always send it.
    """

    id = "CHAT-USE-005"
    severity = Severity.INFO
    source = "OpenAI API reference, `stream_options.include_usage`"
    on = ("usage",)
    exercised_by = ("chunk",)
    needs = ("request",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """A usage that nobody asked for."""
        if case.asked is None or case.asked.include_usage or case.stream.usages > 1:
            return None
        return self.finding(
            case, "A usage came that the request did not ask for.", expected="none", found="a usage"
        )


class UsageRepeated(ChatRule):
    """More than one chunk has a usage.

    ## Why it matters
    Clients add up what they get, and count double or, with a running usage in every chunk, many times over
    (langchainjs#11054, langchainjs#11457).

    ## Violates
    ```example
    stream: chat/text
    repeat 6
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## Exceptions
    vLLM sends a running usage where the request says `continuous_usage_stats`.
    """

    id = "CHAT-USE-009"
    severity = Severity.WARNING
    source = "OpenAI API reference, `stream_options.include_usage`; langchainjs#11054, langchainjs#11457"
    on = ("usage-repeated",)
    exercised_by = ("usage",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """A second usage."""
        options = case.asked.body.get("stream_options") if case.asked is not None else None
        if isinstance(options, dict) and options.get("continuous_usage_stats"):
            return None
        return self.finding(
            case, "The usage comes again.", expected="one usage", found="another one", subject="again"
        )
