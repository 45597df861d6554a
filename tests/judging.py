"""Judging an example or a plain stream with all rules, for the tests that need findings and nothing else."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from harness.checking.check import Check
from harness.checking.panel import Panel
from harness.checking.profiles import profile
from harness.checking.sniffing import Shape, shape_of
from harness.rules.case import Case

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.dialects.dialect import Dialect
    from harness.rules.example import Example


def dialect_named(name: str) -> Dialect:
    """The dialect of that name."""
    dialect: Dialect = import_module(f"harness.dialects.{name}").DIALECT
    return dialect


def judged(
    exchange: Exchange, dialect: str, *, profile_name: str = "openai", upstream: bool = False
) -> Check:
    """A finished check of one exchange."""
    spoken = dialect_named(dialect)
    known: list[Any] = ["upstream"] if upstream else []
    asked = None
    if exchange.request.method:
        known.append("request")
        url = urlsplit(exchange.request.url)
        body = json.loads(exchange.request.body or b"{}")
        asked = spoken.asked(f"{url.path}?{url.query}" if url.query else url.path, body)
    case: Case[Any] = Case(spoken, spoken.machine(asked), profile=profile_name)
    case.asked = asked
    case.request = exchange.request if exchange.request.method else None
    response = exchange.response
    assert response is not None
    case.status = response.status
    case.headers = tuple((name.lower(), value) for name, value in response.headers)
    case.timed = True
    body_bytes = response.body()
    case.streamed = shape_of(case.headers, body_bytes) in {Shape.STREAM, Shape.ARRAY, Shape.EMPTY}
    rules = profile(profile_name)
    panel = Panel(rules, dialect, streamed=case.streamed, known=[*known, "head", "times", "ending"])
    check = Check(case, panel, rules)
    if case.streamed:
        for chunk in response.chunks:
            check.feed(chunk.data, chunk.at_us)
        check.finish(exchange.ending)
    else:
        check.whole(body_bytes, exchange.ending)
    return check


def judged_example(example: Example) -> Check:
    """A finished check of an example, its upstream half included."""
    if example.upstream is None:
        return judged(example.exchange, example.dialect)
    from harness.checking.pairing import compare  # noqa: PLC0415 - only examples of translations need it

    downstream = judged(example.exchange, example.dialect, upstream=True)
    response = example.upstream.exchange.response
    chunks = tuple(response.chunks) if response is not None else None
    compare(downstream, judged(example.upstream.exchange, example.upstream.dialect), chunks=chunks)
    return downstream
