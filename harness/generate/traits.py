"""What may be particular about a conversation: each trait is a small change of a sketch, and all can be combined.

A trait alone on the plainest sketch shows one feature in its smallest form; several give what nobody has thought of;
one more on what was interesting is a mutation. What fits together is seen to by `harness.generate.mending`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from harness.generate.traits_of_answers import OF_ANSWERS
from harness.generate.traits_of_requests import OF_REQUESTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.generate.changing import Trait
    from harness.generate.choosing import Choose
    from harness.generate.sketch import Sketch


def _paced(choose: Choose, sketch: Sketch) -> Sketch:
    """Each event of the upstream comes in a read of its own."""
    del choose
    return replace(sketch, gap_us=2_000)


def _faulty(*faults: str) -> Trait:
    def trait(choose: Choose, sketch: Sketch) -> Sketch:
        return replace(sketch, fault=choose.pick(faults))

    return trait


def _behaving(behaviour: str, gap_us: int = 0, crowd: int = 0) -> Trait:
    def trait(choose: Choose, sketch: Sketch) -> Sketch:
        del choose
        return replace(sketch, behaviour=behaviour, gap_us=gap_us, crowd=crowd)

    return trait


_OF_TRANSPORT: Final[Mapping[str, Trait]] = {
    "paced": _paced,
    "status": _faulty(
        *(
            f"status:{one},times=0"
            for one in (400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504, 529)
        )
    ),
    "status-wait": _faulty(
        *(f"status:{one},retry_after={wait},times=0" for one in (429, 503) for wait in (61, 120))
    ),
    "html": _faulty("html:502,times=0", "html:200,times=0", "html:503,times=0", "html:404,times=0"),
    "error-200": _faulty("error_as_success:times=0"),
    "cut": _faulty(*(f"cut:event={one}" for one in (0, 1, 2, 3, 4))),
    "omit-terminal": _faulty("omit_terminal"),
    "omit-done": _faulty("omit_done"),
    "error-event": _faulty(*(f"error_event:event={one}" for one in (1, 2, 3))),
    "reset": _faulty(*(f"reset:event={one}" for one in (1, 3))),
    "corrupt": _faulty(*(f"corrupt:event={one}@42" for one in (1, 2, 3))),
    "hangup": _faulty("hangup:times=0", "empty"),
    "split": _faulty("split_character:character=0"),
    "lines": _faulty("crlf", "comment", "json_whitespace", "key_order", "omit_space"),
    "variants": _faulty("recut_delta", "keepalive", "unknown_fields", "vendor_event"),
    "repeat": _behaving("repeat"),
    "fold": _behaving("whole_is_fold"),
}
TRAITS: Final[Mapping[str, Trait]] = {**OF_ANSWERS, **OF_REQUESTS, **_OF_TRANSPORT}
"""All of them by name; the plainest of a chapter comes first."""
CALM: Final[Mapping[str, Trait]] = {
    "incremental": _behaving("incremental", 60_000),
    "leaving": _behaving("leaving", 600_000),
}
"""Those whose times are watched, which take a while."""
CROWDED: Final[Mapping[str, Trait]] = {"crowd": _behaving("crosstalk", 10_000, 40)}
"""Those that take a crowd of sessions."""
SLOW: Final[Mapping[str, Trait]] = {
    "pause": _faulty("stall:event=2,seconds=2.0"),
    "late": _faulty("late_headers:1.5"),
    "silence": _faulty("silence:30"),
}
"""Those whose upstream takes seconds."""
EVERY: Final[Mapping[str, Trait]] = {**TRAITS, **CALM, **CROWDED, **SLOW}
