"""Take the picture of the published report that the README shows: docs/images/report-light.png and report-dark.png.

`python -m generators.report_picture` (`nox -s picture`) opens docs/reports/conform/report.html in chromium (CHROMIUM
names one that is not on the path), as wide as a laptop, in light and in dark colours. What was taken is noted in the
file, so that a test sees when the report has changed since.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parents[1]
REPORT: Final = ROOT / "docs" / "reports" / "conform" / "report.html"
IMAGES: Final = ROOT / "docs" / "images"
MOST_BYTES: Final = 300_000

SCHEMES: Final = {"light": 1, "dark": 0}
"""What chromium calls the colours that a page is asked for."""

SIZE: Final = (1440, 900)
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_NOTE: Final = b"harness-report-sha256\0"


def path_of(scheme: str) -> Path:
    """Where a picture lies."""
    return IMAGES / f"report-{scheme}.png"


def noted(data: bytes) -> str | None:
    """The digest of the report that a picture shows; None where none is noted."""
    for kind, content in _chunks(data):
        if kind == b"tEXt" and content.startswith(_NOTE):
            return content[len(_NOTE) :].decode("ascii")
    return None


def size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels."""
    (_, header), *_ = _chunks(data)
    width, height = struct.unpack(">II", header[:8])
    return width, height


def digest() -> str:
    """The digest of the report as it is."""
    return hashlib.sha256(REPORT.read_bytes()).hexdigest()


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG: kind and content."""
    at = len(_SIGNATURE)
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at += 12 + length


def _with_note(data: bytes, note: str) -> bytes:
    """A PNG with the digest behind its header."""
    content = b"tEXt" + _NOTE + note.encode("ascii")
    chunk = struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))
    behind = len(_SIGNATURE) + 12 + struct.unpack(">I", data[8:12])[0]
    return data[:behind] + chunk + data[behind:]


def taken(chromium: str, scheme: str) -> bytes:
    """A picture, as PNG."""
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "picture.png"
        subprocess.run(  # noqa: S603 - a browser of this machine, on our own page
            [
                *(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
                f"--user-data-dir={folder}/profile",
                f"--window-size={SIZE[0]},{SIZE[1]}",
                f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}",
                f"--screenshot={picture}",
                REPORT.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=300,
        )
        return _with_note(picture.read_bytes(), digest())


def main() -> None:
    """Take the pictures."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        sys.exit("there is no chromium on this machine (CHROMIUM names one)")
    IMAGES.mkdir(exist_ok=True)
    for scheme in SCHEMES:
        path = path_of(scheme)
        path.write_bytes(taken(chromium, scheme))
        sys.stderr.write(f"wrote {path}\n")


if __name__ == "__main__":
    main()
