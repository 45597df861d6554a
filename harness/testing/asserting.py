"""`assert_conforms`: whatever a test has in its hands of a stream or an answer, held against the protocol."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from harness.cassettes.exchange import Cassette, Chunk, Ending, Exchange, How, Request, Response
from harness.cassettes.foreign import detect
from harness.checking.baseline import Baseline, Entry
from harness.checking.exchanges import EVERYTHING
from harness.checking.report import Report
from harness.errors import HarnessError, UnknownName, UsageError
from harness.io.recordings import read_bytes
from harness.io.tape import Tape
from harness.jobs.inputs import named
from harness.jobs.judging import Terms
from harness.jobs.subjects import Subject, of_cassette, of_chunks, of_file, of_stdin
from harness.jsonvalue import compact
from harness.rules.registry import chosen, rules
from harness.sse.encoder import encode
from harness.sse.event import SseEvent
from harness.testing.judged import failure_text, judged, nothing_judged, used_subjects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.rules.rule import Need

GIVEN: Final = (
    "the bytes of a body, or its chunks; its text; a whole answer as a dict; SseEvents; the path of a cassette or of a"
    " file with a body; a Tape, Cassette or Exchange; a Response of httpx or httpx2 that was read"
)
_LONGEST_NAME: Final = 4096  # characters; no system has longer paths
_STARTS: Final = ("data:", "event:", "id:", "retry:", ":", "{", "[")
_ANSWERED: Final[frozenset[Need]] = frozenset({"request", "head"})


def assert_conforms(
    subject: object,
    profile: str = "openai",
    allow: str | Iterable[str] = (),
    *,
    dialect: str | None = None,
    request: bytes | str | Path | Mapping[str, Any] | None = None,
    strict: bool = False,
) -> Report:
    """Hold a stream or a whole answer against the rules of its protocol.

    Args:
        subject: The bytes of a body (SSE or one JSON answer) or its text; its chunks, as bytes, text or `Chunk`; a
            whole answer as a dict; a list of `SseEvent`; the path of a cassette or of a file that holds a body, from
            the working directory, or the name of a shipped recording; a `Tape` (what it has played and recorded so
            far), a `Cassette` or an `Exchange`; a `Response` of httpx or httpx2 that was read, with its request.
        profile: Which rules hold and how bad a breach is, by name: "openai", "compat" and others.
        allow: Rules that may be broken: ids or slugs, families such as "RESP-SEQ", or patterns such as "CHAT-*".
            One that is not broken is no error.
        dialect: "chat", "responses", "anthropic" or "gemini"; by default, what request and body show.
        request: What a bare body answers: its JSON, its bytes, or the path of a file that holds it. Some rules
            are only about an answer whose request is known.
        strict: A warning fails, too.

    Returns:
        What was judged and found, for further assertions; what is allowed stands in it as expected.

    Raises:
        AssertionError: A rule is broken; the text says which, where, and by which bytes. Or there was nothing
            that could be judged: that is no pass.
        UsageError: There is no such rule, profile or dialect; or the subject is nothing that can be judged, and the
            text says what can.
        InputError: There is no such file.
    """
    __tracebackhide__ = _is_ours
    try:
        terms = Terms(
            profile=profile,
            dialect=dialect or "auto",
            request=_request_bytes(request),
            strict=strict,
            alone=True,
        ).checked()
        allowed = Baseline(Entry(rule=one) for one in sorted(_allowed(allow)))
        found = [
            one._replace(verdict=allowed.sort_out(one.verdict, strict=strict))
            for source, subjects in _subjects(subject, terms)
            for one in judged(subjects, terms, source)
        ]
    except HarnessError as error:
        raise error.with_traceback(None) from None
    text = failure_text(found, strict=strict) or nothing_judged(found)
    if text:
        raise AssertionError(text.replace("with --dialect", "with dialect=..."))
    return Report(terms.profile, tuple(one.verdict for one in found))


def _is_ours(error: Any) -> bool:
    """Whether pytest may hide our frames: only a defect of this package needs them."""
    return isinstance(getattr(error, "value", error), (AssertionError, HarnessError))


def _allowed(given: str | Iterable[str]) -> set[str]:
    """The ids of rules that names and patterns stand for.

    Raises:
        UnknownName: One stands for none.
    """
    found: set[str] = set()
    for name in [given] if isinstance(given, str) else given:
        if not isinstance(name, str):
            raise UsageError("a rule is named by its id", where="allow", found=repr(name))
        if any(char in name for char in "*?["):
            matching = {one for one in rules() if fnmatchcase(one, name.upper())}
            if not matching:
                raise UnknownName(
                    "rule like", name, rules(), where="allow", hint="`harness rules` lists them"
                )
            found |= matching
            continue
        try:
            found |= chosen(name)
        except UnknownName as error:
            error.where = "allow"
            raise
    return found


def _subjects(given: object, terms: Terms) -> Iterator[tuple[str, list[Subject]]]:
    """What there is to judge, and how to call it."""
    if isinstance(given, Tape):
        for seen in given.seen():
            used = used_subjects(seen, seen.played, was_recorded=seen.begun > 0)
            yield str(seen.path), [*used.played.values(), *used.recorded.values()]
    elif isinstance(given, Exchange):
        yield "(exchange)", [Subject(given, EVERYTHING)]
    elif isinstance(given, Cassette):
        yield given.source or "(cassette)", list(of_cassette(given))
    elif isinstance(given, Path) or (isinstance(given, str) and not _is_body(given)):
        yield from _of_path(str(given), terms)
    else:
        yield _of_answer(given, terms)


def _of_path(name: str, terms: Terms) -> Iterator[tuple[str, list[Subject]]]:
    """A file, a folder, a pattern or a shipped recording, called as it was given."""
    for one in named([name]):
        if isinstance(one, HarnessError):
            raise one
        if one.path is None:
            raise UsageError(
                "a live server is asked by `harness.check`", where="subject", expected=GIVEN, found=one.source
            )
        yield one.source, list(of_file(one.path, request=terms.request, found=one.found))


def _of_answer(given: object, terms: Terms) -> tuple[str, list[Subject]]:
    """What is in the test's hands, and in no file."""
    if (response := _response(given)) is not None:
        return _of_response(response, terms)
    if isinstance(given, Mapping):
        return _of_body("(answer)", [compact(dict(given)).encode()], terms)
    if isinstance(given, (bytes, bytearray, memoryview)):
        return _of_body("(bytes)", [bytes(given)], terms)
    if isinstance(given, str):
        return _of_body("(text)", [given.encode()], terms)
    if isinstance(given, AsyncIterable):
        raise _wrong(given, "it gives its chunks to `async for` alone: collect them first")
    if isinstance(given, Iterable) and not hasattr(given, "model_dump"):
        return _of_pieces(list(given), terms)
    raise _wrong(given, _sdk_hint(given))


