"""The server whose every byte a test decides loses no error of its script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from tests.scripted import ScriptedServer

if TYPE_CHECKING:
    import socket


def _failing(_: socket.socket, request: bytes) -> None:
    assert not request, "the script met what it did not expect"


def _ask(url: str) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(url)


def test_an_assertion_inside_a_script_fails_the_test() -> None:
    """It is raised when the server is left."""
    with pytest.raises(AssertionError, match="did not expect"), ScriptedServer(_failing) as server:
        _ask(server.url)


def test_a_test_may_look_at_the_errors_itself() -> None:
    """They are kept, and not raised."""
    with ScriptedServer(_failing, raises=False) as server:
        _ask(server.url)
    assert [type(error) for error in server.errors] == [AssertionError]
