"""Real servers on a loopback port for tests whose client is another process, or another language.

`replay_server` serves recordings, `gateway` puts the translation engine in front of recordings or of a URL. A server of
a fixture belongs to a test: what it could not answer fails that test, with the text that its client was sent, since a
client in another process may hide it. Servers of a session live as long as the session (as a worker of pytest-xdist),
and what they could not answer fails the test that ran.
"""

from __future__ import annotations

import inspect
import os
from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import pytest

import harness
from harness.cassettes.matching.policy import MatchPolicy
from harness.checking.sniffing import dialect_of
from harness.errors import HarnessError, InputError, UnknownName, UsageError
from harness.gateway.destinations import DIALECTS
from harness.testing.marks import NAME, marked
from harness.testing.parametrised import varied
from harness.testing.places import path_of
from harness.testing.served import GatewayOfTest, ReplayOfTest, ServerOfTest, Watch, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Request

_KEPT: Final = 1_000
"""Requests that a server remembers."""

T = TypeVar("T", bound="ServerOfTest")

_SUFFIXES: Final = (".jsonl", ".yaml", ".yml", ".har", ".json", ".sse")


class Servers:
    """What the fixtures give: starts servers, and stops them all at the end.

    Args:
        request: Of the fixture. Of one test's, relative paths are from its file, and the test's mark counts; of a
            session's, from the root of the project.
    """

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self._item = request.node if isinstance(request.node, pytest.Item) else None
        self._config = request.config
        self._stack = ExitStack()
        self._watch = Watch.of(request.config)
        self._kept: dict[str, ServerOfTest] = {}

    def replay(
        self,
        recordings: str | Path | Sequence[str | Path] | None = None,
        *,
        pace: str | None = None,
        fault: str | None = None,
        match: MatchPolicy | None = None,
        nearest: bool = False,
        fail_on_miss: bool = True,
    ) -> ReplayOfTest:
        """Serve recordings; the fixtures `replay_server` and `session_replay_server`.

        Args:
            recordings: One path, or several: files, folders, or names of shipped recordings. Paths are from the folder
                of the test's file; those of `session_replay_server` from the root of the project (pytest's
                `rootdir`). Of none, the test's own cassette, as its mark says.
            pace: When chunks go out and how they are cut: `instant` by default.
            fault: What goes wrong.
            match: What makes a request equal to a recorded one. Servers of a session begin again with the first
                recording of a request after its last, since each test is to be answered.
            nearest: Answer what no recording answers with the nearest one; it stays a miss.
            fail_on_miss: A request without an answer fails the test.

        Raises:
            HarnessError: As of `harness.replay_server`; or the fault can be made in none of the recordings.
        """
        with _said_cleanly():
            return self._replay(recordings, pace, fault, match, nearest=nearest, fail_on_miss=fail_on_miss)

    def gateway(
        self,
        upstream: str | Path | Sequence[str | Path] | None = None,
        *,
        dialect: str | None = None,
        pace: str | None = None,
        fault: str | None = None,
        match: MatchPolicy | None = None,
        fail_on_miss: bool = True,
        **options: Any,
    ) -> GatewayOfTest:
        """Run the gateway of `harness serve`; the fixtures `gateway` and `session_gateway`.

        Args:
            upstream: Recordings, as of `replay`, paths from the same place; a URL; or what `harness serve` takes as one
                (`gemini=URL`, `deepseek`). Of none, the test's own cassette.
            dialect: What the upstream speaks: chat, responses, gemini or anthropic. Of recordings it is seen in them;
                of a URL it is chat unless told.
            pace: As of `replay`, for the recordings.
            fault: What goes wrong upstream.
            match: As of `replay`, of what the gateway asks. By default method and path alone count, and the recordings
                answer in their order: a gateway asks in words of its own.
            fail_on_miss: A request of the gateway without an answer fails the test.
            options: Those of `harness.gateway_server`, such as `losses`, `manner`, `retries`, `limits`.

        Raises:
            HarnessError: As of `harness.gateway_server`.
        """
        with _said_cleanly():
            return self._gateway(upstream, dialect, pace, fault, match, fail_on_miss=fail_on_miss, **options)

    def stop(self) -> None:
        """Stop all servers, the last first."""
        late = self._watch.leave(self._kept.values())
        self._stack.close()
        if late:
            pytest.fail(told(late), pytrace=False)

    def _replay(
        self,
        recordings: str | Path | Sequence[str | Path] | None,
        pace: str | None,
        fault: str | None,
        match: MatchPolicy | None,
        *,
        nearest: bool = False,
        fail_on_miss: bool = True,
    ) -> ReplayOfTest:
        paths = self._paths(recordings)
        if self._item is None:
            match = match or MatchPolicy(repeats="cycle")
        key = repr(("replay", paths, pace, fault, match, nearest, fail_on_miss))
        if self._item is None and isinstance(kept := self._kept.get(key), ReplayOfTest):
            return kept
        options: dict[str, Any] = {"pace": pace or "instant", "fault": fault, "match": match}
        if self._item is not None:
            if recordings is None:
                options = self._marked(options, pace)
            options = varied(options, self._item, paths[0] if len(paths) == 1 else None)
        heard: deque[Request] = deque(maxlen=_KEPT)
        server = harness.replay_server(paths, nearest=nearest, on_request=heard.append, **options)
        if why := server.obstacle():
            raise UsageError(
                "this fault can be made in none of these recordings",
                where=f"fault={options['fault']!r}",
                found=why,
                hint="`harness cassette show` draws what is in them; docs/faults.md says what each fault needs",
            )
        self._stack.enter_context(server)
        return self._keep(key, ReplayOfTest(server, heard, fail_on_miss=fail_on_miss))

    def _gateway(
        self,
        upstream: str | Path | Sequence[str | Path] | None,
        dialect: str | None,
        pace: str | None,
        fault: str | None,
        match: MatchPolicy | None,
        *,
        fail_on_miss: bool,
        **options: Any,
    ) -> GatewayOfTest:
        if dialect is not None and dialect not in DIALECTS:
            raise UnknownName("dialect", dialect, DIALECTS, where="dialect")
        known = tuple(inspect.signature(harness.gateway_server).parameters)[1:]
        for name in options:
            if name not in known:
                raise UnknownName("option of the gateway", name, known, where="gateway")
        key = repr(("gateway", upstream, dialect, pace, fault, match, fail_on_miss, sorted(options.items())))
        if self._item is None and isinstance(kept := self._kept.get(key), GatewayOfTest):
            return kept
        live = self._live(upstream, dialect)
        behind: ReplayOfTest | None = None
        if live is None:
            if match is None and (upstream is not None or marked(self._own()).match is None):
                # What a gateway asks is its own wording of what the client asked it, so the order counts.
                match = MatchPolicy(body="ignore", repeats="strict" if self._item is not None else "cycle")
            behind = self._replay(upstream, pace, fault, match, fail_on_miss=False)
            spoken = dialect or _dialect_of(self._paths(upstream))
            live = [f"{spoken}={_root(behind, spoken)}"]
        elif pace or fault or match:
            raise UsageError(
                "pace, fault and match are for recordings, and this gateway stands in front of a URL",
                where="gateway",
                hint="put `replay_server` in front of what was recorded there, or leave them out",
            )
        server = self._stack.enter_context(harness.gateway_server(live, **options))
        return self._keep(
            key,
            GatewayOfTest(server, behind, fail_on_miss=fail_on_miss, real_keys=bool(options.get("pass_key"))),
        )

    def _keep(self, key: str, server: T) -> T:
        self._kept[key if self._item is None else f"{key} {len(self._kept)}"] = server
        self._watch.servers.append(server)
        return server

    def _marked(self, options: dict[str, Any], pace: str | None) -> dict[str, Any]:
        """What the test's mark says holds where the call says nothing."""
        mark = marked(self._own())
        return {
            "pace": pace or mark.pace or "instant",
            "fault": options["fault"] or mark.fault,
            "match": options["match"] or mark.match,
        }

    def _own(self) -> pytest.Item:
        if self._item is None or self._item.get_closest_marker(NAME) is None:
            marks = "name one, or mark the test: @pytest.mark.cassette(path)"
            raise UsageError(
                "there is no recording to serve",
                where="a server of the session" if self._item is None else self._item.nodeid,
                expected="the path of a cassette",
                hint="name one: it is for many tests, and has no cassette of its own"
                if self._item is None
                else marks,
            )
        return self._item

    def _paths(self, given: str | Path | Sequence[str | Path] | None) -> list[Any]:
        """Where recordings lie: from the test's folder, or the names of shipped ones."""
        if given is None:
            item = self._own()
            return [_present(path_of(item, marked(item)))]
        folder = self._config.rootpath if self._item is None else self._item.path.parent
        several: object = [given] if isinstance(given, (str, Path)) else given
        if (
            not isinstance(several, Sequence)
            or not several
            or not all(isinstance(one, (str, Path)) for one in several)
        ):
            raise UsageError(
                "this names no recording",
                where="the first argument",
                expected="a path, the name of a shipped recording, or a list of them",
                found=repr(given),
            )
        return [self._path(one, folder) for one in several]

    def _path(self, given: str | Path, folder: Path) -> str | Path:
        path = folder / given
        if path.exists() or Path(given).suffix.lower() in _SUFFIXES or isinstance(given, Path):
            return _present(path)
        beside = path.with_name(f"{path.name}.cassette.jsonl")
        return beside if beside.exists() else given

    def _live(self, upstream: object, dialect: str | None) -> list[str] | None:
        """What `gateway_server` is given, where that is no recording."""
        if not isinstance(upstream, str):
            return None
        if upstream.startswith(("http://", "https://")):
            return [f"{dialect or 'chat'}={upstream}"]
        if "=http://" in upstream or "=https://" in upstream:
            return [upstream]
        from harness.translation.profiles import upstream_names  # noqa: PLC0415 - it reads what is shipped

        return [upstream] if upstream in upstream_names() else None


