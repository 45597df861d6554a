"""Lists of models, in OpenAI's shape whatever the upstream's.

Sources: OpenAI reference "List models" (`object`, `data` of `id`, `object`, `created`, `owned_by`); Anthropic
reference "List Models" (`data` of `id`, `created_at`, `display_name`); Gemini reference "models.list" (`models` of
`name`, such as `models/gemini-2.5-flash`).
"""

from __future__ import annotations

from calendar import timegm
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.translation.profiles import UpstreamDialect

PATHS: Final = {
    "chat": "/models",
    "responses": "/models",
    "anthropic": "/models?limit=1000",
    "gemini": "/models?pageSize=1000",
}
"""Where an upstream of a dialect lists its models, all at once."""


def models_of(dialect: UpstreamDialect, listing: object, *, owner: str) -> list[dict[str, Any]] | None:
    """The models of a listing.

    Args:
        dialect: Whose listing it is.
        listing: Its JSON.
        owner: Who owns a model of which the upstream does not say.

    Returns:
        OpenAI's model objects, in the upstream's order; None where this is no listing.
    """
    every = listing
    if isinstance(listing, dict):
        every = listing.get("models" if dialect == "gemini" else "data", listing.get("models"))
    if not isinstance(every, list):
        return None
    return [model for one in every if (model := _model(one, owner)) is not None]


def listing_of(models: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """OpenAI's listing of these models."""
    return {"object": "list", "data": list(models)}


def _model(one: object, owner: str) -> dict[str, Any] | None:
    if not isinstance(one, dict):
        return None
    name = next(
        (one[key] for key in ("id", "name", "model") if isinstance(one.get(key), str) and one[key]), None
    )
    if name is None:
        return None
    owned_by = one.get("owned_by")
    return {
        "id": name.removeprefix("models/"),
        "object": "model",
        "created": _created(one),
        "owned_by": owned_by if isinstance(owned_by, str) and owned_by else owner,
    }


def _created(one: dict[str, Any]) -> int:
    """Unix time in seconds; 0 where the upstream does not say."""
    created = one.get("created", one.get("created_at"))
    if isinstance(created, bool):
        return 0
    if isinstance(created, int | float):
        return int(created) if 0 <= created < 1 << 53 else 0
    if isinstance(created, str):
        try:
            return timegm(datetime.fromisoformat(created).utctimetuple())
        except (ValueError, OverflowError):
            return 0
    return 0
