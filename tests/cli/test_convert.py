"""`harness cassette import`, `export` and `unpack`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from harness.cassettes.exchange import How
from harness.io.files import read_cassette, write_cassette
from tests.cli.conftest import cassette, chat

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

SSE = b"data: {}\n\ndata: [DONE]\n\n"


def test_export_and_import_give_the_same_recording_back(harness: Run, tape: Path, tmp_path: Path) -> None:
    """The format of vcrpy holds the wire beside the body."""
    assert harness("cassette", "export", tape.name, "-o", "out.yaml") == (
        0,
        "",
        "out.yaml: written for vcrpy\n",
    )
    assert harness("cassette", "import", "out.yaml") == (0, "", "out.cassette.jsonl: 1 exchange\n")
    assert harness("cassette", "diff", "--strict", "--times", tape.name, "out.cassette.jsonl").code in {0, 1}
    ours, theirs = (read_cassette(tmp_path / name).exchanges[0] for name in (tape.name, "out.cassette.jsonl"))
    assert ours.response is not None
    assert theirs.response is not None
    assert list(ours.response.chunks) == list(theirs.response.chunks)


def test_a_folder_of_vcrpy_is_imported_whole(harness: Run, tape: Path, tmp_path: Path) -> None:
    """A folder a module, as its users have them; other files are left alone, and one bad one stops no other."""
    for name in ("cassettes/test_a/one.yaml", "cassettes/test_b/two.yaml"):
        (tmp_path / name).parent.mkdir(parents=True)
        harness("cassette", "export", tape.name, "-o", name)
    (tmp_path / "cassettes" / "settings.json").write_text('{"a": 1}')
    (tmp_path / "cassettes" / "zz.yaml").write_text("a: [")

    outcome = harness("cassette", "import", "cassettes")

    assert outcome.code == 4
    assert outcome.err.splitlines()[:2] == [
        "cassettes/test_a/one.cassette.jsonl: 1 exchange",
        "cassettes/test_b/two.cassette.jsonl: 1 exchange",
    ]
    assert "cassettes/zz.yaml" in outcome.err
    assert len(read_cassette(tmp_path / "cassettes/test_b/two.cassette.jsonl").exchanges) == 1
    assert not (tmp_path / "cassettes/settings.cassette.jsonl").exists()


def test_a_folder_without_recordings_of_others_says_so(harness: Run, tape: Path, tmp_path: Path) -> None:
    """And one folder is not one output."""
    (tmp_path / "none").mkdir()
    outcome = harness("cassette", "import", "none")
    assert "this folder holds no recording of another tool" in outcome.err
    assert outcome.code == 4
    assert "-o goes with one file" in harness("cassette", "import", "none", "-o", "x").err


def test_export_refuses_what_the_format_cannot_hold(harness: Run, two: Path, tmp_path: Path) -> None:
    """A stream that was cut; nothing is written."""
    outcome = harness("cassette", "export", two.name, "-o", "out.yaml")
    assert outcome.code == 2
    assert "server_cut" in outcome.err
    assert not (tmp_path / "out.yaml").exists()


@pytest.mark.parametrize(
    "command",
    [
        ("export", "tape.cassette.jsonl", "-o", "there"),
        ("import", "plain.sse", "-o", "there"),
        ("unpack", "tape.cassette.jsonl", "-o", "there"),
    ],
    ids=lambda command: command[0],
)
def test_nothing_is_overwritten_unasked(
    harness: Run, tape: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """Exit code 3, and the file that was there is untouched; also where it is a folder."""
    there = tmp_path / "there"
    there.write_bytes(b"mine")
    (tmp_path / "plain.sse").write_bytes(SSE)
    outcome = harness("cassette", *command)
    assert (outcome.code, there.read_bytes()) == (3, b"mine")
    if command[0] != "unpack":
        assert harness("cassette", *command, "--overwrite").code == 0
        assert there.read_bytes() != b"mine"
        there.unlink()
        there.mkdir()
        outcome = harness("cassette", *command, "--overwrite")
        assert outcome.code == 3
        assert "this is a folder" in outcome.err


def test_import_hides_secrets(harness: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another tool wrote down is redacted before it becomes a cassette."""
    monkeypatch.setenv("SOME_API_KEY", "Zq8vKx2LpW7nRt5Y")
    (tmp_path / "leak.sse").write_bytes(b"data: Zq8vKx2LpW7nRt5Y\n\n")
    assert harness("cassette", "import", "leak.sse").code == 0
    assert b"Zq8vKx2LpW7nRt5Y" not in (tmp_path / "leak.cassette.jsonl").read_bytes()


def test_import_goes_on_after_a_file_that_cannot_be_read(harness: Run, tmp_path: Path) -> None:
    """The others become cassettes; the exit code is the highest."""
    (tmp_path / "good.sse").write_bytes(SSE)
    outcome = harness("cassette", "import", "missing.yaml", "good.sse")
    assert outcome.code == 4
    assert (tmp_path / "good.cassette.jsonl").exists()


def test_import_reads_standard_input(harness: Run, tmp_path: Path) -> None:
    """With a name to write to."""
    outcome = harness("cassette", "import", "-", "-o", "in.cassette.jsonl", stdin=SSE)
    assert outcome.code == 0
    response = read_cassette(tmp_path / "in.cassette.jsonl").exchanges[0].response
    assert response is not None
    assert response.body() == SSE


def test_a_plain_body_can_be_given_its_request(harness: Run, tmp_path: Path) -> None:
    """So that the recording can be matched; a request that cannot be read is told."""
    (tmp_path / "x.sse").write_bytes(SSE)
    (tmp_path / "request.json").write_text(
        json.dumps({"method": "POST", "url": "https://api.example/v1/chat/completions", "json": {"n": 1}})
    )

    assert harness("cassette", "import", "x.sse", "--request", "request.json").code == 0
    assert harness("cassette", "import", "x.sse", "--overwrite", "--request", "none.json").code == 4

    request = read_cassette(tmp_path / "x.cassette.jsonl").exchanges[0].request
    assert (request.url, json.loads(request.body)) == ("https://api.example/v1/chat/completions", {"n": 1})


def test_unpack_writes_plain_files(harness: Run, tmp_path: Path) -> None:
    """The exact bodies, and the rest as JSON; their names go to stdout."""
    exchange = chat(how=How.RESET)
    write_cassette(cassette(exchange), tmp_path / "x.cassette.jsonl")
    outcome = harness("cassette", "unpack", "x.cassette.jsonl", "-o", "out")
    names = ["000.request.json", "000.response.sse", "000.meta.json"]
    assert outcome.code == 0
    assert [line.replace("\\", "/") for line in outcome.out.splitlines()] == [f"out/{name}" for name in names]
    assert exchange.response is not None
    assert (tmp_path / "out" / names[0]).read_bytes() == exchange.request.body
    assert (tmp_path / "out" / names[1]).read_bytes() == exchange.response.body()
    meta = json.loads((tmp_path / "out" / names[2]).read_bytes())
    assert meta["response"]["chunks"] == {"at_us": [0, 20_100, 303_500], "bytes": [92, 117, 14]}
    assert meta["ending"]["how"] == "reset"


def test_one_recording_must_be_meant(harness: Run, tape: Path, two: Path) -> None:
    """A folder with several is ambiguous where one is wanted."""
    outcome = harness("cassette", "export", ".", "-o", "out.yaml")
    assert outcome.code == 2
    assert "several recordings" in outcome.err
