"""LiteLLM's proxy in front of llama-server: Chat Completions, and Responses bridged onto Chat Completions."""

from __future__ import annotations

import json
from typing import ClassVar

from tests.gateways.servers.llama_server import LlamaServer
from tests.gateways.servers.server import HOST, Server


class LiteLlm(Server):
    """Two routes over the Chat Completions of llama-server.

    `openai/` passes chat on as chat. `deepseek/` makes `/v1/responses` use LiteLLM's bridge over chat, which
    `openai/` would not: that provider has a Responses API, to which LiteLLM would only pass the request on.
    """

    name = "litellm"
    requirements = ("litellm[proxy]==1.106.2",)
    distributions = ("litellm", "openai", "fastapi", "uvicorn")
    models: ClassVar = {"chat": "mem", "responses": "bridge"}
    port = 9201
    health = "/health/liveliness"
    behind = LlamaServer.name

    def command(self) -> list[str]:
        """No retries and no cooldowns, which would let one error poison the scenarios after it."""
        upstream = {"api_base": f"http://{HOST}:{LlamaServer.port}/v1", "api_key": "none"}
        config = {
            "model_list": [
                {"model_name": "mem", "litellm_params": {"model": "openai/mem", **upstream}},
                {"model_name": "bridge", "litellm_params": {"model": "deepseek/mem", **upstream}},
            ],
            "litellm_settings": {"num_retries": 0, "request_timeout": 60},
            "router_settings": {"num_retries": 0, "disable_cooldowns": True},
        }
        path = self.tools.work / "litellm.yaml"
        # JSON is YAML, and needs no library.
        path.write_text(json.dumps(config, indent=2), encoding="utf-8")
        return [
            *(self.tools.script(self.name, "litellm"), "--config", str(path)),
            *("--host", HOST, "--port", str(self.port), "--telemetry", "False"),
        ]

    def environment(self) -> dict[str, str]:
        """A key of this run, without which it does not start; and no price list from the network."""
        return {"LITELLM_MASTER_KEY": self.key(), "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
