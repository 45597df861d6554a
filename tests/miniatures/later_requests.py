"""Later miniatures that get a request wrong on its way to the upstream."""

# ruff: noqa: ARG002 - a miniature is given more than it uses

from __future__ import annotations

from copy import deepcopy
from typing import Any

from tests.miniatures.miniature import CHAT, RESPONSES, Memory, Miniature, OfUpstream
from tests.miniatures.unseen_text import members

_JPEG = "image/jpeg"


class PromptTwice(OfUpstream):
    """The prompt is kept with the history, and then it is added.

    The upstream gets the last user message twice. Any conversation that ends with one shows it; a turn that ends with
    the results of tools does not.
    """

    name = "prompt-twice"
    title = "The last user message reaches the upstream twice."
    routes = (CHAT, RESPONSES)
    chapters = ("conversation",)

    def request(self, body: Any, memory: Memory) -> Any:
        """One after the other."""
        messages = members(body, "messages")
        if messages and messages[-1]["role"] == "user":
            messages.append(deepcopy(messages[-1]))
        return body


class EmptyResultDropped(OfUpstream):
    """Empty messages are not sent.

    A result of a tool that has no text does not reach the upstream, whose history has a call without a result then.
    A conversation with a tool that answered `""` shows it.
    """

    name = "empty-result-dropped"
    title = "An empty result of a tool does not reach the upstream."
    routes = (CHAT, RESPONSES, "chat over responses")
    chapters = ("tools", "conversation")

    def request(self, body: Any, memory: Memory) -> Any:
        """`if not content: continue`."""
        for name, told in (("messages", "content"), ("input", "output")):
            kept = [one for one in members(body, name) if not self.is_empty(one, told)]
            if len(kept) < len(members(body, name)):
                body[name] = kept
        return body

    def is_empty(self, one: dict[str, Any], told: str) -> bool:
        """Results alone."""
        is_result = one.get("role") == "tool" or one.get("type") == "function_call_output"
        return is_result and not one.get(told)


class ImageTypeConstant(OfUpstream):
    """Images are photographs.

    The upstream is told that an image is a JPEG, whatever it is. A conversation shows it with an image that is sent as
    a data URL of another type, as image/png.
    """

    name = "image-type-constant"
    title = "An image reaches an Anthropic or a Gemini upstream as image/jpeg, whatever its data URL says."
    routes = (
        "chat over anthropic",
        "responses over anthropic",
        "chat over gemini",
        "responses over gemini",
    )
    chapters = ("input",)

    def request(self, body: Any, memory: Memory) -> Any:
        """Addresses have no type."""
        for message in members(body, "messages"):
            for block in members(message, "content"):
                if block.get("type") == "image" and block["source"].get("type") == "base64":
                    block["source"]["media_type"] = _JPEG
        for content in members(body, "contents"):
            for part in members(content, "parts"):
                data = part.get("inlineData") or {}
                if str(data.get("mimeType")).startswith("image/"):
                    data["mimeType"] = _JPEG
        return body


class StopByLetters(Miniature):
    """`stop_sequences = list(stop)`.

    A `stop` that is one text becomes a list of its letters, and the upstream stops at any of them. A request of Chat
    Completions shows it whose `stop` is a text of two letters or more; a list is right.
    """

    name = "stop-by-letters"
    title = "Of a `stop` that is a text the upstream gets each letter as a sequence of its own."
    routes = (CHAT, "chat over gemini", "chat over anthropic")
    chapters = ("text", "input")

    def request(self, body: Any, memory: Memory) -> Any:
        """A text is a list of letters."""
        if isinstance(body.get("stop"), str):
            body["stop"] = list(body["stop"])
        return body
