"""Content blocks of Anthropic Messages: what each kind opens, what its deltas bring, and what its end says.

Source: "Streaming messages" of Anthropic's API documentation, and 345 recorded streams. A block is read the same way
in a stream and in a whole message: there, its start has everything and no delta follows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Final

from harness.dialects.members import integer, listed, text
from harness.jsonvalue import try_parse
from harness.translation.readers.json_text import json_text
from harness.turn.increments import (
    Annotation,
    ArgsDelta,
    ReasoningDelta,
    ReasoningEnd,
    ReasoningStart,
    ServerTool,
    TextDelta,
    TextEnd,
    TextStart,
    ToolEnd,
    ToolStart,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.translation.readers.openai_members import Strangers
    from harness.translation.session import Session
    from harness.turn.increments import Increment

VENDOR: Final = "anthropic"


class Block(ABC):
    """One content block.

    Attributes:
        ref: Its reference in the increments.
        delta_type: The type of the deltas that bring its text; "" where it has none.
        member: The member of such a delta that holds the next piece.
        increment: What such a piece becomes.
        stopped: Its end was told.
    """

    known: frozenset[str] = frozenset()
    delta_type = ""
    member = ""
    increment: type[TextDelta | ReasoningDelta | ArgsDelta] | None = None

    def __init__(self, ref: int, content: Mapping[str, Any], session: Session) -> None:
        self.ref = ref
        self.content = content
        self.session = session
        self.stopped = False

    @abstractmethod
    def start(self, src: int) -> list[Increment]:
        """The block begins."""

    def piece(self, piece: str, src: int) -> list[Increment]:
        """The next piece of its text, never empty."""
        return [self.increment(ref=self.ref, text=piece, src=src)] if self.increment is not None else []

    def beside(self, kind: str, delta: Mapping[str, Any], src: int) -> bool:
        """A delta without text; False where the block takes none of that type."""
        del kind, delta, src
        return False

    @abstractmethod
    def stop(self, src: int, *, is_cut: bool) -> list[Increment]:
        """The block is over; `is_cut`: it is the last, and a limit or filter ended the message."""


class TextBlock(Block):
    """Visible text. Its citations stand for the whole block, so they are told when its length is known."""

    known = frozenset({"type", "text", "citations"})
    delta_type, member, increment = "text_delta", "text", TextDelta

    def __init__(self, ref: int, content: Mapping[str, Any], session: Session) -> None:
        super().__init__(ref, content, session)
        self._length = 0
        self._citations: list[tuple[Mapping[str, Any], int]] = []

    def start(self, src: int) -> list[Increment]:
        """Text that the start has already comes at once."""
        given: list[Increment] = [TextStart(ref=self.ref, src=src)]
        if initial := text(self.content, "text"):
            given += self.piece(initial, src)
        for citation in listed(self.content.get("citations")):
            self._cite(citation, src)
        return given

    def piece(self, piece: str, src: int) -> list[Increment]:
        """More text."""
        self._length += len(piece)
        return [TextDelta(ref=self.ref, text=piece, src=src)]

    def beside(self, kind: str, delta: Mapping[str, Any], src: int) -> bool:
        """A citation."""
        if kind != "citations_delta":
            return False
        self._cite(delta.get("citation"), src)
        return True

    def stop(self, src: int, *, is_cut: bool) -> list[Increment]:
        """The citations, then the end."""
        del is_cut
        given: list[Increment] = [self._annotation(*one) for one in self._citations]
        given.append(TextEnd(ref=self.ref, src=src))
        return given

    def _cite(self, citation: object, src: int) -> None:
        if isinstance(citation, dict):
            self._citations.append((citation, src))
        elif citation is not None:
            self.session.lose_at("L201", src, "citation")

    def _annotation(self, citation: Mapping[str, Any], src: int) -> Annotation:
        url = text(citation, "url")
        source = text(citation, "source")  # of a search result: a URL, or any other name
        if url is None and source is not None and source.startswith(("http://", "https://")):
            url = source
        return Annotation(
            ref=self.ref,
            src=src,
            kind="url_citation" if url else text(citation, "type") or "citation",
            url=url,
            title=text(citation, "title") or text(citation, "document_title"),
            begin=0,
            end=self._length,
            dialect=VENDOR,
            raw=citation,
        )


class ThinkingBlock(Block):
    """Thought, with the signature that lets it be sent back."""

    known = frozenset({"type", "thinking", "signature"})
    delta_type, member, increment = "thinking_delta", "thinking", ReasoningDelta

    def __init__(self, ref: int, content: Mapping[str, Any], session: Session) -> None:
        super().__init__(ref, content, session)
        self._signature = text(content, "signature") or ""

    def start(self, src: int) -> list[Increment]:
        """Thought that the start has already comes at once."""
        given: list[Increment] = [ReasoningStart(ref=self.ref, src=src)]
        if initial := text(self.content, "thinking"):
            given += self.piece(initial, src)
        return given

    def beside(self, kind: str, delta: Mapping[str, Any], src: int) -> bool:
        """The signature, or a piece of it."""
        del src
        if kind != "signature_delta":
            return False
        self._signature += text(delta, "signature") or ""
        return True

    def stop(self, src: int, *, is_cut: bool) -> list[Increment]:
        """The end, with the signature."""
        del is_cut
        signature = self._signature or None
        return [ReasoningEnd(ref=self.ref, src=src, signature=signature, vendor=VENDOR)]


class RedactedBlock(Block):
    """Thought that only Anthropic can read."""

    known = frozenset({"type", "data"})

    def start(self, src: int) -> list[Increment]:
        """The thought begins."""
        return [ReasoningStart(ref=self.ref, src=src)]

    def stop(self, src: int, *, is_cut: bool) -> list[Increment]:
        """What there is of it."""
        del is_cut
        return [
            ReasoningEnd(ref=self.ref, src=src, encrypted=text(self.content, "data") or None, vendor=VENDOR)
        ]


class CallBlock(Block):
    """A call of one of the client's tools. The `input` of its start counts only where no delta brings any."""

    known = frozenset({"type", "id", "name", "input", "caller"})
    delta_type, member, increment = "input_json_delta", "partial_json", ArgsDelta

    def __init__(self, ref: int, content: Mapping[str, Any], session: Session) -> None:
        super().__init__(ref, content, session)
        self._pieces: list[str] = []
        self._name = text(content, "name") or ""

    def start(self, src: int) -> list[Increment]:
        """The call begins; one without a name cannot be answered, and is left out."""
        if not self._name:
            self.session.lose_at("L218", src)
            return []
        return [ToolStart(ref=self.ref, src=src, name=self._name, call_id=text(self.content, "id") or None)]

    def piece(self, piece: str, src: int) -> list[Increment]:
        """More of the arguments' text."""
        self._pieces.append(piece)
        return [ArgsDelta(ref=self.ref, text=piece, src=src)] if self._name else []

    def stop(self, src: int, *, is_cut: bool) -> list[Increment]:
        """The arguments, where they came with the start, and the end."""
        if not self._name:
            return []
        given: list[Increment] = []
        initial = self.content.get("input")
        if not self._pieces and initial not in (None, {}):
            written = json_text(initial)
            if written is None:
                self.session.lose_at("L201", src, "input, which is nested too deeply")
            else:
                given.append(ArgsDelta(ref=self.ref, text=written, src=src))
        is_half = is_cut and bool(self._pieces) and not try_parse("".join(self._pieces))[0]
        given.append(ToolEnd(ref=self.ref, src=src, status="incomplete" if is_half else None))
        return given


