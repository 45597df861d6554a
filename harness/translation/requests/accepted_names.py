"""Names of tools for upstreams that accept fewer characters than OpenAI does, or know no namespaces (L139).

The session remembers what the client calls a tool that had to be renamed, so that calls of it are changed back (see
`harness.translation.restoring`). A call of an earlier turn and a choice of a tool use the same names.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from harness.turn.tools import HostedTool

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.translation.session import Session
    from harness.turn.conversation import Request

ANTHROPIC: Final = re.compile(r"[a-zA-Z0-9_-]{1,64}")
"""Reference "Tool use": a name matches `^[a-zA-Z0-9_-]{1,64}$`."""

GEMINI: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}")
"""FunctionDeclaration.name (google-genai 3.4.0): begins with a letter or `_`; at most 128 characters."""

_SHORT_ENOUGH: Final = 55  # a digest and its underscore still fit into the 64 of Anthropic


class AcceptedNames:
    """Names for one request.

    Args:
        request: Whose tools they are.
        session: Is told of every name that differs from the client's.
        pattern: What a name must match as a whole.
        reserved: Names that the upstream's own tools have in this request.
    """

    __slots__ = ("_given", "_namespaces", "_pattern", "_reserved", "_session", "_taken")

    def __init__(
        self, request: Request, session: Session, pattern: re.Pattern[str], reserved: Iterable[str] = ()
    ) -> None:
        self._session = session
        self._pattern = pattern
        self._reserved = frozenset(reserved)
        self._given: dict[tuple[str | None, str], str] = {}
        self._taken: set[str] = set(self._reserved)
        self._namespaces: dict[str, list[str]] = {}
        for tool in request.tools or ():
            if isinstance(tool, HostedTool):
                continue
            if tool.namespace is not None:
                self._namespaces.setdefault(tool.name, []).append(tool.namespace)
            elif tool.name not in self._reserved and pattern.fullmatch(tool.name):
                # These keep their names, whatever the order.
                self._taken.add(tool.name)
                self._given[None, tool.name] = tool.name

    def of(self, namespace: str | None, name: str, at: str = "") -> str:
        """The upstream's name of a tool; `at` is where a change of it is reported."""
        given = self._given.get((namespace, name))
        if given is not None:
            return given
        plain = name if namespace is None else f"{namespace}__{name}"
        given = plain
        count = 0
        if not self._pattern.fullmatch(plain):
            given = _cleaned(plain)
        while given in self._taken:
            digest = hashlib.blake2b(f"{plain}/{count}".encode("utf-8", "replace"), digest_size=4).hexdigest()
            given = f"{_cleaned(plain)}_{digest}"
            count += 1
        if given != plain:
            self._session.lose("L139", at, f"sent as {given}")
        if given != name or namespace is not None:
            self._session.tool_names[given] = (namespace, name)
        self._taken.add(given)
        self._given[namespace, name] = given
        return given

    def named(self, name: str, at: str = "") -> str:
        """The upstream's name of a tool that a choice names without its namespace."""
        spaces = self._namespaces.get(name, ())
        if (None, name) not in self._given and len(spaces) == 1:
            return self.of(spaces[0], name, at)
        return self.of(None, name, at)

    def fresh(self, wanted: str) -> str:
        """A name for a tool of the engine's own, which no tool of the client has."""
        name = wanted
        count = 1
        while name in self._taken:
            count += 1
            name = f"{wanted}_{count}"
        self._taken.add(name)
        return name


def _cleaned(name: str) -> str:
    kept = re.sub(r"[^a-zA-Z0-9_-]", "_", name)[:_SHORT_ENOUGH]
    return kept if kept[:1].isalpha() or kept[:1] == "_" else f"_{kept[: _SHORT_ENOUGH - 1]}"
