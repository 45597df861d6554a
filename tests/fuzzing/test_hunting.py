"""The hunt: what is right stays clean, what is broken is found once, made small, known again, and told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

import harness
from harness.errors import HarnessError, InputError, TargetError, UnknownName, UsageError
from harness.fuzzing.telling import written
from tests.fuzzing.broken_gateways import LosesExclamationMarks, LosesTheSecondStop, Right
from tests.miniatures.miniature import CHAT, Miniature

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from harness.targets.target import Target
    from tests.miniatures.miniature import Memory

PLENTY = 300.0
"""Seconds: a limit to tell a hunt that goes on from one that hangs."""


def test_the_builtin_gateway_comes_out_clean() -> None:
    """A finding there is a defect of the gateway, of a rule, or of what is generated."""
    outcome = harness.fuzz("builtin", max_time=PLENTY, max_examples=260, seed=5)
    assert outcome.findings == ()
    assert (outcome.exit_code, outcome.conversations >= 260, outcome.troubles) == (0, True, ())
    assert len(outcome.routes) == 8
    assert outcome.rules > 200


def test_one_defect_is_found_and_made_small(tmp_path: Path) -> None:
    """A word with the mark is left of it, one finding for all conversations that show it."""
    outcome = harness.fuzz(
        LosesExclamationMarks(), max_time=PLENTY, max_examples=90, only="XLAT-TEXT-*", out=tmp_path
    )
    assert outcome.exit_code == 1
    found = outcome.findings[0]
    assert (found.rule, found.route, found.mode) == ("XLAT-TEXT-001", "chat over chat", "stream")
    assert (found.shown, found.played, found.is_flaky, found.state) == (3, 3, False, "new")
    assert found.events <= 6
    assert found.requests == 1
    assert found.is_smallest
    (said,) = found.conversation["says"]
    assert "".join(said["blocks"][0]["pieces"]) == "!"
    assert len({(one.route, one.rule, one.fingerprint) for one in outcome.findings}) == len(outcome.findings)
    assert found.folder == str(tmp_path / found.id)


def test_what_is_asked_is_shrunk_as_well() -> None:
    """A request with two stop sequences, and no other option."""
    outcome = harness.fuzz(
        LosesTheSecondStop(), max_time=PLENTY, max_examples=500, only="XLAT-REQ-016", stop_after=1
    )
    (found,) = outcome.findings
    assert list(found.conversation["wishes"]) == ["stop"]
    assert [len(one) for one in found.conversation["wishes"]["stop"]] == [1, 1]
    assert found.conversation.keys() == {"wishes", "says"} or found.conversation.keys() == {"wishes"}


def test_the_same_seed_asks_the_same() -> None:
    """Two hunts on what is right differ in their times only."""
    first, second = (
        harness.fuzz(Right(), max_time=PLENTY, max_examples=30, seed=9, concurrency=1) for _ in range(2)
    )
    assert (first.rules, first.conversations) == (second.rules, second.conversations)


def test_what_is_known_is_played_first_and_told_as_still_there_or_gone(tmp_path: Path) -> None:
    """The database belongs to the target's name; what is gone is told once."""
    database = tmp_path / "known"
    broken = LosesExclamationMarks()
    first = harness.fuzz(broken, max_time=PLENTY, max_examples=90, stop_after=1, database=database)
    assert [one.state for one in first.findings] == ["new"]
    assert len(list(database.glob("*.json"))) == 1

    out = tmp_path / "out"
    again = harness.fuzz(broken, max_time=PLENTY, max_examples=1, database=database, out=out)
    assert "known" in [one.state for one in again.findings]
    assert first.findings[0].is_smallest
    (still,) = [one for one in again.findings if one.id == first.findings[0].id]
    assert still.is_smallest
    assert json.loads((out / still.id / "finding.json").read_text("utf-8"))["is_smallest"] is True
    assert [json.loads(one.read_text("utf-8"))["is_smallest"] for one in database.glob("*.json")].count(True)
    assert first.findings[0].id in [one.id for one in again.findings]

    mended = Right()
    mended.name = broken.name  # type: ignore[misc]
    gone = harness.fuzz(mended, max_time=PLENTY, max_examples=1, database=database)
    assert gone.findings == ()
    assert first.findings[0].fingerprint in [one.fingerprint for one in gone.gone]
    assert "does not show any more" in written(gone, "text")
    assert list(database.glob("*.json")) == []


