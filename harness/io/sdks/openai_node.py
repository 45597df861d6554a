"""The openai package of npm, run by Node in a child process.

The package is looked for where Node does: in the `node_modules` of the working directory and above. Other places are
named by `HARNESS_NODE_MODULES`, the folder that holds `openai` (and, if wanted, `node`).
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.io.sdks.verdict import SdkVerdict

if TYPE_CHECKING:
    from harness.io.sdks.verdict import Fed

NAME = "openai-node"
_SECONDS = 60


def ask(fed: Fed) -> SdkVerdict:
    """Read the answer as a program would, to its end."""
    modules = Path(os.environ.get("HARNESS_NODE_MODULES", "node_modules")).absolute()
    node = _node(modules)
    if node is None:
        return SdkVerdict(sdk=NAME, status="absent", message="node is not installed")
    told = _run(
        node,
        modules.parent,
        {
            "dialect": fed.dialect,
            "status": fed.status,
            "headers": [list(one) for one in fed.headers],
            "body": base64.b64encode(fed.body).decode(),
            "streamed": fed.streamed,
        },
    )
    return SdkVerdict(
        sdk=NAME,
        version=told.get("version", ""),
        status=told["status"],
        exception=told.get("exception", ""),
        message=" ".join(str(told.get("message", "")).split())[:300],
        text=told.get("text"),
        calls=tuple(told.get("calls", ())),
    )


@cache
def _node(modules: Path) -> str | None:
    beside = modules / "node" / "bin" / "node"
    return str(beside) if beside.is_file() else shutil.which("node")


def _run(node: str, folder: Path, fed: dict[str, object]) -> dict[str, Any]:
    driver = Path(__file__).with_name("openai_node.mjs")
    try:
        done = subprocess.run(  # noqa: S603 - our own driver, run by the user's node
            [node, str(driver)],
            input=json.dumps(fed),
            cwd=folder if folder.is_dir() else None,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"status": "raised", "exception": "Timeout", "message": f"no answer within {_SECONDS} s"}
    if done.returncode != 0 or not done.stdout.strip():
        return {"status": "raised", "exception": "Crash", "message": done.stderr.strip()[-300:]}
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told
