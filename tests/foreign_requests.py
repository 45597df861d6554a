"""Neutral requests as they may come from a client, and what upstreams that are not OpenAI's are sent for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from harness.translation.ids import SeededMint
from harness.translation.losses import Ledger
from harness.translation.manner import Manner
from harness.translation.profiles import upstream_profile
from harness.translation.requests.to_anthropic import to_anthropic
from harness.translation.requests.to_gemini import to_gemini
from harness.translation.session import Session
from harness.turn.conversation import (
    CallPart,
    Message,
    Request,
    ResultPart,
    TextPart,
)

if TYPE_CHECKING:
    from harness.turn.conversation import Part, Role

Upstream = Literal["gemini", "anthropic"]


class Sent(NamedTuple):
    """A request on its way.

    Args:
        body: What is sent.
        losses: Code and place of what was lost, in order.
        session: The exchange.
    """

    body: dict[str, Any]
    losses: list[tuple[str, str]]
    session: Session

    @property
    def codes(self) -> list[str]:
        """The codes of the losses, without those of things that the tests mean to leave alone."""
        return [code for code, _ in self.losses if code != "L102"]


def sent(upstream: Upstream, request: Request, *, manner: Manner | None = None) -> Sent:
    """What an upstream is sent for a request."""
    session = Session(
        mint=SeededMint(b"requests"),
        now=lambda: 0,
        upstream=upstream,
        profile=upstream_profile(upstream),
        manner=manner or Manner(),
        ledger=Ledger(),
        request=request,
    )
    body = to_gemini(request, session) if upstream == "gemini" else to_anthropic(request, session)
    return Sent(body, [(loss.code, loss.at) for loss in session.ledger.losses], session)


def asked(model: str = "m", *messages: Message, **fields: Any) -> Request:
    """A request of a Responses client; it says hello where nothing else is said."""
    return Request(
        **{"dialect": "responses", "model": model, "messages": messages or (said("hello"),), **fields}
    )


def said(*parts: str | Part, role: Role = "user", at: str = "/input/0") -> Message:
    """A message of these texts and parts."""
    told = tuple(TextPart(text=part, at=at) if isinstance(part, str) else part for part in parts)
    return Message(role=role, parts=told, at=at)


def called(call_id: str = "call_1", name: str = "f", arguments: str = "{}", **fields: Any) -> CallPart:
    """A call."""
    return CallPart(
        **{"call_id": call_id, "name": name, "arguments": arguments, "at": f"/{call_id}", **fields}
    )


def answered(call_id: str = "call_1", *parts: str | Part, **fields: Any) -> Message:
    """The message with the result of a call."""
    told = tuple(TextPart(text=part) if isinstance(part, str) else part for part in parts)
    result = ResultPart(**{"call_id": call_id, "parts": told, "at": f"/{call_id}/output", **fields})
    return Message(role="tool", parts=(result,), at=f"/{call_id}/output")
