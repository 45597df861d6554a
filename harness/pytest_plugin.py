"""The pytest plugin: cassettes for tests, servers for code in other processes, and a verdict on what was recorded.

pytest loads it in every session of every project that has the package installed, so it imports nothing that a session
without it would not: all else comes when a test asks for it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from harness.io.tape import Tape
    from harness.testing.served import GatewayOfTest, ReplayOfTest

_MARK = (
    "cassette(path=None, mode=None, pace=None, fault=None, match=None): record what the test's httpx clients send, and"
    " replay it."
)

_PLAYING = frozenset({"cassette", "replay_server", "gateway", "session_replay_server", "session_gateway"})
"""Fixtures that play recordings."""

_RECHUNK = (
    "rechunk(*cuts): run the test once for each way to cut its cassette's chunks (byte, event, crlf, character, data,"
    " whole, random@SEED); of none, for all that it has places for, and with two seeds."
)
_FAULTS = (
    "faults(*faults): run the test once for each fault of its cassette (truncate, status:429), or of a group (benign,"
    " chat, http, responses, stream, sync, transport, upstream); of none, for all that can be made in it. Those that"
    " let a client wait (held_back, late_close, late_headers, silence, slow, stall) run by name alone: stall:seconds=2."
)

_TRIALS = (
    "client_trials(*patterns, dialect=None, strict=False): which streams client_trial serves; of none, all."
)

_VCR = "vcr(*cassettes, **settings): replay the test's cassette of vcrpy."


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options. Plain names such as --record-mode belong to pytest-recording, which may be installed beside it."""
    group = parser.getgroup("harness", "record, replay and judge LLM streams (llm-stream-harness)")
    group.addoption(
        "--harness-record-mode",
        metavar="MODE",
        help="none, once, new_episodes, all or rewrite; by default none where CI is set, and once elsewhere.",
    )
    group.addoption(
        "--harness-cassette-dir",
        metavar="DIR",
        help="Where cassettes lie; by default in `cassettes` beside the test's file.",
    )
    group.addoption(
        "--harness-block-network",
        action="store_true",
        help="Let no test open a connection to another machine.",
    )
    group.addoption(
        "--harness-vcr",
        action="store_true",
        help="Replay the cassettes of `@pytest.mark.vcr` here: exactly, and in pieces as a stream comes.",
    )
    group.addoption(
        "--harness-fail-on-stale",
        action="store_true",
        help="Fail where a cassette holds what no test asked for, belongs to no test, or was never sealed.",
    )
    group.addoption(
        "--harness-trial",
        action="append",
        metavar="PATTERN",
        help="Of the tests with client_trial, only those of these streams: 'chat-crlf', 'cut-*', 'calls'.",
    )
    group.addoption(
        "--conform",
        action="store_true",
        help="Judge every cassette that a test used; what breaks the protocol fails the test.",
    )
    group.addoption(
        "--conform-profile",
        metavar="PROFILE",
        default=None,
        help="What --conform judges by, as of `harness check`: openai by default, compat, ...",
    )
    group.addoption(
        "--conform-baseline",
        metavar="FILE",
        default=None,
        help="Findings that are known: their tests xfail, and one that is gone is told.",
    )
    parser.addini(
        "harness_allowed_hosts",
        "Hosts that --harness-block-network lets through, besides this machine: names, addresses, *.example.com.",
        type="linelist",
        default=[],
    )
    parser.addini("harness_record_mode", "The record mode, where the command line names none.", default="")
    parser.addini("harness_cassette_dir", "Where cassettes lie, from the root of the project.", default="")
    parser.addini("harness_stale_days", "After how many days a cassette is called stale.", default="")
    parser.addini(
        "harness_conform_baseline", "As --conform-baseline, from the root of the project.", default=""
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", _MARK)
    config.addinivalue_line("markers", _RECHUNK)
    config.addinivalue_line("markers", _FAULTS)
    config.addinivalue_line("markers", _TRIALS)
    if config.getoption("--harness-record-mode") or config.getini("harness_record_mode"):
        from harness.testing.modes import check  # noqa: PLC0415 - see the module's docstring

        check(config)
    if config.getoption("--harness-vcr"):
        config.addinivalue_line("markers", _VCR)
    if config.getoption("--harness-block-network"):
        from harness.testing.blocking import Blocking  # noqa: PLC0415

        config.pluginmanager.register(Blocking(config), "harness-block-network")
    if any(map(config.getoption, ("--conform", "--conform-profile", "--conform-baseline"))):
        from harness.testing.conforming import conforming  # noqa: PLC0415 - see the module's docstring

        conforming(config)


@pytest.hookimpl(trylast=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test, every cut and every fault, and every stream of `client_trial`."""
    definition = metafunc.definition
    if "client_trial" in metafunc.fixturenames:
        from harness.testing import trying  # noqa: PLC0415 - see the module's docstring

        trying.parametrise(metafunc)
    if definition.get_closest_marker("rechunk") or definition.get_closest_marker("faults"):
        from harness.testing.parametrised import parametrise  # noqa: PLC0415 - see the module's docstring

        parametrise(metafunc)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A mark is enough: a test need not name the fixture as well. What marks say is looked at before any test runs."""
    wanted = {"cassette"}
    if config.getoption("--harness-vcr"):
        from harness.testing.vcr import is_on  # noqa: PLC0415 - see the module's docstring

        wanted |= {"vcr"} if is_on(config) else set()
    with_cassette: list[pytest.Function] = []
    varied: list[pytest.Function] = []
    for item in items:
        if isinstance(item, pytest.Function):
            marks = {mark.name for mark in item.iter_markers()}
            if not marks.isdisjoint(wanted) or "cassette" in item.fixturenames:
                with_cassette.append(item)
            if not marks.isdisjoint(("rechunk", "faults")):
                varied.append(item)
    if with_cassette:
        from harness.testing.collecting import collected  # noqa: PLC0415 - see the module's docstring

        collected(with_cassette, items)
    if varied:
        from harness.testing.collecting import refuse_unvaried  # noqa: PLC0415 - see the module's docstring

        refuse_unvaried(varied, items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Fail a test whose requests had no recording, also where its code took the answer for one."""
    try:
        yield
    except BaseException as error:
        _ended(item, error)
        raise
    _ended(item, None)


def _ended(item: pytest.Item, error: BaseException | None) -> None:
    if "harness.testing.cassettes" in sys.modules:
        from harness.testing.cassettes import ended  # noqa: PLC0415 - see the module's docstring

        ended(item, error)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a failure what the test's cassette knows of it: SDKs say no more than "Connection error."."""
    report = yield
    if "harness.testing.cassettes" in sys.modules:
        from harness.testing.cassettes import report_on  # noqa: PLC0415

        report_on(item, report)
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_recording_configure(config: pytest.Config, vcr: Any) -> None:
    """Tell vcrpy, as pytest-recording makes it for one test, to leave to us what is ours."""
    if config.getoption("--harness-vcr"):
        from harness.testing.vcr import stand_aside  # noqa: PLC0415

        stand_aside(config, vcr)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Where tests have cassettes, watch which of their recordings are asked for."""
    is_judged = session.config.getoption("--conform")
    if is_judged or any(not _PLAYING.isdisjoint(getattr(one, "fixturenames", ())) for one in session.items):
        from harness.testing.session import watch_of  # noqa: PLC0415 - see the module's docstring

        watch_of(session.config).collected(session.items)


def pytest_deselected(items: list[pytest.Item]) -> None:
    """A session that leaves tests out cannot say which cassettes nobody wants."""
    if items:
        items[0].config.option.harness_deselected = True


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker of pytest-xdist has ended, and sent what it saw; or it died, and something may be missing."""
    output = getattr(node, "workeroutput", None)
    if output is None or "harness" in output:
        from harness.testing.session import joined  # noqa: PLC0415 - see the module's docstring

        joined(node.config, output)


@pytest.fixture(scope="session")
def cassette_config() -> dict[str, Any]:
    """Further options of `harness.cassette` for all tests below; override it where they are to be different."""
    return {}


@pytest.fixture
def cassette(request: pytest.FixtureRequest, cassette_config: dict[str, Any]) -> Iterator[Tape]:
    """A cassette under every httpx client that the test makes; what it is comes from the mark, if there is one."""
    from harness.testing.cassettes import taped  # noqa: PLC0415 - see the module's docstring

    with taped(request, cassette_config) as tape:
        yield tape


@pytest.fixture
def harness_cut() -> str | None:
    """How the chunks of this test's cassette are cut by the mark `rechunk`: a text such as `byte`; None without it."""
    return None


@pytest.fixture
def harness_fault() -> str | None:
    """What goes wrong in this test's cassette by the mark `faults`: a text such as `truncate`, or `none` where nothing
    is recorded yet; None without the mark.
    """
    return None


@pytest.fixture
def replay_server(request: pytest.FixtureRequest) -> Iterator[Callable[..., ReplayOfTest]]:
    """Starts servers that answer with recordings: `replay_server("path.cassette.jsonl", pace=..., fault=...)`."""
    from harness.testing.servers import servers_of  # noqa: PLC0415

    with servers_of(request) as servers:
        yield servers.replay


@pytest.fixture
def gateway(request: pytest.FixtureRequest) -> Iterator[Callable[..., GatewayOfTest]]:
    """Starts gateways in front of recordings or of a URL: `gateway("path.cassette.jsonl", dialect="chat")`."""
    from harness.testing.servers import servers_of  # noqa: PLC0415

    with servers_of(request) as servers:
        yield servers.gateway


@pytest.fixture(scope="session")
def session_replay_server(request: pytest.FixtureRequest) -> Iterator[Callable[..., ReplayOfTest]]:
    """As `replay_server`, for the whole session: called again in the same way, it gives the same server."""
    from harness.testing.servers import servers_of  # noqa: PLC0415

    with servers_of(request) as servers:
        yield servers.replay


@pytest.fixture(scope="session")
def session_gateway(request: pytest.FixtureRequest) -> Iterator[Callable[..., GatewayOfTest]]:
    """As `gateway`, for the whole session: called again in the same way, it gives the same server."""
    from harness.testing.servers import servers_of  # noqa: PLC0415

    with servers_of(request) as servers:
        yield servers.gateway


@pytest.fixture(scope="session")
def _trial_server() -> Iterator[Any]:
    """The server of all trials."""
    from harness.trials.server import TrialServer  # noqa: PLC0415

    with TrialServer() as server:
        yield server


@pytest.fixture
def client_trial(request: pytest.FixtureRequest, _trial_server: Any) -> Iterator[Any]:
    """A rare and legal stream for a client; the test runs once for each, and ends in `client_trial.check(...)`."""
    from harness.testing.trying import trial_of  # noqa: PLC0415

    with trial_of(request, _trial_server) as trial:
        yield trial


@pytest.fixture
def stream_snapshot(request: pytest.FixtureRequest) -> Any:
    """Compares a stream with its snapshot, one event a line, ids and times made stable; needs syrupy."""
    if not request.config.pluginmanager.hasplugin("syrupy"):
        pytest.fail(
            "the fixture stream_snapshot needs syrupy, which this session does not have: pip install 'syrupy>=4.6'",
            pytrace=False,
        )
    from harness.testing.snapshots import stream_snapshot_of  # noqa: PLC0415

    return stream_snapshot_of(request)
