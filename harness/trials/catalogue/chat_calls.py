"""Function calls of Chat Completions: how their fragments may come."""

from __future__ import annotations

from typing import Any, Final

from harness.trials.chat_stream import (
    call_head,
    call_piece,
    called,
    calling,
    chunk,
    ending,
    opening,
    said,
    usage_chunk,
    whole_call,
)
from harness.trials.drawing import Shelf
from harness.trials.material import ONE_CALL, TEXT, TIME, TWO_CALLS, WEATHER, pieces
from harness.trials.trial import Expected

Chunk = dict[str, Any]

_ONE: Final = Expected(calls=ONE_CALL, finish="tool_calls")
_TWO: Final = Expected(calls=TWO_CALLS, finish="tool_calls")


def _usual() -> list[Chunk]:
    return calling(whole_call(0, WEATHER))


def _single_characters() -> list[Chunk]:
    return calling(whole_call(0, WEATHER, 1))


def _at_once() -> list[Chunk]:
    return calling(called(call_head(0, *WEATHER)))


def _parallel() -> list[Chunk]:
    return calling([*whole_call(0, WEATHER), *whole_call(1, TIME)])


def _one_delta() -> list[Chunk]:
    """Both calls, whole, in the delta with the role."""
    first = chunk(
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [call_head(0, *WEATHER), call_head(1, *TIME)],
        }
    )
    return [first, *ending("tool_calls")]


def _interleaved() -> list[Chunk]:
    first, second = pieces(WEATHER[2], 5), pieces(TIME[2], 5)
    fragments = [call_head(0, *WEATHER[:2]), call_head(1, *TIME[:2])]
    for number in range(max(len(first), len(second))):
        fragments += [call_piece(1, second[number])] if number < len(second) else []
        fragments += [call_piece(0, first[number])] if number < len(first) else []
    return calling(called(*fragments))


def _heads_first() -> list[Chunk]:
    """Both calls are announced in one delta, and filled afterwards."""
    heads = chunk({"tool_calls": [call_head(0, *WEATHER[:2]), call_head(1, *TIME[:2])]})
    rest = [call_piece(0, one) for one in pieces(WEATHER[2], 5)]
    rest += [call_piece(1, one) for one in pieces(TIME[2], 5)]
    return calling([heads, *called(*rest)])


def _last_in_finish() -> list[Chunk]:
    chunks = whole_call(0, WEATHER)
    last = chunks[-1]["choices"][0]["delta"]
    return [opening(None), *chunks[:-1], chunk(last, "tool_calls"), usage_chunk()]


def _types() -> list[Chunk]:
    rest = [call_piece(0, one, type="function") for one in pieces(WEATHER[2], 5)]
    return calling(called(call_head(0, *WEATHER[:2]), *rest))


def _nulls() -> list[Chunk]:
    rest = [
        {"index": 0, "id": None, "type": None, "function": {"name": None, "arguments": one}}
        for one in pieces(WEATHER[2], 5)
    ]
    return calling(called(call_head(0, *WEATHER[:2]), *rest))


def _empties() -> list[Chunk]:
    rest = [
        {"index": 0, "id": "", "type": "function", "function": {"name": "", "arguments": one}}
        for one in pieces(WEATHER[2], 5)
    ]
    return calling(called(call_head(0, *WEATHER[:2]), *rest))


def _empty_pieces() -> list[Chunk]:
    rest: list[Chunk] = []
    for one in pieces(WEATHER[2], 5):
        rest += [call_piece(0, ""), call_piece(0, one), call_piece(0, "")]
    return calling(called(call_head(0, *WEATHER[:2]), *rest))


def _after_text() -> list[Chunk]:
    return [opening(), *said(), *whole_call(0, WEATHER), *ending("tool_calls")]


def _before_text() -> list[Chunk]:
    return [opening(None), *whole_call(0, WEATHER), *said(), *ending("tool_calls")]


def _empty_content() -> list[Chunk]:
    """The content is "" beside every fragment."""
    chunks = whole_call(0, WEATHER)
    for one in chunks:
        delta = one["choices"][0]["delta"]
        one["choices"][0]["delta"] = {"content": "", **delta}
    return [opening(), *chunks, *ending("tool_calls")]


def _stop() -> list[Chunk]:
    return calling(whole_call(0, WEATHER), "stop")


def _name_in_pieces() -> list[Chunk]:
    head = call_head(0, WEATHER[0], "get_")
    rest: Chunk = {"index": 0, "function": {"name": "weather", "arguments": ""}}
    return calling(called(head, rest, *(call_piece(0, one) for one in pieces(WEATHER[2], 5))))


