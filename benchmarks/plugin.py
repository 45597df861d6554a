"""What the pytest plugin costs: a session that does not use it, and a replayed test against the same with vcrpy.

    python -m benchmarks.plugin [--full]

The start is measured in environments that are made for it, with links to what is installed here and the package as pip
would install its wheel: pytest and our dependencies without us, and the same with us. Sessions of one empty test
alternate between the two, and the median of the differences counts. What is compared is the time of the processor, as a
session waits for nothing else and other processes on the machine do not count; that on the clock is printed beside it.
Nearly all of it goes into the list of our files, which pytest reads of every distribution with a plugin: Python 3.12
and later look for each file on the disk, and take three times as long over it as 3.11.

The replayed test makes an httpx client, reads a stream of 50 events, and is one of many in its session. With vcrpy it
is the same test inside `use_cassette`. Sessions of many tests and of one alternate, each in a process of its own. Both
make their clients with one SSL context, as to load the certificates for each takes vcrpy's test longer than all else
(on a tape a client needs none); what that adds is printed as well.

Exits with 1 where the start costs more than `START_MS`, or a replayed test as much as with vcrpy.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution, requires
from pathlib import Path
from typing import TYPE_CHECKING, Final

from packaging.requirements import Requirement

import harness
from benchmarks.in_process import write_recordings

if TYPE_CHECKING:
    from collections.abc import Callable

START_MS: Final = 10.0
PAIRS: Final = 20
TESTS: Final = 200
NAME: Final = "llm-stream-harness"
ROOT: Final = Path(__file__).resolve().parents[1]

TEST: Final = """
import ssl
import httpx
import pytest
{imports}
CONTEXT = {context}

@pytest.mark.parametrize("number", range({count}))
{mark}
def test_stream(number):
    {inside}
        with httpx.Client({verify}) as client, client.stream(
            "POST", "http://api.example/v1/chat/completions",
            content=b'{{"model":"bench-1","stream":true,"messages":[{{"role":"user","content":"hi"}}]}}',
            headers={{"content-type": "application/json"}},
        ) as response:
            assert sum(1 for line in response.iter_lines() if line.startswith("data: ")) == 50
"""
OURS: Final = {
    "imports": "",
    "mark": '@pytest.mark.cassette("../recordings/ours.cassette.jsonl", mode="none")',
    "inside": "if True:",
}
THEIRS: Final = {
    "imports": 'import vcr\nRECORDER = vcr.VCR(match_on=["method", "path", "query", "body"])',
    "mark": "",
    "inside": 'with RECORDER.use_cassette("../recordings/theirs.yaml", record_mode="none"):',
}

LISTING: Final = f"""
import importlib.metadata, time
from _pytest.config import _iter_rewritable_modules
own = importlib.metadata.distribution({NAME!r})
def timed():
    start = time.process_time()
    list(_iter_rewritable_modules(str(file) for file in own.files))
    return time.process_time() - start