def test_a_baseline_says_what_is_accepted(tmp_path: Path) -> None:
    """An entry with a pattern of the way covers what is found there."""
    baseline = tmp_path / "baseline.toml"
    baseline.write_text(
        '[[expected]]\nrule = "XLAT-TEXT-001"\nsource = "loses-exclamation-marks/chat over chat/*"\nreason = "known"\n'
    )
    outcome = harness.fuzz(
        LosesExclamationMarks(), max_time=PLENTY, max_examples=120, only="XLAT-TEXT-001", baseline=baseline
    )
    assert (outcome.findings, outcome.exit_code) == ((), 0)
    assert outcome.accepted


def test_rules_can_be_left_out() -> None:
    """By patterns of their ids."""
    outcome = harness.fuzz(
        LosesExclamationMarks(), max_time=PLENTY, max_examples=60, ignored=["XLAT-*", "CHAT-*"]
    )
    assert outcome.findings == ()


def test_a_hunt_in_which_nothing_was_played_is_not_clean() -> None:
    """Its time was over before it began."""
    outcome = harness.fuzz(Right(), max_time=1e-6)
    assert (outcome.conversations, outcome.exit_code) == (0, 3)


def test_routes_and_modes_can_be_chosen() -> None:
    """By patterns of the way, and by mode."""
    outcome = harness.fuzz("builtin", max_examples=12, routes="responses over *", modes="whole")
    assert outcome.modes == ("whole",)
    assert all(one.startswith("responses over ") for one in outcome.routes)


def test_the_outcome_is_told_for_programs(tmp_path: Path) -> None:
    """JSON as one object, or a row a finding with the rest behind."""
    outcome = harness.fuzz(
        LosesExclamationMarks(), max_time=PLENTY, max_examples=120, stop_after=1, out=tmp_path
    )
    whole = json.loads(written(outcome, "json"))
    assert whole["findings"][0]["rule"] == outcome.findings[0].rule
    *rows, last = map(json.loads, written(outcome, "ndjson").splitlines())
    assert [one["kind"] for one in rows] == ["finding"]
    assert (last["kind"], last["conversations"]) == ("run", outcome.conversations)


@pytest.mark.parametrize(
    ("arguments", "kind", "told"),
    [
        ({"target": "bultin"}, UnknownName, "did you mean 'builtin'"),
        ({"routes": "chat over opnai"}, UnknownName, "chat over opnai"),
        (
            {"routes": "chat over *", "base_url": "http://127.0.0.1:9/v1", "upstream_port": 0},
            UnknownName,
            "it is known what it is asked in",
        ),
        (
            {"base_url": "http://127.0.0.1:9/v1", "upstream_port": 0, "max_time": 0.5, "model": "m"},
            TargetError,
            "nobody answered within 0.5 s",
        ),
        ({"base_url": "http://127.0.0.1:9/v1", "target": "builtin"}, UsageError, "--upstream-port"),
        ({"max_time": None}, UsageError, "--max-time"),
        ({"baseline": "nowhere.toml"}, InputError, "no such baseline"),
        ({"profile": "opnai"}, UnknownName, "opnai"),
        ({"only": "XLAT-TXT-*"}, UnknownName, "--rule"),
        ({"only": ["HUNG", "CRASHD"]}, UnknownName, "did you mean 'CRASHED'"),
        ({"ignored": "xlat-*"}, UnknownName, "--ignore"),
        ({"modes": "streamed"}, UnknownName, "did you mean 'stream'"),
        ({"max_time": float("nan")}, UsageError, "--max-time"),
        ({"max_examples": 0}, UsageError, "--max-examples"),
        ({"concurrency": 0}, UsageError, "a number of 1 or more"),
        ({"seed": -1}, UsageError, "--seed"),
        ({"target": "all", "tools": "nowhere"}, UsageError, "one gateway"),
    ],
)
def test_bad_use_is_refused_in_words(arguments: dict[str, str], kind: type[HarnessError], told: str) -> None:
    """Before anything is played, with a hint where there is one."""
    with pytest.raises(kind) as caught:
        harness.fuzz(**arguments)  # type: ignore[arg-type]
    assert told in str(caught.value)


