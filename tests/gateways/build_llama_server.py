"""Build llama-server from the llama.cpp sources that the PyPI sdist of llama-cpp-python carries.

    python -m tests.gateways.build_llama_server FOLDER

leaves `FOLDER/llama-server` (`.exe` on Windows), as `harness conform --install --target llama-server` does, and keeps
the build tree in `FOLDER/llama-server-build`, so that a second call costs nothing. About ten minutes on two cores;
needs a C++ compiler.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from harness.targets.building import SDIST, build

SDIST_VERSION = SDIST


def interpreter(home: Path) -> Path:
    """The interpreter of a virtual environment."""
    return home / ("Scripts" if os.name == "nt" else "bin") / ("python.exe" if os.name == "nt" else "python")


def main() -> int:
    """Build into the folder that is given."""
    parser = argparse.ArgumentParser(description="Build llama-server from the sdist of llama-cpp-python.")
    parser.add_argument("folder", type=Path, help="where the program lies; kept between runs")
    arguments = parser.parse_args()
    print(build(arguments.folder.resolve()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
