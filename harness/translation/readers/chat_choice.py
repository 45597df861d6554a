"""One choice of a Chat Completions answer: which blocks its deltas open, and what they put into them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.dialects.accumulator import Accumulator
from harness.jsonvalue import compact
from harness.translation.readers.chat_calls import Calls
from harness.translation.readers.chat_thoughts import MEMBERS, Thought, ThoughtRun, said_once, thoughts_of
from harness.translation.readers.openai_annotations import annotation
from harness.translation.readers.openai_logprobs import log_probabilities
from harness.translation.readers.openai_members import is_nothing, some_text
from harness.translation.readers.think_tags import Run, TagSplitter
from harness.turn.increments import (
    Audio,
    Image,
    ReasoningStart,
    RefusalDelta,
    RefusalStart,
    ServerTool,
    TextDelta,
    TextStart,
    ToolStart,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.translation.readers.openai_members import Strangers
    from harness.translation.session import Session
    from harness.turn.increments import Increment

NONE, TEXT, REFUSAL, THOUGHT = 0, 1, 2, 3

_KNOWN: Final = MEMBERS | {
    "annotations",
    "audio",
    "content",
    "executed_tools",
    "function_call",
    "images",
    "refusal",
    "role",
    "tool_calls",
}


class ChatChoice:
    """One choice.

    Args:
        index: Its number.
        session: The exchange.
        new_ref: Gives refs that were never used.
        strangers: Who is told of unknown members.

    Attributes:
        block: Which kind of block is open besides calls: NONE, TEXT, REFUSAL or THOUGHT.
        ref: Its ref.
        calls: The calls.
        content: All that `content` has said.
        is_plain: Further text needs no care: no tags are looked for.
        finish: The finish reason, as sent; None until it came.
        is_cut: It ended at a limit or a filter.
        has_audio: It speaks; then there may be no finish reason.
        shape: Members of its latest entry, where all of them are known.
    """

    __slots__ = (
        "_members", "_new_ref", "_run", "_seal_vendor", "_session", "_strangers", "_tags", "_text_ref", "block",
        "calls", "content", "finish", "has_audio", "index", "is_cut", "is_plain", "ref", "refusal", "shape", "thought",
    )  # fmt: skip

    def __init__(
        self, index: int, session: Session, new_ref: Callable[[], int], strangers: Strangers
    ) -> None:
        profile = session.profile
        self.index = index
        self._session = session
        self._new_ref = new_ref
        self._strangers = strangers
        self._members = (*profile.reasoning_in, *(one for one in _ORDER if one not in profile.reasoning_in))
        self._seal_vendor = profile.vendor or profile.name
        self._tags = TagSplitter() if profile.think_tags else None
        self.is_plain = not profile.think_tags
        self.block = NONE
        self.ref = 0
        self._text_ref: int | None = None
        self.calls = Calls(session, index, new_ref)
        self.content = Accumulator()
        self.refusal = Accumulator()
        self.thought = Accumulator()
        self._run = ThoughtRun(index, 0)
        self.finish: str | None = None
        self.is_cut = False
        self.has_audio = False
        self.shape: tuple[str, ...] | None = None

    def take(
        self, delta: Mapping[str, Any], src: int, out: list[Increment], *, logprobs: object, padding: str | None,
        whole: bool = False,
    ) -> None:  # fmt: skip
        """Take one delta, or a whole message: reasoning first, then content, then calls.

        Args:
            delta: The delta.
            src: Index of the event.
            out: Where the increments go.
            logprobs: The choice's `logprobs`.
            padding: The chunk's `obfuscation`.
            whole: It is a message, whose calls are whole.
        """
        self._strangers.look("delta.", delta, _KNOWN)
        if not MEMBERS.isdisjoint(delta):
            self._think(delta, src, out)
        tokens = logprobs if isinstance(logprobs, dict) else {}
        content = delta.get("content")
        if content or tokens.get("content"):
            self._say(content, src, out, log_probabilities(tokens.get("content")), padding)
        refusal = delta.get("refusal")
        if refusal or tokens.get("refusal"):
            self._refuse(refusal, src, out, log_probabilities(tokens.get("refusal")), padding)
        notes = delta.get("annotations")
        if notes:
            self._annotate(notes, src, out)
        if delta.get("audio") or delta.get("images") or delta.get("executed_tools"):
            self._other(delta, src, out)
        calls = delta.get("tool_calls")
        if calls:
            self._called(self.calls.take(calls, src, whole=whole), src, out)
        legacy = delta.get("function_call")
        if isinstance(legacy, dict) and any(legacy.values()):
            self._called(self.calls.legacy(legacy, src), src, out)

    def complete(
        self, message: Mapping[str, Any], src: int, out: list[Increment], padding: str | None
    ) -> None:
        """Take a message that some servers send beside or after the deltas: only what they have not said."""
        thoughts, _ = said_once(message, self._members)
        text = "".join([one.text for one in thoughts])
        rest = self._rest(text, self.thought, src)
        if rest and len(rest) < len(text):
            thoughts = [Thought(rest)]
        for thought in thoughts if rest else ():
            self._thought(thought, src, out)
        missing: dict[str, Any] = {}
        for name, said in (("content", self.content), ("refusal", self.refusal)):
            text = some_text(message.get(name))
            if rest := self._rest(text, said, src):
                missing[name] = rest
        self.take(missing, src, out, logprobs=None, padding=padding)
        self._called(self.calls.unseen(message.get("tool_calls"), src), src, out)

    def settle(self, src: int, out: list[Increment]) -> None:
        """Take note that the choice has its finish reason: what was held back is said now."""
        if self._tags is not None:
            self._runs(self._tags.flush(), src, out, None, None)
        out += self.calls.release(src)

    def close(self, src: int, out: list[Increment]) -> None:
        """Take note that nothing more comes: seals are told with the ends of their blocks."""
        self.settle(src, out)
        if self.block == THOUGHT:
            self._end_thought(src, out)
            self.block = NONE
        out += self.calls.ends(src, is_cut=self.is_cut)

    # -- blocks

    def _open(self, block: int, src: int, out: list[Increment]) -> None:
        if self.block == THOUGHT:
            self._end_thought(src, out)
        out += self.calls.release(src)
        self.calls.growing = None
        self.block = block
        self.ref = ref = self._new_ref()
        if block == TEXT:
            self._text_ref = ref
            out.append(TextStart(src=src, choice=self.index, ref=ref))
        elif block == REFUSAL:
            out.append(RefusalStart(src=src, choice=self.index, ref=ref))
        else:
            self._run = ThoughtRun(self.index, ref)
            out.append(ReasoningStart(src=src, choice=self.index, ref=ref))

    def _called(self, increments: list[Increment], src: int, out: list[Increment]) -> None:
        """A call ends what was being said, so that text after it is a text of its own."""
        if self.block != NONE and any(type(one) is ToolStart for one in increments):
            if self.block == THOUGHT:
                self._end_thought(src, out)
            self.block = NONE
        out += increments

    # -- text

    def _say(
        self, content: Any, src: int, out: list[Increment], tokens: list[Any] | None, padding: str | None
    ) -> None:
        if isinstance(content, str):
            self._text(content, src, out, tokens, padding)
        elif isinstance(content, list):
            for part in content:
                self._content_part(part, src, out, padding)
        elif isinstance(content, dict):
            self._object(content, src, out, padding)
        elif content is not None:
            self._strangers.note("delta.content that is neither text nor parts")
        elif tokens:
            self._text("", src, out, tokens, padding)

    def _text(
        self, text: str, src: int, out: list[Increment], tokens: list[Any] | None, padding: str | None
    ) -> None:
        if text:
            self.content.write(text)
        if self._tags is not None:
            lone = self._tags.lone
            self._runs(self._tags.feed(text), src, out, tokens, padding)
            if self._tags.lone > lone:
                self._session.lose_at("L226", src)
            return
        if not text and (not tokens or self.block != TEXT):
            if tokens:
                self._strangers.note("logprobs without text")
            return
        if self.block != TEXT:
            self._open(TEXT, src, out)
        out.append(
            TextDelta(
                src=src, choice=self.index, ref=self.ref, text=text, logprobs=tokens, obfuscation=padding
            )
        )

    def _runs(
        self, runs: list[Run], src: int, out: list[Increment], tokens: list[Any] | None, padding: str | None
    ) -> None:
        """Text in which tags were looked for."""
        for run in runs:
            if run.is_thought:
                self._thought(Thought(run.text), src, out)
                continue
            if self.block != TEXT:
                self._open(TEXT, src, out)
            out.append(
                TextDelta(
                    src=src,
                    choice=self.index,
                    ref=self.ref,
                    text=run.text,
                    logprobs=tokens,
                    obfuscation=padding,
                )
            )
            tokens = padding = None
        if tokens:
            self._strangers.note("logprobs of thought")

    def _content_part(self, part: Any, src: int, out: list[Increment], padding: str | None) -> None:
        """A part of content that is an array (Mistral, and servers that answer in the form of requests)."""
        if isinstance(part, str):
            self._text(part, src, out, None, padding)
            return
        if not isinstance(part, dict):
            self._strangers.note("delta.content[] that is no object")
            return
        kind = some_text(part.get("type"))
        if kind in {"thinking", "reasoning", "redacted_thinking"}:
            for thought in thoughts_of(part):
                self._thought(thought, src, out)
        elif kind == "refusal":
            self._refuse(part.get("refusal"), src, out, None, padding)
        elif kind == "reference":
            self._annotate([part], src, out)
        elif kind == "image_url":
            self._image(part, src, out)
        elif isinstance(text := part.get("text"), str):
            self._text(text, src, out, None, padding)
        else:
            self._strangers.note(f"delta.content[] of type {kind[:40]}")

    def _object(self, content: dict[str, Any], src: int, out: list[Increment], padding: str | None) -> None:
        """Content that is an object: a part, or the structured answer itself instead of its text (Cloudflare)."""
        if isinstance(content.get("type"), str):
            self._content_part(content, src, out, padding)
            return
        try:
            text = compact(content)
        except (ValueError, TypeError, RecursionError):
            self._strangers.note("delta.content that cannot be written as JSON")
            return
        self._session.lose_at("L213", src, "content")
        self._text(text, src, out, None, padding)

    def _refuse(
        self, refusal: Any, src: int, out: list[Increment], tokens: list[Any] | None, padding: str | None
    ) -> None:
        text = some_text(refusal)
        if not text and not (tokens and self.block == REFUSAL):
            if refusal or tokens:
                self._strangers.note("delta.refusal that is no text")
            return
        self.refusal.write(text)
        if self.block != REFUSAL:
            self._open(REFUSAL, src, out)
        out.append(
            RefusalDelta(
                src=src, choice=self.index, ref=self.ref, text=text, logprobs=tokens, obfuscation=padding
            )
        )

    def _annotate(self, notes: Any, src: int, out: list[Increment]) -> None:
        given = [one for one in notes if isinstance(one, dict)] if isinstance(notes, list) else []
        if not given:
            self._strangers.note("delta.annotations that are no objects")
            return
        if self._text_ref is None:
            self._open(TEXT, src, out)
        ref = self._text_ref
        if ref is not None:
            out += [annotation(one, "chat", ref, src, self.index) for one in given]

    # -- thought

    def _think(self, delta: Mapping[str, Any], src: int, out: list[Increment]) -> None:
        thoughts, other = said_once(delta, self._members)
        if other is not None:
            self._session.lose_at("L217", src, other)
        if not thoughts and any(not is_nothing(delta.get(name)) for name in MEMBERS):
            self._strangers.note("delta.reasoning without a text")
        for thought in thoughts:
            self._thought(thought, src, out)

    def _thought(self, thought: Thought, src: int, out: list[Increment]) -> None:
        if thought.encrypted is not None and self.block == THOUGHT and self._run.encrypted is not None:
            self._end_thought(src, out)  # a block has one seal
            self.block = NONE
        if self.block != THOUGHT:
            self._open(THOUGHT, src, out)
        if thought.text:
            self.thought.write(thought.text)
            out.append(self._run.more(thought, src))
        self._run.seal(thought)

    def _end_thought(self, src: int, out: list[Increment]) -> None:
        out.append(self._run.end(src, self._seal_vendor))

    # -- the rest

    def _other(self, delta: Mapping[str, Any], src: int, out: list[Increment]) -> None:
        audio = delta.get("audio")
        if isinstance(audio, dict):
            if any(audio.values()):
                self.has_audio = True
                out.append(Audio(src=src, choice=self.index, raw=audio))
        elif audio:
            self._strangers.note("delta.audio that is no object")
        images = delta.get("images")
        for image in images if isinstance(images, list) else ():
            self._image(image, src, out)
        tools = delta.get("executed_tools")
        if tools:  # Groq: what its own tools did, in one piece
            out.append(
                ServerTool(
                    src=src,
                    choice=self.index,
                    ref=self._new_ref(),
                    kind="executed_tools",
                    step="end",
                    dialect="chat",
                    raw={"executed_tools": tools},
                )
            )

    def _image(self, image: Any, src: int, out: list[Increment]) -> None:
        """A picture as a data URI (OpenRouter)."""
        source = image.get("image_url") if isinstance(image, dict) else None
        url = some_text(source.get("url") if isinstance(source, dict) else source)
        head, found, data = url.partition(";base64,")
        if found and head.startswith("data:"):
            out.append(Image(src=src, choice=self.index, media_type=head.removeprefix("data:"), data=data))
        else:
            self._strangers.note("delta.images[] that is no data URI")

    def _rest(self, text: str, said: Accumulator, src: int) -> str:
        """What of a text its deltas have not said."""
        before = said.text
        if text.startswith(before):
            return text[len(before) :]
        if not before.startswith(text):
            self._session.lose_at("L217", src, "message beside deltas")
        return ""


_ORDER: Final = ("reasoning_content", "reasoning", "reasoning_details", "thinking_blocks", "thinking")
