"""What is said in the trials: texts of several bytes a character, and calls of two functions."""

from __future__ import annotations

from typing import Any, Final

CREATED: Final = 1_768_392_000
TEXT: Final = "Hello wörld ☃ 🎉: one, two, three."
"""Characters of one, two, three and four bytes."""
INPUT_TOKENS: Final = 11
OUTPUT_TOKENS: Final = 7

WEATHER: Final = ("call_trial_1", "get_weather", '{"city": "Zürich ☃"}')
TIME: Final = ("call_trial_2", "get_time", '{"tz": "CET"}')
"""Calls: id, name, arguments."""
ONE_CALL: Final = (WEATHER[1:],)
TWO_CALLS: Final = (WEATHER[1:], TIME[1:])

FUNCTIONS: Final[dict[str, dict[str, Any]]] = {
    "get_weather": {
        "description": "Tell the weather.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
    "get_time": {
        "description": "Tell the time.",
        "parameters": {
            "type": "object",
            "properties": {"tz": {"type": "string"}},
            "required": ["tz"],
            "additionalProperties": False,
        },
    },
}
"""What a client is to offer; a client that offers nothing may refuse the calls."""

BROKEN: Final = "The upstream broke while it answered."
REFUSED: Final = "The request was not accepted: the trial refuses it."
AFTER: Final = "Done."
"""What is answered to a client that runs the tools and asks again."""


def pieces(text: str, size: int) -> list[str]:
    """A text in pieces of so many characters."""
    return [text[start : start + size] for start in range(0, len(text), size)]
