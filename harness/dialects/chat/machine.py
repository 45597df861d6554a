"""Follows a Chat Completions stream.

`ChatMachine._chunk` is the hot path: a chunk like the one before, with one piece of text or of arguments. It is
compared with what the careful path has vetted (the constants, and how many keys there are), and written. Whatever
differs takes the careful path in `ChatMachine._carefully` and `harness.dialects.chat.fold`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.dialects.chat import grammar as g
from harness.dialects.chat.fold import fold
from harness.dialects.chat.follower import Entry, Follower
from harness.dialects.chat.state import ChatStream
from harness.dialects.chat.usage_beside import usage_beside
from harness.dialects.chat.whole import fold_whole
from harness.dialects.growth import Growth, Path, padding_of
from harness.dialects.signal import Mark, Signal
from harness.jsonvalue import escape

if TYPE_CHECKING:
    from harness.dialects.asked import Asked
    from harness.dialects.signal import Body, Signals, Step
    from harness.sse.event import SseEvent

_CONTENT: Path = ("choices", 0, "delta", "content")
_ARGUMENTS: Path = ("choices", 0, "delta", "tool_calls", 0, "function", "arguments")

_MOST_TOLD = 1_000  # a hostile stream may have a new key in every chunk
_LATEST_SECONDS = 100_000_000_000
"""A `created` beyond this counts milliseconds: in seconds it is the year 5138."""


class ChatMachine(ChatStream):
    """The state, and how chunks change it."""

    __slots__ = ("_followers", "_said", "_state", "_table", "_told", "_width", "moves")

    def __init__(self, asked: Asked | None = None) -> None:
        super().__init__(asked)
        self._followers: dict[int, Follower] = {}
        self._state = g.START
        self._table = g.AUDIO_STREAM if self.audio else g.STREAM
        self._told: set[str] = set()
        self._said: dict[int, int] = {}  # how much each choice had said when an event was lost
        self._width = -1
        self.moves = 0

    def growth(self, kind: str, body: Body) -> Growth | None:
        """How the next chunk may differ, after one that only added text."""
        del kind
        chunk: Any = body
        choice = chunk["choices"][0]
        follower = self._followers[choice["index"]]
        if "content" in choice["delta"]:
            return Growth(_CONTENT, follower.write, padding_of(body))
        return Growth(_ARGUMENTS, follower.write_arguments, padding_of(body))

    def step(self, kind: str) -> Step:
        """The function that takes chunks, or the one that takes errors."""
        return self._error if kind == "error" else self._chunk

    def malformed(self, kind: str, event: SseEvent, body: Body) -> Signals:
        """Move by what is left of a payload that does not fit."""
        if kind == "error":
            return self._error(event, body)
        return self._carefully(event, body, fits=False)

    def lost(self, event: SseEvent) -> Signals:
        """Take an event that cannot be read."""
        del event
        self._lose()
        return ()

    def lacking(self, event: SseEvent) -> Signals:
        """Take note that an event lacked something vital: as much is lost as if it could not be read."""
        return self.lost(event)

    def done(self, event: SseEvent) -> Signals:
        """`[DONE]` came."""
        del event
        self.moves += 1
        self.ended = True
        self._state = g.ENDED
        return ()

    def finish(self) -> Signals:
        """The body has ended: is every choice finished?"""
        if self.error is not None or self.audio:
            return ()
        return tuple(
            Signal("unfinished", one, f"/choices/{one.index}/finish_reason", "a finish reason", "none")
            for one in self.choices.values()
            if one.finish is None and self._said.get(one.index) != one.said
        )

    def whole(self, body: Body) -> Signals:
        """Take a whole answer."""
        fold_whole(self, body)
        return ()

    def _chunk(self, event: SseEvent, body: dict[str, Any]) -> Signals:
        try:
            choices = body["choices"]
            choice = choices[0]
            follower = self._followers[choice["index"]]
            delta = choice["delta"]
            if (
                len(delta) == 1
                and len(choices) == 1
                and len(body) == self._width
                and len(choice) == follower.width
                and choice["finish_reason"] is None
                and body["id"] == self.id
                and body["created"] == self.created
                and body["model"] == self.model
                and body.get("system_fingerprint") == self.fingerprint
                and body.get("usage") is None
                and choice.get("logprobs") is None
                and "error" not in body
            ):
                if "content" in delta:
                    follower.write(delta["content"])
                    return ()
                (call,) = delta["tool_calls"]
                function = call["function"]
                if len(call) == 2 and len(function) == 1 and call["index"] == follower.growing:
                    follower.write_arguments(function["arguments"])
                    return ()
        except (KeyError, IndexError, TypeError, ValueError):
            pass  # anything but an ordinary chunk
        return self._carefully(event, body)

    def _carefully(self, event: SseEvent, body: dict[str, Any], *, fits: bool = True) -> Signals:
        """Take any chunk.

        Args:
            event: Its event.
            body: Its payload.
            fits: False where members may be missing that did not fit the schema.
        """
        at = Mark.of(event)
        said: list[Signal] = []
        self.moves += 1
        self.chunks += 1
        choices = body.get("choices")
        if not choices and "prompt_filter_results" in body and self._state == g.START:
            return (Signal("filter-chunk", pointer="/prompt_filter_results"),)
        self._constants(body, said)
        self._vet_keys(body, said)
        usage = body.get("usage")
        if choices:
            self._move(g.CHOICES, said, unless=usage is not None)
            if body.get("error") is not None:
                self._fail(body["error"], at, said)
                said.append(Signal("error-beside-choices", pointer="/error"))
            for position, choice in enumerate(choices):
                self._choice(choice, f"/choices/{position}", at, said)
        elif fits:
            self._without_choices(body, said)
        if usage is not None:
            self._count(usage, at, said, beside=bool(choices))
        elif (beside := usage_beside(body)) is not None:
            self.usage_beside = beside
        return tuple(said)

    def _lose(self) -> None:
        """Something was lost; a choice that says more afterwards has not lost its finish reason."""
        self.incomplete = True
        self._said = {index: one.choice.said for index, one in self._followers.items()}
        if self._state == g.START:
            self._state = g.OPEN

    def _without_choices(self, body: dict[str, Any], said: list[Signal]) -> None:
        """A chunk without choices: is it one of those that need none?"""
        if body.get("moderation") is not None:
            self._move(g.MODERATION, said)
            self.moderation = body["moderation"]
            said.append(Signal("moderation", pointer="/moderation"))
        elif body.get("choices") is None:
            if not self.audio:
                said.append(
                    Signal("choices-missing", pointer="/choices", expected="an array", found="nothing")
                )
        elif body.get("usage") is None:
            said.append(
                Signal("choices-empty", pointer="/choices", expected="a choice, or usage", found="neither")
            )

    def _choice(self, choice: dict[str, Any], pointer: str, at: Mark, said: list[Signal]) -> None:
        index = choice.get("index")
        if index is None:  # it did not fit: with one choice it is clear which one is meant
            if len(self._followers) > 1 or (self.asked is not None and self.asked.n > 1):
                self._lose()
                return
            index = next(iter(self._followers), 0)
        follower = self._followers.get(index)
        if follower is None:
            follower = self._followers[index] = Follower(index, at)
            if index != len(self.choices):
                expected = str(len(self.choices))
                said.append(
                    Signal("choice-index-order", follower.choice, f"{pointer}/index", expected, str(index))
                )
            self.choices[index] = follower.choice
        delta = choice.get("delta") or {}
        for key in delta:
            if key not in g.DELTA_KEYS:
                where = f"{pointer}/delta/{escape(key)}"
                self._once(f"delta-extra {key}", said, Signal("delta-extra", key, where, None, key))
        fold(Entry(follower, choice, delta, pointer, at, said), audio=self.audio)
        if follower.choice.audio is not None and not self.audio:
            self.audio = True
            self._table = g.AUDIO_STREAM

    def _constants(self, body: dict[str, Any], said: list[Signal]) -> None:
        """Compare what is the same in every chunk of a stream, and adopt it."""
        for name in ("id", "model"):
            new, known = body.get(name), getattr(self, name)
            if new is None or new == known:
                continue
            if known:
                said.append(Signal(f"{name}-changed", pointer=f"/{name}", expected=known, found=new))
            elif known is None and not new:
                said.append(Signal(f"{name}-empty", pointer=f"/{name}", expected="a text", found=new))
            setattr(self, name, new)
        self._created(body.get("created"), said)
        new = body.get("system_fingerprint")
        if new != self.fingerprint and isinstance(new, str):
            if self.fingerprint is not None:
                where = "/system_fingerprint"
                said.append(Signal("fingerprint-changed", None, where, self.fingerprint, new))
            self.fingerprint = new

    def _created(self, new: int | None, said: list[Signal]) -> None:
        if new is None or new == self.created:
            return
        if self.created is not None:
            said.append(Signal("created-changed", None, "/created", str(self.created), str(new)))
        elif not 0 <= new <= _LATEST_SECONDS:
            said.append(Signal("created-unit", None, "/created", "Unix seconds", str(new)))
        self.created = new

    def _vet_keys(self, body: dict[str, Any], said: list[Signal]) -> None:
        """Look at the keys of a chunk; one with as many keys is taken to have the same ones."""
        self._width = len(body)
        if "error" in body and body["error"] is None:
            self._once("error-null", said, Signal("error-null", pointer="/error"))
        if "usage" not in body:
            self._once("usage-key-absent", said, Signal("usage-key-absent"))
        tier = body.get("service_tier")
        if isinstance(tier, str):
            self.service_tier = tier

    def _count(self, usage: Body, at: Mark, said: list[Signal], *, beside: bool) -> None:
        """A usage that is not null came."""
        if not beside:
            self._move(g.USAGE, said)
        elif self.usages:
            said.append(Signal("usage-repeated", pointer="/usage", earlier=self.usage_at))
        else:
            said.append(Signal("usage-beside-choices", pointer="/usage"))
        self.usages += 1
        self.usage = usage
        self.usage_at = at
        if self._state != g.FAILED:
            self._state = g.COUNTED
        said.append(Signal("usage", usage, "/usage"))

    def _error(self, event: SseEvent, body: dict[str, Any]) -> Signals:
        said: list[Signal] = []
        self.moves += 1
        self._fail(body.get("error"), Mark.of(event), said)
        return tuple(said)

    def _fail(self, error: object, at: Mark, said: list[Signal]) -> None:
        earlier = self.error_at
        self._move(g.ERROR, said)
        if earlier is None:
            self.error, self.error_at = error if error is not None else {}, at
        said.append(Signal("error", self.error, "/error", earlier=earlier))

    def _move(self, what: str, said: list[Signal], *, unless: bool = False) -> None:
        """Move the stream, or say why the table has no such move."""
        after = self._table[self._state].get(what)
        if after is not None:
            self._state = after
        elif not unless and (kind := g.REFUSED.get((self._state, what))) is not None:
            about = self.error_at if self._state == g.FAILED else self.usage_at
            if kind == "usage-not-last":
                self._once(kind, said, Signal(kind, pointer="/choices", earlier=about))
            else:
                said.append(Signal(kind, earlier=about))

    def _once(self, name: str, said: list[Signal], signal: Signal) -> None:
        """Say a thing only the first time."""
        if name not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add(name)
            said.append(signal)
