"""A finding that was kept, seen again: its test is run against a gateway, its recordings are read."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import harness
from harness.generate.sketch import Sketch
from harness.sandwich.session import Played, Route, Side
from tests.fuzzing.broken_gateways import running

if TYPE_CHECKING:
    from harness.fuzzing.outcome import Told
    from tests.miniatures.miniature import Miniature

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    """One that was free just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def run_test(folder: Path, miniature: Miniature, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Run the test of a finding against a gateway whose upstream is at a port."""
    port = free_port()
    with running(miniature, f"http://127.0.0.1:{port}", tmp_path) as started:
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
            cwd=folder,
            env={
                **os.environ,
                "GATEWAY_URL": started.routes[0].base_url,
                "UPSTREAM_PORT": str(port),
                "PYTHONPATH": str(ROOT),
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def replayed(told: Told) -> Played:
    """The session that was kept of a finding."""
    client, upstream = (
        tuple(
            Side(exchange=one, index=-1, at_ms=0.0)
            for one in harness.read_cassette(Path(str(told.folder)) / f"{side}.cassette.jsonl").exchanges
        )
        for side in ("client", "upstream")
    )
    route = Route(
        name="chat over chat", base_url="http://127.0.0.1:1/v1", model="m", inbound="chat", upstream="chat"
    )
    return Played(
        cell="",
        scenario=Sketch().scenario(),
        route=route,
        mode="stream",
        client=client,
        upstream=upstream,
    )
