"""The server inside llama-cpp-python: Chat Completions."""

from __future__ import annotations

from typing import ClassVar

from tests.gateways.build_llama_server import SDIST_VERSION
from tests.gateways.servers.server import HOST, MODEL_FOLDER, Server

_TAGS_ARE_TEXT = (
    "it parses neither calls nor reasoning of this template: the tags arrive as text, as in tool_call"
)


class LlamaCppPython(Server):
    """One request at a time: by default a second one interrupts the first."""

    name = "llama-cpp-python"
    requirements = (f"llama-cpp-python[server]=={SDIST_VERSION}",)
    distributions = ("llama-cpp-python", "fastapi", "uvicorn")
    models: ClassVar = {"chat": "mem"}
    port = 9301
    health = "/v1/models"
    cannot: ClassVar = {
        "two_tool_calls": _TAGS_ARE_TEXT,
        "reasoning_then_call": _TAGS_ARE_TEXT,
        "text_then_call": _TAGS_ARE_TEXT,
        "malformed_call": _TAGS_ARE_TEXT,
        "truncated_call": _TAGS_ARE_TEXT,
        "whole_reasoning": _TAGS_ARE_TEXT,
        "two_turns": "it makes no tool call, so there is nothing to answer",
        "error_400": "it answers 500 with a path of the machine in it; see context_exceeded",
        "error_400_whole": "it answers 500 with a path of the machine in it; see context_exceeded",
    }

    def command(self) -> list[str]:
        """One context of 2,048 tokens."""
        return [
            *(str(self.tools.program(self.name)), "-m", "llama_cpp.server"),
            *("--model", str(MODEL_FOLDER / "mem.gguf"), "--model_alias", "mem"),
            *("--host", HOST, "--port", str(self.port), "--n_ctx", "2048"),
        ]
