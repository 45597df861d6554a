"""Defects of a Responses server in front of Gemini, none of which is in this engine: how answers end.

That server told every end as `completed` or as a timeout, a failure in objects of its own making, and took another way
through its code, with other defects, for whole answers and for calls.
"""

from __future__ import annotations

import itertools
import json
from functools import partial
from typing import TYPE_CHECKING, Any

from harness.cassettes.exchange import How
from harness.translation import relay
from harness.translation.answering import Answering
from harness.translation.failures import timed_out
from harness.translation.readers.gemini import GeminiReader
from harness.translation.readers.gemini_lane import Lane
from harness.translation.settling import Settling
from harness.translation.writers import responses_shell
from harness.translation.writers.responses import ResponsesWriter
from harness.translation.writers.writer import error_body
from harness.turn.increments import Error
from tests.defects.cases import GEMINI_USAGE, NOW, TOOLS, candidate, handles, hear, sse
from tests.defects.defect import Defect
from tests.defects.gemini_turns import CALL, TEXT, THOUGHT, announced, turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pytest

    from harness.translation.session import Session
    from harness.turn.increments import Increment, Start
    from tests.defects.heard import Heard

FULL: dict[str, Any] = {"error": {"code": 503, "message": "the model is full", "status": "UNAVAILABLE"}}


# -- 001-D12 to D15: a failure amid the answer


def _failed(how: How = How.COMPLETE) -> Heard:
    events = [candidate(THOUGHT), candidate(TEXT), FULL]
    return hear(
        sse(*events), source="gemini", target="responses", how=how, request={"tools": TOOLS["responses"]}
    )


def _d12_holds() -> None:
    heard = _failed()
    assert heard.kinds()[-1] == "response.failed"
    begun = heard.payloads[0]["response"]
    assert heard.final.keys() == begun.keys()
    for name in ("id", "object", "created_at", "model", "parallel_tool_calls", "tool_choice", "tools"):
        assert heard.final[name] == begun[name]


def _d12_breaks(patch: pytest.MonkeyPatch) -> None:
    failed = responses_shell.failed

    def bare(*args: Any) -> dict[str, Any]:
        return {name: value for name, value in failed(*args).items() if name in {"id", "status", "error"}}

    patch.setattr(responses_shell, "failed", bare)


def _d13_holds() -> None:
    assert _failed().final["error"] == {"code": "server_error", "message": "the model is full"}
    limit = {"error": {"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED"}}
    limited = hear(sse(candidate(TEXT), limit), source="gemini", target="responses")
    assert limited.final["error"] == {"code": "rate_limit_exceeded", "message": "slow down"}


def _d13_breaks(patch: pytest.MonkeyPatch) -> None:
    failed = responses_shell.failed

    def told(shell: Mapping[str, Any], error: Error, *rest: Any) -> dict[str, Any]:
        inner = {"code": error.status, "type": "upstream_error", "message": error.message}
        return {**failed(shell, error, *rest), "error": inner}

    patch.setattr(responses_shell, "failed", told)


def _d14_case() -> Heard:
    """The upstream fails, and its connection then falls silent."""
    return _failed(How.TIMEOUT)


def _d14_holds() -> None:
    heard = _d14_case()
    assert heard.kinds().count("response.failed") == 1
    assert heard.final["error"]["message"] == "the model is full"


def _d14_breaks(patch: pytest.MonkeyPatch) -> None:
    finish = Answering.finish

    def noted(self: Settling, one: Error) -> Iterable[Increment]:
        del self
        return (one,)

    def falls_through(self: Answering, failure: Error | None = None) -> bytes:
        sent = finish(self, failure)
        return sent if failure is None or self.over else sent + self._pass((failure,))

    handles(patch, Settling, {Error: noted})
    patch.setattr(Answering, "finish", falls_through)


