"""The server inside llama-cpp-python: Chat Completions."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, Final

from harness.sandwich.session import Route
from harness.targets import learned
from harness.targets.installing import FromPyPI
from harness.targets.model_scenarios import MEMORISED
from harness.targets.process import HOST, free_port, started
from harness.targets.target import Kind, Running

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PACKAGE: Final = FromPyPI(
    target="llama-cpp-python", package="llama-cpp-python", version="0.3.36", extras="[server]"
)
STARTS: Final = 120.0

_NO_CALLS: Final = (
    "its README: calls of tools need the chat format chatml-function-calling or one of functionary; the format in the"
    " model's own file gives text"
)
_ONE_CHOICE: Final = "llama_cpp/server/types.py has n among what is `ignored or currently unsupported`"


class LlamaCppPython:
    """`python -m llama_cpp.server`."""

    name: ClassVar[str] = "llama-cpp-python"
    title: ClassVar[str] = "llama-cpp-python server"
    kind: ClassVar[Kind] = "model server"
    url: ClassVar[str] = "https://github.com/abetlen/llama-cpp-python"
    unsupported: ClassVar[Mapping[str, str]] = {
        **{
            f"chat/model-{one}": _NO_CALLS
            for one in ("call", "parallel", "text-call", "loop", "thought-call", "bad-call", "length-call")
        },
        "chat/model-several": _ONE_CHOICE,
    }

    def installed(self, tools: Path) -> str | None:
        """What is missing."""
        return PACKAGE.missing(tools) or learned.missing_model(tools)

    def install(self, tools: Path) -> None:
        """From PyPI, where it is source alone: it is compiled, in about ten minutes."""
        PACKAGE.install(tools)

    @contextmanager
    def run(self, upstream: str, tools: Path, folder: Path) -> Iterator[Running]:
        """One context of 2,048 tokens."""
        del upstream
        model = learned.models(tools)
        assert model is not None, "run after installed"  # noqa: S101
        own = folder / self.name
        own.mkdir(parents=True, exist_ok=True)
        port = free_port()
        origin = f"http://{HOST}:{port}"
        options = ("--model_alias", "mem", "--host", HOST, "--port", str(port), "--n_ctx", "2048")
        python = str(PACKAGE.program(tools, "python").absolute())
        with started(
            [python, "-m", "llama_cpp.server", "--model", str(model / learned.GGUF), *options],
            env={},
            cwd=own,
            log=own / "log.txt",
            ready=f"{origin}/v1/models",
            seconds=STARTS,
            only_success=True,
        ) as process:
            yield Running(
                routes=(
                    Route(
                        name="chat",
                        base_url=f"{origin}/v1",
                        model="mem",
                        inbound="chat",
                        upstream=None,
                        alone=True,
                    ),
                ),
                version=PACKAGE.found(tools),
                notes=(
                    learned.NOTE,
                    "one request at a time: it breaks an answer off when the next request comes, unless told otherwise",
                ),
                commands=(
                    *PACKAGE.commands,
                    f"python -m llama_cpp.server --model {learned.GGUF} {' '.join(options)}",
                ),
                ended=process.ended,
                log=process.tail,
                scenarios=MEMORISED,
                concurrency=1,
            )
