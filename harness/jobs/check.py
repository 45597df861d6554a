"""Judging: the verb behind `harness check` and `harness.check`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.cassettes.exchange import Cassette, Chunk, Exchange
from harness.checking.exchanges import EVERYTHING, judge
from harness.checking.profiles import profile as profile_named
from harness.checking.report import Obstacle, Report, Status, Verdict
from harness.checking.rulesets import ruleset as ruleset_of
from harness.dialects.registry import dialect as dialect_named
from harness.errors import HarnessError, InputError, UsageError
from harness.io.recordings import read_bytes
from harness.io.secrets import environment_redactor
from harness.jobs.accepting import open_baseline
from harness.jobs.inputs import Named, is_url, named
from harness.jobs.live import live_exchange, shown
from harness.jobs.looking import STDIN_SOURCE
from harness.jobs.opinions import check_names, held, opinions
from harness.jobs.subjects import Subject, of_cassette, of_chunks, of_file, of_stdin
from harness.jsonvalue import compact
from harness.rules.registry import rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future
    from typing import TypeAlias

    from harness.cassettes.exchange import Request
    from harness.jsonvalue import JsonValue

    Ask: TypeAlias = Callable[[str], Exchange]

_BATCH = 16
"""Files that a process is handed at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """By what all inputs of one check are judged.

    Args:
        dialect: Its name, or "auto".
        profile: Its name.
        ruleset: The date of a frozen ruleset; None takes the rules as they are.
        only: Ids of the rules to ask; None asks all.
        strict: A warning fails an exchange, too.
        request: What plain bodies answer; see `harness.cassettes.plain`.
        upstream: The other halves of translations: one for each exchange by its index, or one for all.
        sdks: Names of real SDKs that are fed the same bytes.
    """

    dialect: str = "auto"
    profile: str = "openai"
    ruleset: str | None = None
    only: frozenset[str] | None = None
    strict: bool = False
    request: bytes | None = None
    upstream: tuple[Subject, ...] = ()
    sdks: tuple[str, ...] = ()

    def checked(self) -> Terms:
        """The same, with the rules' ids as they are written.

        Raises:
            UnknownName: There is no such dialect, profile, ruleset, rule or SDK.
        """
        check_names(self.sdks)
        if self.dialect != "auto":
            dialect_named(self.dialect)
        profile_named(self.profile)
        if self.ruleset is not None:
            ruleset_of(self.ruleset)
        only = None if self.only is None else frozenset(rule(one).id for one in self.only)
        return replace(self, only=only)

    def other_half(self, index: int) -> Subject | None:
        """What stands upstream of the exchange with that index."""
        if len(self.upstream) == 1:
            return self.upstream[0]
        return next((one for one in self.upstream if one.exchange.index == index), None)


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
        rules: Ids of the rules to ask; none asks all.
        strict: A warning fails an exchange, too.
        request: What a plain body answers: its JSON, its bytes, or the path of a file that holds it.
            Recordings hold their own.
        upstream: The recording of the other half of a translation, so that the rules on translation compare.
        baseline: A file of findings that are known and accepted (see `harness.checking.baseline`).
        sdks: Names of real SDKs ("openai-python", "openai-node") that are fed the same bytes; each verdict says
            what they made of them.
        jobs: How many processes share the files, this one among them.

    Raises:
        UsageError: A name that does not exist, or an invalid baseline. An input that cannot be read is no
            exception, but part of the report.
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


def verdicts(
    inputs: Iterable[Named | HarnessError],
    terms: Terms,
    *,
    jobs: int = 1,
    stdin: Iterable[bytes] = (),
    ask: Ask | None = None,
) -> Iterator[tuple[Verdict, ...]]:
    """Judge inputs one after another, or in several processes; the order is that of the inputs.

    Args:
        inputs: What to judge; an error stands for what could not be found.
        terms: By what; as `Terms.checked` gives them.
        jobs: How many processes.
        stdin: What standard input gives, where an input is that.
        ask: Sends a request to a URL, where an input is one.

    Yields:
        The verdicts on the exchanges of one input; none for a file in a folder that is no recording.
    """
    if jobs > 1:
        yield from _in_processes(list(inputs), terms, jobs, stdin, ask)
        return
    for one in inputs:
        yield tuple(_of_input(one, terms, stdin, ask))