def _d15_holds() -> None:
    heard = _failed()
    assert announced(heard, "done") == heard.output
    assert [(one["type"], one.get("status")) for one in heard.output] == [
        ("reasoning", None),
        ("message", "incomplete"),
    ]
    assert heard.output[1]["content"][0]["text"] == TEXT["text"]


def _d15_breaks(patch: pytest.MonkeyPatch) -> None:
    def failed(self: ResponsesWriter, one: Error) -> bytes:
        self._over = True
        self._final = responses_shell.failed(self._shell, one, [], self._usage)
        return self._terminal("response.failed") if self.begun else b""

    handles(patch, ResponsesWriter, {Error: failed})


# -- 001-D16: an answer that was cut


def _cut(reason: str = "MAX_TOKENS") -> Heard:
    return hear(
        sse(candidate(TEXT), candidate(finish=reason, usageMetadata=GEMINI_USAGE)),
        source="gemini",
        target="responses",
    )


def _d16_holds() -> None:
    for reason, why in (("MAX_TOKENS", "max_output_tokens"), ("SAFETY", "content_filter")):
        heard = _cut(reason)
        assert heard.kinds()[-1] == "response.incomplete"
        assert heard.final["status"] == "incomplete"
        assert heard.final["incomplete_details"] == {"reason": why}
        assert heard.output[-1]["status"] == "incomplete"


def _d16_breaks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(responses_shell, "_INCOMPLETE", {})


# -- 001-D17 and D18: an answer without text


def _d17_case() -> Heard:
    return turn()


def _d17_holds() -> None:
    heard = _d17_case()
    assert heard.error is None
    assert heard.kinds() == ["response.created", "response.in_progress", "response.completed"]
    assert heard.output == []


def _waiting_for_text(patch: pytest.MonkeyPatch) -> None:
    """An answer is over when there is text; without any, the deadline ends it."""
    finish = GeminiReader.finish

    def waits(self: GeminiReader) -> Iterable[Increment]:
        if any(lane.texts.last_ref is not None for lane in self._lanes.values()):
            return finish(self)
        self._over = True
        return [timed_out("total")]

    patch.setattr(GeminiReader, "finish", waits)


def _d18_case() -> Heard:
    return turn(THOUGHT, CALL)


def _d18_holds() -> None:
    heard = _d18_case()
    assert heard.kinds()[-1] == "response.completed"
    assert [(name, arguments) for _, name, arguments in heard.calls()] == [("weather", '{"city":"Rome"}')]


def _d18_breaks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Lane, "_call", lambda *_: [])
    _waiting_for_text(patch)


# -- 001-D19: a whole answer with calls


def _d19_case() -> Heard:
    answer = candidate(THOUGHT, TEXT, CALL, finish="STOP", usageMetadata=GEMINI_USAGE)
    asked = {"tools": TOOLS["responses"], "stream": None}
    return hear(json.dumps(answer).encode(), source="gemini", target="responses", request=asked)


def _d19_holds() -> None:
    heard = _d19_case()
    assert [one["type"] for one in heard.output] == ["reasoning", "message", "function_call"]
    assert heard.text() == TEXT["text"]
    assert heard.output[0]["summary"][0]["text"] == THOUGHT["text"]
    streamed = turn(THOUGHT, TEXT, CALL)
    assert heard.output == streamed.output  # with the same ids, as both are made of the same


def _d19_breaks(patch: pytest.MonkeyPatch) -> None:
    whole = ResponsesWriter.whole

    def of_calls(self: ResponsesWriter) -> Mapping[str, Any]:
        answer = whole(self)
        calls = [item for item in answer["output"] if item["type"] == "function_call"]
        return {**answer, "output": calls or answer["output"]}

    patch.setattr(ResponsesWriter, "whole", of_calls)


# -- 001-D37: the types of errors


OPENAIS = {
    "invalid_request_error",
    "rate_limit_error",
    "insufficient_quota",
    "server_error",
    "requests",
    "tokens",
}
"""What `type` of an error may be, as clients of OpenAI know it."""


