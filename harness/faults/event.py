"""Events as faults of what a stream says see them: a block and the JSON object in its data."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, TypeAlias

from harness import jsonvalue
from harness.faults.wire import data_spans, inserted, payload

if TYPE_CHECKING:
    from harness.faults.wire import Block

Json: TypeAlias = dict[str, Any]

_EVENT_LINE = re.compile(rb"(?:^|(?<=[\r\n]))event: ?([^\r\n]*)")


class Event:
    """One block of a stream and the JSON object that it carries.

    Attributes:
        block: The block as it is on the wire.
        value: Its JSON, read anew for this pass, so that it may be changed in place; empty where the data is
            no JSON object, such as a comment or `[DONE]`.
    """

    __slots__ = ("block", "value")

    def __init__(self, block: Block) -> None:
        self.block = block
        self.value = _object(block.data)

    @property
    def kind(self) -> str:
        """The `type` of its JSON; "" where there is none."""
        kind = self.value.get("type")
        return kind if isinstance(kind, str) else ""

    def rewritten(self) -> Event:
        """The event with the JSON that `value` has become; the very event where that is what it was."""
        data = self.block.data
        before = _object(data)
        new = encode(self.value)
        if new == encode(before):
            return self
        spans = data_spans(data)
        out = data[: spans[0][0]] + new + data[spans[-1][1] :]
        name = _EVENT_LINE.search(data)
        kind = self.kind.encode()
        # An event line that told the type goes on telling it: a wrong one would be a second defect.
        if name is not None and kind and name[1].decode(errors="replace") == before.get("type"):
            start, stop = name.span(1)
            shift = len(new) - (spans[-1][1] - spans[0][0]) if spans[0][0] < start else 0
            out = out[: start + shift] + kind + out[stop + shift :]
        return Event(self.block.resized(out))

    def with_bytes(self, data: bytes) -> Event:
        """The event with other bytes on the wire."""
        return Event(self.block.resized(data))

    def like(self, value: Json) -> Event:
        """A new event with this JSON, framed and timed as this one is."""
        end = b"\r\n" if b"\r\n" in self.block.data else b"\n"
        kind = value.get("type")
        named = isinstance(kind, str) and _EVENT_LINE.search(self.block.data) is not None
        name = b"event: " + str(kind).encode() + end if named else b""
        return Event(inserted(name + b"data: " + encode(value) + end + end, self.block.parts[-1].at_us))

    def copied(self) -> Event:
        """The same event once more, with JSON of its own."""
        return Event(self.block)


def encode(value: Json) -> bytes:
    """Write JSON on one line without spaces; NaN and lone surrogates are written, because some faults are
    about them.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors="backslashreplace")


def name_span(block: bytes) -> tuple[int, int] | None:
    """Where the value of a block's first `event` line starts and stops."""
    match = _EVENT_LINE.search(block)
    return None if match is None else match.span(1)


def entries(value: Any) -> list[Json]:
    """The objects in a list; [] where it is none."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def table(value: Any) -> Json:
    """An object; an empty one where it is none."""
    return value if isinstance(value, dict) else {}


def string(value: Any) -> str:
    """A string; "" where it is none."""
    return value if isinstance(value, str) else ""


def _object(block: bytes) -> Json:
    if b"{" not in block:
        return {}
    _, value = jsonvalue.try_parse(payload(block))
    return value if isinstance(value, dict) else {}
