"""`harness cassette verify`, `redact`, `reseal` and `recover`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from harness.cassettes.exchange import How
from harness.io.files import read_cassette, write_cassette
from harness.io.partfile import PartFile
from tests.cli.conftest import cassette, chat

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.cli.conftest import Run

SECRET = "Zq8vKx2LpW7nRt5Y"


def test_verify_says_that_a_cassette_is_sound(harness: Run, tape: Path, two: Path) -> None:
    """One line a cassette, on stdout."""
    assert harness("cassette", "verify", tape.name, two.name) == (
        0,
        "tape.cassette.jsonl: ok, 1 exchange, 223 bytes\ntwo.cassette.jsonl: ok, 2 exchanges, 446 bytes\n",
        "",
    )


def test_verify_finds_a_secret_in_text_and_compressed(
    harness: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    """Exit code 1; the value itself is not shown."""
    import gzip  # noqa: PLC0415 - for this test alone
    from dataclasses import replace  # noqa: PLC0415 - likewise

    from harness.cassettes.exchange import Chunk, Response  # noqa: PLC0415 - likewise

    body = gzip.compress(b'{"echo":"%s"}' % SECRET.encode())
    zipped = Response(200, (("content-encoding", "gzip"),), (Chunk(0, body[:9]), Chunk(1, body[9:])))
    write_cassette(
        cassette(chat(text=SECRET), replace(chat(1), response=zipped)), tmp_path / "leak.cassette.jsonl"
    )
    monkeypatch.setenv("SOME_API_KEY", SECRET)
    outcome = harness("cassette", "verify", "leak.cassette.jsonl")
    assert outcome.code == 1
    assert SECRET not in outcome.out + outcome.err
    assert outcome == snapshot


def test_verify_takes_folders_and_the_highest_exit_code(
    harness: Run, tape: Path, two: Path, snapshot: SnapshotAssertion
) -> None:
    """A folder stands for its cassettes; each file that cannot be read is told, and the others are still checked."""
    two.write_bytes(two.read_bytes().replace(b"Say more", b"Say less"))
    assert harness("cassette", "verify", ".", "missing") == snapshot


def test_verify_as_json_is_alone_on_stdout(harness: Run, tape: Path) -> None:
    """The errors are in it, too; stderr has them for people."""
    outcome = harness("cassette", "verify", tape.name, "missing", "--format", "json")
    assert outcome.code == 4
    good, bad = json.loads(outcome.out)
    assert good == {"ok": True, "source": tape.name, "exchanges": 1, "bytes": 223, "problems": []}
    assert (bad["ok"], bad["source"], bad["error"]["code"]) == (False, "missing", "unreadable-input")
    assert outcome.err.startswith("unreadable-input: there is no such file")


def test_redact_hides_more_at_the_same_length(harness: Run, tape: Path) -> None:
    """In place, sealed anew, and nothing else has moved."""
    before = chat()
    outcome = harness("cassette", "redact", tape.name, "--pattern", "Say hi", "--header", "content-type")
    assert (outcome.code, outcome.out) == (0, "")
    after = read_cassette(tape).exchanges[0]
    assert b"Say hi" not in after.request.body
    assert len(after.request.body) == len(before.request.body)
    assert before.response is not None
    assert after.response is not None
    assert list(after.response.chunks) == list(before.response.chunks)
    assert {redaction.where for redaction in after.redactions} >= {"request.body"}
    assert harness("cassette", "verify", tape.name).code == 0


def test_redact_hides_the_value_of_a_variable(
    harness: Run, tape: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever its name; with -o the old file stays as it is."""
    monkeypatch.setenv("MY_NAME", "Say hi")
    before = tape.read_bytes()
    assert harness("cassette", "redact", tape.name, "--env", "MY_NAME", "-o", "new.cassette.jsonl").code == 0
    assert tape.read_bytes() == before
    assert b"Say hi" not in (tmp_path / "new.cassette.jsonl").read_bytes()


def test_redact_does_not_change_another_tools_file(harness: Run, tape: Path, tmp_path: Path) -> None:
    """It writes a cassette of it instead, where -o says."""
    assert harness("cassette", "export", tape.name, "-o", "tape.yaml").code == 0
    before = (tmp_path / "tape.yaml").read_bytes()
    outcome = harness("cassette", "redact", "tape.yaml", "--pattern", "Say hi")
    assert outcome.code == 2
    assert "not changed in place" in outcome.err
    assert (tmp_path / "tape.yaml").read_bytes() == before
    assert harness("cassette", "redact", "tape.yaml", "--pattern", "hi", "-o", "new.cassette.jsonl").code == 0
    assert harness("cassette", "verify", "new.cassette.jsonl").code == 0


