"""Where a test's cassette lies.

By default in `cassettes/<module>/<test>.cassette.jsonl` beside the test's file. The name follows from the test's own
name alone, so that it is the same whichever tests are run, and no two tests get one: also where a file system takes
`A` for `a`, and where names differ only in what no file name may have.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from harness.cassettes.modes import Mode, may_record, parse_mode
from harness.errors import UsageError
from harness.io.recordings import SUFFIX
from harness.testing.marks import marked, place_of
from harness.testing.modes import mode_of
from harness.testing.variants import are_one_test, plain_name
from harness.testing.vcr import name_by_vcr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.testing.marks import Marked

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_.-]+")
_PLAIN: Final = re.compile(r"[a-z0-9_.-]*")
_LONGEST: Final = 100
"""Characters of a name; file systems that allow 255 bytes for it hold that and all our suffixes."""
_SUFFIXES: Final = frozenset({".jsonl", ".yaml", ".yml", ".json", ".har", ".sse"})
_RESERVED: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


def name_of(item: pytest.Item) -> str:
    """The name of a test's cassette, without its suffix.

    `TestChat::test_turn[gpt-5]` is `TestChat.test_turn-gpt-5`. Where that would not tell the test from every other
    one, a digest of the whole name follows after `~`.
    """
    classes = [node.name for node in item.listchain() if isinstance(node, pytest.Class)]
    name = plain_name(item)
    function, bracket, case = name.partition("[")
    case = case.removesuffix("]") if bracket else ""
    readable = _UNSAFE.sub("-", ".".join([*classes, function]) + (f"-{case}" if bracket else "")).strip("-")
    # Classes are written in capitals, so only what stands elsewhere is taken for a difference in nothing but case.
    told = (
        _PLAIN.fullmatch(function)
        and _PLAIN.fullmatch(case)
        and not _UNSAFE.search("".join(classes))
        and not case.endswith("-")
        and len(readable) <= _LONGEST
        and not _RESERVED.match(readable)
    )
    if told:
        return readable
    whole = "::".join([*classes, name])
    digest = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{readable[:_LONGEST].rstrip('-.') or 'test'}~{digest}"


def folder_of(item: pytest.Item) -> Path:
    """The folder of the cassettes of a test's module."""
    config = item.config
    named = config.getoption("--harness-cassette-dir")
    if named is not None:
        root = Path(config.invocation_params.dir) / str(named)
    elif ini := config.getini("harness_cassette_dir"):
        root = config.rootpath / str(ini)
    else:
        return item.path.parent / "cassettes" / item.path.stem
    # Modules of one name in several folders must not meet here, so the project's folders are repeated.
    if item.path.is_relative_to(config.rootpath):
        return root / item.path.relative_to(config.rootpath).with_suffix("")
    digest = hashlib.sha256(os.fsencode(item.path.parent)).hexdigest()[:10]
    return root / f"{item.path.stem}~{digest}"


def path_of(item: pytest.Item, mark: Marked) -> Path:
    """A test's cassette: what its mark names, from the folder of its file; else by its name.

    Where that is not there, and one is that was imported from vcrpy under the name that pytest-recording gave it, it
    is that one.
    """
    if mark.path is None:
        own = folder_of(item) / f"{name_of(item)}{SUFFIX}"
        imported = own.with_name(f"{name_by_vcr(item)}{SUFFIX}")
        return imported if imported != own and not own.exists() and imported.exists() else own
    named = Path(mark.path)
    known = named.suffix.lower() in _SUFFIXES
    return item.path.parent / (named if known else named.with_name(f"{named.name}{SUFFIX}"))


def check(items: Sequence[pytest.Item]) -> None:
    """Find tests whose mark names no cassette, and that would share one by accident, or destroy each other's.

    Tests may share a cassette that their marks name. Where it is to be recorded, one waits until the other has
    done so; only `rewrite` cannot be meant for two, as the second would empty what the first has recorded.

    Raises:
        pytest.UsageError: There are such tests.
    """
    seen: dict[str, tuple[pytest.Item, Marked, Path]] = {}
    wrong: list[str] = []
    for item in items:
        mark = marked(item)
        path = path_of(item, mark)
        if mark.path is not None and (strange := _unrecordable(item, mark.path, path)) is not None:
            wrong.append(str(strange))
            continue
        key = os.path.normpath(path).casefold()
        other, other_mark, other_path = seen.setdefault(key, (item, mark, path))
        if other is item or are_one_test(other, item):
            continue
        where = f"{place_of(other)} and {place_of(item)}"
        if mark.path is None and other_mark.path is None:
            error = UsageError(
                "two tests would have one cassette where upper and lower case are the same",
                where=where,
                found=f"{other_path.name} and {path.name}",
                hint="rename one, or give one a path: `@pytest.mark.cassette('NAME')`",
            )
        elif parse_mode(mode_of(mark.mode, item.config)) is Mode.REWRITE:
            error = UsageError(
                "two tests would rewrite one cassette, and only what the second records would be left",
                where=where,
                found=path.name,
                hint="give each its own path, or record with `--harness-record-mode=all`",
            )
        else:
            continue
        wrong.append(str(error))
    if wrong:
        raise pytest.UsageError("\n".join(wrong))


def _unrecordable(item: pytest.Item, named: str | Path, path: Path) -> UsageError | None:
    """What is wrong with the path of a mark: it is a folder, or a missing file that only another tool writes."""
    where = f"path={str(named)!r}, {place_of(item)}"
    if path.is_dir() or (not path.exists() and (item.path.parent / named).is_dir()):
        return UsageError(
            "this path names a folder, and a cassette is a file",
            where=where,
            hint=f"name the file: {Path(named, 'NAME' + SUFFIX).as_posix()!r}; without a path, it is named after the"
            " test",
        )
    if path.exists() or path.suffix.lower() in {"", ".jsonl"}:
        return None
    other = folder_of(item) / named
    found = Path(os.path.relpath(other, item.path.parent)).as_posix() if other.exists() else ""
    return UsageError(
        "there is no such recording, and none of this format can be made",
        where=where,
        expected=f"{os.path.relpath(path)}, as the path is taken from the folder of the test's file",
        found=f"{found!r}, which would be there" if found else None,
        hint=f"name it as {found!r}"
        if found
        else f"correct the path; what is recorded here is named NAME{SUFFIX}",
    )


def records(path: Path, mode: str) -> bool:
    """Whether a test may record there now."""
    return may_record(parse_mode(mode), exists=path.exists())
