"""Recordings that no test asked for any more: which, where, and what to do about them.

Nothing is claimed that this session cannot know, since the advice may be to delete a file:

- **unplayed**: tests passed and left recordings of their cassette unasked. Not where a fault was made, after which a
  client may leave early, nor where tests that were not selected may share the cassette.
- **orphaned**: a cassette in a folder of cassettes that belongs to no collected test. Not where tests were deselected,
  nor where a test of that module ended before it was seen what it opens.
- **missing**: a test failed because it has no cassette, and its mode records none.
- **stale**: a test failed because it asks for what its cassette does not hold; or the cassette is older than
  `harness_stale_days`. How near a request must come to a recorded one is the policy's affair: what it was told to
  overlook is not stale.
- **crashed**: a recording that was never sealed, since its process died; nobody can record there before it is gone.
"""

from __future__ import annotations

import os
import shlex
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

import pytest

from harness import bundled
from harness.testing.session import shown, sorted_tests, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from harness.testing.session import Notes, Used

_SUFFIX: Final = ".cassette.jsonl"
_MOST_SHOWN: Final = 3
_DELETE: Final = "delete it, or name it after the test that wants it"


class Place(NamedTuple):
    """Where a collected test has its cassette.

    Args:
        path: The cassette.
        is_own: It is named after the test.
        has_mode: The test's mark says its record mode.
    """

    path: Path
    is_own: bool
    has_mode: bool


class Claim(NamedTuple):
    """One cassette that wants looking after.

    Args:
        kind: "missing", "unplayed", "orphaned", "stale" or "crashed".
        path: Where it lies.
        what: What is wrong, in lines.
        do: What to do about it, in lines.
    """

    kind: str
    path: str
    what: tuple[str, ...]
    do: tuple[str, ...]


def place_of(item: pytest.Item) -> Place | None:
    """Where a test has its cassette by its mark or name; None where only its run tells."""
    if "cassette" not in getattr(item, "fixturenames", ()):
        return None
    from harness.errors import HarnessError  # noqa: PLC0415 - not before a session has cassettes
    from harness.testing.marks import marked  # noqa: PLC0415
    from harness.testing.places import path_of  # noqa: PLC0415

    try:
        mark = marked(item)
        return Place(path_of(item, mark), is_own=mark.path is None, has_mode=mark.mode is not None)
    except HarnessError:
        return None  # the test itself is told


def narrowed(config: pytest.Config) -> str:
    """What keeps this session from collecting all tests of its files; "" where nothing does."""
    option = config.option
    for name in ("keyword", "markexpr", "lf", "stepwise", "collectonly"):
        if getattr(option, name, None):
            return name
    if any("::" in one for one in config.args):
        return "a single test was named"
    return "deselected" if getattr(option, "harness_deselected", False) else ""


def claims(notes: Notes, config: pytest.Config) -> list[Claim]:
    """All that can be said after a session, in a stable order."""
    found = [*_unplayed(notes, config), *_stale(notes, config), *_crashed(notes, config)]
    if not notes.narrowed:
        found += _orphaned(notes, config)
    return sorted(found)


def _unplayed(notes: Notes, config: pytest.Config) -> Iterator[Claim]:
    for path, used in notes.used.items():
        everybody = used.tests | set(notes.expected.get(path, ()))
        if (
            used.recorded
            or used.faulted
            or len(used.played) >= used.held
            or not everybody <= notes.ended - set(notes.bad)
            or (path not in notes.own and (notes.narrowed or not is_below(path, config)))
        ):
            continue
        left = _left(path, used)
        if left:
            yield Claim(
                "unplayed",
                path,
                (*left, f"nobody asked for {_it(left)} in {sorted_tests(everybody)}"),
                _anew(path, everybody, notes, config),
            )


def _left(path: str, used: Used) -> tuple[str, ...]:
    """The recordings that nobody asked for, in words."""
    exchanges = [one for one in recording_at(path).exchanges if one.index not in used.played]
    told = [
        f"exchange {one.index}: {one.request.method} {urlsplit(one.request.url).path}"
        for one in exchanges[:_MOST_SHOWN]
    ]
    more = len(exchanges) - len(told)
    return (*told, f"and {more} more") if more else tuple(told)


