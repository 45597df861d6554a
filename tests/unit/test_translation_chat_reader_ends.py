"""Why answers of Chat Completions end, what they cost, and whole ones."""

from __future__ import annotations

from typing import Any

import pytest

from harness.translation.readers.chat import ChatReader
from harness.turn import increments as i
from tests.chat_chunks import DONE, answer_of, call, chunk, first, raw_of
from tests.folding import Answer, Call, a_session, folded, settled

# -- the end


@pytest.mark.parametrize(
    ("native", "reason", "codes"),
    [
        ("stop", "stop", []),
        ("length", "length", []),
        ("content_filter", "content_filter", []),
        ("eos", "stop", []),
        ("end_turn", "stop", []),
        ("MAX_TOKENS", "length", []),
        ("model_length", "length", []),
        ("SAFETY", "content_filter", []),
        ("pause_turn", "length", ["L221"]),
        ("made_up", "stop", ["L223"]),
        ("tool_calls", "stop", ["L225"]),
    ],
)
def test_finish_reasons_are_told_in_openais_words(native: str, reason: str, codes: list[str]) -> None:
    """The upstream's own word is kept beside them."""
    answer, told = answer_of(chunk({"content": "a"}), chunk(finish=native), DONE)
    assert answer.choices[0].finish == reason
    assert told == codes
    given, _ = raw_of(chunk(finish=native))
    assert [one.native for one in given if isinstance(one, i.Finish)] == [native]


@pytest.mark.parametrize(
    ("native", "code"),
    [("error", "upstream_incomplete"), ("MALFORMED_FUNCTION_CALL", "upstream_malformed")],
)
def test_a_finish_reason_that_tells_of_a_failure_is_an_error(native: str, code: str) -> None:
    """It is never passed on as a success."""
    answer, _ = answer_of(chunk({"content": "a"}), chunk(finish=native), DONE)
    assert answer.error is not None
    assert (answer.error.code, answer.error.native) == (code, native)


def test_content_after_the_finish_reason_is_delivered_and_told() -> None:
    """Late text, and late arguments of a call."""
    answer, codes = answer_of(
        chunk(call(0, id="c1", name="f", arguments="{")),
        chunk(finish="tool_calls"),
        chunk(call(0, arguments="}")),
        chunk({"content": "late"}),
        DONE,
    )
    assert answer.choices[0].calls == [Call("f", "c1", "function", "{}")]
    assert answer.choices[0].text == "late"
    assert set(codes) == {"L214"}


def test_the_first_finish_reason_counts() -> None:
    """Another one later is told."""
    answer, codes = answer_of(chunk({"content": "a"}), chunk(finish="length"), chunk(finish="stop"), DONE)
    assert (answer.choices[0].finish, codes) == ("length", ["L217"])


