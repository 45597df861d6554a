"""docs/conform.md tells of every target, format and outcome, and its workflow is one that GitHub would take."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest
import yaml

from harness.reporting.conform.registry import conform_formats
from harness.reporting.conform.wording import CHANGE, STATUS
from harness.targets import (
    aimock,
    litellm,
    llama_cpp_python,
    open_responses_server,
    portkey,
    transformers_serve,
)
from harness.targets.registry import TARGETS, targets
from harness.targets.target import Installable
from tests.repository.checkout import ROOT
from tests.repository.test_documentation import check_values, parse

PAGE = (ROOT / "docs" / "conform.md").read_text("utf-8")
INPUTS: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["inputs"]
PACKAGES = (
    litellm.PACKAGE,
    open_responses_server.PACKAGE,
    portkey.PACKAGE,
    aimock.PACKAGE,
    llama_cpp_python.PACKAGE,
    transformers_serve.PACKAGE,
)


def section(title: str) -> str:
    """What stands under a heading, up to the next of its kind."""
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(text: str) -> dict[str, str]:
    """The rows of tables: the first field without its backticks, and the others."""
    found = re.findall(r"^\| `?([a-z][^|`]*?)`? \| (.+) \|$", text, re.MULTILINE)
    return {name: rest for name, rest in found if rest != "---"}


def test_every_target_is_told_with_what_it_needs() -> None:
    """And those that `--install` can install are told as such."""
    told = {name: rest for name, rest in rows(section("Targets")).items() if name != "name"}
    assert list(told) == list(TARGETS)
    installable = {one.name for one in targets() if isinstance(one, Installable)}
    assert {name for name, rest in told.items() if "`--install`" in rest} == installable


def test_nox_installs_every_target_that_can_be_installed() -> None:
    """A session each; the file is read, not imported, since nox is no part of the tests."""
    text = (ROOT / "noxfile.py").read_text("utf-8")
    (listed,) = re.findall(r"^TARGETS = (\(.*?^\))", text, re.MULTILINE | re.DOTALL)
    assert re.findall(r'"(.+?)"', listed) == [one.name for one in targets() if isinstance(one, Installable)]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda one: one.target)
def test_the_version_that_is_told_is_the_one_that_is_installed(package: Any) -> None:
    """The release that was tried."""
    assert f" {package.version}" in rows(section("Targets"))[package.target]


def test_every_format_outcome_and_difference_is_told() -> None:
    """By the names that reports use."""
    told = rows(section("Reports"))
    assert set(told) - {"format"} == {*conform_formats(), "html", *CHANGE.values()}
    assert set(rows(section("What is tested"))) - {"outcome"} == set(STATUS.values())


def test_every_input_of_the_action_is_told() -> None:
    """No more and no fewer."""
    assert set(rows(section("In your CI"))) - {"input"} == set(INPUTS)


def test_the_workflow_gives_the_action_what_it_takes() -> None:
    """Ten lines from its runner on, whose options the command line takes."""
    (block,) = re.findall(r"```yaml\n(jobs:.*?)```", section("In your CI"), re.DOTALL)
    (job,) = yaml.safe_load(block)["jobs"].values()
    assert len(block.strip().splitlines()) <= 2 + 10
    given = job["steps"][-1]["with"]
    assert set(given) <= set(INPUTS)
    command, values = parse(["conform", *shlex.split(given["args"])])
    check_values(command, values)
    assert values["upstream_port"] == "9000"
    assert ":9000" in job["steps"][1]["run"]
