"""Usage that stands somewhere else than in the member `usage` of a chunk or completion.

Groq repeats it within `x_groq`, and has it there alone where nobody asked for usage; Moonshot has it in the choice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def usage_beside(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """The usage object, where one of these places has it."""
    choices = body.get("choices")
    for place in (*(choices if isinstance(choices, list) else ()), body.get("x_groq")):
        usage = place.get("usage") if isinstance(place, dict) else None
        if usage and isinstance(usage, dict):
            return usage
    return None
