"""CHAT-REF and CHAT-RSN: refusals, and reasoning in vendors' fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.findings import Severity
from harness.rules.chat.chat_rule import ChatRule
from harness.rules.rule import MALFORMED, Found

if TYPE_CHECKING:
    from harness.dialects.chat.state import ChatStream
    from harness.rules.case import Case


class RefusalMixed(ChatRule):
    """A refusal is no text, or stands beside content in one choice.

    ## Why it matters
    A choice either answers or refuses. The SDKs' parsing helpers return the refusal and drop the text, so what the user
    sees depends on the client.

    ## Violates
    ```example
    stream: chat/refusal
    event 2: choices.0.delta = {"content":" sorry"}
    ```

    ## Conforms
    ```example
    stream: chat/refusal
    ```
    """

    id = "CHAT-REF-001"
    severity = Severity.WARNING
    source = "OpenAI API reference, `delta.refusal`; the SDKs' parsing helpers"
    on = ("refusal-mixed", MALFORMED)
    exercised_by = ("choice-finished",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Both, or one of another type."""
        if case.signal is None:
            return self.misfit(case)
        return self.finding(
            case, "The choice has both content and a refusal.", expected="one of them", found="both"
        )


class ReasoningDoubled(ChatRule):
    """The same reasoning comes under two keys of one delta.

    ## Why it matters
    Servers name the field `reasoning_content` or `reasoning`; some send both for the sake of old clients. Clients that
    know both show the thought twice, and openai-python keeps both.

    ## Violates
    ```example
    stream: chat/reasoning
    event 1: choices.0.delta.reasoning = "91"
    ```

    ## Conforms
    ```example
    stream: chat/reasoning
    ```

    ## Exceptions
    Both are extensions, and no official rule speaks of them. `reasoning_details`, which OpenRouter sends beside
    `reasoning`, is another form and not a second text.
    """

    id = "CHAT-RSN-001"
    severity = Severity.WARNING
    source = "AI SDK, openai-compatible provider: it reads both keys"
    on = ("reasoning-doubled",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Twice the same text."""
        message = "The delta has the same text in `reasoning_content` and in `reasoning`."
        return self.finding(case, message, expected="one of them", found="both")


class ReasoningReopened(ChatRule):
    """Reasoning goes on after content has begun.

    ## Why it matters
    Clients that keep one block of reasoning put the later thoughts into the first block, before the text that they
    follow (the AI SDK has only `reasoning-0`).

    ## Violates
    ```example
    stream: chat/reasoning
    move 6 before 3
    ```

    ## Conforms
    ```example
    stream: chat/reasoning
    ```

    ## Exceptions
    Models that think between their words do this rightly; it is worth knowing and no more.
    """

    id = "CHAT-RSN-002"
    severity = Severity.INFO
    source = "AI SDK, openai-compatible provider; claude-code-router#1725"
    on = ("reasoning-reopened",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """A thought after the text."""
        return self.finding(
            case, "Reasoning comes after content.", expected="reasoning first", found="reasoning"
        )
