"""What is kept of a finding: recordings that replay, a text that tells it, and a test that runs."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import msgspec
import pytest

import harness
from harness.cassettes.exchange import Chunk
from harness.cassettes.redaction.redactor import Redactor
from harness.fuzzing.issue import issue
from harness.fuzzing.saving import upset_of
from harness.fuzzing.snippet import module_of, snippet
from tests.fuzzing.again import ROOT, free_port, replayed, run_test
from tests.fuzzing.broken_gateways import LosesExclamationMarks, Right

if TYPE_CHECKING:
    from harness.fuzzing.outcome import Told
    from harness.sandwich.session import Played


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """One finding, kept in a folder."""
    outcome = harness.fuzz(
        LosesExclamationMarks(),
        max_time=300.0,
        max_examples=120,
        only="XLAT-TEXT-001",
        stop_after=1,
        out=tmp_path_factory.mktemp("kept"),
    )
    return outcome.findings[0]


def with_body(played: Played, body: bytes) -> Played:
    """The same, with another answer that is said to be gzip."""
    (side,) = played.client
    response = side.exchange.response
    assert response is not None
    fields = (("content-type", "application/json"), ("content-encoding", "gzip"))
    other = replace(response, headers=fields, chunks=(Chunk(0, body),))
    return replace(played, client=(replace(side, exchange=replace(side.exchange, response=other)),))


def test_the_recordings_are_of_the_smallest_session(kept: Told) -> None:
    """One exchange on each side, and the upstream's replays byte for byte."""
    folder = Path(str(kept.folder))
    client = harness.read_cassette(folder / "client.cassette.jsonl")
    upstream = harness.read_cassette(folder / "upstream.cassette.jsonl")
    assert (len(client.exchanges), len(upstream.exchanges)) == (1, 1)
    said = upstream.exchanges[0]
    assert said.response is not None
    match = harness.MatchPolicy(body="ignore")
    with harness.replay_server(folder / "upstream.cassette.jsonl", pace="instant", match=match) as server:
        again = httpx.post(f"{server.base_url}/chat/completions", content=said.request.body)
    assert again.content == b"".join(one.data for one in said.response.chunks)


def test_the_recordings_show_the_finding(kept: Told) -> None:
    """Judged with both halves, as anybody can."""
    folder = Path(str(kept.folder))
    report = harness.check(
        folder / "client.cassette.jsonl", upstream=folder / "upstream.cassette.jsonl", rules=["XLAT-TEXT-001"]
    )
    assert not report.ok


def test_the_text_tells_all_that_an_issue_needs(kept: Told) -> None:
    """What was asked, what upstream said, what came, the rule with its source, and how to see it again."""
    text = (Path(str(kept.folder)) / "finding.md").read_text("utf-8")
    assert text.startswith(f"# {kept.message}\n")
    for part in (
        "## The rule",
        "Source: ",
        "## What was asked",
        "## What came",
        "## What upstream said",
        "curl -sSN",
    ):
        assert part in text, part
    assert "It showed in 3 of 3 plays" in text


