"""The fragments of tool calls in the deltas of one choice of Chat Completions.

A fragment names its call by `index`; servers that leave it out name it by `id`, or not at all. Writers must send a
call's id with its beginning, so a call is held back until its name and its id are there, though no longer than a few
fragments, as some servers give no id at all; calls begin in the order in which they came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.jsonvalue import compact
from harness.translation.readers.openai_members import some_text
from harness.turn.increments import ArgsDelta, ToolEnd, ToolStart

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.translation.session import Session
    from harness.turn.increments import CallKind, Increment

_PATIENCE: Final = 8
"""How many fragments a call waits for its id."""


class Call:
    """One call.

    Attributes:
        ref: Its block.
        index: As the wire has it; None where it has none.
        begun: Its `ToolStart` is out; until then `pieces` holds its arguments.
        sealed: What is to be sent back with it (`extra_content.google.thought_signature`).
    """

    __slots__ = ("begun", "id", "index", "is_legacy", "kind", "name", "pieces", "ref", "sealed", "waited")

    def __init__(self, ref: int, index: int | None, *, is_legacy: bool = False) -> None:
        self.ref = ref
        self.index = index
        self.id = ""
        self.name = ""
        self.kind: CallKind = "function"
        self.is_legacy = is_legacy
        self.begun = False
        self.pieces: list[ArgsDelta] = []
        self.sealed: str | None = None
        self.waited = 0


class Calls:
    """The calls of one choice.

    Args:
        session: The exchange.
        choice: Number of the answer.
        new_ref: Gives refs that were never used.

    Attributes:
        growing: The call that the latest fragment belongs to, where it has begun; its further arguments need no care.
        all: All calls, in order of appearance.
    """

    def __init__(self, session: Session, choice: int, new_ref: Callable[[], int]) -> None:
        self._session = session
        self._choice = choice
        self._new_ref = new_ref
        self._by_index: dict[int, Call] = {}
        self._by_id: dict[str, Call] = {}
        self._waiting: list[Call] = []
        self._last: Call | None = None
        self._legacy: Call | None = None
        self.growing: Call | None = None
        self.all: list[Call] = []

    def take(self, fragments: object, src: int, *, whole: bool = False) -> list[Increment]:
        """What the fragments of one delta say.

        Args:
            fragments: `tool_calls`, as it came.
            src: Index of the event.
            whole: They are whole calls, which have no index.
        """
        if not isinstance(fragments, list):
            if fragments is not None:
                self._session.lose_at("L201", src, "tool_calls is no array")
            return []
        out: list[Increment] = []
        for position, fragment in enumerate(fragments):
            if isinstance(fragment, dict):
                self._fragment(fragment, src, position if whole else None, out)
            elif fragment is not None:
                self._session.lose_at("L201", src, "tool_calls has an entry that is no object")
        return out

    def unseen(self, calls: object, src: int) -> list[Increment]:
        """What a final message says of calls that no delta has said; those that are known are compared by id, or
        where they have none by their place.
        """
        if not isinstance(calls, list):
            return []
        before = len(self.all)
        known = {call.id for call in self.all if call.id}
        free = max(self._by_index, default=-1) + 1
        missing = [
            one
            for number, one in enumerate(calls)
            if isinstance(one, dict)
            and (one["id"] not in known if some_text(one.get("id")) else number >= before)
        ]
        out: list[Increment] = []
        for number, one in enumerate(missing):
            self._fragment(one, src, free + number, out)
        return out

    def legacy(self, function: dict[str, Any], src: int) -> list[Increment]:
        """What a delta's `function_call` says: one call, without id and index."""
        if self._legacy is None:
            if self.all:
                self._session.lose_at("L201", src, "function_call beside tool_calls")
                return []
            self._legacy = self._opened(None, is_legacy=True)
        call = self._legacy
        out: list[Increment] = []
        grown = self._grow(call, function, src)
        if call.begun:
            out += grown
        else:
            self._begin(src, out)
        return out

    def release(self, src: int) -> list[Increment]:
        """Begin the calls that wait for an id; one without a name is left out once nothing more can come."""
        out: list[Increment] = []
        for call in self._waiting:
            call.waited = _PATIENCE
        self._begin(src, out)
        return out

    def ends(self, src: int, *, is_cut: bool) -> list[Increment]:
        """The ends that must be told, because a signature comes with them; and what was never named is lost."""
        if self._waiting:
            self._session.lose_at("L218", src, f"{len(self._waiting)} of them")
            self._waiting.clear()
        vendor = self._session.profile.vendor or "gemini"
        return [
            ToolEnd(
                src=src,
                choice=self._choice,
                ref=call.ref,
                signature=call.sealed,
                vendor=vendor,
                status="incomplete" if is_cut else None,
            )
            for call in self.all
            if call.begun and call.sealed is not None
        ]

    # -- one fragment

    def _fragment(
        self, fragment: dict[str, Any], src: int, position: int | None, out: list[Increment]
    ) -> None:
        function = _function_of(fragment)
        index = position
        if index is None and type(given := fragment.get("index")) is int:
            index = given
        if index is None:
            self._session.lose_at("L211", src)
        identity = some_text(fragment.get("id"))
        name = some_text(function.get("name"))
        call = self._known(index, identity, name, src)
        if call is None:
            call = self._opened(index)
        if identity:
            if not call.id:
                call.id = identity
                self._by_id.setdefault(identity, call)
                if call.begun:
                    self._session.lose_at("L210", src, "the id came after the call had begun")
            elif identity != call.id:
                self._session.lose_at("L201", src, "tool_calls[].id changed")
        if not call.begun and _is_custom(fragment):
            call.kind = "custom"
        self._seal(call, fragment)
        grown = self._grow(call, function, src)
        if call.begun:
            out += grown
        else:
            call.waited += 1
            self._begin(src, out)
        self._last = call
        self.growing = call if call.begun else None

    def _known(self, index: int | None, identity: str, name: str, src: int) -> Call | None:
        """The call that a fragment belongs to; None where it begins one."""
        if index is None:
            return self._without_index(identity, name)
        call = self._by_index.get(index)
        if call is None:
            # Perhaps its first fragment did not say the index.
            return self._adopted(self._by_id.get(identity) if identity or name else self._last, index)
        if identity and call.id:
            is_other = identity != call.id
        else:
            in_pieces = self._session.profile.name_in_pieces
            is_other = not (identity or call.id or in_pieces) and call.name not in {"", name}
        if name and is_other:
            self._session.lose_at("L212", src)
            return None
        return call

    def _without_index(self, identity: str, name: str) -> Call | None:
        """The call of a fragment that has no index: its id tells, or else it goes on with the last one."""
        last = self._last
        if identity:
            known = self._by_id.get(identity)
            waits = known is None and last is not None and not last.id and not name
            return last if waits else known
        begins = last is None or (name and last.name and not self._session.profile.name_in_pieces)
        return None if begins else last

    def _adopted(self, call: Call | None, index: int) -> Call | None:
        """A call that came without an index gets one."""
        if call is None or call.index is not None:
            return None
        call.index = index
        self._by_index[index] = call
        return call

    def _opened(self, index: int | None, *, is_legacy: bool = False) -> Call:
        call = Call(self._new_ref(), index, is_legacy=is_legacy)
        if index is not None:
            self._by_index[index] = call
        self.all.append(call)
        self._waiting.append(call)
        return call

    def _seal(self, call: Call, fragment: dict[str, Any]) -> None:
        extra = fragment.get("extra_content")
        google = extra.get("google") if isinstance(extra, dict) else None
        if isinstance(google, dict):
            call.sealed = some_text(google.get("thought_signature")) or call.sealed

    def _grow(self, call: Call, function: dict[str, Any], src: int) -> list[ArgsDelta]:
        """Take name and arguments; gives the delta, which is also kept where the call has not begun."""
        name = some_text(function.get("name"))
        in_pieces = self._session.profile.name_in_pieces and not call.pieces
        if name and not call.begun and (in_pieces or not call.name):
            call.name += name
        elif name and name != call.name:
            self._session.lose_at("L201", src, "tool_calls[].function.name changed")
        text = self._arguments(function, src)
        if not text:
            return []
        delta = ArgsDelta(src=src, choice=self._choice, ref=call.ref, text=text)
        if not call.begun:
            call.pieces.append(delta)
        return [delta]

    def _arguments(self, function: dict[str, Any], src: int) -> str:
        arguments = function.get("arguments")
        if arguments is None:
            arguments = function.get("input")
        if isinstance(arguments, str):
            return arguments
        if arguments is None:
            return ""
        self._session.lose_at("L213", src)
        try:
            return compact(arguments)
        except (ValueError, TypeError, RecursionError):
            self._session.lose_at("L201", src, "arguments that cannot be written as JSON")
            return ""

    def _begin(self, src: int, out: list[Increment]) -> None:
        """Begin the calls that may, in order."""
        while self._waiting:
            call = self._waiting[0]
            if not self._is_ready(call):
                if call.waited < _PATIENCE or call.name or len(self._waiting) == 1:
                    return
                # It has no name after all this time: do not let the others wait for it.
                self._waiting.append(self._waiting.pop(0))
                if not any(map(self._is_ready, self._waiting)):
                    return
                continue
            del self._waiting[0]
            call.begun = True
            out.append(
                ToolStart(
                    src=src,
                    choice=self._choice,
                    ref=call.ref,
                    name=call.name,
                    call_id=call.id or None,
                    kind=call.kind,
                    is_legacy=call.is_legacy,
                )
            )
            out += call.pieces
            call.pieces = []

    def _is_ready(self, call: Call) -> bool:
        if not call.name:
            return False
        if self._session.profile.name_in_pieces and not call.pieces and call.waited < _PATIENCE:
            return False
        return bool(call.id) or call.is_legacy or call.waited >= _PATIENCE


def _is_custom(fragment: dict[str, Any]) -> bool:
    """Whether a fragment is of a custom tool; a server may send both holders, one of them empty."""
    is_function = isinstance(fragment.get("function"), dict)
    return fragment.get("type") == "custom" or (isinstance(fragment.get("custom"), dict) and not is_function)


def _function_of(fragment: dict[str, Any]) -> dict[str, Any]:
    """Where a fragment has name and arguments; some servers put them into the fragment itself."""
    for key in ("custom", "function") if _is_custom(fragment) else ("function",):
        if isinstance(holder := fragment.get(key), dict):
            return holder
    return fragment if "name" in fragment or "arguments" in fragment else {}
