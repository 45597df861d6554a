"""Translating recorded answers, and judging what came of them with both halves at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from harness.checking.exchanges import judge
from harness.dialects.registry import dialect as dialect_named
from harness.findings import Origin, Severity
from harness.jsonvalue import try_parse
from harness.translation.offline import translated

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
    return Translated(translation, judge(translation.exchange, dialect=target, upstream=upstream))


def client_request(upstream: Exchange, source: str, target: str) -> dict[str, Any]:
    """What a client may have asked of a gateway that then made this request of its upstream: its tools, n, and so on.

    Only what the answer depends on is taken over; the words are made up.
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
    if asked is None:
        return request
    tools = [_tool(name, target) for name in dict.fromkeys(asked.tools)]
    if tools:
        request["tools"] = tools
    if asked.n > 1 and target == "chat":
        request["n"] = asked.n
    if asked.logprobs:
        request |= {"logprobs": True} if target == "chat" else {"include": ["message.output_text.logprobs"]}
    if target == "responses" and "reasoning.encrypted_content" in asked.include:
        request["include"] = ["reasoning.encrypted_content"]
    return request


def _asked(upstream: Exchange, source: str) -> Asked | None:
    sent = upstream.request
    read, body = try_parse(sent.body)
    if not read or not isinstance(body, dict):
        return None
    url = urlsplit(sent.url)
    return dialect_named(source).asked(f"{url.path}?{url.query}" if url.query else url.path, body)


def _tool(name: str, target: str) -> dict[str, Any]:
    function = {"name": name, "description": "a tool", "parameters": {"type": "object", "properties": {}}}
    return (
        {"type": "function", "function": function} if target == "chat" else {"type": "function", **function}
    )
