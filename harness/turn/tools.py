"""The tools that a request declares, and the choice among them, in neutral words.

They are a part of `harness.turn.conversation`, which says what holds of all parts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionTool:
    """A function that the client runs. `parameters` is a JSON Schema as sent; `strict` None is "not said"."""

    name: str
    description: str | None = None
    parameters: Mapping[str, Any] | None = None
    strict: bool | None = None
    namespace: str | None = None
    is_legacy: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomTool:
    """A tool with free text as its input. `format` is flat, as Responses has it: `{type, syntax, definition}`."""

    name: str
    description: str | None = None
    format: Mapping[str, Any] | None = None
    namespace: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedTool:
    """A tool that the provider runs: `kind` is its wire type without a date (`web_search`), `value` as sent.

    Chat's `web_search_options` is one of kind `web_search`, too.
    """

    kind: str
    value: Mapping[str, Any] = field(default_factory=dict)
    dialect: str = ""
    at: str = ""


Tool: TypeAlias = FunctionTool | CustomTool | HostedTool


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolChoice:
    """Which tools the model may or must call.

    Args:
        mode: "named" forces `name`; "allowed" limits to `names` (each a mapping `{"type", "name"}`), of which one must
            be called where `is_required`; "hosted" forces the provider's tool `name`.
        kind: Of a named tool: "function" or "custom".
    """

    mode: Literal["auto", "none", "required", "named", "allowed", "hosted"]
    name: str | None = None
    kind: Literal["function", "custom"] = "function"
    names: tuple[Mapping[str, Any], ...] = ()
    is_required: bool = False
    value: Any = None
    at: str = ""
