"""`harness rule`."""

from __future__ import annotations

import re
import sys
import textwrap
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Request, Response
    from harness.rules.example import Example
    from harness.rules.rule import Rule

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LOSS = re.compile(r"[Ll]\d+")
_ROOM = 96
_HEAD = 44
_MARKED = 400  # of what shows the point, more is shown


@click.command()
@click.argument("rule_id", metavar="ID")
@click.option("--full", is_flag=True, help="Show long events of the examples whole.")
def command(rule_id: str, full: bool) -> int:
    """Explain the rule with this ID: why it matters, a stream that breaks it, and one that keeps it.

    The examples are real bytes, and the project's own tests. Events that show the point are marked with >.

    A loss code of `harness serve` and `harness translate`, such as L106, is explained, too.
    """
    from harness.cli.colour import wanted
    from harness.rules.registry import rule

    styled = wanted(sys.stdout)
    is_loss = _LOSS.fullmatch(rule_id) is not None
    for line in loss_lines(rule_id.upper()) if is_loss else page_lines(rule(rule_id), full=full):
        heading = styled and line and not line.startswith(" ")
        click.echo(click.style(line, bold=True) if heading else line)
    return 0


def loss_lines(code: str) -> Iterator[str]:
    """What a loss code means, and what `--losses` can do about it, as lines for a terminal.

    Raises:
        UnknownName: There is no such code.
    """
    from harness.findings import Severity
    from harness.translation.losses import CODES, unknown_code

    if code not in CODES:
        raise unknown_code(code)
    severity, text = CODES[code]
    is_of_answer = code.startswith("L2")
    yield f"{code}  ({severity})"
    yield from _wrapped(f"{text[0].upper()}{text[1:]}.")
    yield ""
    yield "A loss of the answer" if is_of_answer else "A loss of the request"
    if is_of_answer:
        yield from _wrapped(
            "It is reported in the log, in the recording and in the result of `harness translate`. It refuses "
            f"nothing, as the answer is under way: `--losses {code}=error`, `=warn` and `=allow` say how bad it counts."
        )
    elif severity is Severity.ERROR:
        yield from _wrapped(
            "It refuses the request before anything is sent upstream. "
            f"`--losses {code}=warn` lets the request through without what is lost, and reports it; "
            f"`--losses {code}=allow` reports it as mere information."
        )
    else:
        yield from _wrapped(
            "The request is sent without it; it is reported in the field `x-harness-loss`, in the log and in the "
            f"recording. `--losses {code}=error` refuses the request instead."
        )
    yield from ("", "All codes", "  docs/translation.md")


def page_lines(rule: type[Rule[object]], *, full: bool = False) -> Iterator[str]:
    """The manual page of a rule, as lines for a terminal."""
    from harness.rules.manual import page

    read = page(rule)
    preview = "  (preview: shown, not counted)" if rule.preview else ""
    yield f"{rule.id} {rule.slug()}  ({rule.severity}){preview}"
    yield from _wrapped(read.summary)
    examples = {one.text.strip("\n"): one for one in (*read.violates, *read.conforms)}
    for heading, text in read.sections.items():
        yield ""
        if heading:
            yield heading
        yield from _section(text, examples, full=full)
    yield ""
    yield "Facts"
    yield from _facts(rule)


def _section(text: str, examples: dict[str, Example], *, full: bool) -> Iterator[str]:
    at = 0
    for found in _FENCE.finditer(text):
        yield from _paragraphs(text[at : found.start()])
        example = examples.get(found[2].strip("\n")) if found[1] == "example" else None
        if example is None:
            yield from (f"      {line}".rstrip() for line in found[2].rstrip("\n").split("\n"))
        else:
            yield from _example(example, full=full)
        at = found.end()
    yield from _paragraphs(text[at:])


def _paragraphs(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(one for one in re.split(r"\n\s*\n", text) if one.strip()):
        if number:
            yield ""
        yield from _wrapped(" ".join(paragraph.split()))


def _wrapped(text: str) -> Iterator[str]:
    yield from textwrap.wrap(text, _ROOM, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)


def _example(example: Example, *, full: bool) -> Iterator[str]:
    from harness.cassettes.exchange import How

    if example.upstream is not None:
        yield "      upstream"
        yield from _example(example.upstream, full=full)
        yield "      what became of it"
    exchange = example.exchange
    response = exchange.response
    if response is None:
        return
    yield from _edits(example)
    yield from (_shortened(f"      {line}", full=full) for line in _heads(exchange.request, response))
    before = 0
    for number, chunk in enumerate(response.chunks):
        if number and chunk.at_us - before >= 1_000_000:
            yield f"      ({(chunk.at_us - before) / 1_000_000:g} s pass)"
        before = chunk.at_us
        mark = ">" if number in example.edited else " "
        for line in _shown(chunk.data):
            yield _shortened(f"    {mark} {line}".rstrip(), full=full, room=_ROOM if mark == " " else _MARKED)
    if exchange.ending.how is not How.COMPLETE:
        yield f"      ({exchange.ending.how.value})"


def _edits(example: Example) -> Iterator[str]:
    """What was done to a conforming stream to make this example; what was left out can only be seen here."""
    first, *edits = example.text.strip("\n").split("\n")
    if first.startswith("stream:") and edits:
        yield f"      {first.removeprefix('stream:').strip()}, where"
        yield from (_shortened(f"        {edit}", full=False) for edit in edits if edit.strip())
        yield ""


def _heads(request: Request, response: Response) -> Iterator[str]:
    """What is sent, and what of the answer's head is out of the ordinary."""
    if request.method:
        yield f"{request.method} {request.body.decode()}".rstrip()
    if response.status != 200:
        yield str(response.status)
    for name, value in response.headers:
        if name != "content-type" or not value.startswith(("text/event-stream", "application/json")):
            yield f"{name}: {value}"


def _shown(data: bytes) -> list[str]:
    """Bytes as lines; what cannot be printed, line ends other than LF among it, as escapes."""
    text = data.decode("utf-8", "backslashreplace")
    lines = text.removesuffix("\n").split("\n")
    return [
        "".join(
            char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in line
        )
        for line in lines
    ]


def _shortened(line: str, *, full: bool, room: int = _ROOM) -> str:
    """A long line without its middle: an event's type stands at its beginning, what it adds mostly at its end."""
    if full or len(line) <= room:
        return line
    head = room * _HEAD // _ROOM
    return f"{line[:head]} ... {line[head + 5 - room :]}"


def _facts(rule: type[Rule[object]]) -> Iterator[str]:
    from harness.checking.profiles import profile, profile_names
    from harness.cli.rules import severity_under

    by_severity: dict[str, list[str]] = {}
    for name in profile_names():
        by_severity.setdefault(severity_under(rule, profile(name)), []).append(name)
    profiles = "; ".join(f"{severity} in {', '.join(names)}" for severity, names in by_severity.items())
    rows = [
        ("severity", profiles),
        ("source", rule.source),
        ("needs", ", ".join(rule.needs)),
        ("speaks for", ", ".join(rule.supersedes)),
        ("dialects", ", ".join(rule.dialects)),
    ]
    for name, value in rows:
        if value:
            wrapped = textwrap.wrap(" ".join(value.split()), _ROOM - 14, break_on_hyphens=False)
            yield f"  {name:<12}{wrapped[0]}"
            yield from (f"  {'':<12}{line}" for line in wrapped[1:])
