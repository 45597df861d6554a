"""XLAT-USE, that the counts arrive: whole, unchanged, and none that nobody counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.translation.comparison import Comparison, are_whole, counted

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
            expected=f"{counted(theirs.usage.output)} output tokens",
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
    People are billed by it, and budgets and limits are kept by it. Clients that add up `usage`, to show what a session
    costs or to stop at a limit, count too much or too little, or nothing at all.

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
    --- upstream
    stream: translation/responses_text
    event response.completed: response.usage.total_tokens = 40
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
    that one of the halves does not have is not compared. A total that is not even the sum of its own parts is the
    matter of CHAT-USE-007 and RESP-TERM-005.
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
        if there.total is not None and here.total != there.total and _adds_up(here):
            message = (
                f"A total of {counted(here.total)} tokens is reported, and upstream counted {there.total:,}."
            )
            return self.told(case, message, expected=there.total, found=here.total, subject="total")
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


def _adds_up(usage: Usage) -> bool:
    """The total is the sum of what else is counted, such as a gateway makes that adds it up itself."""
    return usage.input is not None and usage.output is not None and usage.total == usage.input + usage.output


def _all(usage: Usage) -> str:
    return f"{counted(usage.input)} input and {counted(usage.output)} output tokens"
