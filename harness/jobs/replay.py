"""Serving recordings on a local port."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from harness.cassettes.matching.deck import Deck
from harness.cassettes.matching.policy import MatchPolicy
from harness.cassettes.pace import parse_pace
from harness.errors import InputError
from harness.faults.registry import parse_fault
from harness.io.opened import seen_of, tell
from harness.io.playback import obstacle_in_all
from harness.io.recordings import find_recordings, read_recording
from harness.io.secrets import environment_redactor
from harness.io.server.replay import ReplayHandler
from harness.io.server.threaded import ServerThread
from harness.jobs.serving import LocalServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from harness.cassettes.exchange import Exchange, Request
    from harness.errors import HarnessError
    from harness.faults.fault import Fault
    from harness.io.opened import Seen

_API_ENDINGS = ("/chat/completions", "/responses", "/models", "/embeddings")


@dataclass(frozen=True)
class ReplaySummary:
    """What a replay server did.

    Args:
        played: How many answers it gave.
        misses: The explanation of each request that no recording answers.
        unplayed: Recordings that nobody asked for, as (source, exchange).
        orphans: Sources none of whose recordings was asked for.
        stacks: Requests that recordings of several sources answer, in words.
        unharmed: Recordings that were played and in which the fault cannot be made, as (source, exchange, why).
        errors: What kept an answer from being played to its end, such as a cassette that was replaced meanwhile.
    """

    played: int
    misses: Sequence[str]
    unplayed: Sequence[tuple[str, Exchange]]
    orphans: Sequence[str]
    stacks: list[str] = field(default_factory=list)
    unharmed: Sequence[tuple[str, Exchange, str]] = ()
    errors: Sequence[HarnessError] = ()


class ReplayServer(LocalServer):
    """Recordings on a local port. Made by `replay_server`."""

    def __init__(
        self, deck: Deck, thread: ServerThread, handler: ReplayHandler, base_path: str, fault: Fault | None
    ) -> None:
        super().__init__(thread, base_path)
        self._deck = deck
        self._fault = fault
        self._handler = handler
        self._is_over = False

    def start(self) -> Self:
        """As of any server; whoever watches is told of one that is started again."""
        super().start()
        if self._is_over:
            self._is_over = False
            tell(self)
        return self

    def stop(self) -> None:
        """Stop, letting answers under way end for a moment. Calling it twice is harmless."""
        super().stop()
        self._is_over = True

    def session_url(self, name: str) -> str:
        """A URL whose clients see the recordings from the beginning, whatever others have played."""
        return f"{self.url}/@session/{name}"

    def obstacle(self) -> str | None:
        """Why the fault can be made in none of the recordings; None where it can, or where there is none."""
        found = obstacle_in_all(self._fault, self._deck.exchanges)
        if found is None:
            return None
        position, why = found
        return f"{why} ({self._deck.source(position)}, exchange {self._deck.exchanges[position].index})"

    def summary(self) -> ReplaySummary:
        """What has been played, missed and left so far."""
        return self._thread.call(self._summary)

    def _summary(self) -> ReplaySummary:
        return ReplaySummary(
            self._handler.played,
            tuple(self._handler.misses),
            tuple(
                (self._deck.source(position), exchange)
                for position, exchange in enumerate(self._deck.exchanges)
                if not self._deck.played(position)
            ),
            self._deck.orphaned_sources(),
            [
                f"{stack.method} {stack.path}  {', '.join(stack.sources)}"
                for stack in self._deck.stacked()
                if len(stack.sources) > 1
            ],
            tuple(self._unharmed()),
            tuple(self._handler.errors),
        )

    def seen(self) -> Sequence[Seen]:
        """What became of each cassette so far, for whoever watches over many: see `harness.io.opened`."""
        first, *others = seen_of(self._deck, is_open=not self._is_over, is_faulted=self._fault is not None)
        return [first._replace(misses=tuple(self._handler.misses)), *others]

    def _unharmed(self) -> Iterator[tuple[str, Exchange, str]]:
        fault = self._fault
        if fault is None or not fault.consumes:
            return
        for position, exchange in enumerate(self._deck.exchanges):
            if self._deck.played(position) and (why := fault.obstacle(exchange)) is not None:
                yield self._deck.source(position), exchange, why


def replay_server(
    recordings: str | Path | Iterable[str | Path],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    pace: str = "recorded",
    fault: str | None = None,
    match: MatchPolicy | None = None,
    nearest: bool = False,
    on_request: Callable[[Request], None] | None = None,
) -> ReplayServer:
    """A server that answers with recordings; start it with `with`, or `start` and `stop`.

    Args:
        recordings: Files, folders or names of shipped recordings; see `harness.io.recordings`.
        host: Address to listen on; loopback unless told otherwise.
        port: Port; 0 takes a free one.
        pace: When chunks go out, and how they are cut: `recorded`, `instant`, `x4`, `bytes:7`, ...
        fault: What goes wrong: `cut:event=7`, `status:429`, ...
        match: What makes a live request equal to a recorded one.
        nearest: Answer a request that no recording answers with the nearest one; it stays a miss.
        on_request: Told of each request for a recording, on the server's thread, before it is answered.

    Raises:
        UsageError: An option cannot be meant.
        InputError: A recording cannot be read.
        PortInUse: On start: another program listens there.
    """
    given = [recordings] if isinstance(recordings, str) or not hasattr(recordings, "__iter__") else recordings
    cassettes = [read_recording(path) for path in find_recordings(given)]
    deck = Deck.of(cassettes, policy=match or MatchPolicy(), redactor=environment_redactor())
    if not deck.exchanges:
        raise InputError("there is no exchange in these recordings", where=", ".join(map(str, given)))
    harm = parse_fault(fault) if fault is not None else None
    handler = ReplayHandler(deck, pace=parse_pace(pace), fault=harm, nearest=nearest, on_request=on_request)
    server = ReplayServer(deck, ServerThread(handler, host, port), handler, base_path(deck.exchanges), harm)
    tell(server)
    return server


def base_path(exchanges: Iterable[Exchange]) -> str:
    """What OpenAI clients put before `/chat/completions` to meet these recordings; `/v1` where it cannot be told."""
    prefixes: Counter[str] = Counter()
    for exchange in exchanges:
        path = urlsplit(exchange.request.url).path
        for ending in _API_ENDINGS:
            if path.endswith(ending):
                prefixes[path.removesuffix(ending)] += 1
    return prefixes.most_common(1)[0][0] if prefixes else "/v1"
