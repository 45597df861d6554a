"""The upstream of the sandwich: four dialects on one port, and a plan for each session."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.cassettes.pace import RECORDED
from harness.faults.registry import parse_fault
from harness.io.playback import FaultPlan, play
from harness.io.server.answers import answer_error, answer_json
from harness.io.server.handlers import Receiver, Whole
from harness.io.server.script import Script
from harness.io.server.stage import Stage
from harness.io.server.timetable import Timetable, now
from harness.jsonvalue import try_parse
from harness.sandwich.arrayed import Arrayed
from harness.sandwich.overheard import Overheard
from harness.scenarios.mark import marks_in
from harness.scenarios.voices.voice import Heard, voice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.io.playback import Playback
    from harness.io.recorder import Recorder
    from harness.io.server.heads import RequestHead
    from harness.io.server.responder import Responder
    from harness.scenarios.scenario import Scenario
    from harness.translation.profiles import UpstreamDialect

_PATHS: Final[tuple[tuple[re.Pattern[str], UpstreamDialect], ...]] = (
    (re.compile(r"/chat/completions$"), "chat"),
    (re.compile(r"/responses$"), "responses"),
    (re.compile(r"/models/(?P<model>[^/:]+):(?P<how>streamGenerateContent|generateContent)$"), "gemini"),
    (re.compile(r"/messages$"), "anthropic"),
)
STRAYS: Final = 100
"""The most kinds of requests without a session that are told: a gateway may ask for another path each time."""

_HEAD_US: Final = 1_000
"""Microseconds until the head of an answer is due."""

_LINGER_US: Final = 1_000_000
"""Microseconds from the last byte of an answer to where its connection breaks.

