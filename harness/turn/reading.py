"""From any dialect's final state to a turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.turn.turn import Turn


def turn_of(dialect: str, stream: Any) -> Turn:
    """What an exchange amounts to.

    Args:
        dialect: Name of the dialect.
        stream: The state that its machine has come to.
    """
    if dialect == "chat":
        from harness.turn.of_chat import of_chat  # noqa: PLC0415 - one dialect needs no other

        return of_chat(stream)
    if dialect == "responses":
        from harness.turn.of_responses import of_responses  # noqa: PLC0415 - likewise

        return of_responses(stream)
    if dialect == "anthropic":
        from harness.turn.of_anthropic import of_anthropic  # noqa: PLC0415 - likewise

        return of_anthropic(stream)
    from harness.turn.of_gemini import of_gemini  # noqa: PLC0415 - likewise

    return of_gemini(stream)
