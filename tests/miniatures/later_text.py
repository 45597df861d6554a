"""Later miniatures that lose or change what an upstream says: text, ends and counts."""

# ruff: noqa: ARG002 - a miniature is given more than it uses

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

from tests.miniatures.miniature import (
    CHAT,
    RESPONSES,
    Memory,
    Miniature,
    OfChat,
    OfResponses,
    OfUpstream,
)
from tests.miniatures.unseen_text import members

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.miniatures.tampering import Event

_GEMINI: Final = ("chat over gemini", "responses over gemini")
_ANTHROPIC: Final = ("chat over anthropic", "responses over anthropic")
_UNSEEN: Final = re.compile("[\u200b-\u200f\u2060\ufeff]")
"""Spaces of no width, joiners, marks of direction, and the mark of byte order."""


class OpeningUsageKept(OfUpstream):
    """Usage is read where it is first told.

    `message_start` has an Anthropic stream's usage before anything was written, `message_delta` what it was in the
    end; the number of output tokens is taken from the first. Any streamed answer shows it whose counts differ.
    """

    name = "opening-usage-kept"
    title = "The output tokens of an Anthropic stream are those that its first event told."
    routes = _ANTHROPIC
    chapters = ("usage",)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """A whole answer tells them once."""
        data = event.data if isinstance(event.data, dict) else {}
        if data.get("type") == "message_start":
            memory["opening"] = (data["message"].get("usage") or {}).get("output_tokens")
        elif data.get("type") == "message_delta" and data.get("usage") and memory.get("opening") is not None:
            data["usage"]["output_tokens"] = memory["opening"]
        yield event


class ItemDoneAsAdded(OfResponses):
    """One shell of an item is made, and sent twice.

    `response.output_item.done` of a message has the item as `response.output_item.added` had it: in progress, and
    without content. Any streamed answer with a text or a refusal shows it; the terminal event is right.
    """

    name = "item-done-as-added"
    title = "A message that is done is told in progress and without content."
    routes = (RESPONSES, "responses over gemini", "responses over anthropic")

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Messages alone: calls are told in another place."""
        if event.type == "response.output_item.added":
            memory[f"added {event.data['output_index']}"] = deepcopy(event.data["item"])
        elif event.type == "response.output_item.done" and event.data["item"]["type"] == "message":
            event.data["item"] = memory[f"added {event.data['output_index']}"]
        yield event


class FinishEmptyString(OfChat):
    """A string that is not set is empty.

    Every chunk but a choice's last has `finish_reason: ""` in place of null. Any stream of Chat Completions shows it.
    """

    name = "finish-empty-string"
    title = "Until an answer ends, its chunks have an empty text for a finish reason, not null."
    routes = (CHAT, "chat over responses", "chat over gemini", "chat over anthropic")

    def choice(self, choice: Any, memory: Memory) -> None:
        """Before the end."""
        if choice.get("finish_reason") is None:
            choice["finish_reason"] = ""


class LastWordsLost(OfUpstream):
    """A chunk that has a finish reason ends the answer.

    The text in a Gemini chunk that has the finish reason too is lost. Any streamed answer shows it whose last chunk
    has text, as Gemini's have; where the answer is one chunk, all of it is lost.
    """

    name = "last-words-lost"
    title = "The text of the chunk that ends a Gemini stream is lost."
    routes = _GEMINI

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Thoughts and calls are read before."""
        for candidate in members(event.data, "candidates"):
            for part in (candidate.get("content") or {}).get("parts") or ():
                if candidate.get("finishReason") and part.get("text") and not part.get("thought"):
                    part["text"] = ""
        yield event


class JoinersStripped(OfUpstream):
    """Text is cleaned of what nobody sees.

    Joiners of zero width and their like are lost from text: a family of emoji becomes its members, and Persian words
    run together. A text that has U+200B to U+200F, U+2060 or U+FEFF shows it, in streams and whole answers.
    """

    name = "joiners-stripped"
    title = "Characters of no width are lost from text."
    routes = (CHAT, RESPONSES)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Piece by piece."""
        for choice in members(event.data, "choices"):
            self.cleaned(choice.get("delta") or {})
        yield event

    def whole(self, body: Any, memory: Memory) -> Any:
        """The same."""
        for choice in members(body, "choices"):
            self.cleaned(choice.get("message") or {})
        return body

    def cleaned(self, said: dict[str, Any]) -> None:
        """What is said, not what is thought or called."""
        if text := said.get("content"):
            said["content"] = _UNSEEN.sub("", text)


class AlternativesLost(OfChat):
    """One token was chosen.

    `top_logprobs` is always empty. An answer shows it whose client asked for `logprobs` and `top_logprobs`, in streams
    and whole answers; the log probabilities of the tokens that were chosen are right.
    """

    name = "alternatives-lost"
    title = "The log probabilities of a token's alternatives are lost."
    routes = (CHAT, "chat over responses", "chat over gemini")

    def choice(self, choice: Any, memory: Memory) -> None:
        """Of text, and of a refusal."""
        told = choice.get("logprobs") or {}
        for token in [*(told.get("content") or ()), *(told.get("refusal") or ())]:
            token["top_logprobs"] = []

    def whole(self, body: Any, memory: Memory) -> Any:
        """The same."""
        for choice in members(body, "choices"):
            self.choice(choice, memory)
        return body


class ThoughtsNotCounted(Miniature):
    """`completion_tokens = candidatesTokenCount`.

    Gemini counts thoughts beside the answer, OpenAI among the output: here the output tokens lack the thoughts, of
    which the details and the total tell. An answer over Gemini shows it whose usage counts thoughts.
    """

    name = "thoughts-not-counted"
    title = "The tokens of a Gemini upstream's thoughts are missing from the output tokens."
    routes = _GEMINI
    chapters = ("usage", "reasoning")

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """In the chunk of usage, or in the terminal event."""
        if isinstance(event.data, dict):
            self.whole(event.data.get("response", event.data), memory)
        yield event

    def whole(self, body: Any, memory: Memory) -> Any:
        """The same."""
        usage = body.get("usage") or {}
        for name in ("completion_tokens", "output_tokens"):
            thought = (usage.get(f"{name}_details") or {}).get("reasoning_tokens")
            if thought and usage.get(name, 0) >= thought:
                usage[name] -= thought
        return body
