"""What the rules find in streams of servers other than OpenAI, as a page: counts, samples, and why each is true.

`python -m tests.corpus.providers` writes docs/reports/providers.md anew from the corpus.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from harness.findings import NOWHERE, Severity
from harness.rules.registry import rules
from tests.corpus.excerpts import LONGEST, excerpt
from tests.corpus.official_traffic import is_official, recorded
from tests.judging import judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.findings import Finding

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
REPORT = ROOT / "docs" / "reports" / "providers.md"
REASONS = Path(__file__).with_name("provider_reasons.toml")
SAMPLES = 3
SEED = "providers"
PROFILES = {"azure": "azure"}
"""Providers that have a profile of their own; all others are judged by what OpenAI does."""
OTHER_API = "/v1/completions"
"""The path of the older API, whose chunks have a `text`; one stream of it is filed as Chat Completions."""
AT_THE_END = frozenset({"SSE-DONE-001"})
"""Rules about what the body does not end with: their samples show its end."""
NO_EVIDENCE = frozenset({"damaged", "suspect", "transplanted"})
WIRE_RULES = ("SSE-", "HTTP-")
"""Families that judge bytes around the payloads, which a recording rebuilt from its payloads does not have."""
NAMED = {"<OLLAMA_API_BASE>": "ollama", "<GPUSTACK_API_BASE>": "gpustack"}
"""Servers that are known by what the recorder put in the place of their address."""
UNNAMED = {"openai": "openai (fixtures)", "local": "local imitation"}
"""What speaks for OpenAI without its host being recorded is not official; other names are said better."""
DIALECTS = {
    "chat": "Chat Completions",
    "responses": "Responses",
    "anthropic": "Anthropic Messages",
    "gemini": "Gemini",
}


class Recording(NamedTuple):
    """One stream of the corpus."""

    row: dict[str, Any]

    @property
    def provider(self) -> str:
        """Who served it; what speaks OpenAI's dialect and is not from OpenAI's host is not OpenAI."""
        name: str = self.row["provider"]
        path = self.row["path"] or ""
        return next((known for mark, known in NAMED.items() if mark in path), UNNAMED.get(name, name))

    @property
    def on_the_wire(self) -> bool:
        """Its framing is that of the wire."""
        return bool(self.row["fidelity"] == "wire")


class Sample(NamedTuple):
    """One finding and its recording."""

    recording: Recording
    finding: Finding

    @property
    def draw(self) -> str:
        """What the samples are drawn by: the same ones each time, whatever order they come in."""
        seed = f"{SEED}|{self.finding.rule}|{self.recording.row['file']}|{self.finding.subject}"
        return hashlib.sha256(seed.encode()).hexdigest()


class Group(NamedTuple):
    """The findings of one rule in the streams of one provider."""

    dialect: str
    provider: str
    rule: str
    samples: list[Sample]

    @property
    def severity(self) -> Severity:
        """The worst of them."""
        return max((one.finding.severity for one in self.samples), key=lambda severity: severity.weight)

    @property
    def findings(self) -> int:
        """How many, repeats counted."""
        return sum(one.finding.times for one in self.samples)

    @property
    def streams(self) -> int:
        """In how many streams."""
        return len({one.recording.row["file"] for one in self.samples})

    def drawn(self) -> list[Sample]:
        """Three of them, of three recordings where there are as many."""
        order = sorted(self.samples, key=lambda sample: sample.draw)
        first = {one.recording.row["file"]: one for one in reversed(order)}.values()
        again = [one for one in order if one not in first]
        return [*sorted(first, key=lambda sample: sample.draw), *again][:SAMPLES]


class Survey(NamedTuple):
    """All findings, and what they were looked for in."""

    groups: list[Group]
    infos: list[Group]
    streams: Counter[tuple[str, str]]
    left_out: list[Recording]


def others(corpus: Path) -> Iterator[Recording]:
    """Every stream that is not official OpenAI traffic."""
    for row in map(json.loads, (corpus / "index.jsonl").read_text("utf-8").splitlines()):
        if not is_official(row) and row["path"] != OTHER_API:
            yield Recording(row)


def survey(corpus: Path) -> Survey:
    """Judge them all."""
    found: dict[tuple[str, str, str], list[Sample]] = defaultdict(list)
    streams: Counter[tuple[str, str]] = Counter()
    left_out = []
    for one in others(corpus):
        if one.row["authenticity"] in NO_EVIDENCE:
            left_out.append(one)
            continue
        dialect = one.row["dialect"]
        streams[dialect, one.provider] += 1
        check = judged(
            recorded(corpus, one.row["file"]), dialect, profile_name=PROFILES.get(one.provider, "openai")
        )
        for finding in check.findings:
            if one.on_the_wire or not finding.rule.startswith(WIRE_RULES):
                found[dialect, one.provider, finding.rule].append(Sample(one, finding))
    groups, infos = [], []
    for key, samples in sorted(found.items()):
        loud = [one for one in samples if one.finding.severity is not Severity.INFO]
        quiet = [one for one in samples if one.finding.severity is Severity.INFO]
        groups += [Group(*key, loud)] if loud else []
        infos += [Group(*key, quiet)] if quiet else []
    return Survey(groups, infos, streams, left_out)


class Reasons:
    """Why each finding is true, as somebody who read the bytes says it."""

    def __init__(self, path: Path = REASONS) -> None:
        self._document = tomllib.loads(path.read_text("utf-8"))
        self.used: set[tuple[str, str]] = set()

    def of(self, rule: str, provider: str) -> str:
        """The reason for one provider, or else the one for all."""
        given = self._document["reasons"].get(rule, {})
        name = provider if provider in given else "*"
        self.used.add((rule, name))
        return str(given[name])

    def unused(self) -> set[tuple[str, str]]:
        """Reasons that no finding needs any more."""
        every = {(rule, name) for rule, given in self._document["reasons"].items() for name in given}
        return every - self.used

    def section(self, name: str) -> dict[str, str]:
        """Another section of the file: a text for each key."""
        return dict(self._document[name])


def page(corpus: Path, reasons: Reasons) -> str:
    """The whole page."""
    found = survey(corpus)
    return "\n".join(
        [*_head(found, reasons), *_mended(reasons), *_providers(corpus, found, reasons), *_infos(found)]
    )


def _head(found: Survey, reasons: Reasons) -> Iterator[str]:
    total = sum(found.streams.values())
    yield "# What the rules find in other servers' streams"
    yield ""
    yield "<!-- Generated by: python -m tests.corpus.providers -->"
    yield ""
    yield (
        f"{total:,} recorded streams of the corpus that did not come from api.openai.com were judged with all rules,"
        " in profile `openai` (Azure's in profile `azure`). For each server and rule, up to three findings drawn by a"
        f" fixed seed are shown as bytes of the stream ({LONGEST} of them at most), with the reason why"
        " the finding is true. `…` stands for bytes that are left out, `\\n` for a line end."
    )
    yield ""
    for text in reasons.section("notes").values():
        yield f"- {text}"
    dropped = Counter(one.row["authenticity"] for one in found.left_out)
    said = ", ".join(f"{count} {name}" for name, count in sorted(dropped.items()))
    yield f"- Left out as no evidence of what a server does: {said}."
    yield ""
    yield "| dialect | server | streams | errors | warnings | rules |"
    yield "|---|---|---|---|---|---|"
    for (dialect, provider), count in sorted(found.streams.items()):
        mine = [one for one in found.groups if (one.dialect, one.provider) == (dialect, provider)]
        counts = Counter[Severity]()
        for one in mine:
            for sample in one.samples:
                counts[sample.finding.severity] += 1
        yield (
            f"| {dialect} | {provider} | {count} | {counts[Severity.ERROR] or ''} | {counts[Severity.WARNING] or ''} |"
            f" {' '.join(one.rule for one in mine)} |"
        )
    yield ""
    yield "Errors and warnings are counted once for each stream and cause, however often they repeat in it."
    yield ""


def _mended(reasons: Reasons) -> Iterator[str]:
    yield "## Rules that were mended"
    yield ""
    yield "These had a finding that was false, told twice, or far too loud, and were changed:"
    yield ""
    for rule, text in reasons.section("mended").items():
        yield f"- **{rule}**: {text}"
    yield ""
    yield "## Doubtful"
    yield ""
    for rule, text in reasons.section("doubtful").items():
        yield f"- **{rule}**: {text}"
    yield ""


def _providers(corpus: Path, found: Survey, reasons: Reasons) -> Iterator[str]:
    names = {one.id: one.slug() for one in rules().values()}
    for (dialect, provider), count in sorted(found.streams.items()):
        mine = [one for one in found.groups if (one.dialect, one.provider) == (dialect, provider)]
        if not mine:
            continue
        yield f"## {provider}, {DIALECTS[dialect]}"
        yield ""
        yield "| rule | | severity | streams | findings |"
        yield "|---|---|---|---|---|"
        for one in mine:
            share = f"{one.streams} of {count}"
            yield f"| {one.rule} | {names[one.rule]} | {one.severity.value} | {share} | {one.findings:,} |"
        yield ""
        for one in mine:
            yield f"### {one.rule} in {provider}, {dialect}"
            yield ""
            yield reasons.of(one.rule, provider)
            yield ""
            for sample in one.drawn():
                yield from _sample(corpus, sample)


def _sample(corpus: Path, sample: Sample) -> Iterator[str]:
    row, finding = sample.recording.row, sample.finding
    place = "the stream" if finding.where.event is None else f"event {finding.where.event}"
    times = f", {finding.times:,} times" if finding.times > 1 else ""
    yield f"- {place}{times}: {_plain(finding.message)}<br>`{row['file']}` ({row['licence']})"
    yield ""
    if row["redistributable"]:
        yield "  ```text"
        where = NOWHERE if finding.rule in AT_THE_END else finding.where
        yield f"  {excerpt((corpus / row['file']).read_bytes(), where)}"
        yield "  ```"
        yield ""


def _plain(text: str) -> str:
    """A message as Markdown shows it."""
    return text.replace("<", "&lt;").replace("*", "\\*").replace("\n", " ")


def _infos(found: Survey) -> Iterator[str]:
    yield "## Remarks (info)"
    yield ""
    yield "Legal, and worth knowing; counted only."
    yield ""
    yield "| dialect | rule | streams | servers |"
    yield "|---|---|---|---|"
    by_rule: dict[tuple[str, str], list[Group]] = defaultdict(list)
    for one in found.infos:
        by_rule[one.dialect, one.rule].append(one)
    for (dialect, rule), mine in sorted(by_rule.items()):
        servers = ", ".join(f"{one.provider} {one.streams}" for one in mine)
        yield f"| {dialect} | {rule} | {sum(one.streams for one in mine):,} | {servers} |"
    yield ""


if __name__ == "__main__":
    REPORT.write_text(page(CORPUS, Reasons()), encoding="utf-8", newline="\n")
