"""Real clients work against a gateway, before upstreams of all four dialects and a real llama-server."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.clients.expecting import amiss, told_scenes
from tests.clients.habits import CLIENTS
from tests.clients.meetings import absent, meet
from tests.clients.worlds import WORLDS, is_llama_here

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.clients.meetings import Meeting

pytestmark = pytest.mark.sdk

PAIRS = [(client, world) for client in CLIENTS for world in WORLDS]
TOLD = [(*pair, scene) for pair in PAIRS for scene in told_scenes(CLIENTS[pair[0]], WORLDS[pair[1]])]
AT_ONCE = 3
"""Meetings at a time: most of one is waiting."""


def missing(client: str, world: str) -> str | None:
    """Why they cannot meet; None where they can."""
    if WORLDS[world].is_real and not is_llama_here():
        return "no llama-server is here: python -m tests.gateways.install .nox/servers llama-server"
    return absent(CLIENTS[client])


@pytest.fixture(scope="module")
def meeting(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str, str], Meeting]]:
    """Has every client that is to be tested meet its worlds, each once, ahead of the tests; skips those that cannot."""
    wanted: list[tuple[Any, Any]] = [
        (item.callspec.params["client"], item.callspec.params["world"])
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.module is request.module
    ]
    pool = ThreadPoolExecutor(AT_ONCE)
    held = {
        (client, world): pool.submit(
            meet, CLIENTS[client], WORLDS[world], tmp_path_factory.mktemp(f"{client}-{world}")
        )
        for client, world in dict.fromkeys(wanted)
        if missing(client, world) is None
    }

    def between(client: str, world: str) -> Meeting:
        if (reason := missing(client, world)) is not None:
            pytest.skip(reason)
        return held[client, world].result()

    yield between
    pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize(("client", "world", "scene"), TOLD)
def test_a_client_says_what_the_upstream_said(
    meeting: Callable[[str, str], Meeting], client: str, world: str, scene: str
) -> None:
    """Text, thought, calls with ids and arguments, what is parsed, why it ended, usage; or its own exception."""
    who, where = CLIENTS[client], WORLDS[world]
    met = meeting(client, world)
    rows = met.by_scene.get(scene, {})
    assert set(rows) == set(who.runs(scene)), met.log
    assert [it for run, row in rows.items() for it in amiss(who, where, scene, run, row)] == []


@pytest.mark.parametrize(("client", "world"), PAIRS)
def test_what_a_client_was_sent_breaks_no_rule(
    meeting: Callable[[str, str], Meeting], client: str, world: str
) -> None:
    """Nothing that the gateway made is an error or a warning, and its program came to its end."""
    met = meeting(client, world)
    assert met.status == 0, met.log
    assert met.version
    assert met.report.inputs
    assert met.blamed() == []
