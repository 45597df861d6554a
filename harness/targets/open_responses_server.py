"""open-responses-server: Responses before any server that speaks Chat Completions."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, Final

from harness.sandwich.session import Route
from harness.targets.installing import FromPyPI
from harness.targets.process import HOST, free_port, started
from harness.targets.target import Kind, Running

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PACKAGE: Final = FromPyPI(target="open-responses-server", package="open-responses-server", version="0.4.1")
STARTS: Final = 60.0


class OpenResponsesServer:
    """`otc start`."""

    name: ClassVar[str] = "open-responses-server"
    title: ClassVar[str] = "open-responses-server"
    kind: ClassVar[Kind] = "gateway"
    url: ClassVar[str] = "https://github.com/teabranch/open-responses-server"
    unsupported: ClassVar[Mapping[str, str]] = {
        "responses over chat/*/whole": (
            "its log says `Non-streaming response unsupported` of every request without `stream`, which it answers with"
            " 200 and `null`"
        ),
        "responses over chat/behaviour-whole-is-fold/*": "it has no whole answer to hold against the stream",
    }

    def installed(self, tools: Path) -> str | None:
        """What is missing."""
        return PACKAGE.missing(tools)

    def install(self, tools: Path) -> None:
        """From PyPI."""
        PACKAGE.install(tools)

    @contextmanager
    def run(self, upstream: str, tools: Path, folder: Path) -> Iterator[Running]:
        """Serve it on the loopback address; by itself it listens on every one."""
        own = folder / self.name
        shutil.rmtree(own, ignore_errors=True)
        own.mkdir(parents=True)
        port = free_port()
        origin = f"http://{HOST}:{port}"
        env = {
            "OPENAI_BASE_URL_INTERNAL": upstream,
            "OPENAI_BASE_URL": origin,
            "OPENAI_API_KEY": "harness",
            "API_ADAPTER_HOST": HOST,
            "API_ADAPTER_PORT": str(port),
        }
        # Another port every time: a report that named it would differ from run to run.
        shown = env | {"API_ADAPTER_PORT": "$PORT"}
        with started(
            [str(PACKAGE.program(tools, "otc")), "start"],
            env=env,
            # It writes a folder of logs to where it runs.
            cwd=own,
            log=own / "log.txt",
            ready=f"{origin}/health",
            seconds=STARTS,
            only_success=True,
        ) as process:
            yield Running(
                routes=(
                    Route(
                        name="responses over chat",
                        base_url=origin,
                        model="scenario",
                        inbound="responses",
                        upstream="chat",
                        note="served at /responses, without /v1",
                    ),
                    Route(
                        name="chat over chat",
                        base_url=f"{origin}/v1",
                        model="scenario",
                        inbound="chat",
                        upstream="chat",
                    ),
                ),
                version=PACKAGE.found(tools),
                notes=("no MCP servers are configured",),
                commands=(
                    *PACKAGE.commands,
                    " ".join(f"{name}={value}" for name, value in shown.items() if name != "OPENAI_BASE_URL")
                    + " otc start",
                ),
                ended=process.ended,
                log=process.tail,
            )
