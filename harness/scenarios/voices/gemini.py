"""Gemini: every event is a whole response with the next parts; calls come whole, the finish reason with the last.

What a filter stopped is not given back, so its reason comes without content. In streams, angle brackets and the two
separators that JavaScript takes for the end of a line are escaped, as Google's writer of JSON does it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from harness.jsonvalue import try_parse
from harness.sse.encoder import encode
from harness.turn.increments import (
    Annotation,
    ArgsDelta,
    Finish,
    ReasoningDelta,
    ReasoningEnd,
    RefusalDelta,
    TextDelta,
    TextStart,
    ToolEnd,
    ToolStart,
    Usage,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.scenarios.voices.voice import Heard
    from harness.turn.increments import Increment
    from harness.turn.turn import Usage as Counts

_REASONS: Final = {
    "stop": "STOP",
    "tool_calls": "STOP",
    "length": "MAX_TOKENS",
    "content_filter": "SAFETY",
}


class GeminiVoice:
    """`models.streamGenerateContent` and `models.generateContent`."""

    def events(self, increments: Iterable[Increment], heard: Heard) -> list[bytes]:
        """The stream with `alt=sse`: a response for each part, the last of each candidate with its reason."""
        told = _Told(increments)
        sent: list[dict[str, Any]] = [
            {"candidates": [{"content": {"parts": [part], "role": "model"}, "index": choice}]}
            for choice, part in told.parts
        ]
        for choice, end in told.ends.items():
            last = next((one for one in reversed(sent) if one["candidates"][0]["index"] == choice), None)
            if _is_blocked(end):
                last = {"candidates": [{"index": choice}]}
                sent.append(last)
            elif last is None:
                last = {
                    "candidates": [{"content": {"parts": [{"text": ""}], "role": "model"}, "index": choice}]
                }
                sent.append(last)
            last["candidates"][0].update(end)
        return [
            encode(_written({**one, **told.frame(heard, is_last=one is sent[-1])}), line_end=b"\r\n")
            for one in sent
        ]

    def whole(self, increments: Iterable[Increment], heard: Heard) -> dict[str, Any]:
        """The whole answer: texts that follow one another are one part."""
        told = _Told(increments)
        candidates: dict[int, list[dict[str, Any]]] = {choice: [] for choice in told.ends}
        for choice, part in told.parts:
            parts = candidates.setdefault(choice, [])
            if parts and "text" in part and parts[-1].keys() == part.keys():
                parts[-1] = {**parts[-1], "text": parts[-1]["text"] + part["text"]}
            else:
                parts.append(part)
        ended = []
        for choice, parts in sorted(candidates.items()):
            end = told.ends.get(choice, {})
            content = {} if _is_blocked(end) else {"content": {"parts": parts, "role": "model"}}
            ended.append({**content, "index": choice, **end})
        return {"candidates": ended, **told.frame(heard, is_last=True)}


class _Told:
    """The parts of an answer, in order, with their candidates; and how each candidate ends."""

    def __init__(self, increments: Iterable[Increment]) -> None:
        self.parts: list[tuple[int, dict[str, Any]]] = []
        self.ends: dict[int, dict[str, Any]] = {}
        self._usage: Counts | None = None
        self._calls: dict[int, tuple[ToolStart, list[str]]] = {}
        self._texts: dict[int, list[str]] = {}
        self._sources: dict[int, list[tuple[Annotation, str]]] = {}
        for one in increments:
            self._take(one)
        for choice, sources in self._sources.items():
            self.ends.setdefault(choice, {})["groundingMetadata"] = _grounding(sources)

    def _take(self, one: Increment) -> None:  # noqa: C901 - one case a kind of increment
        match one:
            case TextStart():
                self._texts[one.ref] = []
            case TextDelta():
                self._texts[one.ref].append(one.text)
                self.parts.append((one.choice, {"text": one.text}))
            case RefusalDelta():
                self.parts.append((one.choice, {"text": one.text}))
            case ReasoningDelta():
                self.parts.append((one.choice, {"text": one.text, "thought": True}))
            case ReasoningEnd(signature=str(signature)):
                self.parts.append((one.choice, {"text": "", "thoughtSignature": signature}))
            case ToolStart():
                self._calls[one.ref] = one, []
            case ArgsDelta():
                self._calls[one.ref][1].append(one.text)
            case ToolEnd():
                self.parts.append((one.choice, self._call(one)))
            case Annotation():
                said = "".join(self._texts[one.ref])
                self._sources.setdefault(one.choice, []).append((one, said))
            case Finish():
                self.ends.setdefault(one.choice, {})["finishReason"] = _REASONS[one.reason]
            case Usage():
                self._usage = one.counts

    def _call(self, end: ToolEnd) -> dict[str, Any]:
        opened, pieces = self._calls[end.ref]
        read, arguments = try_parse("".join(pieces))
        given = arguments if read and isinstance(arguments, dict) else {}
        part: dict[str, Any] = {"functionCall": {"id": opened.call_id, "name": opened.name, "args": given}}
        return part if end.signature is None else {**part, "thoughtSignature": end.signature}

    def frame(self, heard: Heard, *, is_last: bool) -> dict[str, Any]:
        """What stands beside the candidates."""
        frame: dict[str, Any] = {"modelVersion": heard.model, "responseId": f"{heard.mark}{heard.number}"}
        if self._usage is not None:
            frame = {"usageMetadata": _usage(self._usage, is_last=is_last), **frame}
        return frame


_ESCAPED: Final = {one: f"\\u{ord(one):04x}".encode() for one in "<>\u2028\u2029"}


def _written(value: Mapping[str, Any]) -> bytes:
    """The JSON of a response; the characters that are escaped stand in nothing but its strings."""
    written = msgspec.json.encode(value)
    for character, escape in _ESCAPED.items():
        written = written.replace(character.encode(), escape)
    return written


def _is_blocked(end: Mapping[str, Any]) -> bool:
    return end.get("finishReason") == "SAFETY"


def _usage(counts: Counts, *, is_last: bool) -> dict[str, Any]:
    given, told, thought = counts.input or 0, counts.output or 0, counts.reasoning or 0
    if not is_last:
        return {"promptTokenCount": given, "totalTokenCount": given}
    usage = {
        "promptTokenCount": given,
        "candidatesTokenCount": told - thought,
        "totalTokenCount": given + told,
    }
    if counts.cached:
        usage["cachedContentTokenCount"] = counts.cached
    return {**usage, "thoughtsTokenCount": thought} if thought else usage


def _grounding(sources: Iterable[tuple[Annotation, str]]) -> Mapping[str, Any]:
    """Sources by chunk; the offsets of segments count bytes of UTF-8, and are left out where they are 0."""
    chunks, supports = [], []
    for number, (one, said) in enumerate(sources):
        chunks.append({"web": {"uri": one.url, "title": one.title}})
        begin, end = one.begin or 0, one.end or 0
        first, last = (len(said[:place].encode()) for place in (begin, end))
        segment = {"startIndex": first, "endIndex": last, "text": said[begin:end]}
        if not first:
            del segment["startIndex"]
        supports.append({"segment": segment, "groundingChunkIndices": [number]})
    return {"groundingChunks": chunks, "groundingSupports": supports}


GEMINI: Final = GeminiVoice()
