"""The catalogue of trials: legal by our own rules, told in full, and the same at every run."""

from __future__ import annotations

import pytest

import harness
from harness.errors import UnknownName
from harness.trials.registry import all_trials, chosen_trials, trial_named
from harness.trials.telling import listed, page_of
from harness.trials.trial import CHAPTERS, GROUNDS

_STREAMS = [one for one in chosen_trials() if one.answers()[-1].status == 200]

_RULES_FOR_SERVERS = {
    "chat-id-then-comment": {"SSE-ID-002"},
    "responses-id-then-comment": {"SSE-ID-002"},
    "chat-event-only": {"SSE-EVENT-001"},
    "responses-event-only": {"SSE-EVENT-001"},
    "chat-azure-filter": {"CHAT-OBJ-001"},
}
"""Where a rule forbids a server what a client has to stand: deployed SDKs break at it, or Azure alone does it."""


def test_names_are_unique_and_say_their_dialect() -> None:
    """They stand in reports and links."""
    names = [one.name for one in all_trials()]
    assert len(set(names)) == len(names)
    assert all(one.name.startswith(f"{one.dialect}-") for one in all_trials())
    assert {one.chapter for one in all_trials()} == set(CHAPTERS) - {"generated"}
    assert {one.ground for one in all_trials()} == set(GROUNDS)


@pytest.mark.parametrize("name", [one.name for one in _STREAMS if "large" not in one.name])
def test_a_stream_that_is_not_disputed_breaks_no_rule(name: str) -> None:
    """Our own rules give no error for it, but those that are named here."""
    one = trial_named(name)
    report = harness.check(one.answers()[-1].body, dialect=one.dialect)
    errors = {it.rule for given in report.inputs for it in given.findings if it.severity == "error"}
    if one.ground != "disputed":
        assert errors == _RULES_FOR_SERVERS.get(name, set())


@pytest.mark.parametrize("name", [one.name for one in chosen_trials()])
def test_a_trial_is_told_in_full_and_served_alike_each_time(name: str) -> None:
    """What is served, why that is legal, what is expected; and the bytes do not change."""
    one = trial_named(name)
    assert one.serves.endswith(".")
    assert one.legal
    assert not one.legal.endswith(".")
    assert one.answers() == one.answers()
    page = page_of(one)
    assert one.title in page
    assert GROUNDS[one.ground] in page


def test_every_cut_of_a_stream_is_there_where_it_is_asked_for() -> None:
    """And not by default, nor by a chapter or a pattern that does not name it."""
    assert not any("cut-at" in one.name for one in [*chosen_trials(), *chosen_trials(["cuts", "cut-*"])])
    cuts = chosen_trials(["chat-cut-at-*"])
    body = cuts[0].answers()[0].body
    assert len(cuts) == len(body) - 1
    assert [len(one.answers()[0].pieces[0].data) for one in cuts] == list(range(1, len(body)))
    assert {one.answers()[0].body for one in cuts} == {body}


def test_trials_are_chosen_by_name_chapter_and_pattern() -> None:
    """With and without the dialect; one that matches nothing is refused with a hint."""
    assert [one.name for one in chosen_trials(["crlf"])] == ["chat-crlf", "responses-crlf"]
    assert [one.name for one in chosen_trials(["crlf"], ["chat"])] == ["chat-crlf"]
    assert {one.chapter for one in chosen_trials(["calls"])} == {"calls"}
    assert all(one.name.startswith("chat-call") for one in chosen_trials(["chat-call*"]))
    with pytest.raises(UnknownName, match="there is no trial 'keepalife'"):
        chosen_trials(["keepalife"])


def test_the_list_shows_every_trial_once() -> None:
    """By dialect and chapter."""
    text = listed(chosen_trials())
    assert all(text.count(f"  {one.name} ") == 1 for one in chosen_trials())
