"""`harness conform`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from harness.cli.addressing import OF_ADDRESS, of_address
from harness.cli.interrupting import interrupted_gently
from harness.cli.judging import (
    baseline_option,
    profile_option,
    ruleset_option,
    strict_option,
    update_baseline_option,
)
from harness.cli.seconds import seconds_option

_OUT = "harness-report"
_SHOWN: Final = OF_ADDRESS | {"profile", "ruleset"}
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
@of_address(
    base_url="Test what already runs there, in place of a target.",
    wait_for=" Without it any answer at /models will do, in a minute with --upstream-port and in 5 seconds else.",
    upstream_port=" Without it the upstream is the target's own, and only its answers are judged.",
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
@profile_option
@ruleset_option
@baseline_option
@update_baseline_option
@strict_option
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
    address: dict[str, Any],
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
        **address,
        options=shown_options(context, only=_SHOWN),
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
        listen=given.upstream_port or 0,
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
