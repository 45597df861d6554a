"""Judging an example or a plain stream with all rules, for the tests that need findings and nothing else."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from harness.checking.exchanges import EVERYTHING, check_of

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.checking.check import Check
    from harness.dialects.dialect import Dialect
    from harness.rules.example import Example
    from harness.rules.rule import Need

_UPSTREAM: frozenset[Need] = frozenset({"upstream"})


def dialect_named(name: str) -> Dialect:
    """The dialect of that name."""
    dialect: Dialect = import_module(f"harness.dialects.{name}").DIALECT
    return dialect


def judged(
    exchange: Exchange, dialect: str, *, profile_name: str = "openai", upstream: bool = False
) -> Check:
    """A finished check of one exchange, of which everything is known."""
    known: frozenset[Need] = EVERYTHING | _UPSTREAM if upstream else EVERYTHING
    check = check_of(exchange, dialect=dialect, profile=profile_name, known=known)
    assert check is not None
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
