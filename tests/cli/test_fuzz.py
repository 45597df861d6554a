"""`harness fuzz`: what it prints, writes, and exits with."""

from __future__ import annotations

import json
import re
import socket
from typing import TYPE_CHECKING

import pytest

from tests.fuzzing.broken_gateways import LosesExclamationMarks, running

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.cli.conftest import Run

SMALL = ("--max-examples", "24", "--max-time", "300")


def stable(text: str) -> str:
    """Without what differs from run to run."""
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
    text = re.sub(r"hx[0-9a-f]{20}", "MARK", text)
    text = re.sub(
        r"[\d,]+ conversations \([\d,]+ plays, \d+ rules, \d+ s",
        "N conversations (N plays, N rules, N s",
        text,
    )
    return text.replace("\\", "/")


def free_port() -> int:
    """One that was free just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_the_builtin_gateway_is_clean(harness: Run) -> None:
    """Exit code 0 and one line."""
    done = harness("fuzz", *SMALL)
    assert (done.code, done.err) == (0, ""), done
    assert re.fullmatch(r"builtin  nothing found in \d+ conversations \(.*, seed 0\)\n", done.out)


def test_a_broken_gateway_is_told_and_kept(harness: Run, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Exit code 1; what was found on stdout, with the folder that it is kept in."""
    port = free_port()
    with running(LosesExclamationMarks(), f"http://127.0.0.1:{port}", tmp_path) as started:
        done = harness(
            *("fuzz", "--base-url", started.routes[0].base_url, "--upstream-port", str(port), "-q"),
            *("--model", "chat/scenario", "--inbound", "chat", "--mode", "stream", "--rule", "XLAT-TEXT-001"),
            *("--max-examples", "150", "--max-time", "300", "--stop-after", "1"),
        )
    assert done.code == 1, done
    assert stable(done.out) == snapshot
    (folder,) = (tmp_path / "harness-fuzz").iterdir()
    assert {one.name for one in folder.iterdir()} == {
        *(
            "finding.md",
            "finding.json",
            f"test_{folder.name.replace('-', '_')}.py",
            "client.cassette.jsonl",
            "upstream.cassette.jsonl",
        ),
    }


def test_json_has_stdout_for_itself(harness: Run) -> None:
    """One object, or one a line."""
    whole = json.loads(harness("fuzz", *SMALL, "-f", "json").out)
    assert (whole["target"], whole["findings"], whole["conversations"]) == ("builtin", [], 24)
    (row,) = map(json.loads, harness("fuzz", *SMALL, "-f", "ndjson").out.splitlines())
    assert row["kind"] == "run"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--target", "bultin"), 2),
        (("--route", "chat over opnai"), 2),
        (("--base-url", "http://127.0.0.1:9/v1"), 2),
        (("--target", "builtin", "--target", "litellm"), 2),
        (("--max-time", "0"), 2),
        (("--mode", "streamed"), 2),
        (("--target", "litellm", "--tools", "nowhere"), 3),
        (("--baseline", "nowhere.toml"), 4),
    ],
)
def test_bad_use_says_what_to_do(
    harness: Run, arguments: tuple[str, ...], code: int, snapshot: SnapshotAssertion, tmp_path: Path
) -> None:
    """With the exit code of its kind, and nothing on stdout."""
    done = harness("fuzz", *arguments)
    assert (done.code, done.out) == (code, ""), done
    assert done.err.replace(str(tmp_path), "$TMP") == snapshot
