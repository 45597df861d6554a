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

_PIECES: Final = frozenset({TextDelta, ArgsDelta, ReasoningDelta, RefusalDelta})


class Settling:
    """Settles the increments of one answer.

    Args:
        session: The exchange.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._started = False
        self._over = False
        self._failed = False
        self._open: dict[int, type[Increment]] = {}
        self._choice_of: dict[int, int] = {}
        self._bare: dict[int, ToolStart] = {}
        self._ids: set[tuple[int, str]] = set()
        self._called: set[int] = set()
        self._finishes: dict[int, Finish] = {}
        self._choices: set[int] = set()
        self._usage: Usage | None = None
        self._alias: dict[int, int] = {}
        self._made = 0

    def settle(self, increment: Increment) -> Iterable[Increment]:
        """What becomes of one increment of the reader; nothing once the answer is over."""
        if self._over:
            return ()
        kind = type(increment)
        if kind in _PIECES and increment.ref in self._open:  # type: ignore[attr-defined]  # all four have one
            if kind is ArgsDelta and self._bare:
                self._bare.pop(increment.ref, None)  # type: ignore[attr-defined]
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
        self._over = self._failed = True
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
        given += self._closed(None, one.src)
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
        if one.ref in self._open:
            return ()
        given = self._begun(one)
        if isinstance(one, ToolStart):
            one = self._identified(one)
            self._bare[one.ref] = one
            self._called.add(one.choice)
        given += self._closed(one, one.src)
        self._open[one.ref] = type(one)
        self._choice_of[one.ref] = one.choice
        given.append(one)
        return given

    def _begun(self, one: Increment) -> list[Increment]:
        """Note the choice, and begin the answer if the reader did not."""
        self._choices.add(one.choice)
        if one.choice in self._finishes:
            self._late(one)
        return [] if self._started else list(self._start(Start(src=one.src)))

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

    def _closed(self, before: Increment | None, src: int) -> list[Increment]:
        """The ends of blocks that must be over before this one opens; of all where there is none."""
        ended: list[Increment] = []
        inner_first = sorted(self._open.items(), key=lambda one: one[1] is MessageStart)
        for ref, kind in inner_first if before is not None else self._in_order():
            choice = self._choice_of[ref]
            if before is None:
                ended += self._close(ref, src, is_cut=self._finishes[choice].reason in _CUT)
            elif choice == before.choice and _parts(kind, before):
                ended += self._close(ref, src)
        return ended

    def _in_order(self) -> list[tuple[int, type[Increment]]]:
        """What is open, as it was opened, but messages after their texts."""
        texts = [one for one in self._open.items() if one[1] in _IN_MESSAGES]
        return texts + [one for one in self._open.items() if one[1] not in _IN_MESSAGES]

    def _close(
        self, ref: int, src: int, end: Increment | None = None, *, is_cut: bool = False
    ) -> list[Increment]:
        kind = self._open.pop(ref)
        choice = self._choice_of.pop(ref)
        bare = self._bare.pop(ref, None)
        if end is None:
            more = {"status": "incomplete"} if is_cut and kind in _WITH_STATUS else {}
            end = _END_OF[kind](ref=ref, src=src, choice=choice, **more)
        if bare is not None and bare.kind == "function" and not is_cut:
            return [ArgsDelta(ref=ref, src=src, choice=choice, text="{}"), end]
        return [end]

    def _ends(self, one: Any) -> Iterable[Increment]:
        one = self._aliased(one)
        if one.ref not in self._open:
            return ()
        if isinstance(one, MessageEnd):
            inner = [
                ref
                for ref, kind in self._open.items()
                if kind in _IN_MESSAGES and self._choice_of[ref] == one.choice
            ]
            texts = [end for ref in inner for end in self._close(ref, one.src)]
            return [*texts, *self._close(one.ref, one.src, one)]
        return self._close(one.ref, one.src, one)

    def _stray(self, one: Any) -> Iterable[Increment]:
        """A delta of a block that was closed because another began: it goes on in a new block."""
        again = self._aliased(one)
        if again.ref in self._open:
            return (again,)
        opener = _START_OF.get(type(one))
        if opener is None:
            return ()
        self._made += 1
        self._alias[one.ref] = ref = -self._made
        again = msgspec.structs.replace(one, ref=ref)
        return (*self._opens(opener(ref=ref, src=one.src, choice=one.choice)), again)

    def _aliased(self, one: Any) -> Any:
        ref = self._alias.get(one.ref)
        return one if ref is None else msgspec.structs.replace(one, ref=ref)

    def _annotation(self, one: Annotation) -> Iterable[Increment]:
        one = self._aliased(one)
        if one.ref not in self._open:
            self._session.lose_at("L231", one.src, f"{one.kind}, after its text")
            return ()
        return (one,)

    def _server_tool(self, one: ServerTool) -> Iterable[Increment]:
        given = self._begun(one)
        if one.ref not in self._open:
            given += self._closed(one, one.src)
        if one.step == "end":
            self._open.pop(one.ref, None)
            self._choice_of.pop(one.ref, None)
        else:
            self._open[one.ref] = ServerTool
            self._choice_of[one.ref] = one.choice
        given.append(one)
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
_START_OF: Final[dict[type[Increment], Any]] = {
    TextDelta: TextStart,
    RefusalDelta: RefusalStart,
    ReasoningDelta: ReasoningStart,
}
_IN_MESSAGES: Final = frozenset({TextStart, RefusalStart})


def _parts(kind: type[Increment], before: Increment) -> bool:
    """Whether a block of that kind is over when `before` begins. Calls stay open beside each other and all else."""
    if kind in {ToolStart, ServerTool}:
        return False
    if kind is MessageStart:
        return not isinstance(before, TextStart | RefusalStart)
    return True