def _refused(status: int) -> Heard:
    body = {"error": {"code": status, "message": "no", "status": "UNKNOWN"}}
    return hear(json.dumps(body).encode(), source="gemini", target="responses", status=status)


def _timed_out() -> Heard:
    return hear(source="gemini", target="responses", how=How.TIMEOUT)


def _d37_holds() -> None:
    for heard in (_timed_out(), *map(_refused, (400, 401, 403, 404, 409, 429, 500, 502, 503, 529))):
        error = heard.whole["error"]
        assert error["type"] in OPENAIS
        assert error.keys() == {"message", "type", "param", "code"}
    assert (_timed_out().status, _timed_out().whole["error"]["code"]) == (504, "upstream_timeout")


def _d37_breaks(patch: pytest.MonkeyPatch) -> None:
    def named(error: Error) -> dict[str, Any]:
        kind = "mitm_timeout" if error.code == "upstream_timeout" else "upstream_error"
        return {"error": {**error_body(error)["error"], "type": kind}}

    patch.setattr(relay, "error_body", named)


# -- 001-D38: when an answer was created


def _d38_holds() -> None:
    for request in ({}, {"stream": None}):
        clock = itertools.chain([NOW], itertools.repeat(NOW + 5))  # the upstream takes the request 5 s later
        answer = candidate(TEXT, finish="STOP", usageMetadata=GEMINI_USAGE)
        data = json.dumps(answer).encode() if request else sse(answer)
        heard = hear(data, source="gemini", target="responses", request=request, now=partial(next, clock))
        assert (heard.final["created_at"], heard.final["completed_at"]) == (NOW, NOW + 5)


def _d38_breaks(patch: pytest.MonkeyPatch) -> None:
    begun = responses_shell.begun

    def late(one: Start, session: Session) -> dict[str, Any]:
        return {**begun(one, session), "created_at": session.now()}

    patch.setattr(responses_shell, "begun", late)


DEFECTS = [
    Defect(
        "001-D12",
        "`response.failed` holds three members of a response.",
        _d12_holds,
        _d12_breaks,
        "RESP-OBJ-001",
        lambda: _failed().rules(),
    ),
    Defect(
        "001-D13",
        "The error of a failed response has a number as its code, and a type.",
        _d13_holds,
        _d13_breaks,
        "RESP-ERR-001",
        lambda: _failed().rules(),
    ),
    Defect(
        "001-D14",
        "A failure is told, and then again as a timeout.",
        _d14_holds,
        _d14_breaks,
        "RESP-LIFE-005",
        lambda: _d14_case().rules(),
    ),
    Defect(
        "001-D15",
        "A failure leaves open what was streamed, and forgets it.",
        _d15_holds,
        _d15_breaks,
    ),
    Defect(
        "001-D16",
        "An answer that was cut is completed.",
        _d16_holds,
        _d16_breaks,
        "XLAT-FIN-001",
        lambda: _cut().rules(),
    ),
    Defect(
        "001-D17",
        "An answer without text ends as a timeout.",
        _d17_holds,
        _waiting_for_text,
        "XLAT-EMPTY-001",
        lambda: _d17_case().rules(),
    ),
    Defect(
        "001-D18",
        "Calls are not looked for in a stream, which then ends as a timeout.",
        _d18_holds,
        _d18_breaks,
        "XLAT-FIN-001",
        lambda: _d18_case().rules(),
    ),
    Defect(
        "001-D19",
        "A whole answer with calls has neither text nor thought.",
        _d19_holds,
        _d19_breaks,
        "XLAT-TEXT-001",
        lambda: _d19_case().rules(),
    ),
    Defect(
        "001-D37",
        "Errors have types that OpenAI does not have.",
        _d37_holds,
        _d37_breaks,
    ),
    Defect(
        "001-D38",
        "An answer is as old as the moment in which the upstream took the request.",
        _d38_holds,
        _d38_breaks,
    ),
]
