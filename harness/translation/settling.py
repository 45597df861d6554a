"""Puts a reader's increments into the order that writers rely on, and says what it had to mend.

Readers say what an upstream said. Here, once for all dialects, is what a turn must be: see `harness.turn.increments`.
The end of each choice is held back until the upstream's own end, because content and usage may come after the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from harness.turn.increments import (
    Annotation,
    ArgsDelta,
    Audio,
    Eof,
    Error,
    Finish,
    Image,
    Increment,
    MessageEnd,
    MessageStart,
    ReasoningDelta,
    ReasoningEnd,
    ReasoningStart,
    RefusalDelta,
    RefusalEnd,
    RefusalStart,
    ServerTool,
    Start,
    TextDelta,
    TextEnd,
    TextStart,
    ToolEnd,
    ToolStart,
    Usage,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.translation.session import Session


class _Block:
    """What is open: an item, a run of text, a call."""

    __slots__ = ("choice", "is_bare", "kind", "opener")

    def __init__(self, opener: Increment) -> None:
        self.kind = type(opener)
        self.choice = opener.choice
        self.opener = opener
        self.is_bare = isinstance(opener, ToolStart) and opener.kind == "function"
        """It is a call of a function, and nothing of its arguments has come."""

    def is_opened_again_by(self, one: Increment) -> bool:
        """Whether that is what opened it, said twice."""
        return msgspec.structs.replace(one, src=self.opener.src) == self.opener


class Settling:
    """Settles the increments of one answer.

    Args:
        session: The exchange.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._started = False
        self._over = False
        self._open: dict[int, _Block] = {}
        # Those of them, by choice, that may be over when another begins: open calls can be many, and are none of them.
        self._lone: dict[int, dict[int, _Block]] = {}
        self._used: set[int] = set()
        self._alias: dict[tuple[type[Increment], int, int], int] = {}
        self._ids: set[tuple[int, str]] = set()
        self._called: set[int] = set()
        self._finishes: dict[int, Finish] = {}
        self._choices: set[int] = set()
        self._usage: Usage | None = None

    def settle(self, increment: Increment) -> Iterable[Increment]:
        """What becomes of one increment of the reader; nothing once the answer is over."""
        if self._over:
            return ()
        kind = type(increment)
        opener = _OPENER_OF.get(kind)
        if opener is not None:
            block = self._open.get(increment.ref)  # type: ignore[attr-defined]  # all pieces have one
            if block is not None and block.kind is opener and block.choice == increment.choice:
                if block.is_bare and increment.text:  # type: ignore[attr-defined]  # likewise
                    block.is_bare = False
                if increment.choice in self._finishes:
                    self._late(increment)
                return (increment,)
        given: Iterable[Increment] = self._HANDLERS[kind](self, increment)
        return given

    def _late(self, increment: Increment) -> None:
        self._session.lose_at("L214", increment.src)

    # -- the frame

    def _start(self, one: Start) -> Iterable[Increment]:
        if self._started:
            return ()
        self._started = True
        return (one,)

    def _usage_came(self, one: Usage) -> Iterable[Increment]:
        self._usage = one
        return ()

    def _finish(self, one: Finish) -> Iterable[Increment]:
        self._choices.add(one.choice)
        self._finishes[one.choice] = one
        return ()

    def _error(self, one: Error) -> Iterable[Increment]:
        self._over = True
        # What is open stays open: how a failed answer leaves it is the writer's choice.
        usage = (self._usage,) if self._usage is not None else ()
        return (
            (*usage, one, Eof(src=one.src, clean=False))
            if self._started
            else (one, Eof(src=one.src, clean=False))
        )

    def _eof(self, one: Eof) -> Iterable[Increment]:
        # Clients count answers from 0: one that never came is one that did not end.
        if not self._finishes or self._choices | set(range(len(self._finishes))) != set(self._finishes):
            message = "the upstream ended its answer without saying why it stopped"
            return self._error(Error(src=one.src, status=502, code="upstream_incomplete", message=message))
        given: list[Increment] = []
        if not self._started:
            given += self._start(Start(src=one.src))
        given += self._all_closed(one.src)
        given += [self._true(finish) for _, finish in sorted(self._finishes.items())]
        if self._usage is not None:
            given.append(self._usage)
        else:
            self._session.lose("L240", "answer")
        self._over = True
        return (*given, one)

    def _true(self, one: Finish) -> Finish:
        """The reason as it is, seen in the light of the calls that were made."""
        if one.choice in self._called:
            if one.reason == "stop":
                request = self._session.request
                if request is not None and request.forced() is not None:
                    return one  # OpenAI says `stop` where the one function was forced
                if one.dialect != "responses":  # which has one word for both
                    self._session.lose_at("L224", one.src, one.native or one.reason)
                return msgspec.structs.replace(one, reason="tool_calls")
        elif one.reason == "tool_calls":
            self._session.lose_at("L225", one.src, one.native or one.reason)
            return msgspec.structs.replace(one, reason="stop")
        return one

    # -- blocks

    def _opens(self, one: Any) -> Iterable[Increment]:
        ref = self._found(type(one), one)
        if ref is not None and self._open[ref].is_opened_again_by(one):
            return ()
        if isinstance(one, ToolStart) and not one.name:
            self._session.lose_at("L218", one.src)
            return ()
        given = self._begun(one)
        given += self._closed(one, one.src)
        if ref in self._open:  # a call or an item, beside which others may be open
            given += self._close(ref, one.src)
        given.append(self._opened(one))
        return given

    def _begun(self, one: Increment) -> list[Increment]:
        """Note the choice, and begin the answer if the reader did not."""
        self._choices.add(one.choice)
        if one.choice in self._finishes:
            self._late(one)
        return [] if self._started else list(self._start(Start(src=one.src)))

    def _opened(self, one: Any) -> Any:
        """The opening, under a number of its own and as a call with an id of its own."""
        block = _Block(one)
        if one.ref in self._used:
            ref = -len(self._used)
            while ref in self._used:
                ref -= 1
            self._alias[block.kind, one.choice, one.ref] = ref
            one = msgspec.structs.replace(one, ref=ref)
        self._used.add(one.ref)
        self._open[one.ref] = block
        if block.kind not in _BESIDE_OTHERS:
            self._lone.setdefault(one.choice, {})[one.ref] = block
        if block.kind is ToolStart:
            self._called.add(one.choice)
            return self._identified(one)
        return one

    def _found(self, kind: type[Increment], one: Any) -> int | None:
        """The number under which the block of that kind is open that this is about; None where none is."""
        block = self._open.get(one.ref)
        if block is not None and block.kind is kind and block.choice == one.choice:
            return int(one.ref)
        ref = self._alias.get((kind, one.choice, one.ref))
        return ref if ref in self._open else None

    def _identified(self, one: ToolStart) -> ToolStart:
        """The call with an id of its own."""
        # Answers beside each other may have the same: OpenAI's with n above 1 do.
        if one.call_id and (one.choice, one.call_id) not in self._ids:
            self._ids.add((one.choice, one.call_id))
            return one
        self._session.lose_at("L210", one.src, one.name)
        call_id = self._session.mint.new_id("call_")
        self._ids.add((one.choice, call_id))
        return msgspec.structs.replace(one, call_id=call_id)

    def _closed(self, before: Increment, src: int) -> list[Increment]:
        """The ends of blocks that must be over before this one opens."""
        lone = self._lone.get(before.choice)
        if not lone:
            return []
        kind = type(before)
        over = [ref for ref, block in lone.items() if _parts(block.kind, kind)]
        over.sort(key=lambda ref: self._open[ref].kind is MessageStart)  # after what is in it
        return [end for ref in over for end in self._close(ref, src)]

    def _all_closed(self, src: int) -> list[Increment]:
        """The ends of all that is open: of texts first, as they lie within messages, then as it was opened."""
        ended: list[Increment] = []
        for ref in sorted(self._open, key=lambda ref: self._open[ref].kind not in _IN_MESSAGES):
            is_cut = self._finishes[self._open[ref].choice].reason in _CUT
            ended += self._close(ref, src, is_cut=is_cut)
        return ended

    def _close(
        self, ref: int, src: int, end: Increment | None = None, *, is_cut: bool = False
    ) -> list[Increment]:
        block = self._open.pop(ref)
        if block.kind not in _BESIDE_OTHERS:
            del self._lone[block.choice][ref]
        if end is None:
            more = {"status": "incomplete"} if is_cut and block.kind in _WITH_STATUS else {}
            end = _END_OF[block.kind](ref=ref, src=src, choice=block.choice, **more)
        if block.is_bare and isinstance(end, ToolEnd) and end.status != "incomplete":
            return [ArgsDelta(ref=ref, src=src, choice=block.choice, text=end.final or "{}"), end]
        return [end]

    def _ends(self, one: Any) -> Iterable[Increment]:
        ref = self._found(_ENDED_BY[type(one)], one)
        if ref is None:
            return ()
        one = _under(ref, one)
        if isinstance(one, MessageEnd):
            lone = self._lone[one.choice]
            inner = [text for text, block in lone.items() if block.kind in _IN_MESSAGES]
            texts = [end for text in inner for end in self._close(text, one.src)]
            return [*texts, *self._close(ref, one.src, one)]
        return self._close(ref, one.src, one)

    def _stray(self, one: Any) -> Iterable[Increment]:
        """A piece of a block that was closed because another began: it goes on in a new block."""
        opener = _OPENER_OF[type(one)]
        ref = self._found(opener, one)
        if ref is not None:
            return self.settle(_under(ref, one))
        if opener is ToolStart:
            self._session.lose("L219", "answer")
            return ()
        given = list(self._opens(opener(ref=one.ref, src=one.src, choice=one.choice)))
        return [*given, _under(given[-1].ref, one)]  # type: ignore[attr-defined]  # what was opened

    def _annotation(self, one: Annotation) -> Iterable[Increment]:
        ref = self._found(TextStart, one)
        if ref is None:
            self._session.lose_at("L231", one.src, f"{one.kind}, after its text")
            return ()
        return (_under(ref, one),)

    def _server_tool(self, one: ServerTool) -> Iterable[Increment]:
        given = self._begun(one)
        ref = self._found(ServerTool, one)
        if ref is not None and one.step == "start":
            given += self._close(ref, one.src)
            ref = None
        if ref is None:
            given += self._closed(one, one.src)
            one = self._opened(one)
            ref = one.ref
        if one.step == "end":
            del self._open[ref]
        given.append(_under(ref, one))
        return given

    def _media(self, one: Increment) -> Iterable[Increment]:
        return (*self._begun(one), one)

    _HANDLERS: Final[dict[type[Increment], Any]] = {
        Start: _start,
        Usage: _usage_came,
        Finish: _finish,
        Error: _error,
        Eof: _eof,
        MessageStart: _opens,
        TextStart: _opens,
        RefusalStart: _opens,
        ReasoningStart: _opens,
        ToolStart: _opens,
        MessageEnd: _ends,
        TextEnd: _ends,
        RefusalEnd: _ends,
        ReasoningEnd: _ends,
        ToolEnd: _ends,
        TextDelta: _stray,
        RefusalDelta: _stray,
        ReasoningDelta: _stray,
        ArgsDelta: _stray,
        Annotation: _annotation,
        ServerTool: _server_tool,
        Audio: _media,
        Image: _media,
    }


