"""Build llama-server from the llama.cpp sources that the PyPI sdist of llama-cpp-python carries.

    python -m tests.gateways.build_llama_server FOLDER

leaves `FOLDER/llama-server` (`.exe` on Windows) and keeps the build tree in `FOLDER/llama-server-build`, so
that a second call costs nothing. About ten minutes on two cores; needs a C++ compiler. cmake and ninja come
from PyPI.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

SDIST_VERSION = "0.3.36"
CMAKE_OPTIONS = {
    "CMAKE_BUILD_TYPE": "Release",
    "BUILD_SHARED_LIBS": "OFF",
    "LLAMA_OPENSSL": "OFF",
    "LLAMA_USE_PREBUILT_UI": "OFF",
    "LLAMA_BUILD_UI": "OFF",
    "LLAMA_BUILD_TESTS": "OFF",
    "LLAMA_BUILD_EXAMPLES": "OFF",
    "LLAMA_BUILD_APP": "OFF",
    "LLAMA_TOOLS_INSTALL": "OFF",
}
PROGRAM = "llama-server.exe" if os.name == "nt" else "llama-server"


def interpreter(home: Path) -> Path:
    """The interpreter of a virtual environment."""
    return home / ("Scripts" if os.name == "nt" else "bin") / ("python.exe" if os.name == "nt" else "python")


def fetch(home: Path, python: Path) -> Path:
    """Download and unpack the sdist.

    Returns:
        The folder of llama.cpp inside it.
    """
    # pip asks the build backend for metadata only; without isolation it does not install that backend anew.
    subprocess.run([python, "-m", "pip", "install", "-q", "scikit-build-core", "flit-core"], check=True)
    wanted = f"llama-cpp-python=={SDIST_VERSION}"
    subprocess.run(
        [
            *(python, "-m", "pip", "download", "-q", "--no-deps", "--no-build-isolation"),
            *("--no-binary", "llama-cpp-python", "--dest", home, wanted),
        ],
        check=True,
    )
    with tarfile.open(home / f"llama_cpp_python-{SDIST_VERSION}.tar.gz") as archive:
        archive.extractall(home, filter="data")
    return home / f"llama_cpp_python-{SDIST_VERSION}" / "vendor" / "llama.cpp"


def build(folder: Path, *, jobs: int) -> Path:
    """Build the program, unless it is there.

    Args:
        folder: Where it is to lie; kept between runs, it is the cache.
        jobs: How many compilers at once.

    Returns:
        The program.
    """
    program = folder / PROGRAM
    if program.is_file():
        return program
    home = folder / "llama-server-build"
    home.mkdir(parents=True, exist_ok=True)
    python = interpreter(home / "venv")
    cmake = python.with_name("cmake.exe" if os.name == "nt" else "cmake")
    ninja = python.with_name("ninja.exe" if os.name == "nt" else "ninja")
    if not ninja.is_file():
        venv.create(home / "venv", with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "cmake", "ninja"], check=True)
    sources = fetch(home, python)
    tree = home / "tree"
    options = [f"-D{name}={value}" for name, value in CMAKE_OPTIONS.items()]
    options.append(f"-DCMAKE_MAKE_PROGRAM={ninja}")
    subprocess.run([cmake, "-S", sources, "-B", tree, "-G", "Ninja", *options], check=True)
    subprocess.run([cmake, "--build", tree, "--target", "llama-server", "-j", str(jobs)], check=True)
    shutil.copy2(tree / "bin" / PROGRAM, program)
    return program


def main() -> int:
    """Build into the folder that is given."""
    parser = argparse.ArgumentParser(description="Build llama-server from the sdist of llama-cpp-python.")
    parser.add_argument("folder", type=Path, help="where the program lies; kept between runs")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many compilers at once")
    arguments = parser.parse_args()
    print(build(arguments.folder.resolve(), jobs=arguments.jobs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
