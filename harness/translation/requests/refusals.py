"""The words in which a request of a wrong shape is refused: those of OpenAI's API.

The wording, `param` and `code` are those of error objects that clients of the API have published.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

from harness.errors import RequestRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_SHOWN: Final = 256  # characters of a client's value that are given back to it in a message
_MOST_BITS: Final = 4_096  # of an integer in a message: writing out a longer one takes quadratic time


def wrong_type(param: str, expected: str, found: Any) -> RequestRefused:
    """Something of another type stands there; `expected` has its article (`a string`, `one of a string or ...`)."""
    return RequestRefused(
        f"Invalid type for '{cut(param)}': expected {expected}, but got {_kind(found)} instead.",
        param=param,
        name="invalid_type",
    )


def missing(param: str) -> RequestRefused:
    """Nothing stands there, and something must."""
    return RequestRefused(
        f"Missing required parameter: '{param}'.", param=param, name="missing_required_parameter"
    )


def unknown(param: str) -> RequestRefused:
    """A member that the API does not have stands there."""
    return RequestRefused(f"Unknown parameter: '{cut(param)}'.", param=param, name="unknown_parameter")


def not_among(param: str, found: str, values: Sequence[str]) -> RequestRefused:
    """A word stands there that is none of those known."""
    return RequestRefused(
        f"Invalid value: '{cut(found)}'. Supported values are: {_listed(values)}.",
        param=param,
        name="invalid_value",
    )


def invalid(param: str, why: str, *, name: str | None = "invalid_value") -> RequestRefused:
    """What stands there cannot be meant, for a reason of its own: a sentence."""
    return RequestRefused(f"Invalid value for '{cut(param)}': {why}", param=param, name=name)


def unmatched(param: str, pattern: str) -> RequestRefused:
    """A string stands there that a pattern excludes."""
    return RequestRefused(
        f"Invalid '{cut(param)}': string does not match pattern. Expected a string that matches the pattern "
        f"'{pattern}'.",
        param=param,
        name="invalid_value",
    )


def empty(param: str, kind: Literal["string", "array"], limit: int) -> RequestRefused:
    """An empty string or array stands there, and `limit` characters or items must."""
    return RequestRefused(
        f"Invalid '{cut(param)}': empty {kind}. Expected {_ARTICLES[kind]} with minimum length {limit}, but got an "
        f"empty {kind} instead.",
        param=param,
        name=f"empty_{kind}",
    )


def wrong_length(
    param: str, kind: Literal["string", "array"], fault: Literal["short", "long"], limit: int, size: int
) -> RequestRefused:
    """A string or array stands there that is too short or too long."""
    bound, code = ("minimum", "below_min") if fault == "short" else ("maximum", "above_max")
    article = _ARTICLES[kind]
    return RequestRefused(
        f"Invalid '{cut(param)}': {kind} too {fault}. Expected {article} with {bound} length {limit}, but got "
        f"{article} with length {size} instead.",
        param=param,
        name=f"{kind}_{code}_length",
    )


def too_many_members(param: str, limit: int, size: int) -> RequestRefused:
    """An object stands there that has more members than it may."""
    return RequestRefused(
        f"Invalid '{cut(param)}': too many properties. Expected an object with at most {limit} properties, but got "
        f"an object with {size} properties instead.",
        param=param,
        name="object_above_max_properties",
    )


def out_of_range(
    param: str, kind: str, side: Literal["below", "above"], limit: float, found: float
) -> RequestRefused:
    """A number stands there that is too small or too large; `kind` is "integer" or "decimal"."""
    bound, sign = ("minimum", ">=") if side == "below" else ("maximum", "<=")
    return RequestRefused(
        f"Invalid '{cut(param)}': {kind} {side} {bound} value. Expected a value {sign} {limit}, but got "
        f"{_number(found)} instead.",
        param=param,
        name=f"{kind}_{side}_{bound[:3]}_value",
    )


def cut(text: str) -> str:
    """A client's text as it may stand in a message: not longer than anybody reads."""
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."


_ARTICLES: Final = {"string": "a string", "array": "an array"}

_KINDS: Final[tuple[tuple[type | tuple[type, ...], str], ...]] = (
    (type(None), "null"),
    (bool, "a boolean"),
    (int, "an integer"),
    (float, "a decimal"),
    (str, "a string"),
    ((list, tuple), "an array"),
    (Mapping, "an object"),
)


def _kind(value: Any) -> str:
    return next((words for kind, words in _KINDS if isinstance(value, kind)), "an unsupported value")


def _listed(values: Sequence[str]) -> str:
    """Words as a sentence lists them: `'a'`, `'a' and 'b'`, `'a', 'b', and 'c'`."""
    names = [f"'{value}'" for value in values]
    if len(names) < 3:
        return " and ".join(names)
    return f"{', '.join(names[:-1])}, and {names[-1]}"


def _number(value: float) -> str:
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return "a number of more than a thousand digits"
    return cut(str(value))
