"""What a Responses stream amounts to so far: the response object, its items, and their parts.

The machine fills this in and the rules read it. Nothing here judges, and nothing is copied: a body that is kept
is the very payload that came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.accumulator import Accumulator

if TYPE_CHECKING:
    from harness.dialects.asked import Asked
    from harness.dialects.signal import Body, Mark

TEXT_MEMBERS = ("arguments", "input", "code", "diff")
"""Names of the texts that an item itself has; what comes by index has a `Part` instead."""


class Part:
    """One indexed piece of an item: a content part, a part of a reasoning summary, a command of a shell call.

    Attributes:
        index: `content_index`, `summary_index` or `command_index`.
        kind: `part.type` ("output_text", "refusal", "reasoning_text", "summary_text"); "command" and "output" for
            the pieces of shell calls.
        added: The part (of a command, the payload) as the event that opened it has it; None where an event for a
            part that nobody opened made us open it.
        opened: The event that opened it.
        text: Its deltas. `text.deltas` is 0 or 1: whether any came. `text.done` and `text.done_at` are what the
            `*.done` event says.
        texts_done: How many `*.done` events came for its text.
        annotations: `annotation_index` and annotation, in the order they came.
        with_logprobs: Deltas whose `logprobs` hold something.
        without_logprobs: Deltas that have no `logprobs` member at all.
        done: The part as the event that closed it has it; for a command and a shell output, the payload.
        closed: The event that closed it.
    """

    __slots__ = (
        "added", "annotations", "closed", "done", "index", "kind", "opened", "text", "texts_done", "with_logprobs",
        "without_logprobs",
    )  # fmt: skip

    def __init__(self, index: int, kind: str, added: Body | None, opened: Mark | None) -> None:
        self.index = index
        self.kind = kind
        self.added = added
        self.opened = opened
        self.text = Accumulator()
        self.texts_done = 0
        self.annotations: list[tuple[int, Body]] = []
        self.with_logprobs = 0
        self.without_logprobs = 0
        self.done: Body | None = None
        self.closed: Mark | None = None

    @property
    def state(self) -> str:
        """Open, full (its text is done) or closed, as the grammar names its states."""
        if self.closed is not None:
            return "closed"
        return "full" if self.text.done_at is not None else "open"


class Item:
    """One output item.

    Attributes:
        index: Its `output_index`.
        id: The id under which it was announced; "" where it has none. What later events say is not adopted.
        type: The type under which it was announced; for a phantom item a guess from the event that opened it, or
            "" where that says nothing.
        added: The item in `output_item.added`; None for a phantom, which an event for an item that was never
            announced made us open.
        opened: The event that opened it.
        done: The item in `output_item.done`.
        closed: Where that is.
        parts: Content parts by `content_index`.
        summaries: Parts of a reasoning summary by `summary_index`.
        texts: The item's own texts by member: "arguments", "input", "code", "diff"; made when the first event of one
            comes.
        commands: Commands of a shell call by `command_index`.
        outputs: Output contents of a shell call's output by `command_index`; their text is the deltas' stdout and
            stderr together.
        steps: Wire types of the events of its sub-stream, in order. Neighbours of one type count once.
        images: `partial_image_index` of each partial image.
        state: Where the automaton of its type stands (`grammar.AUTOMATA`).
        told: Names of the signals that were given about it and are given once an item; "delta-lost" where a
            delta could not be read, so that its texts cannot be compared with their deltas (`deltas` is then 0);
            "annotation-lost" likewise; and "event-lost" where that may have been any event of it.
    """

    __slots__ = (
        "added", "closed", "commands", "done", "id", "images", "index", "opened", "outputs", "parts", "state",
        "steps", "summaries", "texts", "told", "type",
    )  # fmt: skip

    def __init__(
        self, index: int, item_id: str, item_type: str, added: Body | None, opened: Mark | None
    ) -> None:
        self.index = index
        self.id = item_id
        self.type = item_type
        self.added = added
        self.opened = opened
        self.done: Body | None = None
        self.closed: Mark | None = None
        self.parts: dict[int, Part] = {}
        self.summaries: dict[int, Part] = {}
        self.texts: dict[str, Accumulator] = {}
        self.commands: dict[int, Part] = {}
        self.outputs: dict[int, Part] = {}
        self.steps: list[str] = []
        self.images: list[int] = []
        self.state = ""
        self.told: set[str] = set()

    @property
    def is_phantom(self) -> bool:
        """Nobody announced it in this stream: what it is made of is not judged, since one fault is one finding."""
        return self.added is None


class ResponsesStream:
    """One exchange of the Responses API.

    Attributes:
        asked: What the request asked for; None where it is not known.
        phase: Where the stream stands: "start", "created", "queued", "running", "errored" (an `error` event came) or
            "over" (completed, incomplete or failed came).
        next_sequence: The number that the next event is to have; None before the first number.
        first_sequence: The number of the first event that has one.
        unnumbered: How many events had no number, those deltas aside that took the short way.
        resumed: The stream continues a stored one: the request has `starting_after`, or, where no request is known,
            the first number is above 0.
        lifecycle: Each event that carries the response object, in order: wire type, place, object.
        created: Where `response.created` came.
        in_progress: Where `response.in_progress` came.
        terminal: Wire type, object and place of the event that ended the stream; None until it came.
        errors: Place and payload of each `error` event.
        items: The items by `output_index`; where an index was used twice, the latest.
        order: All items in the order in which they were opened, phantoms included.
        answer: A whole answer, where that is what came; `terminal` and `items` are then filled in from it, with
            `added` None and `done` the item.
        next_index: The `output_index` that the next item is to have.
        by_id: The items by the id under which each was announced.
        calls: The calls by `call_id`; their outputs, which have the same, are not in it.
        told: What is told once a stream.
        incomplete: Something that the server sent could not be read.
        fallen: The last number that was smaller than the one that was due, and the one that was due.
        jumped: Of the last number that was larger: the one that was due, and the one that was due after it.
    """

    def __init__(self, asked: Asked | None = None) -> None:
        self.asked = asked
        self.phase = "start"
        self.next_sequence: int | None = None
        self.first_sequence: int | None = None
        self.unnumbered = 0
        self.resumed = asked is not None and asked.starting_after is not None
        self.lifecycle: list[tuple[str, Mark, Body]] = []
        self.created: Mark | None = None
        self.in_progress: Mark | None = None
        self.terminal: tuple[str, Body, Mark | None] | None = None
        self.errors: list[tuple[Mark, Body]] = []
        self.items: dict[int, Item] = {}
        self.order: list[Item] = []
        self.answer: Body | None = None
        self.next_index = 0
        self.by_id: dict[str, Item] = {}
        self.calls: dict[str, Item] = {}
        self.told: set[str] = set()
        self.incomplete = False
        self.fallen: tuple[int, int] | None = None
        self.jumped: tuple[int, int] | None = None

    @property
    def joined_late(self) -> bool:
        """Items may have been announced in a part of the stream that is not here."""
        return self.resumed and self.in_progress is None

    @property
    def response(self) -> Body | None:
        """The latest response object; None before the first."""
        if self.terminal is not None:
            return self.terminal[1]
        return self.lifecycle[-1][2] if self.lifecycle else None

    @property
    def created_at(self) -> float | None:
        """When the response was created, in seconds since 1970, as the first object that says so has it."""
        objects = [response for _, _, response in self.lifecycle]
        if self.answer is not None:
            objects.append(self.answer)
        for response in objects:
            value = response.get("created_at")
            if isinstance(value, int | float) and not isinstance(value, bool):
                return value
        return None
