"""What OpenAI itself sends is the measure: the rules have no error to report in it, and every warning is explained."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.findings import Severity
from tests.judging import judged
from tests.repository.checkout import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.findings import Finding

pytestmark = pytest.mark.corpus

READ = 1448
REPORT = ROOT / "docs" / "reports" / "official.md"
ROW = re.compile(
    r"^\| (?P<rule>[A-Z]+-[A-Z0-9]+-\d+) \| (?P<dialect>\w+) \| (?P<findings>[\d,]+) \| (?P<streams>[\d,]+) \|",
    re.MULTILINE,
)

_ASKED_LATER = "its request was given include_usage after the recording: the answer has no usage"
_ACTIVEAGENT = "chat/openai/activeagent"
_FORMAT_TEST = "integration-open-ai-chat-native-format-test-test-agent"
EDITED = {
    f"{_ACTIVEAGENT}--{_FORMAT_TEST}-functions-with-streaming-e8f7a9__0.sse": _ASKED_LATER,
    f"{_ACTIVEAGENT}--{_FORMAT_TEST}-functions-with-streaming-e8f7a9__1.sse": _ASKED_LATER,
    f"{_ACTIVEAGENT}--fixtures-vcr-cassettes-{_FORMAT_TEST}-streaming__0.sse": _ASKED_LATER,
}
"""Recordings that were changed after the fact, with what shows it: they are no evidence."""


def official(corpus: Path, dialect: str) -> Iterator[tuple[str, Exchange]]:
    """The streams of api.openai.com whose bytes are as they were on the wire."""
    for row in map(json.loads, (corpus / "index.jsonl").read_text("utf-8").splitlines()):
        is_official = (row["host"], row["fidelity"], row["authenticity"]) == (
            "api.openai.com",
            "wire",
            "recorded",
        )
        if row["dialect"] == dialect and is_official:
            yield row["file"], recorded(corpus, row["file"])


def recorded(corpus: Path, name: str) -> Exchange:
    """One stream of the corpus, with the request that it answers; its times are not known, so all are 0."""
    data = (corpus / name).read_bytes()
    known: dict[str, Any] = json.loads((corpus / name).with_suffix(".json").read_bytes())
    given = known["request_body"]
    request = Request(
        known["method"] or "POST",
        f"https://{known['host']}{known['path']}" + (f"?{known['query']}" if known["query"] else ""),
        body=json.dumps(given).encode() if given is not None else b"",
    )
    # The bodies of the corpus are decoded: the fields that tell of the encoded ones would be untrue.
    untrue = {"content-encoding", "content-length", "transfer-encoding"}
    headers = tuple(
        (key, value)
        for key, values in (known["response_headers"] or {}).items()
        if key.lower() not in untrue
        for value in ([values] if isinstance(values, str) else values)
    )
    chunks = tuple(Chunk(0, data[at : at + READ]) for at in range(0, len(data), READ))
    return Exchange(
        index=0,
        request=request if given is not None or known["method"] == "GET" else Request("", ""),
        response=Response(known.get("status") or 200, headers, chunks),
        ending=Ending(How.COMPLETE),
    )


def explained(dialect: str) -> dict[str, tuple[int, int]]:
    """The rows of the report: findings and streams by rule."""
    return {
        found["rule"]: (int(found["findings"].replace(",", "")), int(found["streams"].replace(",", "")))
        for found in ROW.finditer(REPORT.read_text("utf-8"))
        if found["dialect"] == dialect
    }


@pytest.mark.parametrize(("dialect", "count"), [("chat", 295), ("responses", 318)])
def test_official_traffic_has_no_error_and_every_warning_is_explained(
    corpus: Path, dialect: str, count: int
) -> None:
    """The report names each warning with its count and its cause; it is neither too long nor too short."""
    streams, findings, errors = 0, Counter[str](), list[str]()
    warned: dict[str, set[str]] = {}
    for name, exchange in official(corpus, dialect):
        streams += 1
        for one in judged(exchange, dialect).findings:
            if one.severity is Severity.ERROR and name not in EDITED:
                errors.append(told(name, one))
            elif one.severity is Severity.WARNING:
                findings[one.rule] += one.times
                warned.setdefault(one.rule, set()).add(name)

    assert streams == count
    assert not errors, "\n".join(errors)
    assert {rule: (findings[rule], len(names)) for rule, names in warned.items()} == explained(dialect)


def told(name: str, finding: Finding) -> str:
    """A finding in one line."""
    return f"{name} event {finding.where.event}: {finding.rule} {finding.message}"
