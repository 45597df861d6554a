"""The whole of a translation: a client's request to an upstream's, and the upstream's answer to the client's.

```
prepared = prepare("responses", body, upstream="gemini", mint=..., now=...)
# send prepared.body to prepared.path, then
answer = answering(prepared.session, "responses")
for data in upstream: client.write(answer.feed(data))
client.write(answer.finish())
```
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias
from urllib.parse import quote

from harness.errors import RequestRefused, UnknownName
from harness.translation.answering import Answering
from harness.translation.losses import CODES, Ledger, LossPolicy
from harness.translation.manner import Manner
from harness.translation.profiles import UpstreamProfile, upstream_profile
from harness.translation.requests.refusals import unknown
from harness.translation.restoring import Restoring
from harness.translation.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.clock import Mint
    from harness.translation.losses import Loss
    from harness.translation.profiles import UpstreamDialect
    from harness.translation.readers.reader import Reader
    from harness.translation.writers.writer import Writer
    from harness.turn.conversation import Request

InboundDialect: TypeAlias = Literal["chat", "responses"]

INBOUND: Final[tuple[InboundDialect, ...]] = ("chat", "responses")
UPSTREAM: Final[tuple[UpstreamDialect, ...]] = ("chat", "responses", "gemini", "anthropic")

_READERS: Final = {
    "chat": ("harness.translation.readers.chat", "ChatReader"),
    "responses": ("harness.translation.readers.responses", "ResponsesReader"),
    "gemini": ("harness.translation.readers.gemini", "GeminiReader"),
    "anthropic": ("harness.translation.readers.anthropic", "AnthropicReader"),
}
_WRITERS: Final = {
    "chat": ("harness.translation.writers.chat", "ChatWriter"),
    "responses": ("harness.translation.writers.responses", "ResponsesWriter"),
}
_REQUESTS: Final[Mapping[str, tuple[str, str]]] = {
    name: (f"harness.translation.requests.to_{name}", f"to_{name}") for name in UPSTREAM
}
_PARSERS: Final[Mapping[str, tuple[str, str]]] = {
    name: (f"harness.translation.requests.from_{name}", f"from_{name}") for name in INBOUND
}


class Prepared(NamedTuple):
    """A request on its way to an upstream.

    Args:
        session: The exchange, for the answer.
        path: Behind the version's path of the upstream's base URL: `/chat/completions`, `/messages`, ...
        body: The JSON object to send.
    """

    session: Session
    path: str
    body: dict[str, Any]


def prepare(
    inbound: InboundDialect,
    body: Mapping[str, Any],
    *,
    upstream: UpstreamDialect,
    mint: Mint,
    now: Callable[[], int],
    profile: UpstreamProfile | str | None = None,
    manner: Manner | None = None,
    policy: LossPolicy | None = None,
    stream: bool | None = None,
) -> Prepared:
    """Translate a client's request.

    Args:
        inbound: What the client speaks.
        body: Its request.
        upstream: What the upstream speaks.
        mint: Makes the ids of the answer.
        now: Unix time in seconds.
        profile: What is particular to the upstream, or the name of such a profile.
        manner: How the answer is to be written.
        policy: What is done about losses.
        stream: Ask the upstream for a stream, or for none, whatever the client wants; None asks as the client does.

    Raises:
        RequestRefused: The request cannot be meant, or loses something that the policy calls an error.
        UnknownName: There is no such dialect or profile.
    """
    ledger = Ledger(policy)
    request: Request = _named(_PARSERS, "inbound dialect", inbound)(body, ledger)
    if inbound == "responses" and upstream != "responses":
        from harness.translation.requests.added_tools import with_added_tools  # noqa: PLC0415 - for Responses only

        request = with_added_tools(request)
    session = session_for(
        upstream,
        mint=mint,
        now=now,
        profile=profile,
        manner=manner,
        ledger=ledger,
        request=request,
        body=body,
    )
    asked = request
    if stream is not None and stream is not request.stream:
        from dataclasses import replace  # noqa: PLC0415 - rare

        asked = replace(request, stream=stream)
        session.lose("L250", "/stream")
    sent = _named(_REQUESTS, "upstream dialect", upstream)(asked, session)
    if (loss := ledger.refused()) is not None:
        raise refusal(loss)
    return Prepared(session, path_of(upstream, request.model, stream=asked.stream), sent)


def session_for(
    upstream: UpstreamDialect,
    *,
    mint: Mint,
    now: Callable[[], int],
    profile: UpstreamProfile | str | None = None,
    manner: Manner | None = None,
    ledger: Ledger | None = None,
    request: Request | None = None,
    body: Mapping[str, Any] | None = None,
) -> Session:
    """A fresh session; arguments as in `prepare`, and the request where it is known."""
    if upstream not in UPSTREAM:
        raise UnknownName("upstream dialect", upstream, UPSTREAM)
    if not isinstance(profile, UpstreamProfile):
        profile = upstream_profile(profile or _USUAL[upstream])
    return Session(
        mint=mint,
        now=now,
        upstream=upstream,
        profile=profile,
        manner=manner or Manner(),
        ledger=ledger or Ledger(),
        request=request,
        body=body or {},
    )


_USUAL: Final = {"chat": "openai", "responses": "openai", "gemini": "gemini", "anthropic": "anthropic"}


def answering(session: Session, inbound: InboundDialect) -> Answering:
    """What translates the answer of this exchange; made once for each attempt."""
    reader: Reader = _named(_READERS, "upstream dialect", session.upstream)(session)
    writer: Writer = _named(_WRITERS, "inbound dialect", inbound)(session)
    passes = (Restoring(session).restore,) if Restoring.needed(session) else ()
    return Answering(session, reader, writer, passes)


def path_of(upstream: UpstreamDialect, model: str, *, stream: bool) -> str:
    """Where a request goes, behind the version's path of the base URL."""
    if upstream == "gemini":
        verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
        return f"/models/{quote(model.removeprefix('models/'), safe='')}:{verb}"
    return _PATHS[upstream]


