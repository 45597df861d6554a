"""What an OpenAI upstream says beside the answer, where the client's dialect is the other one: it is told as lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.dialects.members import mapping
from harness.translation.writers.blocks import kept

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.translation.session import Session
    from harness.turn.increments import Finish, Start

CHUNK: Final = frozenset({
    "id", "object", "created", "model", "choices", "usage", "service_tier", "system_fingerprint", "obfuscation",
    "error",
})  # fmt: skip
"""Members of a Chat chunk that the neutral words hold, or that say nothing."""

REQUEST: Final = frozenset({
    "stream", "stream_options", "messages", "max_tokens", "max_completion_tokens", "temperature", "top_p", "tools",
    "tool_choice", "n", "stop",
})  # fmt: skip
"""Members of a request that some servers repeat in chunks: what the gateway asked is no matter of the client's."""

_ANSWER: Final = frozenset({
    "completed_at", "conversation", "created_at", "error", "id", "incomplete_details", "model", "object", "output",
    "output_text", "prompt", "prompt_cache_options", "status", "usage",
})  # fmt: skip
"""Members of a response that the neutral words hold, or that its client knows; those that repeat the request are many
more."""


def tell_lost(one: Start | Finish, session: Session) -> None:
    """Tell of the members that say something and have no place in the client's dialect."""
    names: list[str] = []
    raw = kept(one.raw, session, one.src)
    if one.dialect == "chat":
        names = list(_saying(raw, CHUNK | {"choice"}))
        names += list(_saying(mapping(raw.get("choice")), frozenset({"native_finish_reason", "text"})))
    elif one.dialect == "responses":
        from harness.translation.requests.echo import echo  # noqa: PLC0415 - only where Responses is spoken upstream

        names = list(_saying(raw, _ANSWER | set(echo(None, {})) - {"moderation"}))
    if names:
        session.lose_at("L235", one.src, ", ".join(sorted(names)[:8]))


def _saying(raw: Mapping[str, Any], known: frozenset[str]) -> Iterator[str]:
    """Names of the members that are not known and say something."""
    for name, value in raw.items():
        if name not in known and _says(value):
            yield name[:64]


def _says(value: Any) -> bool:
    """Whether a value is anything but null, zero and empty, all the way down."""
    if isinstance(value, dict):
        return any(_says(one) for one in value.values())
    return bool(value)
