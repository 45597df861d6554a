"""Serving a gateway on a local port: the verb behind `harness.gateway_server` and `harness serve`."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from harness.cassettes.matching.deck import Deck
from harness.cassettes.matching.policy import MatchPolicy
from harness.cassettes.redaction.detector import Detector
from harness.cassettes.redaction.redactor import Redactor
from harness.errors import HarnessError, InputError, SecretFound, UsageError
from harness.gateway.calling import RecordedUpstream, times_of
from harness.gateway.destinations import Destinations, read_destination
from harness.gateway.limits import Limits
from harness.gateway.recording import Sides
from harness.gateway.server import LARGEST_BODY, Gateway, Settings
from harness.gateway.store import DAY, StateStore
from harness.io.clock import RandomMint
from harness.io.environment import SHORTEST, secret_values
from harness.io.opened import Seen, seen_of, tell
from harness.io.partfile import refuse_taken, refuse_unwritable
from harness.io.process import client_environment
from harness.io.recorder import Recorder
from harness.io.recordings import find_recordings, read_recording
from harness.io.secrets import environment_redactor
from harness.io.server.threaded import ServerThread
from harness.io.upstream import Upstream
from harness.jobs.output import refuse_existing
from harness.jobs.serving import LocalServer
from harness.translation.engine import INBOUND, answering, prepare
from harness.translation.losses import LossPolicy
from harness.translation.manner import Manner

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from harness.cassettes.matching.policy import RepeatRule
    from harness.gateway.calling import Caller
    from harness.gateway.destinations import Destination

CLIENT: Final = "client.cassette.jsonl"
UPSTREAM: Final = "upstream.cassette.jsonl"
"""The two sides in the folder of a recording."""

Keys: TypeAlias = Literal["environment", "client"]
"""Whose key an upstream is sent."""


@dataclass(frozen=True)
class GatewaySummary:
    """What a gateway leaves behind.

    Args:
        recorded: The sealed cassettes.
        refusals: What was not recorded, and why. Clients were served all the same.
        misses: Requests that no recording answers, explained.
        unreached: Why upstreams that were asked could never be reached, one of each.
    """

    recorded: Sequence[Path] = ()
    refusals: Sequence[Exception] = ()
    misses: Sequence[str] = ()
    unreached: Sequence[HarnessError] = ()


class GatewayServer(LocalServer):
    """A gateway on a local port. Made by `gateway_server`.

    Attributes:
        destinations: Its upstreams.
    """

    def __init__(
        self,
        thread: ServerThread,
        gateway: Gateway,
        recorders: Sequence[Recorder],
        sides: Sides,
        deck: Deck | None = None,
    ) -> None:
        super().__init__(thread, "/v1")
        self.destinations = gateway.destinations
        self._deck = deck
        self._gateway = gateway
        self._recorders = recorders
        self._sides = sides
        self._summary: GatewaySummary | None = None

    @property
    def environment(self) -> dict[str, str]:
        """Variables that point OpenAI's SDKs at this server, for a child process; other SDKs are left alone."""
        return client_environment(self.url, self.base_path, only_openai=True)

    def seen(self) -> Sequence[Seen]:
        """What became of the recordings that answer in place of upstreams: see `harness.io.opened`."""
        if self._deck is None:
            return ()
        first, *others = seen_of(self._deck, is_open=self._summary is None)
        # The other side of the session belongs to it, though nobody asks for it.
        sides = [Seen(first.path.with_name(CLIENT), 0, frozenset())] if first.path.name == UPSTREAM else []
        return [first._replace(misses=tuple(self._gateway.misses)), *others, *sides]

    def stop(self) -> None:
        """Stop, letting streams under way end for a moment, and seal. Calling it twice is harmless.

        Raises:
            FileAccessError: A cassette cannot be written; its `.part` file is left for `harness cassette recover`.
        """
        if self._summary is not None:
            return
        super().stop()
        sealed: list[Path] = []
        refusals: list[Exception] = list(self._sides.failures)
        trouble: HarnessError | None = None
        for recorder in self._recorders:
            refusals += recorder.refusals
            try:
                path = recorder.close()
            except SecretFound as error:
                path = recorder.path
                if error not in refusals:
                    refusals.append(error)
            except HarnessError as error:
                trouble, path = error, None
            if path is not None:
                sealed.append(path)
        self._summary = GatewaySummary(
            sealed, refusals, tuple(self._gateway.misses), self._gateway.reaches.never()
        )
        if trouble is not None:
            raise trouble

    def summary(self) -> GatewaySummary:
        """What it has left behind, once it has been stopped.

        Raises:
            UsageError: It has not.
        """
        if self._summary is None:
            raise UsageError("the gateway still serves", hint="stop the server first")
        return self._summary