_PATHS: Final = {"chat": "/chat/completions", "responses": "/responses", "anthropic": "/messages"}


def refusal(loss: Loss) -> RequestRefused:
    """The error that a client is given where its request would lose something that the policy calls an error."""
    param = param_of(loss.at)
    hint = f"--losses {loss.code}=warn lets it through"
    if loss.code == "L100":
        refused = unknown(param)
        refused.hint = hint
        return refused
    detail = f": {loss.detail}" if loss.detail else ""
    is_option = loss.code == "L161" and loss.at.count("/") == 1  # Chat's web search is no element of `tools`
    kind = "value" if loss.code in _OF_VALUES and not is_option else "parameter"
    return RequestRefused(
        f"Unsupported {kind}: '{param}' cannot be translated for this upstream "
        f"({loss.code}, {CODES[loss.code].text}{detail}).",
        param=param,
        name=f"unsupported_{kind}",
        hint=hint,
    )


_OF_VALUES: Final = frozenset(
    {
        "L101", "L103", "L106", "L112", "L115", "L118", "L130", "L131", "L133", "L134", "L138", "L139", "L140",
        "L141", "L142", "L143", "L145", "L147", "L155", "L156", "L161", "L163",
    }
)  # fmt: skip
"""Losses where the upstream has a place for the member, and none for what the client put there."""


def param_of(pointer: str) -> str:
    """A JSON pointer in OpenAI's notation: `/messages/0/content` is `messages[0].content`."""
    words = [word.replace("~1", "/").replace("~0", "~") for word in pointer.split("/")[1:]]
    dotted = "".join(f"[{word}]" if _NUMBER.fullmatch(word) else f".{word}" for word in words)
    return dotted.removeprefix(".")


_NUMBER: Final = re.compile(r"\d+")


def _named(table: Mapping[str, tuple[str, str]], kind: str, name: str) -> Any:
    """What a table says is under that name; it is imported now, as one dialect needs no other."""
    if name not in table:
        raise UnknownName(kind, name, table)
    module, attribute = table[name]
    return getattr(import_module(module), attribute)
