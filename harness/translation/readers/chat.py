"""Reads the answers of Chat Completions, OpenAI's own and those of the many servers that imitate them.

The source of what is expected is OpenAI's schema of `chat.completion.chunk`; the source of what else comes is recorded
traffic of some thirty servers. `ChatReader.event` is the hot path: a chunk with the same members as the one before,
that brings one piece of text or of arguments; whatever differs takes the careful path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.dialects.chat.usage_beside import usage_beside
from harness.translation.failures import error_of
from harness.translation.readers.chat_choice import TEXT, ChatChoice
from harness.translation.readers.chat_errors import error_in
from harness.translation.readers.chat_finish import finish_of
from harness.translation.readers.openai_members import Strangers, is_nothing, some_text, whole_seconds
from harness.translation.readers.openai_usage import chat_usage
from harness.turn.increments import ArgsDelta, Eof, Error, Finish, Start, TextDelta

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.sse.event import SseEvent
    from harness.translation.session import Session
    from harness.turn.increments import Increment

_CONTENT: Final = ("content",)
_TOOL_CALLS: Final = ("tool_calls",)
_FRAGMENT: Final = ("index", "function")
_ARGUMENTS: Final = ("arguments",)

_CONSTANT: Final = frozenset(
    {"choices", "created", "id", "model", "object", "provider", "service_tier", "system_fingerprint"}
)
"""Members of a chunk that are the same in all of them: the first chunk's count."""
_KNOWN: Final = _CONSTANT | {"error", "obfuscation", "usage"}
_KNOWN_IN_CHOICE: Final = frozenset(
    {"delta", "error", "finish_reason", "index", "logprobs", "message", "native_finish_reason", "usage"}
)


