"""What a scenario is given, and what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import openai


@dataclass(frozen=True)
class Stage:
    """A running server, seen by a scenario.

    Args:
        client: The real SDK; it neither retries nor knows that it is recorded.
        model: The name under which the server knows the model.
        kill: Ends the server that the client talks to with SIGKILL (TerminateProcess on Windows).
        kill_upstream: The same for the server behind it; None where there is none behind.
    """

    client: openai.OpenAI
    model: str
    kill: Callable[[], None]
    kill_upstream: Callable[[], None] | None = None


@dataclass(frozen=True)
class Scenario:
    """One conversation worth having.

    Args:
        name: The cassette's file name.
        summary: What happens, in one sentence.
        drive: Holds the conversation. What the SDK raises at the server's answer comes out of it.
        kills: Afterwards the server is dead and must be started anew.
        behind: It needs a server behind the server.
        raw_encoding: The client's own accept-encoding goes out, so that the answer may come compressed.
        through_proxy: It is recorded by the proxy between client and server, not inside the client.
        only: The servers at which it shows something; by default all.
    """

    name: str
    summary: str
    drive: Callable[[Stage], None]
    kills: bool = False
    behind: bool = False
    raw_encoding: bool = False
    through_proxy: bool = False
    only: tuple[str, ...] = ()


def read(stream: Iterable[Any], *, at_most: int | None = None) -> list[Any]:
    """The events of a stream, all or the first few; the caller closes the stream."""
    events = []
    for event in stream:
        events.append(event)
        if at_most is not None and len(events) >= at_most:
            break
    return events
