"""XLAT-REQ: how the answer is wanted reaches the upstream, where its protocol has a word for it.

Which protocol has which word is in `HAVE`, from the types of the packages openai 3.52.0 (`CompletionCreateParams`,
`ResponseCreateParams`), google-genai 3.4.0 (`GenerateContentConfig`) and anthropic 2.11.0 (`MessageCreateParams`).
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from harness.findings import Severity
from harness.rules.translation.requests_fidelity import Fidelity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.rules.case import Case
    from harness.rules.rule import Found
    from harness.rules.translation.requests_reading import Heard

HAVE: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "chat": frozenset(
            {
                *(
                    "temperature",
                    "top_p",
                    "seed",
                    "frequency_penalty",
                    "presence_penalty",
                    "logit_bias",
                    "limit",
                ),
                *("stops", "choices", "logprobs", "top_logprobs", "effort", "verbosity"),
            }
        ),
        "responses": frozenset(
            {"temperature", "top_p", "limit", "logprobs", "top_logprobs", "effort", "verbosity"}
        ),
        "gemini": frozenset(
            {
                *("temperature", "top_p", "seed", "frequency_penalty", "presence_penalty", "limit", "stops"),
                *("choices", "logprobs", "top_logprobs"),
            }
        ),
        "anthropic": frozenset({"temperature", "top_p", "limit", "stops"}),
    }
)
"""What each protocol has a word for that any of its models takes, by the names of `Heard.wishes`."""

_SAMPLING: Final = (
    "temperature", "top_p", "seed", "frequency_penalty", "presence_penalty", "logit_bias",
)  # fmt: skip
_NEUTRAL: Final[Mapping[str, object]] = {
    "temperature": 1,
    "top_p": 1,
    "frequency_penalty": 0,
    "presence_penalty": 0,
    "logit_bias": {},
}
"""Values that say as much as nothing at all."""
_MILDER: Final = frozenset({"seed"})
"""No provider promises that it does anything."""
_MILDER_OF_GEMINI: Final = frozenset({"frequency_penalty", "presence_penalty"})
"""Many of its models refuse them."""
_ROUNDING: Final = 0.0101
"""Some servers count in steps of 0.01, or take nothing lower; a number of 32 bits is nearer than that."""
_THINKING_TOP_P: Final = 0.95
"""Anthropic takes no lower `top_p` while a model thinks."""
_LEAST_CAP: Final = 4_096
"""No model of any provider that is asked today ends sooner of itself."""
_LEAST_OUTPUT: Final = 16
"""Responses takes no lower `max_output_tokens`."""
_MOST_STOPS: Final[Mapping[str, int]] = {"chat": 4, "gemini": 5}
_PARTICULAR: Final = re.compile(r"claude|(?:^|/)(?:o\d|gpt-[5-9])")
_SEEDS: Final = range(-(2**31), 2**31)
"""What Gemini takes."""


class SamplingChanged(Fidelity):
    """The temperature, or another setting of how tokens are chosen, did not reach the upstream.

    ## Why it matters
    A test that asks for temperature 0 to get the same answer twice does not; prose that is to be lively is dull.

    ## Violates
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"temperature":0}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."}]}
    stream: anthropic/text
    ```

    ## Conforms
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"temperature":1.5,"seed":7}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."}],\
"temperature":1}
    stream: anthropic/text
    ```

    ## Exceptions
    Anthropic takes temperatures up to 1, and none but that while a model thinks; it has no seed, penalties or biases, Responses
    neither, and Gemini no biases. Claude's newer models take a temperature or a `top_p` and not both; they and OpenAI's
    reasoning models refuse some of these, and need not be told any. What is the default, 1 for both of these, need not
    be told either, and a number may be rounded to the next 0.01. A seed that is lost is a warning: no provider promises
    anything for it; so are penalties that Gemini is not told, since many of its models refuse them.
    """

    id = "XLAT-REQ-014"
    severity = Severity.ERROR
    source = "conformance: request fidelity, dropped parameters"

    def concerns(self, asked: Heard, sent: Heard) -> bool:
        """The client sets one that the upstream has."""
        return any(name in asked.wishes for name in _SAMPLING if name in HAVE[sent.dialect])

    def hold(self, asked: Heard, sent: Heard, case: Case[Any]) -> Found:
        """Compare the values."""
        for name in _SAMPLING:
            wish, told = asked.wishes.get(name), sent.wishes.get(name)
            if wish is None or name not in HAVE[sent.dialect] or _is_kept(name, wish, told, sent):
                continue
            message = f"{name} is {shown(wish)}, and the upstream is told {shown(told)}."
            return self.lost(
                case,
                f"The client's {message}",
                expected=shown(wish),
                found=shown(told),
                severity=Severity.WARNING if _is_milder(name, told, sent) else None,
                subject=name,
            )
        return None


class LimitLost(Fidelity):
    """The client's limit of output tokens did not reach the upstream.

    ## Why it matters
    The answer is longer than the client has room for, and than it wants to pay for; or it ends too soon.

    ## Violates
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"max_completion_tokens":64}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":4096,"stream":true,"messages":[{"role":"user","content":"Hello."}]}
    stream: anthropic/text
    ```

    ## Conforms
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"max_tokens":64}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."}]}
    stream: anthropic/text
    ```

    ## Exceptions
    Where a model of Anthropic or Gemini thinks, the limit must be above what it may think, and can be higher than the
    client's. Responses takes none below 16. A limit that is above what a model can write may be lowered to that, but not
    below 4096; one that is not above 0 is none.
    """

    id = "XLAT-REQ-015"
    severity = Severity.ERROR
    source = "conformance: request fidelity, dropped parameters"

    def concerns(self, asked: Heard, sent: Heard) -> bool:
        """The client sets a limit."""
        del sent
        return _is_below(0, asked.wishes.get("limit"))

    def hold(self, asked: Heard, sent: Heard, case: Case[Any]) -> Found:
        """Compare the limits."""
        wish, told = asked.wishes["limit"], sent.wishes.get("limit")
        if told == wish or (sent.dialect == "responses" and told == _LEAST_OUTPUT and _is_below(wish, told)):
            return None
        if sent.thinks and _is_below(wish, told):
            return None
        if _is_below(told, wish) and not _is_below(told, _LEAST_CAP):
            return None
        message = f"The client's limit of output tokens is {wish}, and the upstream is told {shown(told)}."
        return self.lost(case, message, expected=wish, found=shown(told))


class StopsLost(Fidelity):
    """A stop sequence did not reach the upstream.

    ## Why it matters
    The answer goes on behind the place where the client wants it to end.

    ## Violates
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"stop":["END","FIN"]}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."}],\
"stop_sequences":["END"]}
    stream: anthropic/text
    ```

    ## Conforms
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"stop":"END"}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."}],\
"stop_sequences":["END"]}
    stream: anthropic/text
    ```

    ## Exceptions
    Responses has none. Chat takes 4, Gemini 5, Anthropic none that is white space alone, OpenAI's reasoning models none.
    """

    id = "XLAT-REQ-016"
    severity = Severity.ERROR
    source = "conformance: request fidelity, dropped parameters"

    def concerns(self, asked: Heard, sent: Heard) -> bool:
        """The client sets stop sequences that the upstream can be told."""
        return bool(_stops(asked, sent)) and "stops" in HAVE[sent.dialect]

    def hold(self, asked: Heard, sent: Heard, case: Case[Any]) -> Found:
        """Look for each of them."""
        told = sent.wishes.get("stops") or []
        missing = [one for one in _stops(asked, sent) if one not in told]
        if not missing or (not told and is_particular(sent)):
            return None
        message = f"The stop sequence {missing[0]!r} did not reach the upstream."
        return self.lost(case, message, expected=repr(missing[0]), found=", ".join(map(repr, told)) or "none")


def _is_kept(name: str, wish: Any, told: Any, sent: Heard) -> bool:
    if told == wish or (told is None and (wish == _NEUTRAL.get(name, ...) or is_particular(sent))):
        return True
    if name not in _MILDER and _is_near(wish, told):
        return True
    if sent.dialect == "anthropic":
        if told is None:
            return sent.thinks or (name == "top_p" and "temperature" in sent.wishes)
        if sent.thinks and name == "top_p":
            return not _is_below(told, _THINKING_TOP_P)
        return told == 1 and name == "temperature" and (sent.thinks or _is_below(1, wish))
    return sent.dialect == "gemini" and name == "seed" and told is None and wish not in _SEEDS


def _is_near(wish: object, told: object) -> bool:
    return (
        isinstance(wish, int | float)
        and isinstance(told, int | float)
        and abs(wish - told) < _ROUNDING
        and not isinstance(wish, bool)
    )


def _is_milder(name: str, told: object, sent: Heard) -> bool:
    return name in _MILDER or (sent.dialect == "gemini" and told is None and name in _MILDER_OF_GEMINI)


def is_particular(sent: Heard) -> bool:
    """Whether the upstream's model is of those that refuse some of their own protocol's settings."""
    return _PARTICULAR.search(sent.model.lower()) is not None


def _is_below(one: object, other: object) -> bool:
    return isinstance(one, int | float) and isinstance(other, int | float) and one < other


def _stops(asked: Heard, sent: Heard) -> list[str]:
    stops = [one for one in asked.wishes.get("stops") or [] if isinstance(one, str) and one]
    if sent.dialect == "anthropic":
        stops = [one for one in stops if one.strip()]
    return stops[: _MOST_STOPS.get(sent.dialect)]


def shown(value: object) -> str:
    """A wish for a message."""
    return "nothing" if value is None else str(value)
