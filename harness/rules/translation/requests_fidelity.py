"""What all rules on requests share: the client's request, and what the gateway made of it."""

from __future__ import annotations

from abc import abstractmethod
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Final

from harness.jsonvalue import try_parse
from harness.rules.translation.comparison import Comparison, upstream_of
from harness.rules.translation.requests_of_anthropic import heard_anthropic
from harness.rules.translation.requests_of_chat import heard_chat
from harness.rules.translation.requests_of_gemini import heard_gemini
from harness.rules.translation.requests_of_responses import heard_responses

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.findings import Finding, Severity
    from harness.rules.case import Case
    from harness.rules.rule import Found, Need
    from harness.rules.translation.requests_reading import Heard
    from harness.turn.turn import Turn

_READERS: Final[Mapping[str, Callable[[Mapping[str, Any]], Heard]]] = {
    "chat": heard_chat,
    "responses": heard_responses,
    "gemini": heard_gemini,
    "anthropic": heard_anthropic,
}

_CONVERSATIONS: Final = {
    "chat": "messages",
    "responses": "input",
    "gemini": "contents",
    "anthropic": "messages",
}
"""The member that no request of a dialect lacks.

What an exchange speaks may be known by its answer alone, and its request be anything.
"""


class Fidelity(Comparison):
    """A rule that holds what the gateway asked its upstream against what its client had asked.

    It does not matter what became of either request, nor whether the answers can be read.
    """

    needs: ClassVar[tuple[Need, ...]] = ("upstream", "request")
    of_failures: ClassVar[bool] = True
    from_history: ClassVar[bool] = False

    @abstractmethod
    def concerns(self, asked: Heard, sent: Heard) -> bool:
        """Whether the client asked for anything that this rule is about, and the upstream has words for it."""

    @abstractmethod
    def hold(self, asked: Heard, sent: Heard, case: Case[Any]) -> Found:
        """Judge the request that was `sent` by what was `asked`."""

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Both requests are known, and there is something to compare."""
        del mine, theirs
        pair = _pair(case)
        return pair is not None and self.concerns(*pair)

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Compare the requests."""
        del mine, theirs
        pair = _pair(case)
        return None if pair is None else self.hold(*pair, case)

    def lost(
        self,
        case: Case[Any],
        message: str,
        *,
        expected: object = None,
        found: object = None,
        severity: Severity | None = None,
        subject: str = "",
    ) -> Finding:
        """A finding about the request that the gateway sent."""
        return self.finding(
            case,
            message,
            pointer="",
            expected=expected,
            found=found,
            severity=severity,
            subject=subject or self.slug(),
            part="request",
        )


def _pair(case: Case[Any]) -> tuple[Heard, Heard] | None:
    """Both requests, read; None where one of them is not known."""
    asked, sent = _request(case), _request(upstream_of(case).case)
    return None if asked is None or sent is None else (asked, sent)


def _request(case: Case[Any]) -> Heard | None:
    request = case.request
    return None if request is None or not request.body else heard(request.body, case.dialect.name)


@lru_cache(maxsize=4)
def heard(body: bytes, dialect: str) -> Heard | None:
    """Read a request; None where it is none of that dialect. Each of the rules asks for the same two."""
    read, value = try_parse(body)
    if not read or not isinstance(value, dict) or _CONVERSATIONS.get(dialect) not in value:
        return None
    return _READERS[dialect](value)
