"""Whatever an upstream sends, the readers of Gemini and Anthropic do not raise, and give an answer that ends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from harness.dialects.gemini.partial_args import put_pieces
from harness.sse.event import SseEvent
from harness.translation.failures import error_of, failure, response_code
from harness.translation.readers.anthropic import AnthropicReader
from harness.translation.readers.gemini import GeminiReader
from harness.translation.readers.gemini_arguments import Arguments
from harness.turn.increments import Annotation, Eof, Error
from tests.folding import a_session, folded, settled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.translation.readers.reader import Reader
    from harness.translation.session import Session
    from harness.turn.increments import Increment

_WORDS = st.sampled_from(
    [
        "candidates", "content", "parts", "text", "thought", "thoughtSignature", "functionCall", "name", "args",
        "partialArgs", "willContinue", "jsonPath", "stringValue", "inlineData", "mimeType", "data", "finishReason",
        "index", "groundingMetadata", "citationMetadata", "usageMetadata", "promptFeedback", "blockReason", "error",
        "code", "status", "message", "details", "retryDelay", "type", "content_block", "delta", "usage", "id",
        "input", "citation", "stop_reason", "partial_json", "thinking", "signature",
    ]
)  # fmt: skip
_TEXTS = st.sampled_from(["", "a", "é", "STOP", "tool_use"]) | st.text(max_size=5)
_SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-2, 3), st.just(10**30), st.floats(), _TEXTS)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS | _TEXTS, inner, max_size=5),
    max_leaves=12,
)
_ANY = st.dictionaries(_WORDS | _TEXTS, _JSON, max_size=5)
_ODD: st.SearchStrategy[Any] = st.sampled_from([None, [], {}, [{}], 1, True, 1.5, ["a"], {"a": 1}, "x"])


def _some(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with some of these members, each now and then of any other type."""
    return st.fixed_dictionaries({}, optional={name: one | _ODD for name, one in members.items()})


