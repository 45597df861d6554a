"""Defects of a Chat endpoint in front of Gemini that come of stores which all requests share; this engine has none."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import httpx
import msgspec

from harness.gateway.exchange import Exchange
from harness.translation.engine import prepare
from harness.translation.readers.chat_calls import Calls
from harness.translation.settling import Settling
from harness.turn.increments import Eof, Usage
from tests.defects.cases import (
    DONE,
    TOOLS,
    USAGE,
    call,
    calls,
    chunk,
    counts,
    handles,
    hear,
    role,
    says,
    sse,
)
from tests.defects.defect import Defect
from tests.gatewaying import CHAT, body_of, gateway, talks, wire

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable

    import pytest

    from harness.translation.engine import Prepared
    from harness.turn.increments import Increment
    from tests.defects.heard import Heard

WITH_TOOLS: dict[str, Any] = {"tools": TOOLS["chat"]}


# -- 000-D11: tools of another request


def _d11_holds() -> None:
    """A's first attempt fails once B has been asked; A's second attempt still has A's tools."""
    first_came, second_came = threading.Event(), threading.Event()
    asked: list[dict[str, Any]] = []

    def script(connection: socket.socket, request: bytes) -> None:
        body = body_of(request)
        asked.append(body)
        if body["model"] == "a" and not first_came.is_set():
            first_came.set()
            second_came.wait(60)
            connection.sendall(wire(503, {"error": {"message": "full"}}, "retry-after-ms: 1"))
        else:
            second_came.set()
            talks(connection, request)

    with gateway(script) as server:
        url = f"{server.base_url}/chat/completions"
        first = threading.Thread(
            target=lambda: httpx.post(url, json={**CHAT, "model": "a", **WITH_TOOLS}, timeout=60)
        )
        first.start()
        assert first_came.wait(60)
        assert httpx.post(url, json={**CHAT, "model": "b"}, timeout=60).status_code == 200
        first.join(60)
    assert [one["model"] for one in asked] == ["a", "b", "a"]
    assert [one.get("tools") for one in asked] == [TOOLS["chat"], None, TOOLS["chat"]]


def _d11_breaks(patch: pytest.MonkeyPatch) -> None:
    attempt = Exchange._attempt
    store: dict[str, Any] = {}

    def storing(*args: Any, **named: Any) -> Prepared:
        prepared = prepare(*args, **named)
        store["tools"] = prepared.body.get("tools")
        return prepared

    async def from_store(self: Exchange, carrier: Any, asked: Any) -> int | None:
        body = msgspec.json.decode(asked.body)
        body.pop("tools", None)
        if store["tools"]:
            body["tools"] = store["tools"]
        return await attempt(self, carrier, asked._replace(body=msgspec.json.encode(body)))

    patch.setattr("harness.gateway.serving.prepare", storing)
    patch.setattr(Exchange, "_attempt", from_store)


# -- 000-D12 and D13: calls and usage of another request


def _d12_case() -> tuple[Heard, Heard]:
    fragment = call("", call_id="")
    del fragment["id"]
    first = hear(sse(role(), calls(fragment)), request=WITH_TOOLS, finishes=False)
    second = hear(sse(says("hi"), chunk({}, "stop"), counts()), DONE, request=WITH_TOOLS)
    named = {"index": 0, "id": "call_a", "function": {"arguments": "{}"}}
    first.go_on(sse(calls(named), chunk({}, "tool_calls"), counts()), DONE)
    return first, second


def _d12_holds() -> None:
    first, second = _d12_case()
    assert first.calls() == [("call_a", "weather", "{}")]
    assert first.finish() == "tool_calls"
    assert second.calls() == []
    assert second.finish() == "stop"


def _d12_breaks(patch: pytest.MonkeyPatch) -> None:
    begin = Calls.__init__
    captured: list[Any] = []

    def sharing(self: Calls, *args: Any) -> None:
        begin(self, *args)
        self._waiting = captured

    patch.setattr(Calls, "__init__", sharing)


def _d13_case() -> tuple[Heard, Heard, Heard]:
    more = {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150}
    first = hear(sse(says("a"), chunk({}, "stop"), counts()), finishes=False)
    second = hear(sse(says("b"), chunk({}, "stop"), counts(more)), DONE)
    third = hear(sse(says("c"), chunk({}, "stop")), DONE)
    first.go_on(DONE)
    return first, second, third


def _d13_holds() -> None:
    first, second, third = _d13_case()
    assert first.payloads[-1]["usage"] == USAGE
    assert second.payloads[-1]["usage"]["total_tokens"] == 150
    assert all(one["usage"] is None for one in third.payloads)


def _d13_breaks(patch: pytest.MonkeyPatch) -> None:
    eof = Settling._eof
    latest: dict[str, Usage] = {}

    def keep(self: Settling, one: Usage) -> Iterable[Increment]:
        del self
        latest["_latest"] = one
        return ()

    def ended(self: Settling, one: Eof) -> Iterable[Increment]:
        self._usage = latest.get("_latest")
        return eof(self, one)

    handles(patch, Settling, {Usage: keep, Eof: ended})


DEFECTS = [
    Defect("000-D11", "The tools of a request replace those of another.", _d11_holds, _d11_breaks),
    Defect(
        "000-D12",
        "A call that was captured for one client is delivered to another.",
        _d12_holds,
        _d12_breaks,
        "XLAT-TOOL-001",
        lambda: set().union(*(one.rules() for one in _d12_case())),
    ),
    Defect(
        "000-D13",
        "The usage of the latest answer is reported for all.",
        _d13_holds,
        _d13_breaks,
        "XLAT-USE-007",
        lambda: set().union(*(one.rules() for one in _d13_case())),
    ),
]
