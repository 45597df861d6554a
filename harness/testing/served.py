"""Servers that run, as a test sees them; what they could not answer fails it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

import pytest

from harness.testing.shown import is_shown, shorten

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Generator, Iterable, Mapping, Sequence

    from harness.cassettes.exchange import Request
    from harness.jobs.replay import ReplayServer
    from harness.jobs.serve import GatewayServer

_PLACEHOLDER: Final = "harness-replay"
_UNANSWERED: Final = "the server of this test had no answer"


class ServerOfTest:
    """A server that runs.

    Attributes:
        url: Scheme, host and port.
        base_url: What an OpenAI client is given: the same with the path of the version, `/v1` as a rule.
    """

    _keys: ClassVar[tuple[str, ...]] = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY")

    def __init__(
        self,
        url: str,
        base_url: str,
        variables: Mapping[str, str],
        *,
        fail_on_miss: bool,
        real_keys: bool = False,
    ) -> None:
        self.url = url
        self.base_url = base_url
        self._variables = {**variables, **({} if real_keys else dict.fromkeys(self._keys, _PLACEHOLDER))}
        self._fails = fail_on_miss
        self._told = 0

    @property
    def env(self) -> dict[str, str]:
        """Variables that point the official SDKs here, for a child: `{**os.environ, **server.env}`.

        Keys are placeholders: a real one has no business with a server of a test, but for a gateway that passes it on.
        """
        return dict(self._variables)

    @property
    def misses(self) -> Sequence[str]:
        """Why requests had no answer, each explained."""
        return ()

    def untold(self) -> list[str]:
        """The misses since it was asked last, where they are to fail a test."""
        found = list(self.misses)[self._told :]
        self._told += len(found)
        return found if self._fails else []


class ReplayOfTest(ServerOfTest):
    """Recordings on a loopback port."""

    def __init__(self, server: ReplayServer, heard: deque[Request], *, fail_on_miss: bool) -> None:
        super().__init__(server.url, server.base_url, server.environment, fail_on_miss=fail_on_miss)
        self._server = server
        self._heard = heard

    @property
    def requests(self) -> Sequence[Request]:
        """What was asked so far, the last thousand: each with `method`, `url`, `headers` and `body` (bytes)."""
        return tuple(self._heard)

    @property
    def misses(self) -> Sequence[str]:
        """Why requests had no answer, or none to its end, each explained."""
        summary = self._server.summary()
        return (*summary.misses, *map(str, summary.errors))

    @property
    def played(self) -> int:
        """How many recordings were played."""
        return self._server.summary().played

    @property
    def unplayed(self) -> Sequence[str]:
        """Recordings that nobody has asked for, as `METHOD URL`."""
        return [f"{one.request.method} {one.request.url}" for _, one in self._server.summary().unplayed]

    def session_url(self, name: str) -> str:
        """A URL whose clients see the recordings from the beginning, whatever others have played."""
        return self._server.session_url(name)


class GatewayOfTest(ServerOfTest):
    """A gateway on a loopback port.

    Attributes:
        upstream: The recordings behind it; None where it stands in front of a URL.
    """

    _keys = ("OPENAI_API_KEY",)

    def __init__(
        self, server: GatewayServer, upstream: ReplayOfTest | None, *, fail_on_miss: bool, real_keys: bool
    ) -> None:
        super().__init__(
            server.url, server.base_url, server.environment, fail_on_miss=fail_on_miss, real_keys=real_keys
        )
        self.upstream = upstream

    @property
    def misses(self) -> Sequence[str]:
        """Why the gateway's own requests had no answer."""
        return () if self.upstream is None else self.upstream.misses


class Watch:
    """Fails the test that runs where a server was asked what it cannot answer.

    It becomes a plugin of the session with its first server, so that sessions without one do not pay for it.
    """

    _key: Final = pytest.StashKey["Watch"]()

    def __init__(self) -> None:
        self.servers: list[ServerOfTest] = []
        self._beside: list[str] = []

    @classmethod
    def of(cls, config: pytest.Config) -> Watch:
        """The session's."""
        if cls._key not in config.stash:
            config.stash[cls._key] = cls()
            config.pluginmanager.register(config.stash[cls._key], "llm-stream-harness-servers")
        return config.stash[cls._key]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self) -> Generator[None, object, object]:
        """Let the test run, and look."""
        try:
            result = yield
        except BaseException:
            # The test says itself what failed; this says why, where it was a miss.
            self._beside = self._untold()
            raise
        if found := self._untold():
            pytest.fail(told(found), pytrace=False)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Say with a failure what had no answer; in the short summary, that there was none."""
        report = yield
        beside, self._beside = self._beside, []
        if texts := [one for one in beside if not is_shown(one, report.longreprtext)]:
            report.sections.append(("harness: server", told(texts)))
        if call.excinfo is not None and str(call.excinfo.value).startswith(_UNANSWERED):
            shorten(report)
        return report

    def leave(self, servers: Iterable[ServerOfTest]) -> list[str]:
        """Forget servers that stop; what they could not answer since the test's end."""
        ours = list(servers)
        self.servers = [one for one in self.servers if one not in ours]
        return [text for one in ours for text in one.untold()]

    def _untold(self) -> list[str]:
        return [text for one in self.servers for text in one.untold()]


def told(misses: list[str]) -> str:
    """The text of a failure: what had no answer."""
    count = "a request" if len(misses) == 1 else f"{len(misses)} requests"
    return "\n".join([f"{_UNANSWERED} to {count}", *misses])
