"""XLAT-USE, what providers mean by their counts: Anthropic and Gemini count other things than OpenAI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.translation.comparison import Comparison, counted, upstream_of

if TYPE_CHECKING:
    from harness.rules.case import Case
    from harness.rules.rule import Found
    from harness.turn.turn import Turn


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
            message = f"The prompt is counted as {counted(here.input)}; upstream counted {parts} (fresh, read, written)."
            return self.told(case, message, expected=there.input, found=here.input)
        if there.cached and here.cached != there.cached:
            message = f"{counted(here.cached)} cached tokens are reported; upstream read {there.cached:,} from the cache."
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
            message = f"{counted(here.output)} output tokens are reported; upstream's last count is {parts}."
            return self.told(case, message, expected=there.output, found=here.output)
        if there.reasoning and here.reasoning is not None and here.reasoning != there.reasoning:
            message = f"{here.reasoning:,} reasoning tokens are reported; upstream's last count is {there.reasoning:,}."
            return self.told(case, message, expected=there.reasoning, found=here.reasoning)
        return None
