"""Defects of a Responses server in front of Gemini, none of which is in this engine: what the response says of itself.

That server repeated settings that nobody had made, kept the usage of the latest answer for whoever asked next, and
guessed where it had none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import structs

from harness.translation.readers import gemini
from harness.translation.readers.gemini import GeminiReader
from harness.translation.requests import echo
from harness.translation.writers import responses_shell
from harness.turn.increments import Usage
from harness.turn.turn import Usage as Counts
from tests.defects.cases import TOOLS, candidate, hear, sse
from tests.defects.defect import Defect
from tests.defects.gemini_turns import CALL, TEXT, turn

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from harness.turn.increments import Increment, Start
    from tests.defects.heard import Heard


def _answer(*parts: Mapping[str, Any], usage: Mapping[str, Any] | None, finishes: bool = True) -> Heard:
    told = {} if usage is None else {"usageMetadata": dict(usage)}
    return hear(
        sse(candidate(*parts, finish="STOP", **told)),
        source="gemini",
        target="responses",
        request={"tools": TOOLS["responses"]},
        finishes=finishes,
    )


def _numbers(heard: Heard) -> tuple[int, int, int] | None:
    usage = heard.final["usage"]
    return usage and (usage["input_tokens"], usage["output_tokens"], usage["total_tokens"])


def _counted(given: int, made: int, total: int | None = None) -> dict[str, int]:
    return {
        "promptTokenCount": given,
        "candidatesTokenCount": made,
        "totalTokenCount": given + made if total is None else total,
    }


# -- 001-D21: what an answer repeats


SAID: dict[str, Any] = {
    "parallel_tool_calls": False,
    "truncation": "auto",
    "max_tool_calls": 3,
    "service_tier": "flex",
    "top_logprobs": 2,
    "background": False,
    "reasoning": {"effort": "low", "summary": "auto"},
    "metadata": {"a": "b"},
}


def _d21_case() -> Heard:
    return turn(TEXT, include=["message.output_text.logprobs"], **SAID)


def _d21_holds() -> None:
    heard = _d21_case()
    for one in (heard.payloads[0]["response"], heard.final):
        assert {name: one.get(name) for name in SAID} == SAID
        assert "thinking_signature" not in one


def _d21_breaks(patch: pytest.MonkeyPatch) -> None:
    repeated = echo.echo
    absent = {"max_tool_calls", "service_tier", "top_logprobs", "background"}

    def constant(*args: Any) -> dict[str, Any]:
        told = {name: value for name, value in repeated(*args).items() if name not in absent}
        reasoning = {**told["reasoning"], "summary": None}
        fixed = {"parallel_tool_calls": True, "truncation": "disabled", "thinking_signature": None}
        return {**told, **fixed, "reasoning": reasoning}

    patch.setattr(echo, "echo", constant)
    patch.setattr(responses_shell, "_said", lambda _: {})


# -- 001-D30: whose usage it is


def _d30_case() -> tuple[Heard, Heard]:
    """Two answers at once, of which the second counts its tokens before the first is over."""
    first = _answer(TEXT, usage=_counted(100, 20), finishes=False)
    second = _answer({"text": "hi"}, usage=_counted(3, 2), finishes=False)
    first.go_on()
    second.go_on()
    return first, second


def _d30_holds() -> None:
    assert [_numbers(one) for one in _d30_case()] == [(100, 20, 120), (3, 2, 5)]


def _d30_breaks(patch: pytest.MonkeyPatch) -> None:
    taken, counted = GeminiReader._taken, GeminiReader._counted
    store: dict[str, Any] = {}

    def kept(self: GeminiReader, src: int, payload: dict[str, Any]) -> Any:
        if "usageMetadata" in payload:
            store["_latest"] = payload["usageMetadata"]
        return taken(self, src, payload)

    def latest(self: GeminiReader, src: int) -> list[Increment]:
        self._usage = store.get("_latest")
        return counted(self, src)

    patch.setattr(GeminiReader, "_taken", kept)
    patch.setattr(GeminiReader, "_counted", latest)


# -- 001-D31 and D32: usage that nobody counted


def _estimating(patch: pytest.MonkeyPatch, *, always: bool) -> None:
    """Tokens are four characters of the visible text each; `always` or where the upstream says nothing."""
    counted = GeminiReader._counted

    def estimated(self: GeminiReader, src: int) -> list[Increment]:
        known = counted(self, src)
        if known and not (always and any(lane.has_calls for lane in self._lanes.values())):
            return known
        words = "".join("".join(lane.texts.pieces) for lane in self._lanes.values())
        return [Usage(src=src, counts=Counts(input=10, output=len(words) // 4, total=10 + len(words) // 4))]

    patch.setattr(GeminiReader, "_counted", estimated)


def _d31_case() -> Heard:
    return _answer(TEXT, usage=None)


def _d31_holds() -> None:
    heard = _d31_case()
    assert heard.final["usage"] is None
    assert "L240" in heard.codes


def _d32_case() -> Heard:
    return _answer(CALL, usage=_counted(100, 20))


def _d32_holds() -> None:
    assert _numbers(_d32_case()) == (100, 20, 120)
    assert _numbers(_answer(CALL, usage=None)) is None


# -- 001-D33: the total


def _d33_case() -> Heard:
    return _answer(TEXT, usage=_counted(100, 20, 130))


def _d33_holds() -> None:
    assert _numbers(_d33_case()) == (100, 20, 130)
    with_tools = {**_counted(100, 20, 130), "toolUsePromptTokenCount": 10}
    assert _numbers(_answer(TEXT, usage=with_tools)) == (110, 20, 130)


def _d33_breaks(patch: pytest.MonkeyPatch) -> None:
    def added(usage: Mapping[str, Any]) -> Counts:
        given, made = usage["promptTokenCount"], usage["candidatesTokenCount"]
        return Counts(input=given, output=made, total=given + made)

    patch.setattr(gemini, "gemini_counts", added)


# -- 001-D36: the model


def _d36_holds() -> None:
    heard = turn(TEXT, model="an-alias")
    assert {one["response"]["model"] for one in heard.payloads if "response" in one} == {"gemini-x"}


def _d36_breaks(patch: pytest.MonkeyPatch) -> None:
    start = gemini._start

    def nameless(payload: Mapping[str, Any], src: int) -> Start:
        return structs.replace(start(payload, src), model=None)

    patch.setattr(gemini, "_start", nameless)


DEFECTS = [
    Defect(
        "001-D21",
        "An answer repeats settings that the request did not have.",
        _d21_holds,
        _d21_breaks,
        "RESP-OBJ-004",
        lambda: _d21_case().rules(),
    ),
    Defect(
        "001-D30",
        "The usage of the latest answer is reported for all.",
        _d30_holds,
        _d30_breaks,
        "XLAT-USE-003",
        lambda: set().union(*(one.rules() for one in _d30_case())),
    ),
    Defect(
        "001-D31",
        "Usage that nobody counted is guessed from the length of the text.",
        _d31_holds,
        lambda patch: _estimating(patch, always=False),
        "XLAT-USE-007",
        lambda: _d31_case().rules(),
    ),
    Defect(
        "001-D32",
        "A turn of calls has made no tokens.",
        _d32_holds,
        lambda patch: _estimating(patch, always=True),
        "XLAT-USE-003",
        lambda: _d32_case().rules(),
    ),
    Defect(
        "001-D33",
        "The total is added up anew, and the upstream's forgotten.",
        _d33_holds,
        _d33_breaks,
        "XLAT-USE-006",
        lambda: _d33_case().rules(),
    ),
    Defect(
        "001-D36",
        "The model is called what the client called it, and not what serves.",
        _d36_holds,
        _d36_breaks,
    ),
]
