"""Options from `[tool.harness]` in pyproject.toml.

A table per command (`[tool.harness.replay]`), option names as on the command line without the dashes:

```toml
[tool.harness.replay]
pace = "recorded"
listen = "127.0.0.1:8080"
```

The nearest pyproject.toml upwards from the working directory counts; the command line wins over it.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from harness.errors import InputError, UnknownName


def defaults(start: Path | None = None) -> dict[str, Any]:
    """Click's `default_map` from the nearest pyproject.toml; empty where there is none or no `[tool.harness]`.

    Raises:
        InputError: The file is not TOML, or `tool.harness` is no table of tables.
        UnknownName: A table names no command, or a key no option of it.
    """
    folder = (start or Path.cwd()).resolve()
    for candidate in (folder, *folder.parents):
        path = candidate / "pyproject.toml"
        if path.is_file():
            return _read(path)
    return {}


def _read(path: Path) -> dict[str, Any]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            "pyproject.toml is not TOML", where=path.name, found=str(error), hint="mend it, or run elsewhere"
        ) from error
    settings = document.get("tool", {}).get("harness", {})
    if not settings:
        return {}
    return _checked(settings, f"{path.name} [tool.harness]")


def _checked(settings: Any, where: str, group: Any = None) -> dict[str, Any]:
    """The settings by click's parameter names, each checked against the command that it is for."""
    import click

    from harness.cli import cli

    group = group or cli
    if not isinstance(settings, dict):
        raise InputError("this must be a table", where=where, found=type(settings).__name__)
    checked: dict[str, Any] = {}
    context = click.Context(group)
    for name, table in settings.items():
        command = group.get_command(context, name)
        here = f"{where[:-1]}.{name}]"
        if command is None:
            raise UnknownName("command", name, group.list_commands(context), where=where)
        if isinstance(command, click.Group):
            checked[name] = _checked(table, here, command)
            continue
        if not isinstance(table, dict):
            raise InputError("this must be a table of options", where=here, found=type(table).__name__)
        options = {
            option.lstrip("-"): parameter.name
            for parameter in command.params
            if isinstance(parameter, click.Option)
            for option in parameter.opts
            if option.startswith("--")
        }
        for key in table:
            if key not in options:
                raise UnknownName("option", key, options, where=here)
        checked[name] = {options[key]: value for key, value in table.items()}
    return checked