Many HTTP clients drop what they have received and not yet handed on when a connection breaks, aiohttp among them. A
gateway that is busy would lose in one run what it passes on in the next, by no doing of its own; and connections break
where a stream has paused rather than in the same millisecond as its last byte.
"""

_log = logging.getLogger(__name__)


@dataclass
class Plan:
    """What one session is answered, and what came of it.

    Args:
        mark: Its mark.
        cell: The id of the cell that it is played for.
        scenario: What is played.

    Attributes:
        faults: When something goes wrong.
        heard: Every request of the gateway for this session with its answer, in order.
        dialects: What each was asked in.
    """

    mark: str
    cell: str
    scenario: Scenario
    faults: FaultPlan = field(init=False)
    heard: list[Overheard] = field(default_factory=list)
    dialects: list[UpstreamDialect] = field(default_factory=list)

    def __post_init__(self) -> None:
        fault = self.scenario.fault
        self.faults = FaultPlan(parse_fault(fault) if fault is not None else None)


class ScenarioUpstream:
    """Answers what gateways ask, by the mark in their requests. All calls happen on the server's loop.

    Players, on a thread of their own, put plans there and take them away, and read what was heard.

    Args:
        recorder: Keeps on the disk what is asked and answered.

    Attributes:
        plans: The sessions that may come, by mark.
        strays: Requests that belong to no session, in words, each kind once and `STRAYS` at most; a gateway's health
            checks are among them.
    """

    def __init__(self, recorder: Recorder | None = None) -> None:
        self._recorder = recorder
        self.plans: dict[str, Plan] = {}
        self.strays: list[str] = []
        self._timetable = Timetable()
        self._held: set[Responder] = set()
        self._whole = Whole(self._answer)

    def open(self, head: RequestHead, responder: Responder) -> Receiver:
        """Collect a request."""
        return self._whole.open(head, responder)

    def closing(self) -> None:
        """Streams that only wait for their client to leave end now."""
        for responder in tuple(self._held):
            responder.cut()

    def _answer(self, head: RequestHead, body: bytes, responder: Responder) -> None:
        path = head.path.partition("?")[0]
        if head.method == "GET":
            if path.endswith("/models"):
                answer_json(responder, {"object": "list", "data": [{"id": "scenario", "object": "model"}]})
            else:
                answer_json(responder, {"status": "ok"})
            return
        known = next(((found, one) for pattern, one in _PATHS if (found := pattern.search(path))), None)
        # In one step: the player, on its own thread, takes a plan away when its session is over.
        plan = next((held for one in marks_in(body) if (held := self.plans.get(one)) is not None), None)
        if known is None or plan is None:
            why = "no session has its mark" if known is not None else "no dialect has such a path"
            told = f"{head.method} {path}: {why}"
            # How many there are differs from run to run where a gateway asks behind its client's back.
            if told not in self.strays and len(self.strays) < STRAYS:
                self.strays.append(told)
            answer_error(
                responder, 404, f"the scenario upstream was asked what it does not know: {why}", "not_found"
            )
            return
        found, dialect = known
        request = Request(head.method, f"http://{head.field(b'host')}{head.path}", head.headers, body)
        read, value = try_parse(body)
        asked: Mapping[str, Any] = value if read and isinstance(value, dict) else {}
        is_stream = (
            found["how"] == "streamGenerateContent" if dialect == "gemini" else asked.get("stream") is True
        )
        model = found["model"] if dialect == "gemini" else asked.get("model")
        heard = Heard(
            body=asked,
            model=model if isinstance(model, str) else "scenario",
            mark=plan.mark,
            number=len(plan.heard),
        )
        take = (
            self._recorder.begin(request, extra={"cell": plan.cell}) if self._recorder is not None else None
        )
        # As the real API does: only `alt=sse` makes its stream one of events.
        is_array = dialect == "gemini" and is_stream and "alt=sse" not in head.path
        overheard = (Arrayed if is_array else Overheard)(responder, request, now(), take)
        plan.heard.append(overheard)
        plan.dialects.append(dialect)
        scenario = plan.scenario
        instead = plan.faults.instead_of_recording(request)
        if instead is not None:
            script = Script(play(instead, RECORDED))
        else:
            exchange = answer_of(scenario, dialect, request, heard, stream=is_stream)
            playback = play(exchange, RECORDED, plan.faults.for_recording(exchange))
            # A recording breaks when it did; what is made here, when whoever reads had the time to.
            script = Script(playback if scenario.recorded else _lingering(playback))
        stand_in = cast("Responder", overheard)
        Stage(script, stand_in, self._timetable, self._held, failed=_failed).play()


def _lingering(playback: Playback) -> Playback:
    """The same, with a pause before its connection breaks amid the answer."""
    ending = playback.ending
    if playback.response is None or ending.how not in {How.SERVER_CUT, How.RESET}:
        return playback
    return replace(playback, ending=replace(ending, at_us=ending.at_us + _LINGER_US))


def _failed(error: Exception) -> None:
    _log.error("a scenario could not be played to its end", exc_info=error)


def answer_of(
    scenario: Scenario, dialect: UpstreamDialect, request: Request, heard: Heard, *, stream: bool
) -> Exchange:
    """What the upstream answers to one request, with times, before any fault."""
    if scenario.recorded:
        then = scenario.recorded[min(heard.number, len(scenario.recorded) - 1)]
        return Exchange(0, request, then.response, then.ending)
    said = scenario.answers[min(heard.number, len(scenario.answers) - 1)].marked(heard.mark)
    ids = (("x-request-id", f"req_{heard.mark}{heard.number}"),)
    if not stream:
        body = msgspec.json.encode(voice(dialect).whole(said, heard))
        headers = (("content-type", "application/json"), ("content-length", str(len(body))), *ids)
        return _exchange(request, 200, headers, [body], scenario.gap_us)
    events = voice(dialect).events(said, heard)
    return _exchange(
        request, 200, (("content-type", "text/event-stream; charset=utf-8"), *ids), events, scenario.gap_us
    )


def _exchange(
    request: Request, status: int, headers: tuple[tuple[str, str], ...], pieces: list[bytes], gap_us: int
) -> Exchange:
    chunks = tuple(Chunk(number * gap_us, one) for number, one in enumerate(pieces))
    ending = Ending(How.COMPLETE, chunks[-1].at_us if chunks else 0)
    return Exchange(0, request, Response(status, headers, chunks, at_us=_HEAD_US), ending)
