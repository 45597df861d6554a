"""What is said of a run without what differs from run to run: ports that were free, folders that were given.

So two runs give the same result, and a report shows no machine's paths.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from harness.results.result import Cell, Finding

Said: TypeAlias = Callable[[str], str]
"""Makes of a text what may be shown."""


@dataclass(frozen=True)
class Stable:
    """Puts variables where a run has its own addresses and folders.

    Args:
        pairs: What is replaced, and by what; the longest first.
    """

    pairs: tuple[tuple[str, str], ...] = ()

    def __call__(self, text: str) -> str:
        """The text with variables in it."""
        for given, variable in self.pairs:
            text = re.sub(rf"{re.escape(given)}(?!\w)", variable, text)
        return text


def stable(
    upstream: str | None = None, *, targets: Iterable[str], folders: Iterable[tuple[Path, str]]
) -> Stable:
    """What stands for what in one run.

    Args:
        upstream: Origin of the scenario upstream, once it listens.
        targets: Addresses of the target, where this harness has started it: its port is another every time.
        folders: Folders, and the variable for each.
    """
    pairs: dict[str, str] = {}
    if upstream is not None:
        pairs |= {upstream: "$UPSTREAM", urlsplit(upstream).netloc: "$UPSTREAM_ADDRESS"}
    for url in targets:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if _is_here(parts.hostname) and origin not in pairs:
            pairs[origin] = "$TARGET"
            pairs[parts.netloc] = "$TARGET_ADDRESS"
            if parts.port is not None:
                pairs[f"--port {parts.port}"] = "--port $PORT"
    for folder, variable in folders:
        pairs[str(folder.absolute())] = variable
    return Stable(tuple(sorted(pairs.items(), key=lambda one: -len(one[0]))))


def _is_here(host: str | None) -> bool:
    return host in {"127.0.0.1", "localhost", "::1"}


def polished(cell: Cell, said: Said) -> Cell:
    """A cell, all of whose texts were sent through `said`."""
    return msgspec.structs.replace(
        cell,
        findings=tuple(_polished(one, said) for one in cell.findings),
        reason=_said(cell.reason, said),
        curl=_said(cell.curl, said),
    )


def _polished(one: Finding, said: Said) -> Finding:
    return msgspec.structs.replace(
        one, message=said(one.message), expected=_said(one.expected, said), found=_said(one.found, said)
    )


def _said(text: str | None, said: Said) -> str | None:
    return said(text) if text else text