def gateway_server(
    upstream: str | Iterable[str],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    profile: str | None = None,
    routes: Mapping[str, str] | None = None,
    key_variables: str | Sequence[str] = (),
    pass_key: bool = False,
    record: str | Path | None = None,
    overwrite: bool = False,
    replay: str | Path | None = None,
    repeats: RepeatRule = "strict",
    losses: Iterable[str] = (),
    manner: Manner | None = None,
    passthrough: bool = False,
    retries: int = 2,
    limits: Limits | None = None,
    keep_alive: float | None = None,
    max_body: int = LARGEST_BODY,
    store: str | Path | None = "memory",
    store_limits: StoreLimits | None = None,
    ca: str | Path | None = None,
    seed: int | None = None,
) -> GatewayServer:
    """A local server that speaks Chat Completions and Responses, in front of upstreams of any dialect.

    Args:
        upstream: `DIALECT=URL` (`gemini=https://...`), the name of a profile (`deepseek`), `PROFILE=URL`, or any
            of them behind `NAME=`; or several. Of several, a model `NAME/model` goes to that one, others to the first.
        host: Address to listen on; loopback unless told otherwise.
        port: Port; 0 takes a free one.
        profile: What is particular to the upstreams, by name, where they do not say so themselves.
        routes: Patterns of model names, such as `gpt-*`, with the names of upstreams.
        key_variables: An environment variable that holds a key, or several: `VARIABLE`, or `NAME=VARIABLE` for one
            upstream. By default those of the profile, where the URL is the profile's own or the profile was named.
        pass_key: Upstreams are sent the client's key instead of one of the environment's. Without it, no client's key
            goes anywhere.
        record: A folder: both sides of every exchange are recorded in it.
        overwrite: What is in it may be replaced.
        replay: A folder that was recorded so, or any recording of upstreams: they are not asked, but what they said
            then is taken, and the answers have the same bytes every time.
        repeats: What answers a request again whose recordings have all been played.
        losses: What is done about what cannot be carried: "error", "warn", "allow", or "CODE=warn" for one code.
        manner: How answers are written.
        passthrough: Where both sides speak the same dialect, bytes are passed on as they are.
        retries: How often an upstream is asked again before the client is told.
        limits: How long what may take.
        keep_alive: Seconds of silence after which a stream that has begun is sent a comment.
        max_body: Bytes that a request may have.
        store: Where responses are kept for upstreams that keep none themselves: "memory", a file, or None.
        store_limits: How many, how large together and for how long.
        ca: A file of certificates (PEM) to trust beside the usual ones.
        seed: Of the jitter in waits; None is another each time.

    Raises:
        UsageError: An option cannot be meant.
        InputError: A recording cannot be read.
        FileAccessError: What is to be recorded is there already, or cannot be written.
        PortInUse: On start: another program listens there.
    """
    given = [upstream] if isinstance(upstream, str) else list(upstream)
    if pass_key and key_variables:
        # What was given is not told: it may be the key itself.
        raise UsageError(
            "--pass-key and --api-key-env exclude each other: an upstream is sent one key",
            where="pass_key, key_variables",
            hint="leave out --pass-key to send the variable's, or --api-key-env to send the client's own",
        )
    variables = _variables([key_variables] if isinstance(key_variables, str) else key_variables)
    every = [
        read_destination(
            text,
            profile=profile,
            variables=variables.get(text.partition("=")[0], variables.get("")),
            pass_key=pass_key,
            environment={} if replay is not None and not variables else os.environ,
        )
        for text in given
    ]
    destinations = Destinations(every, tuple((routes or {}).items()))
    if (strange := variables.keys() - {"", *(one.name for one in every)}) != set():
        raise UsageError("a key is given for an upstream that is not there", found=", ".join(sorted(strange)))
    limits = limits or Limits()
    live = {
        one.name: Upstream(one.base_url, ca=Path(ca) if ca else None, connect_timeout=limits.connect)
        for one in every
    }
    callers: Mapping[str, Caller] = live
    now = _now
    deck: Deck | None = None
    if replay is not None:
        callers, first, deck = _recorded(live, Path(replay), repeats)
        now = lambda: first  # noqa: E731 - a constant clock
    sides, recorders = _sides(record, every, overwrite=overwrite)
    gateway = Gateway(
        destinations,
        callers,
        now=now,
        settings=Settings(
            manner=manner or Manner(),
            policy=LossPolicy.read(losses),
            passthrough=passthrough,
            retries=retries,
            limits=limits,
            keep_alive=keep_alive,
        ),
        sides=sides,
        store=_store(store, store_limits or StoreLimits()),
        is_replay=replay is not None,
        seed=seed,
    )
    thread = ServerThread(gateway, host, port, max_body=max_body, finish=gateway.aclose)
    _warm(destinations)
    server = GatewayServer(thread, gateway, recorders, sides, deck)
    if deck is not None:
        tell(server)
    return server


