"""What a Chat request becomes holds all that the client said, and no request can break the parser."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import RequestRefused
from harness.jsonvalue import escape
from harness.translation.losses import Ledger
from harness.translation.requests.from_chat import from_chat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.turn.conversation import Request

WORD = "?"
"""Stands for a string that will be unique."""

word = st.just(WORD)
unknown = st.fixed_dictionaries({}, optional={"unknown": word, "other": st.just({"inner": [WORD]})})


def record(needed: dict[str, Any], may: dict[str, Any] | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """An object with members that must and may be there, and some that nobody knows."""
    told = {name: one if isinstance(one, st.SearchStrategy) else st.just(one) for name, one in needed.items()}
    return st.tuples(st.fixed_dictionaries(told, optional=may or {}), unknown).map(
        lambda pair: pair[1] | pair[0]
    )


marks = {"cache_control": st.just({"type": "ephemeral", "ttl": WORD})}
text_part = record({"type": "text", "text": word}, marks)
urls = st.sampled_from([f"https://{WORD}", f"data:image/png;base64,{WORD}"])
image = record({"url": urls}, {"detail": st.just("low")})
audio = record({"data": word, "format": st.sampled_from(["wav", "mp3"])})
file = record(
    {}, {"file_id": word, "filename": word, "file_data": st.just(f"data:a/b;base64,{WORD}")}
).filter(lambda one: "file_id" in one or "file_data" in one)
user_parts = st.one_of(
    text_part,
    record({"type": "image_url", "image_url": image}, marks),
    record({"type": "input_audio", "input_audio": audio}),
    record({"type": "file", "file": file}, marks),
    record({"type": "video_url", "video_url": st.just({"url": WORD})}),
)
texts = st.one_of(word, st.lists(text_part, max_size=3))
sealed = {"extra_content": st.just({"google": {"thought_signature": WORD}})}
calls = st.one_of(
    record({"id": word, "type": "function", "function": record({"name": word, "arguments": word})}, sealed),
    record({"id": word, "type": "custom", "custom": record({"name": word, "input": word})}),
)
details = st.one_of(
    record({"type": "reasoning.text", "text": word}, {"signature": word, "index": st.integers(0, 1)}),
    record({"type": "reasoning.summary", "summary": word}),
    record(
        {"type": "reasoning.encrypted", "data": word}, {"id": word, "format": st.just("google-gemini-v1")}
    ),
)
blocks = st.sampled_from(
    [
        {"type": "thinking", "thinking": WORD, "signature": WORD},
        {"type": "redacted_thinking", "data": WORD},
    ]
)
messages = st.one_of(
    record({"role": st.sampled_from(["system", "developer"]), "content": texts}, {"name": word}),
    record(
        {"role": "user", "content": st.one_of(word, st.lists(user_parts, min_size=1, max_size=4))},
        {"name": word},
    ),
    record(
        {"role": "assistant"},
        {
            "content": st.one_of(
                word,
                st.none(),
                st.lists(
                    st.one_of(text_part, record({"type": "refusal", "refusal": word}), blocks), max_size=3
                ),
            ),
            "name": word,
            "refusal": word,
            "audio": record({"id": word}),
            "tool_calls": st.lists(calls, min_size=1, max_size=3),
            "function_call": record({"name": word, "arguments": word}),
            "reasoning_content": word,
            "reasoning": st.one_of(word, st.just({"text": WORD})),
            "reasoning_details": st.lists(details, max_size=4),
            "thinking_blocks": st.lists(blocks, max_size=2),
            "annotations": st.lists(
                st.just({"type": "url_citation", "url_citation": {"url": WORD}}), max_size=2
            ),
        },
    ),
    record({"role": "tool", "tool_call_id": word, "content": texts}, {"name": word}),
    record({"role": "function", "name": word, "content": st.one_of(word, st.none())}),
)
schema = st.just({"type": "object", "description": WORD})
function = record({"name": word}, {"description": word, "parameters": schema, "strict": st.booleans()})
grammar = record({"type": "grammar", "grammar": record({"syntax": "lark", "definition": word})})
tools = st.one_of(
    record({"type": "function", "function": function}),
    record({"type": "custom", "custom": record({"name": word}, {"description": word, "format": grammar})}),
    record({"type": "x:web_search", "x": word}),
)
named = record({"type": "function", "function": record({"name": word})})
choices = st.one_of(
    st.sampled_from(["auto", "none", "required"]),
    named,
    record({"type": "custom", "custom": record({"name": word})}),
    record(
        {
            "type": "allowed_tools",
            "allowed_tools": record({"mode": "auto", "tools": st.lists(named, min_size=1, max_size=2)}),
        }
    ),
    record({"type": "x:web_search"}),
)
outputs = record(
    {
        "type": "json_schema",
        "json_schema": record(
            {"name": word}, {"description": word, "schema": schema, "strict": st.booleans()}
        ),
    }
)
bodies = record(
    {"model": word, "messages": st.lists(messages, min_size=1, max_size=4)},
    {
        "tools": st.lists(tools, min_size=1, max_size=3),
        "tool_choice": choices,
        "functions": st.lists(record({"name": word}, {"description": word}), min_size=1, max_size=2),
        "function_call": st.one_of(st.just("auto"), record({"name": word})),
        "response_format": outputs,
        "stop": st.one_of(word, st.lists(word, max_size=4)),
        "reasoning": record({}, {"effort": st.just("low")}),
        "web_search_options": record({}),
        "prompt_cache_key": word,
        "prompt_cache_options": record({}),
        "safety_identifier": word,
        "user": word,
        "metadata": st.just({"a": WORD}),
        "audio": record({"voice": word, "format": "wav"}),
        "prediction": record({"type": "content", "content": word}),
        "moderation": record({"model": word}),
        "stream": st.booleans(),
        "temperature": st.just(0.123),
        "seed": st.just(987654),
        "max_tokens": st.just(1234),
        "max_completion_tokens": st.just(2345),
        "n": st.just(77),
    },
)


def with_unique_words(value: Any, count: Iterator[int]) -> Any:
    """The value with a number behind each word, no two alike."""
    if isinstance(value, str):
        return value.replace(WORD, f"word{next(count):04}.") if WORD in value else value
    if isinstance(value, list):
        return [with_unique_words(one, count) for one in value]
    if isinstance(value, dict):
        return {name: with_unique_words(one, count) for name, one in value.items()}
    return value


def leaves(value: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Every unique word of a body, with its place."""
    if isinstance(value, str) and "word" in value:
        yield pointer, value[value.index("word") :]
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from leaves(one, f"{pointer}/{index}")
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from leaves(one, f"{pointer}/{escape(name)}")
    elif isinstance(value, int | float) and not isinstance(value, bool) and value > 1:
        yield pointer, str(value)


