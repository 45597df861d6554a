"""Every check of the project. `nox` alone runs what a change must pass; `nox -l` lists the rest.

All that is needed comes from PyPI and npm; nothing needs a key. Pythons are never downloaded: a session whose Python is
not on this machine is skipped.
"""

from __future__ import annotations

import os
import shutil
import tarfile
import zipfile
from itertools import pairwise
from pathlib import Path

import nox
from nox.command import CommandFailed

nox.needs_version = ">=2025.11.12"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["lint", "types", "tests", "lowest", "clients", "plugins", "browser", "wheel"]

ROOT = Path(__file__).parent
PROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)
WORKERS = ("--numprocesses", "logical", "--dist", "worksteal")
QUICK = (*WORKERS, "-m", "not thorough and not corpus")
"""What every other Python and set of dependencies is held to; everything runs once, on the oldest Python."""

FROM_NPM = (
    "openai@7",
    "ai@7",
    "@ai-sdk/openai@4",
    "@ai-sdk/openai-compatible@3",
    "zod@4",
    "@openai/codex@0.169",
    "node@22",  # openai's package needs it; this one brings the binary wherever npm runs
)
"""The clients from npm, by the releases that the tests were written with."""

FROM_NPM_FOR_BROWSER = ("playwright-core@1.65", "axe-core@4.14")
"""What drives chromium, and what looks for what not everybody can read; neither brings a browser."""

TARGETS = (
    *("litellm", "open-responses-server", "portkey", "aimock"),
    *("llama-server", "llama-cpp-python", "transformers-serve"),
)
"""What `harness conform --install` can install: gateways, then model servers."""

LITELLM = "litellm==1.83.0"
"""What the translation engine is measured against."""

PLUGIN = "[pytest11]\nllm-stream-harness = harness.pytest_plugin"
"""What the wheel says, so that pytest loads the plugin: the tests rely on it wherever the package is installed."""

COVERED = ("harness/errors.py", "harness/jsonvalue.py", "harness/sse/*")
COVERED_FLOOR = 100
CORE_FLOOR = 98


def groups(*names: str) -> list[str]:
    """The requirements of some dependency groups."""
    return [requirement for name in names for requirement in nox.project.dependency_groups(PROJECT, name)]


def offer_pythons_of_pyenv() -> None:
    """Make every Python that pyenv installed count, not only the active ones, as PYENV_VERSION does by hand."""
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    if "PYENV_VERSION" not in os.environ and versions.is_dir():
        found = [
            path.name
            for wanted in PYTHONS
            for path in sorted(versions.glob(f"{wanted}.*"))
            if (path / "bin" / "python").exists()
        ]
        if found:
            os.environ["PYENV_VERSION"] = ":".join(found)


offer_pythons_of_pyenv()


