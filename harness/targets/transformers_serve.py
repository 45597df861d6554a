"""`transformers serve`: Chat Completions and Responses, on the processor."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, Final

from harness.sandwich.session import Route
from harness.targets import learned
from harness.targets.installing import FromPyPI
from harness.targets.model_scenarios import MEMORISED
from harness.targets.process import HOST, free_port, started
from harness.targets.target import Kind, Running
from harness.translation.engine import INBOUND

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PACKAGE: Final = FromPyPI(
    target="transformers-serve",
    package="transformers",
    version="5.23.0",
    extras="[serving]",
    beside=("torch==2.13.0",),
)
STARTS: Final = 180.0
"""Seconds to start: torch takes half a minute to import where it was never imported before."""

_NOTHING_FETCHED: Final = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}
_LIMITLESS: Final = "it has no limit: it generates beyond the model's context"
_UNUSED: Final = (
    "UNUSED_CHAT_COMPLETION_FIELDS of cli/serving/chat_completion.py has {}, which it logs and ignores"
)


class TransformersServe:
    """`transformers serve`."""

    name: ClassVar[str] = "transformers-serve"
    title: ClassVar[str] = "transformers serve"
    kind: ClassVar[Kind] = "model server"
    url: ClassVar[str] = "https://github.com/huggingface/transformers"
    unsupported: ClassVar[Mapping[str, str]] = {
        "*/model-too-long": _LIMITLESS,
        "chat/model-several": _UNUSED.format("n"),
        "chat/model-logprobs": _UNUSED.format("logprobs"),
    }

    def installed(self, tools: Path) -> str | None:
        """What is missing."""
        return PACKAGE.missing(tools) or learned.missing_model(tools)

    def install(self, tools: Path) -> None:
        """From PyPI; its torch brings some gigabytes where no build for the processor alone is chosen."""
        PACKAGE.install(tools)

    @contextmanager
    def run(self, upstream: str, tools: Path, folder: Path) -> Iterator[Running]:
        """No model is named at the start, which would pin the server to it: what clients ask for is a folder."""
        del upstream
        model = learned.models(tools)
        assert model is not None, "run after installed"  # noqa: S101
        own = folder / self.name
        own.mkdir(parents=True, exist_ok=True)
        port = free_port()
        origin = f"http://{HOST}:{port}"
        options = ("--host", HOST, "--port", str(port), "--device", "cpu")
        with started(
            [str(PACKAGE.program(tools, "transformers").absolute()), "serve", *options],
            env=_NOTHING_FETCHED,
            # The folder in which `mem` is the model, so that no path of this machine is asked for.
            cwd=model,
            log=own / "log.txt",
            ready=f"{origin}/health",
            seconds=STARTS,
            only_success=True,
        ) as process:
            yield Running(
                routes=tuple(
                    Route(
                        name=one,
                        base_url=f"{origin}/v1",
                        model=learned.FOLDER,
                        inbound=one,
                        upstream=None,
                        alone=True,
                    )
                    for one in INBOUND
                ),
                version=PACKAGE.found(tools),
                notes=(learned.NOTE, "on the processor, and with nothing to be fetched"),
                commands=(*PACKAGE.commands, f"transformers serve {' '.join(options)}"),
                ended=process.ended,
                log=process.tail,
                scenarios=MEMORISED,
                # Sessions at once get in each other's way on a processor, and what comes first is chance.
                concurrency=1,
            )
