"""One line of JSON for each request: who asked what of whom, how long it took, what became of it.

No content and no key stands in it: names, numbers and codes only.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any, Final

LOGGER: Final = "harness.gateway"
"""Under which everything is logged."""

_log = logging.getLogger(f"{LOGGER}.requests")

_LONGEST = 200


def tell(account: dict[str, Any]) -> None:
    """Log one request; members that are None or empty are left out."""
    if _log.isEnabledFor(logging.INFO):
        kept = {
            name: value[:_LONGEST] if isinstance(value, str) else value
            for name, value in account.items()
            if value is not None and value not in ([], "")
        }
        _log.info("%s %s %s", kept["method"], kept["path"], kept.get("status"), extra={"account": kept})


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
