"""openai from npm reads the same from a recording proxy, from the live server, and from the replay server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import harness
from harness.jobs.record import record_server
from tests.clients import streams
from tests.clients.live import LiveUpstream

pytestmark = pytest.mark.sdk

NODE_MODULES = Path(os.environ.get("HARNESS_NODE_MODULES", "node_modules"))


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command that runs the driver with Node 22 and the openai package."""
    binary = NODE_MODULES / "node" / "bin" / "node"
    if not (NODE_MODULES / "openai").is_dir() or not binary.is_file():
        pytest.skip("npm's openai and node@22 are not installed; nox -s clients does it")
    folder = tmp_path_factory.mktemp("node")
    script = folder / "drive.mjs"
    shutil.copy(Path(__file__).with_name("drive.mjs"), script)
    (folder / "node_modules").symlink_to(NODE_MODULES.resolve(), target_is_directory=True)
    return [str(binary), str(script)]


def _drive(node: list[str], what: str, base_url: str) -> list[Any]:
    done = subprocess.run(  # noqa: S603 - our own driver
        [*node, what, base_url], capture_output=True, text=True, encoding="utf-8", timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("what", "path", "body"),
    [
        ("chat", "/chat/completions", streams.chat()),
        ("responses", "/responses", streams.responses()),
    ],
)
def test_node_reads_the_same_live_recorded_and_replayed(
    node: list[str], tmp_path: Path, what: str, path: str, body: bytes
) -> None:
    """Every event, the text, the call and the usage are equal in all three."""
    cassette = tmp_path / "node.cassette.jsonl"
    with LiveUpstream({path: body}) as live:
        direct = _drive(node, what, f"{live.url}/v1")
        with record_server(f"{live.url}/v1", cassette) as recorder:
            recorded = _drive(node, what, recorder.base_url)
    with harness.replay_server(cassette, pace="instant+bytes:5") as replay:
        replayed = _drive(node, what, replay.base_url)

    assert len(direct) > 5
    assert recorded == direct
    assert replayed == direct
