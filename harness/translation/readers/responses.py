"""Reads the answers of the Responses API, OpenAI's own and those of servers that imitate it.

The source of what is expected is OpenAI's schema of `ResponseStreamEvent`; the source of what else comes is recorded
traffic. An event names its item by `item_id` and `output_index`; the id counts where it is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.translation.failures import error_of
from harness.translation.readers.openai_logprobs import log_probabilities
from harness.translation.readers.openai_members import Strangers, some_text
from harness.translation.readers.openai_usage import responses_usage
from harness.translation.readers.responses_frame import ENDS, failure_in, finish_of, start_of
from harness.translation.readers.responses_items import Items
from harness.translation.readers.responses_state import (
    ARGUMENTS,
    CALL,
    HOSTED,
    MESSAGE,
    REASONING,
    Item,
    Part,
    Table,
)
from harness.turn.increments import Eof, Error, Finish, ServerTool, TextDelta

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.sse.event import SseEvent
    from harness.translation.session import Session
    from harness.turn.increments import Increment


_SILENT: Final = frozenset({"keepalive", "ping", "response.heartbeat", "response.rate_limits.updated"})
"""Events that keep the connection, or tell of it, and are no part of the answer."""


class ResponsesReader:
    """Reads one answer.

    Args:
        session: The exchange.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._strangers = Strangers(session)
        self._table = Table()
        self._items = Items(session, self._strangers, self._table)
        self._started = False
        self._over = False
        self._kind = ""
        self._latest: tuple[object, object] | None = None
        self._part: Part | None = None

    def event(self, event: SseEvent, payload: dict[str, Any]) -> Iterable[Increment]:
        """One event."""
        kind = payload.get("type")
        if kind == "response.output_text.delta" and self._part is not None:
            text = payload.get("delta")
            if (
                (payload.get("item_id"), payload.get("content_index")) == self._latest
                and type(text) is str
                and text
                and not payload.get("logprobs")
            ):
                part = self._part
                part.said.write(text)
                padding = payload.get("obfuscation")
                return (
                    TextDelta(
                        src=event.index,
                        ref=part.ref,
                        text=text,
                        obfuscation=padding if type(padding) is str else None,
                    ),
                )
        if self._over:
            return ()
        return self._any(some_text(kind) or event.event or "", payload, event.index)

    def done(self, event: SseEvent) -> Iterable[Increment]:
        """`[DONE]`, which OpenAI does not send here, and others do after the terminal event."""
        message = "the upstream ended its answer without saying what became of it"
        return self._unended(event.index, "upstream_incomplete", message)

    def finish(self) -> Iterable[Increment]:
        """The body has ended."""
        message = "the upstream closed the connection before its answer was complete"
        return self._unended(-1, "upstream_disconnected", message)

    def whole(self, body: dict[str, Any]) -> Iterable[Increment]:
        """A whole response: the increments of a stream whose items come with their ends only."""
        out: list[Increment] = []
        status = some_text(body.get("status"))
        error = body.get("error")
        if error is not None and status not in ENDS:
            out.append(self._failed(error, -1))
        elif not isinstance(body.get("output"), list) and status not in ENDS:
            self._over = True
            message = "the upstream's answer is no response"
            out.append(Error(status=502, code="upstream_malformed", message=message))
        else:
            self._begin(body, -1, out)
            self._end(status or "completed", body, -1, out)
        self._strangers.tell(-1)
        return out

    # -- events

    def _any(self, kind: str, payload: dict[str, Any], src: int) -> list[Increment]:
        out: list[Increment] = []
        self._kind = kind
        handler = self._HANDLERS.get(kind)
        if handler is not None:
            handler(self, payload, src, out)
        elif payload.get("error") is not None and not kind.startswith("response."):
            out.append(self._failed(payload["error"], src))
        elif kind not in _SILENT:
            self._hosted(kind, payload, src, out)
        self._strangers.tell(src)
        return out

    def _lifecycle(self, payload: dict[str, Any], src: int, out: list[Increment]) -> None:
        self._begin(payload.get("response"), src, out)

    def _begin(self, response: object, src: int, out: list[Increment]) -> None:
        if self._started:
            return
        self._started = True
        out.append(start_of(response if isinstance(response, dict) else {}, src))

    def _item_added(self, payload: dict[str, Any], src: int, out: list[Increment]) -> None:
        body = payload.get("item")
        if not isinstance(body, dict):
            self._strangers.note("output_item.added without an item")
            return
        item_id = some_text(body.get("id"))
        if item_id and item_id in self._table.by_id:
            return
        item = self._table.new(body, payload.get("output_index"))
        if item.sort == HOSTED:
            self._tool(item, payload, src, out, step="start")
        else:
            self._items.begin(item, body, src, out)

    def _item_done(self, payload: dict[str, Any], src: int, out: list[Increment]) -> None:
        body = payload.get("item")
        if not isinstance(body, dict):
            self._strangers.note("output_item.done without an item")
            return
        item = self._table.same(body, payload.get("output_index"))
        self._finish_item(item, body, payload, src, out)

    def _finish_item(
        self, item: Item | None, body: dict[str, Any], payload: dict[str, Any], src: int, out: list[Increment]
    ) -> None:
        if item is None:
            item = self._table.new(body, payload.get("output_index"))
        self._items.end(item, body, payload, src, out)
        if self._part is not None and item.sort == MESSAGE:
            self._part = None

    def _part_added(self, payload: dict[str, Any], src: int, out: list[Increment]) -> None:
        body = payload.get("part")
        kind = some_text(body.get("type")) if isinstance(body, dict) else ""
        if kind not in {"output_text", "refusal", "reasoning_text"}:
            self._strangers.note(f"a content part of type {kind[:40]}")
            return
        item = self._of(payload, REASONING if kind == "reasoning_text" else MESSAGE, src, out)
        if item is not None:
            self._items.text_part(item, _index(payload, "content_index"), kind, src, out)

    def _part_done(self, payload: dict[str, Any], src: int, out: list[Increment]) -> None:
        body = payload.get("part")
        item = self._table.named(payload)
        if not isinstance(body, dict) or item is None:
            return
        part = item.parts.get(_index(payload, "content_index"))
        if part is not None:
            self._items.end_part(part, body, src, out)
            self._part = None

    def _text(self, payload: dict[str, Any], src: int, out: list[Increment]) -> Part | None:
        """The part that an event of a text is about; the event's name says of which kind that is."""
        kind = self._kind.split(".")[1]
        if kind == "reasoning_summary_text":
            return self._summary(payload, src, out)
        item = self._of(payload, REASONING if kind == "reasoning_text" else MESSAGE, src, out)
        if item is None:
            return None
        return self._items.text_part(item, _index(payload, "content_index"), kind, src, out)

    def _text_delta(self, payload: dict[str, Any], src: int, out: list[Increment]) -> None:
        part = self._text(payload, src, out)
        self._delta(part, payload, src, out)
        if (
            part is not None
            and part.kind == "output_text"
            and part.is_open
            and some_text(payload.get("item_id")) in self._table.by_id
        ):
            self._part = part
            self._latest = (payload.get("item_id"), payload.get("content_index"))

    def _delta(self, part: Part | None, payload: dict[str, Any], src: int, out: list[Increment]) -> None:
        text = payload.get("delta")
        if not isinstance(text, str):
            self._strangers.note("a delta that is no text")
        elif part is not None and part.is_said:
            self._session.lose_at("L217", src)
        elif part is not None:
            tokens = log_probabilities(payload.get("logprobs"))
            padding = payload.get("obfuscation")
            padding = padding if isinstance(padding, str) else None
            self._items.say(part, text, src, out, tokens=tokens, padding=padding)

    def _text_done(self, payload: dict[str, Any], src: int, out: list[Increment]) -> None:
        part = self._text(payload, src, out)
        if part is not None:
            self._part = None
            text = payload.get("refusal" if self._kind == "response.refusal.done" else "text")
            self._items.compare(part, text, src, out, payload.get("logprobs"))

    def _annotated(self, payload: dict[str, Any], src: int, out: list[Increment]) -> None:
        part = self._text(payload, src, out)
        if part is not None:
            self._items.annotate(part, payload.get("annotation"), src, out)

    def _summary(self, payload: dict[str, Any], src: int, out: list[Increment]) -> Part | None:
        item = self._of(payload, REASONING, src, out)
        return None if item is None else self._items.summary_part(item, _index(payload, "summary_index"))

    def _summary_done(self, payload: dict[str, Any], src: int, out: list[Increment]) -> None:
        part, body = self._summary(payload, src, out), payload.get("part")
        if part is not None:
            self._items.end_part(part, body if isinstance(body, dict) else {}, src, out)

    def _arguments_delta(self, payload: dict[str, Any], src: int, out: list[Increment]) -> None:
        item = self._call(payload, src, out)
        text = payload.get("delta")
        if not isinstance(text, str):
            self._strangers.note("a delta that is no text")
        elif item is not None and item.is_said:
            self._session.lose_at("L217", src)
        elif item is not None:
            padding = payload.get("obfuscation")
            self._items.argue(item, text, src, out, padding if isinstance(padding, str) else None)

    def _arguments_done(self, payload: dict[str, Any], src: int, out: list[Increment]) -> None:
        item = self._call(payload, src, out)
        if item is not None and not item.is_done:
            self._items.begin(item, payload, src, out)
            self._items.compare_arguments(item, payload.get(ARGUMENTS[item.type]), src, out)

    def _call(self, payload: dict[str, Any], src: int, out: list[Increment]) -> Item | None:
        custom = self._kind.startswith("response.custom")
        return self._of(payload, CALL, src, out, "custom_tool_call" if custom else "function_call")

    def _hosted(self, kind: str, payload: dict[str, Any], src: int, out: list[Increment]) -> None:
        """An event of an item that only this dialect knows; or one that nobody knows."""
        item = self._table.hosted(kind, payload)
        if item is None:
            self._strangers.note(f"an event of type {kind[:60]}")
            return
        self._tool(item, payload, src, out)

    def _tool(
        self, item: Item, payload: dict[str, Any], src: int, out: list[Increment], step: Any = "event"
    ) -> None:
        item.begun = True
        out.append(
            ServerTool(
                src=src,
                ref=item.ref,
                kind=item.type,
                step=step,
                item_id=item.id or None,
                dialect="responses",
                raw=payload,
            )
        )

    # -- which item

    def _of(
        self, payload: dict[str, Any], sort: str, src: int, out: list[Increment], kind: str | None = None
    ) -> Item | None:
        """The item of an event; one that nobody announced is begun, and one of another sort is none."""
        item = self._table.named(payload)
        if item is None:
            body = {"id": payload.get("item_id"), "type": kind or sort}
            item = self._table.new(body, payload.get("output_index"))
            self._items.begin(item, {}, src, out)
        if item.sort != sort:
            self._strangers.note(f"an event of a {sort} for a {item.type[:40]}")
            return None
        return item

    # -- the end

    def _terminal(self, payload: dict[str, Any], src: int, out: list[Increment]) -> None:
        status = self._kind.removeprefix("response.")
        response = payload.get("response")
        response = response if isinstance(response, dict) else {}
        self._begin(response, src, out)
        told = response.get("status")
        self._end(told if isinstance(told, str) and told in ENDS else status, response, src, out)

    def _end(self, status: str, response: dict[str, Any], src: int, out: list[Increment]) -> None:
        """The response is over, or a whole one says where it stands."""
        self._over = True
        self._part = None
        usage = responses_usage(response.get("usage"), src)
        end: Finish | Error | None = failure_in(status, response, self._session, src)
        if end is None:
            self._missing_items(response.get("output"), src, out)
            called = any(item.sort == CALL and item.begun for item in self._table.all)
            end = finish_of(status, response, self._session, src, called=called)
        if usage is not None:
            out.append(usage)
        out.append(end)
        if not isinstance(end, Error):
            out.append(Eof(src=src))

    def _missing_items(self, output: object, src: int, out: list[Increment]) -> None:
        """Deliver what is only in the final object, and end what it says the end of."""
        matched: set[int] = set()
        for index, body in enumerate(output if isinstance(output, list) else ()):
            if not isinstance(body, dict):
                self._strangers.note("output[] that is no object")
                continue
            item = self._table.same(body, index)
            if item is not None and id(item) in matched:
                item = None
            payload = {"type": "response.output_item.done", "output_index": index, "item": body}
            self._finish_item(item, body, payload, src, out)
            matched.add(id(item if item is not None else self._table.all[-1]))
        for item in self._table.all:
            self._items.begin_at_last(item, src, out)

    def _errored(self, payload: dict[str, Any], src: int, out: list[Increment]) -> None:
        """An `error` event, flat or nested; a `response.failed` after it says the same once more."""
        error = payload.get("error")
        out.append(self._failed(error if error is not None else payload, src))

    def _failed(self, error: object, src: int) -> Error:
        self._over = True
        self._part = None
        return error_of("responses", error, src)

    def _unended(self, src: int, code: str, message: str) -> list[Increment]:
        if self._over:
            return []
        self._over = True
        return [Error(src=src, status=502, code=code, message=message)]

    _HANDLERS: Final[dict[str, Any]] = {
        "response.created": _lifecycle,
        "response.queued": _lifecycle,
        "response.in_progress": _lifecycle,
        "response.output_item.added": _item_added,
        "response.output_item.done": _item_done,
        "response.content_part.added": _part_added,
        "response.content_part.done": _part_done,
        "response.output_text.delta": _text_delta,
        "response.output_text.done": _text_done,
        "response.output_text.annotation.added": _annotated,
        "response.refusal.delta": _text_delta,
        "response.refusal.done": _text_done,
        "response.reasoning_text.delta": _text_delta,
        "response.reasoning_text.done": _text_done,
        "response.reasoning_part.added": _part_added,
        "response.reasoning_part.done": _part_done,
        "response.reasoning_summary_part.added": _summary,
        "response.reasoning_summary_part.done": _summary_done,
        "response.reasoning_summary_text.delta": _text_delta,
        "response.reasoning_summary_text.done": _text_done,
        "response.function_call_arguments.delta": _arguments_delta,
        "response.function_call_arguments.done": _arguments_done,
        "response.custom_tool_call_input.delta": _arguments_delta,
        "response.custom_tool_call_input.done": _arguments_done,
        "response.completed": _terminal,
        "response.incomplete": _terminal,
        "response.failed": _terminal,
        "response.cancelled": _terminal,
        "error": _errored,
    }


def _index(payload: dict[str, Any], member: str) -> int:
    value = payload.get(member)
    return value if type(value) is int and value >= 0 else 0
