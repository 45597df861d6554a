"""CHAT-USE: when the usage comes, and whether it adds up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.chat import counting
from harness.rules.chat.chat_rule import ChatRule
from harness.rules.rule import CLOSE, MALFORMED, Found

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.dialects.chat.state import ChatStream
    from harness.rules.case import Case


def _usage(case: Case[ChatStream]) -> dict[str, Any]:
    usage: Any = case.signal.about if case.signal else None
    return usage if isinstance(usage, dict) else {}


class _Sums(ChatRule):
    """A rule on the numbers of a usage."""

    def said(self, case: Case[ChatStream], miscounts: Iterable[counting.Miscount]) -> Found:
        """A finding for each number that is wrong."""
        return tuple(
            self.finding(
                case, one.message, pointer=f"/usage/{one.field}", expected=one.expected, found=one.found
            )
            for one in miscounts
        )


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

    def observe(self, case: Case[ChatStream]) -> Found:
        """Look for it at the end."""
        stream = case.stream
        if case.asked is None or not case.asked.include_usage or stream.usages or stream.error is not None:
            return None
        if case.left_early or case.wire.truncated or not stream.choices:
            return None
        if any(choice.finish is None for choice in stream.choices.values()) and not stream.audio:
            return None
        message = "the request asks for the usage, and no chunk has one"
        return self.finding(
            case, message, pointer="/usage", expected="one usage", found="none", subject="none"
        )

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
            case, "the usage stands beside choices", expected="an empty `choices`", found="choices"
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
    A moderation chunk follows it, and in streams with audio the chunk that says when the audio expires.
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
                case, "the usage comes before any choice", expected="it last", found="it first"
            )
        return self.finding(
            case, "a chunk with choices comes after the usage", expected="[DONE]", found="choices"
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
        return self.finding(case, "the chunk has no key `usage`", expected="null", found="no such key")


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
            case, "a usage came that the request did not ask for", expected="none", found="a usage"
        )


class UsageMalformed(_Sums):
    """A usage lacks one of its three totals, or a count is no whole number from 0.

    ## Why it matters
    Clients add them up: an empty object is an error in typed ones, and undefined in the sums of the others
    (litellm#1571, zed#42893).

    ## Violates
    ```example
    stream: chat/text
    event 6: usage = {}
    ```

    ```example
    stream: chat/text
    event 6: usage.prompt_tokens = 11.5
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## How to mend
    Where the upstream counts nothing, send no usage; where a part is unknown, leave the details out, never a total.
    """

    id = "CHAT-USE-006"
    severity = Severity.ERROR
    source = "OpenAI API reference, the usage object; litellm#1571, zed#42893"
    on = ("usage", MALFORMED)
    exercised_by = ("usage", MALFORMED)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Wrong types, and numbers below zero."""
        if case.signal is None:
            return self.misfit(case)
        return self.said(case, counting.negative(_usage(case)))


class UsageSum(_Sums):
    """The total of a usage is not the sum of its parts.

    ## Why it matters
    Some bill by the total and some by the parts. xAI once counted reasoning in the total alone: 12 and 1 made 303.

    ## Violates
    ```example
    stream: chat/text
    event 6: usage.total_tokens = 303
    ```

    Reasoning that is counted beside the completion:

    ```example
    stream: chat/text
    event 6: usage = {"prompt_tokens":11,"completion_tokens":5,"total_tokens":316,\
    "completion_tokens_details":{"reasoning_tokens":300}}
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## Exceptions
    Where the total is right once the reasoning tokens are added, this rule says so, and CHAT-USE-008 does not say on
    top that they are more than the completion (recorded from xAI, req_llm `xai-grok-3-mini-streaming`).
    """

    id = "CHAT-USE-007"
    severity = Severity.WARNING
    source = "OpenAI API reference, the usage object; recorded from xAI"
    on = ("usage",)
    exercised_by = ("usage",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Add them up."""
        return self.said(case, counting.total(_usage(case)))


class UsageDetails(_Sums):
    """A detail of a usage is larger than the count that it is a part of.

    ## Why it matters
    Cached tokens are part of the prompt, and reasoning tokens part of the completion. Programs that subtract them, to
    bill each at its price, get negative amounts (Portkey#1754, ogx#6415).

    ## Violates
    ```example
    stream: chat/text
    event 6: usage.prompt_tokens_details.cached_tokens = 12
    ```

    ```example
    stream: chat/text
    event 6: usage = {"prompt_tokens":11,"completion_tokens":5,"total_tokens":16,"completion_tokens_details":{"reasoning_tokens":6}}
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## Exceptions
    Reasoning tokens that the total counts beside the completion are CHAT-USE-007's.
    """

    id = "CHAT-USE-008"
    severity = Severity.WARNING
    source = "OpenAI API reference, the usage object; Portkey#1754, ogx#6415; recorded from xAI"
    on = ("usage",)
    exercised_by = ("usage",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Compare parts with wholes."""
        return self.said(case, counting.parts(_usage(case)))


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
            case, "the usage comes again", expected="one usage", found="another one", subject="again"
        )


class UsageZero(ChatRule):
    """An answer has text or a call, and its usage says that it took no tokens.

    ## Why it matters
    A count of zero is taken at its word, and nobody looks further: the answer is never billed (lmnr#324).

    ## Violates
    ```example
    stream: chat/text
    event 6: usage = {"prompt_tokens":11,"completion_tokens":0,"total_tokens":11}
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```
    """

    id = "CHAT-USE-010"
    severity = Severity.WARNING
    source = "OpenAI API reference, the usage object; lmnr#324"
    on = (CLOSE,)
    exercised_by = ("usage",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Compare the last usage with the answer."""
        stream = case.stream
        usage: Any = stream.usage
        if not isinstance(usage, dict) or usage.get("completion_tokens") != 0:
            return None
        if not any(choice.says_something for choice in stream.choices.values()):
            return None
        return self.finding_at(
            case, stream.usage_at, "the answer is not empty, and the usage says 0 completion tokens",
            pointer="/usage/completion_tokens", expected="more than 0", found="0",
        )  # fmt: skip