def _warm(destinations: Destinations) -> None:
    """Read the modules that the first request needs: it is not to wait for them."""
    asked = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "input": "hi"}
    for destination in destinations.every:
        for inbound in INBOUND:
            with suppress(HarnessError):
                prepared = prepare(
                    inbound,
                    asked,
                    upstream=destination.dialect,
                    mint=RandomMint(),
                    now=_now,
                    profile=destination.profile,
                )
                answering(prepared.session, inbound)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreLimits:
    """What is kept of responses.

    Args:
        most: How many; the oldest go first.
        most_bytes: So many bytes together.
        most_age: For so many seconds.
    """

    most: int = 10_000
    most_bytes: int = 256 << 20
    most_age: float = 30 * DAY


def _store(where: str | Path | None, limits: StoreLimits) -> StateStore | None:
    if where is None or where == "none":
        return None
    path = None if where == "memory" else Path(where)
    return StateStore(path, most=limits.most, most_bytes=limits.most_bytes, most_age=limits.most_age)


def _now() -> int:
    return int(time())


_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_()]*")


def _variables(given: Iterable[str]) -> dict[str, list[str]]:
    """The variables for each upstream by its name; "" is all."""
    found: dict[str, list[str]] = {}
    for word in given:
        name, _, variable = word.rpartition("=")
        if _VARIABLE.fullmatch(variable) is None:
            # What was given may be the key itself, which is not to be shown.
            raise UsageError(
                "this names no variable",
                where="--api-key-env (key_variables)",
                expected="VARIABLE or NAME=VARIABLE: the name of an environment variable, not what it holds",
            )
        found.setdefault(name, []).append(variable)
    return found


def _recorded(
    live: Mapping[str, Upstream], folder: Path, repeats: RepeatRule
) -> tuple[dict[str, RecordedUpstream], int, Deck]:
    """What answers out of a recording, when that begins, and the recordings."""
    both = folder / UPSTREAM
    names = [str(both)] if both.is_file() else find_recordings([str(folder)])
    cassettes = [read_recording(name) for name in names]
    deck = Deck.of(cassettes, policy=MatchPolicy(repeats=repeats), redactor=environment_redactor())
    if not deck.exchanges:
        raise InputError("there is no exchange in these recordings", where=str(folder))
    times = times_of(cassettes)
    by_identity = {id(one): at for one, at in zip(deck.exchanges, times, strict=True)}
    player = deck.session()
    return {name: RecordedUpstream(one, player, by_identity) for name, one in live.items()}, times[0], deck


def _sides(
    folder: str | Path | None, destinations: Iterable[Destination], *, overwrite: bool
) -> tuple[Sides, tuple[Recorder, ...]]:
    if folder is None:
        return Sides(), ()
    values = secret_values() | {
        f"key of {one.name}": one.key for one in destinations if one.key and len(one.key) >= SHORTEST
    }
    redactor, detector = Redactor(values=values), Detector(values=values)
    recorders = []
    for name, side in ((CLIENT, "client"), (UPSTREAM, "upstream")):
        path = Path(folder) / name
        refuse_existing(
            path,
            overwrite=overwrite,
            hint="--overwrite (overwrite=True) replaces it; or name another folder with --record",
        )
        refuse_taken(path)
        refuse_unwritable(path, hint="name another folder with --record")
        recorders.append(Recorder(path, redactor=redactor, detector=detector, head={"side": side}))
    return Sides(*recorders), tuple(recorders)