def _in_processes(
    inputs: Sequence[Named | HarnessError],
    terms: Terms,
    jobs: int,
    stdin: Iterable[bytes],
    ask: Ask | None,
) -> Iterator[tuple[Verdict, ...]]:
    import multiprocessing  # noqa: PLC0415 - only several processes need it
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415

    files = [one for one in inputs if isinstance(one, Named) and one.path is not None]
    batches = [files[start : start + _BATCH] for start in range(0, len(files), _BATCH)]
    # A fresh interpreter for each: a fork of a process with threads may hang, and not every system can.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max(1, min(jobs - 1, len(batches))), mp_context=context) as pool:
        futures = [pool.submit(_of_batch, batch, terms) for batch in batches]
        answers = chain.from_iterable(_shared(batches, futures, terms))
        for one in inputs:
            if isinstance(one, Named) and one.path is not None:
                yield next(answers)
            else:
                yield tuple(_of_input(one, terms, stdin, ask))


def _shared(
    batches: Sequence[Sequence[Named]], futures: Sequence[Future[list[tuple[Verdict, ...]]]], terms: Terms
) -> Iterator[list[tuple[Verdict, ...]]]:
    """The answers in their order. This process does its share, too: it has read its modules already.

    It takes what nobody has begun with from the end, while the next answer is not there.
    """
    own: dict[int, list[tuple[Verdict, ...]]] = {}
    last = len(batches)
    try:
        for place, future in enumerate(futures):
            while place not in own and last > place and not future.done():
                last -= 1
                if futures[last].cancel():
                    own[last] = _of_batch(batches[last], terms)
            yield own.pop(place) if place in own else future.result()
    finally:
        for future in futures:
            future.cancel()


def _of_batch(files: Sequence[Named], terms: Terms) -> list[tuple[Verdict, ...]]:
    return [tuple(_of_input(file, terms, ())) for file in files]


def _asked(url: str, ask: Ask | None, terms: Terms) -> Iterator[Subject]:
    yield Subject(ask(url) if ask is not None else live_exchange(url, terms.request), EVERYTHING)


def _of_input(
    one: Named | HarnessError, terms: Terms, stdin: Iterable[bytes], ask: Ask | None = None
) -> Iterator[Verdict]:
    if isinstance(one, HarnessError):
        yield unreadable(one.where or "", terms, one)
    elif is_url(one.source):
        yield from _of_subjects(_asked(one.source, ask, terms), terms, shown(one.source))
    elif one.path is None:
        subjects = of_stdin(iter(stdin), source=STDIN_SOURCE, request=terms.request)
        yield from _of_subjects(subjects, terms, STDIN_SOURCE)
    else:
        subjects = of_file(one.path, request=terms.request, found=one.found)
        yield from _of_subjects(subjects, terms, one.source, found=one.found)


def _of_subjects(
    subjects: Iterator[Subject], terms: Terms, source: str, *, found: bool = False
) -> Iterator[Verdict]:
    """The verdicts on what one input holds; where it ends in an error, that is the last one."""
    index = 0
    try:
        for subject in subjects:
            index = subject.exchange.index
            verdict = of_subject(subject, terms, source)
            if subject.bare and verdict.dialect is None:
                if found and source.lower().endswith(".json"):
                    continue  # a folder is full of JSON that is no answer of a model
                verdict = unreadable(source, terms, _of_no_dialect(source), exchange=index)
            yield verdict
    except HarnessError as error:
        yield unreadable(source, terms, error, exchange=index)
    except Exception as error:
        # A defect, perhaps of somebody else's rule, must not hide what is wrong with the other inputs.
        if os.environ.get("HARNESS_TRACEBACK"):
            raise
        yield unreadable(source, terms, _defect(source, error), exchange=index)


