"""What a stream of Gemini amounts to so far: candidates, each a run of segments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.dialects.accumulator import Accumulator
from harness.dialects.gemini.grammar import RUNNING, START

if TYPE_CHECKING:
    from harness.dialects.asked import Asked
    from harness.dialects.signal import Body, Mark


class Segment:
    """One run of parts of the same kind, or one call.

    Attributes:
        kind: "text", "thought", "call", or the name of the member that another part has ("inlineData",
            "executableCode", ...).
        text: The text of a text or a thought.
        part: The part itself; of a run of texts the first.
        args: Arguments of a call, as far as they came.
        open: A call whose arguments are to be continued.
        signature: The last `thoughtSignature` in it.
        opened: Where it began; None in a whole answer.
    """

    __slots__ = ("args", "kind", "open", "opened", "part", "signature", "text")

    def __init__(self, kind: str, part: Body, opened: Mark | None) -> None:
        self.kind = kind
        self.part = part
        self.text = Accumulator()
        self.args: dict[str, Any] = {}
        self.open = False
        self.signature: str | None = None
        self.opened = opened


class Lane:
    """One candidate.

    Attributes:
        index: Its index; where it does not say, its place in the response.
        state: Where it stands; one of the states of the grammar's table of lanes.
        segments: What came, in order.
        finish: Its last finish reason.
        finishes: How many responses had one.
        finished: Where the first finish reason came.
        message: `finishMessage`.
        late: Content came after a finish reason.
        grounding: The last `groundingMetadata`.
        citations: The sources of `citationMetadata`, in order.
        now: The kind of run that is open ("text" or "thought"), or "".
    """

    __slots__ = (
        "citations", "finish", "finished", "finishes", "grounding", "index", "late", "message", "now", "segments",
        "state",
    )  # fmt: skip

    def __init__(self, index: int) -> None:
        self.index = index
        self.state = RUNNING
        self.segments: list[Segment] = []
        self.finish: str | None = None
        self.finishes = 0
        self.finished: Mark | None = None
        self.message: str | None = None
        self.late = False
        self.grounding: Body = {}
        self.citations: list[Any] = []
        self.now = ""


class GeminiStream:
    """One exchange.

    Attributes:
        asked: What the request asked for; None where it is not known.
        state: Where the stream stands; one of the grammar's states.
        lanes: The candidates by index, in the order in which they came.
        id: `responseId` of the first response that has one.
        model: `modelVersion` likewise.
        usage: The last `usageMetadata` that counts tokens.
        blocked: `promptFeedback.blockReason`.
        error: The `error` member of an error.
        ended: Where the error came.
        incomplete: Something that the server sent could not be read.
    """

    def __init__(self, asked: Asked | None = None) -> None:
        self.asked = asked
        self.state = START
        self.lanes: dict[int, Lane] = {}
        self.id: str | None = None
        self.model: str | None = None
        self.usage: dict[str, Any] = {}
        self.blocked: str | None = None
        self.error: Any = None
        self.ended: Mark | None = None
        self.incomplete = False
