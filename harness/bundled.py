"""Where the shipped data lies: `specs/` and `cassettes/`.

The only module that knows it, and the only one of the core that reads files. In a checkout or an editable
install both folders stand beside the package; in a wheel they are inside it, under `_bundled`. What is part of the
package and not Python (the parts of the HTML report) lies beside the module that uses it.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The shipped folder `name` ("specs" or "cassettes").

    Raises:
        FileNotFoundError: The installation lacks it.
    """
    for candidate in (_PACKAGE / "_bundled" / name, _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    message = f"the folder {name!r} is missing from this installation of llm-stream-harness"
    raise FileNotFoundError(message)


def is_shipped(recording: str | Path) -> bool:
    """Whether a recording is one of those that are shipped, which nobody can record anew; by its path alone."""
    try:
        return Path(recording).is_relative_to(folder("cassettes"))
    except FileNotFoundError:
        return False


def package_text(path: str) -> str:
    """The text of one file of this package that is not Python, by its path with forward slashes."""
    return (_PACKAGE / path).read_text(encoding="utf-8")


def package_names(path: str, suffix: str) -> tuple[str, ...]:
    """The names of the files with this suffix in one folder of this package, in alphabetical order."""
    return tuple(sorted(one.name for one in (_PACKAGE / path).glob(f"*{suffix}")))


def spec_text(path: str) -> str:
    """The text of one file under `specs/`, by its path with forward slashes."""
    return (folder("specs") / path).read_text(encoding="utf-8")


def spec_names(path: str, suffix: str) -> tuple[str, ...]:
    """The names, without their suffix, of the files in one folder under `specs/`, in alphabetical order."""
    return tuple(sorted(one.stem for one in (folder("specs") / path).glob(f"*{suffix}")))
