"""Miniatures that get failures wrong."""

# ruff: noqa: ARG002 - a miniature is given more than it uses

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from tests.miniatures.miniature import CHAT, RESPONSES, Memory, Miniature, OfResponses, OfUpstream
from tests.miniatures.tampering import Event

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.cassettes.exchange import Header


def _error(event: Event) -> Any:
    return event.data.get("error") if isinstance(event.data, dict) else None


def _stopped(memory: Memory, text: str = "") -> Iterable[Event]:
    """The end of an answer that went well."""
    last = memory.get("last") or {
        "id": "chatcmpl-0",
        "object": "chat.completion.chunk",
        "created": 1_760_000_000,
        "model": "scenario",
    }
    last = {name: value for name, value in last.items() if name != "usage"}
    for delta, finish in (({"content": text}, None), ({}, "stop")):
        if text or finish:
            choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
            yield Event({**last, "choices": [choice]})
    yield Event("[DONE]")


class ErrorAsText(Miniature):
    """The client sees what went wrong, after all."""

    name = "error-as-text"
    title = "What goes wrong amid a stream is told as text, with `stop`."
    defect = "000-D03"
    routes = (CHAT,)
    chapters = ("transport",)
    shows = ("transport-error-event", "transport-cut-between")

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Text for the error."""
        if (error := _error(event)) is not None:
            yield from _stopped(memory, f"[{error['message']}]")
            return
        if isinstance(event.data, dict):
            memory["last"] = event.data
        yield event


class ErrorSwallowed(Miniature):
    """A chunk without choices is nothing."""

    name = "error-swallowed"
    title = "An error that the upstream tells amid its stream is swallowed; the answer ends with `stop`."
    defect = "003-D07"
    routes = (CHAT,)
    chapters = ("transport",)
    shows = ("transport-error-event",)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Only what the upstream said; that it has gone is still told."""
        error = _error(event)
        if error is not None and not str(error.get("code")).startswith("upstream_"):
            yield from _stopped(memory)
            return
        if isinstance(event.data, dict):
            memory["last"] = event.data
        yield event


class CutAsSuccess(Miniature):
    """The end is the end."""

    name = "cut-as-success"
    title = "A stream that the upstream breaks off ends with `stop`."
    defect = "002-D22"
    routes = (CHAT,)
    chapters = ("transport",)
    shows = ("transport-cut-between", "transport-cut-before-terminal")

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Only where it has gone."""
        error = _error(event)
        if error is not None and error.get("code") == "upstream_disconnected":
            yield from _stopped(memory)
            return
        if isinstance(event.data, dict):
            memory["last"] = event.data
        yield event


class CutAsCompleted(OfResponses):
    """The end is the end, here too."""

    name = "failure-as-completed"
    title = "A failure amid a stream of Responses is told as completed."
    defect = "004-D06"
    chapters = ("transport",)
    shows = ("transport-cut-between", "transport-error-event")

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """With what has come."""
        if event.type == "response.failed":
            event.name = event.data["type"] = "response.completed"
            event.data["response"] |= {"status": "completed", "error": None}
            for item in event.data["response"]["output"]:
                item["status"] = "completed"
        elif (event.data.get("item") or {}).get("status") == "incomplete":
            event.data["item"]["status"] = "completed"
        yield event


class DoneAfterError(Miniature):
    """Every stream ends so."""

    name = "done-after-error"
    title = "[DONE] follows an error."
    defect = ""
    routes = (CHAT,)
    chapters = ("transport",)
    shows = ("transport-error-event",)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """After it."""
        yield event
        if _error(event) is not None:
            yield Event("[DONE]")


class FailedShell(OfResponses):
    """A failure needs no response."""

    name = "failed-shell"
    title = "The response of `response.failed` has nothing but id, status and error."
    defect = "001-D12"
    chapters = ("transport",)
    shows = ("transport-error-event",)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Three members."""
        if event.type == "response.failed":
            response = event.data["response"]
            event.data["response"] = {name: response[name] for name in ("id", "status", "error")}
        yield event