def test_what_stands_beside_the_finish_reason_and_after_it_is_kept_with_it() -> None:
    """Members of the last chunks, for a writer of the same dialect."""
    end = chunk(finish="stop", obfuscation="x", timings={"n": 1})
    end["choices"][0]["stop_reason"] = "END"
    usage = {
        **chunk(),
        "choices": [],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
    moderation = {**chunk(), "choices": [], "moderation": {"flagged": False}}
    given, losses = raw_of(chunk({"content": "a"}), end, usage, moderation, DONE)
    finish = [one for one in given if isinstance(one, i.Finish)][-1]
    assert finish.raw == {
        "obfuscation": "x",
        "timings": {"n": 1},
        "choice": {"stop_reason": "END"},
        "moderation": {"flagged": False},
    }
    assert losses == []


USAGES: list[tuple[str, dict[str, Any], tuple[int | None, ...]]] = [
    (
        "OpenAI's",
        {
            "prompt_tokens": 9,
            "completion_tokens": 5,
            "total_tokens": 14,
            "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 2},
            "completion_tokens_details": {"reasoning_tokens": 3},
        },
        (9, 4, 2, 5, 3, 14),
    ),
    (
        "no details",
        {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14},
        (9, None, None, 5, None, 14),
    ),
    (
        "DeepSeek's",
        {"prompt_tokens": 9, "completion_tokens": 5, "prompt_cache_hit_tokens": 4},
        (9, 4, None, 5, None, None),
    ),
    (
        "xAI's, with thought beside the completion",
        {
            "prompt_tokens": 12,
            "completion_tokens": 1,
            "total_tokens": 303,
            "completion_tokens_details": {"reasoning_tokens": 290},
        },
        (12, None, None, 291, 290, 303),
    ),
    (
        "of thought that the total does not prove to be beside it",
        {
            "prompt_tokens": 12,
            "completion_tokens": 1,
            "total_tokens": 13,
            "completion_tokens_details": {"reasoning_tokens": 4},
        },
        (12, None, None, 1, 4, 13),
    ),
    (
        "of wrong types",
        {"prompt_tokens": True, "completion_tokens": -1, "total_tokens": 2},
        (None, None, None, None, None, 2),
    ),
]


@pytest.mark.parametrize(("usage", "counts"), [one[1:] for one in USAGES], ids=[one[0] for one in USAGES])
def test_usage_is_told_in_neutral_words(usage: dict[str, Any], counts: tuple[int | None, ...]) -> None:
    """What is not reported is None and never 0; the whole object is kept."""
    answer, _ = answer_of(
        chunk({"content": "a"}), chunk(finish="stop"), {**chunk(), "choices": [], "usage": usage}, DONE
    )
    assert answer.usage is not None
    given = answer.usage.counts
    assert (
        given.input,
        given.cached,
        given.cache_write,
        given.output,
        given.reasoning,
        given.total,
    ) == counts
    assert answer.usage.raw == usage


def test_the_last_usage_counts_and_one_of_nulls_is_none() -> None:
    """Servers that count in every chunk send cumulative numbers, beside content or not."""
    answer, _ = answer_of(
        chunk({"content": "a"}, usage={"prompt_tokens": 1, "completion_tokens": 1}),
        chunk({}, "stop", usage={"prompt_tokens": 1, "completion_tokens": 2}),
        chunk({}, usage={"prompt_tokens": None, "completion_tokens": None}),
        DONE,
    )
    assert answer.usage is not None
    assert answer.usage.counts.output == 2


@pytest.mark.parametrize(
    ("ending", "code", "is_clean"),
    [
        ([chunk(finish="stop"), DONE], None, True),
        ([chunk(finish="stop")], None, False),
        ([DONE], "upstream_incomplete", False),
        ([], "upstream_disconnected", False),
    ],
)
def test_how_a_stream_ends(ending: list[Any], code: str | None, *, is_clean: bool) -> None:
    """An answer that does not say why it ended is an error, with or without `[DONE]`."""
    answer, _ = answer_of(chunk({"content": "a"}), *ending)
    assert (answer.error.code if answer.error else None) == code
    assert answer.eof is not None
    assert answer.eof.clean is is_clean


ERRORS: list[tuple[str, dict[str, Any]]] = [
    ("an object", {"error": {"message": "went wrong", "code": "x"}}),
    ("a text", {"error": "went wrong"}),
    ("beside choices", chunk({"content": ""}, "error", error={"message": "went wrong"})),
    ("in a choice", {**chunk(), "choices": [{"index": 0, "delta": {}, "error": {"message": "went wrong"}}]}),
    ("vLLM's", {"object": "error", "message": "went wrong", "code": 400}),
    ("MiniMax's", {"base_resp": {"status_code": 1004, "status_msg": "went wrong"}, "choices": None}),
]


@pytest.mark.parametrize("payload", [one[1] for one in ERRORS], ids=[one[0] for one in ERRORS])
def test_an_error_in_the_stream_is_an_error(payload: dict[str, Any]) -> None:
    """In all the forms that servers give it; nothing comes after it."""
    given, _ = raw_of(chunk({"content": "a"}), payload, DONE)
    assert isinstance(given[-1], i.Error)
    assert len([one for one in given if isinstance(one, i.Error)]) == 1
    assert "went wrong" in given[-1].message
    assert given[-1].src == 1


def test_an_error_that_is_null_is_none() -> None:
    """Some servers have the member in every chunk."""
    choice, codes = first(chunk({"content": "a"}, error=None), chunk({"content": "b"}, error=None))
    assert (choice.text, codes) == ("ab", [])


@pytest.mark.parametrize(
    ("payload", "detail"),
    [
        (chunk({"content": "a", "mood": "good"}), "delta.mood"),
        (chunk({"content": "a"}, mood="good"), None),
        ({"type": "response.created"}, "an event that is no chunk (response.created)"),
        (chunk("text"), "choices[].delta that is no object"),
        ({**chunk(), "choices": [5]}, "choices[] that is no object"),
    ],
)
def test_what_nobody_knows_is_told_once(payload: dict[str, Any], detail: str | None) -> None:
    """L201, with the name of the member; what is in the first chunk is kept with the beginning."""
    _, losses = raw_of(payload, payload)
    assert losses == ([("L201", detail)] if detail else [])


def test_a_member_that_is_empty_is_no_loss() -> None:
    """Null and empty values say nothing."""
    _, losses = raw_of(chunk({"content": "a", "mood": None, "name": ""}), chunk({"content": "b"}, graph=[]))
    assert losses == []


# -- whole answers


def whole(body: dict[str, Any], **profile: Any) -> tuple[Answer, list[str]]:
    """What clients are told of a whole answer."""
    session = a_session("chat", **profile)
    answer = folded(settled(session, ChatReader(session).whole(body)))
    return answer, [one.code for one in session.ledger.losses if one.code != "L240"]


def completion(message: dict[str, Any], finish: Any = "stop", **members: Any) -> dict[str, Any]:
    """A whole completion."""
    entry = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [entry],
        **members,
    }


