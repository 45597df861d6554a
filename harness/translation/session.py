"""What one exchange knows while it is translated; nothing is shared between two."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.translation.losses import Ledger
from harness.translation.manner import Manner
from harness.translation.profiles import UpstreamProfile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.clock import Mint
    from harness.translation.profiles import UpstreamDialect
    from harness.turn.conversation import Request


@dataclass(slots=True, kw_only=True)
class Session:
    """One exchange.

    Args:
        mint: Makes every id of the answer.
        now: Unix time in whole seconds; asked when the request comes, and when the answer ends.
        upstream: The dialect that is spoken upstream.
        profile: What is particular to the upstream.
        manner: How the answer is written.
        ledger: Where losses go.
        request: What the client asked, once it has been read; None where nobody knows (a stream is translated alone).
        body: The client's request as JSON, for what a response echoes.

    Attributes:
        asked_at: When the request came: where the upstream does not say when it began to answer, the answer is as old
            as that, however long the upstream took to accept it.
        tool_names: The client's name of a tool, by the name that the upstream was given; a namespace is told as
            `namespace, name`.
        emulated: Names (upstream's) of functions that stand for custom tools: their calls are changed back.
        answer_tool: Name (upstream's) of the function whose arguments are the structured answer itself.
    """

    mint: Mint
    now: Callable[[], int]
    upstream: UpstreamDialect
    profile: UpstreamProfile = field(default_factory=lambda: UpstreamProfile(name="none"))
    manner: Manner = field(default_factory=Manner)
    ledger: Ledger = field(default_factory=Ledger)
    request: Request | None = None
    body: Mapping[str, object] = field(default_factory=dict)
    tool_names: dict[str, tuple[str | None, str]] = field(default_factory=dict)
    emulated: set[str] = field(default_factory=set)
    answer_tool: str | None = None
    asked_at: int = field(init=False)

    def __post_init__(self) -> None:
        self.asked_at = self.now()

    def lose(self, code: str, at: str, detail: str = "") -> None:
        """Note a loss."""
        self.ledger.lose(code, at, detail)

    def lose_at(self, code: str, src: int, detail: str = "") -> None:
        """Note a loss in the upstream's answer, at the event of that index."""
        self.ledger.lose(code, f"event {src}" if src >= 0 else "answer", detail)
