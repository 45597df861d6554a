"""Whether a failed attempt is made again, and when. Only before the client has been sent anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.cassettes.exchange import header
from harness.translation.failures import retry_after_ms

if TYPE_CHECKING:
    import random

    from harness.cassettes.exchange import Headers

_AGAIN: Final = frozenset({408, 409, 429})
"""What OpenAI's and Anthropic's SDKs try again, beside 5xx."""

_FIRST_MS: Final = 500
_MOST_MS: Final = 8_000

LONGEST_MS: Final = 60_000
"""An upstream that wants a longer wait is not waited for: its answer goes to the client, who is told how long."""


def is_retried(status: int, headers: Headers) -> bool:
    """Whether an answer may be better the next time. `x-should-retry` is OpenAI's and Anthropic's own word on it."""
    word = (header(headers, "x-should-retry") or "").lower()
    if word in {"true", "false"}:
        return word == "true" and status >= 400
    return status in _AGAIN or status >= 500


def delay_ms(
    attempt: int, headers: Headers, now: int, chance: random.Random, longest: int = LONGEST_MS
) -> int | None:
    """Milliseconds until the next attempt; None where the upstream wants a wait that is too long.

    Args:
        attempt: Number of the one that failed, from 1.
        headers: Of the answer, which may say when; empty where none came.
        now: Unix time in seconds.
        chance: For jitter: clients that failed together should not come back together.
        longest: What is still waited for.
    """
    wanted = retry_after_ms(headers, now) if headers else None
    if wanted is not None:
        return wanted if wanted <= longest else None
    backoff = min(_FIRST_MS << min(attempt - 1, 10), _MOST_MS, longest)
    return int(backoff * (1 - chance.random() / 4))
