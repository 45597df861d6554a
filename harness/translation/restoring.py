"""Undoes in an answer what the request's translation did: names of tools, custom tools, structured answers, stops.

It stands between a reader and `harness.translation.settling`, and only where there is something to undo.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

import msgspec

from harness.translation.custom_input import CustomInput, input_of
from harness.translation.stopping import Found, Stops
from harness.turn.increments import (
    Annotation,
    ArgsDelta,
    Eof,
    Error,
    Finish,
    ReasoningDelta,
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
    from harness.turn.increments import Increment


class Restoring:
    """One answer on its way back.

    Args:
        session: The exchange: what the upstream's names of tools stand for, and what the client wanted.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._answers: dict[int, bool] = {}
        self._inputs: dict[int, CustomInput] = {}
        self._answered: set[int] = set()
        self._called: set[int] = set()
        stops = session.request.stop if session.request is not None else None
        self._sequences = stops if stops and session.manner.emulate_stop else ()
        self._stops: dict[int, tuple[int, Stops]] = {}
        self._cut: set[int] = set()

    @staticmethod
    def needed(session: Session) -> bool:
        """Whether there is anything to undo; where there is not, an answer need not pass through here."""
        if session.tool_names or session.emulated or session.answer_tool is not None:
            return True
        return session.manner.emulate_stop and session.request is not None and bool(session.request.stop)

    def restore(self, increment: Increment) -> Iterable[Increment]:
        """The increments that stand for this one."""
        if self._sequences:
            held = self._flushed(increment) if self._stops else []
            if self._cut and self._is_swallowed(increment):
                # An error takes nothing from an answer that was whole before it.
                return (*held, Eof(src=increment.src, clean=False)) if isinstance(increment, Error) else held
            if held:
                return (*held, *self._one(increment))
        return self._one(increment)

    def _one(self, increment: Increment) -> Iterable[Increment]:
        handler = self._HANDLERS.get(type(increment))
        return (increment,) if handler is None else handler(self, increment)

    # -- calls

    def _tool_start(self, one: ToolStart) -> Iterable[Increment]:
        session = self._session
        if session.answer_tool is not None and one.name == session.answer_tool:
            self._answers[one.ref] = False
            self._answered.add(one.choice)
            return (TextStart(ref=one.ref, src=one.src, choice=one.choice),)
        self._called.add(one.choice)
        changed: dict[str, Any] = {}
        if one.name in session.emulated:
            self._inputs[one.ref] = CustomInput()
            changed["kind"] = "custom"
        if (known := session.tool_names.get(one.name)) is not None:
            changed["namespace"], changed["name"] = known
        return (msgspec.structs.replace(one, **changed),) if changed else (one,)

    def _args_delta(self, one: ArgsDelta) -> Iterable[Increment]:
        if one.ref in self._answers:
            if not one.text:
                return ()
            self._answers[one.ref] = True
            delta = TextDelta(
                ref=one.ref, src=one.src, choice=one.choice, text=one.text, obfuscation=one.obfuscation
            )
            return self._text_delta(delta) if self._sequences else (delta,)
        decoder = self._inputs.get(one.ref)
        if decoder is None:
            return (one,)
        text = decoder.feed(one.text)
        if text == one.text:
            return (one,)
        return (msgspec.structs.replace(one, text=text),) if text else ()

    def _tool_end(self, one: ToolEnd) -> Iterable[Increment]:
        if one.ref in self._answers:
            end = TextEnd(ref=one.ref, src=one.src, choice=one.choice)
            if self._answers.pop(one.ref):
                return (end,)
            # Arguments that were said but once, or an object without members.
            return (
                TextDelta(ref=one.ref, src=one.src, choice=one.choice, text=one.final or "{}"),
                end,
            )
        decoder = self._inputs.pop(one.ref, None)
        if decoder is None:
            return (one,)
        if decoder.more:
            self._session.lose_at("L201", one.src, "arguments beside the input of a custom tool")
        if one.final is not None:
            one = msgspec.structs.replace(one, final=input_of(one.final))
        rest = decoder.finish()
        return (ArgsDelta(ref=one.ref, src=one.src, choice=one.choice, text=rest), one) if rest else (one,)

    def _finish(self, one: Finish) -> Iterable[Increment]:
        if one.reason == "tool_calls" and one.choice in self._answered and one.choice not in self._called:
            return (msgspec.structs.replace(one, reason="stop"),)
        return (one,)

    # -- stop sequences

    def _text_delta(self, one: TextDelta) -> Iterable[Increment]:
        if not self._sequences:
            return (one,)
        watched = self._stops.get(one.choice)
        if watched is None or watched[0] != one.ref:
            watched = self._stops[one.choice] = (one.ref, Stops(self._sequences))
        return self._passed(watched[1].feed(one), one)

    def _passed(self, found: Found, one: Increment) -> list[Increment]:
        """The deltas that may be sent, and the end of the choice where a stop sequence was found."""
        given: list[Increment] = list(found.deltas)
        if found.stopped is None:
            return given
        ref, _ = self._stops.pop(one.choice)
        self._cut.add(one.choice)
        given.append(TextEnd(ref=ref, src=one.src, choice=one.choice))
        given.append(Finish(src=one.src, choice=one.choice, reason="stop", native="stop_sequence"))
        return given

    def _flushed(self, one: Increment) -> list[Increment]:
        """What was held back, before something that ends its run of text."""
        if isinstance(one, _BESIDE_TEXT) and one.ref not in self._answers:
            return []
        if isinstance(one, Start | Usage):
            return []
        if isinstance(one, Eof | Error):
            return [
                given
                for choice, (_, stops) in list(self._stops.items())
                for given in self._passed(stops.flush(), msgspec.structs.replace(one, choice=choice))
            ]
        watched = self._stops.get(one.choice)
        if watched is None or (isinstance(one, TextDelta | ArgsDelta) and one.ref == watched[0]):
            return []
        given = self._passed(watched[1].flush(), one)
        self._stops.pop(one.choice, None)
        return given

    def _is_swallowed(self, one: Increment) -> bool:
        """It comes after the place where its choice was cut."""
        if isinstance(one, Error):
            wanted = self._session.request.choices if self._session.request is not None else None
            return len(self._cut) >= (wanted or 1)
        return one.choice in self._cut and not isinstance(one, Usage | Eof | Start)

    _HANDLERS: ClassVar[dict[type[Increment], Any]] = {
        ToolStart: _tool_start,
        ArgsDelta: _args_delta,
        ToolEnd: _tool_end,
        Finish: _finish,
        TextDelta: _text_delta,
    }


_BESIDE_TEXT: Final = (Annotation, ArgsDelta, ToolEnd, ServerTool, ReasoningDelta)
"""What may come amid a run of text and ends none."""
