"""Options from `[tool.harness]` in pyproject.toml.

A table per command (`[tool.harness.replay]`, `[tool.harness.cassette.show]`), option names as on the command line
without the dashes:

```toml
[tool.harness.replay]
pace = "recorded"
listen = "127.0.0.1:8080"
normalise = ["temperature"]
```

The nearest pyproject.toml upwards from the working directory that has such a table counts; the command line wins over
it. Paths in it are seen from the folder that it lies in. Only the table of the command that runs is read, and none
where help is asked for, so that a mistake in another one costs nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import FileAccessError, InputError, UnknownName, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import click

_HELP = frozenset({"-h", "--help", "--version"})


def defaults(arguments: Sequence[str], start: Path | None = None) -> dict[str, Any]:
    """Click's `default_map` for the command that the arguments name; empty where nothing is set for it.

    Args:
        arguments: What stands behind `harness`.
        start: Where to look first; the working directory by default.

    Raises:
        InputError: The file is not TOML.
        UsageError: A value is of the wrong type.
        UnknownName: A table names no command, or a key no option of it.
    """
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if not own or not _HELP.isdisjoint(own):
        return {}
    found = _settings((start or Path.cwd()).absolute())
    if found is None:
        return {}
    path, settings = found
    return _for_command(own, settings, path)


def _settings(folder: Path) -> tuple[Path, Any] | None:
    """The nearest pyproject.toml with `[tool.harness]`, and that table."""
    for candidate in (folder, *folder.parents):
        path = candidate / "pyproject.toml"
        if path.is_file():
            settings = _toml(path).get("tool", {})
            if isinstance(settings, dict) and "harness" in settings:
                return path, settings["harness"]
    return None


def _toml(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        data = path.read_bytes()
        # A file that does not mention it need not be parsed: that is most of the start-up time of a bystander.
        return tomllib.loads(data.decode("utf-8")) if b"harness" in data else {}
    except OSError as error:
        raise FileAccessError("cannot read this file", where=str(path), found=error.strerror) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            "pyproject.toml is not TOML", where=str(path), found=str(error), hint="mend it, or run elsewhere"
        ) from error


def _for_command(arguments: Sequence[str], settings: Any, path: Path) -> dict[str, Any]:
    """The settings of one command, inside the tables of its groups."""
    import click

    from harness.cli import cli

    command: click.Command = cli
    context = click.Context(cli, info_name="harness")
    table = "tool.harness"
    result: dict[str, Any] = {}
    inner = result
    for name in arguments:
        where = f"{path.name} [{table}]"
        if not isinstance(command, click.Group):
            break
        if not isinstance(settings, dict):
            raise UsageError("this must be a table", where=where, found=_kind(settings))
        names = command.list_commands(context)
        for key in settings:
            if key not in names:
                raise UnknownName("command", key, names, where=where)
        if name.startswith("-") or name not in names or name not in settings:
            break
        command = command.get_command(context, name) or command
        settings, table = settings[name], f"{table}.{name}"
        inner[name] = inner = {}
    if not isinstance(command, click.Group):
        inner |= _options(command, settings, path, f"{path.name} [{table}]")
    return result


def _options(command: click.Command, settings: Any, path: Path, where: str) -> Mapping[str, Any]:
    """The options of one command by click's names for them."""
    if not isinstance(settings, dict):
        raise UsageError("this must be a table of options", where=where, found=_kind(settings))
    known = dict(_known(command))
    result: dict[str, Any] = {}
    for key, value in settings.items():
        if key not in known:
            raise UnknownName("option", key, known, where=where)
        option = known[key]
        result[option.name or key] = _value(option, value, path.parent, f"{where}, {key}")
    return result


def _known(command: click.Command) -> Iterator[tuple[str, click.Option]]:
    import click

    for parameter in command.params:
        if isinstance(parameter, click.Option):
            for option in parameter.opts:
                if option.startswith("--") and option not in _HELP:
                    yield option.removeprefix("--"), parameter


def _value(option: click.Option, value: Any, folder: Path, where: str) -> Any:
    """One value, of the type that the option takes; click reads what it means."""
    if option.multiple:
        if not isinstance(value, list):
            raise UsageError("this must be a list", where=where, found=_kind(value))
        return [_single(option, one, folder, where) for one in value]
    if option.is_flag:
        if not isinstance(value, bool):
            raise UsageError("this must be true or false", where=where, found=_kind(value))
        return value
    return _single(option, value, folder, where)


def _single(option: click.Option, value: Any, folder: Path, where: str) -> Any:
    import click

    numeric = isinstance(option.type, click.types.IntParamType)
    if isinstance(value, bool) or not isinstance(value, int if numeric else (str, int)):
        expected = "a whole number" if numeric else "a text"
        raise UsageError(f"this must be {expected}", where=where, found=_kind(value))
    if isinstance(option.type, click.Path) and folder != Path.cwd():
        return str(folder / str(value))
    return value if numeric else str(value)


def _kind(value: Any) -> str:
    names = {
        dict: "a table",
        list: "a list",
        str: "a text",
        bool: "true or false",
        int: "a number",
        float: "a number",
    }
    return names.get(type(value), type(value).__name__)