def test_the_test_of_a_finding_fails_on_the_gateway_that_has_it(kept: Told, tmp_path: Path) -> None:
    """With the rule and what is wrong in its failure text."""
    done = run_test(Path(str(kept.folder)), LosesExclamationMarks(), tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "XLAT-TEXT-001" in done.stdout
    assert "where False" not in done.stdout


def test_the_test_of_a_finding_passes_on_a_right_gateway(kept: Told, tmp_path: Path) -> None:
    """So it can be kept when the defect is mended."""
    done = run_test(Path(str(kept.folder)), Right(), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_tests_of_several_findings_run_together(kept: Told) -> None:
    """Each module has the name of its finding, and its folder no other."""
    folder = Path(str(kept.folder))
    assert [one.name for one in folder.glob("test_*")] == [f"test_{kept.id.replace('-', '_')}.py"]
    assert module_of("a-1-chat") != module_of("a-2-chat")


def test_the_test_of_a_finding_says_where_no_gateway_is(kept: Told) -> None:
    """In place of an error of a file that was never written."""
    url = f"http://127.0.0.1:{free_port()}/v1"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=str(kept.folder),
        env={**os.environ, "GATEWAY_URL": url, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert f"the gateway is not reached at {url}" in done.stdout
    assert "InputError" not in done.stdout


def test_the_text_and_the_test_name_the_ports_of_the_hunt(kept: Told) -> None:
    """As they were given with --base-url and --upstream-port."""
    played = replayed(kept)
    text = issue(kept, played, target="some", redactor=Redactor(), port=9871)
    assert "--repeats last --listen 127.0.0.1:9871\n" in text
    test = snippet(kept, played, gateway="http://127.0.0.1:4871/v1", port=9871)
    assert test is not None
    assert '"UPSTREAM_PORT", "9871"' in test
    assert '"GATEWAY_URL", "http://127.0.0.1:4871/v1"' in test


def test_what_was_done_to_the_upstreams_stream_is_told(kept: Told) -> None:
    """In words, in the text and in the test: a cut in a character is seen in no body."""
    assert kept.upset is None
    told = msgspec.structs.replace(kept, upset=upset_of("split_character:character=0"))
    played = replayed(kept)
    words = "One chunk ends in the middle of a UTF-8 character (split_character:character=0)"
    text = issue(told, played, target="some", redactor=Redactor())
    assert f"- done to upstream's stream: {words}\n" in text
    assert words in text.partition("## What upstream said\n")[2]
    assert words not in text.partition("## What came\n")[2].partition("\n## ")[0]
    assert f"What was done to upstream's stream: {words}.\n" in (snippet(told, played) or "")
    assert "done to" not in issue(kept, played, target="some", redactor=Redactor())


def test_what_one_session_cannot_show_has_no_test(kept: Told, tmp_path: Path) -> None:
    """A test that passes on the broken gateway would be worse than none; the text says what plays it again."""
    told = msgspec.structs.replace(kept, rule="XLAT-STREAM-006")
    played = replayed(kept)
    assert snippet(told, played) is None
    text = issue(told, played, target="some", redactor=Redactor(), has_test=False)
    assert "`pytest test_" not in text
    assert "--database" in text


def test_what_cannot_be_seen_is_shown_escaped_and_named(kept: Told) -> None:
    """It may be what the finding is about; so may a header, or a text of nothing but a line end."""
    played = replayed(kept)
    told = msgspec.structs.replace(kept, expected="\n", found="")
    text = issue(
        told, with_body(played, gzip.compress("a\u2029b".encode())), target="some", redactor=Redactor()
    )
    assert "a\\u2029b\n" in text
    assert "U+2029 PARAGRAPH SEPARATOR" in text
    assert "\u2029" not in text
    assert "- expected: '\\n'\n- found: ''\n" in text
    assert "content-encoding: gzip\n" in text


def test_a_header_that_is_a_secret_is_not_shown(kept: Told) -> None:
    """The others are."""
    played = replayed(kept)
    (side,) = played.client
    response = side.exchange.response
    assert response is not None
    other = replace(response, headers=(("retry-after", "1"), ("set-cookie", "a=topsecretvalue")))
    session = replace(played, client=(replace(side, exchange=replace(side.exchange, response=other)),))
    text = issue(kept, session, target="some", redactor=Redactor())
    assert "retry-after: 1\n" in text
    assert "topsecretvalue" not in text


def test_a_compressed_answer_is_shown_decoded(kept: Told) -> None:
    """Bytes of gzip tell a reader nothing; what cannot be decoded is said to be so."""
    played = replayed(kept)
    text = issue(
        kept, with_body(played, gzip.compress(b'{"it":"arrived"}')), target="some", redactor=Redactor()
    )
    assert '{"it":"arrived"}' in text
    assert "came as gzip" in text
    broken = issue(kept, with_body(played, b"no gzip"), target="some", redactor=Redactor())
    assert "no gzip" in broken
