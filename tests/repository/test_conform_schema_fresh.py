"""The published schema of a conformance result is what the generator makes of the structs."""

from __future__ import annotations

import json

import jsonschema
import pytest

from generators import conform_schema
from harness.results.result import SCHEMA, CellStatus


def test_the_schema_is_that_of_the_structs() -> None:
    """Made again, the file is the same."""
    assert conform_schema.PATH.read_text(encoding="utf-8") == conform_schema.generated(), "run nox -s schemas"


def test_every_member_of_the_schema_is_told() -> None:
    """A published format without a word on a member is read by trying."""
    definitions = json.loads(conform_schema.generated())["$defs"]
    told_by_their_names = {"Scenario", "Stale"}
    silent = [
        f"{name}.{member}"
        for name, schema in definitions.items()
        if name not in told_by_their_names
        for member, value in schema.get("properties", {}).items()
        if not value.get("description")
    ]
    assert silent == []
    for status in CellStatus:
        assert f"`{status.value}`: " in definitions["CellStatus"]["description"]


def test_the_schema_refuses_what_is_no_result() -> None:
    """Another schema's name, and a result without its run."""
    check = jsonschema.Draft202012Validator(json.loads(conform_schema.generated())).is_valid
    run = {
        "harness": "0",
        "started": "2026-01-01T00:00:00Z",
        "seconds": 1.5,
        "command": "harness conform",
        "profile": "openai",
    }
    assert check({"schema": SCHEMA, "run": run, "unknown": 1})
    assert not check({"schema": SCHEMA})
    assert not check({"schema": "something/else/1", "run": run})
    assert not check({"schema": SCHEMA, "run": run, "cells": [{"id": "a"}]})


def test_a_docstring_on_a_member_that_is_not_there_is_an_error() -> None:
    """Nobody reads of a member that was taken away."""
    with pytest.raises(ValueError, match="Place has no"):
        conform_schema._told("Place", {"properties": {"side": {}}})
