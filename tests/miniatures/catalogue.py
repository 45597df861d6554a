"""All miniatures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.miniatures import (
    in_behaviour,
    in_chat,
    in_chat_calls,
    in_failures,
    in_requests,
    in_responses,
    in_terminals,
    in_tool_requests,
)
from tests.miniatures.miniature import Miniature

if TYPE_CHECKING:
    from types import ModuleType

MODULES: Final = (
    in_chat,
    in_chat_calls,
    in_responses,
    in_terminals,
    in_requests,
    in_tool_requests,
    in_failures,
    in_behaviour,
)


def miniatures() -> tuple[Miniature, ...]:
    """Every one, in the order of the modules."""
    return tuple(one() for one in classes_in(*MODULES))


def classes_in(*modules: ModuleType) -> tuple[type[Miniature], ...]:
    """Every miniature that one of these modules defines."""
    return tuple(
        one
        for module in modules
        for one in vars(module).values()
        if isinstance(one, type)
        and issubclass(one, Miniature)
        and one.__module__ == module.__name__
        and "name" in vars(one)
    )