def test_reseal_wants_to_be_told_of_a_hand_edit(harness: Run, tape: Path) -> None:
    """Without --synthetic an edited cassette stays as it is; with it, its head says so."""
    tape.write_bytes(tape.read_bytes().replace(b"Say hi", b"Say ho"))
    refused = harness("cassette", "reseal", tape.name)
    assert refused.code == 4
    assert "--synthetic" in refused.err
    assert harness("cassette", "reseal", "--synthetic", tape.name).code == 0
    assert read_cassette(tape).head["synthetic"] is True
    verified = harness("cassette", "verify", tape.name)
    assert verified.code == 0
    assert "edited by hand" in verified.out


def test_reseal_renews_stale_match_keys(harness: Run, tmp_path: Path) -> None:
    """A key that is not that of its request makes `verify` fail, and `reseal` mends it."""
    path = tmp_path / "stale.cassette.jsonl"
    write_cassette(cassette(), path, key_of=lambda _request: {"v": 1, "hash": "sha256:" + "0" * 64})
    outcome = harness("cassette", "verify", path.name)
    assert outcome.code == 1
    assert "stale-key  exchange 0" in outcome.out
    assert harness("cassette", "reseal", path.name).code == 0
    assert harness("cassette", "verify", path.name).code == 0


def test_reseal_refuses_to_write_a_live_key(
    harness: Run, tape: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was edited in by hand is looked at as what is recorded is; the file stays as it is."""
    edited = tape.read_bytes().replace(b"Say hi", SECRET.encode())
    tape.write_bytes(edited)
    monkeypatch.setenv("SOME_API_KEY", SECRET)
    outcome = harness("cassette", "reseal", "--synthetic", tape.name)
    assert outcome.code == 1
    assert outcome.err.startswith("secret-found: ")
    assert SECRET not in outcome.err
    assert tape.read_bytes() == edited


@pytest.mark.parametrize("lost", range(1, 1200, 37))
def test_recover_saves_what_is_left_of_a_cassette(harness: Run, two: Path, tmp_path: Path, lost: int) -> None:
    """Wherever it broke off: whole exchanges are whole, the bytes of the last one are those that came first."""
    data = two.read_bytes()
    two.write_bytes(data[: len(data) - 1 - lost])
    left = two.read_bytes()
    outcome = harness("cassette", "recover", two.name, "-o", "saved.cassette.jsonl")
    assert outcome.code == 0, outcome.err
    assert two.read_bytes() == left
    exchanges = read_cassette(tmp_path / "saved.cassette.jsonl").exchanges
    for original, saved in zip((chat(), chat(1)), exchanges, strict=False):
        if saved.ending.how is How.RECORDER_CRASH:
            body = saved.response.body() if saved.response else b""
            assert original.response is not None
            assert original.response.body().startswith(body)
        else:
            assert saved.response is not None
            assert original.response is not None
            assert list(saved.response.chunks) == list(original.response.chunks)
    assert harness("cassette", "verify", "saved.cassette.jsonl").code == 0


def test_recover_does_not_overwrite(harness: Run, two: Path, tape: Path) -> None:
    """-o must be a new file."""
    two.write_bytes(two.read_bytes()[:-10])
    before = tape.read_bytes()
    outcome = harness("cassette", "recover", two.name, "-o", tape.name)
    assert (outcome.code, tape.read_bytes()) == (3, before)


def test_recover_tells_where_the_working_file_is(harness: Run, tmp_path: Path) -> None:
    """The name of the cassette is close enough to be understood."""
    (tmp_path / "x.cassette.jsonl.part").write_bytes(b"")
    outcome = harness("cassette", "recover", "x.cassette.jsonl")
    assert outcome.code == 4
    assert "x.cassette.jsonl.part" in outcome.err


def test_recover_leaves_a_recorder_alone_that_still_runs(harness: Run, tmp_path: Path) -> None:
    """A `.part` file that is locked is being written."""
    with PartFile(tmp_path / "x.cassette.jsonl") as part:
        part.append(
            b'{"k":"head","schema":"llm-cassette/1","tool":"t","recorded":"2026-01-02T03:04:05Z","part":{"first":0}}\n'
        )
        outcome = harness("cassette", "recover", "x.cassette.jsonl.part")
    assert (outcome.code, (tmp_path / "x.cassette.jsonl.part").exists()) == (3, True)
