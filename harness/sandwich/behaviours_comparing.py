"""What several sessions show side by side: answers that differ where they must not, and words of other sessions."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from harness.cassettes.content_coding import CodingError, decoded_chunks
from harness.cassettes.difference import Difference, differences
from harness.cassettes.exchange import Cassette, Chunk
from harness.checking.exchanges import check_of
from harness.errors import HarnessError
from harness.findings import NOWHERE, Finding, Location, Origin, Severity
from harness.jsonvalue import MISSING, try_parse
from harness.sandwich.behaviours_rules import CROSSED, FOLD, REPEAT
from harness.scenarios.mark import marks_in
from harness.turn.reading import turn_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from harness.cassettes.exchange import Exchange
    from harness.sandwich.session import Played
    from harness.translation.engine import InboundDialect
    from harness.turn.turn import Choice, Turn

Found = tuple[tuple[int, Finding], ...]
"""Findings, each with the number of the exchange among those of the cell's client."""

_REFUSED: Final = 300
_LATER: Final = frozenset({429, 503})
"""With these a server says that it has no room now: that differs from moment to moment, and rightly."""
_LONGEST: Final = 160


def repeated(first: Played, second: Played) -> Found:
    """Judge two answers to the same request, which upstream answered the same."""
    gap = _gap(first, second)
    if gap is None:
        return ()
    return ((len(first.client), _told(REPEAT, "The same request was answered in two ways: ", gap)),)


def folded(streamed: Played, whole: Played) -> Found:
    """Judge whether a stream amounts to the whole answer to the same request."""
    mine, theirs = (one.client[0].exchange for one in (streamed, whole))
    statuses = [one.response.status if one.response is not None else None for one in (mine, theirs)]
    number = len(streamed.client)
    if statuses[0] != statuses[1]:
        gap = Difference(None, "status", None, None, str(statuses[1]), str(statuses[0]))
        return ((number, _told(FOLD, "Streamed and whole are not answered alike: ", gap)),)
    inbound = streamed.route.inbound
    said = [_said(_turn(inbound, one)) for one in (mine, theirs)]
    for part in dict.fromkeys([*said[0], *said[1]]):
        streams, wholes = (one.get(part) for one in said)
        if streams != wholes:
            gap = Difference(None, part, None, None, repr(wholes), repr(streams))
            return (
                (number, _told(FOLD, "The stream amounts to something else than the whole answer: ", gap)),
            )
    return ()


def crossed(alone: Played, crowd: Sequence[Played]) -> Found:
    """Judge sessions that were played at once, each against one that was played alone.

    One finding for each kind of fault, at the first session that has it, with the number of sessions that do.
    """
    found: dict[tuple[str, Severity], tuple[int, Finding]] = {}
    number = len(alone.client)
    for one in crowd:
        finding = _strange(one, _seen(one)) or _unlike(alone, one)
        if finding is not None:
            key = (finding.subject, finding.severity)
            at, before = found.get(key, (number, replace(finding, times=0)))
            found[key] = (at, replace(before, times=before.times + 1))
        number += len(one.client)
    return tuple(found.values())


def _strange(played: Played, places: Iterable[tuple[str, bytes]]) -> Finding | None:
    """The mark of another session, in an answer or in a request to upstream."""
    own = played.mark
    for where, data in places:
        others = [mark for mark in marks_in(data) if mark != own]
        if others:
            what = "its answer" if where != "request" else "the request to upstream"
            return Finding(
                rule=CROSSED,
                severity=Severity.ERROR,
                message=f"A session has the word of another one in {what}.",
                where=Location(part="upstream") if where == "request" else NOWHERE,
                expected=f"{own} only",
                found=", ".join(others[:3]),
                subject=f"another session in the {where}",
                origin=Origin.GATEWAY,
            )
    return None


def _seen(played: Played) -> Iterator[tuple[str, bytes]]:
    """All that went over the wire, in which a foreign mark may stand."""
    for side in played.client:
        response = side.exchange.response
        if response is None:
            continue
        yield "answer", "\n".join(value for _, value in response.headers).encode()
        yield "answer", _body(side.exchange)
    for side in played.upstream:
        request = side.exchange.request
        yield "request", "\n".join([request.url, *(value for _, value in request.headers)]).encode()
        yield "request", request.body


def _unlike(alone: Played, one: Played) -> Finding | None:
    gap = _gap(alone, one)
    if gap is None:
        return None
    # A mark may be cut across deltas; that is looked for only where something differs at all.
    texts = [json.dumps(_said(_turn(one.route.inbound, side.exchange))).encode() for side in one.client]
    if (strange := _strange(one, (("answer", text) for text in texts))) is not None:
        return strange
    if is_refused(one):
        finding = _told(CROSSED, "In a crowd a session was refused: ", gap)
        return replace(finding, severity=Severity.WARNING, subject="refused in a crowd")
    return _told(CROSSED, "In a crowd a session was answered otherwise: ", gap)


