"""Cassettes of `@pytest.mark.vcr`, replayed here: what `--harness-vcr` does.

The places are those of pytest-recording, whose fixtures say otherwise where a project has them: `vcr_cassette_dir`,
`default_cassette_name`, `vcr_config`. What vcrpy was told to compare is what is compared. Other libraries than httpx
and httpx2 stay vcrpy's.
"""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from harness.cassettes.matching.policy import MatchPolicy
from harness.errors import UsageError
from harness.testing.marks import place_of
from harness.testing.variants import plain_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.cassettes.matching.policy import BodyRule

_MARK: Final = "vcr"
_DEFAULT_MATCH: Final = ("method", "scheme", "host", "port", "path", "query")
_PARTS: Final = frozenset(_DEFAULT_MATCH)
_UNSAFE: Final = str.maketrans(dict.fromkeys(r"<>?%*:|\"'/\\", "-"))
_LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]", "0.0.0.0")  # noqa: S104 - as vcrpy says it
_LONGEST: Final = 255


@dataclass(frozen=True)
class Imported:
    """What a test's vcr marks amount to.

    Args:
        path: The cassette.
        more: Further ones that the marks name.
        match: What vcrpy would compare.
        ignore_hosts: Hosts that vcrpy would let through.
        command: What records the test anew.
    """

    path: Path
    more: tuple[Path, ...]
    match: MatchPolicy
    ignore_hosts: tuple[str, ...]
    command: str


def is_on(config: pytest.Config) -> bool:
    """Whether tests with vcrpy's mark are to be replayed here."""
    # Whoever tells pytest-recording to record, or to stand aside, means it.
    record = config.getoption("--record-mode", default=None)
    is_free = record in (None, "none") and not config.getoption("--disable-recording", default=False)
    return is_free and bool(config.getoption("--harness-vcr"))


def vcr_recordings(request: pytest.FixtureRequest, match: MatchPolicy | None) -> Imported | None:
    """The cassettes of a test that has vcrpy's mark; None where that is not ours to replay.

    Args:
        request: The fixture's.
        match: What the test's own mark says of matching, in place of what vcrpy is told.

    Raises:
        UsageError: vcrpy was told to compare in a way that only its own code knows.
    """
    item: pytest.Item = request.node
    marks = list(item.iter_markers(_MARK))
    if not marks or not is_on(item.config):
        return None
    settings: dict[str, Any] = dict(_fixture(request, "vcr_config") or {})
    for mark in reversed(marks):
        settings |= mark.kwargs
    folder = Path(_fixture(request, "vcr_cassette_dir") or _folder(item))
    serializer = str(settings.get("serializer", "yaml"))
    named = _fixture(request, "default_cassette_name") or _name(item)
    suffix = f".{serializer}"
    file = str(named) if str(named).endswith(suffix) else _cut(str(named), suffix)
    hosts = tuple(settings.get("ignore_hosts") or ())
    if settings.get("ignore_localhost"):
        hosts += _LOOPBACK
    return Imported(
        path=folder / file,
        more=tuple(folder / str(extra) for mark in marks for extra in mark.args),
        match=match or _policy(settings, place_of(item)),
        ignore_hosts=hosts,
        command=f"pytest {shlex.quote(item.nodeid)} --record-mode=rewrite, with pytest-recording",
    )


def _fixture(request: pytest.FixtureRequest, name: str) -> Any:
    """What a fixture gives; None where there is none."""
    try:
        return request.getfixturevalue(name)
    except pytest.FixtureLookupError:
        return None


def _folder(item: pytest.Item) -> Path:
    return item.path.parent / "cassettes" / item.path.stem


def name_by_vcr(item: pytest.Item) -> str:
    """The name that pytest-recording gives to a test's cassette, without its suffix: `test_turn[gpt-5]`."""
    name = _name(item)
    return name.removesuffix(".yaml").removesuffix(".json")