def _stale(notes: Notes, config: pytest.Config) -> Iterator[Claim]:
    for path, used in notes.used.items():
        if bundled.is_shipped(path):
            continue  # shipped with this package: nobody is to record it
        failed = [(test, text) for test, text in used.misses if test in notes.bad]
        if failed and path.endswith(_SUFFIX) and not Path(path).exists():
            tests = {test for test, _ in failed}
            yield Claim("missing", path, ("it was never recorded",), _first(tests, notes, config))
        elif failed:
            told = tuple(dict.fromkeys(_of_miss(text.replace(f" of {path}", "")) for _, text in failed))
            yield Claim(
                "stale", path, told[:_MOST_SHOWN], _anew(path, {test for test, _ in failed}, notes, config)
            )
        elif (age := _age(path, config)) is not None and not used.recorded:
            yield Claim(
                "stale", path, (f"it was recorded {age} days ago",), _anew(path, used.tests, notes, config)
            )


def _crashed(notes: Notes, config: pytest.Config) -> Iterator[Claim]:
    """What recorders left that died, in this session or before it; not what another process records just now."""
    from harness.io.partfile import in_use, part_path  # noqa: PLC0415 - not before a session has cassettes

    known = {part_path(Path(one)) for one in (*notes.used, *notes.expected)}
    for folder in notes.modules.values():
        known |= {Path(whole(one)) for one in Path(folder).rglob(f"*{_SUFFIX}.part")}
    for part in sorted(known):
        if part.is_file() and not in_use(part):
            name = shlex.quote(shown(part, config))
            keep = f"delete it, to record anew; or `harness cassette recover {name}` keeps what it holds"
            yield Claim("crashed", str(part), ("its recorder died before it was sealed",), (keep,))


def _of_miss(text: str) -> str:
    """The explanation of a miss on one line: what was asked, and where it first differs."""
    members = dict(line.strip().partition(" ")[::2] for line in text.splitlines()[1:])
    first = text.splitlines()[0].partition(": ")[2] or text
    expected, found = members.get("expected", "").strip(), members.get("found", "").strip()
    return f"{first}: expected {expected}, found {found}" if expected and found else first


def _age(path: str, config: pytest.Config) -> int | None:
    """How many days ago it was recorded, where that is more than the project wants."""
    days = config.getini("harness_stale_days")
    if not days:
        return None
    recorded: Any = recording_at(path).head.get("recorded")
    try:
        since = datetime.now(UTC) - datetime.fromisoformat(recorded)  # noqa: TID251 - testing may read the clock
        return since.days if since > timedelta(days=float(days)) else None
    except (TypeError, ValueError):  # another tool's, which does not say; or no number of days
        return None


def _orphaned(notes: Notes, config: pytest.Config) -> Iterator[Claim]:
    known = {*notes.used, *notes.expected}
    untold = {module for test, module in notes.unseen.items() if test in notes.bad or test not in notes.ended}
    found: dict[str, Claim] = {}

    def claim(files: Iterable[Path], why: str) -> None:
        for path in sorted(map(whole, files)):
            if path not in known and not any(path.startswith(f"{one}{os.sep}") for one in open_folders):
                found.setdefault(path, Claim("orphaned", path, (why,), (_DELETE,)))

    open_folders = {notes.modules[module] for module in untold if module in notes.modules}
    for module, folder in notes.modules.items():
        claim(Path(folder).rglob(f"*{_SUFFIX}"), f"no test of {Path(module).name} uses it")
    for root, home in _roots(notes, config):
        if _has_all_of(home, notes, config) and not untold:
            claim(_without_module(root, home), "its test module is gone")
            claim(root.glob(f"*{_SUFFIX}"), "no test uses it")
    yield from found.values()


def _roots(notes: Notes, config: pytest.Config) -> Iterator[tuple[Path, Path]]:
    """The folders in which each module has one, and the folder of the modules themselves."""
    common = _common_folder(config)
    if common is not None:
        yield common, config.rootpath
        return
    for home in sorted({Path(one).parent for one in notes.modules}):
        yield home / "cassettes", home


