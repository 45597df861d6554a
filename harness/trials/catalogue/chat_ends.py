"""How answers of Chat Completions end: reasons, usage, errors, and a second try."""

from __future__ import annotations

from typing import Any, Final

from harness.trials.catalogue.statuses import statuses
from harness.trials.chat_stream import USAGE, chunk, ending, opening, plain, said, usage_chunk
from harness.trials.drawing import COUNTED, FILTER, LENGTH, Shelf
from harness.trials.encoding import block, blocks, streamed
from harness.trials.material import BROKEN, TEXT, pieces
from harness.trials.trial import Answer, Expected, Piece

Chunk = dict[str, Any]

_FAILED: Final = Expected(error=BROKEN)
_ERROR: Final[Chunk] = {
    "error": {"message": BROKEN, "type": "server_error", "param": None, "code": None}
}  # fmt: skip


def _late_usage() -> tuple[Answer, ...]:
    """The usage comes more than a second after the finish reason."""
    *events, usage, done = blocks(plain(), "chat")
    return streamed([*events, Piece(usage, 1.2), Piece(done, 0.3)])


def _late_done() -> tuple[Answer, ...]:
    *events, done = blocks(plain(), "chat")
    return streamed([*events, b": bye\n\n", Piece(done, 1.0)])


def _done_and_comment() -> tuple[Answer, ...]:
    return streamed([*blocks(plain(), "chat"), b": bye\n\n"])


def _never_done() -> tuple[Answer, ...]:
    return streamed(blocks(plain(), "chat", done=False))


def _usage_in_finish() -> list[Chunk]:
    return [opening(), *said(), {**chunk({}, "stop"), "usage": USAGE}]


def _usage_with_choice() -> list[Chunk]:
    last = chunk({"role": "assistant", "content": ""})
    return [opening(), *said(), chunk({}, "stop"), {**last, "usage": USAGE}]


def _no_usage() -> list[Chunk]:
    return [{name: value for name, value in one.items() if name != "usage"} for one in plain()[:-1]]


def _text_in_finish() -> list[Chunk]:
    *most, last = pieces(TEXT, 4)
    told = [chunk({"content": piece}) for piece in most]
    return [opening(), *told, chunk({"content": last}, "stop"), usage_chunk()]


def _all_in_one() -> list[Chunk]:
    return [chunk({"role": "assistant", "content": TEXT}, "stop"), usage_chunk()]


def _empty() -> list[Chunk]:
    return [opening(), *ending()]


def _refused() -> list[Chunk]:
    told = [chunk({"refusal": piece}) for piece in pieces(TEXT, 4)]
    return [chunk({"role": "assistant", "content": None, "refusal": ""}), *told, *ending()]


def _broken() -> tuple[Answer, ...]:
    return streamed([*blocks([opening(), *said()], "chat", done=False), block(_ERROR, "chat")])


def _broken_and_done() -> tuple[Answer, ...]:
    return streamed(blocks([opening(), *said(), _ERROR], "chat"))


def _broken_named() -> tuple[Answer, ...]:
    return streamed(
        [*blocks([opening(), *said()], "chat", done=False), b"event: error\n" + block(_ERROR, "chat")]
    )


def _broken_first() -> tuple[Answer, ...]:
    return streamed([block(_ERROR, "chat")])


def _broken_in_chunk() -> tuple[Answer, ...]:
    """As OpenRouter: the error beside an ordinary choice that ends with `error`."""
    failed = {**chunk({"content": ""}, "error"), "error": {"code": 502, "message": BROKEN}}
    return streamed(blocks([opening(), *said(), failed], "chat"))


def _broken_flat() -> tuple[Answer, ...]:
    return streamed(blocks([opening(), *said(), {"error": BROKEN}], "chat"))


_one: Final = Shelf("chat", "ends").stream
_made: Final = Shelf("chat", "ends", _FAILED).served

TRIALS: Final = (
    _made("late-usage", "usage after a pause", _late_usage, "The chunk with the usage comes 1.2 seconds after the finish reason, `[DONE]` 0.3 seconds later.", "the reference promises the usage before `[DONE]`, not at once", "official", COUNTED),
    _made("late-done", "`[DONE]` after a pause", _late_done, "A comment, and a second later `[DONE]`.", "no rule says how soon it comes", "standard", COUNTED),
    _made("comment-last", "a comment after `[DONE]`", _done_and_comment, "`[DONE]`, and a comment.", "a comment is no event, so `[DONE]` is still the last one", "standard", COUNTED),
    _made("no-done", "no `[DONE]`", _never_done, "The body ends after the usage.", "many servers; the reference promises the marker", "disputed", COUNTED),
    _one("usage-in-finish", "usage beside the finish reason", _usage_in_finish, "No chunk of its own for the usage.", "Mistral, DeepSeek, Groq, xAI; the reference promises a chunk of its own", "disputed", COUNTED),
    _one("usage-with-choice", "usage beside an empty delta after the end", _usage_with_choice, "The usage comes with a choice whose delta is empty and whose finish reason is null.", "OpenRouter, in 9 of 10 recorded streams; the reference promises empty choices", "disputed", COUNTED),
    _one("no-usage", "no usage at all", _no_usage, "No chunk has a member `usage`.", "the reference: where the stream is interrupted, or it is not asked for; many servers never send one", "seen"),
    _one("text-in-finish", "text beside the finish reason", _text_in_finish, "The chunk with `finish_reason` has the last piece of the text.", "vLLM and many servers; the reference does not forbid it", "seen"),
    _one("one-chunk", "an answer in one chunk", _all_in_one, "Role, text and finish reason in one chunk.", "gateways that answer from a cache; no rule forbids it", "seen", COUNTED),
    _one("empty", "an empty answer", _empty, "Role, finish reason and nothing else.", "OpenAI where the model has nothing to say", "official", Expected()),
    _one("length", "an answer that is cut at its length", lambda: plain(finish="length"), "`finish_reason` is `length`.", "the reference", "official", Expected(text=TEXT, finish="length", or_error=LENGTH)),
    _one("content-filter", "an answer that is filtered", lambda: plain(finish="content_filter"), "Text, and `finish_reason` is `content_filter`.", "the reference", "official", Expected(text=TEXT, finish="content_filter", or_error=FILTER)),
    _one("refusal", "a refusal", _refused, "`refusal` in pieces, `content` null.", "the reference has the member; OpenAI is known to send it only where structured output is asked for, as it is not here", "disputed", Expected(refusal=TEXT, finish=None, or_error=(TEXT,))),
    _made("error", "an error amid the stream", _broken, 'Text, then `{"error":{...}}` and the end of the body.', "OpenAI and Groq; every SDK of OpenAI looks for it", "official"),
    _made("error-done", "an error, and `[DONE]`", _broken_and_done, "Text, the error, and `[DONE]`.", "gateways that always end so", "seen"),
    _made("error-named", "an error with `event: error`", _broken_named, "Text, then the error in a block with `event: error`.", "Groq", "seen"),
    _made("error-first", "an error before any chunk", _broken_first, "Status 200, and the error is the only event.", "gateways that have sent their head when the upstream fails", "seen"),
    _made("error-in-chunk", "an error beside a choice", _broken_in_chunk, "A chunk with choices, `finish_reason` `error`, and `error` with a number for its code.", "OpenRouter; the reference knows no such reason", "disputed"),
    _made("error-string", "an error that is a string", _broken_flat, '`{"error":"..."}`.', "servers; the reference has an object", "disputed"),
    *statuses("chat"),
)  # fmt: skip
