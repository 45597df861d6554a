"""What one choice of a chunk does, and what one whole answer amounts to: the careful path of the machine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.dialects.chat import grammar as g
from harness.dialects.chat.state import Audio, Call, Choice
from harness.dialects.signal import Signal
from harness.jsonvalue import escape

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.dialects.chat.machine import ChatMachine
    from harness.dialects.chat.state import ChatStream
    from harness.dialects.signal import Body, Mark

_WATCHED = 6
"""How many deltas of a text are watched for snapshots; a server that sends snapshots does so from the start."""

_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")


def _not_yet(text: str) -> int:
    """In place of a write while the careful path has to see every piece."""
    raise TypeError(text)


class Follower:
    """Where one choice stands in the protocol.

    Attributes:
        choice: What it amounts to.
        state: Its state, of `grammar.CHOICE`.
        width: How many keys its latest vetted entry had.
        write: Appends to the content, once the text is known to come in increments.
        growing: Wire index of the call that grows.
        write_arguments: Appends to the arguments of that call.
        calls: The calls by wire index, where that is known; the latest one of each.
        call: The call that the latest fragment was of.
        states: The states of the calls, of `grammar.CALL`.
        watched: The first deltas of the text.
        told: Kinds of signals that are given once a choice, or once a call.
    """

    __slots__ = (
        "call", "calls", "choice", "growing", "state", "states", "told", "watched", "width", "write",
        "write_arguments",
    )  # fmt: skip

    def __init__(self, index: int, at: Mark) -> None:
        self.choice = Choice(index, at)
        self.state = g.STRANGER
        self.width = -1
        self.write: Callable[[str], int] = _not_yet
        self.growing: int | None = None
        self.write_arguments: Callable[[str], int] = _not_yet
        self.calls: dict[int, Call] = {}
        self.call: Call | None = None
        self.states: dict[Call, str] = {}
        self.watched: list[str] | None = []
        self.told: set[object] = set()

    def once(self, name: object, said: list[Signal], signal: Signal) -> None:
        """Say a thing only the first time."""
        if name not in self.told:
            self.told.add(name)
            said.append(signal)

    def move(self, what: str, said: list[Signal], pointer: str) -> None:
        """Move the choice, or say why the table has no such move."""
        after = g.CHOICE[self.state].get(what)
        if after is not None:
            self.state = after
        elif (kind := g.REFUSED.get((self.state, what))) is not None:
            said.append(
                Signal(kind, self.choice, pointer, earlier=self.choice.finished or self.choice.opened)
            )
            if self.state == g.STRANGER:  # adopted: it talks without a role
                self.state = g.CHOICE[g.TALKING].get(what, g.TALKING)


def fold_choice(
    machine: ChatMachine,
    follower: Follower,
    entry: dict[str, Any],
    pointer: str,
    at: Mark,
    said: list[Signal],
) -> None:
    """Take one entry of a chunk's choices.

    Args:
        machine: The machine, for what is told once a stream.
        follower: The choice that it is of.
        entry: The entry.
        pointer: Where it is.
        at: The event.
        said: Where signals are added.
    """
    choice = follower.choice
    first = follower.state == g.STRANGER
    follower.width = len(entry)
    delta: dict[str, Any] = entry.get("delta") or {}
    _vet_keys(machine, follower, entry, delta, pointer, said)
    before = len(said)
    _role(machine, follower, delta, pointer, said)
    was_over = follower.state == g.FINISHED
    filled = _texts(follower, delta, pointer, at, said)
    if calls := delta.get("tool_calls"):
        filled = f"{pointer}/delta/tool_calls"
        follower.move(g.FRAGMENT, said, filled)
        for position, fragment in enumerate(calls):
            _fragment(follower, fragment, f"{filled}/{position}", at, said)
    elif calls is not None:
        said.append(
            Signal("calls-empty", choice, f"{pointer}/delta/tool_calls", "at least one fragment", "none")
        )
    if function := delta.get("function_call"):
        filled = f"{pointer}/delta/function_call"
        follower.move(g.FRAGMENT, said, filled)
        _function_call(choice, function, at)
    if entry.get("logprobs"):
        _logprobs(follower, entry["logprobs"], pointer, said)
    if first:
        said.insert(before, Signal("choice-opened", choice, pointer))
        if follower.state == g.STRANGER:  # an empty delta without a role is no start, but the only thing seen
            follower.state = g.TALKING
            said.append(Signal("role-missing", choice, f"{pointer}/delta/role", "assistant", "nothing"))
    finish = entry.get("finish_reason")
    if finish == "":
        choice.finish = choice.finish or ""
        follower.once(
            "finish-reason-empty", said, Signal("finish-reason-empty", choice, f"{pointer}/finish_reason")
        )
    elif finish is not None:
        if was_over or follower.state == g.FINISHED:
            follower.move(g.FINISH, said, f"{pointer}/finish_reason")
        else:
            _finish(follower, finish, filled, pointer, at, said)


def _vet_keys(
    machine: ChatMachine,
    follower: Follower,
    entry: dict[str, Any],
    delta: dict[str, Any],
    pointer: str,
    said: list[Signal],
) -> None:
    choice = follower.choice
    if "finish_reason" not in entry and not machine.audio and "audio" not in delta:
        follower.once(
            "finish-key-absent",
            said,
            Signal("finish-key-absent", choice, pointer, "finish_reason", "no such key"),
        )
    for key in g.WHOLE_KEYS:
        if key in entry:
            follower.once(
                "choice-extra", said, Signal("choice-extra", choice, f"{pointer}/{key}", "delta", key)
            )
    for key in delta:
        if key not in g.DELTA_KEYS:
            machine.tell_extra(escape(key), pointer, said)


def _role(
    machine: ChatMachine, follower: Follower, delta: dict[str, Any], pointer: str, said: list[Signal]
) -> None:
    role = delta.get("role")
    if role is None:
        return
    choice = follower.choice
    where = f"{pointer}/delta/role"
    if role != "assistant":
        said.append(Signal("role-other", choice, where, "assistant", role))
    if choice.role is None:
        choice.role = role
        if follower.state == g.STRANGER:
            follower.state = g.CHOICE[g.STRANGER][g.ROLE]
    elif role == "assistant" and not machine.audio:
        said.append(Signal("role-repeated", choice, where, "no role", role, choice.opened))


def _texts(follower: Follower, delta: dict[str, Any], pointer: str, at: Mark, said: list[Signal]) -> str:
    """Take content, refusal, reasoning and audio; gives where text was, or "" where there was none."""
    choice = follower.choice
    filled = _reasoning(follower, delta, pointer, said)
    if audio := delta.get("audio"):
        filled = f"{pointer}/delta/audio"
        if follower.state != g.FINISHED:
            follower.move(g.TEXT, said, filled)
        _audio(follower, audio, filled, said)
    for name, text in (("content", choice.content), ("refusal", choice.refusal)):
        piece = delta.get(name)
        if not piece:
            continue
        filled = f"{pointer}/delta/{name}"
        follower.move(g.TEXT, said, filled)
        text.write(piece)
        if name == "content":
            _watch(follower, piece)
    if len(choice.content) and len(choice.refusal):
        follower.once("refusal-mixed", said, Signal("refusal-mixed", choice, f"{pointer}/delta"))
    if isinstance(delta.get("annotations"), list):
        choice.annotations += delta["annotations"]
    del at
    return filled


def _watch(follower: Follower, piece: str) -> None:
    """Keep the first deltas; once they are seen to be increments, text takes the short path."""
    if follower.watched is None:
        return
    follower.watched.append(piece)
    if len(follower.watched) < _WATCHED and _snapshots(follower.watched):
        return
    if not _snapshots(follower.watched):
        follower.watched = None
        if follower.state in {g.TALKING, g.CALLING}:
            follower.write = follower.choice.content.write


def _snapshots(pieces: list[str]) -> bool:
    """Whether each piece begins with the one before and is longer."""
    return all(
        len(new) > len(old) and new.startswith(old) for old, new in zip(pieces, pieces[1:], strict=False)
    )


def _reasoning(follower: Follower, delta: dict[str, Any], pointer: str, said: list[Signal]) -> str:
    choice = follower.choice
    pieces = [(key, text) for key in g.REASONING_KEYS if isinstance(text := delta.get(key), str) and text]
    details = delta.get("reasoning_details")
    if isinstance(details, list) and details:
        choice.reasoning_details += details
    if not pieces:
        return ""
    filled = f"{pointer}/delta/{pieces[0][0]}"
    follower.move(g.TEXT, said, filled)
    choice.reasoning.write(pieces[0][1])
    if len(pieces) > 1:
        if pieces[0][1] == pieces[1][1]:
            follower.once("reasoning-doubled", said, Signal("reasoning-doubled", choice, filled))
        else:
            choice.reasoning.write(pieces[1][1])
    if len(choice.content):
        follower.once("reasoning-reopened", said, Signal("reasoning-reopened", choice, filled))
    return filled


def _audio(follower: Follower, audio: dict[str, Any], pointer: str, said: list[Signal]) -> None:
    choice = follower.choice
    if choice.audio is None:
        choice.audio = Audio()
    elif choice.audio.expires_at is not None:
        said.append(Signal("audio-late", choice, pointer, "nothing after expires_at", "audio"))
    state = choice.audio
    if identity := audio.get("id"):
        if state.id:
            said.append(Signal("audio-id-repeated", choice, f"{pointer}/id", "no id", identity))
        else:
            state.id = identity
    if data := audio.get("data"):
        state.data.write(data)
        if not _BASE64.fullmatch(data):
            follower.once(
                "audio-data", said, Signal("audio-data", choice, f"{pointer}/data", "base64", data[:40])
            )
    state.transcript.write(audio.get("transcript") or "")
    if audio.get("expires_at") is not None:
        state.expires_at = audio["expires_at"]
    said.append(Signal("audio", choice, pointer))


def _fragment(
    follower: Follower, fragment: dict[str, Any], pointer: str, at: Mark, said: list[Signal]
) -> None:
    """Take one fragment of a tool call."""
    choice = follower.choice
    function: dict[str, Any] = fragment.get("function") or fragment.get("custom") or {}
    index, identity, name = fragment.get("index"), fragment.get("id"), function.get("name")
    call = _call_of(follower, index, identity, name)
    if call is not None and identity and call.id and identity != call.id:
        said.append(Signal("call-id-changed", call, f"{pointer}/id", call.id, identity, call.opened))
        if name:
            call = None
    elif call is not None:
        _again(call, fragment, function, pointer, said)
    if call is None:
        call = _open_call(follower, index, identity or "", pointer, at, said)
    elif follower.states[call] == g.CLOSED:
        where = follower.call.opened if follower.call else None
        follower.once(
            ("call-interleaved", call), said, Signal("call-interleaved", call, pointer, earlier=where)
        )
    call.id = call.id or identity or ""
    call.name = call.name or name or ""
    call.type = call.type or fragment.get("type") or ""
    call.last = at
    call.arguments.write(function.get("arguments") or function.get("input") or "")
    if follower.call is not call and follower.call is not None:
        follower.states[follower.call] = g.CALL[g.GROWING][g.NEXT]
    follower.states[call] = g.GROWING
    follower.call = call
    if follower.state == g.CALLING:
        follower.growing = index
        follower.write_arguments = call.arguments.write
    if call.fragments == 0 and call.opened == at:
        said.append(Signal("call-opened", call, pointer))
    call.fragments += 1
    del choice


def _call_of(follower: Follower, index: int | None, identity: str | None, name: str | None) -> Call | None:
    """The call that a fragment belongs to; None where it opens one."""
    if index is not None:
        return follower.calls.get(index)
    if identity:
        return next((call for call in follower.choice.calls.values() if call.id == identity), None)
    return None if name else follower.call


def _open_call(
    follower: Follower, index: int | None, identity: str, pointer: str, at: Mark, said: list[Signal]
) -> Call:
    choice = follower.choice
    call = Call(index, at)
    number = len(choice.calls)
    twin = next((one for one in choice.calls.values() if identity and one.id == identity), None)
    if twin is not None:
        said.append(
            Signal("call-id-shared", call, f"{pointer}/id", "an id of its own", identity, twin.opened)
        )
    if index is not None:
        if index not in follower.calls and index != len(follower.calls):
            expected = str(len(follower.calls))
            said.append(Signal("call-index-gap", call, f"{pointer}/index", expected, str(index)))
        follower.calls[index] = call
    choice.calls[number] = call
    follower.states[call] = g.CALL[g.ABSENT][g.FIRST]
    return call


def _again(
    call: Call, fragment: dict[str, Any], function: dict[str, Any], pointer: str, said: list[Signal]
) -> None:
    """What a later fragment says that only the first may say."""
    holder = "custom" if "custom" in fragment else "function"
    said_something = False
    for field, known, value in (
        ("id", call.id, fragment.get("id")),
        (f"{holder}/name", call.name, function.get("name")),
        ("type", call.type, fragment.get("type")),
    ):
        if value is None:
            continue
        said_something = True
        if value == "" or known:
            said.append(
                Signal("call-field-repeated", call, f"{pointer}/{field}", "no such key", value, call.opened)
            )
    if not said_something and function.get("arguments") is None and function.get("input") is None:
        said.append(Signal("calls-empty", call, pointer, "arguments", "nothing"))


def _function_call(choice: Choice, function: dict[str, Any], at: Mark) -> None:
    """The form that came before tools: one call, without id and index."""
    if choice.function_call is None:
        choice.function_call = Call(None, at)
    choice.function_call.name = choice.function_call.name or function.get("name") or ""
    choice.function_call.arguments.write(function.get("arguments") or "")


def _logprobs(follower: Follower, logprobs: dict[str, Any], pointer: str, said: list[Signal]) -> None:
    choice = follower.choice
    if not choice.logprobs:
        choice.logprobs = True
        said.append(Signal("logprobs", choice, f"{pointer}/logprobs"))
    _tokens(choice, logprobs)


def _tokens(choice: Choice, logprobs: dict[str, Any]) -> None:
    for entry in logprobs.get("content") or ():
        raw, token = entry.get("bytes"), entry.get("token")
        if isinstance(raw, list) and all(isinstance(one, int) and 0 <= one < 256 for one in raw):
            choice.tokens += bytes(raw)
        elif isinstance(token, str):
            choice.tokens += token.encode("utf-8", "surrogatepass")
            choice.tokens_exact &= "\ufffd" not in token and "bytes:" not in token


def _finish(follower: Follower, finish: str, filled: str, pointer: str, at: Mark, said: list[Signal]) -> None:
    choice = follower.choice
    choice.finish = finish
    choice.finished = at
    follower.state = g.CHOICE[g.TALKING][g.FINISH]
    follower.write = follower.write_arguments = _not_yet
    if follower.watched is not None and len(follower.watched) > 2 and _snapshots(follower.watched):
        said.append(
            Signal(
                "content-cumulative",
                choice,
                f"{pointer}/delta/content",
                "increments",
                repr(follower.watched[:3]),
            )
        )
    if filled:
        said.append(
            Signal("finish-delta-filled", choice, filled, "an empty delta", filled.rpartition("/")[2])
        )
    said.append(Signal("choice-finished", choice, pointer))


def fold_whole(stream: ChatStream, body: Body) -> None:
    """Take a whole answer; members may be missing that did not fit the schema."""
    answer: dict[str, Any] = body
    stream.id, stream.created, stream.model = answer.get("id"), answer.get("created"), answer.get("model")
    stream.fingerprint, stream.service_tier = answer.get("system_fingerprint"), answer.get("service_tier")
    stream.usage, stream.moderation = answer.get("usage"), answer.get("moderation")
    stream.usages = int(stream.usage is not None)
    stream.error = answer.get("error")
    stream.ended = True
    for position, entry in enumerate(answer.get("choices") or ()):
        index = entry.get("index")
        choice = Choice(index if isinstance(index, int) else position)
        stream.choices[choice.index] = choice
        choice.finish = entry.get("finish_reason")
        message: dict[str, Any] = entry.get("message") or {}
        choice.role = message.get("role")
        choice.content.write(message.get("content") or "")
        choice.refusal.write(message.get("refusal") or "")
        reasoning = [text for key in g.REASONING_KEYS if isinstance(text := message.get(key), str)]
        choice.reasoning.write(reasoning[0] if reasoning else "")
        if isinstance(message.get("reasoning_details"), list):
            choice.reasoning_details += message["reasoning_details"]
        if isinstance(message.get("annotations"), list):
            choice.annotations += message["annotations"]
        for number, one in enumerate(message.get("tool_calls") or ()):
            choice.calls[number] = _whole_call(number, one)
        if function := message.get("function_call"):
            choice.function_call = _whole_call(None, {"function": function})
        if audio := message.get("audio"):
            choice.audio = Audio()
            choice.audio.id = audio.get("id") or ""
            choice.audio.data.write(audio.get("data") or "")
            choice.audio.transcript.write(audio.get("transcript") or "")
            choice.audio.expires_at = audio.get("expires_at")
            stream.audio = True
        if isinstance(entry.get("logprobs"), dict):
            choice.logprobs = True
            _tokens(choice, entry["logprobs"])


def _whole_call(number: int | None, one: dict[str, Any]) -> Call:
    function: dict[str, Any] = one.get("function") or one.get("custom") or {}
    call = Call(number)
    call.id = one.get("id") or ""
    call.type = one.get("type") or ""
    call.name = function.get("name") or ""
    call.arguments.write(function.get("arguments") or function.get("input") or "")
    return call
