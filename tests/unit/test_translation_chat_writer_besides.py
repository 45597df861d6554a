"""What goes beside the text of a Chat answer: sources, log probabilities, sound, usage."""

from __future__ import annotations

from harness.translation.manner import Manner
from harness.translation.writers.chat import ChatWriter
from harness.turn.increments import (
    Annotation,
    Audio,
    Eof,
    Finish,
    Image,
    MessageStart,
    RefusalDelta,
    RefusalEnd,
    RefusalStart,
    ServerTool,
    Start,
    TextDelta,
    TextEnd,
    TextStart,
    Usage,
)
from tests.chat_answers import ASKED, COUNTS, START, STOP, TEXT, THOUGHT, answered, deltas, lost
from tests.writing import session_of, written


def test_annotations_count_from_the_beginning_of_the_message() -> None:
    """A turn may have several texts, and Chat joins them."""
    chunks, _, session = answered(
        START,
        *TEXT,
        TextStart(ref=2),
        TextDelta(ref=2, text="Oslo"),
        Annotation(ref=2, url="https://example.org/", title="T", begin=1, end=3),
        Annotation(ref=2, kind="file_citation", src=4),
        TextEnd(ref=2),
        STOP,
        Eof(),
    )
    citation = {"start_index": 3, "end_index": 5, "title": "T", "url": "https://example.org/"}
    assert deltas(chunks)[3] == {"annotations": [{"type": "url_citation", "url_citation": citation}]}
    assert lost(session) == ["L231"]


def test_log_probabilities_stand_beside_their_text() -> None:
    """In chunks, and all of them in the whole answer."""
    entry = {"token": "Hi", "logprob": -0.5, "bytes": [72, 105], "top_logprobs": []}
    chunks, writer, _ = answered(
        START, TextStart(ref=1), TextDelta(ref=1, text="Hi", logprobs=[entry]), TextEnd(ref=1), STOP, Eof()
    )
    expected = {"content": [entry], "refusal": None}
    assert chunks[1]["choices"][0]["logprobs"] == expected
    assert writer.whole()["choices"][0]["logprobs"] == expected


def test_a_refusal_is_no_text() -> None:
    """The message has null for content then."""
    chunks, writer, _ = answered(
        START, RefusalStart(ref=1), RefusalDelta(ref=1, text="No."), RefusalEnd(ref=1), STOP, Eof()
    )
    assert deltas(chunks)[1] == {"refusal": "No."}
    message = writer.whole()["choices"][0]["message"]
    assert (message["content"], message["refusal"]) == (None, "No.")


def test_spoken_output_is_put_together() -> None:
    """Its pieces go out as they came."""
    chunks, writer, _ = answered(
        START,
        Audio(raw={"id": "audio_1", "data": "AA", "transcript": "He"}),
        Audio(raw={"data": "BB", "transcript": "y"}),
        Audio(raw={"expires_at": 5}),
        STOP,
        Eof(),
        upstream="chat",
    )
    assert deltas(chunks)[2] == {"audio": {"data": "BB", "transcript": "y"}}
    audio = {"id": "audio_1", "data": "AABB", "transcript": "Hey", "expires_at": 5}
    assert writer.whole()["choices"][0]["message"]["audio"] == audio


def test_what_chat_has_no_place_for_is_told() -> None:
    """Pictures, tools of the provider, and the phase of a message; each once."""
    _, _, session = answered(
        START,
        MessageStart(ref=1, phase="commentary", src=1),
        ServerTool(ref=2, kind="web_search_call", step="start", src=2),
        ServerTool(ref=2, kind="web_search_call", step="end", src=3),
        Image(media_type="image/png", data="AA", src=4),
        STOP,
        Eof(),
    )
    assert [(one.code, one.at) for one in session.ledger.losses] == [
        ("L235", "event 1"),
        ("L233", "event 2"),
        ("L232", "event 4"),
    ]


