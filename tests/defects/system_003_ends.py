"""Defects of a Chat client in how it took errors and ends; this engine, the client of an upstream, has none.

That client took any end of the body for the end of an answer.
"""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING, Any

import httpx

from harness.gateway.exchange import Exchange
from harness.gateway.limits import Limits
from harness.jobs.serve import gateway_server
from harness.translation.answering import Answering
from harness.translation.profiles import UpstreamProfile
from harness.translation.readers.chat import ChatReader
from harness.translation.readers.chat_choice import ChatChoice
from harness.turn.increments import Eof, Error, Finish
from tests.defects.cases import (
    DONE,
    WHOLE,
    chunk,
    counts,
    hear,
    role,
    says,
    sse,
)
from tests.defects.defect import Defect
from tests.gatewaying import CHAT, Scenes, error_in, gateway, hangs, talks, wire

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest

    from harness.sse.event import SseEvent
    from harness.turn.increments import Increment
    from tests.defects.heard import Heard

ENDS = (chunk({}, "stop"), counts())
THINKING = UpstreamProfile(name="local", think_tags=True)


# -- 003-D06 and D07: what is no chunk


def _d06_case() -> Heard:
    return hear(sse(says("one ")) + b"data: {bad\n\n" + sse(says("two"), *ENDS) + DONE)


def _d06_holds() -> None:
    heard = _d06_case()
    assert heard.error is not None
    assert heard.error.code == "upstream_invalid_json"
    assert heard.payloads[-1]["error"]["code"] == "upstream_invalid_json"
    assert heard.finish() is None
    assert not heard.is_done


def _d06_breaks(patch: pytest.MonkeyPatch) -> None:
    odd = Answering._odd

    def passed_over(self: Answering, event: SseEvent, payload: object) -> bytes:
        return odd(self, event, payload) if event.data == b"[DONE]" else b""

    patch.setattr(Answering, "_odd", passed_over)


def _d07_case() -> Heard:
    error = {"error": {"message": "full", "type": "server_error", "code": None, "param": None}}
    return hear(sse(role(), says("par"), error) + DONE)


def _d07_holds() -> None:
    heard = _d07_case()
    assert heard.error is not None
    assert heard.payloads[-1]["error"]["message"] == "full"
    assert heard.finish() is None
    assert not heard.is_done
    alone = hear(sse({"error": {"message": "slow down", "type": "rate_limit_error", "code": None}}))
    assert alone.status == 429
    assert alone.whole["error"]["message"] == "slow down"


def _d07_breaks(patch: pytest.MonkeyPatch) -> None:
    end = ChatReader._end

    def as_success(self: ChatReader, src: int, *, is_clean: bool) -> list[Increment]:
        for index in self._choices.keys() - self._finishes.keys():
            self._finishes[index] = Finish(src=src, choice=index, reason="stop")
        return [*self._finishes.values(), *end(self, src, is_clean=is_clean)]

    patch.setattr("harness.translation.readers.chat.error_in", lambda _: None)
    patch.setattr(ChatReader, "_end", as_success)


# -- 003-D08 to D10: the ends of a body


def _d08_case() -> Heard:
    return hear(sse(role(), says("par")))


def _d08_holds() -> None:
    heard = _d08_case()
    assert heard.error is not None
    assert heard.error.code == "upstream_disconnected"
    assert heard.finish() is None
    assert not heard.is_done
    response = hear(sse(role(), says("par")), target="responses")
    assert response.kinds()[-1] == "response.failed"
    assert hear(sse(role(), says("par")), request=WHOLE).status == 502


def _d08_breaks(patch: pytest.MonkeyPatch) -> None:
    def at_any_end(self: ChatReader) -> Iterable[Increment]:
        finishes = {index: Finish(choice=index, reason="stop") for index in self._choices}
        return [*(finishes | self._finishes).values(), Eof(clean=False)]

    patch.setattr(ChatReader, "finish", at_any_end)


def _d09_case(*end: bytes) -> Heard:
    stream = sse(role(), says("<th"), says("ink>hm</think>ok <"), *ENDS)
    return hear(stream, *end, profile=THINKING, request=WHOLE)


