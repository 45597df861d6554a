"""What drives the tables of requests: each cell is a test of its own, of what an upstream is told and what is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from tests.request_cells import cell, conversation
from tests.request_outlines import outline

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Parameters: TypeAlias = "Sequence[tuple[str, dict[str, Any], Mapping[str, tuple[dict[str, Any], str]]]]"
"""Rows: a name, what the client says beside the least request, and cells by upstream.

A cell is what the upstream's body has for it, and the losses: `CODE place`, with "; " between them.
"""

Conversations: TypeAlias = "Sequence[tuple[str, list[dict[str, Any]], Mapping[str, tuple[str, str]]]]"
"""Rows likewise, of what was said behind the user's first word; what an upstream is sent of it is an outline."""


def each_cell(rows: Parameters | Conversations) -> pytest.MarkDecorator:
    """A test for each cell of a table, as `said`, `upstream`, `told` and `losses`."""
    return pytest.mark.parametrize(
        ("said", "upstream", "told", "losses"),
        [
            pytest.param(said, upstream, told, losses, id=f"{row}-{number}-{upstream}")
            for number, (row, said, cells) in enumerate(rows)
            for upstream, (told, losses) in cells.items()
        ],
    )


def parameters_told(inbound: str, said: dict[str, Any], upstream: str) -> tuple[dict[str, Any], str]:
    """The cell of these parameters: nothing else is in the body than what the least request has there."""
    found = cell(inbound, said, upstream)
    return found.told, "; ".join(found.losses)


def conversation_told(inbound: str, said: list[dict[str, Any]], upstream: str) -> tuple[str, str]:
    """The cell of this conversation."""
    member = "messages" if inbound == "chat" else "input"
    messages, lost, _ = conversation(inbound, {member: said}, upstream)
    return outline(messages), "; ".join(lost)
