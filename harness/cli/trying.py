"""The half of `harness fuzz` that tries a client program."""

from __future__ import annotations

from typing import Any

import click

from harness.cli.gathering import gathered

_OF_CLIENTS = {
    "trials": "--trial",
    "dialects": "--dialect",
    "is_list": "--list",
    "lines": "--lines",
    "strict": "--strict",
    "python": "--python",
    "node_modules": "--node-modules",
}
_OF_GATEWAYS = (
    "names", "base_url", "wait_for", "headers", "models", "api_key_env", "inbound", "upstream_port", "routes", "modes",
    "only", "ignored", "tools", "stop_after", "shrink_time", "database", "profile", "baseline",
    "update_baseline", "out",
)  # fmt: skip
_OPTIONS = (
    click.option(
        "--trial",
        "trials",
        multiple=True,
        metavar="PATTERN",
        help="With --client: only these streams, by name, chapter, or a pattern such as 'chat-call*'; may be repeated.",
    ),
    click.option(
        "--dialect",
        "dialects",
        type=click.Choice(["chat", "responses"]),
        multiple=True,
        help="With --client: only streams of this dialect; both by default.",
    ),
    click.option(
        "--list",
        "is_list",
        is_flag=True,
        help="List the streams that --client serves, and serve none; one alone is shown whole.",
    ),
    click.option(
        "--lines",
        is_flag=True,
        help="With --client: the program takes many streams, one a line on stdin; see docs/clients.md.",
    ),
    click.option("--strict", is_flag=True, help="With --client: what is disputed fails, too."),
    click.option(
        "--python",
        metavar="PYTHON",
        help="With --client: the Python that has the client of a shipped driver.",
    ),
    click.option(
        "--node-modules",
        type=click.Path(path_type=str),
        metavar="DIR",
        help="With --client: where npm put the client of a shipped driver; ./node_modules by default.",
    ),
)


of_clients = gathered("tried", _OPTIONS)
"""Adds the options that belong to `--client`; all of them come in `tried`."""


def refuse_strays(tried: dict[str, Any]) -> None:
    """Refuse options of `--client` where there is none.

    Raises:
        click.UsageError: One was given.
    """
    for name, option in _OF_CLIENTS.items():
        if tried[name]:
            raise click.UsageError(f"{option} needs --client COMMAND: it is about client programs")


def try_client(client: str | None, tried: dict[str, Any], *, form: str, quiet: bool) -> int:
    """Serve the trials to a client, print what came of them, and give the exit code."""
    from harness.cli.interrupting import interrupted_gently
    from harness.cli.progress import Progress
    from harness.trials.playing import SECONDS
    from harness.trials.verb import CONCURRENCY, run

    given = click.get_current_context()
    for name in _OF_GATEWAYS:
        source = given.get_parameter_source(name)
        if source is not None and source.name not in {"DEFAULT", "DEFAULT_MAP"}:
            option = next(one for one in given.command.params if one.name == name).opts[-1]
            raise click.UsageError(f"{option} is about gateways; with --client it says nothing")

    def chosen(name: str, otherwise: Any) -> Any:
        """What the command line says; the defaults of gateways are not those of clients."""
        source = given.get_parameter_source(name)
        told = given.params[name]
        return otherwise if source is None or source.name == "DEFAULT" else told

    progress = Progress()
    texts: list[str] = []
    with interrupted_gently():
        code = run(
            command="list" if client is None else client,
            form=form,
            seconds=chosen("timeout", SECONDS),
            max_time=chosen("max_time", 0) or None,
            concurrency=chosen("concurrency", CONCURRENCY),
            max_examples=chosen("max_examples", None) or 0,
            seed=chosen("seed", 0),
            quiet=quiet,
            say=texts.append,
            progress=lambda done, of, name: progress.show(f"{done:,} of {of:,}  {name}"),
            **tried,
        )
    progress.clear()
    for text in texts:
        click.echo(text)
    return code
