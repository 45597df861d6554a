"""The output items of a response while they are written: what each event says of them, and what they amount to.

An item has its place (`output_index`) and its id from the beginning; the object that its `output_item.done` holds is
the one that the final output lists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.jsonvalue import try_parse
from harness.translation.writers.blocks import encoded
from harness.translation.writers.logprobs import complete

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.translation.writers.responses_numbering import Numbering, Pieces
    from harness.turn.increments import ArgsDelta, ReasoningDelta, RefusalDelta, TextDelta

_NO_LOGPROBS: Final = b',"logprobs":[]'


def padded(one: TextDelta | RefusalDelta | ArgsDelta | ReasoningDelta) -> bytes:
    """The padding that OpenAI sends with a delta."""
    return b"" if one.obfuscation is None else b',"obfuscation":' + encoded(one.obfuscation)


class Item:
    """One output item.

    Args:
        numbering: Of the stream.
        index: Its `output_index`.
        body: The item as it is announced.

    Attributes:
        done: Its `output_item.done` was written; `body` is then final.
    """

    def __init__(self, numbering: Numbering, index: int, body: dict[str, Any]) -> None:
        self.index = index
        self.body = body
        self.done = False
        self._numbering = numbering
        self._place = {"item_id": body.get("id"), "output_index": index}

    def added(self) -> bytes:
        """It is announced."""
        return self._numbering.event(
            "response.output_item.added", {"output_index": self.index, "item": self.body}
        )

    def ended(self, **members: Any) -> bytes:
        """It is done, and these members are what they came to."""
        self.done = True
        self.body = {**self.body, **members}
        return self._numbering.event(
            "response.output_item.done", {"output_index": self.index, "item": self.body}
        )

    def left(self, *, is_last: bool) -> bytes:
        """Where the answer fails before it is done: what is last was cut, what came before it may be whole."""
        return self.ended(status="incomplete") if is_last else b""


class Message(Item):
    """A message: its texts and refusals are parts, one after another."""

    def __init__(
        self, numbering: Numbering, index: int, item_id: str, phase: str | None, *, is_implicit: bool
    ) -> None:
        body = {"id": item_id, "type": "message", "status": "in_progress", "content": [], "role": "assistant"}
        if phase is not None:
            body["phase"] = phase
        super().__init__(numbering, index, body)
        self.is_implicit = is_implicit
        self.parts: list[dict[str, Any]] = []
        self.open: Part | None = None

    def part(self, kind: str) -> tuple[Part, bytes]:
        """Begin the next part: `output_text` or `refusal`."""
        place = {**self._place, "content_index": len(self.parts)}
        self.open = part = Part(self._numbering, kind, place)
        self.parts.append(part.body)
        return part, part.added()

    def finished(self, status: str) -> bytes:
        """It is done."""
        return self.ended(status=status, content=self.parts)

    def left(self, *, is_last: bool) -> bytes:
        """Its open part is ended, too."""
        ended = self.open.ended() if self.open is not None and not self.open.done else b""
        return ended + self.finished("incomplete" if is_last else "completed")


class Part:
    """A content part of a message."""

    def __init__(self, numbering: Numbering, kind: str, place: Mapping[str, Any]) -> None:
        self.done = False
        self.length = 0
        self._numbering = numbering
        self._place = place
        self._pieces: list[str] = []
        self._logprobs: list[dict[str, Any]] = []
        self._annotations: list[dict[str, Any]] = []
        self._is_text = kind == "output_text"
        if self._is_text:
            self.body: dict[str, Any] = {"type": kind, "annotations": [], "logprobs": [], "text": ""}
        else:
            self.body = {"type": kind, "refusal": ""}
        self._event = "response.output_text" if self._is_text else "response.refusal"
        self._deltas: Pieces = numbering.stream(f"{self._event}.delta", place)

    def added(self) -> bytes:
        """It begins."""
        return self._numbering.event("response.content_part.added", {**self._place, "part": self.body})

    def delta(self, one: TextDelta | RefusalDelta, *, is_padded: bool) -> bytes:
        """A piece of it."""
        text = one.text
        self._pieces.append(text)
        self.length += len(text)
        more = _NO_LOGPROBS if self._is_text else b""
        if one.logprobs and self._is_text:
            entries = complete(one.logprobs)
            self._logprobs += entries
            more = b',"logprobs":' + encoded(entries)
        if is_padded:
            more += padded(one)
        return self._deltas.piece(text, more)

    def annotate(self, annotation: dict[str, Any]) -> bytes:
        """A note on it."""
        number = len(self._annotations)
        self._annotations.append(annotation)
        members = {**self._place, "annotation_index": number, "annotation": annotation}
        return self._numbering.event("response.output_text.annotation.added", members)

    def ended(self) -> bytes:
        """It is over. The object that the message holds is changed, not replaced."""
        self.done = True
        text = "".join(self._pieces)
        if self._is_text:
            said: dict[str, Any] = {"text": text, "logprobs": self._logprobs}
            self.body.update(annotations=self._annotations, **said)
        else:
            said = {"refusal": text}
            self.body.update(said)
        return self._numbering.event(f"{self._event}.done", {**self._place, **said}) + self._numbering.event(
            "response.content_part.done", {**self._place, "part": self.body}
        )


class Call(Item):
    """A call of a function or of a custom tool."""

    def __init__(self, numbering: Numbering, index: int, body: dict[str, Any]) -> None:
        super().__init__(numbering, index, body)
        is_custom = body["type"] == "custom_tool_call"
        self._member = "input" if is_custom else "arguments"
        self._event = f"response.{'custom_tool_call_input' if is_custom else 'function_call_arguments'}"
        self._deltas: Pieces = numbering.stream(f"{self._event}.delta", self._place)
        self._pieces: list[str] = []
        self.written = False

    def delta(self, one: ArgsDelta, *, is_padded: bool) -> bytes:
        """A piece of its arguments or input."""
        self._pieces.append(one.text)
        return self._deltas.piece(one.text, padded(one) if is_padded else b"")

    def arguments_end(self) -> bytes:
        """Its arguments are written. Older SDKs require the name here, too."""
        self.written = True
        text = "".join(self._pieces)
        name = {} if self._member == "input" else {"name": self.body["name"]}
        self.body = {**self.body, self._member: text}
        return self._numbering.event(f"{self._event}.done", {**self._place, **name, self._member: text})

    def left(self, *, is_last: bool) -> bytes:
        """A call before the last is whole where its arguments are; otherwise it stays open."""
        if self.written:
            return self.ended(status="completed")
        if is_last:
            return self.arguments_end() + self.ended(status="incomplete")
        is_whole = self._member == "input" or isinstance(try_parse("".join(self._pieces))[1], dict)
        return self.arguments_end() + self.ended(status="completed") if is_whole else b""


class Reasoning(Item):
    """A thought: parts of a summary, and parts of raw text, each counted by themselves."""

    def __init__(self, numbering: Numbering, index: int, body: dict[str, Any]) -> None:
        super().__init__(numbering, index, body)
        self._open: tuple[str, int] | None = None
        self._deltas: Pieces | None = None
        self._pieces: list[str] = []
        self._summary: list[dict[str, Any]] = []
        self._content: list[dict[str, Any]] = []

    def delta(self, one: ReasoningDelta, *, is_padded: bool) -> bytes:
        """A piece of it, with the beginning of its part."""
        place = (one.visibility, one.part)
        begun = b""
        if place != self._open or self._deltas is None:
            begun = self._part_ends() + self._part_begins(one.visibility == "summary")
            self._open = place
        if not one.text or self._deltas is None:
            return begun
        self._pieces.append(one.text)
        piece = self._deltas.piece(one.text, padded(one) if is_padded else b"")
        return begun + piece if begun else piece

    def _at(self, *, is_summary: bool, number: int) -> dict[str, Any]:
        return {**self._place, "summary_index" if is_summary else "content_index": number}

    def _part_begins(self, is_summary: bool) -> bytes:  # noqa: FBT001 - it is told by its name at each call
        parts = self._summary if is_summary else self._content
        kind, event = (
            ("summary_text", "reasoning_summary_part") if is_summary else ("reasoning_text", "content_part")
        )
        place = self._at(is_summary=is_summary, number=len(parts))
        part = {"type": kind, "text": ""}
        parts.append(part)
        name = "reasoning_summary_text" if is_summary else "reasoning_text"
        self._deltas = self._numbering.stream(f"response.{name}.delta", place)
        self._pieces = []
        return self._numbering.event(f"response.{event}.added", {**place, "part": part})

    def _part_ends(self) -> bytes:
        if self._open is None:
            return b""
        is_summary = self._open[0] == "summary"
        parts = self._summary if is_summary else self._content
        place = self._at(is_summary=is_summary, number=len(parts) - 1)
        text = "".join(self._pieces)
        parts[-1]["text"] = text
        name, event = (
            ("reasoning_summary_text", "reasoning_summary_part")
            if is_summary
            else ("reasoning_text", "content_part")
        )
        self._open = None
        return self._numbering.event(
            f"response.{name}.done", {**place, "text": text}
        ) + self._numbering.event(f"response.{event}.done", {**place, "part": parts[-1]})

    def finished(self, status: str | None, encrypted: str | None) -> bytes:
        """It is done. OpenAI's own have no status, so only one that was given, or that tells of a cut, is written."""
        members: dict[str, Any] = {"summary": self._summary}
        if self._content or "content" in self.body:
            members["content"] = self._content
        if encrypted is not None:
            members["encrypted_content"] = encrypted
        if status is not None:
            members["status"] = status
        return self._part_ends() + self.ended(**members)

    def left(self, *, is_last: bool) -> bytes:
        """It is ended where it stands."""
        return self.finished("incomplete" if is_last else None, None)


