"""Where sources of a Gemini answer stand, what it costs and how it ends."""

from __future__ import annotations

from typing import Any

import pytest

from harness.dialects.members import mapping
from harness.jsonvalue import compact, parse
from harness.sse.array_stream import StreamOrArray
from harness.translation.readers.gemini import GeminiReader
from harness.turn import increments as i
from harness.turn.turn import Usage as Counts
from tests.folding import Call, a_session, folded, settled
from tests.gemini_answers import USAGE, answer_of, call, of_kind, raw_of, response, thought, whole_of, words


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
