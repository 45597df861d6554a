"""CHAT-LOGP: log probabilities of the tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from harness.findings import Severity
from harness.rules.chat.chat_rule import ChatRule, choice_of, quoted
from harness.rules.rule import MALFORMED, WHOLE, Found

if TYPE_CHECKING:
    from harness.dialects.chat.state import ChatStream
    from harness.rules.case import Case


class LogprobsDiffer(ChatRule):
    r"""The tokens with log probabilities, put together, are not the text.

    ## Why it matters
    Who scores an answer by its tokens scores another text than the user sees. A detokeniser that works token by token
    breaks characters of several bytes (vllm#5699).

    ## Violates
    ```example
    stream: chat/logprobs
    event 2: choices.0.delta.content = "?"
    ```

    ## Conforms
    ```example
    stream: chat/logprobs
    ```

    ## Exceptions
    A token may be part of a character, and is no text by itself then; OpenAI writes it as `bytes:\xf0\x9f`. In an
    answer with such tokens their `bytes` are compared.
    """

    id = "CHAT-LOGP-001"
    severity = Severity.WARNING
    source = "OpenAI API reference, `logprobs.content[].bytes`; vllm#5699"
    on = ("choice-finished",)
    exercised_by = ("logprobs",)
    from_history = True

    def observe(self, case: Case[ChatStream]) -> Found:
        """Compare at the end, because a character may be split over chunks."""
        choice = choice_of(case)
        if not choice.tokens:
            return None
        text, by_bytes, by_text = choice.content.text, bytes(choice.tokens), choice.token_text.text
        if choice.tokens_exact and by_text != text:
            tokens = by_text
        elif choice.tokens_exact or by_bytes == text.encode("utf-8", "surrogatepass"):
            return None
        else:
            tokens = by_bytes.decode("utf-8", "replace")
        message = f"The tokens make {quoted(tokens)}, and the text is {quoted(text)}."
        return self.finding(case, message, expected=text, found=tokens, subject="tokens")


class LogprobMalformed(ChatRule):
    """An entry of the log probabilities lacks a member, or has one of another type.

    ## Why it matters
    Clients take the whole chunk or none: the AI SDK checks the entries and drops the chunk with its text.

    ## Violates
    ```example
    stream: chat/logprobs
    event 2: - choices.0.logprobs.content.0.token
    ```

    ## Conforms
    ```example
    stream: chat/logprobs
    ```

    ## Exceptions
    A probability of 0 has the logarithm minus infinity, which JSON cannot say; OpenAI sends -9999.0. A `-Infinity` in
    the text is no JSON and breaks SSE-JSON-001.
    """

    id = "CHAT-LOGP-002"
    severity = Severity.ERROR
    source = "OpenAI API reference, `logprobs`; AI SDK chunk schema"
    on = (MALFORMED,)
    exercised_by = ("logprobs", MALFORMED)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Entries that do not fit."""
        return self.misfit(case)


class LogprobsMissing(ChatRule):
    """The request asks for log probabilities, and a choice with text has none.

    ## Why it matters
    Programs that score answers by them read null. Gateways drop the parameter or the answer's key (litellm#10686).

    ## Violates
    ```example
    stream: chat/text
    request: {"model":"m","stream":true,"stream_options":{"include_usage":true},"logprobs":true}
    ```

    ```example
    request: {"model":"m","logprobs":true}
    body:
    {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hi","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}
    ```

    ## Conforms
    ```example
    stream: chat/logprobs
    ```

    ## Exceptions
    It is a warning: `null` is a legal value of the member, and the answer itself is whole. Where a gateway did not even
    ask for them, that is an error of its request (XLAT-REQ-018).
    """

    id = "CHAT-LOGP-003"
    severity = Severity.WARNING
    source = "OpenAI API reference, `logprobs`; litellm#10686"
    streamed: ClassVar[bool | None] = None
    on = ("choice-finished", WHOLE)
    exercised_by = ("choice-finished", "completion")
    needs = ("request",)
    from_history = True

    def observe(self, case: Case[ChatStream]) -> Found:
        """None came for a choice with text."""
        if case.asked is None or not case.asked.logprobs:
            return None
        message = "The request asks for log probabilities, and the choice has none."
        if not case.streamed:
            pointer = _without(case)
            return None if pointer is None else self.finding(
                case, message, pointer=pointer, expected="log probabilities", found="none", subject="none"
            )  # fmt: skip
        choice = choice_of(case)
        if choice.logprobs or not len(choice.content):
            return None
        return self.finding(case, message, expected="log probabilities", found="none", subject="none")


def _without(case: Case[ChatStream]) -> str | None:
    """The first choice of a whole answer that has text and no log probabilities; None of one that fits no schema."""
    choices: Any = () if case.problems else case.body.get("choices")
    for position, choice in enumerate(choices or ()):
        if choice["message"].get("content") and not choice.get("logprobs"):
            return f"/choices/{position}"
    return None
