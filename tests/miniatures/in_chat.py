"""Miniatures that get the chunks of Chat Completions wrong, or the whole answer."""

# ruff: noqa: ARG002 - a miniature is given more than it uses

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from tests.miniatures.miniature import CHAT, Memory, Miniature, OfChat
from tests.miniatures.tampering import Event

if TYPE_CHECKING:
    from collections.abc import Iterable


def _is_done(event: Event) -> bool:
    return bool(event.data == "[DONE]")


class CreatedMoves(Miniature):
    """The clock is read for each chunk."""

    name = "created-moves"
    title = "Every chunk of an answer has another `created`."
    defect = "000-D01"
    routes = (CHAT,)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Each a second later."""
        if "created" in (event.data if isinstance(event.data, dict) else ()):
            memory["late"] = memory.get("late", -1) + 1
            event.data["created"] += memory["late"]
        yield event


class UsageChunkLost(Miniature):
    """`stream_options` is not read."""

    name = "usage-chunk-lost"
    title = "The client asked for usage in the stream, and no chunk has it."
    defect = "000-D02"
    routes = (CHAT,)
    chapters = ("usage",)
    shows = ("usage-asked",)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Without the chunk that has no choices."""
        if not (isinstance(event.data, dict) and event.data.get("choices") == []):
            yield event


class UsageNull(Miniature):
    """The chunk comes, empty."""

    name = "usage-null"
    title = "The usage that the upstream told is null in the last chunk and in the whole answer."
    defect = "002-D14"
    routes = (CHAT,)
    chapters = ("usage",)
    shows = ("usage-asked",)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """The chunk keeps its place."""
        if isinstance(event.data, dict) and event.data.get("usage"):
            event.data["usage"] = None
        yield event

    def whole(self, body: Any, memory: Memory) -> Any:
        """The member too."""
        if body.get("usage"):
            body["usage"] = None
        return body


