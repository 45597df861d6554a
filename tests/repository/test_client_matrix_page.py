"""The published matrix is what its data and the catalogue say, and every failure in it has its evidence."""

from __future__ import annotations

import json
import tomllib

import pytest

from generators.client_matrix import DATA, EVIDENCE, PAGE, page
from harness.trials.registry import all_trials
from harness.trials.shipped import DRIVERS
from harness.trials.verdict import OUTCOMES


def test_the_page_is_what_its_data_and_the_catalogue_say() -> None:
    """`python -m generators.client_matrix` writes it anew."""
    assert page(json.loads(DATA.read_text("utf-8"))) == PAGE.read_text("utf-8")


def test_the_data_is_a_whole_run_of_all_drivers() -> None:
    """Each stream that is played by default, with a verdict, and the versions of what was driven."""
    data = json.loads(DATA.read_text("utf-8"))
    names = [one.name for one in all_trials() if one.by_default]
    assert [one["client"] for one in data["clients"]] == [one.name for one in DRIVERS]
    for client in data["clients"]:
        assert list(client["trials"]) == names
        assert client["versions"]
        assert {told.partition(":")[0] for told in client["trials"].values()} <= set(OUTCOMES)


def test_a_failure_without_evidence_is_not_published() -> None:
    """And evidence speaks of clients and streams that exist."""
    data = json.loads(DATA.read_text("utf-8"))
    data["clients"][0]["trials"]["chat-plain"] = "crashed: anything"
    with pytest.raises(KeyError, match="the failure of openai-python at chat-plain has no evidence"):
        page(data)
    told = tomllib.loads(EVIDENCE.read_text("utf-8"))["evidence"]
    assert {client for one in told for client in one["clients"]} <= {one.name for one in DRIVERS}
    assert {trial for one in told for trial in one["trials"]} <= {
        one.name.partition("-")[2] for one in all_trials()
    }
