"""Reading recordings of any format, one or many: what every command that takes a cassette calls."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from harness import bundled
from harness.cassettes.foreign import detect, read_foreign
from harness.errors import FileAccessError, InputError
from harness.io.files import read_cassette

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.cassettes.exchange import Cassette

SUFFIX = ".cassette.jsonl"
_FOREIGN_SUFFIXES = (".yaml", ".yml", ".har")
_PEEK = 4096


def read_recording(path: str | Path, *, request: bytes | None = None) -> Cassette:
    """Read one recording: a cassette (bodies stay on disk), vcrpy YAML or JSON, HAR, or a plain SSE or JSON body.

    Args:
        path: Where it lies.
        request: What a plain body answers: the bytes of a request's body, or an object that says more; see
            `harness.cassettes.plain`.

    Raises:
        InputError: It does not exist, or cannot be read as any of these.
        FileAccessError: The system does not let it be read.
    """
    file = Path(path)
    try:
        if file.is_file():
            with file.open("rb") as stream:
                start = stream.read(_PEEK)
            if start and detect(start, file.name) != "cassette":
                return read_foreign(file.read_bytes(), str(path), request=request)
    except OSError as error:
        raise FileAccessError("cannot read this file", where=str(path), found=error.strerror) from error
    return read_cassette(file)


def read_bytes(path: Path) -> bytes:
    """All of a small file.

    Raises:
        InputError: It is not there.
        FileAccessError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError("there is no such file", where=str(path)) from None
    except OSError as error:
        raise FileAccessError("cannot read this file", where=str(path), found=error.strerror) from error


def find_recordings(paths: Iterable[str | Path]) -> list[Path]:
    """The files that some paths name, in a stable order.

    A path is a file, a folder (searched for `*.cassette.jsonl`, vcrpy YAML and HAR), or, where no such file exists,
    the name of a shipped recording such as `llama-server/chat/text`, or of a folder of them.

    Raises:
        InputError: A path names nothing, or a folder holds no recording.
    """
    found: list[Path] = []
    for given in paths:
        if not str(given):  # which pathlib takes for the working directory
            raise InputError(
                "this name is empty", expected="a file, a folder, or the name of a shipped recording"
            )
        path = Path(given)
        if path.is_dir():
            inside = sorted(
                file
                for file in path.rglob("*")
                if file.name.endswith((SUFFIX, *_FOREIGN_SUFFIXES)) and file.is_file()
            )
            if not inside:
                raise InputError(
                    "this folder holds no recording",
                    where=str(given),
                    expected=f"files named *{SUFFIX}, or vcrpy's *.yaml, or *.har",
                )
            found += inside
        else:
            found += [path] if path.exists() else _shipped(given)
    return found


def _shipped(name: str | Path) -> list[Path]:
    try:
        folder = bundled.folder("cassettes")
    except FileNotFoundError:
        folder = Path("cassettes")
    path = folder / f"{name}{SUFFIX}"
    if not Path(name).is_absolute() and path.is_file():
        return [path]
    parts = Path(name).parts
    if parts and ".." not in parts and not Path(name).is_absolute() and (folder / name).is_dir():
        return sorted((folder / name).rglob(f"*{SUFFIX}"))
    shipped = [
        file.relative_to(folder).as_posix().removesuffix(SUFFIX) for file in folder.rglob(f"*{SUFFIX}")
    ]
    close = get_close_matches(str(name), shipped, n=1)
    raise InputError(
        "there is no such file",
        where=str(name),
        expected="a file, a folder, or the name of a shipped recording such as llama-server/chat/text",
        hint=f"did you mean {close[0]!r}?" if close else None,
    )
