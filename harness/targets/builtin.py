"""The gateway of this project, in process."""

from __future__ import annotations

from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, ClassVar, Final

from harness.gateway.limits import Limits
from harness.jobs.serve import gateway_server
from harness.sandwich.session import Route
from harness.targets.target import Kind, Running
from harness.translation.engine import INBOUND, UPSTREAM

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LIMITS: Final = Limits(connect=5.0, first_byte=3.0, idle=3.0)
"""Shorter than the patience of our client, so that it is told of silence."""

PATHS: Final = {"chat": "/v1", "responses": "/v1", "gemini": "/v1beta", "anthropic": "/v1"}


class Builtin:
    """`harness serve`."""

    name: ClassVar[str] = "builtin"
    title: ClassVar[str] = "the built-in gateway"
    kind: ClassVar[Kind] = "gateway"
    url: ClassVar[str] = ""
    unsupported: ClassVar[Mapping[str, str]] = {
        "chat over responses/text-stop-sequence": (
            "the Responses API has no parameter for stop sequences, and a request whose wishes cannot be kept is"
            " refused with 400 (docs/translation.md, L105); --emulate-stop would look for them here"
        )
    }

    def installed(self, tools: Path) -> str | None:
        """It always is."""
        del tools
        return None

    @contextmanager
    def run(self, upstream: str, tools: Path, folder: Path) -> Iterator[Running]:
        """Serve it on a thread of this process."""
        del tools, folder
        served = [f"{dialect}={upstream}{path}" for dialect, path in PATHS.items()]
        with gateway_server(served, limits=LIMITS) as server:
            yield Running(
                routes=tuple(
                    Route(
                        name=f"{inbound} over {dialect}",
                        base_url=server.base_url,
                        model=f"{dialect}/scenario",
                        inbound=inbound,
                        upstream=dialect,
                    )
                    for inbound in INBOUND
                    for dialect in UPSTREAM
                ),
                version=version("llm-stream-harness"),
                notes=(f"limits: {LIMITS.first_byte:g} s for the first byte, {LIMITS.idle:g} s between two",),
                commands=("harness serve " + " ".join(f"--upstream {one}" for one in served),),
            )
