"""`harness translate`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from harness.translation.engine import InboundDialect
    from harness.translation.offline import Translation
    from harness.translation.profiles import UpstreamDialect


@click.command()
@click.argument("answer", metavar="FILE|-")
@click.option(
    "--from",
    "source",
    required=True,
    type=click.Choice(["chat", "responses", "gemini", "anthropic"]),
    help="What the upstream speaks, whose answer FILE is.",
)
@click.option(
    "--to", "target", required=True, type=click.Choice(["chat", "responses"]), help="What the client speaks."
)
@click.option(
    "--request",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The client's request, as JSON: what it asks for, and what the answer echoes of it.",
)
@click.option(
    "--exchange", type=click.IntRange(min=0), metavar="N", help="Which exchange of a recording with several."
)
@click.option(
    "--profile", metavar="NAME", help="What is particular to the upstream: deepseek, vllm, openrouter, ..."
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
@click.option("--stream/--whole", default=None, help="What the client wants; otherwise as its request says.")
@click.option(
    "--seed", default="", metavar="TEXT", help="What ids are made of; the same seed, the same bytes."
)
def command(
    answer: str,
    source: UpstreamDialect,
    target: InboundDialect,
    request: Path | None,
    exchange: int | None,
    profile: str | None,
    losses: tuple[str, ...],
    reasoning: str,
    stream: bool | None,
    seed: str,
) -> int:
    """Translate an upstream's recorded answer to what a client of another dialect is sent, offline.

    FILE is a recording (a cassette, vcrpy YAML or JSON, HAR), a plain SSE or JSON body, the name of a shipped
    recording, or - for standard input. The client's answer goes to stdout; its status, where it is an error, and what
    could not be carried go to stderr.

    The same input gives the same bytes: ids are made of --seed, and a time that the upstream does not tell is 0. To
    translate several recordings side by side, give each a seed of its own.

    Exits with 1 where the client is answered with an error, with 4 where its request is refused or FILE cannot be read.
    """
    from harness.cli.command import standard_input
    from harness.jobs.looking import STANDARD_INPUT
    from harness.jobs.translate import translate
    from harness.translation.manner import Manner

    given = standard_input(answer) if answer == STANDARD_INPUT else None
    translation = translate(
        answer if given is None else given,
        source=source,
        target=target,
        request=request,
        exchange=exchange,
        profile=profile,
        manner=Manner(reasoning=reasoning),  # type: ignore[arg-type]  # click has checked it
        losses=losses,
        stream=stream,
        seed=seed.encode(),
    )
    return _tell(translation)


def _tell(translation: Translation) -> int:
    from harness.cli.command import note

    response = translation.exchange.response
    if response is not None:
        for chunk in response.chunks:
            sys.stdout.buffer.write(chunk.data)
        if sys.stdout.isatty() and not response.body().endswith(b"\n"):
            sys.stdout.buffer.write(b"\n")  # or what follows on a terminal would stick to it
        sys.stdout.flush()
    for loss in translation.losses:
        note(f"{loss.severity} {loss.code} {loss.at}  {loss.detail or loss.text}")
    if translation.error is not None:
        status = "" if response is None or response.status == 200 else f"HTTP {response.status}, "
        note(f"the client is told of an error: {status}{translation.error.code}: {translation.error.message}")
        return 1
    return 0
