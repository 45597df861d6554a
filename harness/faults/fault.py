"""What a fault is: a deterministic change of one exchange, or of its times.

A fault is immutable data. What it does is a function of its parameters, its seed and the exchange, so that
the same fault on the same recording goes wrong in the same way every time, on every machine.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypeAlias

from harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from harness.cassettes.exchange import Chunk, Exchange

Need: TypeAlias = Literal["request", "upstream", "times"]
Value: TypeAlias = "int | float | str | None"

NO_RESPONSE = "the recording has no response"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One setting of a fault.

    Args:
        name: How it is written: `name=value`.
        unit: What the value counts ("events", "seconds"); "" where that says nothing.
        default: What holds where it is not given, in words.
        meaning: What it does.
        read: Turns the text into the value; a `ValueError` says what is wrong with it.
    """

    name: str
    unit: str
    default: str
    meaning: str
    read: Callable[[str], Value]


def parameter(
    default: Value, unit: str, meaning: str, read: Callable[[str], Value], *, shown: str | None = None
) -> Any:
    """A dataclass field that is a setting of a fault; `shown` words the default where its text says too
    little.
    """
    words = str(default) if shown is None else shown
    return field(default=default, metadata={"unit": unit, "meaning": meaning, "read": read, "default": words})


def whole(least: int | None = None, most: int | None = None) -> Callable[[str], int]:
    """A reader of whole numbers within bounds."""

    def read(text: str) -> int:
        bounds = "a whole number"
        if least is not None:
            bounds += f" from {least} to {most}" if most is not None else f" of at least {least}"
        digits = text.removeprefix("-")
        # int() alone would also take "1_0", " 1" and digits of other scripts.
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 15):
            raise ValueError(bounds)
        number = int(text)
        if (least is not None and number < least) or (most is not None and number > most):
            raise ValueError(bounds)
        return number

    return read


def one_of(known: Iterable[str]) -> Callable[[str], str]:
    """A reader of one word among those known."""
    words = tuple(known)

    def read(text: str) -> str:
        if text not in words:
            raise ValueError(" or ".join(words) if len(words) < 3 else "one of " + ", ".join(words))
        return text

    return read


def manner(breaks_by_how: Mapping[str, tuple[str, ...]], meaning: str) -> Any:
    """The setting `how` of a fault that comes in several manners; the first is the default."""
    known = tuple(breaks_by_how)
    return parameter(known[0], "", f"{meaning} One of {', '.join(known)}.", one_of(known))


def seconds(text: str) -> float:
    """Read a duration in seconds, such as `30` or `0.25`."""
    message = "a number of seconds from 0 to 1000000, such as 0.25"
    if not all(part.isascii() and part.isdigit() for part in text.split(".", 1)) or len(text) > 20:
        raise ValueError(message)
    number = float(text)
    if number > 1_000_000:
        raise ValueError(message)
    return number


