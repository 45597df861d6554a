"""The tables of docs/pytest.md that are made from the plugin: options, settings, marks, fixtures, functions.

`python -m generators.pytest_page` writes them anew. The page keeps its prose; what stands between two marks is made.
"""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from harness import pytest_plugin

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = ROOT / "docs" / "pytest.md"
_PART: Final = re.compile(
    r"(<!-- made by generators/pytest_page\.py: (\w+) -->\n).*?(<!-- end -->\n)", re.DOTALL
)
_UNCAPTIONED: Final = re.compile(
    r"^(\w+)(?: \[(\w+) scope\])? -- \S*pytest_plugin\.py:\d+\n((?:    .*\n?|\n)*)", re.MULTILINE
)
_MARKER: Final = re.compile(r"^@pytest\.mark\.(\w+)(\([^)]*\))?: (.*)$", re.MULTILINE)

_CALLED: Final = {
    "replay_server": ("harness.testing.servers:Servers.replay", "harness.testing.served:ReplayOfTest"),
    "gateway": ("harness.testing.servers:Servers.gateway", "harness.testing.served:GatewayOfTest"),
    "stream_snapshot": ("harness.testing.snapshots:StreamSnapshot.__call__", ""),
}
"""Fixtures that are called: what is called, and what that gives."""


class Told:
    """Stands for pytest's parser, and keeps what a plugin tells it."""

    def __init__(self) -> None:
        self.options: list[tuple[str, str]] = []
        self.settings: list[tuple[str, str, str]] = []

    def getgroup(self, name: str, description: str = "") -> Told:
        """All groups are one."""
        del name, description
        return self

    def addoption(self, *names: str, **more: Any) -> None:
        """An option of the command line."""
        shown = names[0] if more.get("action") == "store_true" else f"{names[0]} {more['metavar']}"
        self.options.append((shown, more["help"]))

    def addini(self, name: str, told: str = "", **more: Any) -> None:
        """A setting of the project's file."""
        self.settings.append((name, more.get("type") or "string", told or more["help"]))


def told() -> Told:
    """What the plugin tells pytest of itself."""
    found = Told()
    pytest_plugin.pytest_addoption(found)  # type: ignore[arg-type]  # it asks for no more than these
    return found


def said(option: str) -> str:
    """What pytest prints for an option such as `--markers`, with this plugin and no other."""
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "COLUMNS": "500"}
    environment.pop("PYTEST_ADDOPTS", None)
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(  # noqa: S603 - our own plugin
            [sys.executable, "-m", "pytest", "-p", "harness.pytest_plugin", "-p", "no:cacheprovider", option],
            cwd=folder,
            env={**environment, "PYTHONPATH": path},
            capture_output=True,
            check=False,
            encoding="utf-8",
            timeout=600,
        )
    return done.stdout


def marks() -> list[tuple[str, str, str]]:
    """The marks: name, arguments, what they do."""
    own = [match.groups("") for match in _MARKER.finditer(said("--markers"))]
    names = {
        line.partition("(")[0] for line in re.findall(r'"(\w+\(.*?\)): ', inspect.getsource(pytest_plugin))
    }
    return [(name, arguments, text) for name, arguments, text in own if name in names]


def fixtures() -> list[tuple[str, str, str]]:
    """The fixtures: name, scope, what they are."""
    found = _UNCAPTIONED.findall(said("--fixtures"))
    return [(name, scope or "function", " ".join(text.split())) for name, scope, text in found]


def parts() -> dict[str, str]:
    """The parts of the page, by name."""
    own = told()
    return {
        "options": _table(("option", ""), [(f"`{name}`", text) for name, text in own.options]),
        "settings": _table(
            ("setting", "", ""),
            [
                (f"`{name}`", "lines" if kind == "linelist" else kind, text)
                for name, kind, text in own.settings
            ],
        ),
        "marks": _table(("mark", ""), [(f"`{name}{arguments}`", text) for name, arguments, text in marks()]),
        "fixtures": _table(("fixture", "scope", ""), [(f"`{name}`", *more) for name, *more in fixtures()]),
        "calls": "\n".join(_calls()),
        "functions": "\n".join(_functions("harness.testing")),
        "strategies": "\n".join(_functions("harness.generate")),
    }


def _calls() -> Iterator[str]:
    """What fixtures give that is called, and what that gives."""
    for name, (called, gives) in _CALLED.items():
        home, _, path = called.partition(":")
        function: Any = import_module(home)
        for part in path.split("."):
            function = getattr(function, part)
        yield f"### {name}\n"
        yield f"```py\n{_call(name, function)}\n```\n"
        yield f"{_told(inspect.getdoc(function) or '')}\n"
        if gives:
            home, _, path = gives.partition(":")
            yield "**What it gives**\n"
            yield "\n".join(_members(getattr(import_module(home), path))) + "\n"


def _members(kind: type) -> Iterator[str]:
    """The public members of a class, with the first sentence of each."""
    found: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        found |= dict(
            re.findall(r"^    (\w+): (.*(?:\n        .*)*)", inspect.getdoc(one) or "", re.MULTILINE)
        )
        for name, value in vars(one).items():
            if not name.startswith("_") and (isinstance(value, property) or inspect.isfunction(value)):
                shown = name if isinstance(value, property) else _call(name, value)
                found[shown] = (inspect.getdoc(value) or "").partition("\n\n")[0]
    for name, text in found.items():
        yield f"- `{name}`: {' '.join(text.split())}"


def _functions(module: str) -> Iterator[str]:
    """Each public function or class of a module: how it is called, and its docstring."""
    loaded = import_module(module)
    for name in sorted(loaded.__all__):
        value = getattr(loaded, name)
        yield f"### {name}\n"
        if inspect.isfunction(value):
            yield f"```py\n{_call(name, value)}\n```\n"
        yield f"{_told(inspect.getdoc(value) or '')}\n"


def _call(name: str, function: Any) -> str:
    """How a function is called: names and defaults; types are in the text."""
    written: list[str] = []
    for one in inspect.signature(function).parameters.values():
        if one.name == "self":
            continue
        if one.kind is one.KEYWORD_ONLY and not any(it == "*" or it.startswith("*") for it in written):
            written.append("*")
        star = "*" if one.kind is one.VAR_POSITIONAL else "**" if one.kind is one.VAR_KEYWORD else ""
        default = "" if one.default is one.empty else f"={one.default!r}"
        written.append(f"{star}{one.name}{default}")
    return f"{name}({', '.join(written)})"


def _told(docstring: str) -> str:
    """A docstring as Markdown: its sections become lists."""
    lines: list[str] = []
    in_section = False
    for line in docstring.splitlines():
        if re.fullmatch(r"(Args|Attributes|Returns|Yields|Raises):", line):
            lines += [f"**{line[:-1]}**", ""]
            in_section = True
        elif in_section and (match := re.match(r"    (\*{0,2}\w+): (.*)$", line)):
            lines.append(f"- `{match[1]}`: {match[2]}")
        elif in_section and line.startswith("    "):
            lines.append(f"  {line.strip()}")
        else:
            lines.append(line)
    return "\n".join(lines).replace("``", "`")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(one.replace('|', chr(92) + '|') for one in line)} |\n" for line in lines)


def page(text: str) -> str:
    """The page with its parts as they should be."""
    made = parts()
    return _PART.sub(lambda match: f"{match[1]}\n{made[match[2]]}\n{match[3]}", text)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
