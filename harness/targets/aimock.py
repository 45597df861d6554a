"""aimock: a mock server that records through a proxy what it has no fixture for, and is put here as that proxy."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, Final

from harness.sandwich.session import Route
from harness.targets.installing import FromNpm
from harness.targets.process import HOST, free_port, started
from harness.targets.target import Kind, Running

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PACKAGE: Final = FromNpm(target="aimock", package="@copilotkit/aimock", version="1.43.0")
STARTS: Final = 60.0
TIMEOUT_MS: Final = 3000
"""Milliseconds of silence after which it is to give its upstream up: shorter than the patience of our client. Its own
default is 30,000."""
REPLAYED: Final = (
    "the second answer is its recording of the first: a fixture keeps what its format holds, and its README says that"
    " the chunks of a replay may be others"
)


class Aimock:
    """`aimock --record`."""

    name: ClassVar[str] = "aimock"
    title: ClassVar[str] = "aimock (its recording proxy)"
    kind: ClassVar[Kind] = "gateway"
    url: ClassVar[str] = "https://github.com/CopilotKit/aimock"
    unsupported: ClassVar[Mapping[str, str]] = {
        "chat over chat/behaviour-repeat/*": REPLAYED,
        "responses over responses/behaviour-repeat/stream": REPLAYED,
        "*/behaviour-whole-is-fold/*": REPLAYED,
    }

    def installed(self, tools: Path) -> str | None:
        """What is missing."""
        return PACKAGE.missing(tools)

    def install(self, tools: Path) -> None:
        """From npm."""
        PACKAGE.install(tools)

    @contextmanager
    def run(self, upstream: str, tools: Path, folder: Path) -> Iterator[Running]:
        """Serve it with a folder of fixtures that is empty at first."""
        own = folder / self.name
        shutil.rmtree(own, ignore_errors=True)
        (own / "fixtures").mkdir(parents=True)
        port = free_port()
        origin = f"http://{HOST}:{port}"
        options = ["--fixtures", "fixtures", "--record", "--provider-openai", upstream]
        options += ["--upstream-timeout-ms", str(TIMEOUT_MS), "--body-timeout-ms", str(TIMEOUT_MS)]
        with started(
            [
                *(shutil.which("node") or "node", str(PACKAGE.file(tools, "dist/cli.js"))),
                *("--host", HOST, "--port", str(port), *options),
            ],
            env={},
            cwd=own,
            log=own / "log.txt",
            ready=f"{origin}/v1/models",
            seconds=STARTS,
        ) as process:
            yield Running(
                routes=(
                    Route(
                        name="chat over chat",
                        base_url=f"{origin}/v1",
                        model="scenario",
                        inbound="chat",
                        upstream="chat",
                    ),
                    Route(
                        name="responses over responses",
                        base_url=f"{origin}/v1",
                        model="scenario",
                        inbound="responses",
                        upstream="responses",
                    ),
                ),
                version=PACKAGE.found(tools),
                notes=(
                    (
                        "what it has recorded it answers itself: a later request that it takes for the same one does"
                        " not reach the upstream"
                    ),
                    f"timeouts of {TIMEOUT_MS / 1e3:g} s (its own defaults are 30)",
                ),
                commands=(
                    *PACKAGE.commands,
                    f"aimock/node_modules/.bin/aimock --host {HOST} --port {port} {' '.join(options)}",
                ),
                ended=process.ended,
                log=process.tail,
            )
