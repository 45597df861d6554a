"""All targets by name. A target's module is loaded when it is asked for: some of them take a while."""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, cast

from harness.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.scenarios.scenario import Scenario
    from harness.targets.target import Target

TARGETS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "builtin": ("builtin", "Builtin"),
        "replayer": ("control", "Replayer"),
        "litellm": ("litellm", "LiteLLM"),
        "open-responses-server": ("open_responses_server", "OpenResponsesServer"),
        "portkey": ("portkey", "Portkey"),
        "aimock": ("aimock", "Aimock"),
        "llama-server": ("llama_server", "LlamaServer"),
        "llama-cpp-python": ("llama_cpp_python", "LlamaCppPython"),
        "transformers-serve": ("transformers_serve", "TransformersServe"),
    }
)
"""Module and class of each, in the order in which they are listed: our own, gateways, model servers."""


def target(name: str) -> Target:
    """The target of that name.

    Raises:
        UnknownName: There is none; says which was meant, where it is alike.
    """
    if name not in TARGETS:
        raise UnknownName("target", name, TARGETS)
    module, kind = TARGETS[name]
    return cast("Target", getattr(import_module(f"harness.targets.{module}"), kind)())


def targets() -> tuple[Target, ...]:
    """All of them."""
    return tuple(map(target, TARGETS))


def own_scenarios() -> tuple[Scenario, ...]:
    """The scenarios that some targets bring with them, each once: by these names they may be asked for as well."""
    from harness.targets.model_scenarios import MEMORISED, PLAIN  # noqa: PLC0415 - only who lists them needs them

    return tuple({one.name: one for one in (*PLAIN, *MEMORISED)}.values())