def _d09_holds() -> None:
    for heard in (_d09_case(DONE), _d09_case()):
        assert heard.text() == "ok <"
        assert b"think>" not in heard.data
        assert heard.finish() == "stop"
    stream = sse(role(), says("<think>hm</think>ok"), *ENDS)
    texts = {hear(stream, *end, profile=THINKING).text() for end in ((DONE,), ())}
    assert texts == {"ok"}


def _d09_breaks(patch: pytest.MonkeyPatch) -> None:
    begin, done = ChatChoice.__init__, Answering.finish

    def leaking(self: ChatChoice, *args: Any) -> None:
        begin(self, *args)
        self._tags = None
        self.is_plain = True

    def stripped_at_the_end(self: Answering, failure: Error | None = None) -> bytes:
        was_over = self.over
        sent = done(self, failure)
        if not was_over:
            for choice in self._writer._choices.values():  # type: ignore[attr-defined]  # Chat's has them
                choice.text = [re.sub(r"<think>.*?</think>", "", "".join(choice.text))]
        return sent

    patch.setattr(ChatChoice, "__init__", leaking)
    patch.setattr(Answering, "finish", stripped_at_the_end)


def _d10_case() -> Heard:
    return hear(sse(role(), *ENDS))


def _d10_holds() -> None:
    for end in ((DONE,), ()):
        heard = hear(sse(role(), *ENDS), *end)
        assert heard.error is None
        assert heard.text() == ""
        assert heard.finish() == "stop"
        assert heard.is_done
        assert hear(sse(role(), *ENDS), *end, request=WHOLE).text() == ""


def _d10_breaks(patch: pytest.MonkeyPatch) -> None:
    finish = ChatReader.finish

    def with_content(self: ChatReader) -> Iterable[Increment]:
        if not self._over and not any(len(one.content) for one in self._choices.values()):
            return (Error(status=502, message="the stream was closed before any content"),)
        return finish(self)

    patch.setattr(ChatReader, "finish", with_content)


# -- 003-D18: time limits, retries, and failures that nobody is told of


def _d18_holds() -> None:
    _is_tried_again()
    _tells_that_nobody_is_there()
    _does_not_wait_forever()


def _is_tried_again() -> None:
    scenes = Scenes(wire(503, {"error": {"message": "full"}}, "retry-after-ms: 1"), talks)
    with gateway(scenes) as server:
        answer = httpx.post(f"{server.base_url}/chat/completions", json=CHAT, timeout=60)
    assert answer.status_code == 200
    assert len(scenes.requests) == 2


def _tells_that_nobody_is_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with gateway_server(f"chat=http://127.0.0.1:{port}", retries=0) as server:
        answer = httpx.post(f"{server.base_url}/chat/completions", json=CHAT, timeout=60)
    assert answer.status_code == 502
    assert error_in(answer)["code"] == "upstream_unreachable"


def _does_not_wait_forever() -> None:
    with gateway(hangs, retries=0, limits=Limits(first_byte=0.1)) as server:
        answer = httpx.post(f"{server.base_url}/chat/completions", json=CHAT, timeout=60)
    assert answer.status_code == 504
    assert error_in(answer)["code"] == "upstream_timeout"


def _d18_breaks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Exchange, "_wait", lambda *_: None)


DEFECTS = [
    Defect("003-D06", "An event that is not JSON is passed over in silence.", _d06_holds, _d06_breaks),
    Defect(
        "003-D07",
        "An error inside the stream is passed over, and what came before it is a success.",
        _d07_holds,
        _d07_breaks,
        "XLAT-ERR-001",
        lambda: _d07_case().rules(),
    ),
    Defect(
        "003-D08",
        "The end of the body is taken for the end of the answer.",
        _d08_holds,
        _d08_breaks,
        "XLAT-ERR-003",
        lambda: _d08_case().rules(),
    ),
    Defect(
        "003-D09",
        "Whether thought is cut out of the text depends on how the stream ends.",
        _d09_holds,
        _d09_breaks,
    ),
    Defect(
        "003-D10",
        "Whether an empty answer is an error depends on how the stream ends.",
        _d10_holds,
        _d10_breaks,
        "XLAT-EMPTY-001",
        lambda: _d10_case().rules(),
    ),
    Defect(
        "003-D18",
        "There is no time limit and no retry, and failed connections are told nobody.",
        _d18_holds,
        _d18_breaks,
    ),
]