def test_answers_are_heard_of_in_their_order() -> None:
    """And more of them than were asked for are left out."""
    chunks, writer, session = answered(
        START,
        TextStart(ref=1, choice=1),
        TextDelta(ref=1, choice=1, text="B"),
        TextEnd(ref=1, choice=1),
        TextStart(ref=2, choice=2),
        TextDelta(ref=2, choice=2, text="C"),
        TextEnd(ref=2, choice=2),
        *(Finish(choice=index, reason="stop") for index in range(3)),
        Eof(),
        body={**ASKED, "n": 2},
    )
    assert [one["index"] for chunk in chunks for one in chunk["choices"]] == [0, 1, 1, 0, 1]
    assert [one["message"]["content"] for one in writer.whole()["choices"]] == ["", "B"]
    assert lost(session) == ["L234"]


def test_usage_has_a_chunk_of_its_own_where_it_was_asked_for() -> None:
    """The other chunks then say null."""
    body = {**ASKED, "stream_options": {"include_usage": True}}
    chunks, _, _ = answered(START, *TEXT, STOP, Usage(counts=COUNTS), Eof(), body=body)
    assert [one["usage"] for one in chunks[:-1]] == [None, None, None]
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"] == {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}


def test_usage_that_nobody_asked_for_is_told_as_lost() -> None:
    """A whole answer has it all the same."""
    chunks, writer, session = answered(START, *TEXT, STOP, Usage(counts=COUNTS), Eof())
    assert not any("usage" in one for one in chunks)
    assert lost(session) == ["L243"]
    assert writer.whole()["usage"]["total_tokens"] == 12


def test_an_answer_that_says_nothing_has_the_role_and_the_reason() -> None:
    """And no text that nobody said."""
    chunks, writer, _ = answered(START, STOP, Eof())
    assert deltas(chunks) == [{"role": "assistant", "content": "", "refusal": None}, {}]
    assert writer.whole()["choices"][0]["message"]["content"] == ""


def test_what_a_chat_upstream_says_besides_is_kept() -> None:
    """Members of chunks and choices that no schema has, padding, and the verdict of a moderation after the usage."""
    start = Start(dialect="chat", raw={"id": "x", "object": "y", "provider": "P", "usage": None})
    raw = {
        "obfuscation": "pad",
        "moderation": {"flagged": False},
        "choice": {"native_finish_reason": "end", "text": ""},
    }
    finish = Finish(reason="stop", dialect="chat", raw=raw)
    body = {**ASKED, "stream_options": {"include_usage": True}}
    chunks, writer, _ = answered(
        start, TextStart(ref=1), TextDelta(ref=1, text="a", obfuscation="zz"), TextEnd(ref=1), finish,
        Usage(counts=COUNTS), Eof(), body=body, upstream="chat",
    )  # fmt: skip
    assert [one.get("provider") for one in chunks] == ["P", None, None, None, None]
    assert [one.get("obfuscation") for one in chunks] == [None, "zz", "pad", None, None]
    assert chunks[2]["choices"][0]["native_finish_reason"] == "end"
    assert chunks[-1]["moderation"] == {"flagged": False}
    whole = writer.whole()
    assert (whole["provider"], whole["moderation"]) == ("P", {"flagged": False})
    assert whole["choices"][0]["native_finish_reason"] == "end"


def test_losses_may_be_told_in_the_stream() -> None:
    """As comments before its end, which clients do not see."""
    writer = ChatWriter(session_of(ASKED, manner=Manner(stream_losses=True)))
    stream = written(writer, (START, *THOUGHT, *TEXT, STOP, Eof()))
    assert b': harness-loss {"code":"L230"' in stream
    assert stream.endswith(b"\n\ndata: [DONE]\n\n")


def test_what_a_responses_upstream_says_besides_is_told_as_lost() -> None:
    """But for what repeats the request, and what says nothing."""
    raw = {
        "id": "resp_1",
        "temperature": 1.0,
        "moderation": {"flagged": True},
        "billing": {"n": 0},
        "extra": 1,
    }
    finish = Finish(reason="stop", dialect="responses", raw=raw, src=9)
    _, _, session = answered(START, *TEXT, finish, Eof(), upstream="responses")
    assert [(one.code, one.at, one.detail) for one in session.ledger.losses] == [
        ("L235", "event 9", "extra, moderation")
    ]
