"""A cassette under a client: what `harness.cassette(...)` returns.

A tape decides for each request whether a recording answers it or the network does, by the record mode; hands out
transports for httpx and httpx2; and seals what it recorded when it is closed. Two tapes share nothing, so tests in
many threads or tasks can each have their own.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, Self

from harness.cassettes.exchange import Ending, Exchange, How, Request
from harness.cassettes.matching.deck import Deck
from harness.cassettes.matching.policy import MatchPolicy
from harness.cassettes.modes import Action, Mode, decide, kept, may_record, may_replay, parse_mode
from harness.cassettes.opening import FIRST_LINE, head_of
from harness.cassettes.pace import INSTANT, parse_pace
from harness.errors import (
    CassetteError,
    HarnessError,
    InputError,
    MissError,
    NotACassette,
    UnknownName,
    UsageError,
)
from harness.faults.registry import parse_fault
from harness.io.files import FileLines, read_cassette
from harness.io.opened import Seen, seen_of, tell
from harness.io.partfile import refuse_taken, refuse_unwritable
from harness.io.playback import FaultPlan, Playback, obstacle_in_all, play
from harness.io.recorder import Recorder, Take
from harness.io.recordings import read_recording
from harness.io.secrets import environment_redactor
from harness.io.server.answers import miss_answer
from harness.io.transports import transport_class

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from harness.cassettes.matching.miss import Miss
    from harness.cassettes.redaction.redactor import Redactor
    from harness.jsonvalue import JsonValue

OnMiss = Literal["respond", "raise"]

NETWORK_OPTIONS = frozenset(
    {"verify", "cert", "trust_env", "http1", "http2", "limits", "proxy", "uds", "local_address", "retries"}
)
"""Options of a client that are its transport's affair: a client that is given a transport ignores them."""


