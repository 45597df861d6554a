"""`harness fuzz`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.addressing import of_address
from harness.cli.interrupting import interrupted_gently
from harness.cli.judging import baseline_option, profile_option, update_baseline_option
from harness.cli.seconds import seconds_option
from harness.cli.trying import of_clients, refuse_strays, try_client

if TYPE_CHECKING:
    from harness.fuzzing.hunt import Hunt

_OUT = "harness-fuzz"
_EXAMPLES = """\b
Examples:
  harness fuzz --max-time 60
  harness fuzz --target litellm --route 'responses over *' --database fuzz.db
  harness fuzz --base-url http://127.0.0.1:4000/v1 --model my-model --upstream-port 9000
  harness fuzz --client 'python client.py'
"""


@click.command(epilog=_EXAMPLES)
@click.option(
    "--target",
    "names",
    multiple=True,
    metavar="NAME",
    help="The gateway: builtin (the default), or another that `harness conform --list` shows.",
)
@of_address(
    base_url="Fuzz what already runs there, in place of a target.",
    wait_for="",
    upstream_port=" Needed with --base-url.",
)
@click.option(
    "--client",
    "client",
    metavar="COMMAND",
    help="Fuzz a client program in place of a gateway: serve it rare but legal streams; see docs/clients.md.",
)
@click.option(
    "--route",
    "routes",
    multiple=True,
    metavar="PATTERN",
    help="Only these ways through the gateway, such as 'chat over *', or 'chat' with --base-url; may be repeated.",
)
@click.option(
    "--mode",
    "modes",
    type=click.Choice(["stream", "whole"]),
    multiple=True,
    help="Only streamed or only whole answers; both by default.",
)
@click.option(
    "--rule",
    "only",
    multiple=True,
    metavar="PATTERN",
    help="Only findings of these rules, such as 'XLAT-*'; may be repeated.",
)
@click.option(
    "--ignore",
    "ignored",
    multiple=True,
    metavar="PATTERN",
    help="No findings of these rules; may be repeated.",
)
@click.option(
    "--tools",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where targets are installed; ~/.cache/llm-stream-harness/targets by default.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="N",
    help="Of what is generated: the same seed asks the same in the same order.",
)
@seconds_option(
    "--max-time",
    60.0,
    "Begin no conversation after so long, for shrinking neither; 0 is no limit. What is under way is played to its end:"
    " ten seconds or --timeout more, and four times that where a finding is being confirmed.",
    zero=True,
)
@click.option(
    "--max-examples",
    type=click.IntRange(min=1),
    metavar="N",
    help="The most conversations that are played, those for shrinking not counted.",
)
@click.option(
    "--stop-after",
    type=click.IntRange(min=1),
    metavar="N",
    help="Stop when so many different findings are there.",
)
@seconds_option(
    "--shrink-time", 20.0, "For making one finding small; 0 leaves it as it was found.", zero=True
)
@seconds_option("--timeout", 6.0, "For one session.")
@click.option(
    "--concurrency",
    type=click.IntRange(min=1),
    default=16,
    show_default=True,
    metavar="N",
    help="Sessions at a time.",
)
@click.option(
    "--database",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Keep what was found there, and play it first the next time.",
)
@profile_option
@baseline_option
@update_baseline_option
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["text", "json", "ndjson", "markdown"]),
    default="text",
    show_default=True,
    help="What goes to stdout; markdown is for --client.",
)
@click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path, file_okay=False),
    default=_OUT,
    show_default=True,
    metavar="DIR",
    help="Where a folder for each finding goes.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@of_clients
def command(
    names: tuple[str, ...],
    address: dict[str, Any],
    client: str | None,
    routes: tuple[str, ...],
    modes: tuple[str, ...],
    only: tuple[str, ...],
    ignored: tuple[str, ...],
    tools: Path | None,
    seed: int,
    max_time: float,
    max_examples: int | None,
    stop_after: int | None,
    shrink_time: float,
    timeout: float,
    concurrency: int,
    database: Path | None,
    profile: str,
    baseline: Path | None,
    update_baseline: bool,
    form: str,
    out: Path,
    quiet: bool,
    tried: dict[str, Any],
) -> int:
    """Find what a gateway gets wrong in conversations that nobody has thought of.

    Conversations are generated and played through the gateway, with our client before it and our upstream behind it,
    and judged as by `harness conform`. Each new finding is made as small as it gets, and kept as recordings of both
    sides, with a text for an issue, a curl line and a test.

    With --client it is a client program that is tried: it is served rare and legal streams, and must neither crash nor
    lose anything of them. See docs/clients.md.

    Exits with 1 where something was found, with 2 where the command line is wrong, with 3 where the gateway could not
    be fuzzed, or not to the end, and with 130 after Ctrl-C, which keeps what was found until then.
    """
    if client is not None or tried["is_list"]:
        return try_client(client, tried, form=form, quiet=quiet)
    refuse_strays(tried)
    if form == "markdown":
        raise click.UsageError(
            "--format markdown needs --client COMMAND: a hunt is told as text, json or ndjson"
        )
    from harness.cli.command import note
    from harness.cli.progress import Progress
    from harness.fuzzing.telling import line_of, written
    from harness.fuzzing.verb import fuzz

    if len(names) > 1:
        raise click.UsageError("--target is given more than once; one gateway is fuzzed at a time")
    progress = Progress()

    def tell(hunt: Hunt) -> None:
        if not quiet:
            progress.show(line_of(hunt))

    with interrupted_gently():
        outcome = fuzz(
            names[0] if names else "builtin",
            model=address.pop("models"),
            **address,
            routes=routes,
            modes=modes,
            only=only,
            ignored=ignored,
            seed=seed,
            max_time=max_time or None,
            max_examples=max_examples,
            stop_after=stop_after,
            shrink_time=shrink_time,
            timeout=timeout,
            concurrency=concurrency,
            database=database,
            profile=profile,
            baseline=baseline,
            update_baseline=update_baseline,
            out=out,
            tools=tools,
            announce=_unheard if quiet else note,
            tell=tell,
        )
    progress.clear()
    click.echo(written(outcome, form), nl=False)
    return outcome.exit_code


def _unheard(text: str) -> None:
    del text
