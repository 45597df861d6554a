"""Defects of a Chat endpoint in front of Gemini, in how answers begin, end and are counted; this engine has none.

That gateway polled its backend for the text so far, and told every end as `stop`.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

import httpx
import msgspec

from harness.cassettes.exchange import How
from harness.gateway.limits import Limits
from harness.translation.readers import gemini_ends
from harness.translation.requests import (
    from_chat,
)
from harness.translation.settling import Settling
from harness.translation.writers.chat import ChatWriter
from harness.turn.increments import Error, Finish, TextDelta
from tests.defects.cases import (
    DONE,
    GEMINI_USAGE,
    USAGE,
    WHOLE,
    candidate,
    chunk,
    completion,
    counts,
    handles,
    hear,
    role,
    says,
    sse,
)
from tests.defects.defect import Defect
from tests.gatewaying import CHAT, error_in, gateway, heads_and_hangs

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest

    from harness.turn.increments import Increment
    from tests.defects.heard import Heard


# -- 000-D01: the time of creation


def _d01_case() -> Heard:
    clock = itertools.count(100)
    events = [candidate({"text": "hel"}), candidate({"text": "lo"}), candidate(finish="STOP")]
    return hear(*map(sse, events), source="gemini", now=lambda: next(clock))


def _d01_holds() -> None:
    heard = _d01_case()
    assert heard.text() == "hello"
    assert len({one["created"] for one in heard.payloads}) == 1
    upstreams = [chunk({"content": "a"}), chunk({"content": "b"}, created=1_700_000_001), chunk({}, "stop")]
    assert {one["created"] for one in hear(sse(*upstreams), DONE).payloads} == {1_700_000_000}


def _d01_breaks(patch: pytest.MonkeyPatch) -> None:
    write = ChatWriter.write

    def stamped(self: ChatWriter, increment: Increment) -> bytes:
        stamp = b'"created":%d' % self._session.now()
        return re.sub(rb'"created":\d+', stamp, write(self, increment))

    patch.setattr(ChatWriter, "write", stamped)


# -- 000-D02: the usage of a stream


def _d02_case() -> Heard:
    return hear(sse(says("hi"), chunk({}, "stop"), counts()), DONE)


def _d02_holds() -> None:
    heard = _d02_case()
    *others, last = heard.payloads
    assert last["choices"] == []
    assert last["usage"] == USAGE
    assert all(one["usage"] is None for one in others)
    assert heard.is_done
    from_gemini = hear(
        sse(candidate({"text": "hi"}, finish="STOP", usageMetadata=GEMINI_USAGE)), source="gemini"
    )
    assert from_gemini.payloads[-1]["usage"] == USAGE


def _d02_breaks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(from_chat, "_stream_options", lambda *_, **__: None)


# -- 000-D03 and D04: what a timeout is told as


def _d03_case() -> Heard:
    return hear(sse(role()), how=How.TIMEOUT)


def _d03_holds() -> None:
    heard = _d03_case()
    assert heard.status == 504
    assert heard.whole["error"]["code"] == "upstream_timeout"
    limits = Limits(first_byte=0.1, idle=0.1)
    with gateway(heads_and_hangs, limits=limits, retries=0) as server:
        answer = httpx.post(f"{server.base_url}/chat/completions", json=CHAT, timeout=60)
    assert answer.status_code == 504
    assert error_in(answer)["code"] == "upstream_timeout"


def _d03_breaks(patch: pytest.MonkeyPatch) -> None:
    def excused(self: ChatWriter, one: Error) -> bytes:
        choice = self._choice(0)
        text = TextDelta(src=one.src, ref=-1, text="[Timeout waiting for response]")
        return choice.text_delta(text) + choice.ends(Finish(reason="stop"))

    handles(patch, ChatWriter, {Error: excused})


def _d04_case() -> Heard:
    return hear(sse(role(), says("par")), how=How.TIMEOUT)


def _d04_holds() -> None:
    heard = _d04_case()
    assert heard.text() == "par"
    assert heard.finish() is None
    assert "error" in heard.payloads[-1]
    assert not heard.is_done


def _d04_breaks(patch: pytest.MonkeyPatch) -> None:
    def ended(self: ChatWriter, one: Error) -> bytes:
        del one
        return b"".join([choice.ends(Finish(reason="stop")) for choice in self._choices.values()])

    handles(patch, ChatWriter, {Error: ended})


# -- 000-D05: an answer without text


def _d05_case() -> Heard:
    return hear(sse(role(), chunk({}, "stop"), counts()), DONE)


def _d05_holds() -> None:
    heard = _d05_case()
    assert heard.error is None
    assert heard.text() == ""
    assert heard.finish() == "stop"
    assert heard.is_done
    empty = hear(sse(candidate(finish="STOP", usageMetadata=GEMINI_USAGE)), source="gemini")
    assert empty.finish() == "stop"


def _d05_breaks(patch: pytest.MonkeyPatch) -> None:
    settle = Settling._finish
    heard: set[int] = set()
    text = Settling.settle

    def noting(self: Settling, increment: Increment) -> Iterable[Increment]:
        if isinstance(increment, TextDelta):
            heard.add(id(self))
        return text(self, increment)

    def with_text(self: Settling, one: Finish) -> Iterable[Increment]:
        return settle(self, one) if id(self) in heard else ()

    patch.setattr(Settling, "settle", noting)
    handles(patch, Settling, {Finish: with_text})


# -- 000-D10: finish reasons


def _d10_case() -> Heard:
    event = candidate({"text": "one two"}, finish="MAX_TOKENS", usageMetadata=GEMINI_USAGE)
    return hear(sse(event), source="gemini")


def _d10_holds() -> None:
    assert _d10_case().finish() == "length"
    for native, told in (("SAFETY", "content_filter"), ("RECITATION", "content_filter"), ("STOP", "stop")):
        assert hear(sse(candidate({"text": "a"}, finish=native)), source="gemini").finish() == told


def _d10_breaks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(gemini_ends, "_FINISHES", {"STOP": "stop"})


# -- 000-D22: the usage of a whole answer


def _d22_case() -> Heard:
    return hear(msgspec.json.encode(completion({"content": "hi"})), request=WHOLE)


def _d22_holds() -> None:
    heard = _d22_case()
    assert "usage" not in heard.whole
    assert "L240" in heard.codes
    details = {**USAGE, "completion_tokens_details": {"reasoning_tokens": 1}}
    told = hear(msgspec.json.encode(completion({"content": "hi"}, usage=details)), request=WHOLE)
    assert told.whole["usage"] == details
    thinking = {**GEMINI_USAGE, "thoughtsTokenCount": 4, "totalTokenCount": 9}
    event = candidate({"text": "hi"}, finish="STOP", usageMetadata=thinking)
    from_gemini = hear(msgspec.json.encode(event), source="gemini", request=WHOLE)
    assert from_gemini.whole["usage"] == {
        "prompt_tokens": 3,
        "completion_tokens": 6,
        "total_tokens": 9,
        "completion_tokens_details": {"reasoning_tokens": 4},
    }


def _d22_breaks(patch: pytest.MonkeyPatch) -> None:
    whole = ChatWriter.whole

    def counted(self: ChatWriter) -> dict[str, Any]:
        answer = dict(whole(self))
        usage = answer.get("usage") or {}
        totals = ("prompt_tokens", "completion_tokens", "total_tokens")
        return {**answer, "usage": {name: usage.get(name, 0) for name in totals}}

    patch.setattr(ChatWriter, "whole", counted)


DEFECTS = [
    Defect(
        "000-D01",
        "Every chunk has the time at which it was written.",
        _d01_holds,
        _d01_breaks,
        "CHAT-CREATED-001",
        lambda: _d01_case().rules(),
    ),
    Defect(
        "000-D02",
        "The usage that a client asked for with its stream is not sent.",
        _d02_holds,
        _d02_breaks,
        "XLAT-USE-006",
        lambda: _d02_case().rules(),
    ),
    Defect(
        "000-D03",
        "A timeout is told as text, with `stop`.",
        _d03_holds,
        _d03_breaks,
        "XLAT-ERR-003",
        lambda: _d03_case().rules(),
    ),
    Defect(
        "000-D04",
        "An answer that a timeout cut short ends with `stop`.",
        _d04_holds,
        _d04_breaks,
        "XLAT-ERR-003",
        lambda: _d04_case().rules(),
    ),
    Defect(
        "000-D05",
        "An answer without text does not end until the deadline.",
        _d05_holds,
        _d05_breaks,
        "XLAT-EMPTY-001",
        lambda: _d05_case().rules(),
    ),
    Defect(
        "000-D10",
        "Answers that a limit or a filter ended end with `stop`.",
        _d10_holds,
        _d10_breaks,
        "XLAT-FIN-001",
        lambda: _d10_case().rules(),
    ),
    Defect(
        "000-D22",
        "Usage that nobody counted is 0, and its details are missing.",
        _d22_holds,
        _d22_breaks,
        "XLAT-USE-007",
        lambda: _d22_case().rules(),
    ),
]
