"""What a client of the engine heard, in the case of a known defect."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.checking.exchanges import judge
from harness.findings import Origin, Severity
from harness.translation.failures import disconnected, timed_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.translation.engine import InboundDialect, Prepared
    from harness.translation.losses import Loss
    from harness.translation.relay import Relay
    from harness.turn.increments import Error

DONE = b"data: [DONE]\n\n"


@dataclass(kw_only=True)
class Heard:
    """What a client was answered.

    Args:
        target: Its dialect.
        prepared: What became of its request.
        relay: What carried the answer.
        data: The body that it was sent.
        upstream: The other half.
        request: What it asked.
    """

    target: InboundDialect
    prepared: Prepared
    relay: Relay
    upstream: Exchange
    request: Mapping[str, Any]
    data: bytes = b""
    pieces: list[bytes] = field(default_factory=list)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.relay.head.status if self.relay.head is not None else 0

    @property
    def sent(self) -> dict[str, Any]:
        """What the upstream was asked."""
        return self.prepared.body

    @property
    def error(self) -> Error | None:
        """What went wrong, as the client was told."""
        return self.relay.error

    @property
    def losses(self) -> list[Loss]:
        """What was not carried."""
        return self.prepared.session.ledger.losses

    @property
    def codes(self) -> set[str]:
        """Codes of what was not carried."""
        return {one.code for one in self.losses}

    @property
    def payloads(self) -> list[dict[str, Any]]:
        """The stream's events, but for `[DONE]`."""
        lines = self.data.decode().split("\n")
        return [json.loads(line[6:]) for line in lines if line.startswith("data: {")]

    @property
    def is_done(self) -> bool:
        """The stream ends with `[DONE]`."""
        return self.data.endswith(DONE)

    @property
    def whole(self) -> dict[str, Any]:
        """The answer that is no stream."""
        value: dict[str, Any] = json.loads(self.data)
        return value

    @property
    def final(self) -> dict[str, Any]:
        """The response in the last event of a Responses stream, or the whole one."""
        if self.data[:1] == b"{":
            return self.whole
        value: dict[str, Any] = self.payloads[-1]["response"]
        return value

    @property
    def output(self) -> list[dict[str, Any]]:
        """The items of a response."""
        value: list[dict[str, Any]] = self.final["output"]
        return value

    def go_on(self, *pieces: bytes, finishes: bool = True, how: How = How.COMPLETE) -> None:
        """More of the upstream's reads, and the end of its body."""
        before = tuple(self.upstream.response.chunks) if self.upstream.response is not None else ()
        for piece in pieces:
            self.pieces.append(self.relay.feed(piece))
        if finishes:
            failed = None
            if how is not How.COMPLETE:
                failed = timed_out("idle") if how is How.TIMEOUT else disconnected(str(how))
            self.pieces.append(self.relay.finish(failed))
        self.data = b"".join(self.pieces)
        if self.upstream.response is not None:
            response = replace(self.upstream.response, chunks=(*before, *_timed(pieces, len(before))))
            ending = Ending(how, len(before) + len(pieces))
            self.upstream = replace(self.upstream, response=response, ending=ending)

    def _choice(self, index: int) -> dict[str, Any]:
        """A choice of a whole completion."""
        whole = self.whole
        assert "choices" in whole, f"there is no answer, but {whole}"
        value: dict[str, Any] = whole["choices"][index]
        return value

    def kinds(self) -> list[str]:
        """The types of the events of a Responses stream."""
        return [one["type"] for one in self.payloads]

    def deltas(self, index: int = 0) -> list[dict[str, Any]]:
        """The deltas of a choice of Chat."""
        return [
            entry["delta"]
            for one in self.payloads
            for entry in one.get("choices", ())
            if entry["index"] == index
        ]

    def text(self, index: int = 0) -> str:
        """The visible text, of a stream put together or as it came."""
        if self.target == "chat":
            if self.data[:1] == b"{":
                return self._choice(index)["message"]["content"] or ""
            return "".join(one.get("content") or "" for one in self.deltas(index))
        if self.data[:1] == b"{":
            parts = [part for item in self.output for part in item.get("content", ())]
            return "".join(part.get("text", "") for part in parts if part["type"] == "output_text")
        return "".join(one["delta"] for one in self.payloads if one["type"] == "response.output_text.delta")

    def calls(self, index: int = 0) -> list[tuple[str, str, str]]:
        """Id, name and arguments of each call."""
        if self.target == "responses":
            return [
                (item["call_id"], item["name"], item["arguments"])
                for item in self.output
                if item["type"] == "function_call"
            ]
        if self.data[:1] == b"{":
            made = self._choice(index)["message"].get("tool_calls", ())
            return [(one["id"], one["function"]["name"], one["function"]["arguments"]) for one in made]
        found: dict[int, list[str]] = {}
        for delta in self.deltas(index):
            for one in delta.get("tool_calls", ()):
                known = found.setdefault(one["index"], ["", "", ""])
                known[0] += one.get("id", "")
                known[1] += one["function"].get("name", "")
                known[2] += one["function"].get("arguments", "")
        return [(one[0], one[1], one[2]) for _, one in sorted(found.items())]

    def finish(self, index: int = 0) -> str | None:
        """The finish reason of a choice of Chat; None where there is none."""
        if self.data[:1] == b"{":
            reason: str | None = self._choice(index)["finish_reason"]
            return reason
        reasons = [
            entry["finish_reason"]
            for one in self.payloads
            for entry in one.get("choices", ())
            if entry["index"] == index and entry["finish_reason"] is not None
        ]
        assert len(reasons) <= 1, f"several finish reasons: {reasons}"
        return reasons[0] if reasons else None

    def rules(self, *, alone: bool = False) -> set[str]:
        """The rules that blame the answer, and do not blame the upstream for the same unless it is judged alone."""
        head = self.relay.head
        paths = {"chat": "/v1/chat/completions", "responses": "/v1/responses"}
        asked = Request(
            "POST",
            "https://gateway.test" + paths[self.target],
            (("content-type", "application/json"),),
            json.dumps(dict(self.request)).encode(),
        )
        answer = None if head is None else Response(head.status, head.headers, _timed(self.pieces))
        mine = Exchange(0, asked, answer, Ending(How.COMPLETE, len(self.pieces)))
        verdict = judge(mine, dialect=self.target, upstream=None if alone else self.upstream)
        return {
            one.rule
            for one in verdict.findings
            if one.origin is not Origin.UPSTREAM and one.severity is not Severity.INFO
        }


def _timed(pieces: Iterable[bytes], start: int = 0) -> tuple[Chunk, ...]:
    return tuple(Chunk(at, piece) for at, piece in enumerate(pieces, start) if piece)
