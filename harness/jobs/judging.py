"""From inputs to verdicts: one after another, or shared among processes."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from harness.checking.exchanges import EVERYTHING, judge
from harness.checking.profiles import profile as profile_named
from harness.checking.report import Obstacle, Status, Verdict
from harness.checking.rulesets import ruleset as ruleset_of
from harness.checking.sniffing import dialect_of
from harness.dialects.registry import dialect as dialect_named
from harness.errors import HarnessError, InputError
from harness.io.secrets import environment_redactor
from harness.jobs.asking import beginning, check_request, other_dialect, spoken, unknown_request
from harness.jobs.inputs import Named, is_url
from harness.jobs.live import live_exchange, shortfall, shown
from harness.jobs.looking import STDIN_SOURCE
from harness.jobs.opinions import check_names, held, opinions
from harness.jobs.subjects import Subject, lines_at, of_file, of_stdin
from harness.rules.registry import chosen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future
    from pathlib import Path
    from typing import TypeAlias

    from harness.cassettes.exchange import Exchange, Request

    Ask: TypeAlias = Callable[[str], Exchange]

SERVES = "serves"
"""The member of an upstream exchange's `req` row that names the client's exchange (docs/cassette-format.md)."""

_BATCH = 16
"""Files that a process is handed at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """By what all inputs of one check are judged.

    Args:
        dialect: Its name, or "auto".
        profile: Its name.
        ruleset: The date of a frozen ruleset; None takes the rules as they are.
        only: Ids of the rules to ask, or their slugs, or their families; None asks all.
        strict: A warning fails an exchange, too.
        request: What plain bodies answer; see `harness.cassettes.plain`.
        upstream: The other halves of translations: one for each exchange by its index, or one for all.
        sdks: Names of real SDKs that are fed the same bytes.
        alone: There is one input: a request that is plainly of another dialect is an error, and not left out.
    """

    dialect: str = "auto"
    profile: str = "openai"
    ruleset: str | None = None
    only: frozenset[str] | None = None
    strict: bool = False
    request: bytes | None = None
    upstream: tuple[Subject, ...] = ()
    sdks: tuple[str, ...] = ()
    alone: bool = False

    def checked(self) -> Terms:
        """The same, with the rules' ids as they are written.

        Raises:
            UnknownName: There is no such dialect, profile, ruleset, rule or SDK.
            UsageError: The request is no JSON object.
        """
        check_names(self.sdks)
        if self.request is not None:
            check_request(self.request)
        if self.dialect != "auto":
            dialect_named(self.dialect)
        profile_named(self.profile)
        if self.ruleset is not None:
            ruleset_of(self.ruleset)
        only = None if self.only is None else frozenset().union(*map(chosen, self.only))
        return replace(self, only=only)

    def other_half(self, index: int) -> Subject | None:
        """What stands upstream of the exchange with that index.

        A gateway that records both sides says of each upstream exchange which client's it `serves`. Of several the
        last one counts: the others were tried before it, and the client has seen nothing of them.
        """
        served = [one for one in self.upstream if SERVES in one.exchange.extra.get("req", {})]
        if served:
            mine = [one for one in served if one.exchange.extra["req"][SERVES] == index]
            return mine[-1] if mine else None
        if len(self.upstream) == 1:
            return self.upstream[0]
        return next((one for one in self.upstream if one.exchange.index == index), None)


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


def _of_live(url: str, ask: Ask | None, terms: Terms) -> Iterator[Verdict]:
    """The verdict on a live answer; one that is not what was asked for, or not all, is judged, too."""
    source = shown(url)
    answers: list[Exchange] = []

    def asked() -> Iterator[Subject]:
        answers.append(ask(url) if ask is not None else live_exchange(url, terms.request))
        yield Subject(answers[0], EVERYTHING)

    for verdict in of_subjects(asked(), terms, source):
        error = shortfall(answers[0], source) if answers else None
        if error is None or verdict.obstacle is not None:
            yield verdict
            continue
        status = Status.FAILED if verdict.status is Status.FAILED else Status.UNREADABLE
        yield replace(verdict, status=status, note="", obstacle=Obstacle.of(error))


def _of_input(
    one: Named | HarnessError, terms: Terms, stdin: Iterable[bytes], ask: Ask | None = None
) -> Iterator[Verdict]:
    if isinstance(one, HarnessError):
        yield unreadable(one.where or "", terms, one)
    elif is_url(one.source):
        yield from _of_live(one.source, ask, terms)
    elif one.path is None:
        subjects = of_stdin(iter(stdin), source=STDIN_SOURCE, request=terms.request)
        yield from of_subjects(subjects, terms, STDIN_SOURCE)
    else:
        subjects = of_file(one.path, request=terms.request, found=one.found)
        found = of_subjects(subjects, terms, one.source, found=one.found)
        yield from (_with_lines(verdict, one.path) for verdict in found)


def _with_lines(verdict: Verdict, path: Path) -> Verdict:
    """A verdict on a file that is the body itself, with the lines of what was found."""
    places = {one.where.start for one in verdict.findings if one.where.start is not None}
    if not places or path.suffix.lower() != ".sse" or verdict.exchange:
        return verdict
    return replace(verdict, lines=lines_at(path, places))


def of_subjects(
    subjects: Iterator[Subject], terms: Terms, source: str, *, found: bool = False
) -> Iterator[Verdict]:
    """The verdicts on what one input holds; where it ends in an error, that is the last one."""
    index = 0
    try:
        for given in subjects:
            index = given.exchange.index
            verdict = _of_one(given, terms, source, found=found)
            if verdict is not None:
                yield verdict
    except HarnessError as error:
        yield unreadable(source, terms, error, exchange=index)
    except Exception as error:  # noqa: BLE001 - told as what it is
        yield _failed(source, terms, error, index)


def _of_one(given: Subject, terms: Terms, source: str, *, found: bool) -> Verdict | None:
    """The verdict on one exchange, whatever is wrong with it: those behind it are judged all the same.

    None where it is a file in a folder that is no recording.
    """
    index = given.exchange.index
    try:
        subject = _with_its_request(given, terms)
        verdict = of_subject(subject, terms, source)
    except HarnessError as error:
        return unreadable(source, terms, error, exchange=index)
    except Exception as error:  # noqa: BLE001 - told as what it is
        return _failed(source, terms, error, index)
    if subject.bare and verdict.dialect is None:
        if found and source.lower().endswith(".json"):
            return None  # a folder is full of JSON that is no answer of a model
        return unreadable(source, terms, _of_no_dialect(source), exchange=index)
    return verdict


def _failed(source: str, terms: Terms, error: Exception, index: int) -> Verdict:
    """A defect, perhaps of somebody else's rule, must not hide what is wrong with the other inputs."""
    if os.environ.get("HARNESS_TRACEBACK"):
        raise error
    return unreadable(source, terms, _defect(source, error), exchange=index)


def _with_its_request(subject: Subject, terms: Terms) -> Subject:
    """A plain body with the request that was given for plain bodies, unless it plainly answers another.

    Raises:
        UsageError: It does, and is the only input.
    """
    response = subject.exchange.response
    if not subject.bare or terms.request is None or response is None:
        return subject
    names = spoken(terms.request)
    start, chunks = beginning(response)
    exchange = replace(subject.exchange, response=replace(response, chunks=chunks))
    body = terms.dialect if terms.dialect != "auto" else dialect_of(None, start)
    if names and body is not None and body not in names:
        if terms.alone:
            raise other_dialect(names, body)
        exchange = replace(exchange, request=unknown_request())
    return subject._replace(exchange=exchange)


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
