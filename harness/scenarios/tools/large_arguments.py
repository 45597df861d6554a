"""A call with 40 kB of arguments."""

from __future__ import annotations

from harness.scenarios.answer import answer, call
from harness.scenarios.asking import asks
from harness.scenarios.material import PIECE, WRITE
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="tool-large-arguments",
    title="Call with large arguments",
    about=(
        "Forty kilobytes of arguments in four hundred pieces, with quotes and escapes at their borders. All"
        " of it has to arrive, verbatim."
    ),
    capability="tools",
    asks=asks("Write a file.", tools=(WRITE,)),
    answers=(answer(call("write_file", '{"path": "a.txt", "text": "', *([PIECE] * 400), '"}')),),
    exercises=frozenset({"call"}),
    gap_us=200,
)
