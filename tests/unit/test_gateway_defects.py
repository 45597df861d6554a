"""Defects of the engine amid an answer: they are this gateway's, and nobody is told that they are the upstream's."""

from __future__ import annotations

import httpx
import pytest

from harness.translation.answering import Answering
from tests.gatewaying import BODIES, error_in, gateway


def _broken(_: Answering, data: bytes) -> bytes:
    raise KeyError(f"somebody's words: {data!r}")


@pytest.mark.parametrize("ending", BODIES)
def test_a_defect_amid_an_answer_is_told_and_logged_as_one(
    ending: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With a status where nothing was sent yet; and the client does not wait for more."""
    monkeypatch.setattr(Answering, "feed", _broken)
    with gateway() as server:
        answer = httpx.post(server.base_url + ending, json=BODIES[ending], timeout=60)
    assert (answer.status_code, error_in(answer)["code"]) == (500, "gateway_error")
    assert "words" not in answer.text
    assert [one for one in caplog.records if one.levelname == "ERROR" and one.exc_info]
