"""Clients that code under test makes for itself, put on a tape.

SDKs make their httpx client where no test reaches it. While a tape is under them, the constructors of httpx and httpx2
give each new client the tape's transport; before and after, they are their own. A client that was made before is left
as it is.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from functools import wraps
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from harness.io.tape import Tape

_MODULES: Final = ("httpx", "httpx2")
_KINDS: Final = {"Client": "HTTPTransport", "AsyncClient": "AsyncHTTPTransport"}
_IN_PROCESS: Final = ("MockTransport", "ASGITransport", "WSGITransport")
"""Transports that reach no network: whoever gives one to a client means it."""

_under: list[Tape] = []
"""The tape under this process's new clients; one at most."""


@contextmanager
def clients_on(tape: Tape) -> Iterator[None]:
    """Put every client of httpx and httpx2 on a tape that is made inside, whoever makes it.

    A transport that a client is given explicitly is what its requests go to when they are recorded; one that never
    reaches a network is left alone, and its client with it.

    Raises:
        UsageError: Another tape is under this process's clients already.
    """
    if _under:
        raise UsageError(
            "two cassettes cannot be under the same clients",
            where=str(tape.path),
            found=f"{_under[-1].path} is",
            hint="use one `cassette` fixture a test; for a client of its own, give it `tape.client(httpx)`",
        )
    _under.append(tape)
    with ExitStack() as stack:
        stack.callback(_under.clear)
        for name in _MODULES:
            if find_spec(name) is not None:
                module = import_module(name)
                for kind, transport in _KINDS.items():
                    stack.enter_context(_made_on(tape, module, kind, transport))
        yield


@contextmanager
def _made_on(tape: Tape, module: ModuleType, kind: str, transport: str) -> Iterator[None]:
    """The same for one class."""
    client = getattr(module, kind)
    own = client.__init__

    @wraps(own)
    def init(self: Any, **options: Any) -> None:
        own(self, **_options(tape, module, transport, options))

    client.__init__ = init
    try:
        yield
    finally:
        client.__init__ = own


def _options(tape: Tape, module: ModuleType, kind: str, options: dict[str, Any]) -> dict[str, Any]:
    """A client's options, with the tape's transports in place of those that reach the network."""
    options = dict(options)
    given = options.pop("transport", None)
    if given is not None and type(given).__name__ in _IN_PROCESS:
        return {**options, "transport": given}
    mounts = {
        pattern: tape.transport(module, inner=one)
        for pattern, one in (options.get("mounts") or {}).items()
        if one is not None and type(one).__name__ not in _IN_PROCESS
    }
    if given is None:
        on_tape = tape.client_options(module, kind, options)
    else:
        on_tape = {**options, "transport": tape.transport(module, inner=given)}
    return {**on_tape, "mounts": {**options["mounts"], **mounts}} if mounts else on_tape
