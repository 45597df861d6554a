"""What the first line of a file says: whether it is a cassette, and of which version.

Strategy: most files that are no cassette are something that a person meant to give: another tool's recording,
a body, a file that git or an editor changed. Each gets its own sentence and its own next step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.cassettes.foreign import detect
from harness.cassettes.rows import Head, decode
from harness.errors import CassetteError, HarnessError, NotACassette, TruncatedCassette

if TYPE_CHECKING:
    from harness.cassettes.foreign import Format

FIRST_LINE = 1 << 20
"""A head row is not looked for beyond so many bytes, so that a huge binary file costs nothing."""

_EXPECTED = 'a cassette: JSON lines, the first of which begins {"k":"head",'
_IMPORT = "`harness cassette import` turns it into a cassette"
_FOREIGN: dict[Format, str] = {
    "vcr-yaml": "a vcrpy cassette (YAML)",
    "vcr-json": "a vcrpy cassette (JSON)",
    "har": "an HTTP archive (HAR)",
    "sse": "the bare body of an event stream",
    "json": "a JSON document",
}


def head_of(line: bytes, source: str) -> Head:
    """Read the first line of what should be a cassette or its `.part`.

    Args:
        line: The line, or the beginning of a very long one.
        source: What errors name.

    Raises:
        NotACassette: It is something else; the hint says what to do with it.
        TruncatedCassette: Not even the head is whole.
        CassetteError: Its line ends were converted.
    """
    if not line.strip():
        raise NotACassette(
            "the file is empty",
            where=source,
            expected=_EXPECTED,
            hint="did a recorder die? look for a .part file beside it: `harness cassette recover` keeps it",
        )
    if line.startswith(b"\xef\xbb\xbf"):
        raise NotACassette(
            "the file begins with a byte order mark",
            where=source,
            expected=_EXPECTED,
            hint="an editor added it: restore the file, or save it as UTF-8 without a byte order mark",
        )
    if line.startswith(b'{"k":"head"') and line.endswith(b"\r\n"):
        raise CassetteError(
            "the line ends of this cassette were converted",
            where=source,
            expected="LF",
            found="CR LF",
            hint="git did it: put `*.cassette.jsonl -text` into .gitattributes and check the file out again",
        )
    if line.startswith(b'{"k":"head"') and not line.endswith(b"\n"):
        raise TruncatedCassette(
            "the cassette ends before its seal",
            where=f"{source}:1",
            expected="a whole head row, and a seal as the last row",
            found=f"{len(line)} bytes of a head row",
            hint="nothing was recorded in it; delete it",
        )
    try:
        row = decode(line, source, 1)
    except HarnessError as error:
        raise _not_a_cassette(line, source) from error
    if isinstance(row, Head):
        return row
    raise NotACassette(
        "the cassette does not begin with its head",
        where=f"{source}:1",
        expected="a head row",
        found=f"a {row.__struct_config__.tag} row",
        hint="were rows removed? restore the file, or record it anew",
    )


def _not_a_cassette(line: bytes, source: str) -> NotACassette:
    kind = detect(line, source)
    if kind in _FOREIGN:
        return NotACassette(
            "this is no cassette", where=source, expected=_EXPECTED, found=_FOREIGN[kind], hint=_IMPORT
        )
    if b"\0" in line or not _is_text(line):
        found = "binary data"
    elif kind == "html":
        found = "a web page"
    else:
        found = f"a first line that begins {line[:32].decode(errors='replace').rstrip()!r}"
    return NotACassette(
        "this is no cassette",
        where=source,
        expected=_EXPECTED,
        found=found,
        hint="is it the right file? `harness cassette import` reads vcrpy, HAR and plain event streams",
    )


def _is_text(line: bytes) -> bool:
    # The end of a very long line may be cut inside a character, so the last one does not count.
    try:
        line[:-4].decode()
    except UnicodeDecodeError as error:
        return error.end == len(line) - 4 and error.start > error.end - 4
    return True
