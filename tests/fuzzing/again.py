"""The test of a finding is run against a gateway."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fuzzing.broken_gateways import running

if TYPE_CHECKING:
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
