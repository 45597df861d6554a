"""The names under which an upstream knows the client's tools, where it cannot be told the client's own.

Responses has tools in namespaces; elsewhere both names are made one, `namespace__name`, and the session remembers what
the client calls it. A call of an earlier turn and a choice of a tool use the same names.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from harness.turn.tools import CustomTool, HostedTool

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.translation.session import Session
    from harness.turn.conversation import Request
    from harness.turn.tools import Tool

LONGEST: Final = 64
"""How many characters a tool's name may have at OpenAI (FunctionDefinition.name)."""


class ToolNames:
    """Names for one request.

    Args:
        request: Whose tools they are.
        session: Is told of every name that differs from the client's.
        is_flat: The upstream has no namespaces.
    """

    __slots__ = ("_given", "_namespaces", "_session", "_taken", "is_flat")

    def __init__(self, request: Request, session: Session, *, is_flat: bool) -> None:
        self.is_flat = is_flat
        self._session = session
        self._given: dict[tuple[str, str], str] = {}
        self._taken: set[str] = set()
        self._namespaces: dict[str, list[str]] = {}
        for tool in request.tools or ():
            if isinstance(tool, HostedTool):
                continue
            if tool.namespace is None:
                self._taken.add(tool.name)
                continue
            self._namespaces.setdefault(tool.name, []).append(tool.namespace)
            if is_flat and any(
                value is not None for value in request.namespaces.get(tool.namespace, {}).values()
            ):
                session.lose("L100", tool.at.rpartition("/tools/")[0], "description of a namespace")

    def of(self, namespace: str | None, name: str, at: str = "") -> str:
        """The upstream's name of a tool; `at` is where a change of it is reported."""
        if namespace is None or not self.is_flat:
            return name
        given = self._given.get((namespace, name))
        if given is None:
            plain = f"{namespace}__{name}"
            given = plain
            count = 0
            while len(given) > LONGEST or given in self._taken:
                digest = hashlib.blake2b(
                    f"{plain}/{count}".encode("utf-8", "replace"), digest_size=4
                ).hexdigest()
                given = f"{plain[: LONGEST - 9]}_{digest}"
                count += 1
            if given != plain:
                self._session.lose("L139", at, f"sent as {given}")
            self._taken.add(given)
            self._given[namespace, name] = given
            self._session.tool_names[given] = (namespace, name)
        return given

    def named(self, name: str) -> str:
        """The upstream's name of a tool that a choice names without its namespace."""
        if name not in self._taken and len(self._namespaces.get(name, ())) == 1:
            return self.of(self._namespaces[name][0], name)
        return name


def kept(
    tools: Iterable[Tool], allowed: frozenset[tuple[str, str]], names: ToolNames, session: Session
) -> list[Tool]:
    """The tools among which a choice lets the model choose; each of the others is told as left out (L162).

    Args:
        tools: All of them.
        allowed: Kind and upstream's name of each that stays; a tool that the provider runs has no name.
        names: Under which the upstream knows them.
        session: The exchange.
    """
    left: list[Tool] = []
    for tool in tools:
        if isinstance(tool, HostedTool):
            key = str(tool.value.get("type", tool.kind)), ""
        else:
            is_custom = isinstance(tool, CustomTool) and session.profile.custom_tools
            key = "custom" if is_custom else "function", names.of(tool.namespace, tool.name, tool.at)
        if key in allowed:
            left.append(tool)
        else:
            session.lose("L162", tool.at)
    return left