def test_a_whole_answer_says_what_its_stream_would() -> None:
    """Thought, text, refusal, calls, usage and finish."""
    calls = [
        {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}},
        {"id": "c2", "type": "custom", "custom": {"name": "g", "input": "x"}},
    ]
    message = {"role": "assistant", "content": "<think>b</think>text", "reasoning": "a", "tool_calls": calls}
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    answer, codes = whole(completion(message, "tool_calls", usage=usage), think_tags=True)
    choice = answer.choices[0]
    assert (choice.reasoning, choice.text, choice.finish) == ("ab", "text", "tool_calls")
    assert choice.calls == [Call("f", "c1", "function", "{}"), Call("g", "c2", "custom", "x")]
    assert answer.usage is not None
    assert answer.usage.counts.total == 3
    assert answer.eof == i.Eof(src=-1, clean=True)
    assert codes == []


def test_a_server_that_fills_every_member_with_nothing() -> None:
    """Empty audio is no audio, an empty function no call, and an empty reason at the end of a whole answer is one."""
    message = {
        "content": "text",
        "audio": {"id": "", "data": ""},
        "function_call": {"name": "", "arguments": ""},
        "tool_calls": None,
        "refusal": "",
    }
    answer, codes = whole(completion(message, ""))
    assert (answer.choices[0].text, answer.choices[0].calls, codes) == ("text", [], ["L223"])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": {"message": "no", "code": "rate_limit_exceeded"}}, "rate_limit_exceeded"),
        ({"object": "list", "data": []}, "upstream_malformed"),
        ({"choices": []}, "upstream_malformed"),
        (completion({"content": "a"}, None), "upstream_incomplete"),
    ],
)
def test_a_whole_answer_that_is_none_is_an_error(body: dict[str, Any], code: str) -> None:
    """An error with a success status is no success."""
    answer, _ = whole(body)
    assert answer.error is not None
    assert answer.error.code == code
    assert answer.error.status >= 400
