"""Whatever increments come, in whatever order, what is settled keeps every promise that writers rely on.

The promises are those of `harness.turn.increments`; each is written out here by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import example, given
from hypothesis import strategies as st

from harness.translation.ids import SeededMint
from harness.translation.session import Session
from harness.translation.settling import Settling
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
from harness.turn.turn import Usage as Counts

if TYPE_CHECKING:
    from collections.abc import Sequence

_OPENERS = (MessageStart, TextStart, RefusalStart, ReasoningStart, ToolStart)
_PIECES: dict[type[Increment], type[Increment]] = {
    TextDelta: TextStart,
    Annotation: TextStart,
    RefusalDelta: RefusalStart,
    ReasoningDelta: ReasoningStart,
    ArgsDelta: ToolStart,
}
_ENDS: dict[type[Increment], type[Increment]] = {
    MessageEnd: MessageStart,
    TextEnd: TextStart,
    RefusalEnd: RefusalStart,
    ReasoningEnd: ReasoningStart,
    ToolEnd: ToolStart,
}
_ALONE = (MessageStart, TextStart, RefusalStart, ReasoningStart)
_FRAME = (Start, Finish, Usage, Error, Eof)

_refs = st.integers(-2, 2)
_words = st.sampled_from(("", "a", "{", "{}"))
_ids = st.sampled_from((None, "", "a", "b"))
_statuses = st.sampled_from((None, "completed", "incomplete"))


def _increments(made: type[Increment], **members: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(made, src=st.integers(-1, 3), choice=st.sampled_from((0, 0, 0, 1)), **members)


_anything: st.SearchStrategy[Increment] = st.one_of(
    _increments(Start, upstream_id=_ids),
    _increments(MessageStart, ref=_refs, item_id=_ids),
    _increments(TextStart, ref=_refs),
    _increments(RefusalStart, ref=_refs),
    _increments(ReasoningStart, ref=_refs, item_id=_ids),
    _increments(
        ToolStart,
        ref=_refs,
        name=st.sampled_from(("", "f", "g")),
        call_id=_ids,
        kind=st.sampled_from(("function", "custom")),
    ),
    *(
        _increments(kind, ref=_refs, text=_words)
        for kind in (TextDelta, RefusalDelta, ReasoningDelta, ArgsDelta)
    ),
    _increments(Annotation, ref=_refs),
    _increments(MessageEnd, ref=_refs, status=_statuses),
    *(_increments(kind, ref=_refs) for kind in (TextEnd, RefusalEnd)),
    _increments(ReasoningEnd, ref=_refs, status=_statuses),
    _increments(ToolEnd, ref=_refs, status=_statuses, final=st.sampled_from((None, "{}", '{"a":1}'))),
    _increments(
        ServerTool, ref=_refs, kind=st.just("search"), step=st.sampled_from(("start", "event", "end"))
    ),
    _increments(Audio),
    _increments(Image, media_type=st.just("image/png"), data=st.just("AA==")),
    _increments(Usage, counts=st.builds(Counts, output=st.integers(0, 9))),
    _increments(Finish, reason=st.sampled_from(("stop", "length", "tool_calls", "content_filter"))),
)
_ending = st.sampled_from((Eof(), Eof(clean=False), Error(status=502, message="broken")))


def _settled(increments: Sequence[Increment]) -> list[Increment]:
    settling = Settling(Session(mint=SeededMint(b"law"), now=lambda: 0, upstream="chat"))
    return [after for one in increments for after in settling.settle(one)]


def _of(kind: type[Increment] | tuple[type[Increment], ...], out: Sequence[Increment]) -> list[Any]:
    return [one for one in out if isinstance(one, kind)]


def _frame_is_kept(out: Sequence[Increment]) -> None:
    """The first and the last promise: what an answer begins and ends with."""
    assert isinstance(out[0], Start | Error)
    assert len(_of(Start, out)) == (1 if isinstance(out[0], Start) else 0)
    assert isinstance(out[-1], Eof)
    frame = [type(one) for one in out if isinstance(one, _FRAME)]
    assert frame == [type(one) for one in out if isinstance(one, Start)] + [
        type(one) for one in out[len(out) - (len(frame) - len(_of(Start, out))) :]
    ], "what ends an answer stands at its end"
    assert len(_of(Usage, out)) <= 1
    if _of(Error, out):
        assert [type(one) for one in out[-2:]] == [Error, Eof]
        assert not _of(Finish, out)
    else:
        finishes = _of(Finish, out)
        assert [one.choice for one in finishes] == list(range(len(finishes)))
        assert finishes
        assert [type(one) for one in out[-1 - len(_of(Usage, out)) : -1]] == [Usage] * len(_of(Usage, out))


class _Blocks:
    """Follows blocks, and what holds of each increment in the light of what came before it."""

    def __init__(self) -> None:
        self.open: dict[int, Any] = {}
        self.used: set[int] = set()
        self.arguments: dict[int, str] = {}

    def alone(self, choice: int) -> list[type[Increment]]:
        """What is open there that may not overlap, in the order in which it was opened."""
        return [type(one) for one in self.open.values() if one.choice == choice and isinstance(one, _ALONE)]

    def see(self, one: Any) -> None:
        """One increment more."""
        if isinstance(one, _OPENERS):
            self._begun(one)
        elif isinstance(one, ServerTool):
            if one.ref not in self.open:
                self._begun(one)
            else:
                assert one.step != "start"
                assert type(self.open[one.ref]) is ServerTool
            if one.step == "end":
                del self.open[one.ref]
        elif type(one) in _PIECES or type(one) in _ENDS:
            block = self.open[one.ref]
            assert type(block) is {**_PIECES, **_ENDS}[type(one)]
            assert one.choice == block.choice
            if isinstance(one, ArgsDelta):
                self.arguments[one.ref] += one.text
            if type(one) in _ENDS:
                self._ended(one)
        elif isinstance(one, Finish):
            assert not self.open, "every block is closed before the finish"

    def _begun(self, one: Any) -> None:
        assert one.ref not in self.used, "a number is never used again"
        self.used.add(one.ref)
        beside = self.alone(one.choice)
        if isinstance(one, TextStart | RefusalStart):
            assert beside in ([], [MessageStart])
        elif not isinstance(one, Audio | Image):
            assert beside == []
        if isinstance(one, ToolStart):
            assert one.name
            assert one.call_id
            self.arguments[one.ref] = ""
        self.open[one.ref] = one

    def _ended(self, one: Any) -> None:
        block = self.open.pop(one.ref)
        if isinstance(block, MessageStart):
            assert self.alone(one.choice) == [], "a text lies within its message"
        if isinstance(block, ToolStart) and block.kind == "function" and one.status != "incomplete":
            assert self.arguments[one.ref], "a call without arguments has an empty object"


def _blocks_are_kept(out: Sequence[Increment]) -> None:
    """The second and the third promise: blocks, and calls."""
    blocks = _Blocks()
    for one in out:
        blocks.see(one)
    identities = [(one.choice, one.call_id) for one in _of(ToolStart, out)]
    assert len(set(identities)) == len(identities)


@given(st.lists(_anything, max_size=25), _ending, st.lists(_anything, max_size=3))
@example([TextStart(ref=0), ToolStart(ref=0, name="f"), ArgsDelta(ref=0, text="{}")], Eof(), [])
@example([ToolStart(ref=0, name="f"), ServerTool(ref=0, kind="search"), ToolEnd(ref=0)], Eof(), [])
def test_every_promise_is_kept(
    increments: list[Increment], ending: Increment, after: list[Increment]
) -> None:
    """Numbers used again, ends without starts, pieces of nothing, wrong orders: the turn is in order."""
    out = _settled([*increments, ending, *after])

    _frame_is_kept(out)
    _blocks_are_kept(out)


@given(st.lists(_anything, max_size=25))
def test_no_text_is_lost_or_moved_to_another_answer(increments: list[Increment]) -> None:
    """Every piece of text, refusal and thought comes out, in order, in the answer that it was said in."""
    out = _settled(increments)

    for kind in (TextDelta, RefusalDelta, ReasoningDelta):
        for choice in (0, 1):
            said, told = (
                [one.text for one in _of(kind, rows) if one.choice == choice] for rows in (increments, out)
            )
            assert told == said


@given(st.lists(_anything, max_size=25), _ending)
def test_what_is_settled_stays_as_it_is(increments: list[Increment], ending: Increment) -> None:
    """A turn in order passes as it is: settling twice is settling once."""
    once = _settled([*increments, ending])

    assert _settled(once) == once
