"""What a reader makes of the responses of Gemini's stream."""

from __future__ import annotations

from typing import Any

import pytest

from harness.translation.manner import Manner
from harness.turn import increments as i
from harness.turn.turn import Usage as Counts
from tests.folding import a_session
from tests.gemini_answers import USAGE, answer_of, call, of_kind, raw_of, response, thought, whole_of, words


def piece(path: str, value: Any, **members: Any) -> dict[str, Any]:
    """A part that goes on with a call."""
    name = {str: "stringValue", bool: "boolValue", type(None): "nullValue"}.get(type(value), "numberValue")
    partial = {"jsonPath": path, name: "NULL_VALUE" if value is None else value}
    return {"functionCall": {"partialArgs": [partial], "willContinue": True, **members}}


def test_a_text_is_read_from_start_to_end() -> None:
    """Every increment, in order, each with the event that it came from."""
    given, losses = raw_of(
        response(words("Hel"), usageMetadata={"totalTokenCount": 5}, createTime="2026-11-21T00:00:00.1Z"),
        response(words("lo")),
        response(words("!"), finish="STOP", usageMetadata=USAGE),
    )  # fmt: skip
    assert given == [
        i.Start(src=0, upstream_id="r1", model="gemini-x", created=1_795_219_200, dialect="gemini"),
        i.TextStart(src=0, ref=1),
        i.TextDelta(src=0, ref=1, text="Hel"),
        i.TextDelta(src=1, ref=1, text="lo"),
        i.TextDelta(src=2, ref=1, text="!"),
        i.TextEnd(src=-1, ref=1),
        i.Finish(src=2, reason="stop", native="STOP", dialect="gemini"),
        i.Usage(counts=Counts(input=5, output=3, total=8), dialect="gemini", raw=USAGE),
        i.Eof(),
    ]
    assert losses == []


def test_thoughts_that_follow_each_other_are_one() -> None:
    """They are summaries; the text after them is a block of its own."""
    given, _ = raw_of(
        response(thought("One. ")),
        response(thought("Two.")),
        response(words("Hi"), thought("Three."), finish="STOP"),
    )
    assert [type(one).__name__ for one in given[1:-2]] == [
        "ReasoningStart", "ReasoningDelta", "ReasoningDelta", "ReasoningEnd", "TextStart", "TextDelta", "TextEnd",
        "ReasoningStart", "ReasoningDelta", "ReasoningEnd",
    ]  # fmt: skip
    deltas = of_kind(given, i.ReasoningDelta)
    assert {one.visibility for one in deltas if isinstance(one, i.ReasoningDelta)} == {"summary"}
    assert [one.ref for one in deltas if isinstance(one, i.ReasoningDelta)] == [1, 1, 3]


@pytest.mark.parametrize(
    ("native", "expected", "codes"),
    [
        ("STOP", "stop", []),
        (1, "stop", []),
        ("MAX_TOKENS", "length", []),
        *[
            (name, "content_filter", [])
            for name in (
                "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "IMAGE_SAFETY",
                "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "IMAGE_OTHER", "MODEL_ARMOR",
            )
        ],
        ("OTHER", "stop", ["L223"]),
        ("FINISH_REASON_UNSPECIFIED", "stop", ["L223"]),
        (0, "stop", ["L223"]),
        ("BORED", "stop", ["L223"]),
    ],
)  # fmt: skip
def test_each_finish_reason_is_one_of_openais(native: Any, expected: str, codes: list[str]) -> None:
    """4.8 of the mapping; a word that has no equal is a loss."""
    answer, losses = answer_of(response(words("Hi")), response(finish=native))
    assert (answer.choices[0].finish, losses) == (expected, codes)
    whole, again = whole_of(response(words("Hi"), finish=native))
    assert (whole.choices[0].finish, again) == (expected, codes)


@pytest.mark.parametrize(
    "native",
    [
        "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE",
        "MALFORMED_RESPONSE",
    ],
)  # fmt: skip
def test_a_malformed_answer_is_an_error_unless_it_may_pass(native: str) -> None:
    """Gemini's own message is told; a lenient manner ends as if the model had stopped."""
    stream = (response(words("Hi")), response(finish=native, finishMessage="call:look(", usageMetadata=USAGE))
    given, _ = raw_of(*stream)
    (error,) = of_kind(given, i.Error)
    assert isinstance(error, i.Error)
    assert (error.status, error.code, error.native) == (502, "upstream_malformed", native)
    assert "call:look(" in error.message
    assert of_kind(given, i.Finish, i.Eof) == []
    assert len(of_kind(given, i.Usage)) == 1
    session = a_session("gemini")
    session.manner = Manner(lenient=True)
    given, losses = raw_of(*stream, session=session)
    assert [one.reason for one in given if isinstance(one, i.Finish)] == ["stop"]
    assert "L222" in [code for code, _ in losses]


