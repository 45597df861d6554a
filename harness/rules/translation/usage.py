"""XLAT-USE: tokens are counted as upstream counted them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.translation.comparison import Comparison, are_whole, upstream_of

if TYPE_CHECKING:
    from harness.rules.case import Case
    from harness.rules.rule import Found
    from harness.turn.turn import Turn, Usage

_COUNTS = (
    ("input", "input tokens"),
    ("cached", "cached input tokens"),
    ("output", "output tokens"),
    ("reasoning", "reasoning tokens"),
)


class CacheLeftOut(Comparison):
    """The prompt's tokens are not Anthropic's input, cache reads and cache writes together.

    ## Why it matters
    OpenAI's `prompt_tokens` is the whole prompt, with `cached_tokens` as a part of it; Anthropic counts the three
    apart. A gateway that passes on `input_tokens` alone reports 21 tokens of 2,029, and bills so.

    ## Violates
    ```example
    stream: translation/chat_cached
    event 4: usage.prompt_tokens = 21
    event 4: usage.total_tokens = 36
    event 4: usage.prompt_tokens_details.cached_tokens = 0
    --- upstream
    stream: anthropic/cached
    ```

    ```example
    stream: translation/responses_cached
    event response.completed: response.usage.input_tokens_details.cached_tokens = 2008
    --- upstream
    stream: anthropic/cached
    ```

    ## Conforms
    ```example
    stream: translation/chat_cached
    --- upstream
    stream: anthropic/cached
    ```

    ```example
    stream: translation/responses_cached
    --- upstream
    stream: anthropic/cached
    ```
    """

    id = "XLAT-USE-001"
    severity = Severity.ERROR
    source = "Portkey#1754, any-llm#622"
    supersedes = ("XLAT-USE-006", "CHAT-USE-008", "RESP-TERM-005")

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Upstream is Anthropic, and both halves have usage."""
        del case
        return theirs.dialect == "anthropic" and mine.usage is not None and theirs.usage is not None

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Compare the prompt, and what of it came from the cache."""
        here, there = mine.usage, theirs.usage
        if here is None or there is None or not ((there.cached or 0) + (there.cache_write or 0)):
            return None
        if here.input != there.input and here.input != 2 * (there.input or 0):
            parts = f"{(there.input or 0) - (there.cached or 0) - (there.cache_write or 0):,} + {there.cached or 0:,} + {there.cache_write or 0:,}"
            message = f"The prompt is counted as {_told(here.input)}; upstream counted {parts} (fresh, read, written)."
            return self.told(case, message, expected=there.input, found=here.input)
        if there.cached and here.cached != there.cached:
            message = f"{_told(here.cached)} cached tokens are reported; upstream read {there.cached:,} from the cache."
            return self.told(case, message, expected=there.cached, found=here.cached)
        return None


class UsageAddedTwice(Comparison):
    """Counts of `message_start` and `message_delta` were added up.

    ## Why it matters
    Both are cumulative: the later replaces the earlier. Added, the prompt counts double, and some tokens of output are
    billed that nobody generated.

    ## Violates
    ```example
    stream: translation/chat_text
    event 5: usage.completion_tokens = 17
    event 5: usage.total_tokens = 34
    --- upstream
    stream: anthropic/text
    ```

    ```example
    stream: translation/responses_text
    event response.completed: response.usage.input_tokens = 34
    event response.completed: response.usage.total_tokens = 50
    --- upstream
    stream: anthropic/text
    ```

    ## Conforms
    ```example
    stream: translation/chat_text
    --- upstream
    stream: anthropic/text
    ```
    """

    id = "XLAT-USE-002"
    severity = Severity.ERROR
    source = "envoy#2239, envoy#2241"
    supersedes = ("XLAT-USE-006", "XLAT-USE-001")

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Upstream is a stream of Anthropic, and both halves have usage."""
        return (
            theirs.dialect == "anthropic"
            and upstream_of(case).case.streamed
            and mine.usage is not None
            and theirs.usage is not None
        )

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Look for the sums."""
        here, there = mine.usage, theirs.usage
        if here is None or there is None:
            return None
        first = upstream_of(case).case.stream.first_usage.get("output_tokens")
        if (
            isinstance(first, int)
            and first
            and there.output is not None
            and here.output == first + there.output
        ):
            message = f"{here.output} output tokens are reported: {first} of message_start and {there.output} of message_delta."
            return self.told(case, message, expected=there.output, found=here.output)
        if there.input and here.input == 2 * there.input:
            message = f"{here.input} input tokens are reported, and message_start and message_delta both say {there.input}."
            return self.told(case, message, expected=there.input, found=here.input)
        return None


class ThoughtsNotCounted(Comparison):
    """Output tokens are not Gemini's candidates and thoughts together, or the thoughts are not told apart.

    ## Why it matters
    OpenAI's output tokens include reasoning, and their details say how much of them it was. `candidatesTokenCount`
    leaves thought out, so that passing it on hides the greater part of the bill; and only the last `usageMetadata`
    counts.

    ## Violates
    ```example
    stream: translation/responses_summary
    event response.completed: response.usage.output_tokens = 12
    event response.completed: response.usage.total_tokens = 19
    event response.completed: response.usage.output_tokens_details.reasoning_tokens = 0
    --- upstream
    stream: gemini/thinking
    ```

    ```example
    stream: translation/responses_summary
    event response.completed: response.usage.output_tokens_details.reasoning_tokens = 28
    --- upstream
    stream: gemini/thinking
    ```

    ## Conforms
    ```example
    stream: translation/responses_summary
    --- upstream
    stream: gemini/thinking
    ```

    ```example
    stream: translation/chat_gemini_tool
    --- upstream
    stream: gemini/tool_then_stop
    ```
    """

    id = "XLAT-USE-003"
    severity = Severity.ERROR
    source = "envoy#2399 (its sample)"
    supersedes = ("XLAT-USE-006",)

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Upstream is Gemini, and both halves have usage."""
        del case
        return theirs.dialect == "gemini" and mine.usage is not None and theirs.usage is not None

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Compare output and thought."""
        here, there = mine.usage, theirs.usage
        if here is None or there is None:
            return None
        if here.output != there.output:
            thoughts = there.reasoning or 0
            parts = f"{(there.output or 0) - thoughts:,} and {thoughts:,} of thought"
            message = f"{_told(here.output)} output tokens are reported; upstream's last count is {parts}."
            return self.told(case, message, expected=there.output, found=here.output)
        if there.reasoning and here.reasoning is not None and here.reasoning != there.reasoning:
            message = f"{here.reasoning:,} reasoning tokens are reported; upstream's last count is {there.reasoning:,}."
            return self.told(case, message, expected=there.reasoning, found=here.reasoning)
        return None


class UsageLostOnBadEnd(Comparison):
    """An answer that met its limit, or was filtered, has no usage downstream, though upstream counted.

    ## Why it matters
    Such answers are billed like all others. Gateways that take usage from `response.completed` alone report nothing
    for `response.incomplete`.

    ## Violates
    ```example
    stream: translation/responses_incomplete
    event response.incomplete: response.usage = null
    --- upstream
    stream: anthropic/length
    ```

    ## Conforms
    ```example
    stream: translation/responses_incomplete
    --- upstream
    stream: anthropic/length
    ```

    ## Exceptions
    A failed response may have no usage, as OpenAI's own have none. In Chat usage is due where it was asked for.
    """

    id = "XLAT-USE-004"
    severity = Severity.ERROR
    source = "litellm#34352"
    supersedes = ("XLAT-USE-006", "RESP-TERM-004", "CHAT-USE-001")

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Upstream counted an answer that did not end by itself, and the client is due the count."""
        return (
            theirs.usage is not None
            and any(one.finish in {"length", "content_filter"} for one in theirs.choices)
            and are_whole(mine, theirs, case)
            and _is_due(case)
        )

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Look whether there is any."""
        if mine.usage is not None or theirs.usage is None:
            return None
        return self.told(
            case,
            f"The usage did not arrive of an answer that ended with {theirs.choices[0].native}.",
            expected=f"{_told(theirs.usage.output)} output tokens",
            found="no usage",
        )


class UsageDetailMissing(Comparison):
    """A detail of usage that Responses requires is missing because upstream does not count it.

    ## Why it matters
    `cached_tokens` and `reasoning_tokens` are required. Clients that are written in typed languages (codex among them)
    fail to decode the whole terminal event without them. Where upstream has no such count, the gateway is to write 0.

    ## Violates
    ```example
    stream: translation/responses_text
    event response.completed: - response.usage.output_tokens_details.reasoning_tokens
    --- upstream
    stream: anthropic/text
    ```

    ## Conforms
    ```example
    stream: translation/responses_text
    --- upstream
    stream: anthropic/text
    ```
    """

    id = "XLAT-USE-005"
    severity = Severity.ERROR
    source = "litellm#37264, CodexPlusPlus#1908"
    supersedes = ("RESP-TERM-004", "XLAT-USE-006")
    dialects = ("responses",)

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Both halves have usage, and upstream's lacks a detail."""
        del case
        return (
            mine.usage is not None
            and theirs.usage is not None
            and (theirs.usage.reasoning is None or theirs.usage.cached is None)
        )

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Look at the two details."""
        here, there = mine.usage, theirs.usage
        if here is None or there is None:
            return None
        for name, wire in (("reasoning", "reasoning_tokens"), ("cached", "cached_tokens")):
            if getattr(there, name) is None and getattr(here, name) is None:
                message = f"{wire} is missing; upstream does not count it, and 0 stands for that."
                return self.told(case, message, expected="0", found="missing", subject=wire)
        return None


class UsageChanged(Comparison):
    """Usage does not arrive as upstream counted it, or does not arrive where it was asked for.

    ## Why it matters
    People are billed by it, and budgets and limits are kept by it.

    ## Violates
    ```example
    stream: translation/chat_text
    --- upstream
    stream: translation/responses_text
    event response.completed: response.usage.output_tokens = 18
    event response.completed: response.usage.total_tokens = 35
    ```

    ```example
    stream: translation/chat_text
    drop 5
    --- upstream
    stream: anthropic/text
    ```

    ## Conforms
    ```example
    stream: translation/chat_text
    --- upstream
    stream: translation/responses_text
    ```

    ```example
    stream: translation/responses_text
    --- upstream
    stream: anthropic/text
    ```

    ## Exceptions
    Usage that nobody asked for is the matter of CHAT-USE-005: many providers send it, and no client fails. A detail
    that one of the halves does not have is not compared.
    """

    id = "XLAT-USE-006"
    severity = Severity.ERROR
    source = "metapi#378, Portkey#1259"
    supersedes = ("CHAT-USE-001", "RESP-TERM-004")

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Upstream counted, and the client heard the end."""
        return theirs.usage is not None and are_whole(mine, theirs, case)

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Compare every count that both have."""
        here, there = mine.usage, theirs.usage
        if there is None:
            return None
        if here is None:
            if not _is_due(case):
                return None
            return self.told(
                case,
                "The usage that upstream counted did not arrive.",
                expected=_all(there),
                found="no usage",
            )
        for name, title in _COUNTS:
            arrived, sent = getattr(here, name), getattr(there, name)
            if sent is not None and arrived is not None and arrived != sent:
                message = f"{arrived:,} {title} are reported, and upstream counted {sent:,}."
                return self.told(case, message, expected=sent, found=arrived, subject=title)
        return None


class UsageInvented(Comparison):
    """Usage is reported that upstream did not count.

    ## Why it matters
    A made-up count is taken for a true one, and zeros for an answer that cost nothing. Where the count is not known,
    there is `null`, or no usage chunk.

    ## Violates
    ```example
    stream: translation/chat_text
    --- upstream
    stream: translation/chat_text
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Where does the river Glomma end?"}]}
    drop 5
    ```

    ## Conforms
    ```example
    stream: translation/chat_text
    --- upstream
    stream: anthropic/text
    ```

    ```example
    stream: translation/chat_error
    --- upstream
    stream: anthropic/error
    ```
    """

    id = "XLAT-USE-007"
    severity = Severity.ERROR
    source = "derived: unknown is not 0"

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """The client was told a usage."""
        del theirs, case
        return mine.usage is not None

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Look whether upstream told any."""
        if theirs.usage is not None or mine.usage is None:
            return None
        message = f"A usage of {_all(mine.usage)} is reported, and upstream counted nothing."
        return self.told(case, message, expected="null", found=_all(mine.usage))


def _is_due(case: Case[Any]) -> bool:
    """Whether the client is owed a usage: always, but for streams of Chat that did not ask for it."""
    if case.dialect.name != "chat" or not case.streamed:
        return True
    return case.asked is not None and case.asked.include_usage is True


def _told(count: int | None) -> str:
    return "nothing" if count is None else f"{count:,}"


def _all(usage: Usage) -> str:
    return f"{_told(usage.input)} input and {_told(usage.output)} output tokens"
