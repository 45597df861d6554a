"""XLAT-REQ: how many answers are wanted, what is to be told beside them, and how much the model is to think and say."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from harness.findings import Severity
from harness.rules.translation.requests_fidelity import Fidelity
from harness.rules.translation.requests_wishes import HAVE, is_particular, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.rules.case import Case
    from harness.rules.rule import Found
    from harness.rules.translation.requests_reading import Heard
    from harness.turn.turn import Turn

_AS_GOOD: Final[Mapping[str, tuple[object, ...]]] = MappingProxyType(
    {"none": ("minimal", None), "minimal": ("low",), "xhigh": ("high",)}
)
"""Efforts, and those that a model may have in their place."""


class ChoicesLost(Fidelity):
    """The client asks for several answers, and the upstream for another number.

    ## Why it matters
    Programs that choose the best of several answers have nothing to choose from.

    ## Violates
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"n":2,"max_tokens":64}
    stream: translation/chat_text
    drop 5
    --- upstream
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"max_tokens":64}
    stream: translation/chat_text
    drop 5
    ```

    ## Conforms
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Name a river."}],"n":2}
    stream: translation/chat_candidates
    --- upstream
    request: POST /v1beta/models/m:streamGenerateContent?alt=sse {"contents":[{"role":"user","parts":[{"text":\
"Name a river."}]}],"generationConfig":{"candidateCount":2}}
    stream: gemini/candidates
    ```

    ## Exceptions
    Responses and Anthropic give one answer. Nothing is judged where the client got as many as it asked for: the gateway
    then asked several times.
    """

    id = "XLAT-REQ-017"
    severity = Severity.ERROR
    source = "conformance: request fidelity, dropped parameters"
    supersedes = ("CHAT-CHOICE-006",)

    def concerns(self, asked: Heard, sent: Heard) -> bool:
        """The client asks for more than one, and the upstream can give them."""
        wish = asked.wishes.get("choices")
        return isinstance(wish, int) and wish > 1 and "choices" in HAVE[sent.dialect]

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """And it did not get them."""
        wish = case.asked.n if case.asked is not None else 1
        return super().applies(mine, theirs, case) and (
            len(mine.choices) < wish or len(theirs.choices) >= wish
        )

    def hold(self, asked: Heard, sent: Heard, case: Case[Any]) -> Found:
        """Compare the numbers."""
        wish, told = asked.wishes["choices"], sent.wishes.get("choices") or 1
        if told == wish:
            return None
        message = f"The client asks for {wish} answers, and the upstream is asked for {told}."
        return self.lost(case, message, expected=wish, found=told)


class LogprobsLost(Fidelity):
    """The client asks for log probabilities, and the upstream is not asked for them.

    ## Why it matters
    They are missing in the answer, and the client has no other way to know how sure the model was.

    ## Violates
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"logprobs":true}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}]}
    stream: translation/chat_text
    ```

    ## Conforms
    ```example
    stream: chat/logprobs
    --- upstream
    stream: chat/logprobs
    ```

    ## Exceptions
    Anthropic has none, and OpenAI's reasoning models refuse them. So do many of Gemini's: there it is a warning.
    """

    id = "XLAT-REQ-018"
    severity = Severity.ERROR
    source = "conformance: request fidelity, dropped parameters"

    def concerns(self, asked: Heard, sent: Heard) -> bool:
        """The client asks for them, and the upstream has them."""
        return _wants_logprobs(asked) and "logprobs" in HAVE[sent.dialect]

    def hold(self, asked: Heard, sent: Heard, case: Case[Any]) -> Found:
        """Look whether the upstream is asked, and for as many others."""
        wants_none_else = "logprobs" not in asked.wishes and _wants_logprobs(sent)
        if not sent.wishes.get("logprobs") and not wants_none_else:
            if is_particular(sent):
                return None
            message = "The client asks for log probabilities, and the upstream is not asked for them."
            milder = Severity.WARNING if sent.dialect == "gemini" else None
            return self.lost(case, message, expected="log probabilities", found="none", severity=milder)
        wish, told = asked.wishes.get("top_logprobs"), sent.wishes.get("top_logprobs")
        if not wish or told == wish:
            return None
        message = f"The client's top_logprobs is {wish}, and the upstream is told {shown(told)}."
        return self.lost(case, message, expected=wish, found=shown(told), subject="top_logprobs")


class EffortLost(Fidelity):
    """How much the model is to think, or to say, did not reach the upstream.

    ## Why it matters
    The answer takes longer and costs more than the client wants, or is worse than it could be.

    ## Violates
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"reasoning_effort":"high"}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}]}
    stream: translation/chat_text
    ```

    ## Conforms
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"reasoning_effort":"high"}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"reasoning_effort":"high"}
    stream: translation/chat_text
    ```

    As OpenRouter has it:

    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"reasoning_effort":"high"}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"reasoning":{"effort":"high"}}
    stream: translation/chat_text
    ```

    ## Exceptions
    A model that cannot think need not be told: hence a warning. Which words Gemini and Anthropic have depends on the
    model, and on what stands in the history, and is not judged. Where a model lacks the least or the most of OpenAI's
    words, the next one will do.
    """

    id = "XLAT-REQ-020"
    severity = Severity.WARNING
    source = "conformance: request fidelity, dropped parameters"

    def concerns(self, asked: Heard, sent: Heard) -> bool:
        """The client says so, and the upstream has a word for it."""
        return any(name in asked.wishes for name in ("effort", "verbosity") if name in HAVE[sent.dialect])

    def hold(self, asked: Heard, sent: Heard, case: Case[Any]) -> Found:
        """Look for the same words."""
        for name in ("effort", "verbosity"):
            wish, told = asked.wishes.get(name), sent.wishes.get(name)
            if wish is not None and name in HAVE[sent.dialect] and not _will_do(wish, told):
                message = f"The client's {name} is {shown(wish)}, and the upstream is told {shown(told)}."
                return self.lost(case, message, expected=wish, found=shown(told), subject=name)
        return None


def _will_do(wish: object, told: object) -> bool:
    return told == wish or (isinstance(wish, str) and told in _AS_GOOD.get(wish, ()))


def _wants_logprobs(heard: Heard) -> bool:
    # Responses counts the others of each token, whether or not those of the tokens themselves are asked for.
    top = heard.wishes.get("top_logprobs") if heard.dialect == "responses" else None
    return bool(heard.wishes.get("logprobs") or top)
