"""What the engine makes of real traffic breaks no rule of its own making, however the upstream's answer is cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.translation.engine import INBOUND, UPSTREAM
from tests.corpus.upstream_answers import streams, whole_answers
from tests.judging import judged
from tests.translating import run

if TYPE_CHECKING:
    from pathlib import Path

    from harness.translation.profiles import UpstreamDialect
    from tests.corpus.upstream_answers import Answer

pytestmark = pytest.mark.corpus


def blamed(answer: Answer, *, stream: bool) -> list[str]:
    """What the engine is blamed for in its translations of one answer to both of OpenAI's dialects."""
    check = judged(answer.exchange, answer.dialect)
    told = []
    for target in INBOUND:
        result = run(answer.exchange, answer.dialect, target, stream=stream, check=check)
        # What real servers say in several ways is said in the same way here: nothing is excused as ambiguous.
        told += [f"{answer.name} to {target}: {one.rule}: {one.message}" for one in result.held]
    return told


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("dialect", UPSTREAM)
def test_no_stream_of_the_corpus_makes_the_engine_break_a_rule(
    corpus: Path, dialect: UpstreamDialect, *, stream: bool
) -> None:
    """Official and not, damaged ones included, to both dialects: no error and no warning of the gateway's own."""
    answers = list(streams(corpus, dialect))
    assert len(answers) > 150
    assert [line for answer in answers for line in blamed(answer, stream=stream)] == []


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_no_whole_answer_of_the_corpus_makes_the_engine_break_a_rule(corpus: Path, *, stream: bool) -> None:
    """Refusals and errors included, to both dialects."""
    answers = list(whole_answers(corpus))
    assert len(answers) > 900
    assert [line for answer in answers for line in blamed(answer, stream=stream)] == []
