"""XLAT-ERR: how long an upstream asks its callers to wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.findings import Severity
from harness.rules.translation.comparison import Comparison, upstream_of
from harness.turn.retry_after import retry_after_ms

if TYPE_CHECKING:
    from harness.rules.case import Case
    from harness.rules.rule import Found
    from harness.turn.turn import Turn

_WAITING: Final = frozenset({429, 503, 529})
"""Statuses that ask to come again later."""
_FIELDS: Final = ("retry-after-ms", "retry-after")
_THOUSAND: Final = 1_000


class WaitLost(Comparison):
    """Upstream said when to try again, and the client is not told, or is told a thousand times as much or as little.

    `retry-after` has seconds or a date, `retry-after-ms` milliseconds; the one or the other will do.

    ## Why it matters
    The SDKs, Codex and most clients wait as long as these fields say. Without them they guess, and usually too short:
    openai-python begins with half a second and gives up after two tries, long before a limit of a minute is over, so
    that a request fails which one wait would have saved.

    ## How to mend
    Copy `retry-after` and `retry-after-ms` from the upstream's answer; of a date, pass on the date with it, or count
    the seconds. Where the gateway tries again itself, what the last answer says counts.

    ## Violates
    ```example
    status: 429
    header: content-type: application/json
    header: x-request-id: req_1
    body:
    {"error":{"message":"Too many requests","type":"rate_limit_error","param":null,"code":"rate_limit_exceeded"}}
    --- upstream
    status: 429
    dialect: anthropic
    header: content-type: application/json
    header: retry-after: 61
    body:
    {"type":"error","error":{"type":"rate_limit_error","message":"Too many requests"}}
    ```

    ```example
    status: 429
    header: content-type: application/json
    header: x-request-id: req_1
    header: retry-after: 500
    body:
    {"error":{"message":"Too many requests","type":"rate_limit_error","param":null,"code":"rate_limit_exceeded"}}
    --- upstream
    status: 429
    dialect: chat
    header: content-type: application/json
    header: x-request-id: req_0
    header: retry-after-ms: 500
    body:
    {"error":{"message":"Too many requests","type":"rate_limit_error","param":null,"code":"rate_limit_exceeded"}}
    ```

    ## Conforms
    ```example
    status: 429
    header: content-type: application/json
    header: x-request-id: req_1
    header: retry-after: 61
    body:
    {"error":{"message":"Too many requests","type":"rate_limit_error","param":null,"code":"rate_limit_exceeded"}}
    --- upstream
    status: 429
    dialect: anthropic
    header: content-type: application/json
    header: retry-after: 61
    body:
    {"type":"error","error":{"type":"rate_limit_error","message":"Too many requests"}}
    ```

    ```example
    status: 503
    header: content-type: application/json
    header: x-request-id: req_1
    header: retry-after: 1
    body:
    {"error":{"message":"Overloaded","type":"server_error","param":null,"code":"overloaded"}}
    --- upstream
    status: 529
    dialect: anthropic
    header: content-type: application/json
    header: retry-after-ms: 700
    body:
    {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}
    ```

    ## Exceptions
    A gateway that has waited itself, or has other upstreams to ask, may well name less, and one that knows of a limit
    of its own may name more: neither is judged. Only a factor of a thousand, which is a mistake of seconds and
    milliseconds, is. A field of another name, such as `llm_provider-retry-after`, tells clients nothing. Nothing is
    judged where the client was not answered with 429, 503 or 529 (XLAT-ERR-004 says so of a 429), where the answer had
    begun already, and where what upstream says is no time.
    """

    id = "XLAT-ERR-005"
    severity = Severity.WARNING
    of_failures = True
    source = "RFC 9110, 10.2.3; openai-python _calculate_retry_timeout"
    supersedes = ("HTTP-ERR-005",)

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Upstream asked to wait, and the client was told to come again later."""
        del mine, theirs
        there = upstream_of(case).case
        return (
            case.status in _WAITING and there.status in _WAITING and bool(retry_after_ms(there.headers or ()))
        )

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Compare what the two are asked to wait."""
        del mine, theirs
        there = upstream_of(case).case
        wait = retry_after_ms(there.headers or ())
        said = _said(case)
        if said is None:
            return self.told(
                case,
                f"Upstream said when to try again ({_said(there)}), and the client was not told.",
                expected=_said(there),
                found=_hidden(case) or "neither retry-after nor retry-after-ms",
            )
        told = retry_after_ms(case.headers or ())
        if wait is None or told is None or _THOUSAND not in {_ratio(told, wait), _ratio(wait, told)}:
            return None
        if told == _THOUSAND:  # a millisecond is a second where whole seconds are told
            return None
        return self.told(
            case,
            f"Upstream asked to wait ({_said(there)}), and the client was told {said}: seconds are taken for"
            " milliseconds, or the other way round.",
            expected=_said(there),
            found=said,
            subject="unit",
        )


def _said(case: Case[Any]) -> str | None:
    """The field that counts, as it stands in the head; None where there is none."""
    return next((f"{name}: {value}" for name in _FIELDS if (value := case.header(name))), None)


def _hidden(case: Case[Any]) -> str | None:
    """A field of another name that has the time, where no client looks for it."""
    return next((f"{name}: {value}" for name, value in case.headers or () if name.endswith(_FIELDS)), None)


def _ratio(large: int, small: int) -> float:
    return large / small if small else 0.0