class Tape:
    """Records and replays under any httpx or httpx2 client. Made by `harness.cassette`.

    Use it as a context manager (also `async with`), or call `close`, which seals what was recorded.

    Args:
        path: The cassette. Formats of other tools (vcrpy YAML or JSON, HAR, plain SSE) can be replayed too.
        mode: `none`, `once`, `new_episodes`, `all` or `rewrite`, with vcrpy's meaning.
        match: What makes a live request equal to a recorded one.
        pace: When replayed chunks are due, and how they are cut: see `harness.cassettes.pace`. What is recorded
            comes as the network brings it, whatever the pace.
        fault: What goes wrong on replay: `cut:event=7`, `status:429`; see docs/faults.md. A request that goes to
            the network and is recorded meets none.
        on_miss: `respond` answers with a 404 that explains itself and that SDKs do not retry, and raises the
            error when the tape is closed; `raise` raises it out of the transport at once.
        raw_encoding: Send the client's own `accept-encoding` when recording; by default `identity` is asked for,
            so that the cassette can be read.
        decode: Where a body comes compressed all the same, record it decoded, so that it can be redacted.
        redactor: What hides secrets; by default the built-in rules and the values of this process's environment.
            It has a `decode` of its own.
        head: Further fields of the head of what is recorded, such as `dialect`, `model` or `notes`.

    Raises:
        UsageError: An option cannot be meant, or the mode would record over a file of another format.
        InputError: The cassette cannot be read.
        FileAccessError: The mode may record, and the cassette cannot be written, is being recorded, or was being
            recorded when a recorder died.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        mode: str = "once",
        match: MatchPolicy | None = None,
        pace: str = "instant",
        fault: str | None = None,
        on_miss: OnMiss = "respond",
        raw_encoding: bool = False,
        decode: bool = False,
        redactor: Redactor | None = None,
        head: Mapping[str, JsonValue] | None = None,
    ) -> None:
        for name, value in (("mode", mode), ("pace", pace), ("fault", fault)):
            _check_kind(name, value, str, "text, as on the command line")
        _check_kind("match", match, MatchPolicy, "a harness.MatchPolicy(...)")
        if on_miss not in ("respond", "raise"):
            raise UnknownName("miss policy", on_miss, ("respond", "raise"), where="on_miss")
        if decode and redactor is not None:
            raise UsageError(
                "decode is the redactor's affair, and a redactor is given",
                where="decode",
                hint="make it with Redactor(decode=True)",
            )
        self.path = Path(path)
        self.mode = parse_mode(mode)
        self.raw_encoding = raw_encoding
        self._on_miss = on_miss
        self._pace = parse_pace(pace)
        wanted = parse_fault(fault) if fault else None
        self._faults = FaultPlan(wanted)
        self._redactor = redactor or environment_redactor(decode=decode)
        self._lock = threading.Lock()
        self._misses: list[MissError] = []
        self._closed = False
        self._transports: list[Any] = []
        self._exists = self.path.exists()
        if may_record(self.mode, exists=self._exists):
            self._check_target()
        self._deck = self._load(match or MatchPolicy())
        self._player = None if self._deck is None else self._deck.session()
        if self._deck is not None and (found := obstacle_in_all(wanted, self._deck.exchanges)) is not None:
            raise UsageError(
                "this fault can be made in none of these recordings",
                where=f"fault={fault!r}, {self.path}",
                found=found[1],
                hint="`harness cassette show` draws what is in them; docs/faults.md says what each fault needs",
            )
        policy = match or MatchPolicy()
        self._recorder = Recorder(
            self.path,
            append=self.mode is Mode.NEW_EPISODES,
            held=0 if self._deck is None else len(self._deck.exchanges),
            keep=(lambda old, new: kept(Mode.ALL, old, new, policy)) if self.mode is Mode.ALL else None,
            redactor=self._redactor,
            head=head,
        )
        self._is_faulted = wanted is not None
        tell(self)

    def _check_target(self) -> None:
        """Find out now what would otherwise come out of a client's first request, or be lost at the end."""
        if self._exists and self.path.stat().st_size:
            try:
                head_of(FileLines(self.path).first(FIRST_LINE), str(self.path))
            except NotACassette as error:
                raise UsageError(
                    f"record mode {self.mode.value!r} would write over a file that is no cassette",
                    where=str(self.path),
                    expected=error.expected,
                    found=error.found,
                    hint="import it first: `harness cassette import`; modes none and once replay it as it is",
                ) from None
            except CassetteError:
                pass  # a damaged one: whoever reads it says so, and `rewrite` reads nothing
            if self.mode is Mode.ALL:
                read_cassette(self.path)
        refuse_taken(self.path)
        refuse_unwritable(self.path, hint="give another path, or replay alone with mode='none'")

    def _load(self, policy: MatchPolicy) -> Deck | None:
        """The recordings to replay; None where only the network can answer."""
        if not self._exists and self.mode is Mode.NONE:
            raise InputError(
                "there is no such cassette, and record mode 'none' never records",
                where=str(self.path),
                hint="record it once with mode='once', and commit it",
            )
        if not may_replay(self.mode, exists=self._exists):
            return None
        return Deck.of([read_recording(self.path)], policy=policy, redactor=self._redactor)

    def transport(self, module: ModuleType, inner: Any = None, **network: Any) -> Any:
        """A transport for clients of `module` (`httpx` or `httpx2`), sync and async at once.

        Args:
            module: The imported module.
            inner: What reaches the network when recording; by default the module's own HTTP transport.
            network: Options of that transport (`verify`, `cert`, `http2`, `proxy`, ...).
        """
        _check_kind("module", module, ModuleType, "the imported module, httpx or httpx2")
        made = transport_class(module)(module, self, inner, network)
        self._transports.append(made)
        return made

    def client(self, module: ModuleType, **options: Any) -> Any:
        """A `module.Client` on this tape; `options` are the client's."""
        prepared = self.client_options(module, "HTTPTransport", options)
        return module.Client(**prepared)

    def async_client(self, module: ModuleType, **options: Any) -> Any:
        """A `module.AsyncClient` on this tape; `options` are the client's."""
        prepared = self.client_options(module, "AsyncHTTPTransport", options)
        return module.AsyncClient(**prepared)

    def client_options(self, module: ModuleType, kind: str, options: dict[str, Any]) -> dict[str, Any]:
        """A client's options, with a transport of this tape that takes over those that are a transport's.

        Args:
            module: `httpx` or `httpx2`.
            kind: The class of the module's own transport, for sync clients or async ones.
            options: As the client would be given them.
        """
        if "transport" in options:
            raise UsageError(
                "a client on a tape has the tape's transport",
                where="transport",
                hint="to record through a transport of your own, use tape.transport(module, inner=...)",
            )
        network = {name: value for name, value in options.items() if name in NETWORK_OPTIONS}
        own = {name: value for name, value in options.items() if name not in NETWORK_OPTIONS}
        if "trust_env" in options:  # the client asks it for credentials in a .netrc file
            own["trust_env"] = options["trust_env"]
        transport = self.transport(module, **network)
        if self._deck is None:
            transport.prepare(kind)
        return {"transport": transport, **own}

    def answer(self, request: Request) -> Playback | None:
        """What a recording answers to `request`; None where the network is to be asked, and recorded.

        Raises:
            UsageError: The tape is closed.
            MissError: No recording answers, the mode forbids the network, and `on_miss` is `raise`.
        """
        self._refuse_closed()
        if self._player is None:
            return None
        instead = self._faults.instead_of_recording(request)
        if instead is not None:
            return replace(play(instead, self._pace), ended_by=self._faults.name)
        with self._lock:
            found = self._player.try_find(request)
            action = decide(self.mode, exists=self._exists, found=found is not None)
            miss = self._player.miss(request) if action is Action.MISS else None
        if action is Action.RECORD:
            return None
        if found is None:
            return self._missed(request, miss)
        return play(found, self._pace, self._faults.for_recording(found))

    def _missed(self, request: Request, miss: Miss | None) -> Playback:
        error = MissError("no recording answers this request") if miss is None else miss.error()
        return self._refused(request, error)

    def _refused(self, request: Request, error: MissError) -> Playback:
        self._misses.append(error)
        if self._on_miss == "raise":
            raise error
        return play(Exchange(0, request, miss_answer(error), Ending(How.COMPLETE)), INSTANT)

    def record(self, request: Request) -> Take:
        """Begin to record one exchange that goes to the network.

        Raises:
            UsageError: The tape is closed, or this is a fork of the process that opened it.
        """
        self._refuse_closed()
        return self._recorder.begin(request)

    def _refuse_closed(self) -> None:
        if self._closed:
            raise UsageError(
                "this tape is closed",
                where=str(self.path),
                hint="send every request inside the `with` block, or open another tape",
            )

    @property
    def misses(self) -> Sequence[MissError]:
        """Every request that no recording answered, in order."""
        return tuple(self._misses)

    @property
    def unplayed(self) -> Sequence[Exchange]:
        """Recordings that no request asked for."""
        return () if self._deck is None else self._deck.unplayed()

    def seen(self) -> Sequence[Seen]:
        """What became of the cassette so far, for whoever watches over many: see `harness.io.opened`."""
        played = [] if self._deck is None else seen_of(self._deck, is_faulted=self._is_faulted)
        own = next((one for one in played if one.path == self.path), Seen(self.path, 0, frozenset()))
        return [
            own._replace(
                begun=self._recorder.begun,
                keeps=self.mode in (Mode.NEW_EPISODES, Mode.ALL),
                is_open=not self._closed,
                is_faulted=self._is_faulted,
                misses=tuple(map(str, self._misses)),
            ),
            *(one for one in played if one.path != self.path),
        ]

    def close(self) -> None:
        """Seal what was recorded, and close the connections of sync clients that nobody closed.

        Closing again does nothing, and a request after it is refused. Connections of async clients that nobody
        closed are closed at the end of `async with`.

        Raises:
            SecretFound: Something had to be left out of the recording.
            CassetteError: The recording could not be joined to the cassette; its `.part` is still there.
            FileAccessError: The disk refused something.
            MissError: A request was answered by no recording, and `on_miss` is `respond`.
                Where there is more than one error, the first is raised, and the others are notes on it.
        """
        with self._lock:
            if self._closed:
                return
            self._closed = True
        found: list[HarnessError] = []
        try:
            self._recorder.close()
        except HarnessError as error:
            found.append(error)
        finally:
            for transport in self._transports:
                transport.close_made()
        if self._on_miss == "respond":
            found += self._misses
        if found:
            _add_notes(found[0], found[1:])
            raise found[0]

    def discard(self) -> int:
        """Close without keeping what was recorded: a cassette that was there stays as it was, and none is made.

        Returns:
            How many exchanges that were recorded are dropped.
        """
        with self._lock:
            if self._closed:
                return 0
            self._closed = True
        self._recorder.discard()
        for transport in self._transports:
            transport.close_made()
        return self._recorder.begun

    @property
    def recorded(self) -> int:
        """How many exchanges went to the network, and were begun to be recorded."""
        return self._recorder.begun

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.close()
        except HarnessError as ours:
            if error is None:
                raise
            # The test already fails: its own error says it first, and ours must not replace it.
            _add_notes(error, [ours])

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.__exit__(kind, error, trace)
        finally:
            for transport in self._transports:
                await transport.aclose_made()


def _check_kind(name: str, value: object, kind: type, expected: str) -> None:
    """Say what an argument should have been, where it is of another kind; None stands for the default."""
    if value is not None and not isinstance(value, kind):
        raise UsageError(f"this argument cannot be {value!r}", where=name, expected=expected)


def _add_notes(error: BaseException, others: Sequence[HarnessError]) -> None:
    """Let an error tell others, each once, and what they tell in turn."""
    notes = [note for other in others for note in (str(other), *getattr(other, "__notes__", ()))]
    for note in dict.fromkeys(notes):
        if note != str(error) and note not in getattr(error, "__notes__", ()):
            error.add_note(note)


cassette = Tape
"""What `harness.cassette` is: opening a tape is all that is needed to record or replay."""