_COUNT = st.integers(-1, 9)
_PATHS = st.sampled_from(["$.a", "$.a.b", "$.a[0]", "$.a[2].b", "$.b", "", "$[0]", "$['c d']", "$.a[99999]"])
_PIECE = _some(jsonPath=_PATHS, stringValue=_TEXTS, numberValue=_COUNT, willContinue=st.booleans())
_PART = _some(
    text=_TEXTS,
    thought=st.booleans(),
    thoughtSignature=_TEXTS,
    functionCall=_some(
        name=_TEXTS,
        id=_TEXTS,
        args=_ANY,
        partialArgs=st.lists(_PIECE, max_size=2),
        willContinue=st.booleans(),
    ),
    inlineData=_some(mimeType=st.sampled_from(["image/png", "audio/wav", "a/b"]), data=_TEXTS),
    executableCode=_ANY,
) | st.fixed_dictionaries({"text": _TEXTS})
_SEGMENT = _some(startIndex=_COUNT, endIndex=_COUNT, partIndex=_COUNT, text=_TEXTS)
_CANDIDATE = _some(
    index=st.integers(0, 1),
    content=_some(parts=st.lists(_PART, max_size=3), role=st.just("model")),
    finishReason=st.sampled_from(["STOP", "MAX_TOKENS", "SAFETY", "MALFORMED_FUNCTION_CALL", "X", 1, 99]),
    groundingMetadata=_some(
        groundingChunks=st.lists(_some(web=_some(uri=_TEXTS, title=_TEXTS)), max_size=2),
        groundingSupports=st.lists(
            _some(segment=_SEGMENT, groundingChunkIndices=st.lists(_COUNT, max_size=2)), max_size=2
        ),
    ),
    citationMetadata=_some(citations=st.lists(_some(uri=_TEXTS, startIndex=_COUNT, endIndex=_COUNT))),
    logprobsResult=_some(chosenCandidates=st.lists(_some(token=_TEXTS, logProbability=st.floats()))),
)
_RESPONSE = _some(
    candidates=st.lists(_CANDIDATE, max_size=2),
    usageMetadata=_some(promptTokenCount=_COUNT, totalTokenCount=_COUNT, thoughtsTokenCount=_COUNT),
    promptFeedback=_some(blockReason=_TEXTS),
    responseId=_TEXTS,
    modelVersion=_TEXTS,
    createTime=st.sampled_from(["2026-11-21T00:00:00Z", "0001-01-01T00:00:00+23:59", "soon"]),
)
_ERROR = _some(
    message=_TEXTS, type=_TEXTS, code=_TEXTS | _COUNT, status=_TEXTS, details=st.lists(_ANY, max_size=2)
)
_BLOCK = _some(
    type=st.sampled_from(
        ["text", "thinking", "redacted_thinking", "tool_use", "server_tool_use", "compaction"]
    ),
    text=_TEXTS,
    thinking=_TEXTS,
    signature=_TEXTS,
    data=_TEXTS,
    id=_TEXTS,
    name=_TEXTS,
    input=_ANY,
    citations=st.lists(_ANY, max_size=2),
)
_DELTA = _some(
    type=st.sampled_from(
        ["text_delta", "thinking_delta", "signature_delta", "input_json_delta", "citations_delta", "x_delta"]
    ),
    text=_TEXTS,
    thinking=_TEXTS,
    signature=_TEXTS,
    partial_json=_TEXTS,
    citation=_some(url=_TEXTS, title=_TEXTS, source=_TEXTS, type=_TEXTS),
    stop_reason=st.sampled_from(["end_turn", "max_tokens", "tool_use", "pause_turn", "x"]),
)
_COUNTS = _some(input_tokens=_COUNT, output_tokens=_COUNT, cache_read_input_tokens=_COUNT)
_MESSAGE = _some(
    id=_TEXTS,
    model=_TEXTS,
    usage=_COUNTS,
    content=st.lists(_BLOCK, max_size=3),
    stop_reason=st.just("end_turn"),
)
_EVENT = _some(
    type=st.sampled_from(
        [
            "message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta",
            "message_stop", "ping", "error", "x",
        ]
    ),
    index=st.integers(0, 2),
    message=_MESSAGE,
    content_block=_BLOCK,
    delta=_DELTA,
    usage=_COUNTS,
)  # fmt: skip


def _event(index: int) -> SseEvent:
    return SseEvent(index=index, event=None, data=b"", id=None, retry=None, start=0, stop=0)


def _follow(reader: Reader, session: Session, payloads: Sequence[dict[str, Any]]) -> None:
    """Feed a reader, and look at what settles."""
    given: list[Increment] = []
    for index, payload in enumerate(payloads):
        given += reader.event(_event(index), payload)
    given += reader.done(_event(len(payloads)))
    given += reader.finish()
    _ends(session, given)


def _ends(session: Session, given: list[Increment]) -> None:
    assert any(isinstance(one, Eof | Error) for one in given)
    for note in given:
        if isinstance(note, Annotation) and note.begin is not None and note.end is not None:
            assert 0 <= note.begin <= note.end
    after = settled(session, given)
    assert isinstance(after[-1], Eof)
    folded(after)


@given(st.lists(_RESPONSE | _ANY, max_size=6))
def test_no_response_makes_the_gemini_reader_raise(payloads: list[dict[str, Any]]) -> None:
    """Responses with members of any type, and objects that are no responses at all."""
    session = a_session("gemini")
    _follow(GeminiReader(session), session, payloads)


@given(st.lists(_EVENT | _ANY, max_size=10))
def test_no_event_makes_the_anthropic_reader_raise(payloads: list[dict[str, Any]]) -> None:
    """Events of any type with members of any type."""
    session = a_session("anthropic")
    _follow(AnthropicReader(session), session, payloads)