def is_refused(played: Played) -> bool:
    """Whether a session got no answer, or one that says itself that it failed."""
    return is_refusal(played.route.inbound, played.client[0].exchange)


def is_refusal(inbound: InboundDialect, exchange: Exchange) -> bool:
    """Whether an exchange brought no answer, or one that says itself that it failed."""
    if exchange.response is None or exchange.response.status >= _REFUSED:
        return True
    turn = _turn(inbound, exchange)
    return turn is not None and turn.error is not None


def turned_away(played: Played) -> int | None:
    """The status with which a target that had enough to do put its client off, without a word to its upstream."""
    response = played.client[0].exchange.response
    if response is None or played.upstream or response.status not in _LATER:
        return None
    return response.status


def _told(rule: str, begin: str, gap: Difference) -> Finding:
    place = f"{gap.kind} {gap.event}" if gap.event is not None else gap.kind
    where = f"{place} at {gap.pointer}" if gap.pointer else place
    return Finding(
        rule=rule,
        severity=Severity.ERROR,
        message=f"{begin}{where} differs.",
        where=Location(event=gap.event, pointer=gap.pointer or "") if gap.event is not None else NOWHERE,
        expected=_short(gap.left),
        found=_short(gap.right),
        subject=f"{gap.kind} differs",
        origin=Origin.GATEWAY,
    )


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _gap(left: Played, right: Played) -> Difference | None:
    """The first difference between two sessions' answers, but for ids, times, marks and how text is cut."""
    for mine, theirs in zip(left.client, right.client, strict=False):
        one, two = _plain(mine.exchange, left.mark, left.mark), _plain(theirs.exchange, right.mark, left.mark)
        gaps = [
            gap
            for gap in differences(Cassette({}, [one]), Cassette({}, [two]))
            if gap.kind not in {"exchange", "request"}
        ]
        marks = (right.mark, left.mark)
        if gaps and not (all(map(_is_cut, gaps)) and _says_same(left.route.inbound, one, two, marks)):
            return next((gap for gap in gaps if not _is_cut(gap)), gaps[0])
    return None


def _says_same(inbound: InboundDialect, one: Exchange, two: Exchange, marks: tuple[str, str]) -> bool:
    """Whether two answers say the same, but for the second one's mark, which may have been cut across deltas."""
    said = _said(_turn(inbound, one))
    # As JSON: a mark is letters and digits, which no escape changes.
    theirs = json.dumps(_said(_turn(inbound, two)))
    return bool(said) and json.dumps(said) == (theirs.replace(*marks) if all(marks) else theirs)


def _is_cut(gap: Difference) -> bool:
    """Whether it may come of text that was cut into other deltas."""
    if gap.kind != "event":
        return False
    if gap.pointer is None:
        return MISSING in {gap.left, gap.right} and "delta" in gap.left + gap.right
    return gap.pointer.endswith(_CUT)


_CUT: Final = ("/delta", "/delta/content", "/delta/reasoning_content", "/delta/refusal", "/arguments")


def _plain(exchange: Exchange, own: str, instead: str) -> Exchange:
    """The exchange with its coding undone, its body in one piece, and another mark."""
    response = exchange.response
    if response is None:
        return replace(exchange, index=0)
    fields = tuple(
        one for one in response.headers if one[0].lower() not in {"content-encoding", "content-length"}
    )
    body = _body(exchange).replace(own.encode(), instead.encode())
    return replace(exchange, index=0, response=replace(response, headers=fields, chunks=(Chunk(0, body),)))


def _body(exchange: Exchange) -> bytes:
    response = exchange.response
    if response is None:
        return b""
    try:
        return b"".join(one.data for one in decoded_chunks(response.headers, response.chunks))
    except CodingError:
        return response.body()


def _turn(inbound: InboundDialect, exchange: Exchange) -> Turn | None:
    try:
        check = check_of(exchange, dialect=inbound)
    except (HarnessError, CodingError):
        return None
    return turn_of(check.case.dialect.name, check.case.stream) if check is not None else None


def _said(turn: Turn | None) -> Mapping[str, Any]:
    """What a turn says, part by part, without ids, times and usage."""
    if turn is None:
        return {}
    said: dict[str, Any] = {"error": turn.error is not None, "end": turn.ended}
    for one in turn.choices:
        of = f" of choice {one.index}" if one.index else ""
        said |= {f"{name}{of}": value for name, value in _parts(one).items()}
    return said


def _parts(one: Choice) -> dict[str, Any]:
    return {
        "text": one.told_text,
        "thought": one.told_reasoning,
        "refusal": one.refusal,
        "calls": [[call.kind, call.name, _arguments(call.arguments + call.behind)] for call in one.calls],
        "citations": [[cited.url, cited.title] for cited in one.citations],
        "finish": one.finish,
    }


def _arguments(text: str) -> Any:
    read, value = try_parse(text.encode())
    return value if read else text
