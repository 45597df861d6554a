"""What a reader makes of the responses of Gemini's stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.dialects.members import mapping
from harness.jsonvalue import compact, parse
from harness.sse.array_stream import StreamOrArray
from harness.translation.manner import Manner
from harness.translation.readers.gemini import GeminiReader
from harness.turn import increments as i
from harness.turn.turn import Usage as Counts
from tests.folding import Answer, Call, a_session, events, folded, read, settled

if TYPE_CHECKING:
    from harness.translation.session import Session

USAGE = {"promptTokenCount": 5, "candidatesTokenCount": 3, "totalTokenCount": 8}


def response(*parts: Any, finish: Any = None, index: int | None = 0, **members: Any) -> dict[str, Any]:
    """A response with one candidate; members that are the candidate's go there."""
    own = {
        name: members.pop(name)
        for name in tuple(members)
        if name.endswith("Metadata") and name != "usageMetadata"
    }
    own |= {
        name: members.pop(name)
        for name in ("finishMessage", "logprobsResult", "safetyRatings")
        if name in members
    }
    candidate: dict[str, Any] = {"content": {"parts": list(parts), "role": "model"}, **own}
    if finish is not None:
        candidate["finishReason"] = finish
    if index is not None:
        candidate["index"] = index
    return {"candidates": [candidate], "modelVersion": "gemini-x", "responseId": "r1", **members}


def words(text: str, **members: Any) -> dict[str, Any]:
    """A part of text."""
    return {"text": text, **members}


def thought(text: str, **members: Any) -> dict[str, Any]:
    """A part of thought."""
    return {"text": text, "thought": True, **members}


def call(**members: Any) -> dict[str, Any]:
    """A part with a call; a signature goes beside it."""
    signature = members.pop("signature", None)
    return {"functionCall": members, **({"thoughtSignature": signature} if signature else {})}


def piece(path: str, value: Any, **members: Any) -> dict[str, Any]:
    """A part that goes on with a call."""
    name = {str: "stringValue", bool: "boolValue", type(None): "nullValue"}.get(type(value), "numberValue")
    partial = {"jsonPath": path, name: "NULL_VALUE" if value is None else value}
    return {"functionCall": {"partialArgs": [partial], "willContinue": True, **members}}


def raw_of(*payloads: Any, session: Session | None = None) -> tuple[list[i.Increment], list[tuple[str, str]]]:
    """The reader's own increments, and its losses."""
    session = session or a_session("gemini")
    given = read(GeminiReader(session), events(*payloads))
    return given, [(one.code, one.detail) for one in session.ledger.losses]


def answer_of(*payloads: Any) -> tuple[Answer, list[str]]:
    """What clients are told in the end, and the codes of the losses but that of missing usage."""
    session = a_session("gemini")
    answer = folded(settled(session, read(GeminiReader(session), events(*payloads))))
    return answer, [one.code for one in session.ledger.losses if one.code != "L240"]


def whole_of(body: dict[str, Any]) -> tuple[Answer, list[str]]:
    """The same of a whole answer."""
    session = a_session("gemini")
    answer = folded(settled(session, GeminiReader(session).whole(body)))
    return answer, [one.code for one in session.ledger.losses if one.code != "L240"]


def of_kind(given: list[i.Increment], *kinds: type[i.Increment]) -> list[i.Increment]:
    """Those of some kinds."""
    return [one for one in given if isinstance(one, kinds)]


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


@pytest.mark.parametrize("source", ["groundingMetadata", "citationMetadata"])
def test_offsets_in_bytes_become_offsets_in_characters(source: str) -> None:
    """`Øst` is four bytes and three characters."""
    segment = {"startIndex": 5, "endIndex": 9}
    web = {"uri": "https://a.example", "title": "A"}
    given, losses = raw_of(
        response(words("Åse ")),
        response(
            words("Øst."),
            finish="STOP",
            **(
                {
                    source: {
                        "groundingChunks": [{"web": {"uri": "https://no.example"}}, {"web": web}],
                        "groundingSupports": [{"segment": segment, "groundingChunkIndices": [1, 7, "x"]}],
                    }
                }
                if source == "groundingMetadata"
                else {source: {"citationSources": [{**segment, **web}]}}
            ),
        ),
    )
    (note,) = of_kind(given, i.Annotation)
    assert isinstance(note, i.Annotation)
    assert (note.kind, note.url, note.title) == ("url_citation", "https://a.example", "A")
    assert "Åse Øst."[note.begin : note.end] == "Øst"
    assert losses == []


@pytest.mark.parametrize(
    "segment",
    [
        {"endIndex": 4, "partIndex": 1, "text": "Øst"},
        {"startIndex": 5, "endIndex": 9, "text": "Øst"},
        {"startIndex": 4, "endIndex": 7, "text": "Øst"},
        {"startIndex": 90, "endIndex": 97, "text": "Øst"},
        {"text": "Øst"},
    ],
)
def test_a_segment_is_found_by_its_words(segment: dict[str, Any]) -> None:
    """Whether it counts bytes of a part or of all text, or characters, or is wrong."""
    grounding = {
        "groundingChunks": [{"web": {"uri": "https://a.example"}}],
        "groundingSupports": [{"segment": segment, "groundingChunkIndices": [0]}],
    }
    given, losses = raw_of(response(words("Åse "), words("Øst."), finish="STOP", groundingMetadata=grounding))
    (note,) = of_kind(given, i.Annotation)
    assert isinstance(note, i.Annotation)
    assert (note.begin, note.end) == (4, 7)
    assert losses == []