def left_behind(item: pytest.Item) -> Path | None:
    """A cassette of vcrpy that lies where pytest-recording has it for a test; None where there is none."""
    names = (_folder(item) / _cut(name_by_vcr(item), suffix) for suffix in (".yaml", ".json"))
    return next((one for one in names if one.exists()), None)


def refuse_left_behind(item: pytest.Item, path: Path, mode: str) -> None:
    """Record nothing anew, and miss nothing, where a cassette of vcrpy has only to be imported.

    Args:
        item: A test without a mark of vcrpy and without a path of its own.
        path: Its cassette, which need not be there.
        mode: Its record mode.

    Raises:
        UsageError: There is such a cassette and not ours, and the mode does not say to record in any case.
    """
    if mode in {"all", "rewrite"} or path.exists() or item.get_closest_marker(_MARK) is not None:
        return
    if (old := left_behind(item)) is None:
        return
    source, target = (shlex.quote(os.path.relpath(one)) for one in (old, path))
    raise UsageError(
        "this test has a cassette of vcrpy, which was not imported",
        where=os.path.relpath(old),
        expected=os.path.relpath(path),
        hint=f"import it: `harness cassette import {source} -o {target}`; or record anew, with"
        " `--harness-record-mode=rewrite`",
    )


def _name(item: pytest.Item) -> str:
    """As pytest-recording names a test's cassette."""
    mark = item.get_closest_marker("default_cassette")
    if mark is not None and mark.args:
        return str(mark.args[0])
    owner = getattr(item, "cls", None)
    name = plain_name(item)
    name = name if owner is None else f"{owner.__name__}.{name}"
    return name.translate(_UNSAFE)


def _cut(name: str, suffix: str) -> str:
    """As pytest-recording cuts a name that no file system takes."""
    if len(name) + len(suffix) <= _LONGEST:
        return f"{name}{suffix}"
    import hashlib  # noqa: PLC0415 - few names are so long

    digest = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
    return f"{name[: _LONGEST - len(suffix) - len(digest) - 3]}...{digest}{suffix}"


def _policy(settings: Mapping[str, Any], where: str) -> MatchPolicy:
    """What vcrpy would compare, in our words."""
    match_on: Sequence[str] = settings.get("match_on") or _DEFAULT_MATCH
    compared = {"scheme", "host", "port", "path", "query"} if "uri" in match_on else set()
    compared |= _PARTS & set(match_on)
    if unknown := [one for one in match_on if one not in _PARTS | {"uri", "body", "raw_body", "headers"}]:
        raise UsageError(
            "only vcrpy itself can compare requests by a function of the project's own",
            where=where,
            found=f"match_on={list(match_on)!r}",
            expected="method, scheme, host, port, path, query, uri, body, raw_body",
            hint=f"replace {unknown[0]!r}, or say it here: `@pytest.mark.cassette(match=harness.MatchPolicy(...))`",
        )
    body: BodyRule = "raw" if "raw_body" in match_on else "canonical" if "body" in match_on else "ignore"
    filtered = [_first(one) for one in settings.get("filter_query_parameters") or ()]
    posted = [_first(one) for one in settings.get("filter_post_data_parameters") or ()]
    return MatchPolicy(
        method="method" in compared,
        scheme="scheme" in compared,
        host="host" in compared,
        port="port" in compared,
        path="path" in compared,
        query="query" in compared,
        body=body,
        ignore_query=filtered,
        ignore=[f"/{name.replace('~', '~0').replace('/', '~1')}" for name in posted],
        repeats="last" if settings.get("allow_playback_repeats") else "strict",
    )


def _first(one: object) -> str:
    """The name in an entry of vcrpy's filters, which may be a pair of it and what is put in its place."""
    return str(one[0]) if isinstance(one, (tuple, list)) else str(one)


def stand_aside(config: pytest.Config, vcr: Any) -> None:
    """Tell vcrpy to leave httpx and httpx2 alone; what other libraries send stays its own."""
    if is_on(config) and hasattr(vcr, "skip_patchers"):
        vcr.skip_patchers = tuple(dict.fromkeys((*vcr.skip_patchers, "httpx", "httpx2")))
