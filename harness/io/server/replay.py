"""Recorded answers over HTTP: what `harness replay` serves."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from harness.cassettes.exchange import Request
from harness.cassettes.pace import RECORDED
from harness.errors import HarnessError, MissError
from harness.io.playback import HOLD, FaultPlan, play
from harness.io.server.answers import answer_error, answer_json, miss_answer
from harness.io.server.handlers import Receiver, Whole
from harness.io.server.script import Script
from harness.io.server.stage import Stage
from harness.io.server.timetable import Timetable

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.cassettes.exchange import Exchange
    from harness.cassettes.matching.deck import Deck
    from harness.cassettes.matching.miss import Miss
    from harness.cassettes.matching.player import Player
    from harness.cassettes.pace import Pace
    from harness.faults.fault import Fault
    from harness.io.server.heads import RequestHead
    from harness.io.server.responder import Responder
    from harness.jsonvalue import JsonValue

_SESSION_FIELD: Final = b"x-harness-session"
_SESSION_PATH: Final = re.compile(r"^/@session/([^/?]+)(?=[/?]|$)")
_KEPT_BYTES: Final = 64 << 20
_KEPT_MISSES: Final = 1_000

_log = logging.getLogger(__name__)


class ReplayHandler:
    """Answers from a deck of recordings.

    A client that must not disturb another names its session, in the field `x-harness-session` or at the start
    of the path (`/@session/NAME/v1/...`). `/@harness/health`, `/@harness/report` and `POST /@harness/reset`
    tell and clear what has been played.

    Args:
        deck: The recordings.
        pace: When each chunk goes out, and how it is cut.
        fault: What goes wrong. One that strikes a number of times strikes so often in each session.
        hold: Seconds for which a stream that the recording client left is held open after its last byte.
        nearest: Answer a request that no recording answers with the nearest one. It stays a miss.
        on_request: Told of each request for a recording, on the server's thread, before it is answered.
    """

    def __init__(
        self,
        deck: Deck,
        *,
        pace: Pace = RECORDED,
        fault: Fault | None = None,
        hold: float = HOLD,
        nearest: bool = False,
        on_request: Callable[[Request], None] | None = None,
    ) -> None:
        self._on_request = on_request
        self._deck = deck
        self._pace = pace
        self._fault = fault
        self._faults: dict[str, FaultPlan] = {}
        self._hold = hold
        self._nearest = nearest
        self._timetable = Timetable()
        self._scripts: dict[tuple[int, bool], tuple[Exchange, Script]] = {}
        self._kept = 0
        self._resets = 0
        self._held: set[Responder] = set()
        self._players: dict[str, Player] = {}
        self._played: dict[str, int] = {}
        self.misses: list[str] = []
        self.errors: list[HarnessError] = []
        self._before = self._counts()
        self._whole = Whole(self.answer)

    def open(self, head: RequestHead, responder: Responder) -> Receiver:
        """Collect the request."""
        return self._whole.open(head, responder)

    def closing(self) -> None:
        """Streams that only wait for their client to leave end now; the others may play on."""
        for responder in tuple(self._held):
            responder.cut()

    def answer(self, head: RequestHead, body: bytes, responder: Responder) -> None:
        """Answer one request; one whose recording cannot be read any more gets a 500 that says why."""
        try:
            self._answer(head, body, responder)
        except HarnessError as error:
            self._failed(error)
            answer_error(responder, 500, str(error), "harness_error", code=error.code)

    def _answer(self, head: RequestHead, body: bytes, responder: Responder) -> None:
        session, path = session_of(head)
        if path.startswith("/@harness"):
            self._answer_own(path, head.method, responder)
            return
        request = Request(head.method, f"http://{head.field(b'host')}{path}", head.headers, body)
        if self._on_request is not None:
            self._on_request(request)
        faults = self._faults_of(session)
        instead = faults.instead_of_recording(request)
        if instead is not None:
            self._start(Script(play(instead, self._pace)), responder)
            return
        try:
            exchange = self._player(session).find(request)
        except MissError as miss:
            explained = self._player(session).miss(request) if self._nearest else None
            self._miss(miss, explained, faults, responder)
            return
        self._played[session] = self._played.get(session, 0) + 1
        self._start(self._script(exchange, faults.for_recording(exchange)), responder)

    def _start(self, script: Script, responder: Responder) -> None:
        if script.wire is not None and responder.plain:
            responder.write_wire(script.wire, last=True)
        else:
            stage = Stage(
                script, responder, self._timetable, self._held, failed=self._failed, hold=self._hold
            )
            stage.play()

    def _failed(self, error: Exception) -> None:
        """Keep what kept an answer from being played to its end; what is nobody's input is told at once, too."""
        if not isinstance(error, HarnessError):
            _log.error("an answer could not be played to its end", exc_info=error)
            error = HarnessError("an answer could not be played to its end", found=repr(error))
        if len(self.errors) < _KEPT_MISSES:
            self.errors.append(error)

    def _script(self, exchange: Exchange, fault: Fault | None) -> Script:
        """The script of an exchange. A small one is made once, and kept with its exchange: ids are reused."""
        key = (id(exchange), fault is not None)
        found = self._scripts.get(key)
        if found is not None:
            return found[1]
        script = Script(play(exchange, self._pace, fault))
        if script.small:
            self._kept += script.cost
            if self._kept > _KEPT_BYTES:
                self._scripts.clear()
                self._kept = script.cost
            self._scripts[key] = exchange, script
        return script

    def _player(self, session: str) -> Player:
        player = self._players.get(session)
        if player is None:
            # A deck gives the same session for the same name, so a reset moves on to other names.
            name = f"{session}#{self._resets}" if session and self._resets else session
            player = self._players[session] = self._deck.session(name)
        return player

    def _faults_of(self, session: str) -> FaultPlan:
        """The plan of one session: how often a fault has struck others is nothing that its client could know."""
        plan = self._faults.get(session)
        if plan is None:
            plan = self._faults[session] = FaultPlan(self._fault)
        return plan

    def _miss(self, miss: MissError, explained: Miss | None, faults: FaultPlan, responder: Responder) -> None:
        nearest = explained.nearest if explained is not None else None
        told = str(miss)
        if explained is not None and nearest is not None:
            told += f"\n  answered  with {explained.nearest_name} all the same, as it is the nearest"
        if len(self.misses) < _KEPT_MISSES:
            self.misses.append(told)
        if nearest is not None:
            exchange = self._deck.exchanges[nearest]
            self._start(self._script(exchange, faults.for_recording(exchange)), responder)
            return
        answer = miss_answer(miss)
        responder.answer(answer.status, answer.reason, answer.headers, answer.body())

    # -- the server's own paths

    def _answer_own(self, path: str, method: str, responder: Responder) -> None:
        name = path.partition("?")[0].removeprefix("/@harness").strip("/")
        if name == "health":
            answer_json(responder, {"status": "ok"})
        elif name == "report":
            answer_json(responder, self.report())
        elif name == "reset" and method == "POST":
            self.reset()
            answer_json(responder, {"status": "ok"})
        else:
            answer_error(
                responder,
                405 if name == "reset" else 404,
                f"no {method} {path}; known: GET /@harness/health, GET /@harness/report, "
                "POST /@harness/reset",
                "invalid_request_error",
            )

    @property
    def played(self) -> int:
        """How many answers were given, in all sessions."""
        return sum(self._played.values())

    def report(self) -> JsonValue:
        """What has been played and missed, what has not been played, and what could not be played to its end."""
        sessions: dict[str, JsonValue] = dict(sorted(self._played.items()))
        return {
            "played": self.played,
            "sessions": sessions,
            "unplayed": [
                {"index": exchange.index, "method": exchange.request.method, "url": exchange.request.url}
                for exchange in self.unplayed()
            ],
            "misses": list(self.misses),
            "errors": [str(error) for error in self.errors],
        }

    def unplayed(self) -> list[Exchange]:
        """The recordings that no session has played since the start, or since the last reset."""
        counts = zip(self._deck.exchanges, self._counts(), self._before, strict=True)
        return [exchange for exchange, played, before in counts if played == before]

    def _counts(self) -> list[int]:
        return [self._deck.played(position) for position in range(len(self._deck))]

    def reset(self) -> None:
        """Begin anew: every session at its first recording, no misses, no errors."""
        self._before = self._counts()
        self._resets += 1
        self._players.clear()
        self._played.clear()
        self.misses.clear()
        self.errors.clear()
        self._faults.clear()


def session_of(head: RequestHead) -> tuple[str, str]:
    """The session of a request ("" where it names none), and its path without the session's part."""
    path = head.path
    if path.startswith("/@session/") and (match := _SESSION_PATH.match(path)):
        rest = path[match.end() :]
        return unquote(match[1]), rest if rest.startswith("/") else "/" + rest
    return head.field(_SESSION_FIELD), path