@dataclass(frozen=True, kw_only=True)
class Fault(ABC):
    """One way in which an answer goes wrong.

    The first sentence of a subclass's docstring is its summary, the rest its page in the manual; its
    dataclass fields made with `parameter` are its settings.

    Attributes:
        name: How it is called.
        summary: What it does, in one sentence.
        example: A text that `parse_fault` reads, for the manual and for errors.
        breaks: Ids of the rules that a stream with this fault may break, depending on the dialect and the
            place; () where it stays legal.
        needs: What must be known for the fault to be made or seen: the request, the upstream half, the times.
        consumes: Whether the recording counts as played. Where it does not, the fault answers instead of the
            recording, and a client that tries again is given the recording.
        benign: Whether the stream stays conforming: no rule of severity error may fire.
        breaks_by_how: For a fault that comes in several manners, the rules of each: the values of its setting
            `how`. `breaks` is then all of them together.
        positional: The setting that a first value without a name is for; None where that would be ambiguous.
        seed: What all choices that the settings leave open are derived from.
        times: How many requests it hits; 0 is all.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    example: ClassVar[str]
    breaks: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[Need, ...]] = ()
    consumes: ClassVar[bool] = True
    benign: ClassVar[bool] = False
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    positional: ClassVar[str | None] = None

    seed: int = 0
    times: int = parameter(0, "requests", "How many requests it hits; 0 is all.", whole(0), shown="0 (all)")

    def __init_subclass__(cls) -> None:
        """Take the summary from the docstring, and the rules from those of every manner."""
        super().__init_subclass__()
        cls.summary = " ".join((cls.__doc__ or "").split("\n\n", 1)[0].split())
        if "breaks_by_how" in vars(cls):
            cls.breaks = tuple(dict.fromkeys(rule for one in cls.breaks_by_how.values() for rule in one))

    @classmethod
    def parameters(cls) -> tuple[Parameter, ...]:
        """The settings, `times` last."""
        found = [
            Parameter(
                one.name,
                one.metadata["unit"],
                one.metadata["default"],
                one.metadata["meaning"],
                one.metadata["read"],
            )
            for one in fields(cls)
            if one.metadata
        ]
        return tuple(sorted(found, key=lambda one: one.name == "times"))

    @abstractmethod
    def obstacle(self, exchange: Exchange) -> str | None:
        """Why this fault cannot be made in this exchange, in words for a person; None where it can.

        It may read the body, as far as it must, without keeping it.
        """

    def applies(self, exchange: Exchange) -> bool:
        """Whether the fault can be made in this exchange: the place is there, and is what it is about."""
        return self.obstacle(exchange) is None

    def equivalent(self, exchange: Exchange) -> str | None:
        """Why the fault, which can be made here, leaves this exchange as conforming as it was; None where it
        does not.

        Some changes are legal in some streams: two deltas of different items may change places.
        """
        del exchange
        return None

    def declared(self) -> tuple[str, ...]:
        """The rules that this fault may break as it is set; all of `breaks` where that does not depend on
        it.
        """
        return self.breaks_by_how.get(getattr(self, "how", ""), self.breaks)

    @classmethod
    def manners(cls) -> tuple[Self, ...]:
        """The fault in each of its manners, all else by default; one where it has no setting `how`."""
        settings: list[dict[str, Any]] = [{"how": how} for how in cls.breaks_by_how]
        return tuple(cls(**one) for one in settings or [{}])

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange gone wrong; the same exchange where the fault does not apply, or only changes times.

        Bodies are transformed while they are read; none is held in memory.
        """
        return exchange

    def delay_head(self, due_us: int) -> int:
        """When the response's head is due, in microseconds after the request, given when it would be."""
        return due_us

    def delay(self, schedule: Iterable[Chunk], exchange: Exchange) -> Iterator[Chunk]:
        """Change when the pieces of the body are due; it comes after the pace. Bytes are never changed here.

        Args:
            schedule: The pieces, each with its due time after the head.
            exchange: What is played: positions are those of its recorded chunks and events.
        """
        del exchange
        return iter(schedule)

    def delay_ending(self, due_us: int) -> int:
        """When the ending is due, in microseconds after the head, given when it would be."""
        return due_us

    def played(self, exchange: Exchange) -> Exchange:
        """The exchange as a client would have seen it at the recorded pace: bytes and times gone wrong.

        A fault that does not apply gives back the very same exchange.
        """
        if not self.applies(exchange):
            return exchange
        after = self.apply(exchange)
        if "times" not in self.needs or after.response is None:
            return after
        chunks = tuple(self.delay(after.response.chunks, exchange))
        ending = replace(after.ending, at_us=self.delay_ending(after.ending.at_us))
        at_us = self.delay_head(after.response.at_us)
        return replace(after, response=replace(after.response, chunks=chunks, at_us=at_us), ending=ending)

    def choose(self, count: int, *labels: object) -> int:
        """A number from 0 to `count` - 1 that depends on the seed and on `labels` alone."""
        text = "/".join(map(str, (self.seed, self.name, *labels)))
        return int.from_bytes(hashlib.sha256(text.encode()).digest()) % count

    def refuse(self, message: str, *, expected: str | None = None, found: str | None = None) -> UsageError:
        """An error about a setting of this fault, with what can be set and an example."""
        return refusal(type(self), message, expected=expected, found=found)

    def __str__(self) -> str:
        given = [
            f"{one.name}={_text(getattr(self, one.name))}"
            for one in fields(self)
            if one.metadata and getattr(self, one.name) != one.default
        ]
        return self.name + (":" + ",".join(given) if given else "") + (f"@{self.seed}" if self.seed else "")


def refusal(
    fault: type[Fault], message: str, *, expected: str | None = None, found: str | None = None
) -> UsageError:
    """An error about a fault's settings that lists what can be set."""
    return UsageError(
        f"fault {fault.name!r}: {message}",
        expected=expected,
        found=found,
        hint=f"for example {fault.example}; {fault.name} takes {listed(fault)}",
    )


def listed(fault: type[Fault]) -> str:
    """The settings of a fault on one line, each with what it counts."""
    return ", ".join(f"{one.name} ({one.unit})" if one.unit else one.name for one in fault.parameters())


def _text(value: Value) -> str:
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)
