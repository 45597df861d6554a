"""Requests of clients on their way to an upstream, for the tests of what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from harness.translation.ids import SeededMint
from harness.translation.losses import Ledger
from harness.translation.manner import Manner
from harness.translation.profiles import UpstreamProfile, upstream_profile
from harness.translation.requests.from_chat import from_chat
from harness.translation.requests.from_responses import from_responses
from harness.translation.requests.to_chat import to_chat
from harness.translation.requests.to_responses import to_responses
from harness.translation.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.turn.conversation import Request

Dialect = Literal["chat", "responses"]


class Sent(NamedTuple):
    """What went out.

    Args:
        body: The upstream's request.
        losses: Code and place of each loss.
        session: The exchange.
    """

    body: dict[str, Any]
    losses: list[tuple[str, str]]
    session: Session

    @property
    def codes(self) -> list[str]:
        """The codes alone."""
        return [code for code, _ in self.losses]


def asked(
    client: Dialect,
    body: Mapping[str, Any],
    upstream: Dialect,
    profile: UpstreamProfile | str = "openai",
    manner: Manner | None = None,
) -> Sent:
    """Send a client's request to an upstream."""
    ledger = Ledger()
    request: Request = from_chat(body, ledger) if client == "chat" else from_responses(body, ledger)
    return told(request, upstream, profile, manner, ledger)


def told(
    request: Request,
    upstream: Dialect,
    profile: UpstreamProfile | str = "openai",
    manner: Manner | None = None,
    ledger: Ledger | None = None,
) -> Sent:
    """Send a neutral request to an upstream."""
    session = Session(
        mint=SeededMint(b"asking"),
        now=lambda: 0,
        upstream=upstream,
        profile=upstream_profile(profile) if isinstance(profile, str) else profile,
        manner=manner or Manner(),
        ledger=ledger or Ledger(),
        request=request,
    )
    body = to_chat(request, session) if upstream == "chat" else to_responses(request, session)
    return Sent(body, [(loss.code, loss.at) for loss in session.ledger.losses], session)


def chat(*messages: Mapping[str, Any], **members: Any) -> dict[str, Any]:
    """A Chat body: a user's "hi" where nothing is said."""
    return {"model": "m", "messages": list(messages) or [{"role": "user", "content": "hi"}], **members}


def responses(*items: Mapping[str, Any], **members: Any) -> dict[str, Any]:
    """A Responses body: "hi" where nothing is said."""
    return {"model": "m", "input": list(items) or "hi", **members}
