"""`harness check`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.judging import (
    baseline_option,
    profile_option,
    ruleset_option,
    strict_option,
    update_baseline_option,
)
from harness.cli.seconds import seconds_option

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.cassettes.exchange import Exchange
    from harness.checking.baseline import Baseline
    from harness.checking.report import Totals, Verdict
    from harness.reporting.format import Format

_READ = 65_536


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="PATH|URL|- ...")
@click.option(
    "--dialect",
    type=click.Choice(["auto", "chat", "responses", "anthropic", "gemini"]),
    default="auto",
    show_default=True,
    help="What the inputs speak; auto looks at request and body.",
)
@profile_option
@ruleset_option
@click.option(
    "--rule",
    "rules",
    multiple=True,
    metavar="ID,...",
    help="Ask these rules only: ids, slugs, or families such as RESP-SEQ; may be repeated.",
)
@strict_option
@click.option(
    "--request",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What a plain body answers, or what to send to a URL: a JSON body, or an object with method, headers, json.",
)
@click.option(
    "--upstream",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The recording of the upstream half, so that the rules on translation can compare.",
)
@baseline_option
@update_baseline_option
@click.option(
    "--sdk",
    "sdks",
    multiple=True,
    metavar="NAME,...",
    help="Feed the same bytes to an installed SDK, and say what it makes of them: openai-python, openai-node; "
    "may be repeated.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="How many processes share the files.",
)
@click.option(
    "--format",
    "form",
    default="text",
    show_default=True,
    metavar="FORMAT",
    help="What goes to stdout: text, json, ndjson or github (annotations for a workflow).",
)
@seconds_option(
    "--timeout",
    60.0,
    "How long a URL may be silent; then the answer is given up, and what has come is judged.",
)
@click.option(
    "--header",
    "headers",
    multiple=True,
    metavar="'NAME: VALUE'",
    help="A field to send to a URL; may be repeated.",
)
@click.option(
    "--api-key-env",
    metavar="VARIABLE",
    help="The environment variable whose value is sent to a URL as the API key.",
)
@click.option(
    "--ca",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Certificates (PEM) to trust beside the usual ones, for a URL.",
)
def command(
    inputs: tuple[str, ...],
    dialect: str,
    profile: str,
    ruleset: str | None,
    rules: tuple[str, ...],
    strict: bool,
    request: Path | None,
    upstream: Path | None,
    baseline: Path | None,
    update_baseline: bool,
    sdks: tuple[str, ...],
    jobs: int,
    form: str,
    timeout: float,
    headers: tuple[str, ...],
    api_key_env: str | None,
    ca: Path | None,
) -> int:
    """Judge streams and whole answers by the rules of their protocol.

    An input is a recording (a cassette, vcrpy YAML or JSON, HAR), a plain SSE or JSON body, a folder of them, a glob
    in quotes, the name of a shipped recording such as llama-server/chat/text, - for standard input, or the URL of a
    live server, which is sent --request.

    Exits with 1 where something is wrong, or an entry of the baseline is no longer true; with 3 where a server cannot
    be reached; with 4 where an input cannot be read, or where there was nothing to judge at all.
    """
    from importlib.metadata import version

    from harness.cli.colour import wanted
    from harness.cli.command import note, read_once
    from harness.io.recordings import read_bytes
    from harness.jobs.accepting import open_baseline, unexplained, write_baseline
    from harness.jobs.asking import check_urls, spoken
    from harness.jobs.check import other_halves
    from harness.jobs.inputs import is_one, named
    from harness.jobs.judging import Terms, verdicts
    from harness.jobs.live import live_exchange
    from harness.reporting.format import Heading
    from harness.reporting.registry import format_named

    if update_baseline and baseline is None:
        raise click.UsageError("--update-baseline needs --baseline FILE")
    read_once(inputs)
    sent = None if request is None else read_bytes(request)
    check_urls(inputs, sent)
    writer_type = format_named(form)
    terms = Terms(
        dialect=dialect,
        profile=profile,
        ruleset=ruleset,
        only=frozenset(name for given in rules for name in given.split(",")) or None,
        strict=strict,
        request=sent,
        upstream=other_halves(upstream),
        sdks=tuple(name for given in sdks for name in given.split(",")),
        alone=is_one(inputs),
    ).checked()
    accepted = None if baseline is None else open_baseline(baseline, only=terms.only, new=update_baseline)

    def ask(url: str) -> Exchange:
        return live_exchange(
            url, sent, headers=headers, key_variable=api_key_env, ca=ca, read_timeout=timeout
        )

    writer = writer_type(Heading(version("llm-stream-harness"), profile), styled=wanted(sys.stdout))
    found = verdicts(named(inputs), terms, jobs=jobs, stdin=_standard_input(), ask=ask)
    totals = _write(
        writer,
        found,
        accepted,
        strict=strict,
        asked=frozenset() if sent is None else spoken(sent),
        tell_stale=not update_baseline,
    )
    if accepted is not None and baseline is not None and update_baseline:
        written = write_baseline(accepted, baseline)
        removed = f", {written.removed} removed" if written.removed else ""
        note(f"{baseline}: {_entries(written.entries)}, {written.new} new{removed}")
        _note_unexplained(written.unexplained)
        return totals.exit_code if totals.exit_code != 1 else 0
    if accepted is not None:
        _note_unexplained(unexplained(accepted.entries))
    return max(totals.exit_code, 1 if accepted is not None and accepted.stale() else 0)


def _entries(count: int) -> str:
    return f"{count} entr{'y' if count == 1 else 'ies'}"


def _note_unexplained(count: int) -> None:
    from harness.cli.command import note

    if count:
        note(f"{_entries(count)} of the baseline ha{'s' if count == 1 else 've'} no reason yet")


def _write(
    writer: Format,
    found: Iterator[tuple[Verdict, ...]],
    accepted: Baseline | None,
    *,
    strict: bool,
    asked: frozenset[str],
    tell_stale: bool,
) -> Totals:
    """Write verdicts as they come; what could not be read goes to stderr as well."""
    from harness.checking.report import Totals
    from harness.cli.command import note
    from harness.cli.progress import Progress

    totals = Totals()
    passed_over = others = 0
    progress = Progress()
    _out(writer.begin())
    for verdicts in found:
        passed_over += not verdicts
        for verdict in verdicts:
            sorted_out = verdict if accepted is None else accepted.sort_out(verdict, strict=strict)
            totals.add(sorted_out)
            others += _without_the_request(verdict, asked)
            pieces = list(writer.verdict(sorted_out))
            if pieces or sorted_out.obstacle is not None:
                progress.clear()
            _out(pieces)
            if sorted_out.obstacle is not None:
                note(str(sorted_out.obstacle))
        progress.show(f"{totals.inputs:,} exchange{'' if totals.inputs == 1 else 's'} judged")
    progress.clear()
    _out(writer.end(totals, accepted.stale() if accepted is not None and tell_stale else ()))
    if passed_over:
        note(f"passed over {passed_over:,} file{'' if passed_over == 1 else 's'} without a recording")
    if others:
        note(
            f"--request is of another dialect than {others:,} of the inputs, which were judged without a request"
        )
    return totals


def _without_the_request(verdict: Verdict, asked: frozenset[str]) -> bool:
    """Whether the request was not given to an exchange because it is of another dialect."""
    if not asked or verdict.dialect is None or verdict.dialect in asked:
        return False
    return any(one.missing == "request" for one in verdict.outcomes)


def _out(pieces: Iterable[str]) -> None:
    for piece in pieces:
        click.echo(piece, nl=False)


def _standard_input() -> Iterator[bytes]:
    """Standard input as it comes, so that a live stream can be piped in."""
    from harness.cli.command import note

    try:
        while sys.stdin is not None and (piece := sys.stdin.buffer.read1(_READ)):  # type: ignore[union-attr]
            yield piece
    except KeyboardInterrupt:
        note("interrupted before the end of standard input; nothing is said of what had come")
        raise
