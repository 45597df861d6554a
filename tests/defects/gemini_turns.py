"""Turns of Gemini that the checks of a Responses server share, and how its client reads what came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.defects.cases import GEMINI_USAGE, TOOLS, candidate, hear, sse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.defects.heard import Heard

THOUGHT: dict[str, Any] = {"text": "hm", "thought": True}
TEXT: dict[str, Any] = {"text": "Let me look."}
CALL: dict[str, Any] = {"functionCall": {"name": "weather", "args": {"city": "Rome"}}}


def turn(*parts: Mapping[str, Any], **request: Any) -> Heard:
    """A turn of those parts, each in an event of its own; members of the client's request by name."""
    events = [candidate(part) for part in parts]
    return hear(
        sse(*events, candidate(finish="STOP", usageMetadata=GEMINI_USAGE)),
        source="gemini",
        target="responses",
        request={"tools": TOOLS["responses"], **request},
    )


def announced(heard: Heard, event: str = "added") -> list[dict[str, Any]]:
    """The items as `output_item.added`, or `.done`, has them, in order."""
    return [one["item"] for one in heard.payloads if one["type"] == f"response.output_item.{event}"]


def events_of(heard: Heard, kind: str) -> list[dict[str, Any]]:
    """The events of that type, of which there must be one."""
    found = [one for one in heard.payloads if one["type"] == kind]
    assert found, f"no {kind}"
    return found