class UsageZero(Miniature):
    """What is not known is told as zero."""

    name = "usage-zero"
    title = "The upstream told no usage; the client is told that no token was used."
    defect = "000-D22"
    routes = (CHAT,)
    chapters = ("usage",)
    shows = ("usage-missing",)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """A chunk of zeros before the end."""
        if isinstance(event.data, dict):
            memory["last"] = event.data
            memory["told"] = memory.get("told") or bool(event.data.get("usage"))
        options = memory["asked"].get("stream_options") or {}
        if _is_done(event) and not memory.get("told") and options.get("include_usage"):
            yield Event({**memory["last"], "choices": [], "usage": self.zeros()})
        yield event

    def whole(self, body: Any, memory: Memory) -> Any:
        """Zeros."""
        if "choices" in body and not body.get("usage"):
            body["usage"] = self.zeros()
        return body

    @staticmethod
    def zeros() -> dict[str, int]:
        """Nothing was used."""
        return {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


class UsageTwice(Miniature):
    """Tokens of thought are part of those of the answer, and are added again."""

    name = "usage-twice"
    title = "The total counts what was answered twice."
    defect = "001-D33"
    routes = (CHAT,)
    chapters = ("usage",)
    shows = ("usage-asked", "usage-reasoning")

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """In the last chunk."""
        if isinstance(event.data, dict):
            self.whole(event.data, memory)
        yield event

    def whole(self, body: Any, memory: Memory) -> Any:
        """And in the whole answer."""
        if usage := body.get("usage"):
            usage["total_tokens"] += usage["completion_tokens"]
        return body


class WholeDiffers(Miniature):
    """The two ways of answering were written by two people."""

    name = "whole-differs"
    title = "A whole answer has its white space collapsed; a stream has it as it was."
    defect = "003-D09"
    routes = (CHAT,)
    chapters = ("text", "behaviour")
    shows = ("text-markdown",)

    def whole(self, body: Any, memory: Memory) -> Any:
        """One blank for any number of them."""
        for choice in body.get("choices") or ():
            if text := choice["message"].get("content"):
                choice["message"]["content"] = " ".join(text.split())
        return body


class TextSentAgain(OfChat):
    """Texts that grow are taken for pieces."""

    name = "text-sent-again"
    title = "Each delta has the whole text so far."
    defect = "000-D08"

    def choice(self, choice: Any, memory: Memory) -> None:
        """Add up."""
        if text := choice["delta"].get("content"):
            memory["text"] = choice["delta"]["content"] = memory.get("text", "") + text


class LengthAsStop(OfChat):
    """There are two ends only."""

    name = "length-as-stop"
    title = "An answer that was cut at its limit ends with `stop`."
    defect = "000-D10"
    chapters = ("endings",)
    shows = ("ending-length",)

    def choice(self, choice: Any, memory: Memory) -> None:
        """Never `length`."""
        if choice.get("finish_reason") == "length":
            choice["finish_reason"] = "stop"

    def whole(self, body: Any, memory: Memory) -> Any:
        """The same."""
        for choice in body.get("choices") or ():
            self.choice(choice, memory)
        return body


class SecondChoiceLost(Miniature):
    """There is one answer."""

    name = "second-choice-lost"
    title = "Of several answers the client gets the first."
    defect = "000-D18"
    routes = (CHAT,)
    chapters = ("output",)
    shows = ("output-several",)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Chunks of others are left out."""
        choices = event.data.get("choices") if isinstance(event.data, dict) else None
        if choices and all(one["index"] > 0 for one in choices):
            return
        yield event

    def whole(self, body: Any, memory: Memory) -> Any:
        """So are others."""
        if "choices" in body:
            body["choices"] = body["choices"][:1]
        return body


class RefusalAsText(OfChat):
    """A refusal is text as well."""

    name = "refusal-as-text"
    title = "A refusal is told as text."
    defect = "002-D25"
    chapters = ("endings",)
    shows = ("ending-refusal",)

    def choice(self, choice: Any, memory: Memory) -> None:
        """From one member to the other."""
        said = choice.get("delta") or choice.get("message") or {}
        if said.get("refusal"):
            said["content"] = said.pop("refusal")

    def whole(self, body: Any, memory: Memory) -> Any:
        """The same."""
        for choice in body.get("choices") or ():
            self.choice(choice, memory)
        return body


class LogprobsLost(OfChat):
    """What is not text is left out."""

    name = "logprobs-lost"
    title = "Log probabilities that were asked for are null."
    defect = "002-D25"
    chapters = ("output",)
    shows = ("output-logprobs",)

    def choice(self, choice: Any, memory: Memory) -> None:
        """None."""
        choice["logprobs"] = None

    def whole(self, body: Any, memory: Memory) -> Any:
        """The same."""
        for choice in body.get("choices") or ():
            self.choice(choice, memory)
        return body


class SameId(Miniature):
    """The id is a constant."""

    name = "same-id"
    title = "All answers have the same id."
    defect = "002-D23"
    routes = (CHAT,)
    chapters = ("text", "behaviour")
    shows = ("text-plain", "behaviour-repeat", "behaviour-crosstalk")

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Every chunk."""
        if isinstance(event.data, dict):
            self.whole(event.data, memory)
        yield event

    def whole(self, body: Any, memory: Memory) -> Any:
        """Every answer."""
        if "id" in body:
            body["id"] = "chatcmpl-1"
        return body


class EmptyNeverEnds(Miniature):
    """An answer is over when it has text."""

    name = "empty-never-ends"
    title = "An empty answer never ends."
    defect = "000-D05"
    routes = (CHAT,)
    chapters = ("endings",)
    shows = ("ending-empty",)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Wait for more."""
        choices = (event.data.get("choices") or ()) if isinstance(event.data, dict) else ()
        said = [one["delta"] for one in choices]
        memory["text"] = memory.get("text") or any(any(v for k, v in d.items() if k != "role") for d in said)
        memory["open"] = not (memory["text"] or (isinstance(event.data, dict) and "error" in event.data))
        if not memory["open"] or any("role" in one for one in said):
            yield event

    def hangs(self, memory: Memory) -> bool:
        """Until the client has had enough."""
        return bool(memory.get("open"))


class DeltaTwice(Miniature):
    """What is tried again is told again."""

    name = "delta-twice"
    title = "The second piece of the text comes twice."
    defect = "002-D24"
    routes = (CHAT,)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Once more."""
        yield event
        choices = (event.data.get("choices") or ()) if isinstance(event.data, dict) else ()
        if any(one["delta"].get("content") for one in choices):
            memory["pieces"] = memory.get("pieces", 0) + 1
            if memory["pieces"] == 2:
                yield Event(deepcopy(event.data))
