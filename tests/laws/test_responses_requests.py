"""Requests of the Responses API: reading loses nothing, and whatever a request is, it is read or refused."""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from harness.errors import RequestRefused
from harness.translation.ids import SeededMint
from harness.translation.losses import Ledger
from harness.translation.profiles import UpstreamProfile
from harness.translation.requests.echo import echo
from harness.translation.requests.from_responses import from_responses
from harness.translation.requests.history import repaired
from harness.translation.requests.to_responses import to_responses
from harness.translation.session import Session
from harness.turn.conversation import CallPart, Message, ResultPart

WORD = "?"
"""Stands for a text of its own in what follows, so that it can be told where each has gone."""

INPUT_PARTS: list[Any] = [
    {"type": "input_text", "text": WORD},
    {"type": "input_text", "text": WORD, "prompt_cache_breakpoint": {"mode": "explicit"}},
    {"type": "input_image", "image_url": WORD, "detail": "low"},
    {"type": "input_image", "image_url": "data:image/png;base64,QUJD"},
    {"type": "input_image", "file_id": WORD, "new_member": [WORD]},
    {"type": "input_file", "file_data": WORD, "filename": WORD},
    {"type": "input_file", "file_data": "data:application/pdf;base64,QUJD", "filename": WORD},
    {"type": "input_file", "file_url": WORD, "detail": "high"},
    {"type": "input_file", "file_id": WORD},
    {"type": "input_audio", "input_audio": {"data": WORD, "format": "wav"}},
    {"type": "new_part", "value": {"a": [WORD, 1, True]}},
]
OUTPUT_PARTS: list[Any] = [
    {"type": "output_text", "text": WORD, "annotations": []},
    {
        "type": "output_text",
        "text": WORD,
        "annotations": [{"type": "url_citation", "url": WORD}],
        "logprobs": [{"token": WORD}],
    },
    {"type": "refusal", "refusal": WORD},
]
THOUGHTS: list[Any] = [
    {
        "type": "reasoning",
        "id": WORD,
        "summary": [{"type": "summary_text", "text": WORD}],
        "status": "completed",
    },
    {"type": "reasoning", "id": WORD, "summary": [], "content": [{"type": "reasoning_text", "text": WORD}]},
    {"type": "reasoning", "id": WORD, "summary": [], "encrypted_content": WORD, "new_member": WORD},
]
HOSTED: list[Any] = [
    {
        "type": "web_search_call",
        "id": WORD,
        "status": "completed",
        "action": {"type": "search", "query": WORD},
    },
    {"type": "local_shell_call", "id": WORD, "call_id": WORD, "action": {"type": "exec", "command": [WORD]}},
    {"type": "local_shell_call_output", "id": WORD, "output": WORD},
    {"type": "mcp_approval_request", "id": WORD, "arguments": "{}", "name": WORD, "server_label": WORD},
    {"type": "mcp_approval_response", "approval_request_id": WORD, "approve": False},
    {
        "type": "shell_call",
        "call_id": WORD,
        "environment": {"type": "container_reference", "container_id": WORD},
    },
    {"type": "item_reference", "id": WORD},
    {"type": "compaction", "encrypted_content": WORD},
    {"type": "new_item", "value": [WORD]},
]
CALLS: list[Any] = [
    {
        "type": "function_call",
        "id": WORD,
        "call_id": WORD,
        "name": WORD,
        "arguments": "{",
        "status": "completed",
    },
    {"type": "function_call", "call_id": WORD, "name": WORD, "arguments": WORD, "namespace": WORD},
    {"type": "function_call", "call_id": WORD, "name": WORD, "arguments": "", "caller": {"type": "direct"}},
    {"type": "custom_tool_call", "id": WORD, "call_id": WORD, "name": WORD, "input": WORD},
]
TOOLS: list[Any] = [
    {"type": "function", "name": WORD, "parameters": {"type": "object", "title": WORD}, "strict": True},
    {"type": "function", "name": WORD, "parameters": {}, "description": WORD, "defer_loading": True},
    {"type": "custom", "name": WORD, "description": WORD, "format": {"type": "text"}},
    {"type": "custom", "name": WORD, "format": {"type": "grammar", "syntax": "lark", "definition": WORD}},
    {"type": "web_search_2025_08_26", "filters": {"allowed_domains": [WORD]}},
    {"type": "mcp", "server_label": WORD, "require_approval": "never"},
    {
        "type": "namespace",
        "name": WORD,
        "description": WORD,
        "tools": [
            {"type": "function", "name": WORD, "parameters": {}, "strict": False},
            {"type": "custom", "name": WORD},
        ],
    },
    {"type": "namespace", "name": WORD, "description": WORD, "tools": []},
]
CHOICES: list[Any] = [
    "none",
    "required",
    {"type": "function", "name": WORD},
    {"type": "custom", "name": WORD},
    {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": WORD}]},
    {"type": "web_search_preview"},
    {"type": "mcp", "server_label": WORD, "name": WORD},
]
FORMATS: list[Any] = [
    {"type": "text"},
    {"type": "json_object"},
    {"type": "json_schema", "name": WORD, "schema": {"title": WORD}},
    {"type": "json_schema", "name": WORD, "description": WORD, "schema": {"title": WORD}, "strict": False},
]
OPTIONS: dict[str, Any] = {
    "instructions": WORD,
    "parallel_tool_calls": False,
    "max_output_tokens": 1_001,
    "max_tool_calls": 1_002,
    "temperature": 0.123,
    "top_p": 0.456,
    "top_logprobs": 7,
    "text": {"verbosity": "low"},
    "reasoning": {"effort": WORD, "summary": WORD, "context": WORD},
    "stream": True,
    "stream_options": {"include_obfuscation": False},
    "store": False,
    "background": False,
    "metadata": {"a": WORD},
    "truncation": "auto",
    "conversation": {"id": WORD},
    "context_management": [{"type": "compaction", "compact_threshold": 1_003}],
    "include": ["message.output_text.logprobs", "reasoning.encrypted_content"],
    "service_tier": WORD,
    "prompt_cache_key": WORD,
    "prompt_cache_retention": WORD,
    "prompt_cache_options": {"mode": WORD},
    "safety_identifier": WORD,
    "user": WORD,
    "prompt": {"id": WORD, "variables": {"a": WORD}},
    "moderation": {"model": WORD},
    "access_programs": {"cyber": WORD},
    "seed": 1_004,
    "new_parameter": {"a": [WORD, 1_005, None]},
}


def one_of(values: list[Any]) -> st.SearchStrategy[Any]:
    """A copy of one of these."""
    return st.sampled_from(values).map(deepcopy)


@st.composite
def items(draw: st.DrawFn) -> dict[str, Any]:  # noqa: PLR0911 - one return a kind
    """An input item of any kind."""
    kind = draw(st.sampled_from(["input", "easy", "output", "result", "thought", "hosted", "call", "call"]))
    match kind:
        case "input":
            role = draw(st.sampled_from(["user", "system", "developer"]))
            content = draw(st.lists(one_of(INPUT_PARTS), max_size=3))
            return {"type": "message", "role": role, "content": content}
        case "easy":
            role = draw(st.sampled_from(["user", "system", "developer", "assistant"]))
            return {"role": role, "content": WORD}
        case "output":
            content = draw(st.lists(one_of(OUTPUT_PARTS), max_size=2))
            item = {"type": "message", "role": "assistant", "content": content}
            more = {"id": WORD, "status": "completed", "phase": "commentary", "new_member": WORD}
            names = draw(st.sets(st.sampled_from(sorted(more))))
            return item | {name: more[name] for name in sorted(names)}
        case "result":
            prefix = draw(st.sampled_from(["function_call", "custom_tool_call"]))
            output = draw(st.just(WORD) | st.lists(one_of(INPUT_PARTS), max_size=2))
            return {"type": f"{prefix}_output", "call_id": WORD, "output": output, "id": WORD}
        case "thought":
            return dict(draw(one_of(THOUGHTS)))
        case "hosted":
            return dict(draw(one_of(HOSTED)))
        case _:
            return dict(draw(one_of(CALLS)))


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    """A request with some of everything; each text in it is there once."""
    body: dict[str, Any] = {
        "model": WORD,
        "input": draw(st.just(WORD) | st.lists(items(), min_size=1, max_size=8)),
    }
    for name in draw(st.lists(st.sampled_from(sorted(OPTIONS)), unique=True)):
        body[name] = deepcopy(OPTIONS[name])
    if draw(st.booleans()):
        body["tools"] = draw(st.lists(one_of(TOOLS), max_size=4))
    if draw(st.booleans()):
        body["tool_choice"] = draw(one_of(CHOICES))
    if draw(st.booleans()):
        body.setdefault("text", {})["format"] = draw(one_of(FORMATS))
    if "stream_options" in body:
        body["stream"] = True
    numbers = itertools.count()
    told: dict[str, Any] = numbered(body, numbers)
    return told


def numbered(value: Any, numbers: Iterator[int]) -> Any:
    """The value with a number in the place of each word."""
    if isinstance(value, dict):
        return {name: numbered(one, numbers) for name, one in value.items()}
    if isinstance(value, list):
        return [numbered(one, numbers) for one in value]
    return f"w{next(numbers)}" if value == WORD else value


def session_of(request: Any, ledger: Ledger) -> Session:
    """A session for an upstream that takes everything."""
    return Session(
        mint=SeededMint(b""),
        now=lambda: 1,
        upstream="responses",
        profile=UpstreamProfile(name="any", vendor="openai", raw_reasoning=True),
        ledger=ledger,
        request=request,
    )


# -- leaves


def leaves(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Everything in a JSON value that is no object or array, with its place; null says nothing."""
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from leaves(one, f"{at}/{name}")
    elif isinstance(value, (list, tuple)):
        for index, one in enumerate(value):
            yield from leaves(one, f"{at}/{index}")
    elif value is not None:
        yield at, value


def kept(value: Any) -> Iterator[Any]:
    """Everything in a neutral request that is no container."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = {field.name for field in dataclasses.fields(value)}
        if {"data", "media_type"} <= names and getattr(value, "data", None) is not None:
            yield f"data:{getattr(value, 'media_type', None)};base64,{getattr(value, 'data', None)}"
        for name in names - {"at"}:
            yield from kept(getattr(value, name))
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from kept(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from kept(one)
    elif value is not None:
        yield value


@given(body=bodies())
def test_every_leaf_of_a_request_is_in_its_neutral_form_or_among_the_losses(body: dict[str, Any]) -> None:
    """Words that say which kind of thing something is become its class; all else is there as it was."""
    ledger = Ledger()
    request = from_responses(body, ledger)
    found = Counter(repr(one) for one in kept(request))
    for at, value in leaves(body):
        if at.rpartition("/")[2] in {"type", "mode"}:
            continue
        assert found[repr(value)] or any(at.startswith(loss.at) for loss in ledger.losses), (at, value)


@given(body=bodies())
def test_a_request_that_is_written_as_responses_again_is_what_it_was(body: dict[str, Any]) -> None:
    """Every item, part, tool and option in its place and order."""
    ledger = Ledger()
    request = from_responses(body, ledger)
    session = session_of(request, ledger)
    sent = to_responses(request, session)
    assert said(sent) == said(body)
    assert ledger.losses == []


def said(value: Any) -> Any:
    """A JSON value without null members and without `false` for a stream, which say nothing."""
    if isinstance(value, Mapping):
        return {name: said(one) for name, one in value.items() if one is not None}
    return [said(one) for one in value] if isinstance(value, (list, tuple)) else value


# -- the repair


@given(body=bodies())
def test_the_repair_leaves_calls_next_to_their_results(body: dict[str, Any]) -> None:
    """Each message with calls is followed by one result for each, in order, and there are no others."""
    ledger = Ledger()
    request = from_responses(body, ledger)
    session = dataclasses.replace(session_of(request, ledger), upstream="chat")
    messages = repaired(request.messages, session)
    at = 0
    while at < len(messages):
        calls = [one.call_id for one in messages[at].parts if isinstance(one, CallPart)]
        at += 1
        results = [_result_of(message) for message in messages[at : at + len(calls)]]
        assert results == calls
        at += len(calls)


def _result_of(message: Message) -> str:
    (result,) = message.parts
    assert isinstance(result, ResultPart)
    return result.call_id


# -- anything at all


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """A request in which something has been replaced by something else."""
    body = draw(bodies())
    for _ in range(draw(st.integers(1, 3))):
        place: Any = body
        for _ in range(draw(st.integers(0, 5))):
            keys = _keys(place)
            inner = [key for key in keys if _keys(place[key])]
            if not inner:
                break
            place = place[draw(st.sampled_from(inner))]
        keys = _keys(place)
        if keys:
            place[draw(st.sampled_from(keys))] = draw(JSON)
    return body


def _keys(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value)
    return list(range(len(value))) if isinstance(value, list) else []


@given(body=damaged() | JSON)
def test_any_body_is_read_or_refused(body: Any) -> None:
    """Never an error of another kind; and it can be echoed in any case."""
    if isinstance(body, dict):
        assert echo(None, body)["tool_choice"] is not None
    ledger = Ledger()
    try:
        request = from_responses(body, ledger)
    except RequestRefused as caught:
        refused = caught
    else:
        repaired(request.messages, session_of(request, ledger))
        assert request.dialect == "responses"
        return
    assert refused.message
    assert 400 <= refused.status < 500
