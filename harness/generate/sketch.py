"""A conversation as it is generated: plain data, small when it is written, from which a `Scenario` is made.

A `Sketch` says what the client asks and what the upstream answers in words that no dialect owns. It can be written as
JSON and read again, compared, and taken apart member by member, which a scenario with its increments and bodies cannot.
"""

from __future__ import annotations

from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import msgspec

from harness.generate.sketch_asks import asked
from harness.scenarios.answer import Block as Told
from harness.scenarios.answer import answer, call, counts, refusal, source, text, thought
from harness.scenarios.scenario import Behaviour, Scenario

if TYPE_CHECKING:
    from harness.scenarios.answer import Answer
    from harness.turn.increments import FinishReason

Kind: TypeAlias = Literal["text", "refusal", "thought", "call", "custom"]
Usage: TypeAlias = tuple[int, int, int | None, int | None]
"""Tokens of input, output, cached input and thought; None is what an upstream does not count."""

USAGE: Final = (21, 13, 0, 0)
"""Tokens of an answer of which nothing is said: input, output, cached, of thought."""
SECONDS: Final = 6.0


class Block(msgspec.Struct, frozen=True, omit_defaults=True):
    """One block of an answer.

    Args:
        kind: A custom call is one of a tool with free input.
        pieces: One a delta; a call without any has the arguments `{}`.
        name: The tool's.
        call_id: The call's; "" is one that the session makes unique.
        raw: The thought is the model's own, and no summary.
        signature: What proves a thought.
        encrypted: What only its vendor can read of it.
        logprobs: Each delta brings log probabilities.
        sources: How many web pages the text cites.
    """

    kind: Kind = "text"
    pieces: tuple[str, ...] = ()
    name: str = ""
    call_id: str = ""
    raw: bool = False
    signature: str = ""
    encrypted: str = ""
    logprobs: bool = False
    sources: int = 0


class Say(msgspec.Struct, frozen=True, omit_defaults=True):
    """One answer of the upstream.

    Args:
        blocks: Of the first choice.
        finish: Why it ended; "" is what fits the blocks.
        usage: Tokens of input, output, cached input and thought; None is an upstream that reports none.
        interleaved: The deltas of calls take turns.
        others: Blocks of further choices.
    """

    blocks: tuple[Block, ...] = ()
    finish: str = ""
    usage: Usage | None = USAGE
    interleaved: bool = False
    others: tuple[tuple[Block, ...], ...] = ()

    def answer(self) -> Answer:
        """As our upstream says it."""
        reason: FinishReason | None = self.finish or None  # type: ignore[assignment]
        usage = None
        if self.usage is not None:
            given, told, cached, thoughts = self.usage
            usage = counts(given, told, cached=cached, reasoning=thoughts)
        return answer(
            *map(_told, self.blocks),
            finish=reason,
            usage=usage,
            interleaved=self.interleaved,
            others=[[_told(one) for one in blocks] for blocks in self.others],
        )


class Earlier(msgspec.Struct, frozen=True, omit_defaults=True):
    """An earlier message; an assistant's may have calls (id, name, arguments), a tool's has the id that it answers."""

    role: Literal["system", "developer", "user", "assistant", "tool"] = "user"
    text: str = ""
    calls: tuple[tuple[str, str, str], ...] = ()
    call_id: str = ""


class Tool(msgspec.Struct, frozen=True, omit_defaults=True):
    """A tool that the client declares; a custom one has no parameters."""

    name: str
    description: str = ""
    parameters: dict[str, Any] = {}
    custom: bool = False
    strict: bool | None = None


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part of the user's message: a text, or a picture or file with what is said of it."""

    kind: Literal["text", "image", "file"] = "text"
    text: str = ""