@nox.session(tags=["check"])
def lint(session: nox.Session) -> None:
    """Style, formatting, and the layers of the architecture."""
    session.install("-e", ".", *groups("lint"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports", "--no-logo", silent=True)


@nox.session(tags=["check"])
def types(session: nox.Session) -> None:
    """Strict typing of package, tests, benchmarks, examples and this file."""
    session.install("-e", ".", *groups("types", "test", "clients", "bench"))
    session.run("mypy")


@nox.session(python=PYTHONS, tags=["check"])
def tests(session: nox.Session) -> None:
    """The test suite on every Python that is here; on the oldest all of it, with the branch coverage of the core."""
    session.install("-e", ".", *groups("test"))
    if session.posargs or session.python != PYTHONS[0]:
        session.run("pytest", *(session.posargs or QUICK))
        return
    # Not in `create_tmp`: tests would then have their folders inside this project, and take its settings for theirs.
    session.env["COVERAGE_FILE"] = str(Path(session.virtualenv.location) / "coverage")
    session.run("pytest", *WORKERS, "--cov", "--cov-report=")
    session.run("coverage", "report", f"--fail-under={CORE_FLOOR}")
    session.run("coverage", "report", f"--include={','.join(COVERED)}", f"--fail-under={COVERED_FLOOR}")


@nox.session(python=PYTHONS[0], tags=["check"])
def lowest(session: nox.Session) -> None:
    """The test suite with the lowest releases of the dependencies that pyproject.toml promises to work with."""
    if session.venv_backend != "uv":
        session.skip("only uv can resolve to the lowest releases: pip install nox[uv]")
    extras = [
        option for extra in PROJECT["project"]["optional-dependencies"] for option in ("--extra", extra)
    ]
    session.install("--resolution", "lowest-direct", "-r", "pyproject.toml", *extras)
    session.install("-e", ".", *groups("test"))
    session.run("pytest", *(session.posargs or QUICK))


@nox.session(tags=["check"])
def clients(session: nox.Session) -> None:
    """Real clients on replayed streams and against a gateway: SDKs and agents from PyPI and npm, and codex.

    A llama-server that `nox -s record` has built (`python -m tests.gateways.install .nox/servers llama-server` builds
    that one alone, in ten minutes) stands behind the gateway, too; without one, those tests say that they are left out.
    `nox -s clients -- --report` writes docs/reports/clients.md anew.
    """
    session.install("-e", ".", *groups("test", "clients", "agents"))
    modules = ROOT / ".nox" / "clients-npm" / "node_modules"
    if not installed_from_npm(session, modules, FROM_NPM):
        session.warn("npm is not on this machine: openai-node, the AI SDK and codex are left out")
    session.env["HARNESS_NODE_MODULES"] = str(modules)
    if "--report" in session.posargs:
        session.run("python", "-m", "tests.clients.report")
        return
    session.run("pytest", "-m", "sdk", *session.posargs)


def installed_from_npm(session: nox.Session, modules: Path, packages: tuple[str, ...]) -> bool:
    """Have npm put packages where they are not yet; False where there is no npm."""
    npm = shutil.which("npm")
    if npm is None:
        return False
    if not all((modules / name.rpartition("@")[0]).is_dir() for name in packages):
        modules.mkdir(parents=True, exist_ok=True)
        install = (npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(modules.parent))
        session.run(*install, *packages, external=True)
    return True


@nox.session(tags=["check"])
def plugins(session: nox.Session) -> None:
    """The pytest plugin beside others that it may meet; they load themselves, so they are in no other session."""
    session.install("-e", ".", *groups("test", "plugins"))
    beside = [f"tests/plugin/test_{name}.py" for name in ("beside", "plugin_async", "vcr")]
    # What cannot be tried beside pytest-recording is skipped, and leaves its snapshot unused.
    options = ("-o", "asyncio_default_fixture_loop_scope=function", "--snapshot-warn-unused")
    session.run("pytest", *options, *(session.posargs or beside))


@nox.session(tags=["check"])
def browser(session: nox.Session) -> None:
    """The HTML report in a chromium that is on this machine; CHROMIUM names one that is not on the path."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    chromium = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if chromium is None:
        session.skip("there is no chromium on this machine (CHROMIUM names one): tests/browser is left out")
    modules = ROOT / ".nox" / "browser-npm" / "node_modules"
    if not installed_from_npm(session, modules, FROM_NPM_FOR_BROWSER):
        session.skip("npm is not on this machine: tests/browser is left out")
    session.install("-e", ".", *groups("test"))
    session.env.update({"HARNESS_NODE_MODULES": str(modules), "HARNESS_CHROMIUM": chromium})
    session.run("pytest", "tests/browser", *session.posargs)


@nox.session(tags=["check"])
def wheel(session: nox.Session) -> None:
    """Build sdist and wheel, look into both, and run the tests on the wheel, away from the checkout."""
    session.install("build[uv]")
    dist, away = (Path(session.create_tmp()).resolve() / name for name in ("dist", "away"))
    for folder in (dist, away):
        shutil.rmtree(folder, ignore_errors=True)
    session.run("python", "-m", "build", "--installer", "uv", "--outdir", str(dist), silent=True)
    (source,), (built,) = dist.glob("*.tar.gz"), dist.glob("*.whl")
    if complaints := [*amiss_in_wheel(built), *amiss_in_sdist(source)]:
        session.error("\n".join(complaints))
    session.install(str(built))
    session.run("harness", "cassette", "show", "llama-server/chat/text", silent=True)  # needs nothing else
    session.install(*groups("test"))
    session.install("--force-reinstall", "--no-deps", str(built))  # a kept environment may have an older one
    # Only what tests read besides the package: were harness/ there, it would be imported in the wheel's place.
    for name in ("tests", "docs"):
        ignored = shutil.ignore_patterns("__pycache__", "repository")
        shutil.copytree(ROOT / name, away / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", away)
    session.chdir(away)
    session.run(
        "python", "-c", "import harness; assert 'site-packages' in harness.__file__, harness.__file__"
    )
    session.run("pytest", *(session.posargs or QUICK))


def shipped() -> dict[str, bytes]:
    """The files of specs/ and cassettes/, by path with forward slashes."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for folder in ("specs", "cassettes")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }


def amiss_in_wheel(built: Path) -> list[str]:
    """What is missing in a wheel, differs, or has no business there."""
    with zipfile.ZipFile(built) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    metadata = f"{built.name.split('-py3-')[0]}.dist-info/"
    points = found.get(f"{metadata}entry_points.txt", b"").decode()
    data = {f"harness/_bundled/{name}": content for name, content in shipped().items()}
    code = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "harness").rglob("*")
        if path.suffix in {".py", ".mjs", ".cjs", ".html", ".css", ".js"}
    }
    wanted = {*data, *code, "harness/py.typed", f"{metadata}licenses/LICENSE"}
    strays = {name for name in found if not name.startswith(metadata)} - wanted
    strays |= {name for name in found if name.endswith((".part", ".part.lock"))}
    return [
        *(f"{built.name} lacks {name}" for name in sorted(wanted - set(found))),
        *(f"{built.name} changes {name}" for name in sorted(data) if found.get(name, b"") != data[name]),
        *(f"{built.name} ships {name}, which does not belong there" for name in sorted(strays)),
        *([] if PLUGIN in points else [f"{built.name} does not tell pytest of its plugin: {PLUGIN}"]),
    ]


