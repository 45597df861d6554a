"""What an output item of Responses is while it is generated: as it was drawn, and in its stages on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Json: TypeAlias = dict[str, Any]
Adds: TypeAlias = tuple[tuple[str, str], ...]

SEALED: Final = ("gAAAAABpLqttUImhZb1fJCvASeY1jCdo", "gAAAAABpang4N50ujV122i9rtxnufJGg")
"""The same thing, encrypted twice: it is encrypted anew each time that it is sent."""
CONTAINER: Final = "cntr_1"


class TextPart(NamedTuple):
    """A content part.

    Args:
        kind: output_text, refusal, reasoning_text, summary_text.
        pieces: Its text, as it is cut.
        notes: Annotations: after how many pieces, and which.
    """

    kind: str
    pieces: Sequence[str]
    notes: Sequence[tuple[int, int]] = ()


class Item(NamedTuple):
    """One output item, as it was drawn.

    Args:
        kind: Its type.
        parts: Content parts, summary parts, commands.
        pieces: The text that it has itself: arguments, input, code, diff.
        name: The tool's.
        which: A number that chooses among the forms that the item has.
    """

    kind: str
    parts: Sequence[TextPart] = ()
    pieces: Sequence[str] = ()
    name: str = ""
    which: int = 0


class Event(NamedTuple):
    """An event of an item, and what it adds to the meaning."""

    kind: str
    members: Json
    adds: Adds = ()


class Written(NamedTuple):
    """An item in its three stages."""

    added: Json
    inner: list[Event]
    done: Json
    adds: Adds = ()
    """What its announcement adds to the meaning."""


def own_text(item: Item, event: str, member: str) -> list[Event]:
    """The events of a text that the item itself has."""
    meant = item.kind in ("function_call", "custom_tool_call")
    return [
        *(
            Event(f"response.{event}.delta", {"delta": one}, (("arguments", one),) if meant else ())
            for one in item.pieces
        ),
        Event(f"response.{event}.done", {member: "".join(item.pieces)}),
    ]
