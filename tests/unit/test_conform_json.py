"""The result as JSON and as JSON lines."""

from __future__ import annotations

import json

import jsonschema
import pytest

from harness.bundled import spec_text
from harness.reporting.conform import json as one_object
from harness.reporting.conform import ndjson
from harness.results.merging import merged
from harness.results.result import SCHEMA, Result
from tests.conform_results import CLEAN, HOSTILE, RESULT, cell, later

SCHEMA_OF_RESULTS = jsonschema.Draft202012Validator(json.loads(spec_text("conform.schema.json")))


@pytest.mark.parametrize("result", [RESULT, CLEAN, merged([RESULT, later(RESULT, cell("plain"))])])
def test_the_object_is_of_the_published_schema(result: Result) -> None:
    """With its name in it."""
    value = json.loads("".join(one_object.written(result)))
    SCHEMA_OF_RESULTS.validate(value)
    assert value["schema"] == SCHEMA


def test_every_cell_has_a_line_in_the_object() -> None:
    """So that two results can be compared line by line, in ASCII."""
    text = "".join(one_object.written(RESULT))
    assert text.isascii()
    lines = text.splitlines()
    assert sum(line.startswith('{"id":') for line in lines) == len(RESULT.cells)


def test_the_lines_are_a_header_targets_cells_and_an_end() -> None:
    """Each says what it is; the end has the counts and all that is shared."""
    lines = [json.loads(line) for line in ndjson.written(RESULT)]
    kinds = [line["line"] for line in lines]
    assert kinds == ["result", *["target"] * 3, *["cell"] * len(RESULT.cells), "end"]
    assert lines[0]["schema"] == SCHEMA
    assert lines[0]["run"]["command"] == RESULT.run.command
    assert lines[2]["kind"] == "control"
    assert lines[5]["findings"][0]["message"] == HOSTILE
    end = lines[-1]
    assert end["counts"]["gate"] == {
        "passed": 2, "warned": 1, "failed": 3, "expected": 1,
        "not_exercised": 1, "unsupported": 1, "harness_fault": 1,
    }  # fmt: skip
    assert end["counts"]["gone"]["passed"] == 0
    assert set(end["rules"]) == set(RESULT.rules)
    assert len(end["scenarios"]) == len(RESULT.scenarios)
    assert end["stale"][0]["entry"] == RESULT.stale[0].entry
