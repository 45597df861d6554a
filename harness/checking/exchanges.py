"""From an exchange to its verdict: what is known of it, what it speaks, and what the rules say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from harness.cassettes.content_coding import CodingError, decoded_chunks
from harness.cassettes.exchange import Chunk
from harness.checking.baseline import status_of
from harness.checking.check import DEFAULT_IDLE_US, Check
from harness.checking.panel import Panel
from harness.checking.profiles import Profile, Setting
from harness.checking.profiles import profile as profile_named
from harness.checking.report import Obstacle, Outcome, Status, Verdict, outcome
from harness.checking.rulesets import ruleset as ruleset_of
from harness.checking.sniffing import ENOUGH, Shape, dialect_of, plain_dialect_of, shape_of
from harness.dialects.registry import dialect as dialect_named
from harness.errors import InputError
from harness.findings import Finding, Severity
from harness.jsonvalue import try_parse
from harness.rules.case import Case
from harness.rules.registry import rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.cassettes.exchange import Cassette, Exchange, Headers, Request
    from harness.dialects.asked import Asked
    from harness.dialects.dialect import Dialect
    from harness.rules.rule import Need

EVERYTHING: frozenset[Need] = frozenset({"request", "head", "times", "ending"})
"""What a cassette of this tool knows of an exchange."""

_REQUEST: frozenset[Need] = frozenset({"request"})
_UPSTREAM: frozenset[Need] = frozenset({"upstream"})

LARGEST_WHOLE = 64 * 1024 * 1024
"""Bytes that an answer without a stream may have."""


def facts_of(cassette: Cassette) -> frozenset[Need]:
    """What a recording really knows of its exchanges; the rest was made up by whoever read it.

    Other tools keep no times, and most do not keep how a body ended; of a plain body nothing else is known.
    """
    if str(cassette.head.get("source", "")).startswith("plain "):
        return frozenset({"request"})
    match cassette.head.get("timing"):
        case "none" | "partial":
            return frozenset({"request", "head"})
        case "response":
            return frozenset({"request", "head", "ending"})
        case _:
            return EVERYTHING


def judge(
    exchange: Exchange,
    *,
    source: str = "",
    dialect: str = "auto",
    profile: str = "openai",
    ruleset: str | None = None,
    only: frozenset[str] | None = None,
    strict: bool = False,
    known: frozenset[Need] = EVERYTHING,
    upstream: Exchange | None = None,
    upstream_known: frozenset[Need] = EVERYTHING,
    upstream_dialect: str = "auto",
    idle_us: int = DEFAULT_IDLE_US,
) -> Verdict:
    """Judge one exchange. Its chunks are read once; a stream is never held whole, an answer without one is.

    Args:
        exchange: What was recorded. A request without a method, or with neither a URL nor a body, is unknown.
        source: What the verdict calls it.
        dialect: Name of its dialect; "auto" looks at request and body.
        profile: Name of the profile.
        ruleset: Date of a frozen ruleset: its severities hold, and what is not in it is shown and not counted.
        only: Ids of the rules to ask; None asks all.
        strict: A warning fails the exchange, too.
        known: What of the exchange was recorded and not made up.
        upstream: The other half of a translation.
        upstream_known: What of that was recorded and not made up.
        upstream_dialect: Name of its dialect; "auto" looks at request and body.
        idle_us: How long a stream may be silent, in microseconds.

    Raises:
        UnknownName: There is no such dialect, profile or ruleset.
        InputError: It plainly speaks another dialect than the one that was asked for.
    """
    frame = Verdict(source=source, exchange=exchange.index, profile=profile)
    settings = _profile(profile, ruleset)
    if exchange.response is None:
        return replace(frame, note=f"no response came ({exchange.ending.how})")
    bench = _Bench(settings, known if upstream is None else known | _UPSTREAM, only, idle_us)
    try:
        check = _checked(exchange, dialect, bench)
        if check is None:
            return replace(frame, note=f"no dialect fits {_described(exchange.request)}")
        if upstream is not None:
            note = _compare(
                check, upstream, upstream_dialect, bench._replace(known=upstream_known, only=None)
            )
            frame = replace(frame, note=note)
    except CodingError as error:
        obstacle = InputError("the body cannot be decoded", where=source or None, found=str(error))
        return replace(frame, status=Status.UNREADABLE, obstacle=Obstacle.of(obstacle))
    return _verdict(frame, check, _previews(ruleset), strict=strict)


def check_of(
    exchange: Exchange, *, dialect: str = "auto", profile: str = "openai", known: frozenset[Need] = EVERYTHING
) -> Check | None:
    """A finished check of one exchange, for who needs its state beside its findings.

    None where there is no response, or no dialect fits. Args and errors are those of `judge`, which makes a verdict
    of it.
    """
    return _checked(exchange, dialect, _Bench(_profile(profile, None), known, None, DEFAULT_IDLE_US))


class _Bench(NamedTuple):
    """What both halves of an exchange are judged with."""

    settings: Profile
    known: frozenset[Need]
    only: frozenset[str] | None
    idle_us: int


def _checked(exchange: Exchange, dialect: str, bench: _Bench) -> Check | None:
    """A finished check of one exchange with a response; None where no dialect fits."""
    response = exchange.response
    if response is None:
        return None
    body = _Undone(response.headers, response.chunks)
    start, chunks = _peeked(iter(body))
    known, settings = bench.known, bench.settings
    request = _known_request(exchange.request) if "request" in known else None
    shape = shape_of(response.headers if "head" in known else None, start)
    if shape is Shape.ARRAY and not _is_array_stream(_dialect(dialect, request, start), response.status):
        shape = Shape.WHOLE
    if shape in {Shape.WHOLE, Shape.OTHER}:
        start = _joined(chunks)
        chunks = iter([Chunk(0, start)])
    spoken = _dialect(dialect, request, start)
    if spoken is None:
        return None
    if request is not None and not _says_what_was_asked(request):
        request = None
    have = known if request is not None else known - _REQUEST
    asked = _asked(spoken, request)
    case: Case[Any] = Case(spoken, spoken.machine(asked), profile=settings.name)
    case.request, case.asked = request, asked
    status = response.status if "head" in known else None
    case.streamed = _is_streamed(shape, asked, status)
    case.timed = "times" in have
    case.status = status
    if status is not None:
        case.headers = tuple((name.lower(), value) for name, value in response.headers)
    panel = Panel(settings, spoken.name, streamed=case.streamed, known=have, only=bench.only)
    check = Check(case, panel, settings, idle_us=bench.idle_us)
    ending = exchange.ending if "ending" in have else None
    if case.streamed:
        for at_us, data in chunks:
            check.feed(data, at_us if case.timed else None)
        case.wire.undecodable = body.why
        check.finish(ending)
    else:
        case.wire.undecodable = body.why
        check.whole(start, ending)
    return check


def _compare(check: Check, upstream: Exchange, dialect: str, bench: _Bench) -> str:
    """Hold the downstream half against the upstream half; a note, where there was no answer to hold it against.

    Raises:
        InputError: The upstream half cannot be read.
    """
    from harness.checking.pairing import compare, compare_with  # noqa: PLC0415 - few exchanges have another half
    from harness.checking.unanswered import unanswered  # noqa: PLC0415 - likewise

    response = upstream.response
    if response is not None:
        response = replace(response, chunks=tuple(response.chunks))  # they are read twice
        upstream = replace(upstream, response=response)
    half = _checked(upstream, dialect, bench)
    body: Iterable[Chunk] = () if response is None else _Undone(response.headers, response.chunks)
    if half is not None:
        compare(check, half, chunks=tuple(body) if "times" in bench.known else None)
        return ""
    ended = "ending" in bench.known
    failed = unanswered(upstream, check.case.dialect.name, (chunk.data for chunk in body), timed=ended)
    if failed is None:
        return "not compared: the upstream half is of no dialect that is known"
    compare_with(check, failed)
    return f"upstream gave no answer ({upstream.ending.how if response is None else response.status})"


def _is_array_stream(spoken: Dialect | None, status: int) -> bool:
    """Whether an array of objects is a stream; an error may come in one as well."""
    return spoken is not None and spoken.arrays and status < 400


def _is_streamed(shape: Shape, asked: Asked | None, status: int | None) -> bool:
    """Whether a body is to be judged as a stream; where there is none, status and what was asked for decide."""
    if shape is Shape.EMPTY:
        return (status is None or status < 400) and (asked is None or asked.stream)
    return shape in {Shape.STREAM, Shape.ARRAY}


class _Undone:
    """A body with its content coding undone; where it cannot be, the body ends, and `why` says so."""

    def __init__(self, headers: Headers, chunks: Iterable[Chunk]) -> None:
        self.why = ""
        self._headers = headers
        self._chunks = chunks

    def __iter__(self) -> Iterator[Chunk]:
        try:
            yield from decoded_chunks(self._headers, self._chunks)
        except CodingError as error:
            self.why = str(error)


def _peeked(chunks: Iterator[Chunk]) -> tuple[bytes, Iterator[Chunk]]:
    """The first bytes of a body, and all its chunks."""
    first: list[Chunk] = []
    size = 0
    for chunk in chunks:
        first.append(chunk)
        size += len(chunk.data)
        if size >= ENOUGH:
            break
    return b"".join(chunk.data for chunk in first), chain(first, chunks)


def _joined(chunks: Iterable[Chunk]) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk.data
        if len(body) > LARGEST_WHOLE:
            raise InputError(
                "this answer is too large to be judged whole",
                expected=f"at most {LARGEST_WHOLE:,} bytes",
                hint="is it a stream? then its first line is no event",
            )
    return bytes(body)


def _known_request(request: Request) -> Request | None:
    return request if request.method and (request.url or request.body) else None


def _says_what_was_asked(request: Request) -> bool:
    """Whether a request can be read: recordings of others often have none of its body, or what cannot be parsed.

    Nothing is concluded from what is not there: "declares no tools" is a fact of a body that was read.
    """
    if request.method != "POST":
        return True
    read, body = try_parse(request.body) if request.body else (False, None)
    return read and isinstance(body, Mapping)


def _asked(spoken: Dialect, request: Request | None) -> Asked | None:
    if request is None:
        return None
    _, body = try_parse(request.body) if request.body else (False, None)
    return spoken.asked(_path(request), body if isinstance(body, Mapping) else {})


def _path(request: Request) -> str:
    """The path with its query; "" where only a body is known."""
    try:
        parts = urlsplit(request.url)
    except ValueError:
        return request.url
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _dialect(name: str, request: Request | None, start: bytes) -> Dialect | None:
    """What an exchange is judged as; None where nobody says and nothing shows it.

    Raises:
        UnknownName: There is no such dialect.
        InputError: The body plainly speaks another one, which the request's path does not excuse: an answer in another
            dialect than was asked for is the server's fault, and to be judged.
    """
    if name == "auto":
        found = dialect_of(request, start)
        return None if found is None else dialect_named(found)
    named = dialect_named(name)
    if request is not None and named.path(_path(request)):
        return named
    plain = plain_dialect_of(start)
    if plain in {None, name}:
        return named
    raise InputError(
        f"this speaks {plain}, not {name}",
        expected=named.title,
        found=dialect_named(plain).title,
        hint=f"leave the dialect out, or say {plain}",
    )


def _described(request: Request) -> str:
    known = _known_request(request)
    return "this body" if known is None else f"{known.method} {_path(known).partition('?')[0] or 'this body'}"


@cache
def _profile(name: str, ruleset: str | None) -> Profile:
    """The profile, with a ruleset's severities where it says nothing itself."""
    plain = profile_named(name)
    if ruleset is None:
        return plain
    settings = dict(plain.settings)
    for rule, severity in ruleset_of(ruleset).items():
        setting = settings.get(rule, Setting())
        settings[rule] = replace(setting, severity=setting.severity or severity)
    return replace(plain, settings=settings)


