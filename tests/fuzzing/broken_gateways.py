"""Gateways of tests of the hunt: right in everything but one thing, or in nothing."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from tests.miniatures.miniature import CHAT, RESPONSES, Memory, Miniature, OfChat

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from harness.cassettes.exchange import Header
    from harness.targets.target import Running
    from tests.miniatures.tampering import Event


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


class RefusesStops(Miniature):
    """It answers a legal request with an error of its own, of which it says too little, and asks no upstream."""

    name = "refuses-stops"
    routes = (CHAT,)
    status: ClassVar[int] = 400
    error: ClassVar[Any] = {"error": "stop is not supported"}

    def request(self, body: Any, memory: Memory) -> Any:
        """What has stop sequences is refused further on."""
        memory["refused"] = "stop" in body
        return {"model": body["model"]} if memory["refused"] else body

    def head(
        self, status: int, headers: tuple[Header, ...], memory: Memory
    ) -> tuple[int, tuple[Header, ...]]:
        """With a status of its own."""
        return (self.status if memory["refused"] else status), headers

    def whole(self, body: Any, memory: Memory) -> Any:
        """And with words of its own."""
        return self.error if memory["refused"] else body


class CrashesOnStops(RefusesStops):
    """It falls over them."""

    name = "crashes-on-stops"
    status = 500
    error: ClassVar[Any] = {"error": {"message": "oops", "type": "server_error", "param": None, "code": None}}


class ForgetsWhatFollows(Miniature):
    """It loses the text of an answer that goes on from another."""

    name = "forgets-what-follows"
    routes = (RESPONSES,)

    def request(self, body: Any, memory: Memory) -> Any:
        """Which names it."""
        memory["follows"] = "previous_response_id" in body
        return body

    def whole(self, body: Any, memory: Memory) -> Any:
        """Of whole answers."""
        for item in body.get("output") or () if memory["follows"] else ():
            for part in item.get("content") or ():
                part["text"] = ""
        return body


class NeverEnds(Right):
    """It keeps the end of every stream to itself."""

    name = "never-ends"

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """All but what ends it."""
        del memory
        if isinstance(event.data, dict) and not any(
            one.get("finish_reason") for one in event.data.get("choices") or ()
        ):
            yield event

    def hangs(self, memory: Memory) -> bool:
        """Until the client has had enough."""
        del memory
        return True


@contextmanager
def running(miniature: Miniature, upstream: str, folder: Path) -> Iterator[Running]:
    """Start one in front of an upstream."""
    with miniature.run(upstream, folder, folder) as started:
        yield started
