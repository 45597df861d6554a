"""Cells of the tables of requests: what a client says beside the least request, and what an upstream is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from harness.translation.engine import prepare
from harness.translation.ids import SeededMint
from harness.translation.losses import LossPolicy

if TYPE_CHECKING:
    from harness.translation.engine import InboundDialect, Prepared
    from harness.translation.manner import Manner
    from harness.translation.profiles import UpstreamDialect

USUAL_MODELS: Final = {
    "chat": "gpt-5",
    "responses": "gpt-5",
    "gemini": "gemini-2.5-flash",
    "anthropic": "claude-sonnet-4-5",
}
"""Whom an upstream of each dialect is asked for where the client does not say."""

_LATER: Final = LossPolicy("warn")  # what is refused by itself is a question of its own


class Cell(NamedTuple):
    """What came of a client's request.

    Args:
        told: Members of the upstream's body that the least request has not, or not so.
        losses: `CODE place`, without those of the least request.
        prepared: All of it.
    """

    told: dict[str, Any]
    losses: list[str]
    prepared: Prepared


def least(inbound: str, model: str) -> dict[str, Any]:
    """The least request: the user says hi."""
    hi = [{"role": "user", "content": "hi"}]
    return {"model": model, "messages" if inbound == "chat" else "input": hi}


def sent(
    inbound: str,
    body: dict[str, Any],
    upstream: str,
    *,
    manner: Manner | None = None,
    policy: LossPolicy | None = None,
) -> Prepared:
    """Translate a request; `upstream` is a dialect, and a profile behind a slash where it is not the usual one."""
    dialect, _, profile = upstream.partition("/")
    return prepare(
        cast("InboundDialect", inbound),
        body,
        upstream=cast("UpstreamDialect", dialect),
        profile=profile or None,
        mint=SeededMint(b"cells"),
        now=lambda: 0,
        manner=manner,
        policy=policy or _LATER,
    )


def cell(inbound: str, said: dict[str, Any], upstream: str, *, manner: Manner | None = None) -> Cell:
    """What an upstream is told of these members of a request.

    Every place that a loss names must be one in the client's body, but for the limit that the client did not name.
    """
    model = said.get("model", USUAL_MODELS[upstream.partition("/")[0]])
    body = least(inbound, model) | said
    usual = sent(inbound, least(inbound, model), upstream)
    prepared = sent(inbound, body, upstream, manner=manner)
    told = {name: value for name, value in prepared.body.items() if not _same(usual.body, name, value)}
    told |= {name: None for name in usual.body if name not in prepared.body}
    expected = {(loss.code, loss.at) for loss in usual.session.ledger.losses}
    losses = [loss for loss in prepared.session.ledger.losses if (loss.code, loss.at) not in expected]
    for loss in losses:
        assert is_place(body, loss.at), f"{loss.code} is about {loss.at!r}, which the client did not say"
    return Cell(told, [f"{loss.code} {loss.at}" for loss in losses], prepared)


def is_place(body: Any, pointer: str) -> bool:
    """Whether a JSON pointer leads to a value of the body."""
    value = body
    for word in pointer.split("/")[1:]:
        name = word.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return False
    return True


def _same(body: dict[str, Any], name: str, value: Any) -> bool:
    return name in body and type(body[name]) is type(value) and bool(body[name] == value)


_CONVERSATIONS: Final = {
    "chat": "messages",
    "responses": "input",
    "gemini": "contents",
    "anthropic": "messages",
}


def conversation(
    inbound: str, said: dict[str, Any], upstream: str
) -> tuple[list[Any], list[str], dict[str, Any]]:
    """The conversation that an upstream is sent behind the user's first word, the losses, and the whole body.

    The first message of `said` is the user's, of the least request; where something is joined to it, it is told, too.
    """
    first = least(inbound, "m")["messages" if inbound == "chat" else "input"]
    member = "messages" if inbound == "chat" else "input"
    found = cell(inbound, said | {member: first + said[member]}, upstream)
    name = _CONVERSATIONS[upstream.partition("/")[0]]
    body = found.prepared.body
    begun = sent(inbound, least(inbound, body.get("model", "gemini-2.5-flash")), upstream).body[name]
    told = body[name]
    return (told[1:] if told[:1] == begun else told), found.losses, body
