"""Redaction and detection leave real traffic alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.cassettes.redaction.detector import Detector
from harness.cassettes.redaction.redactor import Redactor

if TYPE_CHECKING:
    from pathlib import Path

    from harness.cassettes.exchange import Redaction

pytestmark = pytest.mark.corpus


def test_no_default_rule_takes_anything_in_a_real_body_for_a_secret(corpus: Path) -> None:
    """Ids, signatures, encrypted reasoning, audio and images pass untouched, in any body of the corpus.

    The corpus was cleaned of keys before it came here, so every hit would be a false alarm.
    """
    redactor = Redactor(values={"SOME_API_KEY": "Zk3vQ9xLm2TtY7wRb4HnCe8J"})
    hits: list[tuple[str, tuple[Redaction, ...]]] = []
    for path in sorted(corpus.rglob("*.sse")):
        body = redactor.body((), "response.body")
        data = path.read_bytes()
        out = (
            b"".join(body.feed(data[start : start + 1448]) for start in range(0, len(data), 1448))
            + body.finish()
        )
        if out != data:
            hits.append((path.name, body.redactions))
    assert hits == []


def test_the_detector_sees_no_key_in_real_traffic(corpus: Path) -> None:
    """Neither in bodies nor in requests and headers."""
    detector = Detector(values={"SOME_API_KEY": "Zk3vQ9xLm2TtY7wRb4HnCe8J"})
    paths = [path for path in sorted(corpus.rglob("*")) if path.suffix in {".sse", ".json"}]
    assert len(paths) > 1000
    assert [path.name for path in paths if detector.find(path.read_bytes())] == []
