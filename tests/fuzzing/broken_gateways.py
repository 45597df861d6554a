"""Gateways of tests of the hunt: right in everything but one thing, or in nothing."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.miniatures.miniature import CHAT, Memory, Miniature, OfChat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.targets.target import Running


class Right(Miniature):
    """It has no defect."""

    name = "right"
    routes = (CHAT,)


class LosesExclamationMarks(OfChat):
    """It takes exclamation marks out of texts."""

    name = "loses-exclamation-marks"
    title = "No exclamation mark arrives."

    def choice(self, choice: Any, memory: Memory) -> None:
        """Of streams; whole answers are right."""
        del memory
        if text := choice["delta"].get("content"):
            choice["delta"]["content"] = text.replace("!", "")


class LosesTheSecondStop(Miniature):
    """It passes on one stop sequence."""

    name = "loses-the-second-stop"
    routes = (CHAT,)

    def request(self, body: Any, memory: Memory) -> Any:
        """On the way in."""
        del memory
        if isinstance(body.get("stop"), list):
            body["stop"] = body["stop"][:1]
        return body


@contextmanager
def running(miniature: Miniature, upstream: str, folder: Path) -> Iterator[Running]:
    """Start one in front of an upstream."""
    with miniature.run(upstream, folder, folder) as started:
        yield started
