"""What is kept of findings that are not in the events of an answer: upstream was not asked, or no end came."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import harness
from tests.fuzzing.again import run_test
from tests.fuzzing.broken_gateways import CrashesOnStops, ForgetsWhatFollows, NeverEnds, RefusesStops, Right

if TYPE_CHECKING:
    from harness.fuzzing.outcome import Told
    from tests.miniatures.miniature import Miniature


def found(gateway: Miniature, rule: str, folder: Path, **given: Any) -> Told:
    """The first finding of a rule, kept."""
    outcome = harness.fuzz(gateway, max_time=300.0, only=rule, stop_after=1, out=folder, **given)
    return outcome.findings[0]


@pytest.mark.parametrize(("gateway", "rule"), [(RefusesStops, "HTTP-ERR-001"), (CrashesOnStops, "CRASHED")])
def test_a_finding_of_which_upstream_was_not_asked_is_seen_again_without_it(
    gateway: type[Miniature], rule: str, tmp_path: Path
) -> None:
    """There is no recording of upstream, and neither the text nor the test asks for one."""
    told = found(gateway(), rule, tmp_path / "out", modes="whole", max_examples=900)
    folder = Path(str(told.folder))
    assert not (folder / "upstream.cassette.jsonl").exists()
    text = (folder / "finding.md").read_text("utf-8")
    assert "harness replay" not in text
    assert "In the smallest session upstream is not asked." in text
    assert told.curl in text
    broken = run_test(folder, gateway(), tmp_path)
    assert broken.returncode == 1, broken.stdout + broken.stderr
    assert ("answered with 500" if rule == "CRASHED" else told.rule) in broken.stdout
    right = run_test(folder, Right(), tmp_path)
    assert right.returncode == 0, right.stdout + right.stderr


def test_the_test_of_what_hung_says_so(tmp_path: Path) -> None:
    """In place of a time-out of a library; it waits as long as the client of the hunt did."""
    told = found(NeverEnds(), "HUNG", tmp_path / "out", modes="stream", timeout=3.0, max_examples=20)
    folder = Path(str(told.folder))
    broken = run_test(folder, NeverEnds(), tmp_path)
    assert broken.returncode == 1, broken.stdout + broken.stderr
    assert "it hung: the answer to request 1 was not over after 3 s" in broken.stdout
    assert "ReadTimeout" not in broken.stdout
    right = run_test(folder, Right(), tmp_path)
    assert right.returncode == 0, right.stdout + right.stderr


def test_the_test_of_an_answer_that_goes_on_names_the_response_of_now(tmp_path: Path) -> None:
    """The id that the recording has is known to no gateway that was started again."""
    told = found(ForgetsWhatFollows(), "XLAT-TEXT-001", tmp_path / "out", modes="whole", max_examples=400)
    folder = Path(str(told.folder))
    assert told.requests == 2
    broken = run_test(folder, ForgetsWhatFollows(), tmp_path)
    assert broken.returncode == 1, broken.stdout + broken.stderr
    assert "XLAT-TEXT-001" in broken.stdout
    right = run_test(folder, Right(), tmp_path)
    assert right.returncode == 0, right.stdout + right.stderr