def test_the_place_of_a_source_counts_from_its_block() -> None:
    """A source of an earlier block is put on the last one, without a place."""
    chunks = [{"web": {"uri": "https://a.example"}}, {"retrievedContext": {"title": "B"}}]
    supports = [
        {"segment": {"startIndex": 4, "endIndex": 7, "text": "two"}, "groundingChunkIndices": [0, 1]},
        {"segment": {"startIndex": 0, "endIndex": 3, "text": "one"}, "groundingChunkIndices": [0]},
    ]
    given, losses = raw_of(
        response(words("one "), {"executableCode": {}}, words("two")),
        response(finish="STOP", groundingMetadata={"groundingChunks": chunks, "groundingSupports": supports}),
    )
    notes = [one for one in given if isinstance(one, i.Annotation)]
    assert [(one.ref, one.kind, one.url, one.begin, one.end) for one in notes] == [
        (3, "url_citation", "https://a.example", 0, 3),
        (3, "retrievedContext", None, 0, 3),
        (3, "url_citation", "https://a.example", None, None),
    ]
    assert losses == [("L231", "the place of a source")]


def test_a_source_without_a_text_is_reported() -> None:
    """There is nothing that it could stand at."""
    given, losses = raw_of(
        response(
            call(name="look"), finish="STOP", citationMetadata={"citations": [{"uri": "https://a.example"}]}
        )
    )
    assert of_kind(given, i.Annotation) == []
    assert losses == [("L231", "a source without a text")]


def test_log_probabilities_are_told_in_chats_shape() -> None:
    """They go with the last text of their response."""
    token = {"token": "Hi", "logProbability": -0.5}
    result = {
        "chosenCandidates": [token, {"token": 7}],
        "topCandidates": [{"candidates": [token, {"token": "Ho"}]}],
    }
    given, _ = raw_of(response(words("a"), words("Hi"), finish="STOP", logprobsResult=result))
    deltas = [one for one in given if isinstance(one, i.TextDelta)]
    assert deltas[0].logprobs is None
    shown = {"token": "Hi", "logprob": -0.5, "bytes": [72, 105]}
    other = {"token": "Ho", "logprob": 0, "bytes": [72, 111]}
    assert deltas[1].logprobs == [{**shown, "top_logprobs": [shown, other]}]


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"promptTokenCount": 5, "candidatesTokenCount": 3, "totalTokenCount": 8},
         Counts(input=5, output=3, total=8)),
        ({"promptTokenCount": 5, "candidatesTokenCount": 3, "thoughtsTokenCount": 4, "totalTokenCount": 12},
         Counts(input=5, output=7, reasoning=4, total=12)),
        ({"promptTokenCount": 5, "candidatesTokenCount": 7, "thoughtsTokenCount": 4, "totalTokenCount": 12},
         Counts(input=5, output=7, reasoning=4, total=12)),
        ({"promptTokenCount": 5, "toolUsePromptTokenCount": 2, "candidatesTokenCount": 3, "totalTokenCount": 10},
         Counts(input=7, output=3, total=10)),
        ({"promptTokenCount": 5, "cachedContentTokenCount": 4, "totalTokenCount": 5},
         Counts(input=5, cached=4, output=0, total=5)),
        ({"totalTokenCount": "8"}, None),
        ({"promptTokenCount": 5}, None),
    ],
)  # fmt: skip
def test_usage_counts_thought_once(usage: dict[str, Any], expected: Counts | None) -> None:
    """4.9 of the mapping; the last total counts, wherever it came."""
    answer, _ = answer_of(response(words("Hi"), usageMetadata=usage), response(finish="STOP"))
    assert (answer.usage.counts if answer.usage is not None else None) == expected


def test_a_blocked_prompt_is_filtered() -> None:
    """There is no candidate; why it was blocked is a detail."""
    stream = {
        "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
        "usageMetadata": USAGE,
        "modelVersion": "x",
    }
    for answer, codes in (answer_of(stream), whole_of(stream)):
        assert answer.error is None
        assert answer.choices[0].finish == "content_filter"
        assert codes == ["L220"]
    given, _ = raw_of(stream)
    assert [one.native for one in given if isinstance(one, i.Finish)] == ["PROHIBITED_CONTENT"]


def test_feedback_that_blocks_nothing_is_reported() -> None:
    """It has no place elsewhere."""
    _, losses = raw_of(
        response(words("Hi"), finish="STOP", promptFeedback={"safetyRatings": [{"category": "x"}]})
    )
    assert losses == [("L235", "promptFeedback")]


