"""llama-server, the HTTP server of llama.cpp: Chat Completions and Responses."""

from __future__ import annotations

import subprocess
from typing import ClassVar

from tests.gateways.build_llama_server import SDIST_VERSION
from tests.gateways.servers.server import HOST, MODEL_FOLDER, Server


class LlamaServer(Server):
    """Built from the sources inside the PyPI sdist of llama-cpp-python; see `build_llama_server.py`."""

    name = "llama-server"
    models: ClassVar = {"chat": "mem", "responses": "mem"}
    port = 9303

    def command(self) -> list[str]:
        """Two slots of 2,048 tokens, greedy decoding; calls and reasoning are parsed."""
        return [
            str(self.tools.program(self.name)),
            *("--model", str(MODEL_FOLDER / "mem.gguf"), "--alias", "mem"),
            *("--host", HOST, "--port", str(self.port)),
            *("--ctx-size", "4096", "--parallel", "2", "--temp", "0"),
            *("--jinja", "--reasoning-format", "auto", "--no-webui", "--offline"),
        ]

    def versions(self) -> dict[str, str]:
        """What the binary says of itself, and the sdist that it comes from."""
        told = subprocess.run(
            [str(self.tools.program(self.name)), "--version"], capture_output=True, text=True, check=True
        )
        lines = (told.stdout + told.stderr).splitlines()
        version = next(line.removeprefix("version: ") for line in lines if line.startswith("version: "))
        return {"llama-server": version, "llama-server built from": f"llama-cpp-python {SDIST_VERSION}"}
