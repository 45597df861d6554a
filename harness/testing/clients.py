"""Clients that code under test makes for itself, put on a tape.

SDKs make their httpx client where no test reaches it. While a tape is under them, the constructors of httpx and httpx2
give each new client the tape's transport; before and after, they are their own. A client that was made before, as one
of a module is, keeps its transport, and its requests go through the tape meanwhile: whoever wrote the test meant them.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from fnmatch import fnmatchcase
from functools import wraps
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

from harness.errors import UsageError
from harness.io.tape import NETWORK_OPTIONS
from harness.io.transports import own_clients, transport_class
from harness.testing.importing import on_import

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType, ModuleType

    from harness.io.tape import Tape

_MODULES: Final = ("httpx", "httpx2")
_KINDS: Final = {"Client": "HTTPTransport", "AsyncClient": "AsyncHTTPTransport"}
_IN_PROCESS: Final = frozenset({"MockTransport", "ASGITransport", "WSGITransport", "_TestClientTransport"})
"""Transports that reach no network (the last is Starlette's): whoever gives one to a client means it."""

_GENAI: Final = "google.genai._api_client"

_under: list[ClientsOnTape] = []
"""What is under this process's new clients; one at most."""


@contextmanager
def clients_on(tape: Tape, *, ignore_hosts: Sequence[str] = ()) -> Iterator[ClientsOnTape]:
    """Put every client of httpx and httpx2 on a tape, whoever made it, and whenever.

    A transport that a client is given is what its requests go to when they are recorded; one that never reaches a
    network, or is a tape's already, is left alone, and its client with it. So are the clients that this package makes
    for its own servers. A client that is made inside stays on the tape, and can send nothing after it; one that was
    made before is as it was again.

    Args:
        tape: The tape.
        ignore_hosts: Names and addresses of hosts that clients reach past the tape.

    Raises:
        UsageError: Another tape is under this process's clients already.
    """
    if _under:
        raise UsageError(
            "two cassettes cannot be under the same clients",
            where=str(tape.path),
            found=f"{_under[-1].tape.path} is",
            hint="use one `cassette` fixture a test; for a client of its own, give it `tape.client(httpx)`",
        )
    made = ClientsOnTape(tape, ignore_hosts)
    _under.append(made)
    try:
        with made.stack:
            made.begin()
            yield made
    finally:
        made.is_over = True
        made.forget()
        _under.remove(made)


class ClientsOnTape:
    """The clients that a tape is under.

    Args:
        tape: The tape.
        ignore_hosts: As of `clients_on`.
    """

    def __init__(self, tape: Tape, ignore_hosts: Sequence[str]) -> None:
        self.tape = tape
        self.is_over = False
        self.stack = ExitStack()
        self._ignored = tuple(ignore_hosts)
        self._clients: WeakSet[Any] = WeakSet()
        self._between: dict[int, tuple[Any, Any]] = {}
        self._knows_genai = False

    def begin(self) -> None:
        """Be under every client from now on, to the end of `stack`."""
        for name in _MODULES:
            on_import(name, self._patch, self.stack)
        on_import("openai", self._forget_default, self.stack)
        if _GENAI in sys.modules:
            self._avoid_aiohttp()

    def forget(self) -> None:
        """Keep alive no transport of a client that was there before the tape."""
        self._between.clear()

    def _patch(self, module: ModuleType) -> None:
        for kind, transport in _KINDS.items():
            client = getattr(module, kind)
            self._replace(client, "__init__", self._init(module, client.__init__, transport))
            # The one place where a client that is there already decides what reaches the network.
            self._replace(client, "_transport_for_url", self._find(module, client._transport_for_url))  # noqa: SLF001

    def _forget_default(self, openai: ModuleType) -> None:
        """Let `openai.chat...`, without a client, make one anew, and the one that it had come back after."""
        if hasattr(openai, "_client"):
            # A default client puts its httpx client there, for the next one.
            given = getattr(openai, "http_client", None) if openai._client is None else None  # noqa: SLF001
            self._replace(openai, "http_client", given)
            self._replace(openai, "_client", None)

    def _replace(self, owner: Any, name: str, value: Any) -> None:
        own = getattr(owner, name)
        setattr(owner, name, value)
        self.stack.callback(setattr, owner, name, own)

    def _init(self, module: ModuleType, own: Callable[..., None], transport: str) -> Callable[..., None]:
        @wraps(own)
        def init(client: Any, **options: Any) -> None:
            frame = sys._getframe(1)  # noqa: SLF001 - there is no other way
            caller = frame.f_globals.get("__name__", "")
            if self.is_over or self._is_of_early(frame, client):
                own(client, **options)
                return
            if caller.startswith("harness."):
                own(client, **options)
                own_clients.add(client)
                return
            own(client, **self._options(module, transport, options))
            self._clients.add(client)
            if type(client).__module__ == _GENAI:
                self._meet_genai(module, client)

        return init

    def _options(self, module: ModuleType, kind: str, options: dict[str, Any]) -> dict[str, Any]:
        """A client's options, with the tape's transports in place of those that reach the network."""
        given = options.get("transport")
        if given is not None and _is_left_alone(module, given):
            return options
        rest = {name: value for name, value in options.items() if name != "transport"}
        if given is None or options.get("proxy") is not None:  # a proxy is asked in place of the transport
            direct = None
            prepared = self.tape.client_options(module, kind, rest)
        else:
            direct = given
            prepared = {**rest, "transport": self.tape.transport(module, inner=given)}
        mounts = {
            pattern: one
            if one is None or _is_left_alone(module, one)
            else self.tape.transport(module, inner=one)
            for pattern, one in (options.get("mounts") or {}).items()
        }
        if self._ignored:
            network = {name: value for name, value in rest.items() if name in NETWORK_OPTIONS}
            direct = direct or getattr(module, kind)(**network)
            mounts |= {f"all://{_bracketed(host)}": direct for host in self._ignored}
        return {**prepared, "mounts": mounts} if mounts else prepared

    def _is_of_early(self, frame: FrameType, client: Any) -> bool:
        """Whether a client is one that an early client of google-genai makes for an event loop and keeps for it.

        It goes on the tape and off it as that one does: in the next test the loop may be the same.
        """
        maker = frame.f_locals.get("self") if frame.f_globals.get("__name__") == _GENAI else None
        return hasattr(maker, "_loop_clients") and maker is not client and maker not in self._clients

    def _meet_genai(self, module: ModuleType, client: Any) -> None:
        """Keep a client of google-genai on the tape, also where it would leave httpx.

        It makes a client for each event loop when that first sends, which may be after the test; and prefers
        aiohttp, where that is installed, to the client of httpx that it has.
        """
        if hasattr(client, "_inner_client_cls"):

            def of_loop(**options: Any) -> Any:
                return module.AsyncClient(**self._options(module, "AsyncHTTPTransport", options))

            client._inner_client_cls = of_loop  # noqa: SLF001 - see above
        self._avoid_aiohttp()

    def _avoid_aiohttp(self) -> None:
        """Let clients of google-genai take httpx: those that are made on the tape for good, others meanwhile."""
        api = getattr(sys.modules[_GENAI], "BaseApiClient", None)
        own = getattr(api, "_use_aiohttp", None)
        if own is None or self._knows_genai:
            return
        self._knows_genai = True

        def use_aiohttp(one: Any) -> bool:
            if self.is_over:
                return bool(own(one))
            asynchronous = getattr(one, "_async_httpx_client", None)
            if (
                asynchronous is None
            ):  # as with Google's own login, which knows no httpx: there is nothing to turn to
                return bool(own(one))
            if asynchronous not in self._clients:
                return False
            one._use_aiohttp = bool  # noqa: SLF001 - says no, and goes on to when the test is over
            return False

        self._replace(api, "_use_aiohttp", use_aiohttp)

    def _find(self, module: ModuleType, own: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(own)
        def transport_for_url(client: Any, url: Any) -> Any:
            found = own(client, url)
            if self.is_over or client in self._clients or client in own_clients or self._is_ignored(url.host):
                return found
            return self._before(module, found)

        return transport_for_url

    def _is_ignored(self, host: str) -> bool:
        """Whether a host is reached past the tape, as clients that are made on it know by their mounts."""
        wanted = (one.strip("[]").lower() for one in self._ignored)
        return any(fnmatchcase(host.lower(), one) for one in wanted)

    def _before(self, module: ModuleType, found: Any) -> Any:
        """What stands before the transport of a client that was there before the tape."""
        if _is_left_alone(module, found):
            return found
        known = self._between.get(id(found))
        if known is None:  # with the transport itself, so that no other gets its id meanwhile
            known = self._between[id(found)] = found, self.tape.transport(module, inner=found)
        return known[1]


def _is_left_alone(module: ModuleType, transport: Any) -> bool:
    """Whether a transport reaches no network, or is a tape's."""
    return isinstance(transport, transport_class(module)) or any(
        kind.__name__ in _IN_PROCESS for kind in type(transport).__mro__
    )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