def test_a_reason_that_is_repeated_is_told_once_at_the_end() -> None:
    """Older models have it in every event; that what follows is late is no loss then."""
    given, losses = raw_of(response(words("a"), finish="STOP"), response(words("b"), finish="STOP"))
    assert [type(one).__name__ for one in given] == [
        "Start", "TextStart", "TextDelta", "TextDelta", "TextEnd", "Finish", "Eof",
    ]  # fmt: skip
    assert losses == []
    _, losses = raw_of(response(words("a"), finish="STOP"), response(words("b")), response(words("c")))
    assert losses == [("L214", "candidate 0")]


def test_a_call_is_read_whole() -> None:
    """Its arguments are written as JSON, keys as they came; its signature is kept; STOP means the call."""
    part = call(name="look", args={"b": 1, "a": ["é", None]}, id="c1", signature="c2ln")
    given, losses = raw_of(response(part), response(finish="STOP"))
    assert of_kind(given, i.ToolStart, i.ArgsDelta, i.ToolEnd, i.Finish) == [
        i.ToolStart(src=0, ref=1, name="look", call_id="c1"),
        i.ArgsDelta(src=0, ref=1, text='{"b":1,"a":["é",null]}'),
        i.ToolEnd(ref=1, signature="c2ln", vendor="gemini"),
        i.Finish(src=1, reason="tool_calls", native="STOP", dialect="gemini"),
    ]
    assert losses == []


@pytest.mark.parametrize("args", [None, {}])
def test_a_call_without_arguments_has_an_empty_object(args: Any) -> None:
    """Also where a limit ended the answer right after it."""
    part = call(name="look") if args is None else call(name="look", args=args)
    answer, codes = answer_of(response(part, call(name="rest")), response(finish="MAX_TOKENS"))
    assert [(one.name, one.arguments) for one in answer.choices[0].calls] == [("look", "{}"), ("rest", "{}")]
    assert answer.choices[0].finish == "length"
    assert codes == ["L210"]


def test_arguments_in_pieces_are_sent_as_they_come() -> None:
    """Each piece gives as much of the text as is certain; an empty call ends it."""
    given, losses = raw_of(
        response(call(name="look", willContinue=True, signature="c2ln")),
        response(piece("$.at", "Os")),
        response(piece("$.at", 'l"o')),
        response(piece("$.days[0]", 1)),
        response(piece("$.days[1]", None)),
        response(piece("$.deep.er", 0.5)),
        response(call()),
        response(call(name="rest", willContinue=True)),
        response({"functionCall": {"partialArgs": [{"jsonPath": "$.now", "boolValue": False}]}}),
        response(finish="STOP"),
    )
    assert [one.text for one in given if isinstance(one, i.ArgsDelta) and one.ref == 1] == [
        '{"at":"Os', 'l\\"o', '","days":[1', ",null", '],"deep":{"er":0.5', "}}",
    ]  # fmt: skip
    assert [one.text for one in given if isinstance(one, i.ArgsDelta) and one.ref == 2] == ['{"now":false}']
    (first, second) = of_kind(given, i.ToolEnd)
    assert isinstance(first, i.ToolEnd)
    assert isinstance(second, i.ToolEnd)
    assert (first.signature, first.final, second.signature) == ("c2ln", None, None)
    assert losses == []


def test_arguments_that_go_back_are_told_whole_at_the_end() -> None:
    """What was sent cannot be taken back, so it is a loss."""
    stream = (
        response(call(name="look", willContinue=True)),
        response(piece("$.a", 1)),
        response(piece("$.b", 2)),
        response(piece("$.a", 3)),
        response(call()),
        response(finish="STOP"),
    )
    given, losses = raw_of(*stream)
    assert "".join(one.text for one in given if isinstance(one, i.ArgsDelta)) == '{"a":1,"b":2'
    (ended,) = of_kind(given, i.ToolEnd)
    assert isinstance(ended, i.ToolEnd)
    assert ended.final == '{"a":3,"b":2}'
    assert losses == [("L217", "arguments of a call")]


