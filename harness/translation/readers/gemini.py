"""Reads the answers of Gemini: every event is a whole response that brings the next parts of each candidate.

Source: "Method: models.streamGenerateContent" of the Gemini API reference, and 198 recorded streams. There is no
sentinel: an answer is whole when every candidate has a finish reason, or the prompt was blocked. Older models repeat
the reason in every event, so the end of a candidate is told when the body has ended, and not before.

`GeminiReader.event` is the hot path: one more piece of the text or thought that is open.
"""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from msgspec import structs

from harness.dialects.members import listed, mapping, text
from harness.translation.failures import disconnected, error_of
from harness.translation.readers.gemini_ends import finish_of, reason_of
from harness.translation.readers.gemini_lane import VENDOR, Lane
from harness.translation.readers.gemini_logprobs import logprobs_of
from harness.translation.readers.gemini_sources import sources_of
from harness.translation.readers.openai_members import Strangers, is_nothing
from harness.turn.counts import gemini_counts
from harness.turn.increments import Eof, Error, Finish, ReasoningDelta, Start, TextDelta, Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.sse.event import SseEvent
    from harness.translation.session import Session
    from harness.turn.increments import Increment

_KNOWN: Final = frozenset(
    {"candidates", "createTime", "error", "modelVersion", "promptFeedback", "responseId", "usageMetadata"}
)
_THOUGHT: Final = frozenset({"text", "thought"})
_CUT: Final = frozenset({"length", "content_filter"})


