"""Defects of a client that read streams of Chat Completions as items of the Responses API, in how answers end.

Nearly every end was a success: that of a stream which broke off, that of an answer which a limit cut; and what came
after the finish reason was not read.
"""

from __future__ import annotations

import re
import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import httpx

from harness.cassettes.exchange import How
from harness.gateway import retrying
from harness.gateway.exchange import Exchange
from harness.translation.answering import Answering
from harness.translation.readers import chat, chat_finish
from harness.translation.readers.chat import ChatReader
from harness.translation.readers.chat_calls import Calls
from harness.translation.readers.chat_errors import error_in
from harness.translation.settling import Settling
from harness.turn.increments import Eof, Error, Finish
from tests.defects.cases import DONE, call, calls, chunk, counts, handles, hear, role, says, sse
from tests.defects.chat_streams import FOR_CHAT, FOR_ITEMS, OSLO, ROME, ended
from tests.defects.defect import Defect
from tests.gatewaying import CHAT, Scenes, gateway, talks, texts, wire
from tests.scripted import SSE_HEAD

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable

    import pytest

    from harness.cassettes.exchange import Headers
    from harness.sse.event import SseEvent
    from harness.translation.readers.chat_calls import Call
    from harness.translation.readers.chat_choice import ChatChoice
    from harness.turn.increments import Increment
    from tests.defects.heard import Heard


# -- 002-D14: usage comes after the finish reason


def usage_after_the_finish() -> Heard:
    """An ordinary answer of OpenAI."""
    return hear(sse(role(), says("hi"), chunk({}, "stop")), sse(counts()), DONE, target="responses")


def usage_arrives() -> None:
    """It is in the response, and the response is told of once, after it."""
    heard = usage_after_the_finish()
    assert heard.kinds().count("response.completed") == 1
    usage = heard.final["usage"] or {}
    told = [usage.get(name) for name in ("input_tokens", "output_tokens", "total_tokens")]
    assert told == [3, 2, 5]


def over_with_the_finish(patch: pytest.MonkeyPatch) -> None:
    """Break the engine so: an answer is over with its finish reason."""

    def finished(self: Settling, one: Finish) -> Iterable[Increment]:
        return (*self._finish(one), *self._eof(Eof(src=one.src)))

    handles(patch, Settling, {Finish: finished})


# -- 002-D17: calls under other finish reasons


def _d17_case(finish: str) -> tuple[Heard, Heard]:
    upstream = ended(
        calls(call(ROME, call_id="call_a"), call(OSLO, call_id="call_b", index=1)), finish=finish
    )
    return hear(upstream, request=FOR_CHAT), hear(upstream, target="responses", request=FOR_ITEMS)


def _d17_holds() -> None:
    for finish, told in (("stop", "tool_calls"), ("function_call", "tool_calls"), ("length", "length")):
        for heard in _d17_case(finish):
            assert heard.calls() == [("call_a", "weather", ROME), ("call_b", "weather", OSLO)]
        assert _d17_case(finish)[0].finish() == told


def _d17_breaks(patch: pytest.MonkeyPatch) -> None:
    finish = ChatReader._finish

    def finished(self: ChatReader, choice: ChatChoice, native: str, *rest: Any, **more: Any) -> None:
        vars(choice.calls)["wanted"] = native == "tool_calls"
        finish(self, choice, native, *rest, **more)

    def is_ready(self: Calls, call: Call) -> bool:
        del call
        return vars(self).get("wanted") is True

    patch.setattr(ChatReader, "_finish", finished)
    patch.setattr(Calls, "_is_ready", is_ready)


# -- 002-D18: answers that were cut


def cut(finish: str = "length") -> Heard:
    """An answer that ends so."""
    return hear(ended(says("It was a dark and"), finish=finish), target="responses")


def cuts_are_told() -> None:
    """Each with its reason, and the message that was cut is done."""
    for finish, reason in (("length", "max_output_tokens"), ("content_filter", "content_filter")):
        heard = cut(finish)
        assert heard.kinds()[-1] == "response.incomplete"
        assert heard.final["status"] == "incomplete"
        assert heard.final["incomplete_details"] == {"reason": reason}
        assert [(item["type"], item["status"]) for item in heard.output] == [("message", "incomplete")]
        assert hear(ended(says("It was a dark and"), finish=finish)).finish() == finish


