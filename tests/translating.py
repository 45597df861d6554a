"""Translating recorded answers, and judging what came of them with both halves at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from harness.checking.exchanges import check_of
from harness.checking.pairing import compare, turn_of_case
from harness.dialects.registry import dialect as dialect_named
from harness.findings import Origin, Severity
from harness.jsonvalue import try_parse
from harness.translation.offline import translated
from harness.turn.reading import turn_of
from tests.judging import judged

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.checking.check import Check
    from harness.dialects.asked import Asked
    from harness.findings import Finding
    from harness.translation.engine import InboundDialect
    from harness.translation.manner import Manner
    from harness.translation.offline import Translation
    from harness.translation.profiles import UpstreamDialect
    from harness.turn.turn import Turn

NOW = 1_790_000_000

UNREADABLE: Final = (
    "HTTP-STATUS-", "SSE-DONE-", "SSE-FIELD-", "SSE-FRAME-", "SSE-JSON-", "SSE-TRUNC-", "SSE-UTF8-",
    "CHAT-CHOICE-", "CHAT-CONT-", "CHAT-DELTA-", "CHAT-ERR-", "CHAT-FIN-", "CHAT-OBJ-", "CHAT-SYNC-", "CHAT-TOOL-",
    "CHAT-USE-006",
    "RESP-CTC-", "RESP-ENV-", "RESP-FC-", "RESP-ITEM-", "RESP-LIFE-", "RESP-PART-", "RESP-REF-", "RESP-RSN-",
    "RESP-SYNC-", "RESP-TERM-", "RESP-TEXT-",
    "UP-BLOCK-", "UP-ORDER-", "UP-SCHEMA-", "UP-SUM-",
)  # fmt: skip
"""Rules on what belongs to what, and on what is said twice: an answer that breaks one can be read in several ways.

The rules that compare hold a gateway to one reading of it. They say so of everybody; what is tested with broken answers
is that the engine's own half is well, and that no failure becomes a success.
"""


class Translated(NamedTuple):
    """A translation, and what the rules say to it.

    Args:
        translation: The client's half, and what was lost.
        check: The finished check of that half, with the upstream half held against it.
        upstream: The finished check of the upstream half.
    """

    translation: Translation
    check: Check
    upstream: Check

    @property
    def blamed(self) -> list[Finding]:
        """What it is held to, where upstream's half can be read in one way only."""
        return [one for one in self.held if not (one.rule.startswith("XLAT-") and self.is_ambiguous)]

    @property
    def held(self) -> list[Finding]:
        """Errors and warnings that are the engine's own, and none that the upstream half has as well."""
        return [one for one in self.told_of if one.severity is not Severity.INFO]

    @property
    def told_of(self) -> list[Finding]:
        """The same with remarks.

        The client's request is made up for a recorded one of upstream's, and they are not held against each other.
        """
        return [
            one
            for one in self.check.findings
            if one.origin is not Origin.UPSTREAM
            and not (one.rule.startswith("XLAT-REQ-") and one.where.part == "request")
        ]

    @property
    def is_ambiguous(self) -> bool:
        """Whether upstream's half breaks, as an error, a rule on what belongs to what."""
        return any(
            one.severity is Severity.ERROR and one.rule.startswith(UNREADABLE)
            for one in self.upstream.findings
        )

    def told(self) -> str:
        """What it is blamed for, in lines."""
        return "\n".join(f"{one.severity} {one.rule}: {one.message} ({one.where})" for one in self.blamed)

    @property
    def body(self) -> bytes:
        """What the client was sent."""
        return body_of(self.translation.exchange)

    @property
    def turn(self) -> Turn:
        """What that amounts to."""
        return turn_of_case(self.check.case)


def body_of(exchange: Exchange) -> bytes:
    """The bytes of an answer."""
    return (
        b"".join(chunk.data for chunk in exchange.response.chunks) if exchange.response is not None else b""
    )


def run(
    upstream: Exchange,
    source: UpstreamDialect,
    target: InboundDialect,
    *,
    request: dict[str, Any] | None = None,
    manner: Manner | None = None,
    profile: str | None = None,
    stream: bool | None = None,
    check: Check | None = None,
) -> Translated:
    """Translate an upstream's exchange for a client that asked what its request asked, and judge both halves.

    Args:
        upstream: What the upstream sent.
        source: What it speaks.
        target: What the client speaks.
        request: The client's request; None makes one up.
        manner: How the answer is written.
        profile: What is particular to the upstream.
        stream: Whether the client wants a stream, whatever its request says.
        check: The upstream half as `judged` before: one that is translated several times is judged once.
    """
    translation = translate(
        upstream, source, target, request=request, manner=manner, profile=profile, stream=stream
    )
    return Translated(
        translation, *compared(translation.exchange, target, upstream, check or judged(upstream, source))
    )


