"""What a whole Response must have, and any whole answer: usage, success that is one, and an end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import entries, table
from harness.faults.fault import NO_RESPONSE, Fault, manner
from harness.faults.sync.body import BodyFault, document, with_body
from harness.faults.wire import no_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.fault import Need


@dataclass(frozen=True, kw_only=True)
class SyncResponse(BodyFault):
    """A whole response has a null status, no output, another object or no usage."""

    name: ClassVar[str] = "sync_response"
    example: ClassVar[str] = "sync_response:how=item_id"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "status_null": (
            "RESP-SYNC-001",
            "RESP-OBJ-001",
        ),
        "status_in_progress": ("RESP-SYNC-001",),
        "output_null": (
            "RESP-SYNC-001",
            "RESP-TERM-003",
            "XLAT-TEXT-001",
        ),
        "object": (
            "RESP-SYNC-001",
            "RESP-OBJ-001",
        ),
        "usage_null": (
            "RESP-SYNC-001",
            "RESP-TERM-004",
            "XLAT-USE-006",
        ),
        "item_id": (
            "RESP-SYNC-001",
            "RESP-ITEM-005",
        ),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "whole response"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def change(self, value: Json, exchange: Exchange) -> bool:
        """Change the body; whether it did."""
        del exchange
        if value.get("object") != "response" or not isinstance(value.get("output"), list):
            return False
        if self.how == "object":
            value["object"] = "list"
        elif self.how == "item_id":
            for one in entries(value["output"]):
                one["id"] = ""
        else:
            field, _, state = self.how.partition("_")
            value[field] = None if state == "null" else state
        return True


@dataclass(frozen=True, kw_only=True)
class SyncItemLost(BodyFault):
    """The last item of a whole response is left out.

    The body stays legal; only who knows the stream of the same answer, or the upstream, can tell.
    """

    name: ClassVar[str] = "sync_item_lost"
    example: ClassVar[str] = "sync_item_lost"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-SYNC-002", "XLAT-STREAM-001", "XLAT-TOOL-001", "XLAT-TEXT-001")
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    wanted: ClassVar[str] = "whole response with an item"

    def change(self, value: Json, exchange: Exchange) -> bool:
        """Change the body; whether it did."""
        del exchange
        if value.get("object") != "response" or not entries(value.get("output")):
            return False
        value["output"].pop()
        return True


@dataclass(frozen=True, kw_only=True)
class SyncUsage(BodyFault):
    """A whole Chat completion has no usage, or one that is empty or negative."""

    name: ClassVar[str] = "sync_usage"
    example: ClassVar[str] = "sync_usage:how=sum"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "absent": ("CHAT-SYNC-004",),
        "empty": ("CHAT-SYNC-004", "CHAT-USE-006"),
        "negative": ("CHAT-SYNC-004", "CHAT-USE-006"),
        "sum": ("CHAT-SYNC-004", "CHAT-USE-007"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "usage of a whole Chat completion"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def change(self, value: Json, exchange: Exchange) -> bool:
        """Change the body; whether it did."""
        del exchange
        counts = table(value.get("usage"))
        if "completion_tokens" not in counts or not entries(value.get("choices")):
            return False
        if self.how == "absent":
            del value["usage"]
        elif self.how == "empty":
            value["usage"] = {}
        elif self.how == "negative":
            counts["completion_tokens"] = -1
        else:
            counts["total_tokens"] = 1_000_000
        return True


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


@dataclass(frozen=True, kw_only=True)
class SyncTrailingDone(Fault):
    """`data: [DONE]` follows the JSON of a whole answer."""

    name: ClassVar[str] = "sync_trailing_done"
    example: ClassVar[str] = "sync_trailing_done"
    breaks: ClassVar[tuple[str, ...]] = ("HTTP-CT-002",)

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be a whole answer."""
        if exchange.response is None:
            return NO_RESPONSE
        if why := no_text(exchange.response):
            return why
        if exchange.response.status >= 400:
            return f"the status is {exchange.response.status}"
        return None if document(exchange) else "the answer is no JSON object"

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange with a longer body."""
        if exchange.response is None or self.obstacle(exchange) is not None:
            return exchange
        body = b"".join(chunk.data for chunk in exchange.response.chunks)
        return with_body(exchange, body.rstrip() + b"\ndata: [DONE]\n\n")
