"""Whatever an upstream sends, readers of OpenAI's dialects do not raise, and give an answer that ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from harness.sse.event import SseEvent
from harness.translation.readers.chat import ChatReader
from harness.translation.readers.responses import ResponsesReader
from harness.turn.increments import Eof, Error
from tests.folding import a_session, folded, settled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.translation.readers.reader import Reader
    from harness.translation.session import Session
    from harness.turn.increments import Increment

_WORDS = st.sampled_from(
    [
        "choices", "delta", "content", "tool_calls", "index", "id", "function", "name", "arguments", "finish_reason",
        "usage", "error", "message", "reasoning", "reasoning_content", "reasoning_details", "type", "text", "role",
        "refusal", "logprobs", "annotations", "audio", "function_call", "custom", "input", "images", "url",
        "response", "item", "item_id", "output_index", "content_index", "part", "output", "summary", "status",
        "encrypted_content", "call_id", "annotation", "summary_index", "obfuscation", "data", "signature", "object",
        "code", "message", "output_text", "function_call_arguments", "prompt_tokens", "completion_tokens",
    ]
)  # fmt: skip
_EVENTS = st.sampled_from(
    [
        "response.created", "response.in_progress", "response.output_item.added", "response.output_item.done",
        "response.content_part.added", "response.content_part.done", "response.output_text.delta",
        "response.output_text.done", "response.output_text.annotation.added", "response.refusal.delta",
        "response.refusal.done", "response.reasoning_text.delta", "response.reasoning_text.done",
        "response.reasoning_summary_part.added", "response.reasoning_summary_part.done",
        "response.reasoning_summary_text.delta", "response.reasoning_summary_text.done",
        "response.function_call_arguments.delta", "response.function_call_arguments.done",
        "response.custom_tool_call_input.delta", "response.custom_tool_call_input.done",
        "response.web_search_call.searching", "response.mcp_call_arguments.delta", "response.completed",
        "response.incomplete", "response.failed", "response.cancelled", "error", "response.unheard_of", "",
    ]
)  # fmt: skip
_KINDS = st.sampled_from(
    ["message", "reasoning", "function_call", "custom_tool_call", "web_search_call", "output_text", "refusal",
     "reasoning_text", "summary_text", "reasoning.summary", "thinking", "custom", "function", "unknown"]
)  # fmt: skip
_TEXTS = st.one_of(
    st.sampled_from(["", "a", "<think>", "</thi", "stop", "tool_calls", "m1", "c1"]), st.text(max_size=6)
)
_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 3), st.just(10**30), st.floats(), _TEXTS, _EVENTS, _KINDS
)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(_WORDS, _TEXTS), inner, max_size=5)
    ),
    max_leaves=12,
)

_ODD: st.SearchStrategy[Any] = st.sampled_from([None, [], {}, [{}], 1, True, 1.5, ["a"], {"a": 1}])


def _some(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with some of these members, each now and then of any other type."""
    return st.fixed_dictionaries({}, optional={name: one | _ODD for name, one in members.items()})


