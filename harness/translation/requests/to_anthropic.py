"""A request as Anthropic has it (`POST /v1/messages`, types of the package anthropic 2.11.0)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from harness.translation.requests.accepted_names import ANTHROPIC, AcceptedNames
from harness.translation.requests.claude_models import claude_model
from harness.translation.requests.plain_turns import conversation_of, lose_members
from harness.translation.requests.to_anthropic_blocks import text_block
from harness.translation.requests.to_anthropic_messages import Messages
from harness.translation.requests.to_anthropic_output import put_output
from harness.translation.requests.to_anthropic_thinking import Thinking
from harness.translation.requests.to_anthropic_tools import hosted_names, put_tools
from harness.translation.requests.wishes import Wishes
from harness.turn.conversation import TextPart

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.translation.session import Session
    from harness.turn.conversation import Message, Request

_TIERS: Final[Mapping[str, str]] = {"auto": "auto", "default": "standard_only"}
_PERSONAL: Final = re.compile(r"@|^\+?[\d\s()./-]{7,}$")
"""What looks like an e-mail address or a telephone number, which `metadata.user_id` must not be."""

_LONGEST_USER_ID: Final = 256


def to_anthropic(request: Request, session: Session) -> dict[str, Any]:
    """The body to send; what has no place in it is noted as a loss in the session.

    Args:
        request: What the client asked.
        session: The exchange; it is told under which names the upstream knows the client's tools, which of them stand
            for custom tools, and which is the structured answer.
    """
    wishes = Wishes(request, session)
    model = claude_model(request.model)
    names = AcceptedNames(request, session, ANTHROPIC, hosted_names(request))
    conversation = conversation_of(request, session)
    body: dict[str, Any] = {"model": request.model, "max_tokens": 0}
    system = _system(request, session, conversation.system)
    if system:
        body["system"] = system
    put_tools(body, wishes, names, model)
    put_output(body, wishes, names, model)
    body["messages"] = Messages(session, names).of(conversation.turns)
    Thinking(body, wishes, model).put()
    _put_stops(body, wishes)
    _put_user(body, wishes)
    _put_tier(body, wishes)
    if (choices := wishes.take("choices")) is not None and choices > 1:
        wishes.lose("choices")
    for field in ("logprobs", "top_logprobs"):
        if wishes.take(field):
            wishes.lose(field)
    wishes.lose_said("seed", "frequency_penalty", "presence_penalty", "verbosity")
    if request.stream:
        body["stream"] = True
    wishes.report_rest()
    wishes.put_extras(body)
    return body


def _system(request: Request, session: Session, messages: Iterable[Message]) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if request.instructions is not None and request.instructions.strip():
        blocks.append({"type": "text", "text": request.instructions})
    for message in messages:
        lose_members(message, session)
        told: list[dict[str, Any]] = []
        for part in message.parts:
            if not isinstance(part, TextPart):
                session.lose("L145", part.at)
            elif (block := text_block(part, session)) is not None:
                told.append(block)
        if not told:
            session.lose("L155", message.at)
        blocks += told
    return blocks


def _put_stops(body: dict[str, Any], wishes: Wishes) -> None:
    """`stop_sequences`; the API refuses those of nothing but blanks."""
    stops = wishes.take("stop")
    if not stops:
        return
    taken = [one for one in stops if one.strip()]
    if taken:
        body["stop_sequences"] = taken
    if len(taken) < len(stops) and not wishes.session.manner.emulate_stop:
        wishes.lose("stop", "nothing but blanks")


def _put_user(body: dict[str, Any], wishes: Wishes) -> None:
    """`metadata.user_id`, of `safety_identifier`, or else of `user`, which that has replaced."""
    for name in ("safety_identifier", "user"):
        value = wishes.option(name)
        if value is None or value == body.get("metadata", {}).get("user_id"):
            continue
        is_fit = isinstance(value, str) and 0 < len(value) <= _LONGEST_USER_ID and not _PERSONAL.search(value)
        if is_fit and "metadata" not in body:
            body["metadata"] = {"user_id": value}
        else:
            wishes.lose(name)


def _put_tier(body: dict[str, Any], wishes: Wishes) -> None:
    tier = wishes.option("service_tier")
    if tier is None:
        return
    known = _TIERS.get(tier) if isinstance(tier, str) else None
    if known is None:
        wishes.lose("service_tier", str(tier))
    else:
        body["service_tier"] = known
