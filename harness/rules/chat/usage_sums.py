"""CHAT-USE: whether the usage is whole and adds up."""

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
    event 6: usage.total_tokens = 316
    event 6: usage.completion_tokens_details.reasoning_tokens = 300
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
    event 6: usage.completion_tokens_details.reasoning_tokens = 6
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
            case, stream.usage_at, "The answer is not empty, and the usage says 0 completion tokens.",
            pointer="/usage/completion_tokens", expected="more than 0", found="0",
        )  # fmt: skip
