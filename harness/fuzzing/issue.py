"""The text of a finding for an issue upstream: what was asked, what upstream said, what came, and why that is wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from harness import __version__
from harness.cassettes.content_coding import CodingError, codings, decoded_chunks
from harness.cassettes.exchange import Cassette
from harness.cassettes.redaction.anew import redacted
from harness.errors import UnknownName
from harness.fuzzing.snippet import module_of
from harness.fuzzing.visible import named, on_a_line, visible
from harness.jsonvalue import try_parse
from harness.reporting.conform.wording import shown
from harness.rules.manual import page
from harness.rules.registry import rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.cassettes.exchange import Exchange, Response
    from harness.cassettes.redaction.redactor import Redactor
    from harness.fuzzing.outcome import Told
    from harness.sandwich.session import Played

_LONGEST: Final = 4_000
"""Characters of a body that are shown; the recordings have all of it."""
_BEHIND: Final = (
    "Something has to answer behind the gateway: this says what upstream said, at the port where the gateway looks for"
    " its upstream."
)
_TEST: Final = "`pytest {name}` does both; its first lines say what has to be set."
_NO_TEST: Final = (
    "There is no test beside this: several sessions show this finding, or the time at which a piece came, and one"
    " session that is asked and answered again does not. `harness fuzz` with the same `--database` plays it first."
)
_BESIDE: Final = (
    "`client.cassette.jsonl` and `upstream.cassette.jsonl` beside this file are the recordings of both sides of the"
    " gateway."
)
_NOT_ASKED: Final = (
    "The gateway asks its upstream nothing, so nothing has to answer there. This asks the gateway:"
)
_TEST_ALONE: Final = "`pytest {name}` does that, too; its first lines say what has to be set."
_BESIDE_ALONE: Final = "`client.cassette.jsonl` beside this file is the recording of the client's side."
_MOST: Final = 6
"""Exchanges of a side that are shown."""


def issue(
    told: Told,
    played: Played,
    *,
    target: str,
    redactor: Redactor,
    has_test: bool = True,
    port: int | None = None,
) -> str:
    """The whole text, as Markdown.

    Args:
        told: The finding.
        played: The smallest session that shows it.
        target: The gateway's name.
        redactor: What hides.
        has_test: A test lies beside it.
        port: Where the gateway looks for its upstream; None where it was started for the hunt.
    """
    lines = [*_title(told, target, is_asked=bool(played.upstream)), *_rule(told)]
    sides = (
        ("What was asked", "What came", played.client),
        ("What upstream was asked", "What upstream said", played.upstream),
    )
    for asked, said, found in sides:
        exchanges = [
            redacted(Cassette(head={}, exchanges=[one.exchange]), redactor).exchanges[0] for one in found
        ]
        upset = told.upset if found is played.upstream else None
        lines += _exchanges(asked, said, exchanges[:_MOST], upset=upset)
        if len(exchanges) > _MOST:
            lines += [f"And {len(exchanges) - _MOST} more exchanges, which are in the recording.", ""]
    lines += [
        "## Again",
        "",
        *_again(told, port, is_asked=bool(played.upstream), has_test=has_test),
        f"Found by `harness fuzz` {__version__}; {_BESIDE if played.upstream else _BESIDE_ALONE}",
        "",
    ]
    return redactor.text("\n".join(lines), "issue")[0]


def _again(told: Told, port: int | None, *, is_asked: bool, has_test: bool) -> Iterator[str]:
    """How to see it again: what answers behind the gateway, where it asks anything there, and what asks it."""
    if is_asked:
        again = "harness replay upstream.cassette.jsonl --body ignore --repeats last --listen"
        yield from (_BEHIND, "", "```sh", f"{again} 127.0.0.1:{port or 'PORT'}", "```", "")
        yield from ("Meanwhile this asks the gateway, from another shell:", "")
    else:
        yield from (_NOT_ASKED, "")
    yield from ("```sh", told.curl, "```", "")
    test = _TEST if is_asked else _TEST_ALONE
    yield test.format(name=module_of(told.id)) if has_test else _NO_TEST
    yield ""


def _title(told: Told, target: str, *, is_asked: bool) -> Iterator[str]:
    yield f"# {shown(told.message)}"
    yield ""
    how = "streamed" if told.mode == "stream" else "whole"
    yield f"`{target}`, {told.route}, {how}: `{told.rule}` {told.name} ({told.severity})."
    yield ""
    if told.expected is not None:
        yield f"- expected: {on_a_line(told.expected)}"
    if told.found is not None:
        yield f"- found: {on_a_line(told.found)}"
    how = f"It showed in {told.shown} of {told.played} plays." if told.played else "It was seen once."
    if told.is_flaky and told.played:
        how += " It does not show always." if told.shown else " It was seen once, and did not show again."
    if told.needs_crowd:
        how += " It shows only where others are played at the same time."
    sent = f"upstream sends {told.events} event{'s' if told.events != 1 else ''}"
    if told.upset is not None:
        yield f"- done to upstream's stream: {shown(told.upset)}"
    yield f"- {how} In the smallest session {sent if is_asked else 'upstream is not asked'}."
    yield ""


def _rule(told: Told) -> Iterator[str]:
    try:
        found = rule(told.rule)
    except UnknownName:
        return
    manual = page(found)
    yield "## The rule"
    yield ""
    yield f"A stream breaks `{told.rule}` where this is true of it: {manual.summary}"
    yield ""
    for heading in ("", "Why it matters"):
        if text := manual.sections.get(heading):
            yield text
            yield ""
    yield f"Source: {found.source}. `harness rule {told.rule}` shows streams that keep the rule, and that break it."
    yield ""


def _exchanges(asked: str, said: str, exchanges: Sequence[Exchange], *, upset: str | None) -> Iterator[str]:
    for number, one in enumerate(exchanges, 1):
        which = f" ({number})" if len(exchanges) > 1 else ""
        yield f"## {asked}{which}"
        yield ""
        yield "```json"
        question = _pretty(one.request.body)
        yield _shown(question)
        yield "```"
        yield ""
        yield from _hidden(question)
        yield f"## {said}{which}"
        yield ""
        if upset is not None:
            yield f"Its stream was not sent as it was made: {shown(upset)}. The recording has it as it was sent."
            yield ""
        response = one.response
        if response is None:
            yield f"Nothing: {one.ending.exception or one.ending.how}."
            yield ""
            continue
        coding, body = _readable(response)
        yield f"Status {response.status}; the ending was `{one.ending.how}`{coding}."
        yield ""
        yield "```"
        yield from (f"{name}: {visible(value)}" for name, value in response.headers)
        yield "```"
        yield ""
        answer = body.decode("utf-8", "backslashreplace").replace("\r\n", "\n").rstrip("\n")
        yield "```"
        yield _shown(answer)
        yield "```"
        yield ""
        yield from _hidden(answer)


def _hidden(text: str) -> Iterator[str]:
    """The names of what would not be seen there."""
    if names := named(text):
        yield f"Shown escaped, since it cannot be seen: {', '.join(names)}."
        yield ""


def _readable(response: Response) -> tuple[str, bytes]:
    """What is said of the content coding of a body, and the body without it; what cannot be decoded is as it came."""
    named = ", ".join(codings(response.headers))
    if not named:
        return "", b"".join(chunk.data for chunk in response.chunks)
    try:
        body = b"".join(chunk.data for chunk in decoded_chunks(response.headers, response.chunks))
    except CodingError as error:
        return f"; {error}", b"".join(chunk.data for chunk in response.chunks)
    return f"; it came as {named}, and is shown decoded", body


def _pretty(body: bytes) -> str:
    read, value = try_parse(body)
    return (
        json.dumps(value, ensure_ascii=False, indent=1) if read else body.decode("utf-8", "backslashreplace")
    )


def _shown(text: str) -> str:
    safe = visible(text).replace("```", "` ` `")
    return safe if len(safe) <= _LONGEST else f"{safe[:_LONGEST]}\n... {len(safe) - _LONGEST} more characters"
