"""XLAT-STREAM: what comes in pieces is passed on in pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from harness.findings import Severity
from harness.jsonvalue import try_parse
from harness.rules.rule import COMPARE
from harness.rules.translation.comparison import Comparison, are_whole, upstream_of

if TYPE_CHECKING:
    from harness.rules.case import Case
    from harness.rules.rule import Found, Need
    from harness.turn.turn import Turn

SHORTEST_US = 100_000
"""How long upstream must have written for the time to tell anything, in microseconds."""
SHARE = 10
"""The client's text must have taken at least one such part of the time that upstream's took."""


class StreamHeldBack(Comparison):
    """Upstream wrote its text over some time, and the client was sent all of it at once.

    ## Why it matters
    Streaming is there so that people see the answer begin. A gateway that collects the whole answer, or one behind a
    proxy that does, keeps every byte of the protocol and loses its point; time limits of clients run out, too.

    It is a warning: not a byte that clients read is wrong, and how long something took on a machine is no proof.
    Whoever wants it counted uses `--strict`.

    ## Violates
    ```example
    stream: translation/chat_text
    pause 2: 0 ms
    pause 3: 0 ms
    --- upstream
    stream: anthropic/text
    pause content_block_delta#1: 0.4 s
    pause content_block_delta#2: 0.4 s
    ```

    ## Conforms
    ```example
    stream: translation/chat_text
    pause 2: 0.4 s
    pause 3: 0.4 s
    --- upstream
    stream: anthropic/text
    pause content_block_delta#1: 0.4 s
    pause content_block_delta#2: 0.4 s
    ```

    ## Exceptions
    The two halves have no clock in common, so what is compared is how long the text took: a gateway that passes text
    on as it comes takes about as long as upstream. Texts that took upstream less than 0.1 s are not judged.

    In `harness conform` both ends have one clock, and it is judged piece by piece, in scenario `behaviour-incremental`
    and nowhere else: there the upstream takes its time, few sessions run beside each other, and what is late is played
    again more slowly. In all others thirty sessions delay each other, and a busy machine looks like a gateway that
    holds back.
    """

    id = "XLAT-STREAM-004"
    severity = Severity.WARNING
    source = "ollama#5796"
    on = ("chunk", "response.output_text.delta", COMPARE)
    needs: ClassVar[tuple[Need, ...]] = ("upstream", "times")
    streamed: ClassVar[bool | None] = True
    from_history = False

    def __init__(self, options: Any = None) -> None:
        super().__init__(options)
        self._first_us: int | None = None
        self._last_us: int | None = None

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Both are streams that came to their end, and upstream's text took its time."""
        return (
            upstream_of(case).case.streamed
            and self._first_us is not None
            and are_whole(mine, theirs, case)
            and _span(case, theirs) >= SHORTEST_US
        )

    def observe(self, case: Case[Any]) -> Found:
        """Note when text comes; judge at the end."""
        if case.event is None:
            return super().observe(case)
        at = case.wire.last_at_us
        if at is not None and _holds_text(case.body):
            if self._first_us is None:
                self._first_us = at
            self._last_us = at
        return None

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Compare how long the text took."""
        del mine
        upstream = _span(case, theirs)
        taken = (self._last_us or 0) - (self._first_us or 0)
        if taken * SHARE >= upstream:
            return None
        return self.told(
            case,
            f"The text took upstream {upstream / 1e6:.2f} s, and reached the client within {taken / 1e6:.2f} s.",
            expected=f"about {upstream / 1e6:.2f} s",
            found=f"{taken / 1e6:.2f} s",
        )


def _holds_text(body: dict[str, Any]) -> bool:
    """Whether an event of any of the four dialects brings text that is shown."""
    if "choices" in body:
        deltas = [one.get("delta") for one in _objects(body["choices"])]
        return any(isinstance(delta, dict) and delta.get("content") for delta in deltas)
    if "candidates" in body:
        contents = [one.get("content") for one in _objects(body["candidates"])]
        parts = [part for one in contents if isinstance(one, dict) for part in _objects(one.get("parts"))]
        return any(part.get("text") and not part.get("thought") for part in parts)
    delta = body.get("delta")
    if isinstance(delta, dict):
        return bool(delta.get("text"))
    return bool(delta) and body.get("type") == "response.output_text.delta"


def _objects(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _span(case: Case[Any], theirs: Turn) -> int:
    """How long upstream's text took from its first piece to its last, in microseconds; 0 where that cannot be told.

    Upstream's events are read once more, as nobody noted when each piece came; one text in one piece took no time.
    """
    chunks = upstream_of(case).chunks
    if not chunks or not any(one.text for one in theirs.choices):
        return 0
    from harness.sse.array_stream import StreamOrArray  # noqa: PLC0415 - it loads msgspec, and the list of rules needs none

    decoder = StreamOrArray()
    times: list[int] = []
    for at, data in chunks:
        for event in decoder.feed(data):
            is_json, body = try_parse(event.data)
            if is_json and isinstance(body, dict) and _holds_text(body):
                times.append(at)
    return times[-1] - times[0] if times else 0
