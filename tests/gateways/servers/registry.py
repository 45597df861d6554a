"""All real servers."""

from __future__ import annotations

from tests.gateways.servers.litellm_proxy import LiteLlm
from tests.gateways.servers.llama_cpp_python import LlamaCppPython
from tests.gateways.servers.llama_server import LlamaServer
from tests.gateways.servers.transformers_serve import TransformersServe

SERVERS = {server.name: server for server in (LlamaServer, LlamaCppPython, TransformersServe, LiteLlm)}
