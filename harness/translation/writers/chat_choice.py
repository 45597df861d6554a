"""One answer of a Chat completion while it is written: the deltas it is sent in, and the message they amount to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.dialects.members import mapping
from harness.translation.writers.annotations import for_chat
from harness.translation.writers.beside import REQUEST
from harness.translation.writers.blocks import encoded, kept, members_after

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.translation.session import Session
    from harness.turn.increments import (
        Annotation,
        ArgsDelta,
        Audio,
        Finish,
        RefusalDelta,
        TextDelta,
        ToolEnd,
        ToolStart,
    )

_ROLE: Final = b'{"role":"assistant","content":"","refusal":null}'
_NO_LOGPROBS: Final = b'},"logprobs":null,"finish_reason":null}]'
OWN_OF_CHOICE: Final = frozenset({"index", "delta", "message", "logprobs", "finish_reason", "text"})
LATER: Final = frozenset({"choices", "usage", "error", "moderation"})
"""Members of a chunk that do not stand in the one with the finish reason."""

_SPOKEN: Final = ("data", "transcript")
"""Members of spoken output that come in pieces."""


class Call:
    """A call of a tool.

    Attributes:
        number: Its index among the calls; 0 for the legacy form, which has none.
        before: The chunk up to a piece of its arguments, and `after` what follows the piece.
    """

    __slots__ = ("after", "before", "kept", "member", "number", "pieces", "text_of")

    def __init__(self, kept_as: dict[str, Any], member: str, text_of: str, number: int = 0) -> None:
        self.kept = kept_as
        self.member = member
        self.text_of = text_of
        self.number = number
        self.pieces: list[str] = []
        self.before = self.after = b""

    def whole(self) -> dict[str, Any]:
        """The call as a whole message has it; of the legacy form, the value of `function_call`."""
        text = "".join(self.pieces)
        if not self.member:
            return {**self.kept, self.text_of: text}
        return {**self.kept, self.member: {**self.kept[self.member], self.text_of: text}}


class Choice:
    """One answer.

    Args:
        session: The exchange.
        index: Its number.
        first: The first chunk of this answer up to `choices`.
        head: The others up to there.
        tail: The chunk after `choices`, without the brace that ends it.
    """

    def __init__(self, session: Session, index: int, first: bytes, head: bytes, tail: bytes) -> None:
        self.finish: str | None = None
        self.text: list[str] = []
        self.refusal: list[str] = []
        self.logprobs: dict[str, list[Any]] = {}
        self.annotations: list[dict[str, Any]] = []
        self.thought: dict[str, Any] = {}
        self.calls: dict[int, Call] = {}
        self.legacy: Call | None = None
        self.audio: dict[str, Any] = {}
        self._sound: dict[str, list[str]] = {}
        self.extra: dict[str, Any] = {}
        self.beside: dict[str, Any] = {}
        self.begun = False
        self._session = session
        place = b'"choices":[{"index":%d,"delta":' % index
        self._first = first + place
        self._head = head + place
        self._tail = tail
        self._end = _NO_LOGPROBS[1:] + tail + b"}\n\n"
        self._content = self._head + b'{"content":'
        self._refusal = self._head + b'{"refusal":'
        self._after = _NO_LOGPROBS + tail + b"}\n\n"
        self._block_begin = 0
        self._length = 0

    def delta(self, members: dict[str, Any]) -> bytes:
        """A chunk with this delta, after the one with the role."""
        return self.open() + self._head + encoded(members) + self._end

    def open(self) -> bytes:
        """The chunk with the role, the first time."""
        if self.begun:
            return b""
        self.begun = True
        return self._first + _ROLE + self._end

    # -- text

    def text_starts(self) -> None:
        """A block of text begins: offsets of annotations count from here."""
        self._block_begin = self._length

    def text_delta(self, one: TextDelta) -> bytes:
        """A piece of text."""
        text = one.text
        self.text.append(text)
        self._length += len(text)
        if one.logprobs is None and one.obfuscation is None and self.begun:
            return self._content + encoded(text) + self._after
        return self._spoken(self._content, "content", one)

    def refusal_delta(self, one: RefusalDelta) -> bytes:
        """A piece of a refusal."""
        self.refusal.append(one.text)
        return self._spoken(self._refusal, "refusal", one)

    def _spoken(self, before: bytes, member: str, one: TextDelta | RefusalDelta) -> bytes:
        end = b""
        if one.obfuscation is not None and self._session.upstream == "chat":
            end = b',"obfuscation":' + encoded(one.obfuscation)
        logprobs = b"null"
        if one.logprobs:
            self.logprobs.setdefault(member, []).extend(one.logprobs)
            logprobs = encoded({"content": None, "refusal": None, member: one.logprobs})
        return b"".join(
            (
                self.open(), before, encoded(one.text), b'},"logprobs":', logprobs, b',"finish_reason":null}]',
                self._tail, end, b"}\n\n",
            )
        )  # fmt: skip

    def annotate(self, one: Annotation) -> bytes:
        """A note on the text; b"" where Chat has no place for it."""
        annotation = for_chat(one, self._session, self._block_begin, self._length - self._block_begin)
        if annotation is None:
            self._session.lose_at("L231", one.src, one.kind)
            return b""
        self.annotations.append(annotation)
        return self.delta({"annotations": [annotation]})

    # -- calls

    def tool_starts(self, one: ToolStart, *, is_legacy: bool) -> bytes:
        """A call; its first chunk is the one with the role where nothing came before, as OpenAI does it."""
        if is_legacy and one.kind == "function":
            if self.legacy is not None:
                self._session.lose_at("L127", one.src, one.name)
                return b""
            call = self.legacy = self.calls[one.ref] = Call({"name": one.name}, "", "arguments")
            opening: dict[str, Any] = {"function_call": call.whole()}
            call.before = self._head + b'{"function_call":{"arguments":'
            call.after = b"}" + self._after
        else:
            number = len(self.calls) - (self.legacy is not None)
            member, text_of = ("custom", "input") if one.kind == "custom" else ("function", "arguments")
            known = {"id": one.call_id, "type": member, member: {"name": one.name}}
            call = self.calls[one.ref] = Call(known, member, text_of, number)
            opening = {"tool_calls": [{"index": number, **call.whole()}]}
            place = '{"tool_calls":[{"index":%d,"%s":{"%s":' % (number, member, text_of)  # noqa: UP031 - braces
            call.before = self._head + place.encode()
            call.after = b"}}]" + self._after
        if one.namespace is not None:
            self._session.lose_at("L235", one.src, "namespace")
        if self.begun:
            return self.delta(opening)
        self.begun = True
        first = {"role": "assistant", "content": None, **opening, "refusal": None}
        return self._first + encoded(first) + self._end

    def args_delta(self, one: ArgsDelta) -> bytes:
        """A piece of a call's arguments."""
        call = self.calls.get(one.ref)
        if call is None:
            return b""
        call.pieces.append(one.text)
        if one.obfuscation is not None and self._session.upstream == "chat":
            return call.before + encoded(one.text) + call.after[:-3] + b',"obfuscation":' + encoded(
                one.obfuscation
            ) + b"}\n\n"  # fmt: skip
        return call.before + encoded(one.text) + call.after

    def tool_ends(self, one: ToolEnd) -> bytes:
        """The end of a call is not told in Chat, but what is to be sent back with it is."""
        call = self.calls.get(one.ref)
        if one.signature is None or call is None:
            return b""
        if self._session.manner.reasoning == "drop" or not call.member:
            self._session.lose_at("L230", one.src, "the signature of a call")
            return b""
        vendor = "google" if one.vendor in {"", "gemini"} else one.vendor
        sealed = {vendor: {"thought_signature": one.signature}}
        call.kept["extra_content"] = sealed
        fragment = {"index": call.number, "extra_content": sealed, call.member: {call.text_of: ""}}
        return self.delta({"tool_calls": [fragment]})

    # -- the rest

    def speak(self, one: Audio) -> bytes:
        """A piece of spoken output."""
        raw = dict(kept(one.raw, self._session, one.src))
        for name, value in raw.items():
            if name in _SPOKEN and isinstance(value, str):
                # Joined when all is said: sound has megabytes, and each piece would copy those before it.
                self._sound.setdefault(name, []).append(value)
                self.audio.setdefault(name, "")
            else:
                self.audio[name] = value
        return self.delta({"audio": raw})

    def pass_on(self, raw: Mapping[str, Any]) -> bytes:
        """Members of a delta that only this dialect has a name for."""
        for name, value in raw.items():
            before = self.extra.get(name)
            is_more = type(before) is type(value) and isinstance(value, str | list)
            self.extra[name] = before + value if is_more and before is not None else value
        return self.delta(dict(raw))

    def ends(self, one: Finish) -> bytes:
        """The chunk with the finish reason, and with what a Chat upstream says besides in its own."""
        self.finish = one.reason
        if one.reason == "tool_calls" and self.legacy is not None and len(self.calls) == 1:
            self.finish = "function_call"
        reason = b'{},"logprobs":null,"finish_reason":"%b"' % self.finish.encode()
        beside = b""
        if one.dialect == "chat" and one.raw:
            raw = dict(kept(one.raw, self._session, one.src))
            own = raw.pop("choice", None)
            self.beside = {name: value for name, value in mapping(own).items() if name not in OWN_OF_CHOICE}
            reason += members_after(self.beside)
            beside = members_after(
                {name: value for name, value in raw.items() if name not in LATER and name not in REQUEST}
            )
        return self.open() + self._head + reason + b"}]" + self._tail + beside + b"}\n\n"

    def whole(self, index: int) -> dict[str, Any]:
        """The answer as a whole completion has it."""
        calls = [call.whole() for call in self.calls.values() if call is not self.legacy]
        refusal = "".join(self.refusal) if self.refusal else None
        # Text is null beside calls, a refusal or sound that came without any, and "" in an answer that is empty.
        is_silent = not self.text and (self.calls or self.audio or refusal is not None)
        message: dict[str, Any] = {
            "role": "assistant",
            "content": None if is_silent else "".join(self.text),
            "refusal": refusal,
            "annotations": self.annotations,
        }
        message.update(self.thought)
        message.update({name: value for name, value in self.extra.items() if name not in message})
        if self.audio:
            message["audio"] = {**self.audio, **{name: "".join(said) for name, said in self._sound.items()}}
        if calls:
            message["tool_calls"] = calls
        if self.legacy is not None:
            message["function_call"] = self.legacy.whole()
        logprobs = {"content": None, "refusal": None, **self.logprobs} if self.logprobs else None
        told = {"index": index, "message": message, "logprobs": logprobs, "finish_reason": self.finish}
        return {**told, **self.beside}
