"""`import harness` gives all that is public, and costs nothing."""

from __future__ import annotations

import ast
import inspect
import json
import pkgutil
import subprocess
import sys
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import harness
from tests.repository.checkout import texts

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(harness.__path__, "harness.")
    if module.name != "harness.__main__"  # importing it is running it
)


def imported_for_typing() -> dict[str, str]:
    """What type checkers see: name to module, from the block under TYPE_CHECKING."""
    tree = ast.parse(Path(inspect.getfile(harness)).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    assert ast.unparse(block.test) == "TYPE_CHECKING"
    return {
        alias.name: node.module or ""
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def imports_of(text: str) -> Iterator[str]:
    """The modules of the package that a module imports when it is imported itself."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            targets = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (it if it in MODULES else node.module or "" for it in targets)


def loaded_by(statement: str) -> set[str]:
    """The modules that a statement loads in a fresh interpreter, beyond those that it starts with."""
    code = f"import sys; before = set(sys.modules); {statement}; import json"
    code += "; print(json.dumps(sorted(set(sys.modules) - before)))"
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True
    )
    names: list[str] = json.loads(done.stdout.splitlines()[-1])
    return set(names)


def test_public_names_are_sorted_and_listed_by_dir() -> None:
    """A reader finds a name where the alphabet says, and completion offers it."""
    assert harness.__all__ == sorted(set(harness.__all__))
    assert set(harness.__all__) <= set(dir(harness))


def test_what_type_checkers_see_is_what_is_there() -> None:
    """The imports under TYPE_CHECKING name exactly the public names, and the modules that they come from."""
    seen = imported_for_typing()
    assert sorted(seen) == harness.__all__
    for name, home in seen.items():
        assert getattr(harness, name) is getattr(import_module(home), name), name


def test_an_unknown_name_is_an_attribute_error() -> None:
    """`hasattr` and `from harness import ...` depend on it."""
    with pytest.raises(AttributeError, match="module 'harness' has no attribute 'casette'"):
        getattr(harness, "casette")  # noqa: B009 - type checkers know as well that it is not there


def test_import_harness_loads_nothing_but_itself() -> None:
    """No part of the package and no other distribution is loaded before it is needed."""
    loaded = {name.partition(".")[0] for name in loaded_by("import harness")}
    assert loaded - sys.stdlib_module_names == {"harness"}
    assert {name for name in loaded_by("import harness") if name.startswith("harness.")} == set()


def test_the_command_line_starts_without_the_heavy_imports() -> None:
    """`harness --help` imports neither a client nor a server nor the readers of other formats."""
    heavy = {"asyncio", "brotli", "h11", "httpx", "httpx2", "msgspec", "vcr", "yaml", "zstandard"}
    loaded = loaded_by("from harness.cli import run; run(['--version'])")
    assert "harness.cli" in loaded
    assert not heavy & loaded


def test_no_import_goes_in_a_circle() -> None:
    """So every module can be imported first, whatever was imported before it."""
    graph = {
        name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): set(imports_of(text))
        for name, text in texts(".py").items()
        if name.startswith("harness/")
    }
    assert set(MODULES) <= set(graph)
    order = list(TopologicalSorter(graph).static_order())  # raises where there is a circle
    assert order.index("harness.errors") < order.index("harness.sse.decoder") < order.index("harness.io.tape")


def test_no_module_hides_a_public_name() -> None:
    """With every module imported, `harness.cassette` is still what opens a tape, and so on."""
    for name in MODULES:
        import_module(name)
    assert harness.cassette is harness.Tape
    assert inspect.isfunction(harness.replay_server)
    assert not [name for name in harness.__all__ if f"harness.{name}" in MODULES]
    assert not [name for name in harness.__all__ if inspect.ismodule(getattr(harness, name))]
