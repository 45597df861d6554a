"""What a trial is: a rare stream that is legal, why it is, and what a client has to make of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

TrialDialect: TypeAlias = Literal["chat", "responses"]

Ground: TypeAlias = Literal["official", "standard", "seen", "disputed"]

GROUNDS: Final[dict[Ground, str]] = {
    "official": "OpenAI itself sends it, or says that it may",
    "standard": "the standards of server-sent events, JSON or HTTP, or the API's reference, allow it; no large provider"
    " is known to send it",
    "seen": "other providers and servers send it, and no rule of the API forbids it",
    "disputed": "servers send it, but the API's reference is against it or silent; or the reference has it, and no"
    " server is known to send it to such a request: no client is blamed for it",
}
"""Why a client has to expect a stream. What is disputed is shown, and fails nothing unless one asks for that."""

SSE_HEADERS: Final = (("content-type", "text/event-stream; charset=utf-8"), ("cache-control", "no-cache"))
JSON_HEADERS: Final = (("content-type", "application/json"),)


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that are written at once.

    Args:
        data: The bytes.
        after: Seconds of silence before them.
    """

    data: bytes
    after: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of the server.

    Args:
        pieces: The body, as it is written.
        status: The HTTP status.
        headers: The head's fields but those that frame the body.
        framing: How the body is framed: in HTTP chunks, one for each piece, or up to the close of the connection.
    """

    pieces: tuple[Piece, ...]
    status: int = 200
    headers: tuple[tuple[str, str], ...] = SSE_HEADERS
    framing: Literal["chunked", "close"] = "chunked"

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(piece.data for piece in self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the client has to give back.

    Args:
        text: The visible text of the answer.
        calls: The function calls in their order, each its name and its arguments as JSON text.
        finish: Why the answer ended, in the words of Chat Completions; None asks for none.
        error: Words that the error's message must hold; None where nothing went wrong.
        or_error: Words of an error that the client may raise of its own in place of the answer: whether to try
            again, and whether an answer that is cut off or refused is an answer, is its choice. One is enough.
        reasoning: Thought that the API itself has words for; None asks for none. A client without a place for it tells
            none.
        refusal: What the model said in refusing; a client that puts it in the text has not lost it.
        usage: Tokens of the prompt and of the answer; None asks for none.
    """

    text: str = ""
    calls: tuple[tuple[str, str], ...] = ()
    finish: str | None = "stop"
    error: str | None = None
    or_error: tuple[str, ...] = ()
    reasoning: str | None = None
    refusal: str = ""
    usage: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One stream that a client is served.

    Args:
        name: Unique, lower case with hyphens, its dialect first; links and lists hold it, so it never changes.
        title: A few words.
        chapter: Where it stands in a report.
        dialect: What the client asks.
        serves: What is in the stream that is rare.
        legal: Why a client has to expect it, and from whom.
        ground: The same in a word.
        expects: What the client has to give back.
        answers: Makes the answers, one for each request; the last one is repeated.
        by_default: Whether it is played where nobody asks for it by name.
    """

    name: str
    title: str
    chapter: str
    dialect: TrialDialect
    serves: str
    legal: str
    ground: Ground
    expects: Expected
    answers: Callable[[], tuple[Answer, ...]]
    by_default: bool = True


CHAPTERS: Final[dict[str, str]] = {
    "framing": "Server-sent events",
    "cuts": "Cuts of the bytes",
    "members": "Members and chunks",
    "calls": "Function calls",
    "events": "Events",
    "items": "Items and parts",
    "ends": "Ends, usage and errors",
    "generated": "Generated streams",
}
