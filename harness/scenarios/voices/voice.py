"""What a voice is, and which there are."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.translation.profiles import UpstreamDialect
    from harness.turn.increments import Increment

CREATED: Final = 1_760_000_000
"""When every answer of a scenario was made, in Unix seconds: the same run gives the same bytes."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """The request that is answered, as the gateway sent it.

    Args:
        body: Its JSON object.
        model: The model it asks for, from body or path.
        mark: The session's.
        number: Which of the session's requests it is, from 0: ids differ between them.
    """

    body: Mapping[str, Any] = field(default_factory=dict)
    model: str = "scenario"
    mark: str = ""
    number: int = 0


class Voice(Protocol):
    """Says answers in one dialect."""

    def events(self, increments: Iterable[Increment], heard: Heard) -> list[bytes]:
        """The stream: whole SSE blocks, each in one write."""
        ...

    def whole(self, increments: Iterable[Increment], heard: Heard) -> dict[str, Any]:
        """The answer to somebody who wants no stream."""
        ...


_VOICES: Final = {
    "chat": ("harness.scenarios.voices.openai", "CHAT"),
    "responses": ("harness.scenarios.voices.openai", "RESPONSES"),
    "gemini": ("harness.scenarios.voices.gemini", "GEMINI"),
    "anthropic": ("harness.scenarios.voices.anthropic", "ANTHROPIC"),
}


def voice(dialect: UpstreamDialect) -> Voice:
    """The voice of a dialect."""
    module, name = _VOICES[dialect]
    return cast("Voice", getattr(import_module(module), name))
