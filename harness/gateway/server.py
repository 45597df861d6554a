"""The gateway as a handler of `harness.io.server`: one task for each request, and nothing that two of them share."""

from __future__ import annotations

import asyncio
import hashlib
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from harness.gateway import serving
from harness.gateway.endpoints import Endpoint, endpoint, unknown_url, wrong_method
from harness.gateway.exchange import Exchange
from harness.gateway.limits import Limits
from harness.gateway.reaching import Reaches
from harness.gateway.recording import Sides
from harness.io.clock import RandomMint
from harness.io.server.handlers import Receiver, Whole
from harness.translation.ids import SeededMint
from harness.translation.losses import LossPolicy
from harness.translation.manner import Manner

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.clock import Mint
    from harness.errors import MissError
    from harness.gateway.calling import Caller
    from harness.gateway.destinations import Destinations
    from harness.gateway.store import StateStore
    from harness.io.server.heads import RequestHead
    from harness.io.server.responder import Responder

T = TypeVar("T")

LARGEST_BODY: Final = 20 << 20
"""Bytes of a request that are taken by default."""

_KEPT_MISSES: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a gateway behaves.

    Args:
        manner: How answers are written.
        policy: What is done about losses.
        passthrough: Where both sides speak the same dialect, bytes are passed on as they are.
        retries: How often an upstream is asked again before the client is told.
        limits: How long what may take.
        keep_alive: Seconds of silence after which a stream that has begun is sent a comment; None never.
        grace: Seconds that streams have to end in when the gateway stops, before they are ended with an error.
    """

    manner: Manner = field(default_factory=Manner)
    policy: LossPolicy = field(default_factory=LossPolicy)
    passthrough: bool = False
    retries: int = 2
    limits: Limits = field(default_factory=Limits)
    keep_alive: float | None = None
    grace: float = 4.0


class Gateway:
    """Answers clients of Chat Completions and Responses with what upstreams of any dialect say.

    Args:
        destinations: The upstreams.
        callers: What asks each of them, by its name.
        now: Unix time in seconds.
        settings: How it behaves.
        sides: Who records.
        store: Keeps responses for upstreams that do not; closed with the gateway.
        is_replay: Upstreams are recordings: ids follow from the request, and nothing is waited for.
        seed: Of the jitter in waits; None is another each time.

    Attributes:
        misses: Requests that no recording answers, explained.
        reaches: Which upstreams could be reached.
        stopping: It is being shut down.
    """

    def __init__(
        self,
        destinations: Destinations,
        callers: Mapping[str, Caller],
        *,
        now: Callable[[], int],
        settings: Settings | None = None,
        sides: Sides | None = None,
        store: StateStore | None = None,
        is_replay: bool = False,
        seed: int | None = None,
    ) -> None:
        self.destinations = destinations
        self.callers = callers
        self.now = now
        self.settings = settings or Settings()
        self.sides = sides or Sides()
        self.store = store
        self.is_replay = is_replay
        self.chance = random.Random(seed)
        self.misses: list[str] = []
        self.reaches = Reaches()
        self.stopping = False
        self._whole = Whole(self._handle)
        self._exchanges: dict[asyncio.Task[None], Exchange] = {}
        self._repeats: dict[bytes, int] = {}
        # One thread, so that no stream waits for a disk, and what was written first is read after it.
        self._at_store = ThreadPoolExecutor(1, "harness-store")

    # -- what the server calls

    def open(self, head: RequestHead, responder: Responder) -> Receiver:
        """Collect a request."""
        return self._whole.open(head, responder)

    def closing(self) -> None:
        """Streams have a while to end by themselves; then their clients are told."""
        asyncio.get_running_loop().call_later(self.settings.grace, self._end_all)

    async def aclose(self) -> None:
        """End what is still under way, and close the connections to upstreams, and the store.

        What cannot be closed keeps nothing else open: what it raised is raised when all the others are closed, and of
        several connections as a group.
        """
        self.stopping = True
        async with AsyncExitStack() as closing:  # from the last to the first
            if self.store is not None:
                closing.callback(self.store.close)
            closing.callback(self._at_store.shutdown)
            closing.push_async_callback(self._close_callers)
            tasks = tuple(self._exchanges)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _close_callers(self) -> None:
        closing = [caller.aclose() for caller in self.callers.values()]
        ended = await asyncio.gather(*closing, return_exceptions=True)
        failed = [one for one in ended if one is not None]
        if len(failed) > 1:
            raise BaseExceptionGroup("connections to upstreams cannot be closed", failed)
        if failed:
            raise failed[0]

    def _end_all(self) -> None:
        for exchange in tuple(self._exchanges.values()):
            exchange.stop()

    def _handle(self, head: RequestHead, body: bytes, responder: Responder) -> None:
        found = endpoint(head.path)
        if found is not None and found.name == "health" and head.method in found.methods:
            body = b'{"status":"ok"}'
            fields = (("content-type", "application/json"), ("content-length", str(len(body))))
            responder.answer(200, "", fields, body)
            return
        exchange = Exchange(self, head, body, responder, found or _NOWHERE)
        task = asyncio.get_running_loop().create_task(exchange.run(_served))
        self._exchanges[task] = exchange
        task.add_done_callback(self._exchanges.pop)
        responder.on_disconnect = _canceller(task)

    # -- what exchanges ask

    def mint(self, name: str, body: bytes) -> Mint:
        """What makes the ids of one exchange's answer: at random; or, of recordings, always the same."""
        if not self.is_replay:
            return RandomMint()
        seed = hashlib.sha256(name.encode() + b"\0" + body).digest()
        number = self._repeats[seed] = self._repeats.get(seed, -1) + 1
        return SeededMint(b"%b%d" % (seed, number))

    async def in_store(self, work: Callable[[], T]) -> T:
        """Do something with the store, apart from the loop."""
        return await asyncio.get_running_loop().run_in_executor(self._at_store, work)

    def missed(self, miss: MissError) -> None:
        """Keep what no recording answers."""
        if len(self.misses) < _KEPT_MISSES:
            self.misses.append(str(miss))


_NOWHERE: Final = Endpoint("unknown", ())


def _canceller(task: asyncio.Task[None]) -> Callable[[], None]:
    def cancel() -> None:
        task.cancel()

    return cancel


async def _served(exchange: Exchange) -> Any:
    """Do what the endpoint of an exchange does."""
    found, method = exchange.found, exchange.head.method
    if found is _NOWHERE:
        raise unknown_url(method, exchange.head.path.partition("?")[0])
    allow = ", ".join([*found.methods, "OPTIONS"])
    if method == "OPTIONS":
        exchange.answer.whole(204, (("allow", allow),), b"")
    elif method not in found.methods:
        exchange.refuse(wrong_method(found), (("allow", allow),))
    else:
        await serving.SERVES[found.name](exchange)
