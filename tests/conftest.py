"""What all tests share: hypothesis settings, and where the corpus of real recordings lies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No test has a stopwatch: machines that run CI are shared and slow at will.
settings.register_profile("harness", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("harness"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "harness")

collect_ignore = ["sample_project"]
"""A project of its own: tests/plugin/test_sample_project.py runs its tests, in a copy."""

THOROUGH = "pytestmark = pytest.mark.thorough\n"
"""What a module says whose tests are all thorough."""

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The corpus of real recordings that lies beside the checkout; it is not part of the project."""
    if not (CORPUS / "index.jsonl").is_file():
        pytest.skip("the corpus of real recordings is not beside this checkout (../shared/corpus)")
    return CORPUS


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where thorough tests are left out, do not import the modules that hold no others: that takes long, too."""
    if "not thorough" not in config.option.markexpr or collection_path.suffix != ".py":
        return None
    return True if THOROUGH in collection_path.read_text("utf-8") else None