def any_finish_completes(patch: pytest.MonkeyPatch) -> None:
    """Break the engine so: all that is not a call is an end like any other."""
    patch.setattr(chat_finish, "_REASONS", {"stop": "stop", "tool_calls": "tool_calls"})


# -- 002-D22: streams that break off


def broken_off(how: How = How.COMPLETE) -> Heard:
    """A stream without an end."""
    return hear(sse(role(), says("It was a dark and")), target="responses", how=how)


def breaks_are_told() -> None:
    """However the connection ended, and in either dialect."""
    for how in (How.COMPLETE, How.SERVER_CUT, How.RESET):
        heard = broken_off(how)
        assert heard.kinds()[-1] == "response.failed"
        assert heard.text() == "It was a dark and"
        assert [item["status"] for item in heard.output] == ["incomplete"]
        in_chat = hear(sse(role(), says("It was a dark and")), how=how)
        assert in_chat.payloads[-1].get("error", {}).get("code") == "upstream_disconnected"
        assert not in_chat.is_done
    unsaid = hear(sse(role(), says("It was a dark and")), DONE, target="responses")
    assert unsaid.kinds()[-1] == "response.failed"


def the_end_is_an_end(patch: pytest.MonkeyPatch) -> None:
    """Break the engine so: whatever ends the body ends the answer."""

    def end(self: ChatReader, src: int, *, is_clean: bool) -> list[Increment]:
        del is_clean
        if self._over:
            return []
        self._over = True
        out: list[Increment] = []
        for index, choice in self._choices.items():
            choice.close(src, out)
            if choice.finish is None:
                out.append(Finish(src=src, choice=index, reason="stop", dialect="chat"))
        return [*out, Eof(src=src)]

    patch.setattr(ChatReader, "_end", end)


# -- 002-D27: errors in a stream


RATE = {"message": "Slow down, please.", "type": "tokens", "param": None, "code": "rate_limit_exceeded"}


def _d27_case() -> Heard:
    return hear(sse(role(), says("hi"), {"error": RATE}))


def _d27_holds() -> None:
    first = hear(sse({"error": RATE}))
    assert first.status == 429
    assert first.whole["error"]["code"] == "rate_limit_exceeded"
    later = _d27_case().payloads[-1]
    assert later["error"]["message"] == RATE["message"]
    assert [later["error"]["code"], later["error"]["type"]] == [RATE["code"], RATE["type"]]
    failed = hear(sse(role(), says("hi"), {"error": RATE}), target="responses").final
    assert failed["status"] == "failed"
    assert failed["error"] == {"code": "rate_limit_exceeded", "message": RATE["message"]}


def _d27_breaks(patch: pytest.MonkeyPatch) -> None:
    def unexpected(dialect: str, error: Any, src: int) -> Error:
        message = error.get("message") or "Unknown error"
        return Error(src=src, status=502, message=f"unexpected status 200: {message}")

    patch.setattr(chat, "error_of", unexpected)


# -- 002-D28: events that are no JSON


def _d28_case() -> Heard:
    bad = b'data: {"choices":[{"index":0,"delta":{"content":"me\n\n'
    return hear(sse(role(), says("Give ")) + bad + sse(says("five."), chunk({}, "stop"), counts()) + DONE)


def _d28_holds() -> None:
    heard = _d28_case()
    assert heard.payloads[-1].get("error", {}).get("code") == "upstream_invalid_json"
    assert heard.text() == "Give "
    assert not heard.is_done


def _d28_breaks(patch: pytest.MonkeyPatch) -> None:
    odd = Answering._odd

    def skipping(self: Answering, event: SseEvent, payload: object) -> bytes:
        return odd(self, event, payload) if event.data == b"[DONE]" else b""

    patch.setattr(Answering, "_odd", skipping)


# -- 002-D29: when it is asked again