def test_responses_without_candidates_are_nothing_by_themselves() -> None:
    """Usage and ids may come alone; a candidate may say nothing."""
    bare = {"usageMetadata": USAGE, "responseId": "r1"}
    answer, losses = answer_of(
        bare, response(words("Hi")), {"candidates": [{"index": 0}]}, response(finish="STOP"), bare
    )
    assert (answer.choices[0].text, answer.choices[0].finish) == ("Hi", "stop")
    assert losses == []


@pytest.mark.parametrize(
    "stream",
    [
        (),
        ({"usageMetadata": USAGE},),
        (response(words("Hi"), usageMetadata=USAGE),),
        (response(words("Hi"), finish="STOP"), response(words("Ho"), index=1)),
    ],
)
def test_a_stream_that_ends_before_its_reasons_has_broken_off(stream: tuple[Any, ...]) -> None:
    """Every candidate needs one."""
    answer, _ = answer_of(*stream)
    assert answer.error is not None
    assert answer.error.code == "upstream_disconnected"


def test_a_whole_answer_without_a_reason_is_incomplete() -> None:
    """Nothing broke off, but why it stopped is not said."""
    bodies: tuple[dict[str, Any], ...] = ({}, {"candidates": []}, response(words("Hi")))
    for body in bodies:
        answer, _ = whole_of(body)
        assert answer.error is not None
        assert answer.error.code == "upstream_incomplete"


@pytest.mark.parametrize("body", [{}, {"ok": True}, {"candidates": []}, {"candidates": None}])
def test_a_whole_answer_without_candidates_is_none(body: dict[str, Any]) -> None:
    """Unless it says that the prompt was blocked."""
    given = list(GeminiReader(a_session("gemini")).whole(body))
    assert isinstance(given[-1], i.Error)
    assert given[-1].code == "upstream_incomplete"


def test_an_error_ends_the_answer() -> None:
    """What comes after it is not read; usage that came is told."""
    error = {"error": {"code": 503, "status": "UNAVAILABLE", "message": "Full."}}
    given, _ = raw_of(response(words("Hi"), usageMetadata=USAGE), error, response(words("Ho"), finish="STOP"))
    assert [type(one).__name__ for one in given] == ["Start", "TextStart", "TextDelta", "Usage", "Error"]
    assert isinstance(given[-1], i.Error)
    assert (given[-1].status, given[-1].message, given[-1].src) == (503, "Full.", 1)
    answer, _ = whole_of(error)
    assert answer.error is not None
    assert answer.error.status == 503
    answer, _ = answer_of(response(words("Hi"), finish="STOP", error=None))
    assert answer.error is None


def test_what_belongs_nowhere_is_reported() -> None:
    """Members that nobody knows, parts without content, arguments that are no object."""
    odd = response(
        {"odd": None, "thought": True}, 7, {"partMetadata": {}}, words("Hi", odd=1),
        call(name="look", args="x", odd=1), finish="STOP", safetyRatings=[{"category": "x"}], odd=1,
    )  # fmt: skip
    answer, _ = answer_of(odd)
    assert answer.choices[0].calls[0].arguments == "{}"
    _, losses = raw_of(odd)
    assert losses == [
        (
            "L201",
            (
                "odd, content.parts, a part without content, part.odd, functionCall.odd, "
                "functionCall.args, which is no object"
            ),
        ),
        ("L235", "safetyRatings"),
    ]
    assert raw_of({"candidates": {"a": 1}})[1] == [("L201", "candidates, which are no array")]
    assert raw_of({"candidates": [7]})[1] == [("L201", "candidates, which are no objects")]


def test_a_whole_answer_is_what_its_stream_would_have_been() -> None:
    """The same increments, but for the events that they come from."""
    parts = [
        thought("Hm."),
        words("Hello"),
        call(name="look", args={"at": "Oslo"}, id="c1", signature="c2ln"),
        call(name="rest", id="c2"),
        {"executableCode": {"code": "1"}},
        words("Bye"),
    ]
    streamed, codes = answer_of(
        *(response(part) for part in parts), response(finish="STOP", usageMetadata=USAGE)
    )
    whole, again = whole_of(response(*parts, finish="STOP", usageMetadata=USAGE))
    assert whole.choices == streamed.choices
    assert whole.choices[0].calls == [
        Call("look", "c1", "function", '{"at":"Oslo"}'),
        Call("rest", "c2", "function", "{}"),
    ]
    assert whole.usage == streamed.usage
    assert (whole.error, codes, again) == (None, [], [])


def test_an_array_is_read_like_a_stream() -> None:
    """Gemini sends one where `alt=sse` was not asked for."""
    body = compact([response(words("Hi")), response(words(" there"), finish="STOP")]).encode()
    session, decoder = a_session("gemini"), StreamOrArray()
    reader = GeminiReader(session)
    given: list[i.Increment] = []
    for at in range(0, len(body), 7):
        for event in decoder.feed(body[at : at + 7]):
            given += reader.event(event, mapping(parse(event.data)))
    given += reader.finish()
    assert folded(settled(session, given)).choices[0].text == "Hi there"
