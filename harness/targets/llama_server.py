"""llama-server, the HTTP server of llama.cpp."""

from __future__ import annotations

import re
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from harness.sandwich.session import Route
from harness.targets import building, learned
from harness.targets.building import PROGRAM
from harness.targets.model_scenarios import MEMORISED
from harness.targets.process import HOST, free_port, started
from harness.targets.target import Kind, Running
from harness.translation.engine import INBOUND

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STARTS: Final = 60.0
SLOTS: Final = 2
_VERSION: Final = re.compile(r"^version: (.+)$", re.MULTILINE)
_OPTIONS: Final = (
    *("--alias", "mem", "--ctx-size", str(SLOTS * 2048), "--parallel", str(SLOTS), "--temp", "0"),
    *("--jinja", "--reasoning-format", "auto", "--no-webui", "--offline"),
)


class LlamaServer:
    """`llama-server`."""

    name: ClassVar[str] = "llama-server"
    title: ClassVar[str] = "llama-server (llama.cpp)"
    kind: ClassVar[Kind] = "model server"
    url: ClassVar[str] = "https://github.com/ggml-org/llama.cpp"
    unsupported: ClassVar[Mapping[str, str]] = {}

    def installed(self, tools: Path) -> str | None:
        """The program is looked for in `tools`, then on PATH."""
        if _program(tools) is None:
            return (
                f"there is no {PROGRAM} in {tools} nor on the path: put a release of llama.cpp on the path, or build"
                f" one with `harness conform --install --target {self.name}`, which takes about ten minutes"
            )
        return learned.missing_model(tools)

    def install(self, tools: Path) -> None:
        """Built from the sources that llama-cpp-python carries on PyPI, in about ten minutes."""
        building.build(tools)

    @contextmanager
    def run(self, upstream: str, tools: Path, folder: Path) -> Iterator[Running]:
        """Two slots, greedy decoding; calls and reasoning are parsed."""
        del upstream
        program, model = _program(tools), learned.models(tools)
        assert program is not None and model is not None, "run after installed"  # noqa: S101, PT018
        own = folder / self.name
        own.mkdir(parents=True, exist_ok=True)
        port = free_port()
        origin = f"http://{HOST}:{port}"
        options = ("--host", HOST, "--port", str(port), *_OPTIONS)
        with started(
            [str(program), "--model", str(model / learned.GGUF), *options],
            env={},
            cwd=own,
            log=own / "log.txt",
            ready=f"{origin}/health",
            seconds=STARTS,
            only_success=True,
        ) as process:
            yield Running(
                routes=tuple(
                    Route(
                        name=one, base_url=f"{origin}/v1", model="mem", inbound=one, upstream=None, alone=True
                    )
                    for one in INBOUND
                ),
                version=_version(program),
                notes=(learned.NOTE,),
                commands=(f"llama-server --model {learned.GGUF} {' '.join(options)}",),
                ended=process.ended,
                log=process.tail,
                scenarios=MEMORISED,
                # Two slots are what two choices take: with another session in one, chance says which comes first.
                concurrency=1,
            )


def _program(tools: Path) -> Path | None:
    places = (tools / PROGRAM, tools / LlamaServer.name / PROGRAM)
    if (found := next((one for one in places if one.is_file()), None)) is not None:
        return found.absolute()
    on_path = shutil.which("llama-server")
    return Path(on_path) if on_path is not None else None


def _version(program: Path) -> str | None:
    """What it says of itself; None where it does not say it as this one does."""
    try:
        told = subprocess.run(  # noqa: S603 - the program that is tested
            [str(program), "--version"], capture_output=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search((told.stdout + told.stderr).decode("utf-8", "replace"))
    return found.group(1).strip() if found is not None else None
