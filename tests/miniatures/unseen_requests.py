"""Unseen miniatures that get a request wrong on its way to the upstream."""

# ruff: noqa: ARG002 - a miniature is given more than it uses

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

import msgspec

from tests.miniatures.miniature import Memory, OfUpstream
from tests.miniatures.unseen_text import members

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?')
"""A string, or a number."""
_RESPONSES: Final = "responses over responses"


class ZeroAsAbsent(OfUpstream):
    """`if temperature:`."""

    name = "zero-as-absent"
    title = "`temperature`, `top_p` and `seed` do not reach the upstream where they are 0."
    chapters = ("input",)

    def request(self, body: Any, memory: Memory) -> Any:
        """What is false is not set."""
        for name in ("temperature", "top_p", "seed"):
            if body.get(name) == 0:
                del body[name]
        return body


class SecondSystemLost(OfUpstream):
    """There is one system prompt."""

    name = "second-system-lost"
    title = "Of several system or developer prompts the upstream gets the first."
    chapters = ("conversation",)

    def request(self, body: Any, memory: Memory) -> Any:
        """Wherever the others stand."""
        messages = members(body, "messages")
        prompts = [one for one in messages if one["role"] in {"system", "developer"}][1:]
        if prompts:
            body["messages"] = [one for one in messages if not any(one is other for other in prompts)]
        return body


class ToolsCachedByName(OfUpstream):
    """Schemas are compiled once."""

    name = "tools-cached-by-name"
    title = "A tool is sent with the parameters that a tool of that name had when one was first declared."
    chapters = ("tools", "behaviour")

    def __init__(self) -> None:
        self._compiled: dict[str, Any] = {}

    def request(self, body: Any, memory: Memory) -> Any:
        """In any session before this one."""
        for tool in members(body, "tools"):
            if (function := tool.get("function")) and "parameters" in function:
                function["parameters"] = self._compiled.setdefault(function["name"], function["parameters"])
        return body


class NumbersAsDoubles(OfUpstream):
    """`JSON.parse`, and back."""

    name = "numbers-as-doubles"
    title = (
        "Numbers in the arguments of the history's calls are doubles: 1.0 is 1, and long ones are rounded."
    )
    routes = ("chat over responses", _RESPONSES)
    chapters = ("tools",)

    def request(self, body: Any, memory: Memory) -> Any:
        """Arguments that are JSON; all but their numbers is as it was."""
        for item in members(body, "input"):
            if item.get("type") == "function_call":
                try:
                    msgspec.json.decode(item["arguments"])
                except msgspec.DecodeError:
                    continue
                item["arguments"] = _TOKEN.sub(lambda one: self.doubled(one[0]), item["arguments"])
        return body

    def doubled(self, token: str) -> str:
        """As JavaScript writes it; a string as it is."""
        if token.startswith('"'):
            return token
        number = float(token)
        if 1e-6 <= abs(number) < 1e21:
            text = f"{Decimal(repr(number)):f}"
            return text.rstrip("0").rstrip(".") if "." in text else text
        return re.sub(r"(e[+-])0+", r"\1", repr(number)) if number else "0"


class BareThoughtDropped(OfUpstream):
    """There is nothing in it to read."""

    name = "bare-thought-dropped"
    title = "An earlier thought that has no summary, only its encrypted form, does not reach the upstream."
    routes = (_RESPONSES,)
    chapters = ("reasoning",)

    def request(self, body: Any, memory: Memory) -> Any:
        """Its item is left out."""
        kept = [
            one
            for one in members(body, "input")
            if one.get("type") != "reasoning" or one.get("summary") or one.get("content")
        ]
        if len(kept) < len(members(body, "input")):
            body["input"] = kept
        return body