def said(value: Any) -> Iterator[str]:
    """Everything that the neutral words hold, but for the places."""
    if is_dataclass(value):
        names = [one.name for one in fields(value) if one.name != "at"]
        for name in names:
            yield from said(getattr(value, name))
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from said(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from said(one)
    elif value is not None:
        yield str(value)


def counting() -> Iterator[int]:
    """0, 1, 2, ..."""
    count = 0
    while True:
        yield count
        count += 1


def read_or_refused(body: dict[str, Any], ledger: Ledger) -> Request | RequestRefused:
    """What becomes of a body; any other error passes through."""
    try:
        return from_chat(body, ledger)
    except RequestRefused as refusal:
        return refusal


@given(bodies)
@settings(max_examples=300)
def test_every_leaf_is_carried_or_noted(template: dict[str, Any]) -> None:
    """Nothing that a client says is dropped in silence (000-D14 to D19)."""
    body = with_unique_words(template, counting())
    ledger = Ledger()
    request = read_or_refused(body, ledger)
    if isinstance(request, RequestRefused):
        # Of these bodies, only those with a choice among nothing are wrong.
        assert request.param in {"tool_choice", "function_call"}
        assert "tools" not in body
        return
    carried = "\n".join(said(request))
    noted = [loss.at for loss in ledger.losses]
    for pointer, text in leaves(body):
        is_noted = any(pointer == at or pointer.startswith(f"{at}/") for at in noted)
        assert text in carried or is_noted, pointer


@given(bodies)
@settings(max_examples=50)
def test_reading_does_not_change_the_body_and_gives_the_same_twice(template: dict[str, Any]) -> None:
    """A body is read by several: it is the client's."""
    before = copy.deepcopy(template)
    found = []
    for _ in range(2):
        ledger = Ledger()
        request = read_or_refused(template, ledger)
        found.append((str(request), ledger.losses))
    assert template == before
    assert found[0] == found[1]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "role", "content", "function", "name", "text", "id", "google"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything in a value."""
    yield path
    members = (
        enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    )
    for key, one in members:
        yield from places(one, (*path, key))


@given(bodies, st.data(), anything)
@settings(max_examples=300)
def test_a_request_of_any_shape_is_read_or_refused(
    body: dict[str, Any], data: st.DataObject, odd: Any
) -> None:
    """Something else stands anywhere: there is a request, or an error that the client understands."""
    body = copy.deepcopy(body)
    path = data.draw(st.sampled_from(list(places(body))[1:]))
    inner: Any = body
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = odd
    request = read_or_refused(body, Ledger())
    if isinstance(request, RequestRefused):
        assert (request.status, request.kind) == (400, "invalid_request_error")
        assert request.message