@given(_RESPONSE | _ANY)
def test_no_body_makes_the_gemini_reader_raise(body: dict[str, Any]) -> None:
    """Whole answers of any shape give an answer that ends."""
    session = a_session("gemini")
    _ends(session, list(GeminiReader(session).whole(body)))


@given(_MESSAGE | _EVENT | _ANY)
def test_no_body_makes_the_anthropic_reader_raise(body: dict[str, Any]) -> None:
    """Whole messages of any shape give an answer that ends."""
    session = a_session("anthropic")
    _ends(session, list(AnthropicReader(session).whole(body)))


@given(
    dialect=st.sampled_from(["chat", "responses", "gemini", "anthropic"]),
    status=st.integers(100, 999),
    headers=st.lists(
        st.tuples(st.sampled_from(["retry-after", "Retry-After-Ms", "date"]), _TEXTS), max_size=3
    ),
    error=st.dictionaries(st.just("error"), _ERROR) | _ERROR | _JSON,
    raw=st.none() | st.binary(max_size=20),
)
def test_every_failure_is_told_with_a_status_and_a_message(
    dialect: str, status: int, headers: list[tuple[str, str]], error: Any, raw: bytes | None
) -> None:
    """A client always sees an error of OpenAI's shape, with a code that it knows."""
    body = json.dumps(error).encode() if raw is None else raw
    for one in (failure(dialect, status, headers, body), error_of(dialect, error)):
        assert 400 <= one.status < 600
        assert one.message.strip()
        assert one.type
        assert (one.status >= 500) is (one.type == "server_error")
        assert one.retry_after_ms is None or one.retry_after_ms >= 0
        assert response_code(one)


_VALUES = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.floats(-9, 9), st.text(max_size=9))
_NESTED = st.recursive(
    _VALUES,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(st.sampled_from("abcdé"), inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)
_ARGUMENTS = st.dictionaries(st.sampled_from("abcdé"), _NESTED, max_size=4)


def _cut(value: Any, path: str, draw: st.DataObject) -> list[dict[str, Any]]:
    """A value in pieces, from left to right, as a model writes it; strings are cut anywhere."""
    if isinstance(value, dict):
        return [piece for name, one in value.items() for piece in _cut(one, f"{path}.{name}", draw)]
    if isinstance(value, list):
        return [piece for place, one in enumerate(value) for piece in _cut(one, f"{path}[{place}]", draw)]
    if isinstance(value, str):
        at = draw.draw(st.integers(0, len(value)))
        return [{"jsonPath": path, "stringValue": one} for one in (value[:at], value[at:])]
    name = "boolValue" if isinstance(value, bool) else "nullValue" if value is None else "numberValue"
    return [{"jsonPath": path, name: "NULL_VALUE" if value is None else value}]


@given(_ARGUMENTS, st.data())
def test_arguments_in_pieces_are_written_exactly(args: dict[str, Any], draw: st.DataObject) -> None:
    """What is sent piece by piece is, when it is whole, the text of the whole."""
    arguments = Arguments()
    written = "".join(arguments.pieces([piece]) for piece in _cut(args, "$", draw)) + arguments.end()
    assert arguments.is_exact
    assert written == arguments.whole() == json.dumps(args, ensure_ascii=False, separators=(",", ":"))


@given(st.lists(_PIECE, max_size=8))
def test_pieces_in_any_order_are_told_in_the_end_as_the_dialect_reads_them(
    pieces: list[dict[str, Any]],
) -> None:
    """Either what was sent is exactly that, or it is known not to be."""
    arguments, expected = Arguments(), dict[str, Any]()
    written = "".join(arguments.pieces([piece]) for piece in pieces) + arguments.end()
    put_pieces(expected, pieces)
    text = json.dumps(expected, ensure_ascii=False, separators=(",", ":"))
    assert arguments.whole() == text
    assert not arguments.is_exact or written == text