class ChatReader:
    """Reads one answer.

    Args:
        session: The exchange.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._strangers = Strangers(session)
        self._choices: dict[int, ChatChoice] = {}
        self._latest: ChatChoice | None = None
        self._shape: tuple[str, ...] | None = None
        self._refs = 0
        self._started = False
        self._over = False
        self._early: dict[str, Any] = {}
        self._constant: Mapping[str, Any] = {}
        self._finishes: dict[int, Finish] = {}

    def event(self, event: SseEvent, payload: dict[str, Any]) -> Iterable[Increment]:
        """One chunk."""
        try:
            (entry,) = payload["choices"]
            latest: Any = self._latest
            delta = entry["delta"]
            if (
                tuple(payload) == self._shape
                and tuple(entry) == latest.shape
                and entry["index"] == latest.index
                and entry["finish_reason"] is None
                and payload.get("usage") is None
                and entry.get("logprobs") is None
            ):
                members = tuple(delta)
                if members == _CONTENT:
                    text = delta["content"]
                    if text and latest.is_plain and latest.block == TEXT:
                        latest.content.write(text)  # raises TypeError where it is no text
                        padding = payload.get("obfuscation")
                        return (
                            TextDelta(
                                src=event.index,
                                choice=latest.index,
                                ref=latest.ref,
                                text=text,
                                obfuscation=padding if type(padding) is str else None,
                            ),
                        )
                elif members == _TOOL_CALLS:
                    (fragment,) = delta["tool_calls"]
                    function = fragment["function"]
                    call = latest.calls.growing
                    if (
                        tuple(fragment) == _FRAGMENT
                        and fragment["index"] == call.index
                        and tuple(function) == _ARGUMENTS
                        and type(text := function["arguments"]) is str
                        and text
                    ):
                        padding = payload.get("obfuscation")
                        return (
                            ArgsDelta(
                                src=event.index,
                                choice=latest.index,
                                ref=call.ref,
                                text=text,
                                obfuscation=padding if type(padding) is str else None,
                            ),
                        )
        except (KeyError, TypeError, ValueError, AttributeError):
            pass  # anything but an ordinary chunk
        return self._carefully(event, payload)

    def done(self, event: SseEvent) -> Iterable[Increment]:
        """`[DONE]`: the answer is whole if each choice has said why it ended."""
        return self._end(event.index, is_clean=True)

    def finish(self) -> Iterable[Increment]:
        """The body has ended, with or without `[DONE]`."""
        return self._end(-1, is_clean=False)

    def whole(self, body: dict[str, Any]) -> Iterable[Increment]:
        """A whole completion: the increments of one chunk that says everything."""
        out: list[Increment] = []
        choices = body.get("choices")
        if (error := error_in(body)) is not None:
            return (self._failed(error, -1),)
        if not isinstance(choices, list) or not choices:
            return (self._malformed("the upstream's answer has no choices", -1),)
        self._chunk(body, -1, out, whole=True)
        out += self._end(-1, is_clean=True)
        return out

    # -- the careful path

    def _carefully(self, event: SseEvent, payload: dict[str, Any]) -> Iterable[Increment]:
        if self._over:
            return ()
        src = event.index
        out: list[Increment] = []
        self._shape = None
        choices = payload.get("choices")
        error = error_in(payload)
        if error is None and not choices and event.event == "error":
            error = payload
        if isinstance(choices, list):
            self._chunk(payload, src, out, is_failing=error is not None)
        elif error is None:
            self._without_choices(payload, src, out)
        elif (usage := chat_usage(payload.get("usage"), src)) is not None:
            out.append(usage)
        if error is not None:
            out.append(self._failed(error, src))
        self._strangers.tell(src)
        return out

    def _chunk(
        self, payload: dict[str, Any], src: int, out: list[Increment], *, is_failing: bool = False, whole: bool = False
    ) -> None:  # fmt: skip
        choices: list[Any] = payload["choices"]
        if not self._begin(payload, src, out, is_empty=not choices):
            return
        entries = [one for one in choices if isinstance(one, dict)]
        if len(entries) < len(choices):
            self._strangers.note("choices[] that is no object")
        padding = payload.get("obfuscation")
        padding = padding if isinstance(padding, str) else None
        for position, entry in enumerate(entries):
            choice = self._choice(entry.get("index"), position if whole else None)
            self._entry(choice, entry, src, out, padding=padding, whole=whole)
            native = entry.get("finish_reason")
            if isinstance(native, str) and (native or whole):
                if not is_failing:
                    self._finish(choice, native, entry, payload, out, src=src)
            else:
                if native:
                    self._strangers.note("choices[].finish_reason that is no text")
                self._strangers.look("choices[].", entry, _KNOWN_IN_CHOICE)
            choice.shape = tuple(entry) if entry.keys() <= _KNOWN_IN_CHOICE else None
            self._latest = choice
        self._extras(payload, entries, src, out)
        self._usage(payload, src, out)
        if len(entries) == 1 and payload.keys() <= _KNOWN and not whole:
            self._shape = tuple(payload)

    def _begin(self, payload: dict[str, Any], src: int, out: list[Increment], *, is_empty: bool) -> bool:
        """Begin the answer; False for what comes before it, such as Azure's verdict on the prompt."""
        if self._started:
            return True
        usage = payload.get("usage")
        if is_empty and not payload.get("id") and not usage:
            self._early.update({name: value for name, value in payload.items() if name not in _KNOWN})
            return False
        self._started = True
        raw = {name: value for name, value in payload.items() if name != "choices"}
        self._constant = raw
        out.append(
            Start(
                src=src,
                upstream_id=some_text(payload.get("id")) or None,
                model=some_text(payload.get("model")) or None,
                created=whole_seconds(payload.get("created")),
                service_tier=some_text(payload.get("service_tier")) or None,
                fingerprint=some_text(payload.get("system_fingerprint")) or None,
                dialect="chat",
                raw={**self._early, **raw} if self._early else raw,
            )
        )
        return True

    def _entry(
        self,
        choice: ChatChoice,
        entry: dict[str, Any],
        src: int,
        out: list[Increment],
        *,
        padding: str | None,
        whole: bool,
    ) -> None:
        """What one entry of a chunk's choices says."""
        delta, message = entry.get("delta"), entry.get("message")
        if whole and isinstance(message, dict):
            choice.take(message, src, out, logprobs=entry.get("logprobs"), padding=padding, whole=True)
            return
        is_silent = True
        if isinstance(delta, dict):
            choice.take(delta, src, out, logprobs=entry.get("logprobs"), padding=padding)
            is_silent = bool(entry.get("finish_reason")) or not _says_something(delta)
        elif delta is not None:
            self._strangers.note("choices[].delta that is no object")
        if is_silent and isinstance(message, dict):
            choice.complete(message, src, out, padding)

    def _choice(self, index: object, position: int | None) -> ChatChoice:
        if type(index) is not int:
            index = position
        if index is None:
            index = self._latest.index if self._latest is not None else 0
        choice = self._choices.get(index)
        if choice is None:
            choice = ChatChoice(index, self._session, self._new_ref, self._strangers)
            self._choices[index] = choice
        return choice

    def _finish(
        self,
        choice: ChatChoice,
        native: str,
        entry: dict[str, Any],
        payload: dict[str, Any],
        out: list[Increment],
        *,
        src: int,
    ) -> None:
        """A finish reason: the first one counts."""
        choice.settle(src, out)
        if choice.finish is not None:
            if native != choice.finish:
                self._session.lose_at("L217", src, f"finish_reason {native[:64]} after {choice.finish[:64]}")
            return
        choice.finish = native
        raw = {name: value for name, value in payload.items() if name not in _CONSTANT and name != "usage"}
        own = {
            name: value
            for name, value in entry.items()
            if name not in _KNOWN_IN_CHOICE or name == "native_finish_reason"
        }
        if own:
            raw["choice"] = own
        end = finish_of(native, self._session, choice=choice.index, src=src, raw=raw)
        if isinstance(end, Error):
            self._over = True
        else:
            choice.is_cut = end.reason in {"length", "content_filter"}
            self._finishes[choice.index] = end
        out.append(end)

    def _extras(
        self, payload: dict[str, Any], entries: list[dict[str, Any]], src: int, out: list[Increment]
    ) -> None:
        """Members of a chunk that are not the answer's: behind the finish they are kept with it."""
        if payload.keys() <= _KNOWN:
            return
        constant = self._constant
        new = {
            name: value
            for name, value in payload.items()
            if name not in _KNOWN
            and not is_nothing(value)
            and not (name in constant and constant[name] == value)
        }
        if not new or any(one.get("finish_reason") for one in entries):
            return  # the finish has them
        if entries or not self._finishes:
            self._strangers.look("", new, _KNOWN)
            return
        first = min(self._finishes)
        known = self._finishes[first]
        end = Finish(
            src=src,
            choice=first,
            reason=known.reason,
            native=known.native,
            dialect="chat",
            raw={**known.raw, **new},
        )
        self._finishes[first] = end
        out.append(end)

    def _usage(self, payload: dict[str, Any], src: int, out: list[Increment]) -> None:
        """The usage, wherever the server puts it."""
        usage = chat_usage(payload.get("usage"), src) or chat_usage(usage_beside(payload), src)
        if usage is not None:
            out.append(usage)

    def _without_choices(self, payload: dict[str, Any], src: int, out: list[Increment]) -> None:
        """An object without `choices`: OpenAI sends such ones between pieces of sound."""
        usage = chat_usage(payload.get("usage"), src)
        if usage is None and payload.get("object") != "chat.completion.chunk":
            kind = some_text(payload.get("type")) or some_text(payload.get("object")) or "?"
            self._strangers.note(f"an event that is no chunk ({kind[:40]})")
            return
        if payload.get("choices") is not None:
            self._strangers.note("choices that is no array")
        self._begin(payload, src, out, is_empty=True)
        self._extras(payload, [], src, out)
        if usage is not None:
            out.append(usage)

    # -- the end

    def _end(self, src: int, *, is_clean: bool) -> list[Increment]:
        if self._over:
            return []
        self._over = True
        out: list[Increment] = []
        for index, choice in sorted(self._choices.items()):
            choice.close(src, out)
            if choice.finish is None and choice.has_audio and is_clean:
                # Spoken answers have no finish reason, OpenAI's own included.
                self._finishes[index] = end = Finish(src=src, choice=index, reason="stop", dialect="chat")
                out.append(end)
        self._strangers.tell(src)
        if self._choices and len(self._finishes) == len(self._choices):
            out.append(Eof(src=src, clean=is_clean))
        elif is_clean:
            out.append(
                Error(
                    src=src,
                    status=502,
                    code="upstream_incomplete",
                    message="the upstream ended its answer without saying why it stopped",
                )
            )
        else:
            out.append(
                Error(
                    src=src,
                    status=502,
                    code="upstream_disconnected",
                    message="the upstream closed the connection before its answer was complete",
                )
            )
        return out

    def _failed(self, error: object, src: int) -> Error:
        self._over = True
        return error_of("chat", error, src)

    def _malformed(self, message: str, src: int) -> Error:
        self._over = True
        return Error(src=src, status=502, code="upstream_malformed", message=message)

    def _new_ref(self) -> int:
        self._refs += 1
        return self._refs


def _says_something(delta: dict[str, Any]) -> bool:
    return any(name != "role" and not is_nothing(value) for name, value in delta.items())
