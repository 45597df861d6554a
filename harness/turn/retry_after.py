"""How long an upstream asks its clients to wait."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST_MS: Final = 7 * 24 * 3_600_000
"""What is longer than a week is no wait but a mistake, or a date in seconds."""

_NUMBER: Final = re.compile(r"\d{1,12}(?:\.\d{0,9})?")
_DURATION: Final = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)s")


def retry_after_ms(headers: Iterable[tuple[str, str]], now: int | None = None) -> int | None:
    """What the header fields ask for, in milliseconds; None where they ask for nothing that can be read.

    `retry-after-ms` (OpenAI, Azure) counts before `retry-after`, which has seconds or a date (RFC 9110, 10.2.3).

    Args:
        headers: Names and values; names in any case.
        now: Unix time in seconds, for a date; None takes the answer's own `date`.
    """
    fields = {name.lower(): value.strip() for name, value in headers}
    if (exact := _scaled(fields.get("retry-after-ms", ""), 1)) is not None:
        return exact
    value = fields.get("retry-after", "")
    if (seconds := _scaled(value, 1_000)) is not None:
        return seconds
    then = _unix(value)
    since = now if now is not None else _unix(fields.get("date", ""))
    if then is None or since is None:
        return None
    return _within(max(0, then - since) * 1_000)


def retry_delay_ms(details: Iterable[Mapping[str, Any]]) -> int | None:
    """What Gemini's `google.rpc.RetryInfo` asks for: `retryDelay`, a duration such as "34.07s"."""
    for detail in details:
        delay = detail.get("retryDelay")
        if isinstance(delay, str) and (match := _DURATION.fullmatch(delay)):
            return _within(float(match.group(1)) * 1_000)
    return None


def _scaled(value: str, factor: int) -> int | None:
    return _within(float(value) * factor) if _NUMBER.fullmatch(value) else None


def _within(milliseconds: float) -> int | None:
    whole = -int(-milliseconds // 1)
    return whole if whole <= LONGEST_MS else None


def _unix(value: str) -> int | None:
    if not value:
        return None
    try:
        return int(parsedate_to_datetime(value).timestamp())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
