"""The page about the command line, made from the commands themselves: `docs/cli.md`.

`python -m harness.cli.reference > docs/cli.md` writes it anew.
"""

from __future__ import annotations

import sys
from inspect import cleandoc
from typing import TYPE_CHECKING

import click

from harness.cli import cli

if TYPE_CHECKING:
    from collections.abc import Iterator

_INTRODUCTION = """\
# Command line

<!-- Made by harness.cli.reference from the commands themselves; do not edit it by hand. -->

Machine formats go to stdout, and nothing else goes there; progress, prose and errors go to stderr. Drawings and
differences are coloured on a terminal only, and not where `NO_COLOR` is set. A reader that goes away (`| head`) is no
error.

## Exit codes

| code | meaning |
|---|---|
| 0 | clean |
| 1 | findings: a rule is broken, recordings differ, no recording answers a request, a cassette holds a secret |
| 2 | usage: an option or argument that cannot be meant |
| 3 | the upstream is unreachable, a port is taken, a file cannot be written, or a defect of this tool |
| 4 | unreadable input: a damaged cassette, or none; nothing that could be judged |

Of several the highest counts. With `-- COMMAND` the command's own code wins unless it is 0, as 128 + N where signal N
ended it. A recorder or replay server that is ended with Ctrl-C (or SIGTERM, or SIGHUP) ends cleanly.

Every error has the same form, on stderr, and no traceback:

    port-in-use: another program listens on this address
      where     127.0.0.1:8080
      hint      stop it, or choose another port; port 0 takes a free one

An `internal-error` is a defect of this tool; `HARNESS_TRACEBACK=1` shows where it happened.

## Recordings

Every command that takes a recording takes a cassette (`*.cassette.jsonl`), vcrpy YAML or JSON, HAR, a plain SSE or JSON
body; a folder of them; or the name of a shipped recording such as `llama-server/chat/text`. `-` is standard input for
`check`, `show`, `diff`, `verify`, `import`, `export` and `unpack`. See [import-export.md](import-export.md).

## Options from pyproject.toml

The nearest `pyproject.toml` upwards from the working directory that has a table `[tool.harness]` gives options to the
commands, by their names without the dashes; the command line wins over it. An option that can be given several times is
a list. Paths are seen from the folder of that file. An unknown name is an error.

```toml
[tool.harness.record]
upstream = "https://api.openai.com/v1"
ca = "certificates/company.pem"

[tool.harness.replay]
listen = "127.0.0.1:8080"
pace = "instant"
normalise = ["temp_paths", "uuids"]

[tool.harness.cassette.show]
events = 40
```
"""


def render() -> str:
    """The whole page, as Markdown."""
    lines = [_INTRODUCTION]
    for path, command in commands():
        lines += ["\n".join(_section(path, command)), ""]
    return "\n".join(lines).rstrip() + "\n"


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command but the groups, by how it is called, in the order of the help texts."""
    yield from _inside("harness", cli)


def _inside(path: str, group: click.Group) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group, info_name=path)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _inside(f"{path} {name}", command)
        elif command is not None:
            yield f"{path} {name}", command


def _section(path: str, command: click.Command) -> Iterator[str]:
    # A command keeps the help option that it first made: it must be the one of the command line.
    names = cli.context_settings["help_option_names"]
    context = click.Context(command, info_name=path, help_option_names=names)
    yield f"## {path}"
    yield ""
    yield f"    {path} {' '.join(command.collect_usage_pieces(context))}"
    yield ""
    yield cleandoc(command.help or "")
    yield ""
    yield "| option | meaning |"
    yield "|---|---|"
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield f"| {_named(parameter, context)} | {_meaning(parameter)} |"


def _named(option: click.Option, context: click.Context) -> str:
    """`-o, --output PATH`; a pipe would end the table's cell."""
    value = "" if option.is_flag else " " + option.make_metavar(context)
    return f"`{', '.join(option.opts)}{value}`".replace("|", "\\|")


def _meaning(option: click.Option) -> str:
    parts = [option.help or ""]
    if option.required:
        parts.append("It must be given.")
    if option.multiple and "may be repeated" not in parts[0]:
        parts.append("It can be given several times.")
    if option.show_default:
        parts.append(f"Default: `{option.default}`.")
    return " ".join(parts).replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(render())
