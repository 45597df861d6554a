"""A whole answer succeeds and has an error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.sync.body import BodyFault

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json


@dataclass(frozen=True, kw_only=True)
class SyncError(BodyFault):
    """The JSON of an answer with status 200 has an `error`."""

    name: ClassVar[str] = "sync_error"
    example: ClassVar[str] = "sync_error"
    breaks: ClassVar[tuple[str, ...]] = ("HTTP-STATUS-003", "RESP-LIFE-010", "RESP-ERR-001", "XLAT-FIN-001")
    wanted: ClassVar[str] = "answer without an error"

    def change(self, value: Json, exchange: Exchange) -> bool:
        """Change the body; whether it did."""
        del exchange
        if value.get("error") is not None:
            return False
        value["error"] = {
            "message": "The server had an error.",
            "type": "server_error",
            "param": None,
            "code": None,
        }
        return True
