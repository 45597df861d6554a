"""Translating recorded answers, and judging what came of them with both halves at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from harness.checking.exchanges import check_of, judge
from harness.dialects.registry import dialect as dialect_named
from harness.findings import Origin, Severity
from harness.jsonvalue import try_parse
from harness.translation.offline import translated
from harness.turn.reading import turn_of

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.checking.report import Verdict
    from harness.dialects.asked import Asked
    from harness.findings import Finding
    from harness.translation.engine import InboundDialect
    from harness.translation.manner import Manner
    from harness.translation.offline import Translation
    from harness.translation.profiles import UpstreamDialect

NOW = 1_790_000_000


class Translated(NamedTuple):
    """A translation, and what the rules say to it."""

    translation: Translation
    verdict: Verdict

    @property
    def blamed(self) -> list[Finding]:
        """Errors and warnings that are the engine's own, and none that the upstream half has as well."""
        return [
            one
            for one in self.verdict.findings
            if one.origin is not Origin.UPSTREAM and one.severity is not Severity.INFO
        ]

    def told(self) -> str:
        """What it is blamed for, in lines."""
        return "\n".join(f"{one.severity} {one.rule}: {one.message} ({one.where})" for one in self.blamed)


def run(
    upstream: Exchange,
    source: UpstreamDialect,
    target: InboundDialect,
    *,
    request: dict[str, Any] | None = None,
    manner: Manner | None = None,
    profile: str | None = None,
    stream: bool | None = None,
) -> Translated:
    """Translate an upstream's exchange for a client that asked what its request asked, and judge both halves."""
    asked = request if request is not None else client_request(upstream, source, target)
    if stream is not None:
        asked = {**asked, "stream": stream}
    translation = translated(
        upstream,
        source=source,
        target=target,
        request=asked,
        manner=manner,
        profile=profile,
        seed=b"test",
        now=NOW,
    )
    verdict = judge(translation.exchange, dialect=target, upstream=upstream, upstream_dialect=source)
    return Translated(translation, verdict)


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
    echo, called = _answered(upstream, source, needed=asked is None or not asked.tools)
    tools = [_tool(name, kind, target) for name, kind in _declared(asked, called).items()]
    if source == target == "responses":  # the response repeats the upstream's tools, and so the client's
        tools = (asked.body.get("tools") if asked is not None else echo.get("tools")) or tools
    if tools:
        request["tools"] = tools
    if target == "responses" and (echo.get("background") is True or (asked is not None and asked.background)):
        request["background"] = True
    limit = asked.max_tokens if asked is not None else None
    limit = limit if limit is not None else echo.get("max_output_tokens")
    if isinstance(limit, int) and limit > 0:
        request["max_completion_tokens" if target == "chat" else "max_output_tokens"] = limit
    return request if asked is None else request | _options(asked, target)


def _options(asked: Asked, target: str) -> dict[str, Any]:
    """What else a request says that shows in its answer."""
    options: dict[str, Any] = {}
    if asked.n > 1 and target == "chat":
        options["n"] = asked.n
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


def _answered(upstream: Exchange, source: str, *, needed: bool) -> tuple[dict[str, Any], dict[str, str]]:
    """What a response echoes of its request, and the names of the tools that an answer calls, with their kinds."""
    if not needed and source != "responses":
        return {}, {}
    check = check_of(upstream, dialect=source)
    if check is None:
        return {}, {}
    turn = turn_of(source, check.case.stream)
    called: dict[str, str] = {call.name: call.kind for one in turn.choices for call in one.calls if call.name}
    echo = getattr(check.case.stream, "response", None)
    return (echo if isinstance(echo, dict) else {}), called


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