def test_a_target_that_is_not_installed_is_told(tmp_path: Path) -> None:
    """As what could not be fuzzed, not as a clean one."""
    with pytest.raises(TargetError, match="not installed"):
        harness.fuzz("litellm", tools=tmp_path)


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    """It names the file that is none of ours."""
    (tmp_path / "package.json").write_text("{}")
    with pytest.raises(InputError, match=r"package\.json"):
        harness.fuzz("builtin", database=tmp_path)
    (tmp_path / "package.json").unlink()
    kept = {
        "target": "builtin",
        "route": "chat over chat",
        "mode": "stream",
        "rule": "HUNG",
        "fingerprint": "a",
    }
    for conversation, why in (
        ({"says": []}, "cannot be played"),
        ({"fault": "cutt"}, "there is no fault 'cutt'"),
    ):
        (tmp_path / "kept.json").write_text(json.dumps({**kept, "conversation": conversation}))
        with pytest.raises(InputError, match=why):
            harness.fuzz("builtin", database=tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="no folder"):
        harness.fuzz("builtin", database=tmp_path / "file")


def test_a_gateway_that_dies_ends_the_hunt() -> None:
    """It is told, and the exit code is not that of a clean one."""

    class Dies(Right):
        """It stops running."""

        name = "dies"

        def run(self, upstream: str, tools: Path, folder: Path):  # type: ignore[no-untyped-def]  # noqa: ANN202
            from contextlib import contextmanager  # noqa: PLC0415 - here only
            from dataclasses import replace  # noqa: PLC0415 - likewise

            @contextmanager
            def started():  # type: ignore[no-untyped-def]  # noqa: ANN202
                looks = iter(range(1_000_000))
                with Right.run(self, upstream, tools, folder) as running:
                    yield replace(running, ended=lambda: "exit code 1" if next(looks) > 5 else None)

            return started()

    target: Target = Dies()
    outcome = harness.fuzz(target, max_time=PLENTY, max_examples=100)
    assert (outcome.died, outcome.exit_code) == (True, 3)
    assert "exit code 1" in written(outcome, "text")


def test_what_a_target_says_itself_that_it_does_not_do_is_not_held_against_it() -> None:
    """By the names of scenarios, as for `harness conform`."""

    class Forgetful(Miniature):
        """It answers the same request otherwise the second time."""

        name = "forgetful"
        routes = (CHAT,)
        asked: ClassVar[set[str]] = set()

        def request(self, body: Any, memory: Memory) -> Any:
            """On the way in."""
            text = json.dumps(body["messages"])
            memory["again"] = text in self.asked
            self.asked.add(text)
            return body

        def whole(self, body: Any, memory: Memory) -> Any:
            """The second time it says more."""
            if memory.get("again") and body.get("choices"):
                body["choices"][0]["message"]["content"] = "Again?"
            return body

    class Candid(Forgetful):
        """And says so."""

        unsupported: ClassVar[Mapping[str, str]] = {"chat over chat/behaviour-repeat/*": "its documentation"}

    def hunted(target: Target) -> set[str]:
        outcome = harness.fuzz(
            target,
            only="XLAT-STREAM-002",
            modes="whole",
            max_time=PLENTY,
            max_examples=90,
            shrink_time=0.0,
            seed=1,
        )
        return {one.rule for one in (*outcome.findings, *outcome.once)}

    assert hunted(Forgetful()) == {"XLAT-STREAM-002"}
    assert hunted(Candid()) == set()
