"""The tape of one test: it knows whose it is, so that what goes wrong on it can say what to do."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from harness.cassettes.exchange import Chunk, How, header
from harness.cassettes.matching.deck import Deck
from harness.cassettes.modes import Mode, may_replay
from harness.errors import FileAccessError, MissError, UsageError
from harness.io.partfile import in_use, part_path
from harness.io.recordings import read_recording
from harness.io.secrets import environment_redactor
from harness.io.tape import Tape
from harness.sse.borders import split_blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.cassettes.exchange import Cassette, Exchange, Request, Response
    from harness.cassettes.matching.miss import Miss
    from harness.cassettes.matching.policy import MatchPolicy
    from harness.io.playback import Playback
    from harness.io.recorder import Take

_STREAM: Final = "text/event-stream"


class TapeOfTest(Tape):
    """As a `Tape`, with three differences.

    A cassette that is not there in mode `none` is no error before something is asked of it: a test that sends
    nothing needs none. A request after the test's end is refused with the test's name. A stream out of a recording
    that holds whole bodies alone, as vcrpy's do, comes event by event.

    Args:
        path: The cassette.
        test: The id of the test.
        command: What records the cassette anew, on a command line.
        more: Further recordings that may answer, behind those of the cassette.
        because: Why it has its mode, where nobody has chosen it.
        options: Those of `Tape`.
    """

    def __init__(
        self,
        path: Path,
        *,
        test: str,
        command: str,
        more: Sequence[Path] = (),
        because: str = "",
        **options: Any,
    ) -> None:
        self.test = test
        self.command = command
        self.asked = 0
        self._more = more
        self.has_played_crash = False
        self._because = f" ({because})" if because else ""
        self._over = False
        try:
            super().__init__(path, **options)
        except FileAccessError as error:
            part = part_path(path)
            if error.where == str(part) and part.exists() and not in_use(part):
                keep = shlex.quote(_shown(part))
                error.hint = (
                    f"delete it, to record anew; or `harness cassette recover {keep}` keeps what it holds"
                )
            raise

    @property
    def absent(self) -> bool:
        """Whether there is no cassette, and none may be recorded."""
        return self.mode is Mode.NONE and not any(one.exists() for one in (self.path, *self._more))

    @property
    def may_have_played(self) -> bool:
        """Whether not all that was asked of it was refused or recorded: what asks nothing may have a server play it."""
        return not self.asked or self.asked > len(self.misses) + self.recorded

    def _load(self, policy: MatchPolicy) -> Deck | None:
        present = [one for one in (self.path, *self._more) if one.exists()]
        if self.mode is not Mode.NONE and not may_replay(self.mode, exists=bool(present)):
            return None
        recordings = [_as_stream(read_recording(one)) for one in present]
        return Deck.of(recordings, policy=policy, redactor=self._redactor)

    def answer(self, request: Request) -> Playback | None:
        """As of `Tape`, for the test alone."""
        self._refuse_late(request)
        self.asked += 1
        found = super().answer(request)
        if found is not None and found.ending.how is How.RECORDER_CRASH:
            self.has_played_crash = True
        return found

    def record(self, request: Request) -> Take:
        """As of `Tape`, for the test alone."""
        self._refuse_late(request)
        return super().record(request)

    def _missed(self, request: Request, miss: Miss | None) -> Playback:
        if not self.absent:
            return super()._missed(request, miss)
        error = MissError(
            "this test has no cassette yet, and record mode 'none' never records:"
            f" {asked(request.method, request.url)} has no answer",
            where=_shown(self.path),
            expected=f"the cassette of {self.test}",
            hint=f"record it, and commit it: {self.command}{self._because}",
        )
        return self._refused(request, error)

    def end(self) -> None:
        """The test is over: from here on each request is refused, and says whose it would have been."""
        self._over = True

    def _refuse_late(self, request: Request) -> None:
        if not self._over:
            return
        error = UsageError(
            f"this client belongs to a test that is over: {self.test}",
            where=_shown(self.path),
            found=asked(request.method, request.url),
            hint="make the client in each test, or in a function-scoped fixture; where a library keeps clients for"
            " later, clear its cache between tests",
        )
        _tell_late(str(error))
        raise error


def asked(method: str, url: str) -> str:
    """A request by its method and URL, without what may hold a key: the query, and what is said of a user."""
    parts = urlsplit(url)
    named = f"{method} {parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    return environment_redactor().text(named, "request.url")[0]


def _shown(path: Path) -> str:
    """A path as somebody would type it, where it lies below the working directory."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


late_requests: list[str] = []
"""What was asked of tapes whose test is over, since somebody looked: SDKs hide why their connection failed."""


def _tell_late(text: str) -> None:
    if text not in late_requests:
        late_requests.append(text)


def _is_one_stream(response: Response | None) -> bool:
    """Whether a response is a stream of which only the whole is known."""
    if response is None or not (header(response.headers, "content-type") or "").lower().startswith(_STREAM):
        return False
    if header(response.headers, "content-encoding") not in (None, "", "identity"):
        return False
    chunks = [chunk for _, chunk in zip(range(2), response.chunks, strict=False)]
    return len(chunks) == 1 and chunks[0].at_us == 0


def _as_stream(cassette: Cassette) -> Cassette:
    """A recording whose streams come event by event, where it does not say in what pieces they came."""
    if cassette.head.get("timing") != "none":
        return cassette
    return replace(cassette, exchanges=[_in_events(one) for one in cassette.exchanges])


def _in_events(exchange: Exchange) -> Exchange:
    response = exchange.response
    if response is None or not _is_one_stream(response):
        return exchange
    whole = response.body()
    events = split_blocks(whole)
    rest = whole[sum(map(len, events)) :]
    pieces = [piece for piece in (*events, rest) if piece]
    return replace(exchange, response=replace(response, chunks=tuple(Chunk(0, piece) for piece in pieces)))
