"""How the programs that drive clients tell what happened: a line of JSON for each answer, on stdout."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine

LONGEST_S = 45.0


def arguments() -> tuple[str, list[str]]:
    """The base URL and the scenes."""
    base_url, *names = sys.argv[1:]
    return base_url, names


def told(version: str) -> None:
    """The first line: which client this is."""
    _line({"version": version})


async def tell(run: str, scene: str, answer: Coroutine[Any, Any, dict[str, Any]]) -> None:
    """One answer, or what the client raised."""
    try:
        got = await asyncio.wait_for(answer, LONGEST_S)
    except Exception as error:  # noqa: BLE001 - it is what the test asks about
        got = {"raised": type(error).__name__, "message": str(error)}
        if (status := getattr(error, "status_code", None)) is not None:
            got["status"] = status
    _line({"run": run, "scene": scene, **got})


def _line(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()
