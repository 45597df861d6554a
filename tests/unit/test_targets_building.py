"""llama-server is built from the sources that PyPI has; here everything that would run is only written down."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.errors import TargetError
from harness.targets import building
from harness.targets.building import HOME, PROGRAM, SDIST
from harness.targets.installing import FromPyPI
from harness.targets.llama_server import LlamaServer
from harness.targets.target import Installable

if TYPE_CHECKING:
    from collections.abc import Sequence

SOURCES = f"llama_cpp_python-{SDIST}"


class Builders:
    """Stands in for pip and cmake: keeps what was run, and leaves what they would."""

    def __init__(self, archive: bytes) -> None:
        self.archive = archive
        self.ran: list[Sequence[str]] = []
        self.broken = False

    def __call__(self, command: Sequence[str], cwd: Path, *, hint: str = "") -> None:
        """Run one command in name only."""
        self.ran.append(command)
        if "download" in command:
            (cwd / f"{SOURCES}.tar.gz").write_bytes(self.archive)
        elif "--build" in command:
            if self.broken:
                raise TargetError("an installation failed with exit code 1", hint=hint)
            built = Path(command[2]) / "bin" / PROGRAM
            built.parent.mkdir(parents=True)
            built.write_bytes(b"a program")


def _packed() -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo(f"{SOURCES}/vendor/llama.cpp/CMakeLists.txt"))
    return data.getvalue()


@pytest.fixture
def builders(monkeypatch: pytest.MonkeyPatch) -> Builders:
    """In place of everything that runs."""
    found = Builders(_packed())
    monkeypatch.setattr(building, "run_installer", found)

    def install(self: FromPyPI, tools: Path) -> None:
        (tools / self.target).mkdir(parents=True, exist_ok=True)

    monkeypatch.setattr(FromPyPI, "install", install)
    return found


def test_llama_server_is_fetched_configured_and_built(tmp_path: Path, builders: Builders) -> None:
    """And lies where the target looks for it."""
    target = LlamaServer()
    assert isinstance(target, Installable)
    target.install(tmp_path)
    fetched, configured, built = builders.ran
    assert fetched[-1] == f"llama-cpp-python=={SDIST}"
    assert "--no-binary" in fetched
    sources = configured[list(configured).index("-S") + 1]
    assert (Path(sources) / "CMakeLists.txt").is_file()
    assert "-DBUILD_SHARED_LIBS=OFF" in configured
    assert list(built[3:5]) == ["--target", "llama-server"]
    assert (tmp_path / PROGRAM).read_bytes() == b"a program"
    assert [one.name for one in tmp_path.iterdir() if PROGRAM in one.name and one.is_file()] == [PROGRAM]


def test_what_is_built_is_not_built_again(tmp_path: Path, builders: Builders) -> None:
    """Ten minutes once are enough."""
    (tmp_path / PROGRAM).write_bytes(b"there")
    LlamaServer().install(tmp_path)
    assert builders.ran == []
    assert (tmp_path / PROGRAM).read_bytes() == b"there"


def test_a_build_that_failed_is_told_and_goes_on_with_what_it_has(tmp_path: Path, builders: Builders) -> None:
    """The sources are not fetched twice."""
    builders.broken = True
    with pytest.raises(TargetError, match="exit code 1") as raised:
        LlamaServer().install(tmp_path)
    assert "compiler" in str(raised.value.hint)
    assert not (tmp_path / PROGRAM).exists()
    builders.broken = False
    LlamaServer().install(tmp_path)
    assert sum("download" in one for one in builders.ran) == 1
    assert (tmp_path / PROGRAM).is_file()


def test_sources_that_are_no_archive_are_told_and_fetched_anew(tmp_path: Path, builders: Builders) -> None:
    """Half a download must not stand in the way for ever."""
    whole, builders.archive = builders.archive, b"half"
    with pytest.raises(TargetError, match="cannot be unpacked"):
        LlamaServer().install(tmp_path)
    assert not (tmp_path / HOME / f"{SOURCES}.tar.gz").exists()
    builders.archive = whole
    LlamaServer().install(tmp_path)
    assert (tmp_path / PROGRAM).is_file()
