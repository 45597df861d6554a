"""pyproject.toml tells the truth about what the package needs."""

from __future__ import annotations

import ast
import re
import sys

from tests.repository.checkout import project, texts

DISTRIBUTION = {"jsonschema_rs": "jsonschema-rs", "vcr": "vcrpy", "yaml": "pyyaml"}


def imported(prefix: str) -> dict[str, str]:
    """The distributions that the modules under a folder import, each with a module that does."""
    found: dict[str, str] = {}
    for name, text in texts(".py").items():
        if not name.startswith(prefix):
            continue
        for node in ast.walk(ast.parse(text)):
            targets = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                targets.append(node.module or "")
            for target in targets:
                top = target.partition(".")[0]
                if top not in sys.stdlib_module_names and top not in {"harness", "tests"}:
                    found.setdefault(DISTRIBUTION.get(top, top), name)
    return found


def names(requirements: list[str]) -> set[str]:
    """The distributions of a list of requirements."""
    return {re.split(r"[^\w-]", requirement, maxsplit=1)[0].lower() for requirement in requirements}


def test_the_package_imports_what_it_declares_and_declares_what_it_imports() -> None:
    """Nothing comes along by way of another distribution, and nothing is installed for no use."""
    metadata = project()["project"]
    required = names(metadata["dependencies"])
    optional = names([it for extra in metadata["optional-dependencies"].values() for it in extra])
    found = imported("harness/")
    assert {name: found[name] for name in set(found) - required - optional} == {}
    assert required - set(found) == set()


def test_every_requirement_has_a_lower_bound_and_no_upper() -> None:
    """A lower bound is tested by a nox session of its own; an upper bound would lock users out of fixes."""
    metadata = project()["project"]
    extras = [it for extra in metadata["optional-dependencies"].values() for it in extra]
    for requirement in [*metadata["dependencies"], *extras]:
        assert re.fullmatch(r"[\w-]+>=[\d.]+(?:; .+)?", requirement), requirement


def test_the_classifiers_name_every_python_from_the_lowest_on() -> None:
    """They are also the Pythons that nox runs the tests on."""
    metadata = project()["project"]
    prefix = "Programming Language :: Python :: 3."
    minors = [int(it.removeprefix(prefix)) for it in metadata["classifiers"] if it.startswith(prefix)]
    assert metadata["requires-python"] == f">=3.{minors[0]}"
    assert minors == list(range(minors[0], minors[0] + len(minors)))
