"""Whatever goes wrong in an upstream's answer, the engine breaks no rule of its own, and calls no failure a success."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from harness.faults.registry import faults
from harness.jsonvalue import try_parse
from harness.translation.engine import INBOUND
from tests.mutants.bases import bases
from tests.mutants.matrix import variants
from tests.translating import body_of, client_request, run, translate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Exchange
    from harness.faults.fault import Fault
    from tests.mutants.bases import Base
    from tests.translating import Translated

pytestmark = pytest.mark.thorough

UNTOUCHED = {
    "content_encoding": "the body cannot be decoded at all, which is the matter of who reads it from the wire",
}
TOLD_OTHERWISE = {
    ("bare_response", "ended"): "the terminal event came, without its object: the engine goes by its name",
    ("whole_for_stream", "CHAT-LOGP-003"): "the fault makes an answer without the log probabilities",
}
"""What a fault makes of an answer that the engine is not to blame for, with the reason."""


def mutants(fault: type[Fault]) -> Iterator[tuple[Base, Fault, Exchange]]:
    """A fault in every conforming answer: each manner once, and no bytes twice."""
    for base in bases():
        if base.upstream is not None or base.exchange.response is None:
            continue
        seen: list[object] = []
        asked = counted(base.exchange, base.dialect)
        for group in variants(fault):
            mutant = group[0].played(asked)
            response = mutant.response
            print_ = (
                (mutant.ending, response.status, response.headers, response.chunks)
                if response
                else mutant.ending
            )
            if mutant is not asked and print_ not in seen:
                seen.append(print_)
                yield base, group[0], mutant


def counted(exchange: Exchange, dialect: str) -> Exchange:
    """As the engine asks: always for the usage, so that an answer without it is upstream's own doing."""
    read, asked = try_parse(exchange.request.body)
    if dialect != "chat" or not read or not isinstance(asked, dict) or asked.get("stream") is not True:
        return exchange
    body = json.dumps({**asked, "stream_options": {"include_usage": True}}).encode()
    return replace(exchange, request=replace(exchange.request, body=body))


@pytest.mark.parametrize("name", [name for name in faults() if name not in UNTOUCHED])
def test_no_fault_of_an_upstream_is_the_engines(name: str) -> None:
    """In the answers of all four dialects, to either of the two in turn."""
    wrong = []
    for number, (base, fault, mutant) in enumerate(mutants(faults()[name])):
        target = INBOUND[number % 2]
        request = client_request(base.exchange, base.dialect, target)
        if mutant.response is None:
            translation = translate(mutant, base.dialect, target, request=request)  # type: ignore[arg-type]
            assert translation.error is not None
            assert translation.error.status >= 500
            assert b'"error"' in body_of(translation.exchange)
            continue
        result = run(mutant, base.dialect, target, request=request)  # type: ignore[arg-type]
        wrong += [f"{base.name} {fault} to {target}: {line}" for line in complaints(result, name)]
    assert wrong == []


def complaints(result: Translated, fault: str) -> Iterator[str]:
    """What the engine is blamed for, and a success where upstream had none."""
    for one in result.blamed:
        if (fault, one.rule) not in TOLD_OTHERWISE:
            yield f"{one.rule}: {one.message}"
    upstream = result.check.case.upstream
    assert upstream is not None
    if (
        result.turn.ended == "clean"
        and upstream.turn.ended != "clean"
        and (fault, "ended") not in TOLD_OTHERWISE
    ):
        yield f"upstream's answer is {upstream.turn.ended}, and the client's is well"


def test_every_exception_is_about_a_fault_that_exists() -> None:
    """And still needed is each of them, as those faults would fail without."""
    assert {*UNTOUCHED, *(fault for fault, _ in TOLD_OTHERWISE)} <= set(faults())
