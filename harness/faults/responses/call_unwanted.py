"""A call comes that the request rules out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import entries, string
from harness.faults.mutation import Mutation, number_of
from harness.faults.responses.items import ADDED, ARGUMENTS_DELTA, ARGUMENTS_DONE, DONE, known, output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event, Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class CallUnwanted(Mutation):
    """A whole function call comes though the request says `tool_choice: "none"`."""

    name: ClassVar[str] = "call_unwanted"
    example: ClassVar[str] = "call_unwanted"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TOOL-010", "XLAT-TOOL-001")
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    moves_numbers: ClassVar[bool] = True
    wanted: ClassVar[str] = "completed response to a request that allows no call"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        unwanted = stream.request.get("tool_choice") == "none"
        for event in stream:
            count = known(event.value, stream)
            ends = event.kind == "response.completed" and number_of(event) is not None
            if unwanted and ends and stream.here():
                call = _call(stream.request)
                for value in _told(call, count):
                    yield event.like(value)
                event.value["response"]["output"] = [*output(event.value), call]
                yield event.rewritten()
            else:
                yield event


def _call(request: Json) -> Json:
    name = next((string(tool.get("name")) for tool in entries(request.get("tools"))), "f")
    head = {"id": "fc_unwanted", "type": "function_call", "status": "completed"}
    return {**head, "arguments": "{}", "call_id": "call_unwanted", "name": name}


def _told(call: Json, index: int) -> Iterator[Json]:
    """The events of a call that is added, written and done."""
    place = {"sequence_number": 0, "output_index": index}
    inside = {**place, "item_id": call["id"]}
    yield {"type": ADDED, **place, "item": {**call, "status": "in_progress", "arguments": ""}}
    yield {"type": ARGUMENTS_DELTA, **inside, "delta": call["arguments"]}
    yield {"type": ARGUMENTS_DONE, **inside, "name": call["name"], "arguments": call["arguments"]}
    yield {"type": DONE, **place, "item": call}
