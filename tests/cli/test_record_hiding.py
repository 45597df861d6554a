"""What `harness record` is told to hide beside what it hides by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.io.files import read_cassette
from tests.cli.asking import client

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.cli.conftest import Run


def test_patterns_headers_and_variables_are_hidden_before_anything_is_written(
    harness: Run, upstream: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each option may come several times, and the project's table may say the same."""
    monkeypatch.setenv("INTERNAL_NAME", "operation bluebird")
    asked = ("see CUST-4711 and CASE-12", "about operation bluebird")
    options = ("--pattern", r"CUST-\d+", "--pattern", r"CASE-\d+", "--header", "content-type")
    outcome = harness(
        "record", "--upstream", upstream, "-o", "a.jsonl", *options, "--env", "INTERNAL_NAME", *client(*asked)
    )
    assert outcome.code == 0
    lists = 'pattern = ["CUST-\\\\d+", "CASE-\\\\d+"]\nheader = ["content-type"]\nenv = ["INTERNAL_NAME"]\n'
    project = f"[tool.harness.record]\n{lists}"
    (tmp_path / "pyproject.toml").write_text(project, encoding="utf-8")
    assert harness("record", "--upstream", upstream, "-o", "b.jsonl", *client(*asked)).code == 0

    for name in ("a.jsonl", "b.jsonl"):
        first, second = read_cassette(tmp_path / name).exchanges
        assert b"see redacted- and redacte" in first.request.body
        assert b"about redacted-INTERNAL_" in second.request.body
        assert ("content-type", "redacted-content") in first.request.headers


def test_what_cannot_be_hidden_is_told_before_anything_is_recorded(
    harness: Run, upstream: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pattern that is none, a variable that is not set, a value of three characters."""
    monkeypatch.delenv("NOT_SET", raising=False)
    monkeypatch.setenv("SHORT", "abc")
    for option, value, said in (
        ("--pattern", "(", "no regular expression"),
        ("--env", "NOT_SET", "NOT_SET is not set"),
        ("--env", "SHORT", "too short to be hidden"),
    ):
        outcome = harness("record", "--upstream", upstream, "-o", "a.jsonl", option, value, *client("one"))
        assert outcome.code == 2
        assert said in outcome.err
        assert not list(tmp_path.glob("a.jsonl*"))
