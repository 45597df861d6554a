"""A recording as a scenario: its request is sent again, and its upstream answers as it did then."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from harness.checking.sniffing import dialect_of
from harness.errors import InputError
from harness.io.recordings import read_recording
from harness.jobs.judging import SERVES
from harness.jsonvalue import try_parse
from harness.scenarios.answer import MARK
from harness.scenarios.asking import Ask
from harness.scenarios.scenario import Scenario
from harness.translation.engine import INBOUND, UPSTREAM

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from harness.cassettes.exchange import Exchange
    from harness.scenarios.asking import Body
    from harness.translation.engine import InboundDialect

_SIDES: Final = re.compile(r"(?:(.*)\.)?client(\.cassette\.jsonl)")
_SUFFIX: Final = ".cassette.jsonl"
_PATIENCE: Final = 20.0
"""Seconds that a session gets beyond what its upstream took."""


def scenarios_of(path: Path) -> tuple[Scenario, ...]:
    """A scenario for each exchange of a recording whose request a client of ours can send.

    A recording of both sides, as `harness serve --record` and this command write it, is a pair of files:
    `client.cassette.jsonl` names the client's, and the upstream's lies beside it. Of any other recording the answer is
    what our upstream says.

    Args:
        path: The recording; of a pair the client's side, or their folder.

    Raises:
        InputError: It cannot be read, or holds no request that could be sent.
    """
    file = path / f"client{_SUFFIX}" if path.is_dir() else path
    client = [one for one in read_recording(file).exchanges if one.response is not None]
    sides = _SIDES.fullmatch(file.name)
    other = file.with_name(file.name.replace("client", "upstream")) if sides is not None else None
    upstream = read_recording(other).exchanges if other is not None and other.is_file() else None
    found = []
    why = "no exchange with an answer"
    for one in client:
        try:
            found.append(_scenario(one, _behind(one, upstream), _name(path, one.index, len(client))))
        except InputError as error:
            why = error.message
    if not found:
        raise InputError(
            "this recording cannot be played",
            where=str(path),
            expected="a request of Chat Completions or Responses, and what an upstream answered",
            found=why,
        )
    return tuple(found)


def _name(path: Path, index: int, of: int) -> str:
    stem = path.name.removesuffix(_SUFFIX).removesuffix(".client")
    plain = re.sub(r"[^a-z0-9]+", "-", (path.parent.name if stem == "client" else stem).lower()).strip("-")
    return f"cassette-{plain or 'recording'}" + (f"-{index}" if of > 1 else "")


def _behind(one: Exchange, upstream: Sequence[Exchange] | None) -> list[Exchange]:
    """What the upstream answered to one exchange of the client, in order."""
    if upstream is None:
        return [one]
    row = one.extra.get("req", {})
    mine = [each for each in upstream if each.extra.get("req", {}).get(SERVES, -1) == one.index]
    if not mine and (cell := row.get("cell")) is not None:
        mine = [each for each in upstream if each.extra.get("req", {}).get("cell") == cell]
    if not mine and len(upstream) == 1:
        mine = list(upstream)
    return [each for each in mine if each.response is not None]


def _scenario(one: Exchange, behind: list[Exchange], name: str) -> Scenario:
    inbound = dialect_of(one.request, b"")
    if inbound not in INBOUND:
        raise InputError(
            f"a request of {inbound or 'no dialect that is known'}, which no client of ours sends"
        )
    if not behind:
        raise InputError("a request without the upstream's answer to it")
    upstream = dialect_of(behind[-1].request, b"")
    if upstream not in UPSTREAM:
        raise InputError(f"an upstream that speaks {upstream or 'no dialect that is known'}")
    read, body = try_parse(one.request.body)
    if not read or not isinstance(body, dict):
        raise InputError("a request whose body is no JSON object")
    asked = _marked(inbound, body)
    took = max((each.response.at_us if each.response else 0) + each.ending.at_us for each in behind) / 1e6
    path = urlsplit(one.request.url).path
    return Scenario(
        name=name,
        title=f"recorded: POST {path}",
        about="A recorded request, with the upstream's recorded answer behind the gateway.",
        capability="conversation",
        asks=Ask(chat=asked, responses=None) if inbound == "chat" else Ask(chat=None, responses=asked),
        inbound=(inbound,),
        upstream=(upstream,),
        modes=("stream",) if body.get("stream") is True else ("whole",),
        seconds=took + _PATIENCE,
        recorded=tuple(map(_held, behind)),
    )


def _held(one: Exchange) -> Exchange:
    """An exchange that can be played again and again, and handed to another process."""
    response = one.response
    if response is None:
        return one
    return replace(one, response=replace(response, chunks=tuple(response.chunks)), extra={})


def _marked(inbound: InboundDialect, body: Body) -> Body:
    """The body with the session's mark behind what the user says first; the model is the route's."""
    asked = {name: value for name, value in body.items() if name not in {"model", "stream"}}
    key = "messages" if inbound == "chat" else "input"
    said = asked.get(key)
    if isinstance(said, str):
        return {**asked, key: f"{said} [{MARK}]"}
    if isinstance(said, list):
        for place, item in enumerate(said):
            if isinstance(item, dict) and item.get("role") == "user":
                content = _with_mark(item.get("content"))
                if content is not None:
                    return {**asked, key: [*said[:place], {**item, "content": content}, *said[place + 1 :]]}
    raise InputError("a request in which no user says a text, so that it could not be known again upstream")


def _with_mark(content: Any) -> Any:
    if isinstance(content, str):
        return f"{content} [{MARK}]"
    if isinstance(content, list):
        for place, part in enumerate(content):
            if isinstance(part, dict) and isinstance(part.get("text"), str):
                return [*content[:place], {**part, "text": f"{part['text']} [{MARK}]"}, *content[place + 1 :]]
    return None
