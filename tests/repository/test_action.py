"""The GitHub Action: its steps are sound, and the one that tests a gateway does what the action promises.

What only GitHub can do (setting up Python, keeping an artifact) is looked at, not run.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.repository.checkout import ROOT

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
SHELL = [one for one in STEPS if "run" in one]
BASH = shutil.which("bash")

pytestmark = [
    pytest.mark.skipif(BASH is None or sys.platform == "win32", reason="the steps are for bash"),
    pytest.mark.thorough,
]

ONE_CELL = "--scenario text-plain --concurrency 2"


class Ran(NamedTuple):
    """What the step that tests a gateway left behind."""

    code: int
    log: str
    summary: str
    outputs: dict[str, str]

    @property
    def report(self) -> Path:
        """The folder that is uploaded."""
        return Path(self.outputs["report"])


def step(name: str) -> dict[str, Any]:
    """A step by its name."""
    (found,) = (one for one in STEPS if one.get("name") == name)
    return found


def shell(
    script: dict[str, Any], env: dict[str, str], folder: Path, inputs: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a step as the runner does: expressions of its `env` filled in, with `bash -e -o pipefail`."""
    values = {name: inputs.get(name, one.get("default", "")) for name, one in ACTION["inputs"].items()}
    assert set(inputs) <= set(values)

    def filled(text: str) -> str:
        return re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda found: str(values[found[1]]), text)

    script_file = folder / "step.sh"
    script_file.write_text(script["run"], encoding="utf-8")
    own = {name: filled(value) for name, value in script["env"].items()}
    assert BASH is not None
    return subprocess.run(  # noqa: S603 - our own script
        [BASH, "--noprofile", "--norc", "-e", "-o", "pipefail", str(script_file)],
        cwd=folder,
        env={**os.environ, **own, **env},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


def ran(folder: Path, **inputs: str) -> Ran:
    """The step that tests a gateway, with this checkout's harness where the step before would have installed it."""
    place = folder / "temp" / "harness-conform" / "venv" / "bin"
    place.mkdir(parents=True)
    for name, words in (("python", ""), ("harness", " -m harness")):
        program = place / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}"{words} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
    summary, outputs = folder / "summary", folder / "outputs"
    done = shell(
        step("Test the gateway"),
        {
            "RUNNER_TEMP": str(folder / "temp"),
            "GITHUB_ACTION": "__self",
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_OUTPUT": str(outputs),
            "PYTHONPATH": str(ROOT),
        },
        folder,
        {name.replace("_", "-"): value for name, value in inputs.items()},
    )
    return Ran(
        code=done.returncode,
        log=done.stdout + done.stderr,
        summary=summary.read_text("utf-8") if summary.exists() else "",
        outputs=dict(line.split("=", 1) for line in outputs.read_text("utf-8").splitlines())
        if outputs.exists()
        else {},
    )


def test_the_action_has_the_members_that_github_wants() -> None:
    """A composite action: each step with a shell or another action; every shell step names its shell."""
    assert ACTION["runs"]["using"] == "composite"
    assert all(("uses" in one) != ("run" in one) for one in STEPS)
    assert all(one["shell"] == "bash" for one in SHELL)
    assert all(one.get("description") for one in (ACTION, *ACTION["inputs"].values()))
    assert all(isinstance(one["default"], str) for one in ACTION["inputs"].values())


def test_every_input_is_used_and_every_expression_means_something() -> None:
    """An input that nothing reads is a promise that nothing keeps."""
    text = (ROOT / "action.yml").read_text("utf-8")
    assert set(re.findall(r"inputs\.([a-z-]+)", text)) == set(ACTION["inputs"])
    ids = {one["id"] for one in STEPS if "id" in one}
    assert set(re.findall(r"steps\.([a-z-]+)\.", text)) <= ids
    written = set(re.findall(r'echo "([a-z-]+)=', step("Test the gateway")["run"]))
    assert set(re.findall(r"steps\.conform\.outputs\.([a-z-]+)", text)) == written


def test_inputs_reach_a_script_through_its_environment_alone() -> None:
    """An expression within a script is pasted into it: what a branch is called would be run."""
    assert [one["name"] for one in SHELL if "${{" in one["run"]] == []


