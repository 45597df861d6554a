"""codex works against a gateway: it calls its shell, gets the result, and says what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.clients import scenes
from tests.clients.codex import codex_absent, codex_exec
from tests.clients.worlds import WORLDS, is_llama_here

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clients.codex import Session

pytestmark = pytest.mark.sdk

BY_HAND = [name for name, world in WORLDS.items() if not world.is_real]
REAL = [name for name, world in WORLDS.items() if world.is_real]


def run(prompt: str, world: str, work: Path, model: str = "mem") -> Session:
    """One session; skips where codex or the world is not here."""
    if (reason := codex_absent()) is not None:
        pytest.skip(reason)
    if WORLDS[world].is_real and not is_llama_here():
        pytest.skip("no llama-server is here: python -m tests.gateways.install .nox/servers llama-server")
    session = codex_exec(prompt, WORLDS[world], work, model)
    assert session.report.inputs, session.log
    assert session.blamed() == []
    return session


@pytest.mark.parametrize("world", BY_HAND)
def test_codex_runs_its_shell_to_the_end(tmp_path: Path, world: str) -> None:
    """The command is executed, its output goes back, and the answer to it is the last word."""
    session = run("echo", world, tmp_path)
    (command,) = session.of("command_execution")
    assert f"echo {scenes.ECHOED}" in command["command"]
    assert (command["exit_code"], command["aggregated_output"].splitlines()[-1]) == (0, scenes.ECHOED)
    assert session.said == [f"It said {scenes.ECHOED}."]
    assert session.last["type"] == "turn.completed", session.last
    usage = session.last["usage"]
    assert usage["input_tokens"] == 2 * scenes.PROMPT_TOKENS
    assert usage["output_tokens"] == 2 * scenes.OUTPUT_TOKENS


@pytest.mark.parametrize("world", ["gemini", "anthropic"])
def test_codex_runs_scripts_of_models_that_it_knows(tmp_path: Path, world: str) -> None:
    """It offers those a tool for JavaScript, in an item of the conversation; as text that a custom tool takes."""
    session = run("echo", world, tmp_path, "gpt-5.6-sol")
    assert session.said == [f"It said {scenes.ECHOED}."], session.log
    assert session.last["type"] == "turn.completed", session.last


@pytest.mark.parametrize("world", BY_HAND)
def test_codex_shows_thought_and_text(tmp_path: Path, world: str) -> None:
    """Of thought, what is a summary."""
    session = run("think", world, tmp_path)
    thought = [scenes.THOUGHT] if WORLDS[world].thought == "summary" else []
    assert [one["text"] for one in session.of("reasoning")] == thought
    assert session.said == [scenes.TEXT]


@pytest.mark.parametrize("world", BY_HAND)
@pytest.mark.parametrize(("scene", "message"), [("break", scenes.BROKEN), ("deny", scenes.DENIED)])
def test_codex_is_told_of_errors(tmp_path: Path, world: str, scene: str, message: str) -> None:
    """Before the first byte and amid the stream; it never takes one for an answer."""
    session = run(scene, world, tmp_path)
    assert session.last["type"] == "turn.failed"
    assert message in session.last["error"]["message"]


@pytest.mark.parametrize("world", REAL)
def test_codex_talks_to_a_real_model(tmp_path: Path, world: str) -> None:
    """All that it says of itself and its tools goes through llama-server, and the answer comes back."""
    session = run("hi", world, tmp_path)
    assert session.said == [scenes.TEXT]
    assert session.last["type"] == "turn.completed"
    assert session.last["usage"]["output_tokens"] > 0


@pytest.mark.parametrize("world", REAL)
def test_codex_runs_what_a_real_model_calls(tmp_path: Path, world: str) -> None:
    """The model wants another tool; the server's grammar makes it call the shell, with a word that it babbles."""
    session = run("weather", world, tmp_path)
    commands = session.of("command_execution")
    assert commands
    assert all(one["exit_code"] for one in commands)  # there is no such command
    assert session.said == ["It is sunny."]
    assert session.last["type"] == "turn.completed"