def _of_pieces(pieces: list[Any], terms: Terms) -> tuple[str, list[Subject]]:
    """The chunks or events of one body."""
    if pieces and all(isinstance(one, Chunk) for one in pieces):
        return "(chunks)", [of_chunks(pieces, request=terms.request, timed=True)]
    if all(isinstance(one, (bytes, bytearray, memoryview)) for one in pieces):
        return _of_body("(chunks)", [bytes(one) for one in pieces], terms)
    if all(isinstance(one, str) for one in pieces):
        if len(pieces) > 1 and not any("\n" in one or "\r" in one for one in pieces):
            raise UsageError(
                "these are lines without their ends, which are what a stream is judged by",
                where="subject",
                hint="give its bytes: `iter_raw()` or `iter_bytes()` in place of `iter_lines()`",
            )
        return _of_body("(chunks)", [one.encode() for one in pieces], terms)
    if all(isinstance(one, SseEvent) for one in pieces):
        return _of_body("(events)", [_block(one) for one in pieces], terms)
    odd = next((one for one in pieces if not isinstance(one, (bytes, str, Chunk, SseEvent))), pieces[-1])
    raise _wrong(odd, _sdk_hint(odd), where="an item of what was given")


def _block(event: SseEvent) -> bytes:
    """An event as it stood in its stream, as far as is known."""
    if event.block:
        return event.block
    return encode(event.data, event=event.event, id=event.id, retry=event.retry)


def _of_body(source: str, pieces: list[bytes], terms: Terms) -> tuple[str, list[Subject]]:
    if not any(pieces):
        raise UsageError("there is nothing to judge: the body is empty", where="subject", expected=GIVEN)
    if detect(b"".join(pieces)) == "sse":
        return source, [of_chunks([Chunk(0, one) for one in pieces], request=terms.request)]
    return source, list(of_stdin(iter(pieces), source=source, request=terms.request))


def _is_body(text: str) -> bool:
    """Whether a text is a body, and not a path."""
    return "\n" in text or len(text) > _LONGEST_NAME or text.lstrip().startswith(_STARTS)


def _response(given: Any) -> Any:
    """A response of httpx or httpx2; an SDK's raw one has it inside."""
    inner = getattr(given, "http_response", given)
    root = type(inner).__module__.partition(".")[0]
    return inner if root in {"httpx", "httpx2"} and type(inner).__name__ == "Response" else None


def _of_response(response: Any, terms: Terms) -> tuple[str, list[Subject]]:
    """A response that was read, with its request; its content is what the client has decoded."""
    try:
        content = response.content
    except Exception:  # noqa: BLE001 - httpx and httpx2 each have an exception of their own for it
        raise UsageError(
            "this response was not read, or was read as a stream and not kept",
            where="subject",
            expected="a response whose content is there",
            hint="call `response.read()` (`await response.aread()`) first, or give the chunks that you have collected",
        ) from None
    try:
        sent = response.request
        asked = Request(sent.method, str(sent.url), tuple(sent.headers.multi_items()), sent.read())
    except Exception:  # noqa: BLE001 - a response without a request, or one whose body was a stream
        asked = Request("POST", "")
    if terms.request is not None:
        asked = replace(asked, body=terms.request)
    head = tuple(
        (name, value)
        for name, value in response.headers.multi_items()
        if name.lower() not in {"content-encoding", "content-length"}
        or "content-encoding" not in response.headers
    )
    body = (Chunk(0, content),) if content else ()
    answer = Response(response.status_code, head, body, reason=response.reason_phrase)
    exchange = Exchange(0, asked, answer, Ending(How.COMPLETE))
    known = _ANSWERED if asked.url or asked.body else _ANSWERED - {"request"}
    return "(response)", [Subject(exchange, known)]


def _request_bytes(request: bytes | str | Path | Mapping[str, Any] | None) -> bytes | None:
    if request is None or isinstance(request, bytes):
        return request
    if isinstance(request, Mapping):
        return compact(dict(request)).encode()
    if isinstance(request, str) and request.lstrip().startswith("{"):
        return request.encode()
    return read_bytes(Path(request))


def _sdk_hint(given: object) -> str | None:
    if hasattr(given, "model_dump"):
        return (
            "this is what an SDK made of the bytes, and it reads over most of what is wrong: give what came, as"
            " `client.with_raw_response` keeps it, or a cassette"
        )
    return None


def _wrong(given: object, hint: str | None, where: str = "subject") -> UsageError:
    return UsageError(
        "this cannot be judged", where=where, expected=GIVEN, found=type(given).__name__, hint=hint
    )
