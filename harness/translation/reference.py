"""The page about losses, upstream profiles and manners, made of the tables that the engine executes."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, Final

from harness.translation.losses import CODES
from harness.translation.manner import Manner
from harness.translation.profiles import UpstreamProfile, upstream_names, upstream_profile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MADE: Final = (
    "<!-- Made by harness.translation.reference from the tables of the engine; do not edit it by hand. -->"
)
_HEADING: Final = frozenset({"name", "title", "dialect", "base_url"})
"""Members of a profile that its heading tells."""
_ARGUMENT: Final = re.compile(r"^ {4}(\w+(?:, \w+)*): (.*)$")


def document() -> str:
    """The page `docs/translation.md`."""
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    yield "# Translation: losses, upstream profiles, manners\n"
    yield _MADE + "\n"
    yield "`harness serve` and `harness translate` say the same thing in another dialect. What the other dialect has no"
    yield "place for is a loss, with a code: nothing is dropped without one. What upstreams differ in is data, a"
    yield "profile each. [gateway.md](gateway.md) says how to serve.\n"
    yield from _losses()
    yield from _profiles()
    yield from _manners()


# -- losses


def _losses() -> Iterator[str]:
    yield "## Losses\n"
    yield "A loss of severity `error` refuses the request before anything is sent upstream; the others are reported:"
    yield "in the result, in the recording, in the log and in the field `x-harness-loss`. `--losses error`, `warn` or"
    yield "`allow` decides for all codes, `--losses L105=warn` for one.\n"
    yield "### Of the request\n"
    yield "They name the member of the client's request, as a JSON pointer.\n"
    yield from _codes("L1")
    yield "### Of the answer\n"
    yield "They name the upstream's event by its number. None refuses anything: the answer is under way.\n"
    yield from _codes("L2")


def _codes(begin: str) -> Iterator[str]:
    rows = [(code, str(kind.severity), kind.text) for code, kind in CODES.items() if code.startswith(begin)]
    yield from _table(("code", "severity", "meaning"), rows)


# -- profiles


def _profiles() -> Iterator[str]:
    yield "## Upstream profiles\n"
    yield "`--profile NAME` says what is particular to an upstream. Each is a file in `specs/upstreams`, with"
    yield "the source of every claim beside it; what a file does not say is as in this table.\n"
    yield from _members(UpstreamProfile, leave_out={"name", "title"})
    for name in upstream_names():
        yield from _profile(upstream_profile(name))


def _profile(profile: UpstreamProfile) -> Iterator[str]:
    yield f"### {profile.name}\n"
    where = f" at `{profile.base_url}`" if profile.base_url else ""
    yield f"{profile.title}. It speaks {profile.dialect}{where}.\n"
    usual = _usual(UpstreamProfile)
    rows = [
        (f"`{one.name}`", _value(value))
        for one in fields(UpstreamProfile)
        if one.name not in _HEADING and (value := getattr(profile, one.name)) != usual[one.name]
    ]
    yield from _table(("member", "value"), rows) if rows else ()


# -- manners


def _manners() -> Iterator[str]:
    yield "## Manners\n"
    yield "How answers are written where the protocols leave a choice. The defaults are what OpenAI does.\n"
    yield from _members(Manner)


# -- the members of a class


def _members(kind: type[Any], leave_out: Iterable[str] = ()) -> Iterator[str]:
    said, usual = _said(kind), _usual(kind)
    rows = [
        (f"`{one.name}`", _value(usual[one.name]), said[one.name])
        for one in fields(kind)
        if one.name not in leave_out
    ]
    yield from _table(("member", "default", "meaning"), rows)


def _usual(kind: type[Any]) -> dict[str, Any]:
    """What a member is where nobody says anything."""
    return {
        one.name: one.default_factory() if one.default_factory is not MISSING else one.default
        for one in fields(kind)
    }


def _said(kind: type[Any]) -> dict[str, str]:
    """What the documentation of a class says of its arguments."""
    said: dict[str, str] = {}
    name = ""
    _, _, arguments = (inspect.getdoc(kind) or "").partition("Args:\n")
    for line in arguments.splitlines():
        if (found := _ARGUMENT.match(line)) is not None:
            name, said[found[1]] = found[1], found[2]
        elif name and line.strip():
            said[name] += f" {line.strip()}"
    return said


# -- Markdown


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(f"`{one}`" for one in value) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"`{name}`: `{one}`" for name, one in value.items()) or "none"
    return f"`{value}`" if isinstance(value, str) and value else f"`{json.dumps(value)}`"


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'|'.join(['---'] * len(heads))}|"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""