def translate(
    upstream: Exchange,
    source: UpstreamDialect,
    target: InboundDialect,
    *,
    request: dict[str, Any] | None = None,
    manner: Manner | None = None,
    profile: str | None = None,
    stream: bool | None = None,
) -> Translation:
    """The same without judging it."""
    asked = dict(request if request is not None else client_request(upstream, source, target))
    if stream is not None:
        asked["stream"] = stream
    if asked.get("stream") is not True:  # nobody may ask for the usage of a stream then
        asked.pop("stream_options", None)
    return translated(
        upstream,
        source=source,
        target=target,
        request=asked,
        manner=manner,
        profile=profile,
        seed=b"test",
        now=NOW,
    )


def compared(downstream: Exchange, target: str, upstream: Exchange, check: Check) -> tuple[Check, Check]:
    """The check of the client's half, held against the upstream's, and that."""
    mine = judged(downstream, target, upstream=True)
    response = upstream.response
    compare(mine, check, chunks=tuple(response.chunks) if response is not None else None)
    return mine, check


def client_request(upstream: Exchange, source: str, target: str) -> dict[str, Any]:
    """What a client may have asked of a gateway that then made this request of its upstream: its tools, n, and so on.

    Only what the answer depends on is taken over; the words are made up. Where the upstream's request is not known,
    or declares tools that are the provider's own, what the answer calls is declared as well: somebody asked for it.
    """
    asked = _asked(upstream, source)
    request: dict[str, Any] = {"model": "model-of-the-client", "stream": True}
    if target == "chat":
        request |= {
            "messages": [{"role": "user", "content": "hello"}],
            "stream_options": {"include_usage": True},
        }
    else:
        request["input"] = "hello"
    echo, called, count = _answered(upstream, source, needed=asked is None or not asked.tools)
    tools = [_tool(name, kind, target) for name, kind in _declared(asked, called).items()]
    if source == target == "responses":  # the response repeats the upstream's tools, and so the client's
        given = (asked.body if asked is not None else echo).get("tools") or []
        tools = given if all(one.get("name") for one in given if one.get("type") == "function") else tools
    if tools:
        request["tools"] = tools
    if target == "responses" and (echo.get("background") is True or (asked is not None and asked.background)):
        request["background"] = True
    limit = asked.max_tokens if asked is not None else None
    limit = limit if limit is not None else echo.get("max_output_tokens")
    if isinstance(limit, int) and limit > 0:
        request["max_completion_tokens" if target == "chat" else "max_output_tokens"] = limit
    if target == "chat" and (count := count if asked is None else asked.n) > 1:
        request["n"] = count
    return request if asked is None else request | _options(asked, target)


def _options(asked: Asked, target: str) -> dict[str, Any]:
    """What else a request says that shows in its answer."""
    options: dict[str, Any] = {}
    if asked.logprobs:
        options |= {"logprobs": True} if target == "chat" else {"include": ["message.output_text.logprobs"]}
    if target == "responses" and "reasoning.encrypted_content" in asked.include:
        options.setdefault("include", []).append("reasoning.encrypted_content")
    if asked.forced_tool in asked.tools:
        choice = {"name": asked.forced_tool}
        options["tool_choice"] = {"type": "function"} | ({"function": choice} if target == "chat" else choice)
    return options


def _declared(asked: Asked | None, called: dict[str, str]) -> dict[str, str]:
    """The tools by name, each with its kind: a function or a custom tool."""
    known = dict.fromkeys(asked.tools, "function") if asked is not None else {}
    return {**known, **called}


def _answered(upstream: Exchange, source: str, *, needed: bool) -> tuple[dict[str, Any], dict[str, str], int]:
    """What a response echoes of its request, the tools that an answer calls with their kinds, and how many it is."""
    if not needed and source != "responses":
        return {}, {}, 1
    check = check_of(upstream, dialect=source)
    if check is None:
        return {}, {}, 1
    turn = turn_of(source, check.case.stream)
    called: dict[str, str] = {call.name: call.kind for one in turn.choices for call in one.calls if call.name}
    echo = getattr(check.case.stream, "response", None)
    count = max((one.index + 1 for one in turn.choices), default=1)
    return (echo if isinstance(echo, dict) else {}), called, min(count, 128)


def _asked(upstream: Exchange, source: str) -> Asked | None:
    sent = upstream.request
    read, body = try_parse(sent.body)
    if not read or not isinstance(body, dict):
        return None
    url = urlsplit(sent.url)
    return dialect_named(source).asked(f"{url.path}?{url.query}" if url.query else url.path, body)


def _tool(name: str, kind: str, target: str) -> dict[str, Any]:
    if kind == "custom":
        tool: dict[str, Any] = {"name": name, "description": "a tool"}
    else:
        tool = {"name": name, "description": "a tool", "parameters": {"type": "object", "properties": {}}}
    return {"type": kind, kind: tool} if target == "chat" else {"type": kind, **tool}
