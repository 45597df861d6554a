"""Whether a shipped driver's client is there: all that it needs, or it is not tried."""

from __future__ import annotations

import json
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from harness.errors import UsageError
from harness.trials.shipped import driver_named, started

if TYPE_CHECKING:
    from pathlib import Path


def program(folder: Path, *, says: str) -> str:
    """A Python whose driver says this of the packages."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{says}\nEND\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
@pytest.mark.parametrize(
    ("says", "found"),
    [
        ('{"openai-agents": null, "openai": "3.0.0"}', "no openai-agents"),
        ('{"openai-agents": null, "openai": null}', "no openai-agents and no openai"),
        ("{}", None),
        ("no JSON", None),
    ],
)
def test_a_client_that_lacks_a_package_is_not_there(tmp_path: Path, says: str, found: str | None) -> None:
    """With openai alone, openai-agents would be blamed for an import that fails in each trial."""
    driver = driver_named("openai-agents")
    assert driver is not None
    with pytest.raises(UsageError, match="the client of the driver openai-agents is not installed") as failed:
        started(driver, python=program(tmp_path, says=says))
    assert failed.value.found == found
    assert "pip install openai-agents" in str(failed.value.hint)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
def test_a_client_that_is_there_has_its_versions(tmp_path: Path) -> None:
    """They stand in results."""
    driver = driver_named("openai-agents")
    assert driver is not None
    versions = {"openai-agents": "1.0.0", "openai": "3.0.0"}
    assert started(driver, python=program(tmp_path, says=json.dumps(versions))).versions == versions


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not here")
def test_half_a_client_of_npm_is_not_there_either(tmp_path: Path) -> None:
    """The driver's own word, from the folders that npm makes."""
    driver = driver_named("ai-sdk")
    assert driver is not None
    package = tmp_path / "node_modules" / "ai" / "package.json"
    package.parent.mkdir(parents=True)
    package.write_text('{"name": "ai", "version": "7.0.0"}')
    with pytest.raises(UsageError) as failed:
        started(driver, node_modules=tmp_path / "node_modules")
    assert failed.value.found == "no @ai-sdk/openai"
    package = tmp_path / "node_modules" / "@ai-sdk" / "openai" / "package.json"
    package.parent.mkdir(parents=True)
    package.write_text('{"name": "@ai-sdk/openai", "version": "4.0.0"}')
    assert started(driver, node_modules=tmp_path / "node_modules").versions == {
        "ai": "7.0.0",
        "@ai-sdk/openai": "4.0.0",
    }


def test_the_drivers_for_python_name_what_is_missing_in_this_one() -> None:
    """A package that is not there is told, and not left out."""
    from harness.trials.drivers.python_clients import versions  # noqa: PLC0415 - a program, not a module of ours

    assert versions(("pytest", "no-such-distribution"))["no-such-distribution"] is None
    assert versions(("pytest",))["pytest"] == pytest.__version__
