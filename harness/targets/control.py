"""No gateway at all: the client asks the scenario upstream itself. What is found here is the harness's own fault."""

from __future__ import annotations

from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, ClassVar

from harness.sandwich.session import Route
from harness.targets.target import Kind, Running
from harness.translation.engine import INBOUND

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


class Replayer:
    """The upstream itself."""

    name: ClassVar[str] = "replayer"
    title: ClassVar[str] = "no gateway (control)"
    kind: ClassVar[Kind] = "control"
    url: ClassVar[str] = ""
    unsupported: ClassVar[Mapping[str, str]] = {
        "*/transport-hangup": "nobody stands between the client and an upstream that closes the connection unanswered"
    }

    def installed(self, tools: Path) -> str | None:
        """It always is."""
        del tools
        return None

    @contextmanager
    def run(self, upstream: str, tools: Path, folder: Path) -> Iterator[Running]:
        """It runs already."""
        del tools, folder
        yield Running(
            routes=tuple(
                Route(name=one, base_url=f"{upstream}/v1", model="scenario", inbound=one, upstream=one)
                for one in INBOUND
            ),
            version=version("llm-stream-harness"),
        )
