"""A folder for each finding: recordings of both sides, a text for an issue, and a test."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import msgspec

from harness.cassettes.exchange import Cassette
from harness.cassettes.redaction.anew import redacted
from harness.conforming.cells import curl_of
from harness.errors import UnknownName
from harness.faults.registry import parse_fault
from harness.fuzzing.arena import CRASHED, HUNG
from harness.fuzzing.database import name_of
from harness.fuzzing.earlier import earlier, knows_more, with_known
from harness.fuzzing.issue import issue
from harness.fuzzing.outcome import Told
from harness.fuzzing.shrinking import CONFIRMED
from harness.fuzzing.snippet import module_of, snippet
from harness.io.files import write_cassette, write_text
from harness.rules.registry import rule
from harness.sse.decoder import Decoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from harness.cassettes.exchange import Exchange
    from harness.cassettes.redaction.redactor import Redactor
    from harness.fuzzing.arena import Key
    from harness.fuzzing.hunt import Found
    from harness.jsonvalue import JsonValue
    from harness.sandwich.session import Played, Side

SIDES: Final = ("client", "upstream")
_WORDLESS: Final = {
    HUNG: "the client waits for an end that never comes",
    CRASHED: "a legal request is answered with 500",
}


@dataclass(frozen=True, kw_only=True)
class Saving:
    """How findings are kept.

    Args:
        folder: Where a folder for each is made; None keeps none.
        target: The target's name.
        redactor: What hides.
        hidden: Names of headers whose values are shown nowhere.
        profile: What was judged by.
        gateway: Where the gateway is found; None where it was started for the hunt.
        port: Where it looks for its upstream; None likewise.
        over: The last day on which the baseline accepted a finding, where it has passed.
        smallest: Of what the database knows to be smallest: the digest of the conversation.
    """

    folder: Path | None
    target: str
    redactor: Redactor
    hidden: tuple[str, ...] = ()
    profile: str = "openai"
    gateway: str | None = None
    port: int | None = None
    over: Callable[[Found], str | None] = lambda _: None
    smallest: Mapping[Key, str] = field(default_factory=dict)

    def saved(self, found: Found) -> Told:
        """Keep one finding, and tell it.

        Raises:
            FileAccessError: It cannot be written.
        """
        shrunk = found.shrunk
        played = found.seen.played
        if played.sessions and played.scenario.behaviour == "incremental":
            played = played.sessions[0]  # the others are the same again, to be sure of the clock
        name = name_of(found.key)
        shown = shrunk.shown if shrunk is not None else 0
        first = self._exchange(played.client[0].exchange)
        folder = self.folder / name if self.folder is not None else None
        finding = found.finding
        told = Told(
            id=name,
            route=found.key.route,
            mode=found.way.mode,
            rule=found.key.rule,
            name=name_of_rule(found.key.rule),
            severity=finding.severity.value,
            fingerprint=found.key.fingerprint,
            message=self._said(finding.message) or "",
            expected=self._said(finding.expected),
            found=self._said(finding.found),
            events=events_of(one.exchange for one in played.upstream),
            requests=len(played.client),
            shown=shown,
            played=CONFIRMED if shrunk is not None else 0,
            is_flaky=shown < CONFIRMED,
            needs_crowd=shrunk.crowd if shrunk is not None else False,
            is_smallest=self.is_smallest(found),
            state="known" if found.known else "new",
            accepted_until=self.over(found),
            after=round(found.after, 3),
            tries=shrunk.tries if shrunk is not None else 0,
            upset=upset_of(found.sketch.fault),
            curl=curl_of(first, self.hidden),
            folder=str(folder) if folder is not None else None,
            conversation=msgspec.json.decode(msgspec.json.encode(found.sketch)),
        )
        if folder is None:
            return told
        before = earlier(folder, self.target)
        if before is not None:
            told = with_known(told, before)
        if before is None or not knows_more(before, told):
            self._write(told, played, folder)
        return told

    def is_smallest(self, found: Found) -> bool:
        """Whether nothing more can be left out: this hunt has tried it, or one before, of the same conversation."""
        is_made = found.shrunk is not None and found.shrunk.is_smallest
        return is_made or self.smallest.get(found.key) == found.sketch.digest()

    def _write(self, told: Told, played: Played, folder: Path) -> None:
        for side in SIDES:
            sides: tuple[Side, ...] = getattr(played, side)
            if not sides:  # nothing was asked of upstream: a recording of nothing plays nothing
                (folder / f"{side}.cassette.jsonl").unlink(missing_ok=True)
                continue
            exchanges = [replace(one.exchange, index=number) for number, one in enumerate(sides)]
            head: dict[str, JsonValue] = {
                "v": 1,
                "notes": f"{self.target}, {told.route}, {told.rule}, {side}",
            }
            cassette = redacted(Cassette(head=head, exchanges=exchanges), self.redactor)
            write_cassette(cassette, folder / f"{side}.cassette.jsonl")
        test = snippet(told, played, profile=self.profile, gateway=self.gateway, port=self.port)
        (folder / "test_finding.py").unlink(missing_ok=True)  # as earlier versions called it
        if test is not None:
            write_text(folder / module_of(told.id), test)
        else:
            (folder / module_of(told.id)).unlink(missing_ok=True)
        text = issue(
            told,
            played,
            target=self.target,
            redactor=self.redactor,
            has_test=test is not None,
            port=self.port,
        )
        write_text(folder / "finding.md", text)
        whole = msgspec.json.format(msgspec.json.encode(told), indent=1).decode()
        write_text(folder / "finding.json", f"{whole}\n")

    def _exchange(self, one: Exchange) -> Exchange:
        return redacted(Cassette(head={}, exchanges=[one]), self.redactor).exchanges[0]

    def _said(self, text: str | None) -> str | None:
        return self.redactor.text(text, "finding")[0] if text else text


def upset_of(fault: str) -> str | None:
    """What was done to the upstream's stream, in words and as `--fault` has it."""
    return f"{parse_fault(fault).summary.rstrip('.')} ({fault})" if fault else None


def name_of_rule(rule_id: str) -> str:
    """A rule's name, or what stands for one."""
    if rule_id in _WORDLESS:
        return _WORDLESS[rule_id]
    try:
        return rule(rule_id).slug()
    except UnknownName:  # a rule of another distribution, or what several sessions showed
        return ""


def events_of(exchanges: Iterable[Exchange]) -> int:
    """How many events an upstream sent; a body that is no stream counts as one."""
    number = 0
    for one in exchanges:
        if one.response is None or not one.response.chunks:
            continue
        body = b"".join(chunk.data for chunk in one.response.chunks)
        kind = next((value for name, value in one.response.headers if name.lower() == "content-type"), "")
        if not kind.startswith("text/event-stream"):
            number += 1
            continue
        decoder = Decoder()
        number += sum(1 for _ in (*decoder.feed(body), *decoder.finish()))
    return number
