"""llama-server from its sources: PyPI's source distribution of llama-cpp-python carries llama.cpp whole.

A release of llama.cpp brings programs too, but not from a package registry, and not for every machine. This one needs a
compiler for C++ and about ten minutes on two cores; cmake and ninja come from PyPI. What was built is kept.
"""

from __future__ import annotations

import os
import shutil
import sys
import tarfile
from typing import TYPE_CHECKING, Final

from harness.errors import TargetError
from harness.targets.installing import FromPyPI, run_installer

if TYPE_CHECKING:
    from pathlib import Path

SDIST: Final = "0.3.36"
"""The release of llama-cpp-python whose llama.cpp is built."""

PROGRAM: Final = "llama-server.exe" if sys.platform == "win32" else "llama-server"
HOME: Final = "llama-server-build"
"""The folder below `tools` with sources and build, so that a build that was broken off goes on."""

BUILDERS: Final = FromPyPI(
    target=f"{HOME}/venv",
    package="cmake",
    version="3.31.10",
    beside=("ninja==1.13.2", "pip", "scikit-build-core==1.1.2", "flit-core==4.2.0"),
)
"""What builds it: pip fetches the sources, and asks the backend of their build for the metadata."""

OPTIONS: Final = (
    *("CMAKE_BUILD_TYPE=Release", "BUILD_SHARED_LIBS=OFF", "LLAMA_OPENSSL=OFF", "LLAMA_USE_PREBUILT_UI=OFF"),
    *("LLAMA_BUILD_UI=OFF", "LLAMA_BUILD_TESTS=OFF", "LLAMA_BUILD_EXAMPLES=OFF", "LLAMA_BUILD_APP=OFF"),
    "LLAMA_TOOLS_INSTALL=OFF",
)

_NO_COMPILER: Final = "llama.cpp needs a compiler for C++17, such as g++"


def build(tools: Path) -> Path:
    """Build the program, unless it stands there already.

    Args:
        tools: The folder in which targets are installed.

    Returns:
        `tools/llama-server` (`.exe` on Windows).

    Raises:
        TargetError: Something of it failed; says what was printed.
    """
    program = tools / PROGRAM
    if program.is_file():
        return program
    home = tools / HOME
    BUILDERS.install(tools)
    sources = _sources(tools, home)
    cmake = str(BUILDERS.program(tools, "cmake").absolute())
    tree = home / "tree"
    options = [f"-D{one}" for one in OPTIONS]
    # In a virtual environment that is not activated cmake does not see the ninja beside it.
    options.append(f"-DCMAKE_MAKE_PROGRAM={BUILDERS.program(tools, 'ninja').absolute()}")
    run_installer(
        [cmake, "-S", str(sources), "-B", str(tree), "-G", "Ninja", *options], home, hint=_NO_COMPILER
    )
    jobs = str(os.cpu_count() or 1)
    run_installer(
        [cmake, "--build", str(tree), "--target", "llama-server", "-j", jobs], home, hint=_NO_COMPILER
    )
    built = tree / "bin" / PROGRAM
    try:
        # Beside its place first: what stands there counts as built.
        whole = program.with_name(f"{PROGRAM}.new")
        shutil.copy2(built, whole)
        return whole.replace(program)
    except OSError as error:
        raise TargetError(
            "llama-server was built and cannot be taken", where=str(built), found=str(error)
        ) from error


def _sources(tools: Path, home: Path) -> Path:
    """Fetch and unpack them; gives the folder of llama.cpp."""
    python = str(BUILDERS.program(tools, "python").absolute())
    name = f"llama_cpp_python-{SDIST}"
    archive = home / f"{name}.tar.gz"
    if not archive.is_file():
        # Without isolation pip does not install the build's backend anew, which would be a second download.
        how = ["--quiet", "--no-deps", "--no-build-isolation", "--no-binary", "llama-cpp-python"]
        where = ["--dest", str(home.absolute())]
        run_installer([python, "-m", "pip", "download", *how, *where, f"llama-cpp-python=={SDIST}"], home)
    try:
        with tarfile.open(archive) as packed:
            packed.extractall(home, filter="data")
    except (OSError, tarfile.TarError) as error:
        # So that the next attempt fetches it anew.
        archive.unlink(missing_ok=True)
        raise TargetError(
            "the sources of llama.cpp cannot be unpacked", where=str(archive), found=str(error)
        ) from error
    return home / name / "vendor" / "llama.cpp"
