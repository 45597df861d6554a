"""How events may be written: the same answer in every form that the standard of server-sent events allows."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Final

from harness.trials import chat_stream, responses_stream
from harness.trials.drawing import PLAIN, trial
from harness.trials.encoding import between, blocks, streamed
from harness.trials.material import TEXT
from harness.trials.trial import Answer, Expected, Piece

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.trials.trial import Ground, Trial, TrialDialect

LINES: Final = "one\u2028two\u2029three\u0085four"
"""Characters that some libraries take for line ends, and neither JSON nor server-sent events do."""
LARGE: Final = "0123456789abcdef ☃ " * 16_384
_STANDARD: Final = "HTML Living Standard, 9.2.5 and 9.2.6 (parsing and interpreting an event stream)"


def written(dialect: TrialDialect, text: str = TEXT, *, space: str = " ") -> list[bytes]:
    """The events of an ordinary answer."""
    payloads = chat_stream.plain(text) if dialect == "chat" else responses_stream.plain(text)
    return blocks(payloads, dialect, space=space)


def _replaced(dialect: TrialDialect, old: bytes, new: bytes) -> tuple[Answer, ...]:
    return streamed(one.replace(old, new) for one in written(dialect))


def _crlf(dialect: TrialDialect) -> tuple[Answer, ...]:
    return _replaced(dialect, b"\n", b"\r\n")


def _cr(dialect: TrialDialect) -> tuple[Answer, ...]:
    return _replaced(dialect, b"\n", b"\r")


def _mixed(dialect: TrialDialect) -> tuple[Answer, ...]:
    """Lines end in LF, and the empty line in CRLF."""
    return streamed(one[:-1] + b"\r\n" for one in written(dialect))


def _bom(dialect: TrialDialect) -> tuple[Answer, ...]:
    if dialect == "responses":
        first, *rest = written(dialect)
    else:  # the first event says something, so that it is missed where it is lost
        said = chat_stream.said()
        opened = {"role": "assistant", **said[0]["choices"][0]["delta"]}
        chunks = [chat_stream.chunk(opened), *said[1:], *chat_stream.ending()]
        first, *rest = blocks(chunks, dialect)
    return streamed([b"\xef\xbb\xbf" + first, *rest])


def _no_space(dialect: TrialDialect) -> tuple[Answer, ...]:
    return streamed(written(dialect, space=""))


def _data_lines(dialect: TrialDialect) -> tuple[Answer, ...]:
    """Each payload over several data lines, broken where JSON allows a line end."""
    payloads = chat_stream.plain() if dialect == "chat" else responses_stream.plain()
    events = []
    for one in payloads:
        lines = json.dumps(one, ensure_ascii=False, indent=1).split("\n")
        name = f"event: {one['type']}\n" if dialect == "responses" else ""
        events.append((name + "".join(f"data: {line}\n" for line in lines) + "\n").encode())
    return streamed([*events, b"data: [DONE]\n\n"] if dialect == "chat" else events)


def _spaced(dialect: TrialDialect) -> tuple[Answer, ...]:
    payloads = chat_stream.plain() if dialect == "chat" else responses_stream.plain()
    events = []
    for one in payloads:
        # The order of members says nothing in JSON, nor do spaces between them.
        turned = json.dumps(dict(reversed(one.items())), ensure_ascii=False, separators=(" ,\t", " : "))
        name = f"event: {one['type']}\n" if dialect == "responses" else ""
        events.append(f"{name}data: {turned}  \n\n".encode())
    return streamed([*events, b"data: [DONE]\n\n"] if dialect == "chat" else events)


def _escaped(dialect: TrialDialect) -> tuple[Answer, ...]:
    payloads = chat_stream.plain() if dialect == "chat" else responses_stream.plain()
    events = []
    for one in payloads:
        name = f"event: {one['type']}\n" if dialect == "responses" else ""
        events.append(f"{name}data: {json.dumps(one)}\n\n".encode())
    return streamed([*events, b"data: [DONE]\n\n"] if dialect == "chat" else events)


def _after_each(dialect: TrialDialect, extra: bytes) -> tuple[Answer, ...]:
    return streamed(between(written(dialect), extra))


def _comment_first(dialect: TrialDialect) -> tuple[Answer, ...]:
    return streamed([b": OK\n\n", b":\n\n", *written(dialect)])


def _slow(dialect: TrialDialect) -> tuple[Answer, ...]:
    first, *rest = written(dialect)
    waits = [Piece(b": keep-alive\n\n", 0.7) for _ in range(4)]
    return streamed([*waits, first, *waits, *rest])


def _in_each(dialect: TrialDialect, line: bytes) -> tuple[Answer, ...]:
    return streamed(line + one for one in written(dialect))


def _ids(dialect: TrialDialect) -> tuple[Answer, ...]:
    return streamed(b"id: %d\n" % number + one for number, one in enumerate(written(dialect), 1))


def _id_then_comment(dialect: TrialDialect) -> tuple[Answer, ...]:
    events = [b"id: %d\n" % number + one for number, one in enumerate(written(dialect), 1)]
    return streamed(between(events, b": ping\n\n"))


def _large(dialect: TrialDialect) -> tuple[Answer, ...]:
    if dialect == "chat":
        said = [chat_stream.opening(), *chat_stream.said(LARGE, len(LARGE)), *chat_stream.ending()]
        return streamed(blocks(said, dialect))
    return streamed(blocks(responses_stream.plain(LARGE, size=len(LARGE)), dialect))


def _bare_type(dialect: TrialDialect) -> tuple[Answer, ...]:
    return streamed(written(dialect), headers=(("content-type", "text/event-stream"),))


def _until_close(dialect: TrialDialect) -> tuple[Answer, ...]:
    (answer,) = streamed(written(dialect))
    return (Answer(pieces=answer.pieces, framing="close"),)


def _plain(dialect: TrialDialect) -> tuple[Answer, ...]:
    return streamed(written(dialect))


_Row = tuple[str, str, str, str, "Ground", "Callable[[TrialDialect], tuple[Answer, ...]]", Expected]

_FORMS: Final[tuple[_Row, ...]] = (
    ("plain", "an ordinary answer", "Nothing rare: what the other trials vary.", "as OpenAI streams", "official", _plain, PLAIN),
    ("crlf", "CRLF line ends", "Every line ends in CR LF.", _STANDARD, "standard", _crlf, PLAIN),
    ("cr", "CR line ends", "Every line ends in CR alone.", _STANDARD, "standard", _cr, PLAIN),
    ("mixed-ends", "mixed line ends", "Lines end in LF, the empty line after them in CR LF.", _STANDARD, "standard", _mixed, PLAIN),
    ("bom", "a byte order mark", "The body begins with U+FEFF, which a reader skips once.", _STANDARD, "standard", _bom, PLAIN),
    ("no-space", "no space after `data:`", "`data:{...}`: the space is optional.", _STANDARD, "standard", _no_space, PLAIN),
    ("data-lines", "several data lines", "Each payload is indented JSON over several `data:` lines, which a reader joins with line ends.", _STANDARD, "standard", _data_lines, PLAIN),
    ("spaced-json", "spaces in the JSON, members in another order", "Payloads with spaces and tabs between tokens, their members reversed.", "RFC 8259, 2; OpenAI's page on backwards compatibility names the order of properties", "official", _spaced, PLAIN),
    ("escaped", "escaped characters", "Everything but ASCII is written as \\uXXXX, characters beyond U+FFFF as pairs.", "RFC 8259, 7", "standard", _escaped, PLAIN),
    ("line-separators", "U+2028, U+2029 and U+0085 in the text", "Unescaped, inside strings. Libraries that split text at every Unicode line end break the event.", _STANDARD + ": only CR and LF end a line; RFC 8259, 7", "standard", lambda it: streamed(written(it, LINES)), Expected(text=LINES)),
    ("comments", "comments as keep-alive", "`: OPENROUTER PROCESSING` between all events.", _STANDARD + "; OpenRouter sends it in every stream", "seen", lambda it: _after_each(it, b": OPENROUTER PROCESSING\n\n"), PLAIN),
    ("comment-first", "comments before the first event", "A comment, and an empty one, before anything else.", _STANDARD + "; proxies send it to open the body early", "seen", _comment_first, PLAIN),
    ("slow-keepalive", "waiting, with comments", "Almost three seconds of nothing but comments before the first event, and again before the second.", _STANDARD + "; gateways send it while a model is loaded", "seen", _slow, PLAIN),
    ("unknown-field", "an unknown field", "A line `trace: 1` in each event, which a reader ignores.", _STANDARD, "standard", lambda it: _in_each(it, b"trace: 1\n"), PLAIN),
    ("ids", "`id:` in each event", "A line `id: N` in each event.", _STANDARD + "; servers built on SSE libraries send it", "seen", _ids, PLAIN),
    ("id-then-comment", "comments after events with `id:`", "Events have an `id:`, and a comment with an empty line comes between them. A block without data is no event.", _STANDARD + " (an empty data buffer dispatches nothing); openai-python#2722, llmgateway#2334", "seen", _id_then_comment, PLAIN),
    ("retry", "`retry:` alone", "A block of `retry: 3000` before the first event: no data, so no event.", _STANDARD + " (an empty data buffer dispatches nothing); gateways send it (openai-python#2722)", "seen", lambda it: streamed([b"retry: 3000\n\n", *written(it)]), PLAIN),
    ("event-only", "an event without data", "`event: ping` and an empty line between all events: no data, so no event.", _STANDARD + " (an empty data buffer dispatches nothing); openai-python#2722 names it", "standard", lambda it: _after_each(it, b"event: ping\n\n"), PLAIN),
    ("data-empty", "an empty `data:`", "`data:` and an empty line between all events: an event whose data is empty, which is no JSON.", "relays send it as keep-alive (omnigent#1474); each event is JSON in the reference", "disputed", lambda it: _after_each(it, b"data:\n\n"), PLAIN),
    ("large", "one very large event", "One delta of more than 300,000 characters.", "no limit is written anywhere", "standard", _large, Expected(text=LARGE)),
    ("bare-type", "no charset in the content type", "`content-type: text/event-stream`.", "5 of 257 recorded streams of OpenAI", "official", _bare_type, PLAIN),
    ("until-close", "a body up to the close of the connection", "No chunks and no length: the body ends with the connection.", "RFC 9112, 6.3", "standard", _until_close, PLAIN),
)  # fmt: skip


def _drawn() -> Iterator[Trial]:
    dialects: tuple[TrialDialect, ...] = ("chat", "responses")
    for dialect in dialects:
        for name, title, serves, legal, ground, make, expects in _FORMS:
            yield trial(
                dialect,
                "framing",
                name,
                title,
                serves=serves,
                legal=legal,
                ground=ground,
                expects=expects,
                answers=partial(make, dialect),
            )


TRIALS: Final = tuple(_drawn())