def test_a_call_that_the_limit_cut_is_incomplete() -> None:
    """It was to go on."""
    given, _ = raw_of(response(call(name="look", willContinue=True)), response(finish="MAX_TOKENS"))
    (ended,) = of_kind(given, i.ToolEnd)
    assert isinstance(ended, i.ToolEnd)
    assert ended.status == "incomplete"


def test_a_call_without_a_name_is_left_out() -> None:
    """Nobody could answer it; one that is empty only ends another."""
    answer, losses = answer_of(response(call(args={"a": 1}), call(), words("Hi"), finish="STOP"))
    assert answer.choices[0].calls == []
    assert losses == ["L218"]


@pytest.mark.parametrize(
    ("part", "expected"),
    [(thought("Hm."), "ReasoningEnd"), (call(name="look"), "ToolEnd")],
)
def test_an_empty_text_brings_the_signature_of_what_was_before_it(
    part: dict[str, Any], expected: str
) -> None:
    """In the same response or a later one."""
    for stream in (
        (response(part), response(words("", thoughtSignature="c2ln"), finish="STOP")),
        (response(part, words("", thoughtSignature="c2ln"), finish="STOP"),),
    ):
        given, losses = raw_of(*stream)
        ended = next(one for one in given if type(one).__name__ == expected)
        assert isinstance(ended, i.ReasoningEnd | i.ToolEnd)
        assert (ended.signature, ended.vendor) == ("c2ln", "gemini")
        assert losses == []


def test_a_signature_of_a_text_has_no_place() -> None:
    """It is reported, and so is one that comes with nothing."""
    _, losses = raw_of(response(words("Hi", thoughtSignature="c2ln"), finish="STOP"))
    assert losses == [("L235", "thoughtSignature of a text")]
    given, losses = raw_of(response(words("", thoughtSignature="c2ln"), finish="STOP"))
    assert of_kind(given, i.TextStart) == []
    assert losses == [("L235", "thoughtSignature")]


def test_pictures_and_sounds_are_carried() -> None:
    """Their bytes as they came; anything else that is inline is Gemini's own."""
    given, _ = raw_of(
        response(
            {"inlineData": {"mimeType": "image/png", "data": "aW1n"}},
            {"inlineData": {"mimeType": "audio/L16;codec=pcm;rate=24000", "data": "c25k"}},
            {"inlineData": {"mimeType": "video/mp4", "data": "dmlk"}},
            {"inlineData": {"mimeType": "image/png", "data": "aW1n"}, "thought": True},
            finish="STOP",
        )
    )
    assert of_kind(given, i.Image) == [i.Image(src=0, media_type="image/png", data="aW1n")]
    assert of_kind(given, i.Audio) == [i.Audio(src=0, raw={"data": "c25k"})]
    assert [one.kind for one in given if isinstance(one, i.ServerTool) and one.step == "start"] == [
        "inlineData"
    ] * 2


@pytest.mark.parametrize(
    "kind", ["executableCode", "codeExecutionResult", "toolCall", "toolResponse", "fileData"]
)
def test_what_gemini_does_by_itself_is_kept_as_it_is(kind: str) -> None:
    """A start and an end, with the part."""
    part = {kind: {"id": "t1"}}
    given, losses = raw_of(response(words("a"), part, words("b"), finish="STOP"))
    assert of_kind(given, i.ServerTool) == [
        i.ServerTool(src=0, ref=2, kind=kind, step="start", item_id="t1", dialect="gemini", raw=part),
        i.ServerTool(src=0, ref=2, kind=kind, step="end", item_id="t1", dialect="gemini", raw=part),
    ]
    assert [one.ref for one in given if isinstance(one, i.TextStart)] == [1, 3]
    assert losses == []


def test_candidates_are_choices() -> None:
    """By their index, or else their place; each with its own blocks and end."""
    first = {
        "candidates": [{"content": {"parts": [words("a")]}}, {"content": {"parts": [words("b")]}, "index": 1}]
    }
    answer, _ = answer_of(
        first, response(words("A"), finish="STOP"), response(words("B"), finish="MAX_TOKENS", index=1)
    )
    assert {index: (one.text, one.finish) for index, one in answer.choices.items()} == {
        0: ("aA", "stop"),
        1: ("bB", "length"),
    }
