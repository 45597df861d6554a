"""Judge any LLM stream; record a session exactly, and replay it exactly, with the faults of your choice.

This is the public API; everything else may move between releases. Names are imported when they are first used, so that
`import harness` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.cassettes.exchange import Cassette, Chunk, Ending, Exchange, How, Request, Response
    from harness.cassettes.matching.policy import MatchPolicy
    from harness.cassettes.redaction.anew import redacted
    from harness.cassettes.redaction.redactor import Redactor
    from harness.checking.report import Report
    from harness.conforming.verb import conform
    from harness.errors import HarnessError, MissError
    from harness.fuzzing.verb import fuzz
    from harness.gateway.limits import Limits
    from harness.io.files import read_cassette, write_cassette
    from harness.io.tape import Tape, cassette
    from harness.jobs.check import check
    from harness.jobs.record import record_server
    from harness.jobs.replay import replay_server
    from harness.jobs.serve import GatewayServer, StoreLimits, gateway_server
    from harness.jobs.translate import translate
    from harness.sse.decoder import Decoder
    from harness.sse.event import SseEvent
    from harness.translation.losses import Loss
    from harness.translation.manner import Manner
    from harness.translation.offline import Translation
    from harness.translation.tool_loop import ToolRun, run_tools

__all__ = [
    "Cassette",
    "Chunk",
    "Decoder",
    "Ending",
    "Exchange",
    "GatewayServer",
    "HarnessError",
    "How",
    "Limits",
    "Loss",
    "Manner",
    "MatchPolicy",
    "MissError",
    "Redactor",
    "Report",
    "Request",
    "Response",
    "SseEvent",
    "StoreLimits",
    "Tape",
    "ToolRun",
    "Translation",
    "cassette",
    "check",
    "conform",
    "fuzz",
    "gateway_server",
    "read_cassette",
    "record_server",
    "redacted",
    "replay_server",
    "run_tools",
    "translate",
    "write_cassette",
]

_HOMES = {
    "Cassette": "harness.cassettes.exchange",
    "Chunk": "harness.cassettes.exchange",
    "Decoder": "harness.sse.decoder",
    "Ending": "harness.cassettes.exchange",
    "Exchange": "harness.cassettes.exchange",
    "GatewayServer": "harness.jobs.serve",
    "HarnessError": "harness.errors",
    "How": "harness.cassettes.exchange",
    "Limits": "harness.gateway.limits",
    "Loss": "harness.translation.losses",
    "Manner": "harness.translation.manner",
    "MatchPolicy": "harness.cassettes.matching.policy",
    "MissError": "harness.errors",
    "Report": "harness.checking.report",
    "Redactor": "harness.cassettes.redaction.redactor",
    "Request": "harness.cassettes.exchange",
    "Response": "harness.cassettes.exchange",
    "SseEvent": "harness.sse.event",
    "StoreLimits": "harness.jobs.serve",
    "Tape": "harness.io.tape",
    "ToolRun": "harness.translation.tool_loop",
    "Translation": "harness.translation.offline",
    "cassette": "harness.io.tape",
    "check": "harness.jobs.check",
    "conform": "harness.conforming.verb",
    "fuzz": "harness.fuzzing.verb",
    "gateway_server": "harness.jobs.serve",
    "read_cassette": "harness.io.files",
    "record_server": "harness.jobs.record",
    "redacted": "harness.cassettes.redaction.anew",
    "replay_server": "harness.jobs.replay",
    "run_tools": "harness.translation.tool_loop",
    "translate": "harness.jobs.translate",
    "write_cassette": "harness.io.files",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("importlib.metadata").version("llm-stream-harness")
    home = _HOMES.get(name)
    if home is None:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, "__doc__", "__version__"})
