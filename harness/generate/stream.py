"""What a strategy gives: a stream as it goes over the wire, the request that asked for it, and what it amounts to."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.jsonvalue import compact

if TYPE_CHECKING:
    from collections.abc import Mapping

Dialect: TypeAlias = Literal["anthropic", "chat", "gemini", "responses"]

_APART_US = 10_000
_URLS: Mapping[str, str] = {
    "anthropic": "https://upstream.invalid/v1/messages",
    "chat": "https://upstream.invalid/v1/chat/completions",
    "gemini": "https://upstream.invalid/v1beta/models/{model}:streamGenerateContent?alt=sse",
    "responses": "https://upstream.invalid/v1/responses",
}


@dataclass(frozen=True)
class GeneratedCall:
    """A call of a tool that the client is to run.

    Args:
        name: The tool's name.
        arguments: JSON text of its arguments; of a custom tool, the input.
        id: What the client's answer is to name; None where the protocol gives none.
        kind: "function" or "custom".
    """

    name: str
    arguments: str
    id: str | None = None
    kind: Literal["function", "custom"] = "function"


@dataclass(frozen=True)
class GeneratedAnswer:
    """What one answer of a stream amounts to. After an error it is as much as was said before.

    Args:
        text: All visible text.
        refusal: All text of refusal.
        thought: All thought that can be read, summaries included.
        calls: The calls for the client, in order.
        finish: Why it ended, in the protocol's own word; None where that was not said.
    """

    text: str = ""
    refusal: str = ""
    thought: str = ""
    calls: tuple[GeneratedCall, ...] = ()
    finish: str | None = None


@dataclass(frozen=True, repr=False)
class GeneratedStream:
    """A legal stream, made up.

    Its `repr` is Python that makes the same stream again.

    Args:
        dialect: Which protocol it speaks.
        request: The body of the request that it answers.
        events: The stream's blocks, with their blank lines; a comment is a block, too.
        answers: What it amounts to, by the index of the choice or candidate.
        failed: It ends with an error, as the protocol has it.
    """

    dialect: Dialect
    request: Mapping[str, Any]
    events: tuple[bytes, ...]
    answers: tuple[GeneratedAnswer, ...] = field(default=())
    failed: bool = False

    @property
    def body(self) -> bytes:
        """All bytes."""
        return b"".join(self.events)

    @property
    def payloads(self) -> tuple[Any, ...]:
        """The JSON values of the events, in order, without comments and without `[DONE]`."""
        texts = map(data_of, self.events)
        return tuple(json.loads(text) for text in texts if text is not None and text != b"[DONE]")

    @property
    def kinds(self) -> tuple[str, ...]:
        """The `type` of every payload that has one."""
        return tuple(one["type"] for one in self.payloads if isinstance(one.get("type"), str))

    def exchange(self) -> Exchange:
        """The stream as if it had been recorded: an event each 10 ms, complete. For `harness.check`."""
        chunks = tuple(Chunk(_APART_US * number, block) for number, block in enumerate(self.events, 1))
        url = _URLS[self.dialect].format(model="gemini-2.5-flash")
        headers = (("content-type", "text/event-stream"), ("x-request-id", "req_1"))
        return Exchange(
            index=0,
            request=Request(
                "POST", url, (("content-type", "application/json"),), compact(dict(self.request)).encode()
            ),
            response=Response(200, headers, chunks),
            ending=Ending(How.COMPLETE, _APART_US * (len(chunks) + 1)),
        )

    def __repr__(self) -> str:
        lines = [
            f"    {one.name}={_shown(getattr(self, one.name))},"
            for one in fields(self)
            if one.name in ("dialect", "request", "events") or getattr(self, one.name) != one.default
        ]
        return "\n".join(["GeneratedStream(", *lines, ")"])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001 - so it is called
        """What hypothesis and IPython print."""
        printer.text(repr(self) if not cycle else "GeneratedStream(...)")

    def __hash__(self) -> int:
        return hash((self.dialect, self.events))


def _shown(value: object) -> str:
    """A value in Python; of a tuple each element has its line."""
    if not isinstance(value, tuple) or not value:
        return repr(value)
    return "".join(["(\n", *(f"        {one!r},\n" for one in value), "    )"])


def data_of(block: bytes) -> bytes | None:
    """What the `data` lines of a block hold; None where it has none."""
    found = [line[5:].removeprefix(b" ") for line in block.splitlines() if line.startswith(b"data:")]
    return b"\n".join(found) if found else None
