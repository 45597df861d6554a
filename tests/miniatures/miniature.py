"""A miniature: a gateway that is right in everything but one thing."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from harness.gateway.limits import Limits
from harness.jobs.serve import gateway_server
from harness.sandwich.session import Route
from harness.targets.builtin import PATHS
from harness.targets.target import Kind, Running
from tests.miniatures.tampering import Event, Tampering, tampering_proxy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from harness.cassettes.exchange import Header
    from harness.translation.engine import InboundDialect
    from harness.translation.profiles import UpstreamDialect

Memory = dict[str, Any]
_LIMITS = Limits(connect=5.0, first_byte=3.0, idle=3.0)
CHAT, RESPONSES = "chat over chat", "responses over chat"


class Miniature:
    """The base: without a defect. A miniature overrides what it gets wrong.

    Attributes:
        name: Short; the target's name.
        title: The defect, in a sentence.
        defect: Its number in the list of known defects that the miniatures are taken from; "" where it has none.
        side: Where it stands: between the client and the gateway, or between the gateway and its upstream.
        routes: Over which ways it shows.
        chapters: The capabilities that it concerns.
        shows: The scenarios that show it most plainly.
        modes: In which modes it shows.
        hears_leaving: Whether the client's leaving reaches the gateway.
        buffers: Whether a stream is held back to its end.
        reads_pieces: Whether a stream is changed piece by piece, not event by event.
    """

    name: ClassVar[str] = "base"
    title: ClassVar[str] = "It has no defect."
    kind: ClassVar[Kind] = "gateway"
    url: ClassVar[str] = ""
    unsupported: ClassVar[Mapping[str, str]] = {}
    defect: ClassVar[str] = ""
    side: ClassVar[Literal["client", "upstream"]] = "client"
    routes: ClassVar[tuple[str, ...]] = (CHAT, RESPONSES)
    chapters: ClassVar[tuple[str, ...]] = ("text",)
    shows: ClassVar[tuple[str, ...]] = ("text-plain",)
    hears_leaving: ClassVar[bool] = True
    buffers: ClassVar[bool] = False
    reads_pieces: ClassVar[bool] = False

    # -- what may go wrong

    def request(self, body: Any, memory: Memory) -> Any:
        """A request on its way in."""
        del memory
        return body

    def head(
        self, status: int, headers: tuple[Header, ...], memory: Memory
    ) -> tuple[int, tuple[Header, ...]]:
        """The head of an answer."""
        del memory
        return status, headers

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """An event of a stream."""
        del memory
        yield event

    def last_touch(self, event: Event, memory: Memory) -> None:
        """An event that goes out."""

    def written(self, event: Event) -> bytes:
        """The bytes of an event."""
        return event.encoded()

    def piece(self, data: bytes) -> bytes:
        """A piece of a stream."""
        return data

    def whole(self, body: Any, memory: Memory) -> Any:
        """A whole answer."""
        del memory
        return body

    def hangs(self, memory: Memory) -> bool:
        """Whether a stream is never ended."""
        del memory
        return False

    # -- as a target

    def installed(self, tools: Path) -> str | None:
        """It always is."""
        del tools
        return None

    @contextmanager
    def run(self, upstream: str, tools: Path, folder: Path) -> Iterator[Running]:
        """Serve it on threads of this process."""
        del tools, folder
        with ExitStack() as stack:
            if self.side == "upstream":
                upstream = stack.enter_context(tampering_proxy(upstream, self)).url
            served = [f"{dialect}={upstream}{path}" for dialect, path in PATHS.items()]
            gateway = gateway_server(served, limits=_LIMITS)
            if self.side == "client":
                # The miniature stands on the gateway's own server, so that nothing but itself comes between.
                server = gateway._thread.server
                server.handler = Tampering(server.handler, self)
            stack.enter_context(gateway)
            yield Running(routes=tuple(_route(one, gateway.base_url) for one in self.routes))


def _route(name: str, base_url: str) -> Route:
    inbound: InboundDialect
    upstream: UpstreamDialect
    inbound, upstream = name.split(" over ")  # type: ignore[assignment]
    return Route(
        name=name, base_url=base_url, model=f"{upstream}/scenario", inbound=inbound, upstream=upstream
    )


class OfChat(Miniature):
    """It gets a chunk of Chat Completions wrong."""

    routes: ClassVar[tuple[str, ...]] = (CHAT,)

    def choice(self, choice: Any, memory: Memory) -> None:
        """One choice of a chunk, to be changed in place."""

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Change its choices."""
        if isinstance(event.data, dict):
            for choice in event.data.get("choices") or ():
                self.choice(choice, memory)
        yield event


class OfResponses(Miniature):
    """It gets an event of Responses wrong; sequence numbers stay without gaps all the same."""

    routes: ClassVar[tuple[str, ...]] = (RESPONSES,)

    def last_touch(self, event: Event, memory: Memory) -> None:
        """Number it anew."""
        if isinstance(event.data, dict) and "sequence_number" in event.data:
            event.data["sequence_number"] = memory["sequence"] = memory.get("sequence", -1) + 1


class OfUpstream(Miniature):
    """It gets what passes between the gateway and its upstream wrong."""

    side = "upstream"