_STEPS: Final[Mapping[Any, tuple[str, ...]]] = {
    "web_search_call": ("in_progress", "searching", "completed"),
    "file_search_call": ("in_progress", "searching", "completed"),
    "code_interpreter_call": ("in_progress", "text", "interpreting", "completed"),
    "image_generation_call": ("in_progress", "generating", "completed"),
    "mcp_list_tools": ("in_progress", "completed"),
    "mcp_call": ("in_progress", "text", "completed"),
}
"""What OpenAI's streams tell of each item of a hosted tool, in order; "text" is told in deltas of the item's text."""
_TEXTS: Final[Mapping[Any, tuple[str, str]]] = {
    "code_interpreter_call": ("code", "code_interpreter_call_code"),
    "mcp_call": ("arguments", "mcp_call_arguments"),
}
"""The text of such items: the member, and the name of its events."""
_OVER: Final = frozenset({None, "completed", "failed"})
"""Statuses of an item whose last step was told."""


class Hosted(Item):
    """An item of a tool that the provider runs: its events are passed on as they came, under this stream's numbers."""

    def announced(self) -> None:
        """Make it what is announced of an item of which the end alone is known: nothing of it has been done yet."""
        kind = self.body.get("type")
        if kind in _STEPS:
            more = {"status": "in_progress"} if "status" in self.body else {}
            member = _TEXTS.get(kind, ("", ""))[0]
            if isinstance(self.body.get(member), str):
                more[member] = ""
            self.body = {**self.body, **more}

    def steps(self, item: Mapping[str, Any]) -> bytes:
        """The steps in which a stream tells of what a whole item did: clients show it from these events alone."""
        kind = str(self.body.get("type"))
        event, place = self._numbering.event, self._place
        member, name = _TEXTS.get(kind, ("", ""))
        sent = []
        for step in _STEPS.get(kind, ()):
            if step == "text":
                text = item.get(member)
                text = text if isinstance(text, str) else ""
                if text:
                    sent.append(event(f"response.{name}.delta", {**place, "delta": text}))
                sent.append(event(f"response.{name}.done", {**place, member: text}))
            elif step != "completed":
                sent.append(event(f"response.{kind}.{step}", place))
            elif item.get("status") in _OVER:
                # Only what speaks to an MCP server has an event for its failure.
                has_failed = kind.startswith("mcp") and (
                    item.get("status") == "failed" or item.get("error") is not None
                )
                sent.append(event(f"response.{kind}.{'failed' if has_failed else 'completed'}", place))
        return b"".join(sent)

    def passed(self, raw: Mapping[str, Any]) -> bytes:
        """An event of it."""
        return self._numbering.event(str(raw.get("type") or ""), self._renumbered(raw))

    def finished(self, raw: Mapping[str, Any]) -> bytes:
        """It is done, as the upstream has it; where the upstream does not say so, as it stood."""
        item = raw.get("item")
        if isinstance(item, dict):
            self.done = True
            self.body = item
            return self.passed(raw)
        return self.ended(**({"status": "completed"} if "status" in self.body else {}))

    def left(self, *, is_last: bool) -> bytes:
        """It stays open: what became of it only the provider knows."""
        del is_last
        return b""

    def _renumbered(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        place = {"output_index": self.index} if "output_index" in raw else {}
        return {name: value for name, value in {**raw, **place}.items() if name != "sequence_number"}
