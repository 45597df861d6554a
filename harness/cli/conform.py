"""`harness conform`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.interrupting import interrupted_gently
from harness.cli.seconds import seconds_option

if TYPE_CHECKING:
    from harness.translation.engine import InboundDialect

_OUT = "harness-report"
_OF_ADDRESS = frozenset(
    {
        "base_url",
        "wait_for",
        "headers",
        "models",
        "api_key_env",
        "inbound",
        "upstream_port",
        "profile",
        "ruleset",
    }
)
"""The options without which a cell of a target at an address could not be played again."""


@click.command()
@click.option(
    "--target",
    "names",
    multiple=True,
    metavar="NAME",
    help="What is tested: builtin (the default), or another that --list shows; all is every one that is installed; "
    "may be repeated.",
)
@click.option("--base-url", metavar="URL", help="Test what already runs there, in place of a target.")
@click.option(
    "--wait-for",
    default="",
    metavar="URL",
    help="A URL that answers with success when --base-url is ready, in a minute at most. Without it any answer at "
    "/models will do, in a minute with --upstream-port and in 5 seconds else.",
)
@click.option(
    "--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="A field to send to --base-url."
)
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="NAME",
    help="The model to ask --base-url for; may be repeated.",
)
@click.option(
    "--api-key-env",
    metavar="VARIABLE",
    help="The environment variable whose value --base-url is sent as the API key.",
)
@click.option(
    "--inbound",
    type=click.Choice(["chat", "responses"]),
    multiple=True,
    help="What --base-url is asked in; both by default; may be repeated.",
)
@click.option(
    "--upstream-port",
    type=click.IntRange(0, 65_535),
    metavar="PORT",
    help="The gateway at --base-url asks our upstream, which listens there on this machine. Without it the upstream is "
    "the target's own, and only its answers are judged.",
)
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    metavar="NAME",
    help="Play these only: names, patterns with *, or capabilities such as tools; may be repeated.",
)
@click.option(
    "--cassette",
    "cassettes",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Play a recording in place of scenarios: its request is sent, and its upstream answers; may be repeated.",
)
@click.option("--list", "is_list", is_flag=True, help="List scenarios and targets, and play nothing.")
@click.option(
    "--install", "is_install", is_flag=True, help="Install the targets first, each in its own folder."
)
@click.option(
    "--tools",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where targets are installed; ~/.cache/llm-stream-harness/targets by default.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(min=1),
    default=32,
    show_default=True,
    metavar="N",
    help="Sessions at a time.",
)
@seconds_option("--timeout", 0.0, "For one session; 0 leaves that to its scenario.", zero=True)
@seconds_option(
    "--budget", 0.0, "For each target; what is left then is not played. 0 is no limit.", zero=True
)
@click.option(
    "--requests", type=click.IntRange(min=1), metavar="N", help="The most requests that a target is sent."
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="N",
    help="Play in another order; 0 plays as listed.",
)
@click.option(
    "--profile",
    default="openai",
    show_default=True,
    metavar="NAME",
    help="Which rules hold and how bad a breach is; see docs/checking.md.",
)
@click.option(
    "--ruleset",
    metavar="DATE",
    help="Judge by the rules and severities of that date; newer rules are shown and not counted.",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Findings that are known and accepted, as TOML.",
)
@click.option(
    "--update-baseline", is_flag=True, help="Write what is found to the baseline, and keep its reasons."
)
@click.option("--strict", is_flag=True, help="A warning fails, too.")
@click.option(
    "--format",
    "forms",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help="What goes to stdout (text), or to a file: json, junit, sarif, markdown and others; may be repeated.",
)
@click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path, file_okay=False),
    default=_OUT,
    show_default=True,
    metavar="DIR",
    help="Where result, recordings and HTML go.",
)
@click.option(
    "--redact-content",
    is_flag=True,
    help="Blank prompts and answers in the HTML; result.json and recordings keep them.",
)
@click.option(
    "-q",
    "--quiet",
    is_flag=True,
    help="No progress, and no word on where things lie or on what is waited for.",
)
def command(
    names: tuple[str, ...],
    base_url: str | None,
    wait_for: str,
    headers: tuple[str, ...],
    models: tuple[str, ...],
    api_key_env: str | None,
    inbound: tuple[InboundDialect, ...],
    upstream_port: int | None,
    scenarios: tuple[str, ...],
    cassettes: tuple[Path, ...],
    is_list: bool,
    is_install: bool,
    tools: Path | None,
    concurrency: int,
    timeout: float,
    budget: float,
    requests: int | None,
    seed: int,
    profile: str,
    ruleset: str | None,
    baseline: Path | None,
    update_baseline: bool,
    strict: bool,
    forms: tuple[str, ...],
    out: Path,
    redact_content: bool,
    quiet: bool,
) -> int:
    """Put a gateway through scenarios, with our client before it and our upstream behind it, and judge what it does.

    Without options the built-in gateway is put through all of them, in well under a minute. No key and no model is
    needed. DIR holds then: report.html, which needs nothing else; result.json, of which `harness report` makes other
    reports; and recordings of both sides.

    Exits with 1 where something is wrong, or an entry of the baseline is no longer true; with 3 where a target could
    not be tested, or not to its end; with 130 after Ctrl-C, which keeps what was played until then.
    """
    from harness.checking.profiles import profile as profile_named
    from harness.checking.rulesets import ruleset as ruleset_of
    from harness.cli.command import note
    from harness.cli.complaints import Complaints
    from harness.cli.concluding import concluded
    from harness.cli.listing import listed
    from harness.cli.progress import Progress
    from harness.cli.reports import refuse_unwritable, wanted
    from harness.cli.showing import shown_options
    from harness.conforming.choosing import chosen_scenarios, matching
    from harness.conforming.recorded import scenarios_of
    from harness.conforming.targeting import Given, chosen_targets, hidden_headers, installed, secrets_of
    from harness.conforming.whole import run_all
    from harness.conforming.wishes import TOOLS, Wishes
    from harness.jobs.accepting import open_baseline
    from harness.targets.registry import own_scenarios

    if is_list:
        listed(chosen_scenarios(scenarios), matching(own_scenarios(), scenarios))
        return 0
    context = click.get_current_context()
    given = Given(
        base_url=base_url,
        wait_for=wait_for,
        headers=headers,
        models=models,
        api_key_env=api_key_env,
        inbound=inbound,
        upstream_port=upstream_port,
        options=shown_options(context, only=_OF_ADDRESS),
        announce=_unheard if quiet else note,
    )
    if update_baseline and baseline is None:
        raise click.UsageError("--update-baseline needs --baseline FILE")
    if cassettes and scenarios:
        raise click.UsageError(
            "--cassette and --scenario exclude each other: a recording is a scenario itself"
        )
    formats = wanted(forms)
    profile_named(profile)
    if ruleset is not None:
        ruleset_of(ruleset)
    folder = (tools or TOOLS).expanduser().absolute()
    targets = chosen_targets(names, given, folder)
    chosen = tuple(one for path in cassettes for one in scenarios_of(path)) or chosen_scenarios(scenarios)
    accepted = None if baseline is None else open_baseline(baseline, new=update_baseline)
    refuse_unwritable(formats, out)
    complaints = Complaints()
    if is_install:
        for target in targets:
            with complaints.heard():
                installed(target, folder, note)
    progress = Progress()

    def tell(done: int, of: int, cell: str) -> None:
        if not quiet:
            progress.show(_line(f"{done:,} of {of:,}  {cell}"))

    wishes = Wishes(
        scenarios=chosen,
        names=scenarios,
        cassette=cassettes[0].name if len(cassettes) == 1 else "",
        profile=profile,
        ruleset=ruleset,
        concurrency=concurrency,
        seconds=timeout or None,
        budget=budget or None,
        requests=requests,
        seed=seed,
        secrets=secrets_of(given),
        hidden=hidden_headers(given),
        listen=upstream_port or 0,
        progress=tell,
    )
    with interrupted_gently():
        ran = run_all(
            targets,
            wishes,
            out=out,
            tools=folder,
            baseline=accepted,
            baseline_name=baseline.name if baseline is not None else None,
            command=f"harness conform {shown_options(context)}".rstrip(),
        )
        progress.clear()
        for trouble in ran.troubles:
            complaints.say(trouble)
        return concluded(
            ran,
            formats,
            out,
            complaints,
            accepted=accepted,
            baseline=baseline if update_baseline else None,
            strict=strict,
            optional=[one.name for one in targets] if "all" in names else (),
            tools=folder,
            redact_content=redact_content,
            quiet=quiet,
        )


def _unheard(text: str) -> None:
    del text


def _line(text: str) -> str:
    """As much of a text as one line of the terminal has room for."""
    from shutil import get_terminal_size

    return text[: max(20, get_terminal_size().columns - 1)]
