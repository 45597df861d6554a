"""Answers to clients that speak Chat Completions: chunks, and the completion that they amount to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.translation.writers.beside import CHUNK, REQUEST, tell_lost
from harness.translation.writers.blocks import DONE, encoded, kept, members_after, told
from harness.translation.writers.chat_choice import Choice
from harness.translation.writers.chat_thoughts import Thoughts
from harness.translation.writers.usage import chat_usage
from harness.translation.writers.writer import error_body
from harness.turn.increments import (
    Annotation,
    ArgsDelta,
    Audio,
    Eof,
    Error,
    Finish,
    Image,
    Increment,
    MessageStart,
    ReasoningDelta,
    ReasoningEnd,
    ReasoningStart,
    RefusalDelta,
    ServerTool,
    Start,
    TextDelta,
    TextStart,
    ToolEnd,
    ToolStart,
    Usage,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.translation.session import Session

_MOST_CHOICES: Final = 128
"""What OpenAI takes for `n`. More answers than were asked for are left out."""


class ChatWriter:
    """Writes chunks, each with one thing in it, and keeps what a whole completion needs.

    Until there is content nothing is written (but see `Manner.early_role`), so that an error can still be told with
    an HTTP status. Where the request is not known, usage is sent as if it had been asked for: better told to somebody
    who does not care than lost.

    Args:
        session: The exchange.

    Attributes:
        begun: As `Writer` has it.
    """

    def __init__(self, session: Session) -> None:
        request = session.request
        self.begun = False
        self._session = session
        self._is_streamed = request is None or request.stream
        self._wants_usage = request is None or request.include_usage
        self._most = min(request.choices or 1, _MOST_CHOICES) if request is not None else _MOST_CHOICES
        self._tail = b',"usage":null' if self._wants_usage else b""
        self._choices: dict[int, Choice] = {}
        self._thoughts: dict[int, Thoughts] = {}
        self._frame: dict[str, Any] = {}
        self._head = b"data: {"
        self._extra: dict[str, Any] = {}
        self._beside: dict[str, Any] = {}
        self._later: dict[str, Any] = {}
        self._usage: dict[str, Any] | None = None
        self._failed = False
        self._left_out: set[tuple[int, int]] = set()

    def write(self, increment: Increment) -> bytes:
        """The chunks of one increment."""
        if type(increment) is TextDelta:  # nearly all of them
            choice = self._choices.get(increment.choice)
            if choice is not None and choice.begun:
                return choice.text_delta(increment)
        handler = self._HANDLERS.get(type(increment))
        if handler is None:
            return b""  # ends of blocks, which Chat does not tell
        sent: bytes = handler(self, increment)
        if not sent:
            return b""
        self.begun = True
        # Clients count answers from 0, so none may be the first to be heard of after a later one. An error is of none.
        before = range(min(increment.choice, len(self._choices)))
        return b"".join([self._choices[lower].open() for lower in before]) + sent

    def whole(self) -> Mapping[str, Any]:
        """The completion."""
        answer = {**self._frame, "object": "chat.completion", "choices": []}
        answer["choices"] = [choice.whole(index) for index, choice in sorted(self._choices.items())]
        if self._usage is not None:
            answer["usage"] = self._usage
        return {**answer, **self._extra, **self._beside}

    # -- the frame

    def _start(self, one: Start) -> bytes:
        session = self._session
        is_same = session.upstream == "chat"
        upstream_id = one.upstream_id if is_same else None
        request = session.request
        frame: dict[str, Any] = {
            "id": upstream_id or session.mint.new_id("chatcmpl-"),
            "object": "chat.completion.chunk",
            "created": one.created if one.created is not None else session.asked_at,
            "model": one.model or (request.model if request is not None else "") or "unknown",
        }
        if one.service_tier is not None:
            frame["service_tier"] = one.service_tier
        frame["system_fingerprint"] = one.fingerprint
        self._frame = frame
        self._head = b"data: " + encoded(frame)[:-1] + b","
        if one.dialect == "chat":
            raw = kept(one.raw, self._session, one.src)
            if repeated := sorted(REQUEST.intersection(raw)):
                self._session.lose_at("L235", one.src, ", ".join(repeated))
            self._extra = {
                name: value for name, value in raw.items() if name not in CHUNK and name not in REQUEST
            }
        return self._choice(0).open() if session.manner.early_role else b""

    def _choice(self, index: int) -> Choice:
        """The answer of that number, with those before it."""
        for number in range(len(self._choices), index + 1):
            # What the upstream says beside the protocol is said once, in the chunk that is the first of all.
            first = (
                self._head + encoded(self._extra)[1:-1] + b"," if self._extra and not number else self._head
            )
            self._choices[number] = choice = Choice(self._session, number, first, self._head, self._tail)
            self._thoughts[number] = Thoughts(self._session, choice)
        return self._choices[index]

    def _at(self, one: Increment) -> Choice | None:
        """The answer that it belongs to; None where the client did not ask for so many."""
        if 0 <= one.choice < self._most:
            return self._choices.get(one.choice) or self._choice(one.choice)
        self._session.lose("L234", "answer", f"choice {one.choice}")
        return None

    def _eof(self, one: Eof) -> bytes:
        del one
        if self._failed:
            return DONE if self._session.manner.error_done and self.begun else b""
        verdict = b""
        if "moderation" in self._later:  # OpenAI has it in a chunk of its own, the last of all
            verdict = self._head + b'"choices":[]' + self._tail + members_after(self._later) + b"}\n\n"
        return verdict + (told(self._session.ledger) if self._session.manner.stream_losses else b"") + DONE

    def _error(self, one: Error) -> bytes:
        self._failed = True
        if not self.begun:
            return b""
        losses = told(self._session.ledger) if self._session.manner.stream_losses else b""
        return losses + b"data: " + encoded(error_body(one)) + b"\n\n"

    def _usage_came(self, one: Usage) -> bytes:
        self._usage = chat_usage(one, self._session)
        if self._usage is None:
            return b""
        if not self._wants_usage:
            if self._is_streamed:
                self._session.lose("L243", "answer")
            return b""
        if not self.begun:
            return b""  # an error follows, which is to be told with an HTTP status
        return self._head + b'"choices":[],"usage":' + encoded(self._usage) + b"}\n\n"

    # -- content

    def _text_start(self, one: TextStart) -> bytes:
        if (choice := self._at(one)) is not None:
            choice.text_starts()
        return b""

    def _text_delta(self, one: TextDelta) -> bytes:
        choice = self._at(one)
        return choice.text_delta(one) if choice is not None else b""

    def _refusal_delta(self, one: RefusalDelta) -> bytes:
        choice = self._at(one)
        return choice.refusal_delta(one) if choice is not None else b""

    def _annotation(self, one: Annotation) -> bytes:
        choice = self._at(one)
        return choice.annotate(one) if choice is not None else b""

    def _message_start(self, one: MessageStart) -> bytes:
        if one.phase is not None:
            self._session.lose_at("L235", one.src, "phase")
        return b""

    def _reasoning_start(self, one: ReasoningStart) -> bytes:
        return self._thoughts[one.choice].starts(one) if self._at(one) is not None else b""

    def _reasoning_delta(self, one: ReasoningDelta) -> bytes:
        return self._thoughts[one.choice].delta(one) if self._at(one) is not None else b""

    def _reasoning_end(self, one: ReasoningEnd) -> bytes:
        return self._thoughts[one.choice].ends(one) if self._at(one) is not None else b""

    def _tool_start(self, one: ToolStart) -> bytes:
        choice = self._at(one)
        request = self._session.request
        is_legacy = request.is_legacy if request is not None else one.is_legacy
        return choice.tool_starts(one, is_legacy=is_legacy) if choice is not None else b""

    def _args_delta(self, one: ArgsDelta) -> bytes:
        choice = self._at(one)
        return choice.args_delta(one) if choice is not None else b""

    def _tool_end(self, one: ToolEnd) -> bytes:
        choice = self._at(one)
        return choice.tool_ends(one) if choice is not None else b""

    def _audio(self, one: Audio) -> bytes:
        choice = self._at(one)
        return choice.speak(one) if choice is not None else b""

    def _image(self, one: Image) -> bytes:
        self._session.lose_at("L232", one.src, one.media_type)
        return b""

    def _server_tool(self, one: ServerTool) -> bytes:
        raw = kept(one.raw, self._session, one.src)
        if one.dialect == "chat" and raw and (choice := self._at(one)) is not None:
            return choice.pass_on(raw)
        if one.kind and (one.choice, one.ref) not in self._left_out:
            self._left_out.add((one.choice, one.ref))
            self._session.lose_at("L233", one.src, one.kind)
        return b""

    def _finish(self, one: Finish) -> bytes:
        choice = self._at(one)
        if choice is None:
            return b""
        if one.dialect == "chat":
            self._beside.update(
                {
                    name: value
                    for name, value in kept(one.raw, self._session, one.src).items()
                    if name not in CHUNK and name not in REQUEST and name != "choice"
                }
            )
            if "moderation" in self._beside and "moderation" not in self._extra:
                self._later = {"moderation": self._beside["moderation"]}
        elif one.choice == 0:
            tell_lost(one, self._session)
        return choice.ends(one)

    _HANDLERS: Final[Mapping[type[Increment], Any]] = {
        Start: _start,
        MessageStart: _message_start,
        TextStart: _text_start,
        TextDelta: _text_delta,
        RefusalDelta: _refusal_delta,
        Annotation: _annotation,
        ReasoningStart: _reasoning_start,
        ReasoningDelta: _reasoning_delta,
        ReasoningEnd: _reasoning_end,
        ToolStart: _tool_start,
        ArgsDelta: _args_delta,
        ToolEnd: _tool_end,
        ServerTool: _server_tool,
        Audio: _audio,
        Image: _image,
        Usage: _usage_came,
        Finish: _finish,
        Error: _error,
        Eof: _eof,
    }