@pytest.mark.parametrize("name", [one["name"] for one in SHELL])
def test_a_script_is_sound(name: str, tmp_path: Path) -> None:
    """And each variable that it is given is read by it."""
    (tmp_path / "step.sh").write_text(step(name)["run"], encoding="utf-8")
    assert BASH is not None
    subprocess.run([BASH, "-n", str(tmp_path / "step.sh")], check=True)  # noqa: S603 - our own script
    unread = [
        one for one in step(name)["env"] if not re.search(rf"\$\{{?{one}\b|\[\"{one}\"\]", step(name)["run"])
    ]
    assert unread == []


@pytest.mark.parametrize(("version", "wanted"), [("", "CHECKOUT"), ("1.2.3", "llm-stream-harness==1.2.3")])
def test_what_is_installed_is_the_actions_own_checkout_or_a_release(
    version: str, wanted: str, tmp_path: Path
) -> None:
    """Into an environment of its own: that of the job stays as it is."""
    python = tmp_path / "python"
    python.write_text(
        f'#!/bin/sh\necho "$@" >> "{tmp_path}/said"\n'
        f'[ "$2" = venv ] && mkdir -p "$3/bin" && cp "{python}" "$3/bin/python"\nexit 0\n',
        encoding="utf-8",
    )
    python.chmod(0o755)
    done = shell(
        step("Install the harness"),
        {"RUNNER_TEMP": str(tmp_path / "temp"), "PYTHON": str(python), "CHECKOUT": "CHECKOUT"},
        tmp_path,
        {"version": version},
    )
    assert done.returncode == 0, done.stderr
    made, installed = (tmp_path / "said").read_text("utf-8").splitlines()
    assert made == f"-m venv {tmp_path}/temp/harness-conform/venv"
    assert installed.startswith("-m pip install ")
    assert installed.endswith(f" {wanted}")


def test_a_clean_gateway_gives_a_summary_the_reports_and_success(tmp_path: Path) -> None:
    """With what is uploaded all in one folder."""
    found = ran(tmp_path, args=ONE_CELL)
    assert found.code == 0, found.log
    assert found.outputs["exit-code"] == "0"
    assert "::error" not in found.log
    assert "| text |" in found.summary
    names = {one.name for one in found.report.iterdir()}
    assert names >= {"report.html", "result.json", "conform.junit.xml", "conform.sarif", "summary.md"}
    assert names >= {"builtin.client.cassette.jsonl", "builtin.upstream.cassette.jsonl"}


def test_a_stale_baseline_is_an_annotation_and_fails_the_step(tmp_path: Path) -> None:
    """The exit code is the run's own, and everything is kept all the same."""
    (tmp_path / "accepted.toml").write_text(
        '[[expected]]\nrule = "CHAT-FIN-001"\nsource = "builtin/chat over chat/text-plain/stream"\n'
        'subject = "x"\nreason = "known for long"\n',
        encoding="utf-8",
    )
    found = ran(tmp_path, args=f"{ONE_CELL} --seed 3", baseline="accepted.toml", format="badge ndjson")
    assert found.code == 1, found.log
    assert found.outputs["exit-code"] == "1"
    assert "::error title=stale baseline entry::" in found.log
    assert "Stale entries of the baseline" in found.summary
    assert json.loads((found.report / "result.json").read_bytes())["run"]["seed"] == 3
    assert (found.report / "conform.badge.json").is_file()
    assert (found.report / "conform.ndjson").is_file()


def test_the_options_are_words_of_a_shell_and_run_nothing(tmp_path: Path) -> None:
    """Quotes hold words together; a star stays a star; the target that is not there is the run's to refuse."""
    found = ran(
        tmp_path, args="--scenario 'no such; touch made' --scenario '*' $(touch made)", target="nobody"
    )
    assert found.code == 2
    assert found.outputs["exit-code"] == "2"
    assert not (tmp_path / "made").exists()
    assert found.summary == ""


def test_a_quote_that_is_never_closed_stops_the_step(tmp_path: Path) -> None:
    """Rather than a run without the options."""
    found = ran(tmp_path, args="--scenario 'text-plain")
    assert found.code == 2
    assert "No closing quotation" in found.log


def test_a_gateway_that_nobody_started_is_exit_code_3(tmp_path: Path) -> None:
    """Not one of findings: it says nothing about the gateway."""
    address = "http://127.0.0.1:9/v1"
    found = ran(tmp_path, base_url=address, args="--model m --budget 5 --scenario model-text --timeout 2")
    assert found.code == 3, found.log
    assert "::error" in found.log
    assert (found.report / "report.html").is_file()
