"""What the fragments of tool calls in one delta do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.dialects.chat import grammar as g
from harness.dialects.chat.state import Call
from harness.dialects.signal import Signal

if TYPE_CHECKING:
    from harness.dialects.chat.follower import Entry, Follower


def fold_tool_calls(entry: Entry) -> str:
    """Take the fragments; gives where they are, or "" where there are none."""
    fragments, where = entry.delta.get("tool_calls"), "/delta/tool_calls"
    if fragments is None:
        return ""
    if not fragments:
        entry.say("calls-empty", where, "at least one fragment", "none")
        return ""
    entry.move(g.FRAGMENT, where)
    for position, fragment in enumerate(fragments):
        if fragment:
            _fragment(entry, fragment, f"{where}/{position}")
    return where


def fold_function_call(entry: Entry) -> str:
    """Take the form that came before tools: one call, without id and index."""
    function: dict[str, Any] | None = entry.delta.get("function_call")
    if not function:
        return ""
    choice, where = entry.choice, "/delta/function_call"
    entry.move(g.FRAGMENT, where)
    call = choice.function_call = choice.function_call or Call(None, entry.at)
    call.name = call.name or function.get("name") or ""
    call.arguments.write(function.get("arguments") or "")
    return where


def tool_of(fragment: dict[str, Any]) -> dict[str, Any]:
    """What a fragment, or a whole call, says of a function or a custom tool; only texts.

    The schema knows no custom tools in streams, and no calls of other types, so these may hold anything.
    """
    for key in ("function", "custom"):
        if isinstance(holder := fragment.get(key), dict):
            return {name: value for name, value in holder.items() if isinstance(value, str)}
    return {}


def _fragment(entry: Entry, fragment: dict[str, Any], where: str) -> None:
    follower = entry.follower
    function = tool_of(fragment)
    index, identity, name = fragment.get("index"), fragment.get("id") or "", function.get("name") or ""
    call = _call_of(follower, index, identity, name)
    opened = call is None
    if call is not None and identity and call.id and identity != call.id:
        _say(entry, "call-id-changed", call, f"{where}/id", (call.id, identity))
        opened = bool(name)
    elif call is not None:
        _again(entry, call, fragment, function, where)
    if call is None or opened:
        call = _open(entry, index, identity, where)
    elif follower.states[call] == g.CLOSED and call not in follower.told:
        follower.told.add(call)
        _say(entry, g.REFUSED[g.CLOSED, g.MORE], call, where, ("the call opened last", f"call {index}"))
    call.id = call.id or identity
    if call.id:
        follower.named.setdefault(call.id, call)
    call.name = call.name or name
    call.type = call.type or fragment.get("type") or ""
    call.last = entry.at
    call.fragments += 1
    call.arguments.write(function.get("arguments") or function.get("input") or "")
    if follower.call is not None and follower.call is not call:
        follower.states[follower.call] = g.CALL[g.GROWING][g.NEXT]
    follower.states[call] = g.GROWING
    follower.call = call
    if follower.state == g.CALLING and index is not None:
        follower.growing, follower.write_arguments = index, call.arguments.write
    if opened:
        _say(entry, "call-opened", call, where, (None, None))


def _call_of(follower: Follower, index: int | None, identity: str, name: str) -> Call | None:
    """The call that a fragment belongs to; None where it opens one."""
    if index is not None:
        last = follower.call
        if index not in follower.calls and not (identity or name) and last is not None and last.index is None:
            last.index = index  # its first fragment did not say, which has been told
            follower.calls[index] = last
        return follower.calls.get(index)
    if identity:  # the index did not fit: the id tells
        return follower.named.get(identity)
    return None if name else follower.call


def _open(entry: Entry, index: int | None, identity: str, where: str) -> Call:
    choice, follower = entry.choice, entry.follower
    call = Call(index, entry.at)
    twin = follower.named.get(identity)
    if twin is not None:
        entry.said.append(
            Signal("call-id-shared", call, f"{entry.pointer}{where}/id", "a new id", identity, twin.opened)
        )
    if index is not None:
        if index not in follower.calls and index != len(follower.calls):
            _say(entry, "call-index-gap", call, f"{where}/index", (str(len(follower.calls)), str(index)))
        follower.calls[index] = call
    choice.calls[len(choice.calls)] = call
    follower.states[call] = g.CALL[g.ABSENT][g.FIRST]
    return call


def _again(entry: Entry, call: Call, fragment: dict[str, Any], function: dict[str, Any], where: str) -> None:
    """What a later fragment says that only the first may say."""
    holder = "custom" if "custom" in fragment else "function"
    fields = (
        ("id", call.id, fragment.get("id")),
        (f"{holder}/name", call.name, function.get("name")),
        ("type", call.type, fragment.get("type")),
    )
    for field, known, value in fields:
        if value == "" or (known and value is not None):
            _say(entry, "call-field-repeated", call, f"{where}/{field}", ("no such key", value))
    given = [value for _, _, value in fields if value is not None]
    if not given and function.get("arguments") is None and function.get("input") is None:
        _say(entry, "calls-empty", call, where, ("arguments", "nothing"))


def _say(entry: Entry, kind: str, call: Call, where: str, values: tuple[str | None, str | None]) -> None:
    """Give a signal about a call; the values are what was expected and what was found."""
    earlier = call.opened if call.opened != entry.at else None
    entry.said.append(Signal(kind, call, entry.pointer + where, *values, earlier))
