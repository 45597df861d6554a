"""Judging: the verb behind `harness.check`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.cassettes.exchange import Cassette, Chunk, Exchange
from harness.checking.exchanges import EVERYTHING
from harness.checking.report import Report, Verdict
from harness.errors import UsageError
from harness.io.recordings import read_bytes
from harness.jobs.accepting import open_baseline
from harness.jobs.asking import check_urls
from harness.jobs.inputs import is_one, named
from harness.jobs.judging import Terms, of_subject, of_subjects, verdicts
from harness.jobs.subjects import Subject, of_cassette, of_chunks, of_file, of_stdin
from harness.jsonvalue import compact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.jsonvalue import JsonValue

_PIECES = "(bytes)"
_LONGEST_NAME = 4096  # characters; no system has longer paths


def check(
    subject: str
    | Path
    | bytes
    | Cassette
    | Exchange
    | Iterable[str]
    | Iterable[Path]
    | Iterable[bytes]
    | Iterable[Chunk],
    *,
    dialect: str = "auto",
    profile: str = "openai",
    ruleset: str | None = None,
    rules: Iterable[str] = (),
    strict: bool = False,
    request: bytes | str | Path | Mapping[str, JsonValue] | None = None,
    upstream: str | Path | Cassette | Exchange | None = None,
    baseline: str | Path | None = None,
    sdks: Iterable[str] = (),
    jobs: int = 1,
) -> Report:
    """Judge recordings, bodies or exchanges by the rules.

    `assert report.ok, str(report)` is a whole test: the report's text is what was found.

    Args:
        subject: A path (a recording of any format, a folder, a glob, the name of a shipped recording) or
            several; or the bytes of a body or of a recording; or the chunks of a body, as bytes or with their
            times; or a cassette, or one exchange of it.
        dialect: "chat", "responses", "anthropic", "gemini", or "auto", which looks at request and body.
        profile: Which rules hold and how bad a breach is, by name: "openai", "compat" and others.
        ruleset: The date of a frozen ruleset (ISO 8601); None takes the rules as they are.
        rules: Ids of the rules to ask, or their slugs, or families such as "RESP-SEQ"; none asks all.
        strict: A warning fails an exchange, too.
        request: What a plain body answers: its JSON, its bytes, or the path of a file that holds it.
            Recordings hold their own.
        upstream: The recording of the other half of a translation, so that the rules on translation compare.
        baseline: A file of findings that are known and accepted (see `harness.checking.baseline`).
        sdks: Names of real SDKs ("openai-python", "openai-node") that are fed the same bytes; each verdict says
            what they made of them.
        jobs: How many processes share the files, this one among them.

    Raises:
        UsageError: A name that does not exist, an invalid baseline, a request that is no JSON object, or a URL
            without a request.
        InputError: There is no such file where a request, an upstream half or a baseline should be. An input
            that is not there or cannot be read is no exception, but part of the report.
    """
    terms = Terms(
        dialect=dialect,
        profile=profile,
        ruleset=ruleset,
        only=frozenset(rules) or None,
        strict=strict,
        request=_request_bytes(request),
        upstream=other_halves(upstream),
        sdks=tuple(sdks),
    ).checked()
    known = None if baseline is None else open_baseline(baseline, only=terms.only)
    found = tuple(_of_anything(subject, terms, jobs))
    if known is None:
        return Report(terms.profile, found)
    sorted_out = tuple(known.sort_out(verdict, strict=strict) for verdict in found)
    return Report(terms.profile, sorted_out, known.stale())


def other_halves(upstream: str | Path | Cassette | Exchange | None) -> tuple[Subject, ...]:
    """The other halves that are given, whatever they are given as.

    Raises:
        InputError: The file cannot be read as a recording.
    """
    if upstream is None:
        return ()
    if isinstance(upstream, Exchange):
        return (Subject(upstream, EVERYTHING),)
    return tuple(of_cassette(upstream) if isinstance(upstream, Cassette) else of_file(Path(upstream)))


def _of_anything(subject: object, terms: Terms, jobs: int) -> Iterator[Verdict]:
    if isinstance(subject, str) and ("\n" in subject or len(subject) > _LONGEST_NAME):
        raise UsageError(
            "this text is no path",
            expected="the name of a file, or a body as bytes",
            found=f"{len(subject):,} characters",
            hint="a body is bytes: text.encode()",
        )
    if isinstance(subject, str | Path | bytes | bytearray):
        subject = [subject]
    if isinstance(subject, Exchange):
        yield of_subject(Subject(subject, EVERYTHING), terms, "(exchange)")
    elif isinstance(subject, Cassette):
        yield from of_subjects(of_cassette(subject), terms, subject.source or "(cassette)")
    elif isinstance(subject, Iterable):
        given = iter(subject)
        yield from _of_several(next(given, b""), given, terms, jobs)
    else:
        raise _no_subject(subject)


def _of_several(first: object, rest: Iterator[Any], terms: Terms, jobs: int) -> Iterator[Verdict]:
    """Paths, or the pieces or chunks of one body; the first says which."""
    if isinstance(first, str | Path):
        names = [str(first), *map(str, rest)]
        check_urls(names, terms.request)
        terms = replace(terms, alone=is_one(names))
        yield from chain.from_iterable(verdicts(named(names), terms, jobs=jobs))
    elif isinstance(first, Chunk):
        terms = replace(terms, alone=True)
        one = of_chunks(chain([first], rest), request=terms.request, timed=True)
        yield from of_subjects(iter([one]), terms, _PIECES)
    elif isinstance(first, bytes | bytearray):
        terms = replace(terms, alone=True)
        pieces = (bytes(piece) for piece in chain([first], rest))
        yield from of_subjects(of_stdin(pieces, source=_PIECES, request=terms.request), terms, _PIECES)
    else:
        raise _no_subject(first)


def _no_subject(given: object) -> UsageError:
    return UsageError(
        "this cannot be judged",
        expected="a path or several, bytes, chunks, a cassette or an exchange",
        found=type(given).__name__,
    )


def _request_bytes(request: bytes | str | Path | Mapping[str, JsonValue] | None) -> bytes | None:
    if request is None or isinstance(request, bytes):
        return request
    if isinstance(request, Mapping):
        return compact(dict(request)).encode()
    return read_bytes(Path(request))
