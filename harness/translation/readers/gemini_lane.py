"""One candidate of Gemini: its parts, one after another, as blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.dialects.gemini.grammar import DATA
from harness.dialects.members import mapping, text
from harness.translation.readers.gemini_arguments import Arguments
from harness.translation.readers.gemini_sources import Texts
from harness.translation.readers.openai_members import Strangers, is_nothing
from harness.turn.increments import (
    ArgsDelta,
    Audio,
    Image,
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
    from collections.abc import Iterator, Mapping

    from harness.translation.session import Session
    from harness.turn.increments import Increment

VENDOR: Final = "gemini"

_BESIDE: Final = frozenset({"text", "thought", "thoughtSignature", "partMetadata", "mediaResolution"})
"""Members of a part that say something about it, but `text`, which it may be."""
_CONTENT: Final = frozenset({"content", "finishReason", "index", "logprobsResult"})
_CARRIED: Final = frozenset({"groundingChunks", "groundingSupports"})
_IN_CALL: Final = frozenset({"id", "name", "args", "partialArgs", "willContinue"})


class Lane:
    """One candidate.

    A block stays open until another kind of part comes: a text or a thought goes on in the next event, and an empty
    text may still bring the signature of what came before it.

    Args:
        index: Its number.
        refs: Gives the references of blocks.
        session: The exchange.
        strangers: Where members go that nobody knows.

    Attributes:
        kind: What is open: "text", "thought", "call", or "".
        ref: Its reference.
        texts: The visible text, for offsets.
        reason: The last finish reason.
        reason_src: The event that it came with.
        is_late: Content came after the finish reason.
        has_calls: It called one of the client's tools.
        raw: What the candidate says besides its content.
        grounding: All of `groundingMetadata` so far.
        citations: All sources of `citationMetadata` so far.
    """

    __slots__ = (
        "_arguments", "_is_continued", "_parts", "_refs", "_session", "_signature", "_strangers", "citations",
        "grounding", "has_calls", "index", "is_late", "kind", "raw", "reason", "reason_src", "ref", "texts",
    )  # fmt: skip

    def __init__(self, index: int, refs: Iterator[int], session: Session, strangers: Strangers) -> None:
        self.index = index
        self.kind = ""
        self.ref = 0
        self.texts = Texts()
        self.reason: str | None = None
        self.reason_src = -1
        self.raw: dict[str, Any] = {}
        self.grounding: dict[str, Any] = {}
        self.citations: list[Any] = []
        self.is_late = False
        self.has_calls = False
        self._refs = refs
        self._session = session
        self._strangers = strangers
        self._parts = 0
        self._signature: str | None = None
        self._arguments = Arguments()
        self._is_continued = False

    def take(self, part: Mapping[str, Any], src: int, logprobs: list[Any] | None) -> list[Increment]:
        """One part."""
        self._parts += 1
        signature = text(part, "thoughtSignature") or None
        words = part.get("text")
        if isinstance(words, str) and not part.keys() & DATA:
            self._strangers.look("part.", part, _BESIDE)
            kind = "thought" if part.get("thought") is True else "text"
            given = self._text(words, kind, src, logprobs) if words else self._silent(kind, signature, src)
        elif isinstance(call := part.get("functionCall"), dict):
            self._strangers.look("functionCall.", call, _IN_CALL)
            given = self._call(call, src)
        else:
            given = self._other(part, src)
        if signature is not None:
            if self.kind:
                self._signature = signature
            else:
                self._session.lose_at("L235", src, "thoughtSignature")
        return given

    def besides(self, candidate: Mapping[str, Any]) -> None:
        """Keep what the candidate says besides its content."""
        for name, value in candidate.items():
            if name in _CONTENT or is_nothing(value):
                continue
            if name == "groundingMetadata" and isinstance(value, dict):
                self.grounding.update(value)
                self.raw[name] = self.grounding
            elif name == "citationMetadata" and isinstance(value, dict):
                sources = value.get("citations") or value.get("citationSources")
                self.citations += sources if isinstance(sources, list) else []
            else:
                self.raw[name] = value

    @property
    def left(self) -> list[str]:
        """The names of what is in `raw` and has no place in any other dialect."""
        return [
            name for name in self.raw if name != "groundingMetadata" or not self.grounding.keys() <= _CARRIED
        ]

    def end(self, src: int, *, is_cut: bool) -> list[Increment]:
        """The candidate is over, and with it what is open; a limit or filter may have cut that."""
        return self._closed(src, is_cut=is_cut)

    # -- text and thought

    def _text(self, words: str, kind: str, src: int, logprobs: list[Any] | None) -> list[Increment]:
        given = self._opened(kind, src)
        if kind == "thought":
            given.append(
                ReasoningDelta(ref=self.ref, choice=self.index, src=src, text=words, visibility="summary")
            )
        else:
            self.texts.part(self._parts - 1)
            self.texts.pieces.append(words)
            given.append(TextDelta(ref=self.ref, choice=self.index, src=src, text=words, logprobs=logprobs))
        return given

    def _silent(self, kind: str, signature: str | None, src: int) -> list[Increment]:
        """A part without words: the signature that it may bring is that of what came before it, if anything did."""
        if signature is None or self.kind or kind == "text":
            return []
        return self._opened(kind, src)

    def _opened(self, kind: str, src: int) -> list[Increment]:
        """The beginning of a block of that kind, unless one is open; a thought that is signed is over."""
        if self.kind == kind and (kind == "text" or self._signature is None):
            return []
        given = self._closed(src)
        self.kind, self.ref = kind, next(self._refs)
        if kind == "thought":
            given.append(ReasoningStart(ref=self.ref, choice=self.index, src=src))
        else:
            self.texts.begin(self.ref)
            given.append(TextStart(ref=self.ref, choice=self.index, src=src))
        return given

    # -- calls

    def _call(self, call: Mapping[str, Any], src: int) -> list[Increment]:
        if self.kind == "call" and self._is_continued and "name" not in call:
            return self._arguments_of(call, src)
        given = self._closed(src)
        name = text(call, "name")
        if not name:
            if call:  # an empty one only says that a call is over
                self._session.lose_at("L218", src)
            return given
        self.kind, self.ref = "call", next(self._refs)
        self._arguments = Arguments()
        self.has_calls = True
        identity = text(call, "id") or None
        given.append(ToolStart(ref=self.ref, choice=self.index, src=src, name=name, call_id=identity))
        return given + self._arguments_of(call, src)

    def _arguments_of(self, call: Mapping[str, Any], src: int) -> list[Increment]:
        self._is_continued = call.get("willContinue") is True
        written = ""
        args, pieces = call.get("args"), call.get("partialArgs")
        if isinstance(args, dict):
            written += self._arguments.members(args)
        elif args is not None:
            self._strangers.note("functionCall.args, which is no object")
        if isinstance(pieces, list):
            written += self._arguments.pieces(pieces)
        if not self._is_continued:
            written += self._arguments.end()
        return [ArgsDelta(ref=self.ref, choice=self.index, src=src, text=written)] if written else []

    def _call_end(self, src: int, *, is_cut: bool) -> list[Increment]:
        arguments = self._arguments
        given: list[Increment] = []
        final = None
        status = "incomplete" if is_cut and self._is_continued else None
        if self._is_continued and (written := arguments.end()):
            given.append(ArgsDelta(ref=self.ref, choice=self.index, src=src, text=written))
        if not arguments.is_exact:
            self._session.lose_at("L217", src, "arguments of a call")
            final = arguments.whole()
        self._is_continued = False
        given.append(
            ToolEnd(
                ref=self.ref,
                choice=self.index,
                src=src,
                final=final,
                signature=self._signature,
                vendor=VENDOR if self._signature is not None else "",
                status=status,
            )
        )
        return given

    # -- all else

    def _other(self, part: Mapping[str, Any], src: int) -> list[Increment]:
        """A picture, a sound, or something that only Gemini has a name for."""
        kind = next((name for name in part if name not in _BESIDE), "")
        if not kind:
            self._strangers.note("a part without content")
            return []
        given = self._closed(src)
        data = mapping(part.get("inlineData"))
        encoded, media_type = text(data, "data"), (text(data, "mimeType") or "").lower()
        if encoded and part.get("thought") is not True:
            if media_type.startswith("image/"):
                given.append(Image(choice=self.index, src=src, media_type=media_type, data=encoded))
                return given
            if media_type.startswith("audio/"):
                given.append(Audio(choice=self.index, src=src, raw={"data": encoded}))
                return given
        ref = next(self._refs)
        identity = text(mapping(part.get(kind)), "id")
        for step in _STEPS:
            given.append(
                ServerTool(
                    ref=ref,
                    choice=self.index,
                    src=src,
                    kind=kind,
                    step=step,
                    item_id=identity,
                    dialect=VENDOR,
                    raw=part,
                )
            )
        return given

    def _closed(self, src: int, *, is_cut: bool = False) -> list[Increment]:
        """The end of the block that is open."""
        kind, signature = self.kind, self._signature
        given: list[Increment] = []
        if kind == "thought":
            given.append(
                ReasoningEnd(
                    ref=self.ref,
                    choice=self.index,
                    src=src,
                    signature=signature,
                    vendor=VENDOR,
                    status="incomplete" if is_cut else None,
                )
            )
        elif kind == "text":
            if signature is not None:
                self._session.lose_at("L235", src, "thoughtSignature of a text")
            given.append(TextEnd(ref=self.ref, choice=self.index, src=src))
        elif kind == "call":
            given += self._call_end(src, is_cut=is_cut)
        self.kind, self._signature = "", None
        return given


_STEPS: Final[tuple[Any, ...]] = ("start", "end")
