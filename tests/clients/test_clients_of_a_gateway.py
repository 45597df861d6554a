"""Real clients work against a gateway, before upstreams of all four dialects and a real llama-server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.clients.expecting import amiss, told_scenes
from tests.clients.habits import CLIENTS
from tests.clients.meetings import absent, meet
from tests.clients.worlds import WORLDS, is_llama_here

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.clients.meetings import Meeting

pytestmark = pytest.mark.sdk

PAIRS = [(client, world) for client in CLIENTS for world in WORLDS]
TOLD = [(*pair, scene) for pair in PAIRS for scene in told_scenes(CLIENTS[pair[0]], WORLDS[pair[1]])]


def together(*names: str) -> Any:
    """A case that runs in one process with all of its meeting, where pytest-xdist makes several."""
    return pytest.param(*names, marks=pytest.mark.xdist_group("-".join(names[:2])))


@pytest.fixture(scope="module")
def meeting(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Meeting]:
    """Has a client meet a world, once; skips where one of them is not here."""
    held: dict[tuple[str, str], Meeting] = {}

    def between(client: str, world: str) -> Meeting:
        if (reason := absent(CLIENTS[client])) is not None:
            pytest.skip(reason)
        if WORLDS[world].is_real and not is_llama_here():
            pytest.skip("no llama-server is here: python -m tests.gateways.install .nox/servers llama-server")
        if (client, world) not in held:
            held[client, world] = meet(CLIENTS[client], WORLDS[world], tmp_path_factory.mktemp(client))
        return held[client, world]

    return between


@pytest.mark.parametrize(("client", "world", "scene"), [together(*it) for it in TOLD])
def test_a_client_says_what_the_upstream_said(
    meeting: Callable[[str, str], Meeting], client: str, world: str, scene: str
) -> None:
    """Text, thought, calls with their ids and arguments, what is parsed, why it ended, usage; or its own exception."""
    who, where = CLIENTS[client], WORLDS[world]
    met = meeting(client, world)
    rows = met.by_scene.get(scene, {})
    assert set(rows) == set(who.runs(scene)), met.log
    assert [it for run, row in rows.items() for it in amiss(who, where, scene, run, row)] == []


@pytest.mark.parametrize(("client", "world"), [together(*it) for it in PAIRS])
def test_what_a_client_was_sent_breaks_no_rule(
    meeting: Callable[[str, str], Meeting], client: str, world: str
) -> None:
    """Nothing that the gateway made is an error or a warning, and its program came to its end."""
    met = meeting(client, world)
    assert met.status == 0, met.log
    assert met.version
    assert met.report.inputs
    assert met.blamed() == []
