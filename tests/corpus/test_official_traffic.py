"""What OpenAI itself sends is the measure: the rules have no error to report in it, and every warning is explained."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.findings import Severity
from tests.corpus.official_traffic import EDITED, is_official, recorded
from tests.judging import judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Exchange
    from harness.findings import Finding

pytestmark = pytest.mark.corpus

REPORT = Path(__file__).parents[2] / "docs" / "reports" / "official.md"
ROW = re.compile(
    r"^\| (?P<rule>[A-Z]+-[A-Z0-9]+-\d+) \| (?P<dialect>\w+) \| (?P<findings>[\d,]+) \| (?P<streams>[\d,]+) \|",
    re.MULTILINE,
)


REMARK = re.compile(
    r"^\| (?P<dialect>\w+) \| (?P<rule>[A-Z]+-[A-Z0-9]+-\d+) \| (?P<findings>[\d,]+) \| (?P<streams>[\d,]+) \|",
    re.MULTILINE,
)
EDITED_ROW = re.compile(r"^\| `(?P<file>[^`]+\.sse)` \| (?P<rule>[A-Z0-9-]+) \|", re.MULTILINE)


def official(corpus: Path, dialect: str) -> Iterator[tuple[str, Exchange]]:
    """The streams of api.openai.com whose bytes are as they were on the wire."""
    for row in map(json.loads, (corpus / "index.jsonl").read_text("utf-8").splitlines()):
        if row["dialect"] == dialect and is_official(row):
            yield row["file"], recorded(corpus, row["file"])


def explained(table: re.Pattern[str], dialect: str) -> dict[str, tuple[int, int]]:
    """The rows of a table of the report: findings and streams by rule."""
    return {
        found["rule"]: (int(found["findings"].replace(",", "")), int(found["streams"].replace(",", "")))
        for found in table.finditer(REPORT.read_text("utf-8"))
        if found["dialect"] == dialect
    }


def counted(found: list[tuple[str, Finding]], severity: Severity) -> dict[str, tuple[int, int]]:
    """What was found, in the same form."""
    findings = Counter[str]()
    names: dict[str, set[str]] = {}
    for name, one in found:
        if one.severity is severity:
            findings[one.rule] += one.times
            names.setdefault(one.rule, set()).add(name)
    return {rule: (findings[rule], len(names[rule])) for rule in names}


@pytest.mark.parametrize(("dialect", "count"), [("chat", 295), ("responses", 318)])
def test_official_traffic_has_no_error_and_every_other_finding_is_explained(
    corpus: Path, dialect: str, count: int
) -> None:
    """The report names each rule with its count and its cause; it is neither too long nor too short."""
    streams = list(official(corpus, dialect))
    found = [(name, one) for name, exchange in streams for one in judged(exchange, dialect).findings]
    errors = {(name, one.rule) for name, one in found if one.severity is Severity.ERROR}

    assert len(streams) == count
    assert {(name, rule) for name, rule in errors if name not in EDITED} == set()
    assert counted(found, Severity.WARNING) == explained(ROW, dialect)
    assert counted(found, Severity.INFO) == explained(REMARK, dialect)


def test_the_edited_recordings_are_named_with_what_is_wrong_in_them(corpus: Path) -> None:
    """Each of them has the error that the report says, and no other."""
    named = {(row["file"], row["rule"]) for row in EDITED_ROW.finditer(REPORT.read_text("utf-8"))}
    assert {name for name, _ in named} == set(EDITED)
    found = {
        (name, one.rule)
        for name in EDITED
        for one in judged(recorded(corpus, name), name.partition("/")[0]).findings
        if one.severity is Severity.ERROR
    }
    assert found == named
