"""The output items of a Responses answer, and what their events and their ends say of them.

An item may be told by all of its events, by its end only, or in the final object only; and the texts that its events
have said in pieces are said again at several ends. Whatever is new there is delivered, and nothing twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.jsonvalue import compact
from harness.translation.readers.openai_annotations import annotation
from harness.translation.readers.openai_logprobs import log_probabilities
from harness.translation.readers.openai_members import some_text
from harness.translation.readers.responses_state import (
    ARGUMENTS,
    CALL,
    HOSTED,
    MESSAGE,
    REASONING,
    Item,
    Part,
)
from harness.turn.increments import (
    ArgsDelta,
    MessageEnd,
    MessageStart,
    ReasoningDelta,
    ReasoningEnd,
    ReasoningStart,
    RefusalDelta,
    RefusalEnd,
    RefusalStart,
    ServerTool,
    TextDelta,
    TextEnd,
    TextStart,
    ToolEnd,
    ToolStart,
)

if TYPE_CHECKING:
    from harness.dialects.accumulator import Accumulator
    from harness.translation.readers.openai_members import Strangers
    from harness.translation.readers.responses_state import Table
    from harness.translation.session import Session
    from harness.turn.increments import CallKind, Increment, Visibility

_COMMON: Final = frozenset({"id", "type", "status"})
_KNOWN: Final = {
    MESSAGE: _COMMON | {"role", "content", "phase"},
    REASONING: _COMMON | {"summary", "content", "encrypted_content", "signature"},
    CALL: _COMMON | {"call_id", "name", "namespace", "arguments", "input"},
}


class Items:
    """What items say; every method appends to `out`, where its increments go.

    Args:
        session: The exchange.
        strangers: Who is told of unknown members.
        table: Where the items are entered.
    """

    def __init__(self, session: Session, strangers: Strangers, table: Table) -> None:
        self._session = session
        self._strangers = strangers
        self._table = table
        self._vendor = session.profile.vendor or session.profile.name

    def begin(self, item: Item, body: dict[str, Any], src: int, out: list[Increment]) -> None:
        """An item is announced, or the first event of one that was not comes."""
        item_id = item.id or None
        if item.sort == CALL:
            self._begin_call(item, body, src, out)
            return
        item.begun = True
        if item.sort == MESSAGE:
            out.append(
                MessageStart(
                    src=src, ref=item.ref, item_id=item_id, phase=some_text(body.get("phase")) or None
                )
            )
        elif item.sort == REASONING:
            sealed = some_text(body.get("encrypted_content")) or None
            out.append(ReasoningStart(src=src, ref=item.ref, item_id=item_id, encrypted=sealed))

    def _begin_call(
        self, item: Item, body: dict[str, Any], src: int, out: list[Increment], *, at_last: bool = False
    ) -> None:
        """A call begins when its name and its id are there, or when it ends."""
        self._table.is_call(item, some_text(body.get("call_id")))
        item.name = item.name or some_text(body.get("name"))
        if item.begun or not item.name or not (item.call_id or at_last):
            return
        item.begun = True
        kind: CallKind = "custom" if item.type == "custom_tool_call" else "function"
        out.append(
            ToolStart(
                src=src,
                ref=item.ref,
                name=item.name,
                call_id=item.call_id or None,
                kind=kind,
                item_id=item.id or None,
                namespace=some_text(body.get("namespace")) or None,
            )
        )
        out += item.pieces
        item.pieces = []

    # -- texts of messages

    def text_part(self, item: Item, number: int, kind: str, src: int, out: list[Increment]) -> Part:
        """The content part of that number, opened if it is new."""
        part = item.parts.get(number)
        if part is None:
            own = item.sort == MESSAGE
            part = item.parts[number] = Part(kind, number, self._table.new_ref() if own else item.ref)
            if own:
                opener = RefusalStart if kind == "refusal" else TextStart
                out.append(opener(src=src, ref=part.ref))
        return part

    def summary_part(self, item: Item, number: int) -> Part:
        """The part of the summary of that number."""
        part = item.summaries.get(number)
        if part is None:
            part = item.summaries[number] = Part("summary_text", number, item.ref)
        return part

    def say(
        self,
        part: Part,
        text: str,
        src: int,
        out: list[Increment],
        *,
        tokens: list[Any] | None = None,
        padding: str | None = None,
    ) -> None:
        """More of a part's text."""
        if not text and not tokens:
            return
        part.said.write(text)
        if part.kind in _VISIBILITY:
            out.append(
                ReasoningDelta(
                    src=src,
                    ref=part.ref,
                    text=text,
                    visibility=_VISIBILITY[part.kind],
                    part=part.number,
                    obfuscation=padding,
                )
            )
            return
        part.has_tokens = part.has_tokens or tokens is not None
        delta = RefusalDelta if part.kind == "refusal" else TextDelta
        out.append(delta(src=src, ref=part.ref, text=text, logprobs=tokens, obfuscation=padding))

    def compare(
        self, part: Part, whole: object, src: int, out: list[Increment], tokens: object = None
    ) -> None:
        """A text is said again: what its deltas have left out is delivered."""
        given = None if part.has_tokens else log_probabilities(tokens)
        rest, part.final = self._rest(part.said, whole, part.final, src)
        part.is_said = part.is_said or isinstance(whole, str)
        if rest or given:
            self.say(part, rest, src, out, tokens=given)

    def _rest(self, said: Accumulator, whole: object, final: str | None, src: int) -> tuple[str, str | None]:
        """What of a text its deltas have not said; and all of it, where it is in other words."""
        if not isinstance(whole, str):
            return "", final
        before = said.text
        if whole in (before, final):
            return "", final
        if whole.startswith(before):
            if before:
                self._session.lose_at("L215", src)
            return whole[len(before) :], final
        self._session.lose_at("L217", src)
        return "", whole

    def annotate(self, part: Part, raw: object, src: int, out: list[Increment]) -> None:
        """One annotation of a text."""
        part.notes += 1
        if isinstance(raw, dict):
            out.append(annotation(raw, "responses", part.ref, src))
        else:
            self._strangers.note("an annotation that is no object")

    def end_part(self, part: Part, body: dict[str, Any], src: int, out: list[Increment]) -> None:
        """A part is over; `body` says all of it again."""
        member = "refusal" if part.kind == "refusal" else "text"
        self.compare(part, body.get(member), src, out, body.get("logprobs"))
        if part.kind in _VISIBILITY:
            if part.is_open and not len(part.said):
                # It was opened, and has no text: that is said once, so that it is not lost.
                out.append(
                    ReasoningDelta(
                        src=src, ref=part.ref, text="", visibility=_VISIBILITY[part.kind], part=part.number
                    )
                )
            part.is_open = False
            return
        notes = body.get("annotations")
        if isinstance(notes, list):
            for one in notes[part.notes :]:
                self.annotate(part, one, src, out)
        self.close_part(part, src, out)

    def close_part(self, part: Part, src: int, out: list[Increment]) -> None:
        """A part of a message is over, and nothing more is said of it."""
        if not part.is_open:
            return
        part.is_open = False
        if part.kind == "refusal":
            out.append(RefusalEnd(src=src, ref=part.ref))
        elif part.kind == "output_text":
            out.append(TextEnd(src=src, ref=part.ref, final=part.final))

    # -- arguments

    def argue(
        self, item: Item, text: str, src: int, out: list[Increment], padding: str | None = None
    ) -> None:
        """More of a call's arguments."""
        if not text:
            return
        item.said.write(text)
        delta = ArgsDelta(src=src, ref=item.ref, text=text, obfuscation=padding)
        (out if item.begun else item.pieces).append(delta)

    def compare_arguments(self, item: Item, whole: object, src: int, out: list[Increment]) -> None:
        """The arguments are said again."""
        if isinstance(whole, dict | list):
            self._session.lose_at("L213", src)
            try:
                whole = compact(whole)
            except (ValueError, TypeError, RecursionError):
                self._strangers.note("arguments that cannot be written as JSON")
        rest, item.final = self._rest(item.said, whole, item.final, src)
        item.is_said = item.is_said or isinstance(whole, str)
        self.argue(item, rest, src, out)

    def begin_at_last(self, item: Item, src: int, out: list[Increment]) -> None:
        """Nothing more comes for a call that waits for its name or id."""
        if item.sort == CALL and not item.begun:
            self._begin_call(item, {}, src, out, at_last=True)
            if not item.begun:
                self._session.lose_at("L218", src)

    # -- the ends of items

    def end(
        self, item: Item, body: dict[str, Any], raw: dict[str, Any], src: int, out: list[Increment]
    ) -> None:
        """An item is over.

        Args:
            item: The item.
            body: The item as its end has it.
            raw: The event's payload, for items that only this dialect knows.
            src: Index of the event.
            out: Where the increments go.
        """
        if item.is_done:
            return
        item.is_done = True
        status = some_text(body.get("status")) or None
        if status == "in_progress":
            status = None  # it is over, whatever the server forgot to change
        if item.sort == HOSTED:
            out.append(
                ServerTool(
                    src=src,
                    ref=item.ref,
                    kind=item.type,
                    step="end",
                    item_id=item.id or None,
                    dialect="responses",
                    raw=raw,
                )
            )
            return
        self._strangers.look(f"{item.type}.", body, _KNOWN[item.sort])
        if not item.begun and item.sort != CALL:
            self.begin(item, body, src, out)
        if item.sort == MESSAGE:
            self._end_message(item, body, src, out)
            out.append(MessageEnd(src=src, ref=item.ref, status=status))
        elif item.sort == REASONING:
            self._end_thought(item, body, src, out)
            sealed = some_text(body.get("encrypted_content")) or None
            signature = some_text(body.get("signature")) or None
            vendor = self._vendor if sealed or signature else ""
            out.append(
                ReasoningEnd(
                    src=src,
                    ref=item.ref,
                    signature=signature,
                    encrypted=sealed,
                    vendor=vendor,
                    status=status,
                )
            )
        else:
            self._end_call(item, body, status, src, out)

    def _end_message(self, item: Item, body: dict[str, Any], src: int, out: list[Increment]) -> None:
        content = body.get("content")
        if isinstance(content, str):  # some servers send the text itself
            content = [{"type": "output_text", "text": content}]
        content = content if isinstance(content, list) else []
        # Some servers number the parts of the answer behind those of the thought.
        spare = [part for number, part in sorted(item.parts.items()) if number >= len(content)]
        for number, one in enumerate(content):
            kind = some_text(one.get("type")) if isinstance(one, dict) else ""
            if kind not in {"output_text", "refusal", "text"}:
                self._strangers.note(f"message.content[] of type {kind[:40]}")
                continue
            kind = "refusal" if kind == "refusal" else "output_text"
            if number not in item.parts and spare and spare[0].kind == kind:
                part = spare.pop(0)
            else:
                part = self.text_part(item, number, kind, src, out)
            self.end_part(part, one, src, out)
        for part in item.parts.values():
            self.close_part(part, src, out)

    def _end_thought(self, item: Item, body: dict[str, Any], src: int, out: list[Increment]) -> None:
        summary, content = body.get("summary"), body.get("content")
        for number, one in enumerate(summary if isinstance(summary, list) else ()):
            if isinstance(one, dict):
                self.end_part(self.summary_part(item, number), one, src, out)
        for number, one in enumerate(content if isinstance(content, list) else ()):
            if isinstance(one, dict):
                part = self.text_part(item, number, "reasoning_text", src, out)
                if part.kind in _VISIBILITY:
                    self.end_part(part, one, src, out)

    def _end_call(
        self, item: Item, body: dict[str, Any], status: str | None, src: int, out: list[Increment]
    ) -> None:
        self._begin_call(item, body, src, out, at_last=True)
        if not item.begun:
            self._session.lose_at("L218", src)
            return
        self.compare_arguments(item, body.get(ARGUMENTS[item.type]), src, out)
        out.append(
            ToolEnd(
                src=src,
                ref=item.ref,
                final=item.final,
                status=status,
            )
        )


_VISIBILITY: Final[dict[str, Visibility]] = {"reasoning_text": "raw", "summary_text": "summary"}
