"""The end of a gateway: everything that it holds is closed, whatever becomes of one of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import pytest

from harness.errors import FileAccessError
from harness.gateway.destinations import Destinations, read_destination
from harness.gateway.server import Gateway
from harness.gateway.store import StateStore

if TYPE_CHECKING:
    from harness.gateway.calling import Caller


class Connections:
    """Those to one upstream.

    Args:
        failure: What closing them raises, if anything.
    """

    def __init__(self, failure: BaseException | None = None) -> None:
        self.failure = failure
        self.closed = 0

    async def aclose(self) -> None:
        """Close them, or fail to."""
        self.closed += 1
        if self.failure is not None:
            raise self.failure


def _gateway(callers: dict[str, Connections], store: StateStore) -> Gateway:
    every = [read_destination(f"{name}=chat=http://127.0.0.1:9", environment={}) for name in callers]
    return Gateway(Destinations(every), cast("dict[str, Caller]", callers), now=lambda: 1, store=store)


def _assert_closed(gateway: Gateway, store: StateStore) -> None:
    with pytest.raises(FileAccessError, match="closed database"):
        store.get("resp_1")

    async def work() -> None:
        await gateway.in_store(lambda: None)

    with pytest.raises(RuntimeError, match="shutdown"):
        asyncio.run(work())


def test_all_is_closed_at_the_end() -> None:
    """The connections to each upstream, the thread of the store, and the store."""
    callers, store = {"one": Connections(), "two": Connections()}, StateStore()
    gateway = _gateway(callers, store)
    asyncio.run(gateway.aclose())
    assert [one.closed for one in callers.values()] == [1, 1]
    _assert_closed(gateway, store)


@pytest.mark.parametrize("broken", ["one", "two", "three"])
@pytest.mark.parametrize("failure", [OSError, asyncio.CancelledError])
def test_what_cannot_be_closed_keeps_nothing_else_open(broken: str, failure: type[BaseException]) -> None:
    """And is told when all the others are closed."""
    callers = {name: Connections(failure() if name == broken else None) for name in ("one", "two", "three")}
    store = StateStore()
    gateway = _gateway(callers, store)
    with pytest.raises(failure):
        asyncio.run(gateway.aclose())
    assert [one.closed for one in callers.values()] == [1, 1, 1]
    _assert_closed(gateway, store)


def test_several_failures_are_raised_together() -> None:
    """So that none is lost."""
    failures = [OSError("one"), RuntimeError("two")]
    callers = {"one": Connections(failures[0]), "two": Connections(failures[1]), "three": Connections()}
    store = StateStore()
    gateway = _gateway(callers, store)
    with pytest.raises(ExceptionGroup, match="upstreams cannot be closed") as caught:
        asyncio.run(gateway.aclose())
    assert list(caught.value.exceptions) == failures
    assert callers["three"].closed == 1
    _assert_closed(gateway, store)