def _without_module(root: Path, home: Path) -> Iterator[Path]:
    """Cassettes in folders of modules that are not there."""
    for file in root.rglob(f"*{_SUFFIX}"):
        folder = file.parent.relative_to(root)
        if folder.parts and not any(
            (home / one).with_suffix(".py").exists() for one in (folder, *folder.parents) if one.parts
        ):
            yield file


def _has_all_of(home: Path, notes: Notes, config: pytest.Config) -> bool:
    """Whether every test module that may have a cassette there was collected."""
    if not is_below(str(home), config):
        return False
    patterns = config.getini("python_files")
    return all(
        str(file) in notes.modules
        for file in home.glob("*.py")
        if any(fnmatch(file.name, pattern) for pattern in patterns)
    )


def _common_folder(config: pytest.Config) -> Path | None:
    """The one folder of all cassettes; None where they lie beside their tests."""
    named = config.getoption("--harness-cassette-dir")
    if named is not None:
        return Path(config.invocation_params.dir, str(named))
    ini = str(config.getini("harness_cassette_dir"))
    return config.rootpath / ini if ini else None


def is_below(path: str, config: pytest.Config) -> bool:
    """Whether a place lies in what the session was asked to collect, so that all tests near it were."""
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        return True
    wanted = [Path(config.invocation_params.dir, one) for one in config.args]
    return any(one.is_dir() and Path(path).is_relative_to(one) for one in wanted)


def _anew(path: str, tests: Iterable[str], notes: Notes, config: pytest.Config) -> tuple[str, ...]:
    """How to record anew what tests use."""
    if not path.endswith(_SUFFIX):
        return ("record it again with the tool that it is of, or import it: `harness cassette import`",)
    wanted = sorted(tests)
    is_moded = not notes.moded.isdisjoint(wanted)
    cases = list(dict.fromkeys(_from_here(one, config) for one in wanted))
    if len(cases) == 1:
        how = ", with mode='rewrite' in the test's mark" if is_moded else " --harness-record-mode=rewrite"
        return (f"record it again: pytest {shlex.quote(cases[0])}{how}",)
    # Each of several tests would empty what the others record.
    how = ", with mode='once' in their marks" if is_moded else " --harness-record-mode=once"
    names = " ".join(shlex.quote(one) for one in dict.fromkeys(case.partition("[")[0] for case in cases))
    return (f"record it again: delete it, then pytest {names}{how}",)


def _first(tests: Iterable[str], notes: Notes, config: pytest.Config) -> tuple[str, ...]:
    """How to record what is not there yet."""
    wanted = sorted(tests)
    how = (
        " --harness-record-mode=once"
        if notes.moded.isdisjoint(wanted)
        else ", with mode='once' in the test's mark"
    )
    names = dict.fromkeys(_from_here(one, config) for one in wanted)
    return (f"record it: pytest {' '.join(map(shlex.quote, names))}{how}",)


def _from_here(test: str, config: pytest.Config) -> str:
    """A test's id as the command line takes it from where the session was started."""
    file, separator, name = test.partition("::")
    return f"{shown(config.rootpath / file, config)}{separator}{name}"


def recording_at(path: str) -> Any:
    """A cassette, or an empty one where it is gone or cannot be read: the tests that use it have told."""
    from harness.cassettes.exchange import Cassette  # noqa: PLC0415 - not before a session has cassettes
    from harness.errors import HarnessError  # noqa: PLC0415
    from harness.io.recordings import read_recording  # noqa: PLC0415

    try:
        return read_recording(path)
    except HarnessError:
        return Cassette({}, ())


def lines(found: Sequence[Claim], config: pytest.Config, *, fails: bool) -> Iterator[str]:
    """The claims for the terminal's summary."""
    for one in found:
        yield f"{one.kind:<9} {shown(one.path, config)}"
        yield from (f"  {line}" for line in (*one.what, *one.do))
    count = len({one.path for one in found})
    these = f"{count} cassette{'' if count == 1 else 's'} to look after"
    yield (
        f"{these}: --harness-fail-on-stale fails the session"
        if fails
        else (f"{these}; nothing was changed, and --harness-fail-on-stale would fail the session")
    )


def _it(left: Sequence[str]) -> str:
    return "it" if len(left) == 1 else "them"
