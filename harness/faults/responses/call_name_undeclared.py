"""A call names a tool that the request does not declare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import entries, string
from harness.faults.mutation import Edit, request_of
from harness.faults.responses.items import item, output

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream

_KINDS = {"function_call", "custom_tool_call"}


@dataclass(frozen=True, kw_only=True)
class CallNameUndeclared(Edit):
    """The names of calls are none of those that the request declares, in all events alike."""

    name: ClassVar[str] = "call_name_undeclared"
    example: ClassVar[str] = "call_name_undeclared"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TOOL-011", "XLAT-TOOL-001")
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "call of a tool that the request declares"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not stream.request.get("tools"):
            return False
        named = [one for one in [item(value), *output(value)] if one.get("type") in _KINDS]
        if value.get("type") == "response.function_call_arguments.done" and string(value.get("name")):
            named.append(value)
        if not named or not stream.here():
            return False
        for one in named:
            one["name"] = string(one.get("name")) + "_other"
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """Tools that are found by a search are declared elsewhere."""
        kinds = {tool.get("type") for tool in entries(request_of(exchange).get("tools"))}
        return None if kinds <= {"function", "custom"} else "the request has tools that it does not name"