def _heads_and_closes(connection: socket.socket, _: bytes) -> None:
    connection.sendall(SSE_HEAD)
    connection.close()


def _d29_holds() -> None:
    slow = {"error": {"message": "Slow down, please."}}
    hour = formatdate(time.time() + 3_600, usegmt=True)
    for field in (f"Retry-After: {hour}", "Retry-After-Ms: 3600000", "Retry-After: 3600"):
        scenes = Scenes(wire(429, slow, field), talks)
        with gateway(scenes, retries=1) as server:
            answer = httpx.post(server.base_url + "/chat/completions", json=CHAT)
        # So long a wait is the client's; whoever does not see it asks again at once.
        assert [answer.status_code, len(scenes.requests)] == [429, 1]
        assert any(name.startswith("retry-after") for name in answer.headers)
    scenes = Scenes(_heads_and_closes, talks)
    with gateway(scenes, retries=1) as server:
        answer = httpx.post(server.base_url + "/chat/completions", json=CHAT)
    assert [answer.status_code, len(scenes.requests)] == [200, 2]
    assert texts(answer.text) == "hello"


def _d29_breaks(patch: pytest.MonkeyPatch) -> None:
    def seconds(headers: Headers, now: int | None = None) -> int | None:
        del now
        value = next((value for name, value in headers if name.lower() == "retry-after"), "")
        return int(value) * 1_000 if re.fullmatch(r"\d+", value) else None

    wait = Exchange._wait

    def before_any_head(self: Exchange, headers: Headers, status: int) -> int | None:
        return None if self._responded and not status else wait(self, headers, status)

    patch.setattr(retrying, "retry_after_ms", seconds)
    patch.setattr(Exchange, "_wait", before_any_head)


# -- 002-D30: errors that are none


def _d30_case() -> Heard:
    chunks = role(), says("hi"), chunk({}, "stop"), counts()
    return hear(sse(*({**one, "error": None} for one in chunks)), DONE)


def _d30_holds() -> None:
    heard = _d30_case()
    assert heard.error is None
    assert [heard.text(), heard.finish(), heard.is_done] == ["hi", "stop", True]


def _d30_breaks(patch: pytest.MonkeyPatch) -> None:
    def any_error(payload: dict[str, Any]) -> Any:
        return (payload["error"] or {"message": "Unknown error"}) if "error" in payload else error_in(payload)

    patch.setattr(chat, "error_in", any_error)


DEFECTS = [
    Defect(
        "002-D14",
        "The answer was over with its finish reason, before its usage came.",
        usage_arrives,
        over_with_the_finish,
        "XLAT-USE-006",
        lambda: usage_after_the_finish().rules(),
    ),
    Defect(
        "002-D17",
        "Calls were lost unless the finish reason was `tool_calls`.",
        _d17_holds,
        _d17_breaks,
        "XLAT-TOOL-001",
        lambda: set.union(*(one.rules() for one in _d17_case("stop"))),
    ),
    Defect(
        "002-D18",
        "An answer that a limit or a filter cut was told as complete.",
        cuts_are_told,
        any_finish_completes,
        "XLAT-FIN-001",
        lambda: cut().rules(),
    ),
    Defect(
        "002-D22",
        "A stream that broke off was told as complete.",
        breaks_are_told,
        the_end_is_an_end,
        "XLAT-ERR-003",
        lambda: broken_off().rules(),
    ),
    Defect(
        "002-D27",
        "Of an error in a stream, code and type were lost.",
        _d27_holds,
        _d27_breaks,
    ),
    Defect(
        "002-D28",
        "An event that was no JSON was skipped, and nobody was told.",
        _d28_holds,
        _d28_breaks,
    ),
    Defect(
        "002-D29",
        "Waits in milliseconds or until a date were not kept, and a body that broke off was not asked for again.",
        _d29_holds,
        _d29_breaks,
    ),
    Defect(
        "002-D30",
        "A null error was an error.",
        _d30_holds,
        _d30_breaks,
        "XLAT-FIN-001",
        lambda: _d30_case().rules(),
    ),
]