@contextmanager
def servers_of(request: pytest.FixtureRequest) -> Iterator[Servers]:
    """What a fixture gives to one test, or to a session; all is stopped behind it."""
    servers = Servers(request)
    try:
        yield servers
    finally:
        servers.stop()


@contextmanager
def _said_cleanly() -> Iterator[None]:
    """Say an error of ours as a failure of the test, without our own frames."""
    try:
        yield
    except HarnessError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


def _present(path: Path) -> Path:
    if not path.exists():
        raise InputError(
            "there is no such cassette, and a replay server records nothing",
            where=os.path.normpath(path),
            hint="record it: `harness record --upstream URL -o FILE -- COMMAND`; paths are from the test's file",
        )
    return path


def _dialect_of(paths: list[Any]) -> str:
    """What the recordings speak."""
    from harness.io.recordings import find_recordings, read_recording  # noqa: PLC0415

    for path in find_recordings(paths):
        for exchange in read_recording(path).exchanges:
            body = b"" if exchange.response is None else exchange.response.body()
            if found := dialect_of(exchange.request, body):
                return found
    raise UsageError(
        "nothing in these recordings shows what they speak",
        where=", ".join(map(str, paths)),
        hint="say it: dialect='chat'",
    )


def _root(server: ReplayOfTest, dialect: str) -> str:
    """The base URL of the recordings, as the gateway is given that of an upstream."""
    return server.base_url if dialect in {"chat", "responses"} else server.url