print(len(own.files), min(timed() for _ in range(9)) * 1e3)
"""
"""Does what pytest does at its start with every distribution that has a plugin."""


@dataclass(frozen=True)
class Cost:
    """What a process took, in milliseconds: of the processor, and on the clock."""

    processor: float
    clock: float


def spent() -> float:
    """Seconds of the processor that this process's children have taken, as far as they have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cost_of(command: list[str], cwd: Path, **variables: str) -> Cost:
    """Run a process to its end; it must succeed."""
    left = ("PYTEST_", "COV_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(left)}
    before, start = spent(), time.perf_counter()
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**kept, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    clock, processor = time.perf_counter() - start, spent() - before
    assert done.returncode == 0, done.stdout + done.stderr
    return Cost(processor * 1e3, clock * 1e3)


def needed(name: str, found: dict[str, Distribution]) -> None:
    """Find a distribution, and all that it needs here."""
    key = name.lower().replace("_", "-").replace(".", "-")
    if key in found:
        return
    try:
        found[key] = distribution(name)
    except PackageNotFoundError:
        return
    for line in requires(name) or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            needed(requirement.name, found)


def environment(folder: Path, distributions: dict[str, Distribution]) -> Path:
    """Make a virtual environment with links to distributions that are installed here.

    Returns:
        Its interpreter.
    """
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    python = folder / "bin" / "python" if os.name != "nt" else folder / "Scripts" / "python.exe"
    site = packages_of(python)
    for one in distributions.values():
        for top in sorted({file.parts[0] for file in one.files or ()} - {"..", "__pycache__"}):
            source = Path(str(one.locate_file(top)))
            if source.exists() and not (site / top).exists():
                (site / top).symlink_to(source)
    return python


def packages_of(python: Path) -> Path:
    """Where an interpreter has its packages."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return Path(subprocess.check_output([str(python), "-c", code], text=True).strip())


def install_us(python: Path) -> None:
    """Put the package into an environment as pip would from its wheel: with its data, compiled, and a list of files.

    pytest reads that list at the start, of everything that has a plugin.
    """
    site = packages_of(python)
    package = Path(harness.__file__).parent
    left = shutil.ignore_patterns("__pycache__", "*.part", "*.part.lock")
    shutil.copytree(package, site / "harness", ignore=left)
    for data in ("specs", "cassettes"):
        if (ROOT / data).is_dir() and not (site / "harness" / "_bundled" / data).exists():
            shutil.copytree(ROOT / data, site / "harness" / "_bundled" / data, ignore=left)
    subprocess.run(
        [str(python), "-m", "compileall", "-q", str(site / "harness")], check=True, capture_output=True
    )
    own = distribution(NAME)
    info = site / f"llm_stream_harness-{own.version}.dist-info"
    info.mkdir()
    for name in ("METADATA", "entry_points.txt"):
        (info / name).write_text(own.read_text(name) or "", encoding="utf-8")
    paths = sorted(path for place in (site / "harness", info) for path in place.rglob("*") if path.is_file())
    rows = [f"{path.relative_to(site).as_posix()},sha256={'0' * 43},{path.stat().st_size}" for path in paths]
    (info / "RECORD").write_text("\n".join(rows) + "\n", encoding="utf-8")


def start(folder: Path, pairs: int) -> float:
    """Measure the start of a session, and print it.

    Returns:
        Milliseconds of the processor that the plugin adds.
    """
    found: dict[str, Distribution] = {}
    needed("pytest", found)
    alone = environment(folder / "pytest", found)
    needed(NAME, found)
    del found[NAME]
    without, having = (environment(folder / name, found) for name in ("without", "with"))
    install_us(having)
    project = folder / "project"
    project.mkdir()
    (project / "pytest.ini").write_text("[pytest]\n")
    (project / "test_nothing.py").write_text("def test_nothing():\n    pass\n")

    def session(python: Path) -> Cost:
        # A PYTHONPATH would put the checkout into all of them.
        command = [str(python), "-E", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        return cost_of(command, project)

    arms: dict[str, Callable[[], Cost]] = {
        "without": lambda: session(without),
        "with": lambda: session(having),
        "pytest": lambda: session(alone),
    }
    costs: dict[str, list[Cost]] = {name: [] for name in arms}
    for run in arms.values():
        run()  # writes what is compiled
    for number in range(pairs):
        # Who goes first changes, as the second finds the caches warm.
        for name in list(arms) if number % 2 else reversed(arms):
            costs[name].append(arms[name]())
    base = statistics.median(cost.processor for cost in costs["without"])

    def added(name: str, to: str) -> Cost:
        pairs_of = list(zip(costs[name], costs[to], strict=True))
        return Cost(
            statistics.median(one.processor - other.processor for one, other in pairs_of),
            statistics.median(one.clock - other.clock for one, other in pairs_of),
        )

    plugin, all_of_it = added("with", "without"), added("with", "pytest")
    print(f"a session of one empty test takes {base:.0f} ms without the plugin (medians of {pairs}):")
    print(f"  installed and not used: {plugin.processor:+.1f} ms, on the clock {plugin.clock:+.1f} ms")
    print(f"  target: at most {START_MS:.0f}")
    print(
        f"  with all that it needs, against pytest alone: {all_of_it.processor:+.1f} ms (anyio has a plugin)"
    )
    files, listing, importing = parts(having, project)
    print(
        f"  of that, pytest reads the list of our {files} files, for assertions to rewrite: {listing:.1f} ms"
    )
    print(f"  and imports the plugin: {importing:.2f} ms")
    return plugin.processor


def parts(python: Path, project: Path) -> tuple[int, float, float]:
    """What the start consists of: how many files are installed, and milliseconds to list them and to import us."""
    told = subprocess.check_output([str(python), "-E", "-c", LISTING], text=True, cwd=project).split()
    command = [str(python), "-E", "-X", "importtime", "-c", "import pytest, harness.pytest_plugin"]
    imported = subprocess.run(command, capture_output=True, text=True, check=True, cwd=project).stderr
    (line,) = [line for line in imported.splitlines() if line.endswith(" harness.pytest_plugin")]
    return int(told[0]), float(told[1]), int(line.split("|")[1]) / 1e3


def replayed(folder: Path, rounds: int) -> float:
    """Measure a replayed test, ours and vcrpy's, and print it.

    Returns:
        Which part of vcrpy's ours takes.
    """
    recordings = folder / "recordings"
    recordings.mkdir()
    write_recordings(recordings, 1)
    arms = {}
    for who, words in (("ours", OURS), ("vcrpy", THEIRS)):
        for kind, count in (("one", 1), ("many", TESTS), ("certificates", TESTS)):
            project = folder / f"{who}-{kind}"
            project.mkdir()
            (project / "pytest.ini").write_text("[pytest]\n")
            shared = kind != "certificates"
            verify = {
                "verify": "verify=CONTEXT" if shared else "",
                "context": "ssl.create_default_context()" if shared else None,
            }
            (project / "test_it.py").write_text(TEST.format(count=count, **verify, **words))
            arms[who, kind] = project
    named = ["-p", "harness.pytest_plugin"]
    quiet = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    costs: dict[tuple[str, str], list[float]] = {arm: [] for arm in arms}
    for number in range(rounds + 1):
        for arm in list(arms) if number % 2 else reversed(arms):
            own = named if arm[0] == "ours" else []
            cost = cost_of([*quiet, *own], arms[arm], PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
            if number:
                costs[arm].append(cost.processor)
    median = {arm: statistics.median(some) for arm, some in costs.items()}
    ratio = 0.0
    for kind, text in (
        ("many", "a replayed test of 50 events"),
        ("certificates", "... that loads certificates"),
    ):
        each = {who: (median[who, kind] - median[who, "one"]) / (TESTS - 1) for who in ("ours", "vcrpy")}
        print(f"{text}: {each['ours']:.2f} ms, vcrpy {each['vcrpy']:.2f} ms:"
              f" {each['ours'] / each['vcrpy']:.2f} of it")  # fmt: skip
        ratio = ratio or each["ours"] / each["vcrpy"]
    for kind, text in (("many", f"the whole session of {TESTS}"), ("one", "a session of one such test")):
        ours, theirs = median["ours", kind], median["vcrpy", kind]
        print(f"  {text}: {ours:.0f} ms, vcrpy {theirs:.0f} ms: {ours / theirs:.2f} of it")
    return ratio


def main() -> int:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--full", action="store_true", help="more rounds")
    full = parser.parse_args().full
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        added = start(folder, 3 * PAIRS if full else PAIRS)
        ratio = replayed(folder, 9 if full else 5)
    missed = added > START_MS or ratio >= 1
    print("MISSED" if missed else "met")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
