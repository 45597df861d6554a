"""Errors that OpenAI has answered come through a gateway as they are, and those that the engine makes are the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import RequestRefused
from harness.gateway.endpoints import no_response
from harness.translation.engine import prepare
from harness.translation.failures import failure
from harness.translation.ids import SeededMint
from harness.translation.writers.writer import error_body

if TYPE_CHECKING:
    from pathlib import Path

    from harness.translation.engine import InboundDialect

pytestmark = pytest.mark.corpus

MADE_UP = "test_error"
"""The type of an error that no server of OpenAI has sent."""


@pytest.fixture(scope="module")
def refusals(corpus: Path) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Every answer of OpenAI's with an error: its row of the index, and what was recorded."""
    rows = map(json.loads, (corpus / "index_sync.jsonl").read_text("utf-8").splitlines())
    found = [
        (row, json.loads((corpus / row["file"]).read_bytes()))
        for row in rows
        if row["host"] == "api.openai.com" and row["status"] >= 400 and row["authenticity"] == "recorded"
    ]
    return [(row, one) for row, one in found if one["response"]["error"]["type"] != MADE_UP]


def test_an_error_of_openai_reaches_the_client_as_it_is(
    refusals: list[tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    """Status and all four members."""
    assert len(refusals) > 20
    for row, one in refusals:
        error = one["response"]["error"]
        told = failure(row["dialect"], row["status"], (), json.dumps(one["response"]).encode())
        assert told.status == row["status"], row["file"]
        found = error_body(told)["error"]
        if row["status"] == 401:  # a key stands in it, cut; it is not passed on
            found, error = ({**value, "message": ""} for value in (found, error))
        assert found == error, row["file"]


def test_what_the_engine_refuses_itself_it_refuses_as_openai_did(
    refusals: list[tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    """The same request, the same error; what only the server can know is left to it."""
    same = 0
    for row, one in refusals:
        asked = one["request"]
        if isinstance(asked, str):
            asked = _read(asked)
        expected = one["response"]["error"]
        if not isinstance(asked, dict):
            name = expected["message"].partition("'")[2].partition("'")[0]
            if row["status"] == 404 and name.startswith("resp_"):
                assert no_response(name).body()["error"] == expected
                same += 1
            continue
        refused = _refused(row["dialect"], asked)
        # By a model: of two mistakes the server then names the other.
        if refused is not None and expected["code"] != "unsupported_parameter":
            assert (refused.status, refused.body()["error"]) == (row["status"], expected), row["file"]
            same += 1
    assert same > 1


def _refused(dialect: InboundDialect, asked: dict[str, Any]) -> RequestRefused | None:
    """What the engine has against a request, for an upstream of the same dialect."""
    try:
        prepare(dialect, asked, upstream=dialect, mint=SeededMint(b"x"), now=lambda: 0)
    except RequestRefused as refused:
        return refused
    return None


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