def _late_arguments() -> list[Chunk]:
    """The first fragment has a name and no arguments."""
    head = {"index": 0, "id": WEATHER[0], "type": "function", "function": {"name": WEATHER[1]}}
    return calling(called(head, *(call_piece(0, one) for one in pieces(WEATHER[2], 5))))


def _out_of_order() -> list[Chunk]:
    return calling([*whole_call(1, TIME), *whole_call(0, WEATHER)])


def _one_based() -> list[Chunk]:
    return calling([*whole_call(1, WEATHER), *whole_call(2, TIME)])


_one_call: Final = Shelf("chat", "calls", _ONE).stream

_TEXT_AND_CALL: Final = Expected(text=TEXT, calls=ONE_CALL, finish="tool_calls")

TRIALS: Final = (
    _one_call("call", "a call", _usual, "Id, type and name once, arguments in pieces of five characters.", "as OpenAI streams", "official"),
    _one_call("call-characters", "arguments one character a chunk", _single_characters, "Each character of the arguments in a fragment of its own.", "no rule says how long a piece is", "official"),
    _one_call("call-at-once", "a call in one fragment", _at_once, "Id, name and all arguments in the first fragment.", "Groq, xAI and Cerebras", "seen"),
    _one_call("calls-parallel", "two calls", _parallel, "Two calls, one after the other.", "as OpenAI streams", "official", _TWO),
    _one_call("calls-one-delta", "two calls in the first delta", _one_delta, "Role and both calls, whole, in one delta.", "`tool_calls` is a list in the reference; Gemini's compatible endpoint and others", "seen", _TWO),
    _one_call("calls-interleaved", "two calls, interleaved", _interleaved, "Fragments of both in turns; `index` says whose each is.", "what `index` is for; no rule orders them", "standard", _TWO),
    _one_call("calls-heads-first", "two calls announced first", _heads_first, "Both heads in one delta, then the arguments of each.", "what `index` is for; no rule orders them", "standard", _TWO),
    _one_call("call-in-finish", "the last arguments beside the finish reason", _last_in_finish, "The chunk with `finish_reason` still has a fragment.", "vLLM, new-api#6046; the reference does not forbid it", "seen"),
    _one_call("call-types", "`type` in every fragment", _types, '`"type":"function"` again in later fragments.', "Alibaba and others; it says the same", "seen"),
    _one_call("call-nulls", "null id, type and name in later fragments", _nulls, "Members that say nothing are null.", "servers that write all members of a typed object; the reference has strings or nothing", "disputed"),
    _one_call("call-empty-pieces", "empty pieces of arguments", _empty_pieces, '`"arguments":""` around every piece.', "OpenAI's first fragment has one; no rule says that a piece says something", "seen"),
    _one_call("call-after-text", "a call after text", _after_text, "Text, then a call.", "OpenAI", "official", _TEXT_AND_CALL),
    _one_call("call-before-text", "text after a call", _before_text, "A call, then text.", "no rule orders them", "standard", _TEXT_AND_CALL),
    _one_call("call-empty-content", "empty content beside fragments", _empty_content, '`"content":""` in every delta of the call.', "llama.cpp, Alibaba and others", "seen"),
    _one_call("call-stop", "a call that ends with `stop`", _stop, "A call, and `finish_reason` is `stop`.", "OpenAI where `tool_choice` names the function (1 of 178, vllm#25054)", "official", Expected(calls=ONE_CALL, finish=None)),
    _one_call("call-late-arguments", "no arguments in the first fragment", _late_arguments, "The first fragment has no member `arguments`.", "the reference requires none there; OpenAI always sends the empty string", "disputed"),
    _one_call("call-empties", "empty id and name in later fragments", _empties, '`"id":""` and `"name":""` in later fragments.', "Alibaba; OpenAI omits them", "disputed"),
    _one_call("call-name-pieces", "a name in two pieces", _name_in_pieces, "`get_`, then `weather`.", "the reference does not say that a name is whole; no large provider cuts it", "disputed"),
    _one_call("calls-out-of-order", "the second call first", _out_of_order, "All of index 1, then all of index 0.", "the reference does not order indices; OpenAI counts up", "disputed", _TWO),
    _one_call("calls-one-based", "indices from 1", _one_based, "Two calls at the indices 1 and 2.", "some servers; OpenAI counts from 0", "disputed", _TWO),
)  # fmt: skip
