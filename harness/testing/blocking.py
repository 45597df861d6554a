"""No connection to another machine: what `--harness-block-network` does.

While a test runs, with its fixtures, the ways on which Python code reaches another machine are watched: the sockets of
the standard library, on which asyncio and trio stand; the names that are looked up; and the loops of uvloop, which has
sockets of its own. Other processes are not, nor is code that does not go through Python, such as libcurl.
"""

from __future__ import annotations

import ipaddress
import shlex
import socket
import sys
from contextlib import ExitStack
from fnmatch import fnmatchcase
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

import pytest

from harness.errors import HarnessError, UsageError
from harness.testing.marks import marked
from harness.testing.places import path_of, records

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

_INTERNET: Final = frozenset({socket.AF_INET, socket.AF_INET6})
_HERE: Final = frozenset({"", "localhost", "ip6-localhost", "ip6-loopback"})
_LOOKUPS: Final = ("getaddrinfo", "gethostbyname", "gethostbyname_ex")
_BLOCKED: Final = pytest.StashKey[list[str]]()


class Blocking:
    """Lets no test connect to another machine. A plugin of pytest's.

    Args:
        config: Whose settings say which hosts are allowed.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._allowed = tuple(str(one).strip().lower() for one in config.getini("harness_allowed_hosts"))
        self._resolved: set[str] = set()
        self._item: pytest.Item | None = None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Block for one test, its fixtures included."""
        if _may_record(item):
            return (yield)
        self._item = item
        with ExitStack() as stack:
            self._patch(stack)
            try:
                return (yield)
            finally:
                self._item = None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Show with a failure what was refused: SDKs say no more than "Connection error."."""
        report = yield
        refused = item.stash.get(_BLOCKED, [])
        if report.failed and refused:
            report.sections.append(("harness: blocked network", "\n".join(dict.fromkeys(refused))))
            refused.clear()
        return report

    def _patch(self, stack: ExitStack) -> None:
        for name in ("connect", "connect_ex", "sendto"):
            _replace(stack, socket.socket, name, self._of_socket(getattr(socket.socket, name), name))
        for name in _LOOKUPS:
            _replace(stack, socket, name, self._lookup(getattr(socket, name)))
        loop = getattr(sys.modules.get("uvloop"), "Loop", None)
        if loop is not None:
            for name in ("create_connection", "create_datagram_endpoint", "getaddrinfo", "sock_connect"):
                _replace(stack, loop, name, self._of_loop(getattr(loop, name), name))

    def _of_socket(self, own: Callable[..., Any], name: str) -> Callable[..., Any]:
        @wraps(own)
        def guarded(one: socket.socket, *arguments: Any) -> Any:
            if one.family in _INTERNET and arguments:
                address = arguments[-1] if name == "sendto" else arguments[0]
                self._refuse_other(address[0], address[1])
            return own(one, *arguments)

        return guarded

    def _lookup(self, own: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(own)
        def guarded(host: Any, *arguments: Any, **options: Any) -> Any:
            self._refuse_other(host, arguments[0] if arguments else options.get("port"))
            found = own(host, *arguments, **options)
            self._remember(host, found)
            return found

        return guarded

    def _of_loop(self, own: Callable[..., Any], name: str) -> Callable[..., Any]:
        @wraps(own)
        async def guarded(loop: Any, *arguments: Any, **options: Any) -> Any:
            host, port = _asked_of_loop(name, arguments, options)
            self._refuse_other(host, port)
            found = await own(loop, *arguments, **options)
            if name == "getaddrinfo":
                self._remember(host, found)
            return found

        return guarded

    def _remember(self, host: Any, found: Any) -> None:
        """What an allowed name stands for is allowed, too."""
        if isinstance(found, list) and self._is_allowed(_text(host)):
            self._resolved.update(str(one[4][0]) for one in found if isinstance(one, tuple) and len(one) == 5)

    def _is_allowed(self, host: str) -> bool:
        return host in self._resolved or any(fnmatchcase(host, pattern) for pattern in self._allowed)

    def _refuse_other(self, host: Any, port: Any) -> None:
        """Refuse a host that is neither this machine nor allowed.

        Raises:
            UsageError: It is another machine; names the test, the host, and what to do.
        """
        name = _text(host)
        if self._item is None or is_here(name) or self._is_allowed(name):
            return
        item = self._item
        record = f"pytest {shlex.quote(item.nodeid)} --harness-record-mode=once"
        if "cassette" not in getattr(item, "fixturenames", ()):
            record = f"with the mark `cassette`: {record}"
        error = UsageError(
            "a test may not reach another machine: --harness-block-network",
            where=item.nodeid,
            found=name if port is None else f"{name}:{_text(port)}",
            hint=f"record what it is answered ({record}), or name the host in harness_allowed_hosts",
        )
        item.stash.setdefault(_BLOCKED, []).append(str(error))
        raise error


def is_here(host: str) -> bool:
    """Whether a name or address is this machine, as far as its text tells."""
    name = host.rstrip(".")
    if name in _HERE or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0].strip("[]"))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback or mapped.is_unspecified)


def _text(host: Any) -> str:
    if host is None:
        return ""
    return (host.decode("latin-1") if isinstance(host, bytes) else str(host)).lower()


def _asked_of_loop(name: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> tuple[Any, Any]:
    """Host and port in a call of a loop's method; (None, None) where it names none."""
    if name == "getaddrinfo":
        return arguments[0] if arguments else options.get("host"), (*arguments[1:2], options.get("port"))[0]
    if name == "sock_connect":
        address = arguments[1] if len(arguments) > 1 else options.get("address")
        return (address[0], address[1]) if isinstance(address, tuple) else (None, None)
    if name == "create_datagram_endpoint":
        remote = options.get("remote_addr") or (arguments[2] if len(arguments) > 2 else None)
        return remote or (None, None)
    named = (*arguments[1:3], None, None)
    return named[0] or options.get("host"), named[1] or options.get("port")


def _may_record(item: pytest.Item) -> bool:
    """Whether a test records now because the command line says so: whoever says that wants the network for it."""
    mode = item.config.getoption("--harness-record-mode")
    if not mode or "cassette" not in getattr(item, "fixturenames", ()):
        return False
    try:
        mark = marked(item)
        return records(path_of(item, mark), mark.mode or str(mode))
    except HarnessError:
        return False


def _replace(stack: ExitStack, owner: Any, name: str, value: Any) -> None:
    """Put something in place of an attribute, to the end of a stack, unless somebody replaces it again meanwhile."""
    is_own = name in vars(owner)
    own = getattr(owner, name)

    def restore() -> None:
        if vars(owner).get(name) is not value:
            return
        if is_own:
            setattr(owner, name, own)
        else:
            delattr(owner, name)

    setattr(owner, name, value)
    stack.callback(restore)
