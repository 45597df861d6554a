"""Tiny targets of a conformance run: one that passes everything on, and those that fail as targets do."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from harness.errors import TargetError
from harness.sandwich.session import Route
from harness.targets.target import Kind, Running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from harness.translation.profiles import UpstreamDialect


@dataclass
class Tiny:
    """A target at any address; without one it is our upstream itself, which is right in everything.

    Args:
        base_url: Where clients are sent.
        ended: Asked whether it still runs.
        fails: It does not start, and says this.
        crashes: Its code fails with this instead.
        headers: What it is sent.
        upstream: What it is known to speak upstream; None is not known, as of a target that runs already.
    """

    name: ClassVar[str] = "tiny"
    title: ClassVar[str] = "a tiny target"
    kind: ClassVar[Kind] = "gateway"
    url: ClassVar[str] = ""
    unsupported: ClassVar[Mapping[str, str]] = {}

    base_url: str = ""
    ended: Callable[[], str | None] = field(default=lambda: None)
    fails: str = ""
    crashes: Exception | None = None
    headers: tuple[tuple[str, str], ...] = ()
    upstream: UpstreamDialect | None = "chat"

    def installed(self, tools: Path) -> str | None:
        """Always."""
        del tools
        return None

    @contextmanager
    def run(self, upstream: str, tools: Path, folder: Path) -> Iterator[Running]:
        """Be there, or not."""
        del tools, folder
        if self.fails:
            raise TargetError(self.fails)
        if self.crashes is not None:
            raise self.crashes
        base_url = self.base_url or f"{upstream}/v1"
        yield Running(
            routes=(
                Route(
                    name="chat",
                    base_url=base_url,
                    model="scenario",
                    inbound="chat",
                    upstream=self.upstream,
                    headers=self.headers,
                ),
            ),
            version="1.0",
            commands=(f"tiny --upstream {upstream}",),
            ended=self.ended,
            log=lambda: f"asked {upstream}",
        )


class Modest(Tiny):
    """One that says itself that it does not do everything."""

    unsupported: ClassVar[Mapping[str, str]] = {"chat/text-*": "its README, section Limits"}