class FailedCode(OfResponses):
    """A status is a code."""

    name = "failed-code-number"
    title = "The code in `response.failed` is a number."
    defect = "001-D13"
    chapters = ("transport",)
    shows = ("transport-error-event",)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """504."""
        if event.type == "response.failed":
            event.data["response"]["error"]["code"] = 504
        yield event


class FailedTwice(OfResponses):
    """The loop is left into the block for time that is up."""

    name = "failed-twice"
    title = "`response.failed` comes twice."
    defect = "001-D14"
    chapters = ("transport",)
    shows = ("transport-error-event",)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Again."""
        yield event
        if event.type == "response.failed":
            again = deepcopy(event.data)
            again["response"]["error"]["message"] = "Timeout"
            yield Event(again, event.name)


class RateLimitAs500(Miniature):
    """An error is an error."""

    name = "rate-limit-as-500"
    title = "429 of the upstream is 500 for the client."
    defect = "002-D27"
    chapters = ("errors",)
    shows = ("error-rate-limit",)

    def head(
        self, status: int, headers: tuple[Header, ...], memory: Memory
    ) -> tuple[int, tuple[Header, ...]]:
        """The status alone."""
        return (500 if status == 429 else status), headers


class RetryAfterLost(Miniature):
    """Fields of errors are not read."""

    name = "retry-after-lost"
    title = "Retry-After of the upstream does not reach the client."
    defect = "002-D29"
    chapters = ("errors",)
    shows = ("error-rate-limit",)

    def head(
        self, status: int, headers: tuple[Header, ...], memory: Memory
    ) -> tuple[int, tuple[Header, ...]]:
        """Neither form of it."""
        return status, tuple(one for one in headers if not one[0].lower().startswith("retry-after"))


class ErrorAs200(Miniature):
    """An answer is an answer."""

    name = "error-as-200"
    title = "An error of the upstream comes with status 200."
    defect = ""
    chapters = ("errors",)
    shows = ("error-bad-request", "error-server-error")

    def head(
        self, status: int, headers: tuple[Header, ...], memory: Memory
    ) -> tuple[int, tuple[Header, ...]]:
        """Always."""
        return 200, headers


class ErrorTypeNumber(Miniature):
    """Types are made up."""

    name = "error-type-number"
    title = "The type of an error is a number."
    defect = "001-D37"
    chapters = ("errors",)
    shows = ("error-server-error",)

    def whole(self, body: Any, memory: Memory) -> Any:
        """The status."""
        if isinstance(body.get("error"), dict):
            body["error"]["type"] = memory["status"]
        return body


class ErrorBare(Miniature):
    """An error is a text."""

    name = "error-bare"
    title = "An error is a text, not an object."
    defect = ""
    chapters = ("errors",)
    shows = ("error-bad-request",)

    def whole(self, body: Any, memory: Memory) -> Any:
        """Its message."""
        if isinstance(body.get("error"), dict):
            body["error"] = body["error"]["message"]
        return body


class HtmlPassed(Miniature):
    """What cannot be read is passed on."""

    name = "html-passed"
    title = "An HTML page of the upstream reaches the client."
    defect = ""
    chapters = ("errors",)
    shows = ("error-html",)

    def head(
        self, status: int, headers: tuple[Header, ...], memory: Memory
    ) -> tuple[int, tuple[Header, ...]]:
        """With its type."""
        if status == 502:
            kept = tuple(one for one in headers if one[0].lower() != "content-type")
            headers = (*kept, ("content-type", "text/html"))
        return status, headers

    def whole(self, body: Any, memory: Memory) -> Any:
        """A page."""
        if memory["status"] != 502:
            return body
        return (
            b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
        )


class MalformedSkipped(OfUpstream):
    """What cannot be read is skipped."""

    name = "malformed-skipped"
    title = "A chunk that is no JSON is skipped, and nobody is told."
    defect = "002-D28"
    chapters = ("transport",)
    shows = ("transport-invalid-json",)
    routes = (CHAT, RESPONSES)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Neither JSON nor the end."""
        if isinstance(event.data, dict) or event.data == "[DONE]":
            yield event
