"""Rules on items of certain types."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from harness.dialects.responses.state import ResponsesStream
from harness.rules.rule import Rule

if TYPE_CHECKING:
    from harness.rules.case import Case


class ItemRule(Rule[ResponsesStream]):
    """A rule that also counts as exercised where an item of one of its types came, whatever events it had.

    Class attributes:
        items: The types.
    """

    items: ClassVar[tuple[str, ...]] = ()
    dialects = ("responses",)

    def exercised(self, case: Case[ResponsesStream], seen: frozenset[str] | set[str]) -> bool:
        """Whether one of the events came, or one of the items."""
        return super().exercised(case, seen) or any(item.type in self.items for item in case.stream.order)
