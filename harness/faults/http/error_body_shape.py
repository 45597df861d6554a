"""The body of an error has another shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string, table
from harness.faults.fault import manner
from harness.faults.sync.body import BodyFault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json


@dataclass(frozen=True, kw_only=True)
class ErrorBodyShape(BodyFault):
    """The JSON of an answer with an error status has another shape than OpenAI's, or says nothing."""

    name: ClassVar[str] = "error_body_shape"
    example: ClassVar[str] = "error_body_shape:how=type_other"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "string": ("HTTP-ERR-001",),
        "param_absent": ("HTTP-ERR-001",),
        "type_absent": ("HTTP-ERR-001",),
        "message_empty": ("HTTP-ERR-002",),
        "message_absent": ("HTTP-ERR-002", "HTTP-ERR-001"),
        "code_number": ("HTTP-ERR-003", "HTTP-ERR-001"),
        "type_other": ("HTTP-ERR-004",),
    }
    positional: ClassVar[str | None] = "how"
    failures: ClassVar[bool] = True
    wanted: ClassVar[str] = "error with a message, type, param and code"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def change(self, value: Json, exchange: Exchange) -> bool:
        """Change the body; whether it did."""
        error = table(value.get("error"))
        if not {"message", "type", "param", "code"} <= set(error):
            return False
        field, _, state = self.how.partition("_")
        if self.how == "string":
            value["error"] = string(error["message"]) or "boom"
        elif state == "absent":
            del error[field]
        elif self.how == "type_other":
            status = exchange.response.status if exchange.response is not None else 0
            error["type"] = "invalid_request_error" if status >= 500 else "server_error"
        else:
            error[field] = "" if field == "message" else 400
        return True
