"""transformers serve: Chat Completions and Responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tests.gateways.servers.server import HOST, MODEL_FOLDER, Server

if TYPE_CHECKING:
    from pathlib import Path

_NO_LIMIT = "it has no limit: it generates beyond the model's context"


class TransformersServe(Server):
    """On the CPU. The model's name is a folder, so the server runs beside it: no path enters a recording."""

    name = "transformers"
    requirements = ("torch==2.13.0", "transformers[serving]==5.23.0")
    distributions = ("transformers", "torch", "fastapi", "uvicorn")
    models: ClassVar = {"chat": "mem", "responses": "mem"}
    port = 9302
    cannot: ClassVar = {
        "context_exceeded": _NO_LIMIT,
        "context_exceeded_whole": _NO_LIMIT,
    }

    def command(self) -> list[str]:
        """No model argument: it would pin the server to it."""
        return [
            *(self.tools.script(self.name, "transformers"), "serve"),
            *("--host", HOST, "--port", str(self.port), "--device", "cpu"),
        ]

    def environment(self) -> dict[str, str]:
        """Nothing may be fetched."""
        return {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}

    def folder(self) -> Path:
        """The folder in which `mem` is the model."""
        return MODEL_FOLDER