@cache
def _previews(ruleset: str | None) -> frozenset[str]:
    """The rules that are shown and not counted."""
    if ruleset is None:
        return frozenset(rule.id for rule in rules().values() if rule.preview)
    return frozenset(rules()) - frozenset(ruleset_of(ruleset))


def _verdict(frame: Verdict, check: Check, previews: frozenset[str], *, strict: bool) -> Verdict:
    findings = tuple(_previewed(one) if one.rule in previews else one for one in check.findings)
    outcomes = tuple(_outcomes(check, findings))
    status = status_of(findings, strict=strict)
    exercised = any(one.exercised for one in outcomes)
    case = check.case
    return replace(
        frame,
        dialect=case.dialect.name,
        frames=case.wire.events if case.streamed else 1,
        bytes=case.wire.bytes,
        status=status if exercised or findings else Status.NOT_EXERCISED,
        outcomes=outcomes,
        findings=findings,
        note=frame.note or ("" if exercised or findings else "no rule had anything to judge"),
    )


def _previewed(finding: Finding) -> Finding:
    return replace(finding, severity=Severity.INFO)


def _outcomes(check: Check, findings: Iterable[Finding]) -> Iterator[Outcome]:
    """One outcome for each rule that was asked or could not be decided, in the order of the catalogue."""
    worst: dict[str, Severity] = {}
    for finding in findings:
        before = worst.get(finding.rule, Severity.INFO)
        worst[finding.rule] = max(before, finding.severity, key=lambda severity: severity.weight)
    statuses: dict[str, Status] = dict.fromkeys(check.panel.silent, Status.NOT_EXERCISED)
    seen = {*check.seen, "open"}
    for rule in check.panel.rules:
        if rule.id in worst:
            statuses[rule.id] = _STATUSES[worst[rule.id]]
        elif check.case.incomplete and rule.from_history:
            statuses[rule.id] = Status.NOT_EXERCISED
        elif rule.exercised(check.case, seen):
            statuses[rule.id] = Status.PASSED
        else:
            statuses[rule.id] = Status.NOT_EXERCISED
    for rule_id in rules():
        if rule_id in statuses:
            yield outcome(rule_id, statuses[rule_id], check.panel.silent.get(rule_id, ""))


_STATUSES = {
    Severity.ERROR: Status.FAILED,
    Severity.WARNING: Status.WARNED,
    Severity.INFO: Status.PASSED,
}
