"""What came of a run, told in a format: text, json, ndjson, or markdown."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from harness.reporting.conform.wording import shown
from harness.trials.trial import CHAPTERS, GROUNDS
from harness.trials.verdict import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.trials.playing import Client, Played
    from harness.trials.trial import Trial

FORMATS: Final = ("text", "json", "ndjson", "markdown")
_WIDTH: Final = 34
_VALUES: Final = re.compile(r"""'[^']*'|"[^"]*"|\(.*?\)|\[.*?\]|\{.*?\}|\d[\d,]*|: .*$""")


def row_of(played: Played) -> dict[str, Any]:
    """What came of one trial, as data."""
    one = played.trial
    return {
        "trial": one.name,
        "dialect": one.dialect,
        "chapter": one.chapter,
        "ground": one.ground,
        "verdict": played.verdict.outcome,
        "what": played.verdict.what,
        "requests": played.requests,
        "seconds": played.seconds,
    }


def summary_of(results: Sequence[Played]) -> dict[str, int]:
    """How many there are of each verdict; failures of disputed trials are counted apart."""
    counted = Counter(
        "disputed" if one.failed and one.trial.ground == "disputed" else one.verdict.outcome
        for one in results
    )
    return {name: counted[name] for name in (*OUTCOMES, "disputed") if counted[name]}


def told(form: str, client: Client, results: Sequence[Played], harness: str) -> str:
    """A report.

    Args:
        form: One of `FORMATS`.
        client: Who was tried.
        results: What came of each trial.
        harness: The version of the harness.
    """
    if form == "json":
        whole = {
            "harness": harness,
            "client": client.name,
            "versions": client.versions,
            "summary": summary_of(results),
            "trials": [row_of(one) for one in results],
        }
        return json.dumps(whole, ensure_ascii=False, indent=2)
    if form == "ndjson":
        return "\n".join(json.dumps(row_of(one), ensure_ascii=False) for one in results)
    return _markdown(client, results) if form == "markdown" else _text(client, results)


def _text(client: Client, results: Sequence[Played]) -> str:
    lines = []
    for one, *others in _alike(results):
        disputed = "  (disputed)" if one.trial.ground == "disputed" else ""
        lines += [
            f"{one.verdict.outcome:<10} {one.trial.name}{disputed}",
            f"  {one.verdict.what}",
            f"  served    {one.trial.serves}",
            f"  legal     {one.trial.legal}",
        ]
        if one.complaint.strip() and one.verdict.outcome in {"crashed", "hung"}:
            last = one.complaint.strip().split("\n")[-6:]
            lines += [f"  stderr    {line}" for line in last]
        if others:
            count = "1 other" if len(others) == 1 else f"{len(others)} others"
            lines.append(f"  likewise  in {count}: {', '.join(other.trial.name for other in others)}")
        lines.append("")
    # What a program wrote to stderr is not to move a terminal.
    return "\n".join(map(shown, [*lines, _named(client), _summed(results), *_unasked(results)]))


def _alike(results: Sequence[Played]) -> list[list[Played]]:
    """What failed; what crashed, hung, or was generated, and failed in the same words stands together."""
    groups: dict[object, list[Played]] = {}
    for one in results:
        if not one.failed:
            continue
        last = one.complaint.strip().rpartition("\n")[2]
        is_generated = one.trial.chapter == "generated"
        is_told_once = is_generated or one.verdict.outcome in {"crashed", "hung"}
        what = re.sub(r"http://\S+", "", one.verdict.what)  # each trial has an address of its own
        if is_generated:
            what = _VALUES.sub("", what)  # and each that is generated has texts and numbers of its own
        words = (one.verdict.outcome, what, last, one.trial.ground == "disputed")
        groups.setdefault(words if is_told_once else one.trial.name, []).append(one)
    return list(groups.values())


def _unasked(results: Sequence[Played]) -> list[str]:
    tried = [one for one in results if one.verdict.outcome != "unsupported"]
    if not tried or any(one.requests for one in results):
        return []
    return [
        "It never asked the server, so that nothing was tried: docs/clients.md says how it learns the address."
    ]


def _named(client: Client) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in client.versions.items())
    return f"{client.name} ({versions})" if versions else client.name


def _summed(results: Sequence[Played]) -> str:
    words = {"disputed": "failed in what is disputed"}
    parts = [f"{count} {words.get(name, name)}" for name, count in summary_of(results).items()]
    count = "1 trial" if len(results) == 1 else f"{len(results)} trials"
    return f"{count}: {', '.join(parts) or 'none played'}"


def _markdown(client: Client, results: Sequence[Played]) -> str:
    lines = [
        f"# {_named(client)}",
        "",
        f"{_summed(results)}.",
        "",
        *(line for told in _unasked(results) for line in (told, "")),
        "| trial | verdict | what | legal because |",
        "|---|---|---|---|",
    ]
    for one in results:
        verdict = one.verdict.outcome + (" (disputed)" if one.trial.ground == "disputed" else "")
        cells = [
            f"`{one.trial.name}`",
            verdict,
            shown(one.verdict.what),
            one.trial.legal if one.failed else "",
        ]
        lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return "\n".join(lines)


def listed(trials: Sequence[Trial]) -> str:
    """The trials, by chapter."""
    lines: list[str] = []
    before = ("", "")
    for one in trials:
        if (one.dialect, one.chapter) != before:
            before = (one.dialect, one.chapter)
            lines += ["", f"{one.dialect}: {CHAPTERS[one.chapter]} ({one.chapter})"]
        lines.append(f"  {one.name:<{_WIDTH}} {one.ground:<9} {one.title}")
    return "\n".join(lines).lstrip("\n")


def page_of(one: Trial) -> str:
    """All of one trial: what a maintainer has to know who was told of it."""
    wanted = one.expects
    told = {
        "text": wanted.text if len(wanted.text) < 200 else f"{wanted.text[:60]}... ({len(wanted.text):,})",
        "calls": [{"name": name, "arguments": given} for name, given in wanted.calls],
        "finish": wanted.finish,
        "error": wanted.error,
    }
    lines = [
        f"{one.name}: {one.title}",
        f"  served    {one.serves}",
        f"  legal     {one.legal}",
        f"  ground    {one.ground}: {GROUNDS[one.ground]}",
        f"  expected  {json.dumps(told, ensure_ascii=False)}",
    ]
    for number, answer in enumerate(one.answers()):
        body = answer.body
        lines += [
            "",
            f"  answer {number}: status {answer.status}, {len(body):,} bytes in {len(answer.pieces):,} pieces",
        ]
        text = body[:6_000].decode("utf-8", "backslashreplace")
        lines += [f"    {line}" for line in text.split("\n")]
    return "\n".join(lines)
