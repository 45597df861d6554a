"""What a request wants besides its conversation and tools, for upstreams that are not OpenAI's.

Each option is taken by the dialect that has a place for it; what nobody took is a loss, so none is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from harness.jsonvalue import escape
from harness.translation.requests.sending import REFUSED, says_nothing, unknown_of_reasoning
from harness.turn.tools import HostedTool

if TYPE_CHECKING:
    from harness.translation.session import Session
    from harness.turn.conversation import Request

_INCLUDED: Final = frozenset({"reasoning.encrypted_content", "message.output_text.logprobs"})
"""Members of `include` that are no business of the upstream's: the writer of the answer honours them."""

_FIELDS: Final[Mapping[str, str]] = {
    "choices": "n",
    "output": "response_format",
    "max_output_tokens": "max_output_tokens",
}
"""Wire names, as profiles have them, of fields that have another name."""


class Wishes:
    """The options of one request.

    Args:
        request: What the client asked.
        session: The exchange.
    """

    __slots__ = ("_options", "request", "session")

    def __init__(self, request: Request, session: Session) -> None:
        self.request = request
        self.session = session
        self._options = {name: value for name, value in request.options.items() if value is not None}

    def take(self, field: str) -> Any:
        """A field of the request; None where it is not said, or where this upstream refuses it (a loss)."""
        value = getattr(self.request, field)
        return None if value is None or self._is_refused(field) else value

    def option(self, name: str) -> Any:
        """An option that the upstream has a place for; None as in `take`."""
        value = self._options.pop(name, None)
        return None if value is None or self._is_refused(name) else value

    def lose(self, field: str, detail: str = "", *, at: str = "") -> None:
        """Note that a field or option, or the member of it whose pointer ends in `at`, has no place upstream."""
        name = _FIELDS.get(field, field)
        self.session.lose(REFUSED.get(name, "L124"), self.request.pointer(field) + at, detail)

    def lose_of_reasoning(self, extra: Iterable[str]) -> None:
        """Note the loss of members of `reasoning` that only OpenAI has."""
        at = self.request.pointer("reasoning")
        for name in extra:
            self.session.lose("L116" if name == "generate_summary" else "L124", f"{at}/{escape(name)}")

    def lose_said(self, *fields: str) -> None:
        """Note the loss of those of these fields that are said."""
        for field in fields:
            if not says_nothing(field, getattr(self.request, field)):
                self.lose(field)

    def report_rest(self) -> None:
        """Note the loss of every option that was not taken, and of what a stream was wanted to be like."""
        for name, value in self._options.items():
            if says_nothing(name, value):
                continue
            if name == "include" and isinstance(value, Iterable):
                for index, one in enumerate(value):
                    if not isinstance(one, str) or one not in _INCLUDED:
                        self.lose(name, str(one), at=f"/{index}")
                continue
            self.lose(name)
        self._options.clear()
        for tool in self.request.tools or ():
            space = None if isinstance(tool, HostedTool) else tool.namespace
            if space is not None and any(
                value is not None for value in self.request.namespaces.get(space, {}).values()
            ):
                self.session.lose("L100", tool.at.rpartition("/tools/")[0], "description of a namespace")
        for name, value in (self.request.stream_options or {}).items():
            # The gateway reads usage from any upstream; no other dialect pads its deltas.
            if name != "include_usage" and value not in (None, False):
                self.session.lose("L124", f"{self.request.pointer('stream_options')}/{escape(name)}")

    def put_extras(self, body: dict[str, Any]) -> None:
        """Members that nobody knows are sent to an upstream of which it is known that it takes them (L100)."""
        for name, value in self.request.extra.items():
            if name in self.session.profile.extras:
                body.setdefault(name, value)
            elif (inner := unknown_of_reasoning(self.request, name)) is not None:
                for one in inner:
                    self.session.lose("L100", one)
            else:
                self.session.lose("L100", f"/{escape(name)}")

    def _is_refused(self, field: str) -> bool:
        if _FIELDS.get(field, field) not in self.session.profile.refuses:
            return False
        self.lose(field)
        return True