def amiss_in_sdist(source: Path) -> list[str]:
    """What is missing in a source distribution, or has no business there."""
    with tarfile.open(source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    own = ("LICENSE", "README.md", "action.yml", "noxfile.py", "pyproject.toml", "tests/conftest.py")
    wanted = {*shipped(), *own}
    strays = {name for name in names if name.endswith((".part", ".lock", ".pyc")) or "node_modules" in name}
    return [
        *(f"{source.name} lacks {name}" for name in sorted(wanted - names)),
        *(f"{source.name} ships {name}, which does not belong there" for name in sorted(strays)),
    ]


@nox.session
def record(session: nox.Session) -> None:
    """Record the shipped cassettes anew, from nothing: build and install the servers, drive them, check what came.

    Everything lies in .nox/servers and is kept; the first run takes half an hour. Without arguments those of
    tests/sample_project are recorded, too. Arguments go to the recording:
    `nox -s record -- --only llama-server/chat`, or `--out FOLDER` to leave the shipped ones alone, or `--dry-run`.
    """
    session.install("-e", ".", *groups("test", "clients"))
    servers = ROOT / ".nox" / "servers"
    session.run("python", "-m", "tests.gateways.install", str(servers), *servers_of(session.posargs))
    session.run("python", "-m", "tests.gateways.record", "--tools", str(servers), *session.posargs)
    if not session.posargs:
        session.run("python", "-m", "tests.sampling", "--tools", str(servers))
    if not {"--out", "--dry-run"}.intersection(session.posargs):
        session.run("python", "-m", "tests.gateways.table")
        session.run("pytest", "tests/repository/test_shipped_cassettes.py")


def servers_of(arguments: list[str]) -> list[str]:
    """The servers that `--only SERVER/...` names; none, which means all, where it is not given."""
    named = [after for option, after in pairwise(arguments) if option == "--only"]
    names = {name.partition("/")[0] for name in named}
    # What stands behind a gateway is needed as well.
    return sorted(names | {"llama-server"}) if "litellm" in names else sorted(names)


@nox.session
@nox.parametrize("target", [nox.param(name, id=name) for name in TARGETS])
def conform(session: nox.Session, target: str) -> None:
    """Install a gateway or model server and put it through every scenario: `nox -s "conform(litellm)"`.

    It lies in .nox/targets and is kept, and what came of it lies in .nox/conform/TARGET. Findings are what is looked
    for, and fail nothing here; a target that could not be tested does.
    """
    session.install("-e", ".")
    put_through(session, target, *session.posargs)


@nox.session
def published(session: nox.Session) -> None:
    """Write docs/reports/conform and the tables made of it anew, from runs of everything that can be installed.

    Takes half an hour, most of it to install. Names after `--` are put through again alone; of the others the runs that
    are in .nox/conform are taken. Then docs/reports/TARGET.md needs a heading for each rule that is new.
    """
    session.install("-e", ".")
    names = ("builtin", *TARGETS)
    for name in session.posargs or names:
        put_through(session, name)
    runs = [str(ROOT / ".nox" / "conform" / name) for name in names]
    session.run("python", "-m", "generators.published_report", *runs)


@nox.session
def picture(session: nox.Session) -> None:
    """Take the picture of the published report for the README anew, in light and dark, with a chromium that is here."""
    session.install("-e", ".")
    session.run("python", "-m", "generators.report_picture")


def put_through(session: nox.Session, target: str, *options: str) -> None:
    """Run `harness conform` on one target."""
    out = ROOT / ".nox" / "conform" / target
    tools = ("--install", "--tools", str(ROOT / ".nox" / "targets"))
    # 1 is findings: how many there are is what is asked.
    session.run(
        *("harness", "conform", "--target", target, *tools, "-o", str(out), *options), success_codes=[0, 1]
    )


@nox.session
def schemas(session: nox.Session) -> None:
    """Write the schemas of specs/ anew, from the SDK releases that pyproject.toml pins and from our own structs."""
    session.install("-e", ".", *groups("schemas"))
    session.run("python", "-m", "generators.schemas")
    session.run("python", "-m", "generators.conform_schema")


@nox.session
def bench(session: nox.Session) -> None:
    """Every benchmark; each prints ratios and exits with 1 when it misses its target."""
    session.install("-e", ".", *groups("test", "bench"))
    if not session.posargs or "translation" in session.posargs:
        # It wants another release of openai than everybody else.
        peer = ROOT / ".nox" / "litellm"
        if not peer.is_dir():
            session.run("python", "-m", "venv", str(peer))
        python = next(
            path for path in (peer / "bin" / "python", peer / "Scripts" / "python.exe") if path.exists()
        )
        session.run(str(python), "-m", "pip", "install", "-q", LITELLM, external=True)
        session.env["HARNESS_LITELLM_PYTHON"] = str(python)
    made = "_streams"  # what a benchmark reads is no benchmark
    names = sorted(path.stem for path in (ROOT / "benchmarks").glob("*.py") if not path.stem.endswith(made))
    missed = []
    for name in session.posargs or names:
        try:
            session.run("python", "-m", f"benchmarks.{name}")
        except CommandFailed:
            missed.append(name)
    if missed:
        session.error(f"targets were missed in {', '.join(missed)}; on a busy machine, run them again")
