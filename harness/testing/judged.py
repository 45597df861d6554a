"""What a test is told of a stream that breaks the protocol: each finding as a text that needs no second look.

The first line is what pytest's short summary shows, so it names the rule and says what is wrong; then come the place,
what the rule wants, what is there, and the bytes themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from harness.cassettes.content_coding import CodingError, decoded_chunks
from harness.cassettes.exchange import How
from harness.checking.exchanges import EVERYTHING
from harness.checking.report import Status
from harness.checking.telling import place, slug, source_of
from harness.findings import Severity
from harness.io.files import read_cassette, read_part_file
from harness.io.partfile import part_path
from harness.io.secrets import environment_redactor
from harness.jobs.judging import of_subjects
from harness.jobs.subjects import Subject, of_file
from harness.jsonvalue import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from harness.cassettes.exchange import Exchange, Response
    from harness.checking.report import Verdict
    from harness.findings import Finding
    from harness.io.opened import Seen
    from harness.jobs.judging import Terms

_MOST_SHOWN: Final = 5
"""Rules that one text tells in full: who has broken more has broken one thing in many ways."""
_LONGEST_EXCERPT: Final = 240  # bytes
_KEPT_END: Final = 60  # of them, those at the end of an event


class Subjects(NamedTuple):
    """What was used of one cassette, to be judged.

    Args:
        played: Recordings that were asked for, by their number.
        recorded: What was recorded and has ended, by its place in this recording, which stays when it is sealed.
    """

    played: dict[int, Subject]
    recorded: dict[int, Subject]


def used_subjects(seen: Seen, played: Iterable[int], *, was_recorded: bool) -> Subjects:
    """What was used of a cassette, as it lies there: what a fault made of it on replay is no server's fault.

    Args:
        seen: What became of the cassette.
        played: Numbers of the recordings that were asked for.
        was_recorded: Something was recorded into it.

    Raises:
        HarnessError: It cannot be read.
    """
    wanted = frozenset(played)
    found = Subjects({}, {})
    if wanted:
        found.played.update(
            (one.exchange.index, one) for one in of_file(seen.path) if one.exchange.index in wanted
        )
    if not was_recorded:
        return found
    if seen.is_open:
        part = part_path(seen.path)
        new = read_part_file(part).cassette.exchanges if part.exists() else ()
    elif seen.path.exists():
        new = read_cassette(seen.path).exchanges
        new = new[-seen.begun :] if seen.keeps else new
    else:
        new = ()
    found.recorded.update(
        (place, Subject(one, EVERYTHING))
        for place, one in enumerate(new)
        if not (seen.is_open and one.ending.how is How.RECORDER_CRASH)  # it has not ended yet
    )
    return found


class Judged(NamedTuple):
    """One exchange under judgement.

    Args:
        verdict: What was found.
        exchange: What was judged; None where it could not be read.
    """

    verdict: Verdict
    exchange: Exchange | None = None


def judged(subjects: Iterable[Subject], terms: Terms, source: str) -> list[Judged]:
    """Judge what one source holds; what cannot be read is a verdict, too."""
    given = list(subjects)
    exchanges = {one.exchange.index: one.exchange for one in given}
    return [Judged(one, exchanges.get(one.exchange)) for one in of_subjects(iter(given), terms, source)]


def errors(verdict: Verdict, *, strict: bool = False) -> list[Finding]:
    """The findings that fail a test, errors first."""
    wanted = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    found = [one for one in verdict.findings if one.severity in wanted]
    return sorted(found, key=lambda one: -one.severity.weight)


def failure_text(found: Iterable[Judged], *, strict: bool = False) -> str:
    """Why what was judged fails a test; "" where it does not.

    Args:
        found: The exchanges.
        strict: A warning fails, too.
    """
    blocks: list[str] = []
    others: list[str] = []
    for one in found:
        if one.verdict.obstacle is not None:
            blocks.append(str(one.verdict.obstacle))
        for alike in _by_rule(errors(one.verdict, strict=strict)):
            if len(blocks) < _MOST_SHOWN:
                blocks.append("\n".join(_block(one, alike)))
            else:
                others.append(alike[0].rule)
    if others:
        blocks.append(f"and {len(others)} more: {', '.join(dict.fromkeys(others))}")
    return "\n\n".join(blocks)


def nothing_judged(found: Sequence[Judged]) -> str:
    """Why nothing could be judged at all; "" where something was."""
    if any(one.verdict.status is not Status.NOT_EXERCISED for one in found):
        return ""
    notes = dict.fromkeys(
        f"{source_of(one.verdict)}: {one.verdict.note or 'no rule is about it'}" for one in found
    )
    return "\n".join(["nothing could be judged: that is no pass", *(f"  {one}" for one in notes)])


def _by_rule(findings: Iterable[Finding]) -> list[list[Finding]]:
    groups: dict[str, list[Finding]] = {}
    for one in findings:
        groups.setdefault(one.rule, []).append(one)
    return list(groups.values())


def _block(one: Judged, alike: Sequence[Finding]) -> Iterator[str]:
    """The findings of one rule in one exchange."""
    first, *others = alike
    level = "" if first.severity is Severity.ERROR else f" ({first.severity})"
    yield f"{first.rule} {slug(first.rule)}{level}: {_plain(first.message)}"
    yield f"  where     {source_of(one.verdict)}{place(first.where)}"
    if first.expected is not None:
        yield f"  expected  {_plain(first.expected)}"
    if first.found is not None and first.found != MISSING:
        yield f"  found     {_plain(first.found)}"
    if first.earlier is not None and first.earlier.event != first.where.event:
        yield f"  against  {place(first.earlier, ' ')}"
    if bytes_there := excerpt(one.exchange, first):
        yield f"  bytes     {bytes_there}"
    for other in others:
        yield f"  also      {place(other.where, '')}: {_plain(other.message)}"
    if repeats := sum(other.times - 1 for other in alike):
        yield f"  repeated  {repeats:,} more of the same cause"
    yield f"  hint      `harness rule {first.rule}` explains it and shows a conforming stream"


def excerpt(exchange: Exchange | None, finding: Finding) -> str:
    """The bytes that a finding is about, without secrets, on one line; "" where it is about none."""
    start, stop = finding.where.start, finding.where.stop
    if exchange is None or exchange.response is None or start is None or stop is None or stop <= start:
        return ""
    try:
        text = _slice(exchange.response, start, stop).decode("utf-8", "backslashreplace").rstrip("\r\n")
    except CodingError:
        return ""
    clean = environment_redactor().knowing(exchange.request).text(text, "finding")[0]
    if len(clean) > _LONGEST_EXCERPT:
        clean = f"{clean[: _LONGEST_EXCERPT - _KEPT_END]} … {clean[-_KEPT_END:]}"
    return _plain(clean)


def _slice(response: Response, start: int, stop: int) -> bytes:
    """Bytes of the decoded body, without holding more of it than is wanted."""
    kept = bytearray()
    offset = 0
    for data in (one.data for one in decoded_chunks(response.headers, response.chunks)):
        if offset + len(data) > start:
            kept += data[max(0, start - offset) : stop - offset]
        offset += len(data)
        if offset >= stop:
            break
    return bytes(kept)


def _plain(text: str) -> str:
    """Text from the wire on one line, without what would steer a terminal."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
