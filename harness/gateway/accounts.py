"""One line of JSON for each request: who asked what of whom, how long it took, what became of it.

No content and no key stands in it: names, numbers and codes only.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from harness.cassettes.exchange import How
    from harness.gateway.exchange import Exchange

LOGGER: Final = "harness.gateway"
"""Under which everything is logged."""

_log = logging.getLogger(f"{LOGGER}.requests")

_LONGEST = 200


def account_of(exchange: Exchange, how: How) -> dict[str, Any]:
    """What is told of a request that is over; milliseconds since it came, bytes of bodies."""
    destination, answer = exchange.destination, exchange.answer
    return {
        "method": exchange.head.method,
        "path": exchange.head.path.partition("?")[0],
        "endpoint": exchange.found.name,
        "upstream": destination and destination.name,
        "dialect": destination and destination.dialect,
        "model": exchange.model if isinstance(exchange.model, str) else None,
        "stream": exchange.is_stream or None,
        "status": answer.status or None,
        "ended": str(how),
        "attempts": exchange.attempts or None,
        "first_ms": answer.first and round((answer.first - exchange.started) * 1000, 1),
        "ms": round((perf_counter() - exchange.started) * 1000, 1),
        "bytes_in": len(exchange.body),
        "bytes_upstream": exchange.received,
        "bytes_out": answer.sent,
        "losses": sorted({one.code for one in exchange.losses}),
        "error": exchange.code,
        "hint": exchange.hint,
        "cause": exchange.cause,
    }


def tell(account: dict[str, Any]) -> None:
    """Log one request, as an error where the gateway or an upstream failed; members that are None are left out."""
    level = logging.ERROR if _is_failure(account) else logging.INFO
    if _log.isEnabledFor(level):
        kept = {
            name: value[:_LONGEST] if isinstance(value, str) else value
            for name, value in account.items()
            if value is not None and value not in ([], "")
        }
        told = kept["method"], kept["path"], kept.get("status"), kept.get("error", "")
        _log.log(level, "%s %s %s %s", *told, extra={"account": kept})


def _is_failure(account: dict[str, Any]) -> bool:
    """A refusal is the client's own doing; a stream that failed has the status of a success."""
    status, error = account["status"], account["error"]
    if error is None or error in _NOBODYS_FAULT:
        return False
    return status is None or status < 300 or status >= 500


_NOBODYS_FAULT: Final = frozenset({"client_closed", "cancelled"})


class JsonLines(logging.Formatter):
    """Formats records as one JSON object a line; those of requests with all their members."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"time": when.replace("+00:00", "Z"), "level": record.levelname.lower()}
        account = getattr(record, "account", None)
        if isinstance(account, dict):
            line |= account
        else:
            line["message"] = record.getMessage()
            if record.exc_info is not None and record.exc_info[0] is not None:
                # Its text may quote what a client sent.
                line["exception"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=True)