def _end_of_server_tool(**members: Any) -> ServerTool:
    """The end of an item whose own end did not come; a writer finishes it as it stands."""
    return ServerTool(kind="", step="end", **members)


_CUT: Final = frozenset({"length", "content_filter"})
_WITH_STATUS: Final = frozenset({MessageStart, ReasoningStart, ToolStart})
_END_OF: Final[dict[type[Increment], Any]] = {
    ServerTool: _end_of_server_tool,
    MessageStart: MessageEnd,
    TextStart: TextEnd,
    RefusalStart: RefusalEnd,
    ReasoningStart: ReasoningEnd,
    ToolStart: ToolEnd,
}
_ENDED_BY: Final[dict[type[Increment], type[Increment]]] = {
    MessageEnd: MessageStart,
    TextEnd: TextStart,
    RefusalEnd: RefusalStart,
    ReasoningEnd: ReasoningStart,
    ToolEnd: ToolStart,
}
_OPENER_OF: Final[dict[type[Increment], Any]] = {
    TextDelta: TextStart,
    ArgsDelta: ToolStart,
    ReasoningDelta: ReasoningStart,
    RefusalDelta: RefusalStart,
}
_IN_MESSAGES: Final = frozenset({TextStart, RefusalStart})
_BESIDE_OTHERS: Final = frozenset({ToolStart, ServerTool})
"""What stays open beside each other and all else."""


def _parts(kind: type[Increment], before: type[Increment]) -> bool:
    """Whether a block of that kind, which is none of `_BESIDE_OTHERS`, is over when another begins."""
    return kind is not MessageStart or before not in _IN_MESSAGES


def _under(ref: int, one: Any) -> Any:
    """The same, under that number."""
    return one if one.ref == ref else msgspec.structs.replace(one, ref=ref)
