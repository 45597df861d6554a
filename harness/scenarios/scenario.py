"""What a scenario is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from harness.translation.engine import INBOUND, UPSTREAM

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.scenarios.answer import Answer
    from harness.scenarios.asking import Ask
    from harness.translation.engine import InboundDialect
    from harness.translation.profiles import UpstreamDialect

Capability: TypeAlias = Literal[
    "text",
    "tools",
    "reasoning",
    "endings",
    "usage",
    "input",
    "conversation",
    "output",
    "errors",
    "transport",
    "behaviour",
]
"""What a person asks of a gateway: can I use it for this?"""

Behaviour: TypeAlias = Literal[
    "incremental", "first_event", "leaving", "crosstalk", "repeat", "whole_is_fold"
]
"""What is watched beside the bytes; see `harness.sandwich.behaviours`."""

GAP_US: Final = 2_000


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One thing that a gateway is put through.

    Args:
        name: Unique, lower case with hyphens; part of links and baselines, so it never changes.
        title: A few words.
        about: What a gateway has to get right, and what goes wrong where it does not, for its maintainer.
        capability: Where it stands in the report.
        asks: What the client asks.
        answers: What the upstream answers, one for each request that is expected of the gateway.
        exercises: What must have been seen for the scenario to count, in the words of `harness.sandwich.features`.
        output: The client runs the tools that are called, with this result, and asks again; "" does not.
        follows: The client asks this next, and names the response that it continues (Responses); "" does not.
        inbound: Client dialects that have words for it.
        upstream: Upstream dialects that have words for it.
        modes: Streamed, whole, or both.
        fault: What goes wrong upstream, as `--fault` has it: an error status, a cut, silence.
        gap_us: Microseconds between two events of the upstream.
        behaviour: What is watched beside the bytes.
        seconds: How long a session may take.
        recorded: What the upstream said in a recording, in place of `answers`; the last one answers what comes after.
        excused: Rules that are not asked of a model server alone: what it is asked here makes its model break them, and
            no server could do better. Of a gateway they are asked: there its upstream said so.
    """

    name: str
    title: str
    about: str
    capability: Capability
    asks: Ask
    answers: tuple[Answer, ...] = ()
    exercises: frozenset[str] = field(default_factory=frozenset)
    output: str = ""
    follows: str = ""
    inbound: tuple[InboundDialect, ...] = INBOUND
    upstream: tuple[UpstreamDialect, ...] = UPSTREAM
    modes: tuple[Literal["stream", "whole"], ...] = ("stream", "whole")
    fault: str | None = None
    gap_us: int = GAP_US
    behaviour: Behaviour | None = None
    seconds: float = 20.0
    recorded: tuple[Exchange, ...] = ()
    excused: frozenset[str] = frozenset()
