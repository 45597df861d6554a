"""Answers to clients that speak Responses: events, and the response that they amount to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.translation.writers import responses_shell as shell
from harness.translation.writers.annotations import for_responses
from harness.translation.writers.beside import tell_lost
from harness.translation.writers.blocks import DONE, encoded, kept, told
from harness.translation.writers.responses_items import Call, Hosted, Item, Message, Part, Reasoning
from harness.translation.writers.responses_numbering import Numbering
from harness.translation.writers.usage import responses_usage
from harness.turn.increments import (
    Annotation,
    ArgsDelta,
    Audio,
    Eof,
    Error,
    Finish,
    Image,
    Increment,
    MessageEnd,
    MessageStart,
    ReasoningDelta,
    ReasoningEnd,
    ReasoningStart,
    RefusalDelta,
    RefusalEnd,
    RefusalStart,
    ServerTool,
    Start,
    TextDelta,
    TextEnd,
    TextStart,
    ToolEnd,
    ToolStart,
    Usage,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.translation.carry import CarriedKind
    from harness.translation.session import Session

_STATUSES: Final = frozenset({"completed", "incomplete"})
_CUT: Final = frozenset({"length", "content_filter"})


class ResponsesWriter:
    """Writes the events of one response, and keeps what a whole one needs.

    `output_item.done` of the item that came last is held back until something follows it: only then is it known
    whether it is complete or was cut by the limit, where the upstream does not say.

    Args:
        session: The exchange.

    Attributes:
        begun: As `Writer` has it.
    """

    def __init__(self, session: Session) -> None:
        request = session.request
        include = request.options.get("include") if request is not None else None
        self.begun = False
        self._session = session
        self._is_same = session.upstream == "responses"
        self._wants_seals = isinstance(include, list) and "reasoning.encrypted_content" in include
        self._numbering = Numbering(session.manner.sequence_start)
        self._shell: dict[str, Any] = {}
        self._final: dict[str, Any] = {}
        self._items: list[Item] = []
        self._ids: set[str] = set()
        self._messages: dict[int, Message] = {}
        self._message: Message | None = None
        self._parts: dict[int, Part] = {}
        self._thoughts: dict[int, Reasoning] = {}
        self._calls: dict[int, Call] = {}
        self._hosted: dict[int, Hosted] = {}
        self._held: Message | Call | None = None
        self._usage: dict[str, Any] | None = None
        self._finish: Finish | None = None
        self._over = False
        self._left_out: set[int] = set()

    def write(self, increment: Increment) -> bytes:
        """The events of one increment."""
        if increment.choice and type(increment) is not Error:  # which ends all of them
            self._session.lose("L234", "answer", f"choice {increment.choice}")
            return b""
        if type(increment) is TextDelta:  # nearly all of them
            return self._parts[increment.ref].delta(increment, is_padded=self._is_same)
        sent: bytes = self._HANDLERS[type(increment)](self, increment)
        return sent

    def whole(self) -> Mapping[str, Any]:
        """The response."""
        return self._final

    # -- the frame

    def _start(self, one: Start) -> bytes:
        self.begun = True
        self._shell = shell.begun(one, self._session)
        if not self._is_same:
            tell_lost(one, self._session)
        if one.fingerprint is not None:
            self._session.lose_at("L235", one.src, "system_fingerprint")
        if self._is_same and kept(one.raw, self._session, one.src).get("status") == "queued":
            queued = encoded({"type": "response.created", "response": {**self._shell, "status": "queued"}})
            waiting = queued.replace(b"response.created", b"response.queued", 1)
            began = self._numbering.raw(b"response.created", queued[:-1])
            began += self._numbering.raw(b"response.queued", waiting[:-1])
        else:
            began = self._numbering.event("response.created", {"response": self._shell})
        return began + self._numbering.event("response.in_progress", {"response": self._shell})

    def _usage_came(self, one: Usage) -> bytes:
        self._usage = responses_usage(one, self._session)
        return b""

    def _finished(self, one: Finish) -> bytes:
        self._finish = one
        if not self._is_same:
            tell_lost(one, self._session)
        return b""

    def _eof(self, one: Eof) -> bytes:
        del one
        end = DONE if self._session.manner.responses_done and self.begun else b""
        if self._over or self._finish is None:
            return end
        finish = self._finish
        sent = b""
        if self._session.manner.empty_message and not self._items:
            message, sent = self._new_message(None, None, is_implicit=True)
            part, added = message.part("output_text")
            sent += added + part.ended()
        sent += self._release("incomplete" if finish.reason in _CUT else "completed")
        self._final = shell.ended(self._shell, finish, self._output(), self._usage, self._session)
        if self._final["status"] in _STATUSES:
            sent += self._terminal(f"response.{self._final['status']}")
        return sent + end

    def _error(self, one: Error) -> bytes:
        self._over = True
        if not self.begun:
            return b""
        sent = b""
        for item in self._items:
            if not item.done:
                is_held = item is self._held
                sent += self._done(item, "completed") if is_held else item.left(is_last=self._is_last(item))
        if self._session.manner.error_event:
            members = {"code": one.code, "message": one.message, "param": one.param}
            sent += self._numbering.event("error", members)
        self._final = shell.failed(self._shell, one, self._output(), self._usage)
        return sent + self._terminal("response.failed")

    def _terminal(self, kind: str) -> bytes:
        losses = told(self._session.ledger) if self._session.manner.stream_losses else b""
        return losses + self._numbering.event(kind, {"response": self._final})

    def _output(self) -> list[dict[str, Any]]:
        return [item.body for item in self._items if item.done]

    # -- items

    def _id(self, given: str | None, prefix: str) -> str:
        """The upstream's id of the item, unless it has none or it is another's."""
        item_id = given if given and given not in self._ids else self._session.mint.new_id(prefix)
        self._ids.add(item_id)
        return item_id

    def _is_last(self, item: Item) -> bool:
        return item.index == len(self._items) - 1

    def _release(self, status: str = "completed") -> bytes:
        """Tell the end of the item that it was held back of; a message that no upstream ended ends here."""
        item = self._held
        if item is None:
            item = self._message if self._message is not None and self._message.is_implicit else None
            self._message = None if item is not None else self._message
        self._held = None
        return self._done(item, status) if item is not None else b""

    def _done(self, item: Item, status: str) -> bytes:
        return item.finished(status) if isinstance(item, Message) else item.ended(status=status)

    def _ends(self, item: Message | Call, status: str | None) -> bytes:
        """An item has ended: tell it, or hold it back until it is known how."""
        if self._is_same and status in _STATUSES:
            return self._done(item, status)
        if not self._is_last(item):
            return self._done(item, "completed")
        if status == "incomplete":
            return self._done(item, status)
        self._held = item
        return b""

    def _opens(self, item: Item) -> bytes:
        """Announce an item, once those before it are as far as they must be; its place was counted already."""
        self._items.append(item)
        return item.added()

    # -- messages

    def _new_message(
        self, item_id: str | None, phase: str | None, *, is_implicit: bool
    ) -> tuple[Message, bytes]:
        sent = self._release()
        given = self._id(item_id, "msg_")
        self._message = Message(self._numbering, len(self._items), given, phase, is_implicit=is_implicit)
        return self._message, sent + self._opens(self._message)

    def _message_start(self, one: MessageStart) -> bytes:
        self._messages[one.ref], sent = self._new_message(one.item_id, one.phase, is_implicit=False)
        return sent

    def _message_end(self, one: MessageEnd) -> bytes:
        message = self._messages.pop(one.ref)
        if self._message is message:
            self._message = None
        return self._ends(message, one.status)

    def _part_start(self, one: TextStart | RefusalStart) -> bytes:
        sent = b""
        message = self._message
        if message is None:
            message, sent = self._new_message(None, None, is_implicit=True)
        kind = "output_text" if isinstance(one, TextStart) else "refusal"
        self._parts[one.ref], added = message.part(kind)
        return sent + added

    def _refusal_delta(self, one: RefusalDelta) -> bytes:
        if one.logprobs:
            self._session.lose_at("L235", one.src, "logprobs of a refusal")
        return self._parts[one.ref].delta(one, is_padded=self._is_same)

    def _annotation(self, one: Annotation) -> bytes:
        part = self._parts[one.ref]
        annotation = for_responses(one, self._session, part.length)
        if annotation is None:
            self._session.lose_at("L231", one.src, one.kind)
            return b""
        return part.annotate(annotation)

    def _part_end(self, one: TextEnd | RefusalEnd) -> bytes:
        return self._parts.pop(one.ref).ended()

    # -- thoughts

    def _reasoning_start(self, one: ReasoningStart) -> bytes:
        sent = self._release()
        body: dict[str, Any] = {"id": self._id(one.item_id, "rs_"), "type": "reasoning", "summary": []}
        if one.encrypted is not None and self._is_same:
            body["encrypted_content"] = one.encrypted
        item = self._thoughts[one.ref] = Reasoning(self._numbering, len(self._items), body)
        return sent + self._opens(item)

    def _reasoning_delta(self, one: ReasoningDelta) -> bytes:
        return self._thoughts[one.ref].delta(one, is_padded=self._is_same)

    def _reasoning_end(self, one: ReasoningEnd) -> bytes:
        status = one.status if one.status in _STATUSES else None
        thought = self._thoughts.pop(one.ref)
        if self._is_same:
            if one.signature is not None:  # a member that some servers of this dialect have
                thought.body["signature"] = one.signature
            return thought.finished(status, one.encrypted)
        if one.signature is None:
            return thought.finished(status, self._sealed(one.vendor, one.encrypted, "encrypted", one.src))
        sent = thought.finished(status, self._sealed(one.vendor, one.signature, "signature", one.src))
        if one.encrypted is None:
            return sent
        return sent + self._seal_item(one, one.encrypted, "encrypted")

    def _sealed(self, vendor: str, blob: str | None, kind: CarriedKind, src: int) -> str | None:
        """What is to be sent back with a thought, in a form that says whose it is; only for clients that ask for it."""
        if blob is None:
            return None
        if not self._wants_seals:
            self._session.lose_at("L230", src, "what seals a thought, which the client did not ask for")
            return None
        from harness.translation.carry import wrapped  # noqa: PLC0415 - few answers need it

        return wrapped(vendor or self._session.upstream, blob, kind)

    def _seal_item(self, end: ReasoningEnd | ToolEnd, blob: str, kind: CarriedKind) -> bytes:
        """An item that is nothing but a seal, behind what it belongs to; nothing follows an item that was cut."""
        if end.status == "incomplete":
            self._session.lose_at("L230", end.src, "what seals something that was cut")
            return b""
        sealed = self._sealed(end.vendor, blob, kind, end.src)
        if sealed is None:
            return b""
        sent = self._release()
        body = {"id": self._id(None, "rs_"), "type": "reasoning", "summary": []}
        thought = Reasoning(self._numbering, len(self._items), body)
        return sent + self._opens(thought) + thought.finished(None, sealed)

    # -- calls

    def _tool_start(self, one: ToolStart) -> bytes:
        sent = self._release()
        is_custom = one.kind == "custom"
        body: dict[str, Any] = {
            "id": self._id(one.item_id, "ctc_" if is_custom else "fc_"),
            "type": "custom_tool_call" if is_custom else "function_call",
            "status": "in_progress",
            "input" if is_custom else "arguments": "",
            "call_id": one.call_id,
            "name": one.name,
        }
        if one.namespace is not None:
            body["namespace"] = one.namespace
        call = self._calls[one.ref] = Call(self._numbering, len(self._items), body)
        return sent + self._opens(call)

    def _args_delta(self, one: ArgsDelta) -> bytes:
        return self._calls[one.ref].delta(one, is_padded=self._is_same)

    def _tool_end(self, one: ToolEnd) -> bytes:
        """The call is written; what is to be sent back with it (Gemini) goes in an item of its own behind it.

        A call has no member for it, and by the time it is known the call has been announced, so that nothing can go
        before it. A bare reasoning item is what clients keep and send back unread, and the reader of requests gives
        the seal back to the call before it.
        """
        call = self._calls.pop(one.ref)
        sent = call.arguments_end() + self._ends(call, one.status)
        if one.signature is None:
            return sent
        return sent + self._seal_item(one, one.signature, "call")

    # -- the rest

    def _server_tool(self, one: ServerTool) -> bytes:
        raw = kept(one.raw, self._session, one.src)
        hosted = self._hosted.get(one.ref)
        if not self._is_same or (one.dialect != "responses" and hosted is None):
            if one.kind and one.ref not in self._left_out:
                self._left_out.add(one.ref)
                self._session.lose_at("L233", one.src, one.kind)
            return b""
        sent = b""
        if hosted is None:
            item = raw.get("item")
            if not isinstance(item, dict):
                if "output_index" in raw or not isinstance(raw.get("type"), str):
                    self._session.lose_at("L233", one.src, one.kind)
                    return b""
                return Hosted(self._numbering, 0, {}).passed(raw)  # it belongs to no item
            sent = self._release()
            hosted = self._hosted[one.ref] = Hosted(self._numbering, len(self._items), item)
            self._ids.add(str(item.get("id")))
            if one.step == "start":
                self._items.append(hosted)
                return sent + hosted.passed(raw)
            if one.step == "end":
                hosted.announced()
            sent += self._opens(hosted)
            if one.step == "end":
                sent += hosted.steps(item)
        if one.step != "end":
            return sent + hosted.passed(raw)
        del self._hosted[one.ref]
        return sent + hosted.finished(raw)

    def _media(self, one: Audio | Image) -> bytes:
        self._session.lose_at("L232", one.src, one.media_type if isinstance(one, Image) else "sound")
        return b""

    _HANDLERS: Final[Mapping[type[Increment], Any]] = {
        Start: _start,
        MessageStart: _message_start,
        MessageEnd: _message_end,
        TextStart: _part_start,
        TextEnd: _part_end,
        RefusalStart: _part_start,
        RefusalDelta: _refusal_delta,
        RefusalEnd: _part_end,
        Annotation: _annotation,
        ReasoningStart: _reasoning_start,
        ReasoningDelta: _reasoning_delta,
        ReasoningEnd: _reasoning_end,
        ToolStart: _tool_start,
        ArgsDelta: _args_delta,
        ToolEnd: _tool_end,
        ServerTool: _server_tool,
        Audio: _media,
        Image: _media,
        Usage: _usage_came,
        Finish: _finished,
        Error: _error,
        Eof: _eof,
    }