_ID, _NUMBER = st.sampled_from(["", "m1", "c1", "c2"]), st.integers(-1, 2)
_FRAGMENT = _some(
    index=_NUMBER,
    id=_ID,
    type=_KINDS,
    function=_some(name=_TEXTS, arguments=_TEXTS),
    custom=_some(name=_TEXTS, input=_TEXTS),
)
_DELTA = _some(
    role=st.just("assistant"),
    content=_TEXTS | st.lists(_some(type=_KINDS, text=_TEXTS, thinking=_JSON), max_size=2),
    refusal=_TEXTS,
    reasoning=_TEXTS,
    reasoning_content=_TEXTS,
    reasoning_details=st.lists(
        _some(type=_KINDS, text=_TEXTS, data=_TEXTS, signature=_TEXTS, index=_NUMBER), max_size=2
    ),
    tool_calls=st.lists(_FRAGMENT, max_size=2),
    function_call=_some(name=_TEXTS, arguments=_TEXTS),
    annotations=st.lists(_some(type=_KINDS, url_citation=_some(url=_TEXTS, start_index=_NUMBER)), max_size=2),
    audio=_some(id=_ID, data=_TEXTS),
)
_LOGPROBS = _some(
    content=st.lists(
        _some(token=_TEXTS, logprob=st.floats(), bytes=st.lists(_NUMBER, max_size=2)), max_size=2
    )
)
_CHOICE = _some(
    index=_NUMBER, delta=_DELTA, message=_DELTA, finish_reason=st.none() | _TEXTS, logprobs=_LOGPROBS
)
_USAGE = _some(
    prompt_tokens=_NUMBER, completion_tokens=_NUMBER, total_tokens=_NUMBER, prompt_tokens_details=_JSON
)
_CHUNK = _some(
    id=_ID,
    created=st.integers(),
    model=_TEXTS,
    choices=st.lists(_CHOICE, max_size=2),
    usage=_USAGE,
    obfuscation=_TEXTS,
)
_PART = _some(
    type=_KINDS, text=_TEXTS, refusal=_TEXTS, annotations=st.lists(_JSON, max_size=2), logprobs=_JSON
)
_ITEM = _some(
    type=_KINDS,
    id=_ID,
    call_id=_ID,
    name=_TEXTS,
    arguments=_TEXTS,
    input=_TEXTS,
    content=st.lists(_PART, max_size=2),
    summary=st.lists(_PART, max_size=2),
    encrypted_content=_TEXTS,
    status=_TEXTS,
)
_RESPONSE = _some(
    id=_ID,
    status=st.sampled_from(["completed", "incomplete", "failed", "cancelled", "queued", "in_progress"]),
    output=st.lists(_ITEM, max_size=3),
    usage=_USAGE,
    error=st.none(),
    incomplete_details=_some(reason=_TEXTS),
)
_EVENT = _some(
    type=_EVENTS,
    item_id=_ID,
    output_index=_NUMBER,
    content_index=_NUMBER,
    summary_index=_NUMBER,
    delta=_TEXTS,
    text=_TEXTS,
    refusal=_TEXTS,
    arguments=_TEXTS,
    input=_TEXTS,
    item=_ITEM,
    part=_PART,
    annotation=_some(type=_KINDS, url=_TEXTS),
    logprobs=_JSON,
    response=_RESPONSE,
    error=_JSON,
)
_ANY = st.dictionaries(st.one_of(_WORDS, _TEXTS), _JSON, max_size=5)


def _event(index: int, name: str | None = None) -> SseEvent:
    return SseEvent(index=index, event=name, data=b"", id=None, retry=None, start=0, stop=0)


def _follow(reader: Reader, session: Session, payloads: Sequence[dict[str, Any]], *, is_done: bool) -> None:
    """Feed a reader, and look at what settles."""
    given: list[Increment] = []
    for index, payload in enumerate(payloads):
        given += reader.event(_event(index), payload)
    if is_done:
        given += reader.done(_event(len(payloads)))
    given += reader.finish()
    _ends(session, given)


def _ends(session: Session, given: list[Increment]) -> None:
    assert any(isinstance(one, Eof | Error) for one in given)
    after = settled(session, given)
    assert isinstance(after[-1], Eof)
    folded(after)


@given(
    payloads=st.lists(_CHUNK | _ANY, max_size=8),
    is_done=st.booleans(),
    think_tags=st.booleans(),
    name_in_pieces=st.booleans(),
)
def test_no_chunk_makes_the_chat_reader_raise(
    *, payloads: list[dict[str, Any]], is_done: bool, think_tags: bool, name_in_pieces: bool
) -> None:
    """Chunks with members of any type, and objects that are no chunks at all."""
    session = a_session("chat", think_tags=think_tags, name_in_pieces=name_in_pieces)
    _follow(ChatReader(session), session, payloads, is_done=is_done)


@given(payloads=st.lists(_EVENT | _ANY, max_size=10), is_done=st.booleans())
def test_no_event_makes_the_responses_reader_raise(*, payloads: list[dict[str, Any]], is_done: bool) -> None:
    """Events of any type with members of any type."""
    session = a_session("responses")
    _follow(ResponsesReader(session), session, payloads, is_done=is_done)


@given(_CHUNK | _ANY)
def test_no_body_makes_the_chat_reader_raise(body: dict[str, Any]) -> None:
    """Whole answers of any shape give an answer that ends."""
    session = a_session("chat")
    _ends(session, list(ChatReader(session).whole(body)))


@given(_RESPONSE | _ANY)
def test_no_body_makes_the_responses_reader_raise(body: dict[str, Any]) -> None:
    """Whole responses of any shape give an answer that ends."""
    session = a_session("responses")
    _ends(session, list(ResponsesReader(session).whole(body)))
