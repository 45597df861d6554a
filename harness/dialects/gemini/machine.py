"""Follows a stream of Gemini."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.dialects.gemini import grammar as g
from harness.dialects.gemini.partial_args import put_pieces
from harness.dialects.gemini.state import GeminiStream, Lane, Segment
from harness.dialects.signal import Mark, Signal

if TYPE_CHECKING:
    from harness.dialects.asked import Asked
    from harness.dialects.signal import Body, Signals, Step
    from harness.sse.event import SseEvent

_THOUGHT = {"text", "thought"}
_PLAIN = frozenset({"text", "thought", "thoughtSignature"})


class GeminiMachine(GeminiStream):
    """The state, and how responses change it."""

    def __init__(self, asked: Asked | None = None) -> None:
        super().__init__(asked)
        self._late = False
        self.moves = 0

    def growth(self, kind: str, body: Body) -> None:
        """Nothing can be said: usage is counted in every response."""
        del kind, body

    def step(self, kind: str) -> Step:
        """The function that takes responses, or errors."""
        return self._failed if kind == "error" else self._response

    def malformed(self, kind: str, event: SseEvent, body: Body) -> Signals:
        """Move by what is left of a response that does not fit."""
        return self.step(kind)(event, body)

    def lost(self, event: SseEvent) -> Signals:
        """Take an event that cannot be read."""
        del event
        self.incomplete = True
        return ()

    def lacking(self, event: SseEvent) -> Signals:
        """Take note that an event lacked something vital: as much is lost as if it could not be read."""
        return self.lost(event)

    def done(self, event: SseEvent) -> Signals:
        """`[DONE]` is no part of this protocol; gateways that add it break nobody."""
        del event
        return ()

    def finish(self) -> Signals:
        """The body has ended: has every candidate finished?"""
        signals: Signals = ()
        if self.state not in g.ENDS:
            found = f"the end in state {self.state!r}"
            signals = (Signal(g.NO_END, self.state, expected="finishReason in every candidate", found=found),)
        return signals + self._unfinished_calls()

    def whole(self, body: Body) -> Signals:
        """Take a whole answer; it is read as a stream of one response."""
        if "error" in body:
            self.error = body["error"]
            self.state = g.FAILED
            return ()
        return self._take(None, body) + self._unfinished_calls()

    def _response(self, event: SseEvent, body: dict[str, Any]) -> Signals:
        # The ordinary response: one candidate that goes on with the run of text that is open.
        try:
            (candidate,) = body["candidates"]
            if "finishReason" not in candidate and self.state == g.RUNNING and len(candidate) <= 2:
                lane = self.lanes[candidate.get("index", 0)]
                (part,) = candidate["content"]["parts"]
                if lane.now == ("text" if len(part) == 1 else "thought" if part.keys() == _THOUGHT else None):
                    usage = body.get("usageMetadata")
                    if usage is not None and "totalTokenCount" in usage:
                        self.usage = usage
                    lane.segments[-1].text.write(
                        part["text"]
                    )  # last: whatever raises, is taken in full below
                    return ()
        except (KeyError, TypeError, ValueError, AttributeError):
            pass  # any other response: looked at in full
        return self._take(event, body)

    def _take(self, event: SseEvent | None, body: Body) -> Signals:
        mark = Mark.of(event) if event is not None else None
        if self.state == g.FAILED:
            return self._after_end(body)
        if self.id is None:
            self.id = _text(body.get("responseId"))
        if self.model is None:
            self.model = _text(body.get("modelVersion"))
        feedback = body.get("promptFeedback")
        if isinstance(feedback, dict) and isinstance(feedback.get("blockReason"), str):
            self.blocked = str(feedback["blockReason"])
        signals: Signals = ()
        candidates = body.get("candidates")
        for place, candidate in enumerate(candidates if isinstance(candidates, list) else ()):
            if isinstance(candidate, dict):
                signals += self._take_candidate(candidate, place, mark)
        usage = body.get("usageMetadata")
        if isinstance(usage, dict) and "totalTokenCount" in usage:
            self.usage = usage
        self.state = g.TABLE[self.state][self._what(candidates)]
        return signals

    def _what(self, candidates: object) -> str:
        """What a response is, in the words of the table."""
        if not self.lanes:
            return g.BARE if self.blocked is None else g.BLOCKED
        if all(lane.finish is not None for lane in self.lanes.values()):
            return g.FINISH
        return g.CONTENT if candidates else g.BARE

    def _take_candidate(self, candidate: Body, place: int, mark: Mark | None) -> Signals:
        index = candidate.get("index")
        index = index if isinstance(index, int) else place
        lane = self.lanes.get(index)
        if lane is None:
            lane = self.lanes[index] = Lane(index)
        content = candidate.get("content")
        parts = content.get("parts") if isinstance(content, dict) else None
        reason = _reason(candidate.get("finishReason"))
        signals: Signals = ()
        said = [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
        more = any(_says_something(part) for part in said)
        what = g.FINISH if reason is not None else g.CONTENT if more else g.BARE
        there = g.LANES[lane.state].get(what)
        if there is not None:
            lane.state = there
        elif not lane.late:
            pointer = f"/candidates/{place}/content"
            expected = "nothing more, or a finishReason as well"
            signals = (Signal(g.OUT_OF_ORDER, lane, pointer, expected, "content", lane.finished),)
        lane.late = lane.late or (lane.finish is not None and more)
        for part in said:
            _take_part(lane, part, mark)
        if reason is not None:
            lane.finish = reason
            lane.finishes += 1
            lane.finished = lane.finished or mark
            lane.message = _text(candidate.get("finishMessage"))
        if isinstance(grounding := candidate.get("groundingMetadata"), dict):
            lane.grounding = {**lane.grounding, **grounding}
        if isinstance(cited := candidate.get("citationMetadata"), dict):
            sources = cited.get("citations") or cited.get("citationSources")
            lane.citations += sources if isinstance(sources, list) else []
        return signals

    def _failed(self, event: SseEvent, body: Body) -> Signals:
        if self.state == g.FAILED:
            return self._after_end(body)
        self.error = body.get("error")
        self.state = g.FAILED
        self.ended = Mark.of(event)
        return ()

    def _after_end(self, body: Body) -> Signals:
        if self._late:
            return ()
        self._late = True
        found = "an error" if "error" in body else "a response"
        return (Signal(g.AFTER_END, self.state, "", "the end of the body", found, self.ended),)

    def _unfinished_calls(self) -> Signals:
        return tuple(
            Signal(g.BAD_INPUT, one, "", "a last piece without willContinue", "none", one.opened)
            for lane in self.lanes.values()
            for one in lane.segments
            if one.open and lane.finish in {"STOP", "FINISH_REASON_UNSPECIFIED"}
        )


def _take_part(lane: Lane, part: Body, mark: Mark | None) -> None:
    text = part.get("text")
    signature = _text(part.get("thoughtSignature"))
    if isinstance(text, str) and not part.keys() & g.DATA:
        kind = "thought" if part.get("thought") is True else "text"
        if not text and signature is not None and lane.segments:
            # An empty text that carries the signature of what came before it.
            lane.segments[-1].signature = signature
            return
        if lane.now != kind:
            lane.segments.append(Segment(kind, part, mark))
            lane.now = kind
        lane.segments[-1].text.write(text)
        if signature is not None:
            lane.segments[-1].signature = signature
        return
    call = part.get("functionCall")
    if isinstance(call, dict):
        _take_call(lane, call, part, mark)
    else:
        other = next((name for name in part if name not in {"thought", "thoughtSignature"}), "")
        lane.segments.append(Segment(other, part, mark))
    lane.now = ""
    if signature is not None:
        lane.segments[-1].signature = signature


def _take_call(lane: Lane, call: Body, part: Body, mark: Mark | None) -> None:
    last = lane.segments[-1] if lane.segments else None
    if last is not None and last.open and "name" not in call:
        segment = last
    else:
        segment = Segment("call", part, mark)
        lane.segments.append(segment)
    args, pieces = call.get("args"), call.get("partialArgs")
    if isinstance(args, dict):
        segment.args.update(args)
    if isinstance(pieces, list):
        put_pieces(segment.args, pieces)
    segment.open = call.get("willContinue") is True


def _reason(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return g.REASONS[value] if 0 <= value < len(g.REASONS) else str(value)
    return _text(value)


def _says_something(part: Body) -> bool:
    return bool(part.get("text")) or any(name not in _PLAIN for name in part)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
