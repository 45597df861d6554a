"""Miniatures that get a request wrong on its way to the upstream."""

# ruff: noqa: ARG002 - a miniature is given more than it uses

from __future__ import annotations

from typing import Any, ClassVar

from tests.miniatures.miniature import RESPONSES, Memory, Miniature, OfUpstream


def texts(content: Any) -> list[str]:
    """The texts of a content."""
    if isinstance(content, str):
        return [content]
    return [one["text"] for one in content or () if isinstance(one, dict) and "text" in one]


class HistoryLost(OfUpstream):
    """The last word counts."""

    name = "history-lost"
    title = "Of a conversation, the upstream gets the system prompt and the last user message."
    defect = "000-D14"
    chapters = ("conversation",)
    shows = ("conversation-system",)

    def request(self, body: Any, memory: Memory) -> Any:
        """Conversations with tool messages are left as they are."""
        messages = body.get("messages") or []
        if all(one["role"] != "tool" for one in messages):
            last = max((n for n, one in enumerate(messages) if one["role"] == "user"), default=-1)
            kept = [
                one for n, one in enumerate(messages) if n == last or one["role"] in {"system", "developer"}
            ]
            body["messages"] = kept
        return body


class SystemLost(OfUpstream):
    """Only users speak."""

    name = "system-lost"
    title = "The upstream gets no system or developer prompt."
    defect = "001-D25"
    chapters = ("conversation",)
    shows = ("conversation-system", "conversation-developer")

    def request(self, body: Any, memory: Memory) -> Any:
        """None."""
        messages = body.get("messages") or []
        body["messages"] = [one for one in messages if one["role"] not in {"system", "developer"}]
        return body


class Dropped(OfUpstream):
    """A parameter is taken and not passed on."""

    members: ClassVar[tuple[str, ...]] = ()
    """What is not passed on."""
    chapters: ClassVar[tuple[str, ...]] = ("input",)
    shows: ClassVar[tuple[str, ...]] = ("input-parameters",)

    def request(self, body: Any, memory: Memory) -> Any:
        """Without it."""
        for name in self.members:
            body.pop(name, None)
        return body


class TemperatureDropped(Dropped):
    """The upstream draws as it likes."""

    name = "temperature-dropped"
    title = "`temperature` does not reach the upstream."
    defect = "000-D16"
    members = ("temperature",)


class StopDropped(Dropped):
    """The upstream does not stop."""

    name = "stop-dropped"
    title = "`stop` does not reach an Anthropic upstream."
    defect = "002-D12"
    members = ("stop_sequences",)
    routes = ("chat over anthropic",)
    chapters = ("text", "input")
    shows = ("text-stop-sequence",)


class EffortDropped(Dropped):
    """The upstream thinks as it likes."""

    name = "effort-dropped"
    title = "The effort that was asked for does not reach the upstream."
    defect = "001-D23"
    members = ("reasoning_effort",)
    routes = (RESPONSES,)
    chapters = ("reasoning", "usage")
    shows = ("reasoning-then-text",)


class FormatDropped(Dropped):
    """The upstream answers in prose."""

    name = "format-dropped"
    title = "The schema that the answer is to have does not reach the upstream."
    defect = "001-D24"
    members = ("response_format",)
    chapters = ("text",)
    shows = ("text-structured",)


class ImageDropped(OfUpstream):
    """Text is all that there is."""

    name = "image-dropped"
    title = "An image does not reach the upstream."
    defect = "000-D17"
    chapters = ("input",)
    shows = ("input-image",)

    def request(self, body: Any, memory: Memory) -> Any:
        """The parts that have text."""
        for message in body.get("messages") or ():
            if isinstance(message.get("content"), list):
                message["content"] = [one for one in message["content"] if one["type"] != "image_url"]
        return body


class FileDropped(OfUpstream):
    """Nobody sends files."""

    name = "file-dropped"
    title = "A file does not reach the upstream."
    defect = "000-D17"
    chapters = ("input",)
    shows = ("input-file",)

    def request(self, body: Any, memory: Memory) -> Any:
        """The other parts."""
        for message in body.get("messages") or ():
            if isinstance(message.get("content"), list):
                message["content"] = [one for one in message["content"] if one["type"] != "file"]
        return body


class PartsJoined(OfUpstream):
    """Parts are words."""

    name = "parts-joined"
    title = "The parts of a prompt are joined with a blank."
    defect = "001-D26"
    chapters = ("text",)
    shows = ("text-multipart",)

    def request(self, body: Any, memory: Memory) -> Any:
        """One text."""
        for message in body.get("messages") or ():
            content = message.get("content")
            if isinstance(content, list) and all(one["type"] == "text" for one in content):
                message["content"] = " ".join(texts(content))
        return body


class AssistantTurnsLost(OfUpstream):
    """Assistant messages are compared."""

    name = "assistant-turns-lost"
    title = "What the assistant said before is not sent, but for its calls."
    defect = "002-D07"
    chapters = ("conversation",)
    shows = ("conversation-system",)

    def request(self, body: Any, memory: Memory) -> Any:
        """Users and tools speak."""
        messages = body.get("messages") or []
        body["messages"] = [one for one in messages if one["role"] != "assistant" or one.get("tool_calls")]
        return body


class LimitConstant(OfUpstream):
    """One limit for all."""

    name = "limit-constant"
    title = "The upstream gets a limit of 8192 tokens, whatever was asked."
    defect = "002-D11"
    chapters = ("input", "endings")
    shows = ("input-parameters", "ending-length")

    def request(self, body: Any, memory: Memory) -> Any:
        """A constant."""
        for name in ("max_tokens", "max_completion_tokens"):
            if name in body:
                body[name] = 8192
        return body


class FirstLetterLost(OfUpstream):
    """Texts are cut by offsets."""

    name = "first-letter-lost"
    title = "The first letter of every prompt is lost."
    defect = "001-D08"
    shows = ("text-plain",)

    def request(self, body: Any, memory: Memory) -> Any:
        """Cut at the wrong place."""
        for message in body.get("messages") or ():
            if message["role"] == "user" and isinstance(message.get("content"), str):
                message["content"] = message["content"][1:]
        return body


class PreviousLost(Miniature):
    """State is echoed only."""

    name = "previous-response-lost"
    title = "`previous_response_id` is taken and not honoured."
    defect = "001-D22"
    routes = (RESPONSES,)
    chapters = ("conversation",)
    shows = ("conversation-previous-response",)

    def request(self, body: Any, memory: Memory) -> Any:
        """Not passed on."""
        memory["previous"] = body.pop("previous_response_id", None)
        return body

    def event(self, event: Any, memory: Memory) -> Any:
        """Echoed in every shell."""
        if "response" in event.data:
            self.whole(event.data["response"], memory)
        yield event

    def whole(self, body: Any, memory: Memory) -> Any:
        """Echoed."""
        if "previous_response_id" in body:
            body["previous_response_id"] = memory["previous"]
        return body
