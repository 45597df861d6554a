"""`harness serve`: a gateway in front of any upstream."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.command import WithCommand, listen_option, note, until_interrupted, wait, warn_of_strangers
from harness.cli.seconds import seconds_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.matching.policy import RepeatRule
    from harness.gateway.destinations import Destination
    from harness.jobs.serve import GatewayServer, GatewaySummary

_SHOWN = 20


@click.command(cls=WithCommand)
@click.option(
    "--upstream",
    "upstreams",
    multiple=True,
    required=True,
    metavar="[NAME=]DIALECT[=URL]",
    help="Who answers: chat=URL, responses=URL, gemini=URL, anthropic=URL; or a profile: deepseek, "
    "vllm=URL. May be repeated: a model NAME/model then goes to the upstream NAME, any other to the first.",
)
@click.option(
    "--profile", metavar="NAME", help="What is particular to the upstream, where --upstream does not say."
)
@click.option(
    "--route",
    "routes",
    multiple=True,
    metavar="PATTERN=NAME",
    help="Models whose names fit the pattern (gpt-*) go to the upstream NAME.",
)
@listen_option()
@click.option(
    "--api-key-env",
    "key_variables",
    multiple=True,
    metavar="[NAME=]VARIABLE",
    help="Where the upstream's key is; by default in the profile's variables, if the URL is the profile's own or the "
    "profile is named.",
)
@click.option(
    "--pass-key",
    is_flag=True,
    help="Send upstreams the client's own key. Without it no client's key goes anywhere.",
)
@click.option(
    "--record", type=click.Path(path_type=Path), metavar="DIR", help="Record both sides in this folder."
)
@click.option("--overwrite", is_flag=True, help="Replace what was recorded there.")
@click.option(
    "--replay",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Ask no upstream: take what it said in this recording. The same bytes every time.",
)
@click.option(
    "--repeats",
    type=click.Choice(["strict", "last", "cycle"]),
    default="strict",
    show_default=True,
    help="With --replay: what answers a request whose recordings have all been played.",
)
@click.option(
    "--losses",
    multiple=True,
    metavar="[CODE=]POLICY",
    help="What is done about what cannot be carried: error (refuse the request), warn or allow; may be repeated for "
    "single codes, L106=warn. By default each code's own severity counts: `harness rule L106` tells it, "
    "docs/translation.md lists all.",
)
@click.option(
    "--reasoning",
    type=click.Choice(["drop", "reasoning_content", "reasoning", "reasoning_details"]),
    default="drop",
    show_default=True,
    help="In which member a Chat client is sent thought, which Chat itself has no place for.",
)
@click.option(
    "--stream-losses", is_flag=True, help="Tell losses in streams, too, as comments before their end."
)
@click.option(
    "--emulate-stop", is_flag=True, help="Cut texts at stop sequences that the upstream cannot be given."
)
@click.option("--passthrough", is_flag=True, help="Same dialect on both sides: pass bytes on as they are.")
@click.option(
    "--retries",
    type=click.IntRange(min=0),
    default=2,
    show_default=True,
    help="How often an upstream is asked again after 408, 409, 429, 5xx or no connection, before the client is told.",
)
@seconds_option("--connect-timeout", 10.0, "For a connection to the upstream.")
@seconds_option("--first-byte-timeout", 600.0, "Until its answer begins; 0 waits for ever.", zero=True)
@seconds_option("--idle-timeout", 300.0, "Between two reads of the answer; 0 waits for ever.", zero=True)
@seconds_option("--timeout", 0.0, "For all attempts together, to the answer's end; 0 is no limit.", zero=True)
@seconds_option(
    "--keep-alive",
    15.0,
    "Send a comment in a stream after so much silence of the upstream; 0 never does.",
    zero=True,
)
@click.option(
    "--max-body",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    metavar="MEGABYTES",
    help="Longest request.",
)
@click.option(
    "--store",
    default="memory",
    show_default=True,
    metavar="PATH|memory|none",
    help="Where responses are kept for upstreams that keep none themselves: 10,000, 256 MB and 30 days at most.",
)
@click.option(
    "--ca",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Certificates (PEM) to trust beside the usual ones.",
)
@click.option("-q", "--quiet", is_flag=True, help="No line of JSON on stderr for each request.")
def command(
    upstreams: tuple[str, ...],
    profile: str | None,
    routes: tuple[str, ...],
    listen: tuple[str, int],
    key_variables: tuple[str, ...],
    pass_key: bool,
    record: Path | None,
    overwrite: bool,
    replay: Path | None,
    repeats: RepeatRule,
    losses: tuple[str, ...],
    reasoning: Any,
    stream_losses: bool,
    emulate_stop: bool,
    passthrough: bool,
    retries: int,
    connect_timeout: float,
    first_byte_timeout: float,
    idle_timeout: float,
    timeout: float,
    keep_alive: float,
    max_body: int,
    store: str,
    ca: Path | None,
    quiet: bool,
    command: tuple[str, ...],
) -> int:
    """Serve Chat Completions and Responses on a local port, in front of any upstream.

    With -- COMMAND, the command runs with OPENAI_BASE_URL (and OPENAI_API_BASE) pointing here; the server ends with it,
    and its exit code wins unless it is 0. Where it has no OPENAI_API_KEY, it is given one that is none, as SDKs do not
    start without; NO_PROXY names this machine. Clients of other vendors' dialects go where they always go.

    --record DIR writes client.cassette.jsonl and upstream.cassette.jsonl; `harness check DIR/client.cassette.jsonl
    --upstream DIR/upstream.cassette.jsonl` then holds the two against each other.

    Exits with 1 where a request was answered by no recording, or something was refused because it holds a secret that
    cannot be hidden; with 3 where an upstream that was asked could never be reached.
    """
    from harness.gateway.limits import Limits
    from harness.io.process import run_command
    from harness.jobs.serve import gateway_server
    from harness.translation.manner import Manner

    server = gateway_server(
        upstreams,
        host=listen[0],
        port=listen[1],
        profile=profile,
        routes=_routes(routes),
        key_variables=key_variables,
        pass_key=pass_key,
        record=record,
        overwrite=overwrite,
        replay=replay,
        repeats=repeats,
        losses=losses,
        manner=Manner(reasoning=reasoning, stream_losses=stream_losses, emulate_stop=emulate_stop),
        passthrough=passthrough,
        retries=retries,
        limits=Limits(
            connect=connect_timeout,
            first_byte=first_byte_timeout or None,
            idle=idle_timeout or None,
            total=timeout or None,
        ),
        keep_alive=keep_alive or None,
        max_body=max_body << 20,
        store=store,
        ca=ca,
    )
    with until_interrupted() as interrupted, _log(quiet=quiet), _frozen():
        code = 0
        with server:
            _introduce(server, replay)
            warn_of_strangers(listen[0])
            if command:
                code = run_command(command, server.environment)
            else:
                click.echo(server.base_url)
                note("Ctrl-C ends it")
                wait(interrupted)
            server.stop()
            summary = server.summary()
    return code or _report(summary)


def _routes(given: tuple[str, ...]) -> dict[str, str]:
    routes = {}
    for word in given:
        pattern, separator, name = word.rpartition("=")
        if not (separator and pattern and name):
            raise click.UsageError(f"{word!r} is no route: write PATTERN=NAME, such as gpt-*=openai")
        routes[pattern] = name
    return routes


@contextmanager
def _frozen() -> Iterator[None]:
    """What is there now stays: to look through it again and again would hold up every stream for a tenth of a second.

    Only while it serves: whoever runs the command inside a program of its own wants to get its garbage collected later.
    """
    import gc

    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def _log(*, quiet: bool) -> Iterator[None]:
    """What is logged goes to stderr, as lines of JSON; where it is to be quiet, only what is wrong."""
    import logging

    from harness.gateway.accounts import LOGGER, JsonLines

    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logger = logging.getLogger(LOGGER)
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING if quiet else logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]


def _introduce(server: GatewayServer, replay: Path | None) -> None:
    for one in server.destinations.every:
        origin = f"a recording in {replay}" if replay is not None else one.base_url
        if one.pass_key:
            key = "the client's key is passed on"
        elif one.key is not None:
            key = "with a key of the environment"
        else:
            key = f"without a key{_why(one)}"
        note(
            f"{one.name}: {one.dialect} ({one.profile.name}), {origin}{'' if replay is not None else ', ' + key}"
        )
    note(f"serving on {server.base_url}")


def _why(one: Destination) -> str:
    """Where a key was looked for, and how one can be given."""
    if one.looked_for:
        return f" ({' or '.join(one.looked_for)} is not set)"
    if one.profile.key_env:
        return (
            " (--api-key-env names the variable of one; "
            f"{' or '.join(one.profile.key_env)} goes to {one.profile.name}'s own address only)"
        )
    return " (--api-key-env names the variable of one)"


def _report(summary: GatewaySummary) -> int:
    for path in summary.recorded:
        note(f"recorded {path}")
    code = 0
    for problem in dict.fromkeys(map(str, summary.refusals)):
        note(problem)
        code = 1
    for miss in summary.misses[:_SHOWN]:
        note(miss)
        code = 1
    if len(summary.misses) > _SHOWN:
        note(f"  ... and {len(summary.misses) - _SHOWN} more")
    for unreached in summary.unreached:
        note(str(unreached))
        code = max(code, unreached.exit_code)
    return code
