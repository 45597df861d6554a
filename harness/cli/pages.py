"""Writes the pages of docs/ that are made from the code.

`python -m harness.cli.pages` writes all that are stale, and says which.
"""

from __future__ import annotations

import sys
from pathlib import Path

from harness.checking import requirements
from harness.cli import reference
from harness.faults import manual as faults
from harness.rules import machines
from harness.rules import reference as rules
from harness.translation import reference as translation


def documents() -> dict[str, str]:
    """Every page that is made from the code: its path under docs/, and its text."""
    return {
        "cli.md": reference.render(),
        "faults.md": faults.render(),
        "machines.md": machines.document(),
        "requirements.md": requirements.document(),
        "translation.md": translation.document(),
        **rules.documents(),
    }


def main(docs: Path) -> None:
    """Write the pages that differ."""
    for name, text in documents().items():
        path = docs / name
        if path.exists() and path.read_text("utf-8") == text:
            continue
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
        sys.stderr.write(f"wrote {path}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "docs")