class HostedBlock(Block):
    """Something that Anthropic does by itself: a call of one of its tools, what came of it, a compaction, and what is
    new. It is told with its start, and again, with the input that its deltas brought, with its end.
    """

    _MEMBERS: Final = {"input_json_delta": "partial_json", "compaction_delta": "content"}

    def __init__(self, ref: int, content: Mapping[str, Any], session: Session) -> None:
        super().__init__(ref, content, session)
        self._kind = text(content, "type") or "content_block"
        self._pieces: list[str] = []
        self.delta_type = "compaction_delta" if self._kind == "compaction" else "input_json_delta"
        self.member = self._MEMBERS[self.delta_type]

    def start(self, src: int) -> list[Increment]:
        """The block as it began."""
        return [self._told("start", self.content, src)]

    def piece(self, piece: str, src: int) -> list[Increment]:
        """More of its input."""
        del src
        self._pieces.append(piece)
        return []

    def stop(self, src: int, *, is_cut: bool) -> list[Increment]:
        """The block as it is in the end."""
        del is_cut
        raw = self.content
        if self._pieces:
            written = "".join(self._pieces)
            name = "input" if self.delta_type == "input_json_delta" else "content"
            is_json, value = try_parse(written) if name == "input" else (False, None)
            raw = {**raw, name: value if is_json else written}
        return [self._told("end", raw, src)]

    def _told(self, step: Any, raw: Mapping[str, Any], src: int) -> ServerTool:
        identity = text(self.content, "id") or text(self.content, "tool_use_id")
        return ServerTool(
            ref=self.ref, src=src, kind=self._kind, step=step, item_id=identity, dialect=VENDOR, raw=raw
        )


_KINDS: Final[Mapping[str, type[Block]]] = {
    "text": TextBlock,
    "thinking": ThinkingBlock,
    "redacted_thinking": RedactedBlock,
    "tool_use": CallBlock,
}


def block_of(ref: int, content: Mapping[str, Any], session: Session, strangers: Strangers) -> Block:
    """The block that a `content_block` begins."""
    kind = _KINDS.get(text(content, "type") or "", HostedBlock)
    if kind.known:
        strangers.look("content_block.", content, kind.known)
        caller = content.get("caller")
        if kind is CallBlock and isinstance(caller, dict) and caller.get("type") != "direct":
            strangers.note("content_block.caller")
    return kind(ref, content, session)


def place_of(body: Mapping[str, Any]) -> int | None:
    """The `index` of an event."""
    return integer(body, "index")
