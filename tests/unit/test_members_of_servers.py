"""What servers of Chat Completions say in places of their own: the reader and the checker read the same."""

from __future__ import annotations

from typing import Any

import pytest

from harness.turn.reading import turn_of
from harness.turn.turn import Usage
from tests.exchanging import exchange, line
from tests.translating import run

Json = dict[str, Any]
COUNTED = {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}
GIVEN = Usage(input=9, output=3, total=12)
ASKED = {
    "model": "m",
    "messages": [{"role": "user", "content": "hello"}],
    "stream": True,
    "stream_options": {"include_usage": True},
}


def chunk(delta: Json, finish: str | None = None, *, in_choice: Json | None = None, **members: Any) -> Json:
    """A chunk of one choice."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_790_000_000,
        "model": "m",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish, **(in_choice or {})}],
        **members,
    }


def streamed(*chunks: Json) -> list[bytes]:
    """A stream of these."""
    return [b"data: " + line(one) + b"\n\n" for one in chunks] + [b"data: [DONE]\n\n"]


@pytest.mark.parametrize(
    ("last", "counts"),
    [
        (chunk({}, "stop", usage=COUNTED), GIVEN),
        (chunk({}, "stop", x_groq={"id": "req_1", "usage": COUNTED}), GIVEN),
        (chunk({}, "stop", in_choice={"usage": COUNTED}), GIVEN),
        (chunk({}, "stop", x_groq={"id": "req_1"}), None),
        (chunk({}, "stop", x_groq={"usage": "none"}), None),
        (
            chunk({}, "stop", usage={**COUNTED, "prompt_cache_hit_tokens": 4, "prompt_cache_miss_tokens": 5}),
            Usage(input=9, cached=4, output=3, total=12),
        ),
        (
            chunk({}, "stop", usage={**COUNTED, "cached_tokens": 2}),
            Usage(input=9, cached=2, output=3, total=12),
        ),
        (
            chunk(
                {}, "stop", usage={**COUNTED, "cache_read_input_tokens": 2, "cache_creation_input_tokens": 1}
            ),
            Usage(input=9, cached=2, cache_write=1, output=3, total=12),
        ),
        (
            chunk({}, "stop", usage={**COUNTED, "total_tokens": 14, "reasoning_tokens": 2}),
            Usage(input=9, output=5, reasoning=2, total=14),
        ),
    ],
)
def test_usage_is_found_wherever_a_server_puts_it(last: Json, counts: Usage | None) -> None:
    """In the chunk, in the choice or in `x_groq`, in OpenAI's words or others, and nobody calls it invented."""
    chunks = [chunk({"role": "assistant", "content": "hi"}), last]
    upstream = exchange("chat/completions", ASKED, streamed(*chunks))

    done = run(upstream, "chat", "responses")

    assert turn_of("chat", done.upstream.case.stream).usage == counts
    told = done.turn.usage
    assert (None if counts is None else (counts.input, counts.output)) == (
        None if told is None else (told.input, told.output)
    )
    if counts is not None and told is not None and counts.cached is not None:
        assert told.cached == counts.cached
    assert done.blamed == [], done.told()


@pytest.mark.parametrize(
    "members",
    [
        {
            "citations": ["https://example.org/"],
            "search_results": [{"title": "T", "url": "https://example.org/"}],
        },
        {"citations": ["https://example.org/"]},
    ],
)
@pytest.mark.parametrize("places", [(0, 1), (0,), (1,), (2,)])
def test_sources_beside_the_answer_are_carried_or_lost_by_their_names(
    members: Json, places: tuple[int, ...]
) -> None:
    """Perplexity has them in each chunk; a client of Chat is sent them, another is told that they are lost."""
    chunks = [
        chunk({"role": "assistant", "content": "h"}),
        chunk({"content": "i"}),
        chunk({}, "stop", usage=COUNTED),
    ]
    chunks = [{**one, **members} if number in places else one for number, one in enumerate(chunks)]
    upstream = exchange("chat/completions", ASKED, streamed(*chunks))

    same = run(upstream, "chat", "chat")
    other = run(upstream, "chat", "responses")

    lost = {(loss.code, name) for loss in other.translation.losses for name in members if name in loss.detail}
    assert {name for _, name in lost} == set(members)
    assert {code for code, _ in lost} <= {"L201", "L235"}
    kept = {name for name in members if f'"{name}"'.encode() in same.body}
    told = {name for loss in same.translation.losses for name in members if name in loss.detail}
    assert kept | told == set(members)
    assert same.blamed == []
    assert other.blamed == []


def test_a_whole_answer_has_its_usage_in_the_same_places() -> None:
    """A completion of Groq is read as its stream is."""
    completion: Json = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": "m",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"},
        ],
        "x_groq": {"id": "req_1", "usage": COUNTED},
    }
    asked = {**ASKED, "stream": False}
    upstream = exchange("chat/completions", asked, [line(completion)], whole=True)

    done = run(upstream, "chat", "responses", stream=False)

    assert turn_of("chat", done.upstream.case.stream).usage == GIVEN
    assert done.turn.usage is not None
    assert (done.turn.usage.input, done.turn.usage.output) == (9, 3)
    assert done.blamed == []