def of_subject(subject: Subject, terms: Terms, source: str) -> Verdict:
    """The verdict on one exchange, without secrets.

    Raises:
        HarnessError: It cannot be read.
    """
    half = terms.other_half(subject.exchange.index)
    exchange = held(subject.exchange) if terms.sdks else subject.exchange
    verdict = judge(
        exchange,
        source=source,
        dialect=terms.dialect,
        profile=terms.profile,
        ruleset=terms.ruleset,
        only=terms.only,
        strict=terms.strict,
        known=subject.known,
        upstream=None if half is None else half.exchange,
        upstream_known=EVERYTHING if half is None else half.known,
    )
    if terms.sdks and verdict.dialect is not None:
        verdict = replace(verdict, sdks=opinions(exchange, verdict.dialect, terms.sdks))
    return _without_secrets(verdict, subject.exchange.request)


def _without_secrets(verdict: Verdict, request: Request) -> Verdict:
    """Other tools' recordings are read as they are; what is quoted from them must not give a key away."""
    if not verdict.findings and not verdict.sdks:
        return verdict
    redactor = environment_redactor().knowing(request)

    def clean(text: str | None) -> str | None:
        return redactor.text(text, "finding")[0] if text else text

    findings = tuple(
        replace(one, message=clean(one.message) or "", expected=clean(one.expected), found=clean(one.found))
        for one in verdict.findings
    )
    sdks = tuple(
        one._replace(message=clean(one.message) or "", text=clean(one.text), told=clean(one.told) or "")
        for one in verdict.sdks
    )
    return replace(verdict, findings=findings, sdks=sdks)


def unreadable(source: str, terms: Terms, error: HarnessError, *, exchange: int = 0) -> Verdict:
    """The verdict on what could not be read, or reached."""
    return Verdict(
        source=source,
        exchange=exchange,
        profile=terms.profile,
        status=Status.UNREADABLE,
        obstacle=Obstacle.of(error),
    )


def _defect(source: str, error: Exception) -> HarnessError:
    return HarnessError(
        "this input made the checker fail",
        where=source,
        found=f"{type(error).__name__}: {error}",
        hint="this is a defect of harness, or of a rule that was added to it; HARNESS_TRACEBACK=1 shows where",
    )


def _of_no_dialect(source: str) -> InputError:
    return InputError(
        "this body is of no dialect that is known",
        where=source,
        expected="a stream or an answer of Chat Completions, Responses, Anthropic Messages or Gemini",
        hint="if it is one all the same, say which with --dialect",
    )


def _of_anything(subject: object, terms: Terms, jobs: int) -> Iterator[Verdict]:
    if isinstance(subject, str | Path | bytes | bytearray):
        subject = [subject]
    if isinstance(subject, Exchange):
        yield of_subject(Subject(subject, EVERYTHING), terms, "(exchange)")
    elif isinstance(subject, Cassette):
        yield from _of_subjects(of_cassette(subject), terms, subject.source or "(cassette)")
    elif isinstance(subject, Iterable):
        given = iter(subject)
        yield from _of_several(next(given, b""), given, terms, jobs)
    else:
        raise _no_subject(subject)


def _of_several(first: object, rest: Iterator[Any], terms: Terms, jobs: int) -> Iterator[Verdict]:
    """Paths, or the pieces or chunks of one body; the first says which."""
    if isinstance(first, str | Path):
        names = [str(first), *map(str, rest)]
        yield from chain.from_iterable(verdicts(named(names), terms, jobs=jobs))
    elif isinstance(first, Chunk):
        one = of_chunks(chain([first], rest), request=terms.request, timed=True)
        yield from _of_subjects(iter([one]), terms, _PIECES)
    elif isinstance(first, bytes | bytearray):
        pieces = (bytes(piece) for piece in chain([first], rest))
        yield from _of_subjects(of_stdin(pieces, source=_PIECES, request=terms.request), terms, _PIECES)
    else:
        raise _no_subject(first)


def _no_subject(given: object) -> UsageError:
    return UsageError(
        "this cannot be judged",
        expected="a path or several, bytes, chunks, a cassette or an exchange",
        found=type(given).__name__,
    )


_PIECES = "(bytes)"


def _request_bytes(request: bytes | str | Path | Mapping[str, JsonValue] | None) -> bytes | None:
    if request is None or isinstance(request, bytes):
        return request
    if isinstance(request, Mapping):
        return compact(dict(request)).encode()
    return read_bytes(Path(request))
