"""Log probabilities of Gemini in the shape of Chat Completions.

Source: `LogprobsResult` of the Gemini API reference: for each step of decoding the token that was chosen, and apart
from it the likeliest ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.dialects.members import listed, mapping, text

if TYPE_CHECKING:
    from collections.abc import Mapping


def logprobs_of(result: object) -> list[Any] | None:
    """A list of Chat's `token`, `logprob`, `bytes`, `top_logprobs`; None where there are none."""
    steps = mapping(result)
    likeliest = listed(steps.get("topCandidates"))
    given = []
    for place, chosen in enumerate(listed(steps.get("chosenCandidates"))):
        one = _token(mapping(chosen))
        if one is None:
            continue
        others = mapping(likeliest[place]) if place < len(likeliest) else {}
        tops = (_token(mapping(other)) for other in listed(others.get("candidates")))
        given.append({**one, "top_logprobs": [top for top in tops if top is not None]})
    return given or None


def _token(candidate: Mapping[str, Any]) -> dict[str, Any] | None:
    token, chance = text(candidate, "token"), candidate.get("logProbability", 0)
    if token is None or type(chance) not in {int, float}:
        return None
    return {
        "token": token,
        "logprob": chance,
        "bytes": list(token.encode("utf-8", "surrogatepass")),
    }
