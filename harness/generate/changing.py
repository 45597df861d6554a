"""Small changes of a sketch that several traits make."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from msgspec.structs import replace

if TYPE_CHECKING:
    from harness.generate.choosing import Choose
    from harness.generate.sketch import Sketch

Trait: TypeAlias = Callable[["Choose", "Sketch"], "Sketch"]
"""What may be particular about a conversation: it draws what it needs, and gives another sketch."""


def with_say(sketch: Sketch, number: int, **changes: object) -> Sketch:
    """The sketch with one of its answers changed."""
    says = list(sketch.says)
    says[number] = replace(says[number], **changes)
    return replace(sketch, says=tuple(says))


def with_wishes(sketch: Sketch, **wishes: object) -> Sketch:
    """The sketch with further wishes."""
    return replace(sketch, wishes={**sketch.wishes, **wishes})
