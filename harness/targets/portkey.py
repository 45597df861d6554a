"""Portkey's gateway: providers by header, Responses passed through. It runs with two shims; reports must say so."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from harness.sandwich.session import Route
from harness.targets.installing import FromNpm
from harness.targets.process import HOST, free_port, started
from harness.targets.target import Kind, Running

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PACKAGE: Final = FromNpm(target="portkey", package="@portkey-ai/gateway", version="1.15.2")
SHIMS: Final = tuple(Path(__file__).with_name(one) for one in ("portkey_loopback.cjs", "portkey_headers.cjs"))
STARTS: Final = 60.0

ROUTES: Final[tuple[tuple[str, str, str, str, str], ...]] = (
    ("chat over chat", "openai", "/v1", "chat", "chat"),
    ("responses over responses", "openai", "/v1", "responses", "responses"),
    ("chat over gemini", "google", "", "chat", "gemini"),
    ("chat over anthropic", "anthropic", "/v1", "chat", "anthropic"),
)
"""Each way: its name, Portkey's provider, the path of the upstream, what is spoken on both sides."""

LOOPBACK: Final = (
    f"it has no option for its address and listens on all of them; with this it listens on {HOST}"
)
HEADERS: Final = (
    "the server below it changes the headers of what fetch answered, which the standard forbids, and every plain"
    " OpenAI stream ends in `TypeError: immutable`; with this, fetch answers with headers that can be changed"
)


class Portkey:
    """`build/start-server.js`."""

    name: ClassVar[str] = "portkey"
    title: ClassVar[str] = "Portkey gateway (with two shims)"
    kind: ClassVar[Kind] = "gateway"
    url: ClassVar[str] = "https://github.com/Portkey-AI/gateway"
    unsupported: ClassVar[Mapping[str, str]] = {}

    def installed(self, tools: Path) -> str | None:
        """What is missing."""
        return PACKAGE.missing(tools)

    def install(self, tools: Path) -> None:
        """From npm."""
        PACKAGE.install(tools)

    @contextmanager
    def run(self, upstream: str, tools: Path, folder: Path) -> Iterator[Running]:
        """Serve it without its console."""
        own = folder / self.name
        shutil.rmtree(own, ignore_errors=True)
        own.mkdir(parents=True)
        port = free_port()
        origin = f"http://{HOST}:{port}"
        shims = [word for one in SHIMS for word in ("--require", str(one))]
        start = PACKAGE.file(tools, "build/start-server.js")
        with started(
            [shutil.which("node") or "node", *shims, str(start), "--headless", f"--port={port}"],
            env={"TRUSTED_CUSTOM_HOSTS": f"{HOST},localhost"},
            cwd=own,
            log=own / "log.txt",
            ready=f"{origin}/",
            seconds=STARTS,
        ) as process:
            yield Running(
                routes=tuple(
                    Route(
                        name=name,
                        base_url=f"{origin}/v1",
                        model="scenario",
                        inbound=inbound,  # type: ignore[arg-type]
                        upstream=spoken,  # type: ignore[arg-type]
                        headers=(
                            ("authorization", "Bearer harness"),
                            ("x-portkey-provider", provider),
                            ("x-portkey-custom-host", f"{upstream}{path}"),
                        ),
                        note=f"provider {provider}",
                    )
                    for name, provider, path, inbound, spoken in ROUTES
                ),
                version=PACKAGE.found(tools),
                notes=(
                    f"shim {SHIMS[0].name}: {LOOPBACK}",
                    f"shim {SHIMS[1].name}: {HEADERS}",
                ),
                commands=(
                    *PACKAGE.commands,
                    (
                        f"node --require {SHIMS[0].name} --require {SHIMS[1].name} "
                        "portkey/node_modules/@portkey-ai/gateway/build/start-server.js --headless --port=$PORT"
                    ),
                ),
                ended=process.ended,
                log=process.tail,
            )