class Sketch(msgspec.Struct, frozen=True, omit_defaults=True):
    """One conversation.

    Args:
        prompt: What the user says first; the session's mark is added to it.
        says: What the upstream answers, one for each request.
        before: Messages before the prompt.
        after: Messages after it.
        parts: Further parts of the prompt's message.
        tools: What the client declares; tools that are called stand here.
        wishes: Options of the request by neutral names; see `harness.generate.sketch_asks`.
        form: How Responses is given the input: as items, as short messages, or as one string.
        instructions: The system prompt of Responses.
        output: The client runs the tools that are called, with this result, and asks again.
        follows: The client asks this next, naming the response that it goes on from (Responses).
        include_usage: Chat is to report usage in its stream.
        fault: What goes wrong upstream, or is unusual there, as `--fault` has it.
        gap_us: Microseconds between two events of the upstream.
        behaviour: What is watched beside the bytes.
        crowd: How many play it at the same time, where it is watched whether sessions are mixed up.
    """

    prompt: str = "Hi."
    says: tuple[Say, ...] = (Say(blocks=(Block(pieces=("Hello",)),)),)
    before: tuple[Earlier, ...] = ()
    after: tuple[Earlier, ...] = ()
    parts: tuple[Part, ...] = ()
    tools: tuple[Tool, ...] = ()
    wishes: dict[str, Any] = {}
    form: Literal["items", "short", "string"] = "items"
    instructions: str = ""
    output: str = ""
    follows: str = ""
    include_usage: bool = True
    fault: str = ""
    gap_us: int = 0
    behaviour: Behaviour | Literal[""] = ""
    crowd: int = 0

    def digest(self) -> str:
        """Ten hexadecimal digits that the same conversation always has."""
        return sha256(msgspec.json.encode(self, order="sorted")).hexdigest()[:10]

    def scenario(self, name: str = "", *, seconds: float = SECONDS) -> Scenario:
        """What a `Player` plays.

        Args:
            name: The scenario's; of none it is made of what is said.
            seconds: How long a session may take.
        """
        from harness.generate.reach import inbound_of, modes_of, upstream_of  # noqa: PLC0415 - it reads sketches

        return Scenario(
            name=name or f"generated-{self.digest()}",
            title="A generated conversation",
            about="It was generated.",
            capability="text",
            asks=asked(self),
            answers=tuple(one.answer() for one in self.says),
            output=self.output,
            follows=self.follows,
            inbound=inbound_of(self),
            upstream=upstream_of(self),
            modes=modes_of(self),
            fault=self.fault or None,
            gap_us=self.gap_us,
            behaviour=self.behaviour or None,
            seconds=seconds,
        )

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All blocks of all answers."""
        return tuple(block for say in self.says for blocks in (say.blocks, *say.others) for block in blocks)

    @property
    def weight(self) -> tuple[int, ...]:
        """What makes it large, what weighs most first: of two that show the same the lighter one is kept."""
        said = [piece for block in self.blocks for piece in block.pieces]
        written = msgspec.json.encode(self)
        return (
            self.crowd,
            len(self.says),
            len(self.blocks),
            len(said),
            len(written),
            sum(map(ord, written.decode())),
        )


def _told(block: Block) -> Told:
    match block.kind:
        case "text":
            whole = "".join(block.pieces)
            return text(*block.pieces, logprobs=block.logprobs, sources=_sources(block.sources, len(whole)))
        case "refusal":
            return refusal(*block.pieces)
        case "thought":
            return thought(
                *block.pieces,
                raw=block.raw,
                signature=block.signature or None,
                encrypted=block.encrypted or None,
            )
        case _:
            kind: Literal["function", "custom"] = "custom" if block.kind == "custom" else "function"
            return call(block.name, *block.pieces, kind=kind, call_id=block.call_id or None)


def _sources(number: int, size: int) -> list[Any]:
    """So many citations, one behind the other over the whole text."""
    borders = [size * place // number for place in range(number + 1)] if number else []
    return [
        source(f"https://example.org/{place}", f"Page {place}", begin, end)
        for place, (begin, end) in enumerate(pairwise(borders), 1)
        if begin < end
    ]
