"""An upstream that fails, in any of the ways that there are faults for, is never sold to a client as a success."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.faults.registry import faults
from harness.translation.engine import INBOUND, UPSTREAM
from tests.failing import told, turn
from tests.mutants.bases import bases
from tests.translating import client_request, translate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Exchange
    from harness.translation.engine import InboundDialect
    from harness.translation.offline import Translation
    from harness.translation.profiles import UpstreamDialect
    from tests.mutants.bases import Base

ALWAYS = (
    "corrupt",
    "cut",
    "empty",
    "error_as_success",
    "error_body_shape",
    "error_event",
    "error_event_shape",
    "error_then_success",
    "failed_error_shape",
    "hangup",
    "html",
    "only_done",
    "silence",
    "status",
    "stop_reason_missing",
    "sync_error",
    "truncate",
)
"""Faults after which no answer is whole, whoever sent it."""

UNSAID = {
    "response_field_absent": "the event's type says that the response is complete",
    "status_mismatch": "the event's type says that the response is complete",
    "sync_response": "its output is whole and it has no error",
}
"""Faults after which the checker sees no end of a response, and the engine reads one: what tells it so."""

ELSEWHERE = {
    "content_encoding": "a recording that cannot be decoded is refused offline; tests of the gateway have it",
}
"""Faults that are no matter of translation."""

_BASES_EACH = 3


def _bases(dialect: str) -> Iterator[Base]:
    """Conforming answers of an upstream; one that is refused is none."""
    for base in bases():
        if base.dialect == dialect and base.upstream is None and base.exchange.response is not None:
            yield base


def _mutants(name: str, dialect: str) -> Iterator[tuple[str, Base, Exchange]]:
    """A fault in each of its manners in a few answers of a dialect."""
    hit = 0
    for base in _bases(dialect):
        if hit == _BASES_EACH:
            return
        made = [(str(one), one.played(base.exchange)) for one in faults()[name].manners()]
        changed = [(text, mutant) for text, mutant in made if mutant is not base.exchange]
        hit += bool(changed)
        yield from ((text, base, mutant) for text, mutant in changed)


def _translations(
    name: str, dialect: UpstreamDialect
) -> Iterator[tuple[str, InboundDialect, Exchange, Translation]]:
    for text, base, mutant in _mutants(name, dialect):
        for inbound in INBOUND:
            request = client_request(base.exchange, dialect, inbound)
            for stream in (True, False):
                label = f"{text} in {base.name} for {inbound}, {'streamed' if stream else 'whole'}"
                yield (
                    label,
                    inbound,
                    mutant,
                    translate(mutant, dialect, inbound, request=request, stream=stream),
                )


def _label(label: str, problem: AssertionError) -> str:
    return f"{label}: {problem}"


@pytest.mark.parametrize("dialect", UPSTREAM)
@pytest.mark.parametrize("name", ALWAYS)
def test_an_answer_that_is_not_whole_is_an_error_for_every_client(
    name: str, dialect: UpstreamDialect
) -> None:
    """In its dialect's shape, and nothing that looks like an end comes before or after it."""
    problems = []
    for label, inbound, mutant, translation in _translations(name, dialect):
        if translation.error is None:
            problems.append(f"{label}: a success")
            continue
        try:
            told(translation.exchange, inbound, mutant)
        except AssertionError as problem:
            problems.append(_label(label, problem))
    assert problems == []


@pytest.mark.thorough
@pytest.mark.parametrize("name", sorted(faults().keys() - set(ALWAYS) - ELSEWHERE.keys()))
def test_no_fault_makes_a_success_of_a_failure(name: str) -> None:
    """What the checker reads as cut or failed is an error for the client; each error is one that it can read."""
    problems = []
    for dialect in UPSTREAM:
        for label, inbound, mutant, translation in _translations(name, dialect):
            assert translation.exchange.response is not None, label
            if translation.error is not None:
                try:
                    told(translation.exchange, inbound, mutant)
                except AssertionError as problem:
                    problems.append(_label(label, problem))
            elif name not in UNSAID:
                upstream = turn(mutant, dialect)
                if upstream is None or upstream.ended != "clean":
                    problems.append(f"{label}: a success")
    assert problems == []


@pytest.mark.thorough
@pytest.mark.parametrize("name", [name for name, fault in faults().items() if fault.benign])
def test_what_servers_may_do_makes_no_error(name: str) -> None:
    """A stream that is spelled or cut in another way is no failure."""
    problems = []
    for dialect in UPSTREAM:
        for label, _, mutant, translation in _translations(name, dialect):
            upstream = turn(mutant, dialect)
            if translation.error is not None and upstream is not None and upstream.ended == "clean":
                problems.append(f"{label}: {translation.error.code}")
    assert problems == []


def test_the_lists_name_faults_that_there_are() -> None:
    """A fault that was renamed is not passed over."""
    assert {*ALWAYS, *UNSAID, *ELSEWHERE} <= faults().keys()
