"""LiteLLM's proxy: it has a provider for nearly every dialect, and each way through it is code of its own."""

from __future__ import annotations

import json
import secrets
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Final

from harness.sandwich.session import Route
from harness.targets.installing import FromPyPI
from harness.targets.process import HOST, free_port, started
from harness.targets.target import Kind, Running

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PACKAGE: Final = FromPyPI(target="litellm", package="litellm", version="1.106.2", extras="[proxy]")
STARTS: Final = 120.0
"""Seconds to start: usually 15 to 20, more where everything is imported for the first time."""

TIMEOUT: Final = 3
"""Seconds of silence after which it is to give its upstream up: shorter than the patience of our client. Its own
default is 6,000."""

SESSIONS: Final = 4
"""Sessions at a time. Its command starts one worker: of many requests at once each waits for seconds, and then its own
timeout and our patience would measure the machine."""

GEMINI: Final = "gemini/gemini-2.5-flash"
CLAUDE: Final = "anthropic/claude-sonnet-4-5"
"""Models of its price list, by which it decides what these providers can be asked."""

ROUTES: Final[tuple[tuple[str, str, str, str, str, str], ...]] = (
    ("chat over chat", "chat-chat", "openai/scenario", "/v1", "chat", "chat"),
    ("responses over chat", "responses-chat", "openai/chat_completions/scenario", "/v1", "responses", "chat"),
    ("chat over responses", "chat-responses", "openai/responses/scenario", "/v1", "chat", "responses"),
    ("responses over responses", "responses-responses", "openai/scenario", "/v1", "responses", "responses"),
    ("chat over gemini", "chat-gemini", GEMINI, "/v1beta", "chat", "gemini"),
    ("chat over anthropic", "chat-anthropic", CLAUDE, "", "chat", "anthropic"),
    ("responses over gemini", "responses-gemini", GEMINI, "/v1beta", "responses", "gemini"),
    ("responses over anthropic", "responses-anthropic", CLAUDE, "", "responses", "anthropic"),
)
"""Each way: its name, what clients ask for, LiteLLM's model, the path of the upstream, what is spoken on both sides."""

NOTES: Final[Mapping[str, str]] = {
    "responses over chat": "LiteLLM's bridge: it is taken for providers without a Responses API of their own, and for"
    " openai/ with the prefix chat_completions/",
    "chat over responses": "the other bridge, which the prefix openai/responses/ asks for",
    "responses over responses": "passed through: openai/ has a Responses API",
    "responses over gemini": "the bridge over chat, over LiteLLM's own provider",
    "responses over anthropic": "the bridge over chat, over LiteLLM's own provider",
}


STATELESS: Final = (
    "the bridge reads earlier turns from the spend logs of LiteLLM's database"
    " (litellm/responses/litellm_completion_transformation/session_handler.py), and it is run without one"
)

CAPABLE: Final = dict.fromkeys(
    (
        "supports_function_calling",
        "supports_parallel_function_calling",
        "supports_reasoning",
        "supports_vision",
    ),
    True,
)
"""What its price list says of a model that can do these things; of one that it does not know it refuses some."""


class LiteLLM:
    """`litellm --config`."""

    name: ClassVar[str] = "litellm"
    title: ClassVar[str] = "LiteLLM proxy"
    kind: ClassVar[Kind] = "gateway"
    url: ClassVar[str] = "https://github.com/BerriAI/litellm"
    unsupported: ClassVar[Mapping[str, str]] = {
        f"{route}/conversation-previous-response": STATELESS
        for route in ("responses over chat", "responses over gemini", "responses over anthropic")
    }

    def installed(self, tools: Path) -> str | None:
        """What is missing."""
        return PACKAGE.missing(tools)

    def install(self, tools: Path) -> None:
        """From PyPI."""
        PACKAGE.install(tools)

    @contextmanager
    def run(self, upstream: str, tools: Path, folder: Path) -> Iterator[Running]:
        """Serve it with one worker, as its command does unless told otherwise."""
        own = folder / self.name
        shutil.rmtree(own, ignore_errors=True)
        own.mkdir(parents=True)
        # It refuses to start with a key that it knows from its own examples.
        key = f"sk-{secrets.token_hex(16)}"
        config = own / "config.yaml"
        config.write_text(json.dumps(configuration(upstream), indent=2), encoding="utf-8")
        port = free_port()
        origin = f"http://{HOST}:{port}"
        command = [
            str(PACKAGE.program(tools, "litellm")),
            *("--config", str(config), "--host", HOST, "--port", str(port), "--telemetry", "False"),
        ]
        env = {"LITELLM_MASTER_KEY": key, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "NO_DOCS": "True"}
        with started(
            command,
            env=env,
            cwd=own,
            log=own / "log.txt",
            ready=f"{origin}/health/liveliness",
            seconds=STARTS,
            only_success=True,
        ) as process:
            yield Running(
                routes=tuple(
                    Route(
                        name=name,
                        base_url=f"{origin}/v1",
                        model=asked,
                        inbound=inbound,  # type: ignore[arg-type]
                        upstream=spoken,  # type: ignore[arg-type]
                        headers=(("authorization", f"Bearer {key}"),),
                        note=NOTES.get(name, ""),
                    )
                    for name, asked, _, _, inbound, spoken in ROUTES
                ),
                version=PACKAGE.found(tools),
                notes=(
                    "no retries, and no cooldowns: else what fails in one scenario makes it refuse the next",
                    f"a timeout of {TIMEOUT} s (its own default is 6,000)",
                    f"one worker, as its command starts it, and {SESSIONS} sessions at a time",
                    "model_info says what the model can do, since that of openai/ is in no price list",
                    "no database: with one it keeps conversations for previous_response_id where its upstream does not",
                    "the package's own price list, and no telemetry, so that nothing leaves the machine",
                ),
                commands=(
                    *PACKAGE.commands,
                    f"litellm --config config.yaml --host {HOST} --port {port} --telemetry False",
                ),
                ended=process.ended,
                log=process.tail,
                concurrency=SESSIONS,
            )


def configuration(upstream: str) -> dict[str, Any]:
    """What stands in its configuration; JSON is YAML too.

    Args:
        upstream: Origin of the scenario upstream.
    """
    return {
        "model_list": [
            {
                "model_name": asked,
                "litellm_params": {
                    "model": model,
                    "api_base": f"{upstream}{path}",
                    "api_key": "harness",
                    "timeout": TIMEOUT,
                    "stream_timeout": TIMEOUT,
                },
                "model_info": CAPABLE,
            }
            for _, asked, model, path, _, _ in ROUTES
        ],
        "litellm_settings": {"num_retries": 0, "telemetry": False},
        "router_settings": {"num_retries": 0, "disable_cooldowns": True},
    }