class GeminiReader:
    """Reads one answer.

    Args:
        session: The exchange.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._strangers = Strangers(session)
        self._refs = count(1)
        self._lanes: dict[int, Lane] = {}
        self._latest: Lane | None = None
        self._shape: tuple[str, ...] | None = None
        self._started = False
        self._over = False
        self._usage: Mapping[str, Any] | None = None
        self._feedback: Mapping[str, Any] = {}
        self._feedback_src = -1

    def event(self, event: SseEvent, payload: dict[str, Any]) -> Iterable[Increment]:
        """One response of the stream."""
        try:
            (candidate,) = payload["candidates"]
            lane: Any = self._latest
            if (
                tuple(payload) == self._shape
                and len(candidate) <= 2
                and "finishReason" not in candidate
                and candidate.get("index", 0) == lane.index
                and lane.reason is None
            ):
                (part,) = candidate["content"]["parts"]
                words = part["text"]
                if words.__class__ is str and words:
                    usage = payload.get("usageMetadata")
                    if usage is not None and "totalTokenCount" in usage:
                        self._usage = usage
                    if lane.kind == "text" and len(part) == 1:
                        lane.texts.pieces.append(words)
                        return (TextDelta(ref=lane.ref, choice=lane.index, src=event.index, text=words),)
                    if lane.kind == "thought" and part.keys() == _THOUGHT and part["thought"] is True:
                        return (
                            ReasoningDelta(
                                ref=lane.ref,
                                choice=lane.index,
                                src=event.index,
                                text=words,
                                visibility="summary",
                            ),
                        )
        except (KeyError, TypeError, ValueError, AttributeError):
            pass  # any other response, or one that is not as it should be: looked at below
        return self._taken(event.index, payload)

    def done(self, event: SseEvent) -> Iterable[Increment]:
        """`[DONE]` is no part of the protocol, and changes nothing: gateways that add it break nobody."""
        del event
        return ()

    def finish(self) -> Iterable[Increment]:
        """The body has ended."""
        if self._over:
            return ()
        unfinished = any(lane.reason is None for lane in self._lanes.values())
        if unfinished or not (self._lanes or self._blocked):
            self._over = True
            return [*self._counted(-1), disconnected()]
        return self._ended(-1)

    def whole(self, body: dict[str, Any]) -> Iterable[Increment]:
        """A whole answer, or an error."""
        given = list(self._taken(-1, body))
        if self._over:
            return given
        if not (self._lanes or self._blocked):
            self._over = True
            message = "the upstream's answer has no candidates, and says of nothing why"
            return [*self._counted(-1), Error(status=502, code="upstream_incomplete", message=message)]
        return [*given, *self._ended(-1)]

    # -- a response

    def _taken(self, src: int, payload: dict[str, Any]) -> Iterable[Increment]:
        if self._over:
            return ()
        if not is_nothing(error := payload.get("error")):
            self._over = True
            return [*self._counted(src), error_of(VENDOR, error, src)]
        self._strangers.look("", payload, _KNOWN)
        given: list[Increment] = []
        if not self._started:
            self._started = True
            given.append(_start(payload, src))
        candidates = payload.get("candidates")
        for place, candidate in enumerate(listed(candidates)):
            if isinstance(candidate, dict):
                given += self._candidate(candidate, place, src)
            else:
                self._strangers.note("candidates, which are no objects")
        if not is_nothing(candidates) and not isinstance(candidates, list):
            self._strangers.note("candidates, which are no array")
        if not is_nothing(feedback := payload.get("promptFeedback")):
            self._feedback, self._feedback_src = mapping(feedback), src
        usage = payload.get("usageMetadata")
        if isinstance(usage, dict) and "totalTokenCount" in usage:
            self._usage = usage
        self._strangers.tell(src)
        self._shape = tuple(payload)
        return given

    def _candidate(self, candidate: Mapping[str, Any], place: int, src: int) -> list[Increment]:
        index = candidate.get("index")
        index = int(index) if isinstance(index, int) and index >= 0 else place
        lane = self._lanes.get(index)
        if lane is None:
            lane = self._lanes[index] = Lane(index, self._refs, self._session, self._strangers)
        self._latest = lane
        content = mapping(candidate.get("content"))
        self._strangers.look("content.", content, {"parts", "role"})
        said = listed(content.get("parts"))
        parts = [part for part in said if isinstance(part, dict)]
        if len(parts) < len(said) or not (said or is_nothing(content.get("parts"))):
            self._strangers.note("content.parts")
        reason = reason_of(candidate.get("finishReason"))
        if lane.reason is not None and reason is None and parts and not lane.is_late:
            lane.is_late = True
            self._session.lose_at("L214", src, f"candidate {index}")
        logprobs = logprobs_of(candidate.get("logprobsResult"))
        last = _last_text(parts) if logprobs else -1
        given: list[Increment] = []
        for number, part in enumerate(parts):
            given += lane.take(part, src, logprobs if number == last else None)
        if logprobs and last < 0:
            self._strangers.note("logprobsResult without a text")
        if reason is not None:
            lane.reason, lane.reason_src = reason, src
        lane.besides(candidate)
        return given

    # -- the end

    @property
    def _blocked(self) -> str | None:
        return reason_of(self._feedback.get("blockReason"))

    def _ended(self, src: int) -> list[Increment]:
        """The ends of all candidates; they all have one, or it is for whoever settles them to say that it lacks."""
        self._over = True
        given: list[Increment] = []
        failed: Error | None = None
        for lane in self._lanes.values():
            given += self._sources(lane)
            end = self._reason(lane)
            is_cut = isinstance(end, Finish) and end.reason in _CUT
            given += lane.end(src, is_cut=is_cut)
            if isinstance(end, Error):
                failed = failed or end
            elif end is not None:
                given.append(end)
        if not self._lanes and (blocked := self._blocked) is not None:
            self._session.lose_at("L220", self._feedback_src, blocked[:64])
            given.append(
                Finish(
                    src=self._feedback_src,
                    reason="content_filter",
                    native=blocked,
                    dialect=VENDOR,
                    raw={"promptFeedback": self._feedback},
                )
            )
        elif not is_nothing(self._feedback):
            self._session.lose_at("L235", self._feedback_src, "promptFeedback")
        given += self._counted(src)
        given.append(failed if failed is not None else Eof(src=src))
        return given

    def _reason(self, lane: Lane) -> Finish | Error | None:
        if lane.reason is None:
            return None
        if lane.left:
            self._session.lose_at("L235", lane.reason_src, ", ".join(lane.left)[:200])
        end = finish_of(
            lane.reason,
            text(lane.raw, "finishMessage"),
            self._session,
            choice=lane.index,
            src=lane.reason_src,
            raw=lane.raw,
        )
        if lane.has_calls and isinstance(end, Finish) and end.native == "STOP":
            return structs.replace(end, reason="tool_calls")  # the dialect has one word for both
        return end

    def _sources(self, lane: Lane) -> Iterable[Increment]:
        return sources_of(
            lane.texts, lane.grounding, lane.citations, self._session, choice=lane.index, src=lane.reason_src
        )

    def _counted(self, src: int) -> list[Increment]:
        """The usage, of which only the last counts."""
        counts = gemini_counts(self._usage) if self._usage is not None else None
        if counts is None or self._usage is None:
            return []
        return [Usage(src=src, counts=counts, dialect=VENDOR, raw=self._usage)]


def _start(payload: Mapping[str, Any], src: int) -> Start:
    return Start(
        src=src,
        upstream_id=text(payload, "responseId"),
        model=text(payload, "modelVersion"),
        created=_unix(text(payload, "createTime")),
        dialect=VENDOR,
    )


def _unix(stamp: str | None) -> int | None:
    """A timestamp of RFC 3339 as Unix time."""
    if stamp is None:
        return None
    try:
        seconds = int(datetime.fromisoformat(stamp).timestamp())
    except (ValueError, OverflowError, OSError):
        return None
    return seconds if seconds > 0 else None


def _last_text(parts: list[dict[str, Any]]) -> int:
    """The number of the last part that is visible text; -1 where there is none."""
    return max(
        (number for number, part in enumerate(parts) if part.get("text") and part.get("thought") is not True),
        default=-1,
    )
