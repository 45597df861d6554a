"""The page about the functions of the package is true: its examples run, and its tables are whole."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import harness
from tests.gatewaying import Scenes, body_of, talks, whole, wire
from tests.scripted import ScriptedServer

if TYPE_CHECKING:
    import socket

PAGE = Path(__file__).parents[2] / "docs" / "python.md"
TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
CONFORM = next(one for one in EXAMPLES if "harness.conform(" in one)
OFFLINE = [one for one in EXAMPLES if "openai" not in one and one != CONFORM]
GATEWAY, TOOLS = (one for one in EXAMPLES if "openai" in one)


def run(example: str, upstream: str = "") -> dict[str, Any]:
    """Run the page's own code, with a scripted upstream where the page has a reader's own; its names."""
    names: dict[str, Any] = {}
    exec(compile(example.replace("http://localhost:8000", upstream), str(PAGE), "exec"), names)  # noqa: S102 - see above
    return names


@pytest.mark.parametrize("example", OFFLINE, ids=range(len(OFFLINE)))
def test_an_example_without_an_upstream_runs(example: str) -> None:
    """Its assertions hold, and what it translates is a success without an error."""
    answer = run(example)["answer"]
    assert isinstance(answer, harness.Translation)
    assert answer.status == 200
    assert answer.body
    assert answer.error is None


def test_the_refusal_on_the_page_is_the_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    """It is printed in a comment there."""
    example = next(one for one in OFFLINE if "RequestRefused" in one)
    shown = re.findall(r"# (Unsupported .*), \.\.\.", example)[0]
    run(example)
    assert capsys.readouterr().out.startswith(shown)


def test_the_builtin_gateway_is_put_through_what_the_page_says() -> None:
    """Its assertion holds."""
    assert run(CONFORM)["result"].cells


def test_every_argument_of_a_conformance_run_is_told() -> None:
    """The table has them all, and no others."""
    section = TEXT.partition("\n## Test a gateway\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]+`) \|", section, re.MULTILINE)
    told = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(told) == sorted(set(inspect.signature(harness.conform).parameters) - {"target"})


@pytest.mark.sdk
def test_the_gateway_on_the_page_answers(capsys: pytest.CaptureFixture[str]) -> None:
    """Through the SDK."""
    pytest.importorskip("openai", reason="the example uses OpenAI's SDK")
    with ScriptedServer(Scenes(talks)) as upstream:
        summary = run(GATEWAY, upstream.url)["summary"]
    assert capsys.readouterr().out == "hello\n"
    assert (summary.recorded, summary.refusals, summary.misses) == ([], [], ())


@pytest.mark.sdk
def test_the_tools_on_the_page_are_run(capsys: pytest.CaptureFixture[str]) -> None:
    """The model calls one, is told what it gave, and answers."""
    pytest.importorskip("openai", reason="the example uses OpenAI's SDK")

    def calls(connection: socket.socket, _: bytes) -> None:
        answer = whole("")
        function = {"name": "weather", "arguments": '{"city": "Bonn"}'}
        answer["choices"][0]["message"] |= {
            "content": None,
            "tool_calls": [{"id": "call_1", "type": "function", "function": function}],
        }
        answer["choices"][0]["finish_reason"] = "tool_calls"
        connection.sendall(wire(200, answer))

    scenes = Scenes(calls, wire(200, whole("It is 21 degrees.")))
    with ScriptedServer(scenes) as upstream:
        came = run(TOOLS, upstream.url)["run"]
    assert capsys.readouterr().out == "It is 21 degrees.\n"
    assert (came.ended, len(came.rounds), came.rounds[0].calls[0].failed) == ("answered", 2, False)
    told = body_of(scenes.requests[1])["messages"][-1]
    assert (told["role"], told["content"]) == ("tool", '{"city": "Bonn", "degrees": 21}')


@pytest.mark.parametrize("function", [harness.translate, harness.gateway_server, harness.run_tools])
def test_every_argument_is_on_the_page(function: Any) -> None:
    """With its name in code."""
    words = set(re.findall(r"\w+", " ".join(re.findall(r"`[^`]+`", TEXT.replace("```", "")))))
    assert set(inspect.signature(function).parameters) - {"upstream"} <= words


def test_the_members_of_what_comes_back_are_on_the_page() -> None:
    """Of a translation, a loss, a run of tools, and the limits, with their defaults."""
    for kind in (harness.Translation, harness.Loss, harness.ToolRun):
        assert {name for name in kind._fields if f"`{name}`" not in TEXT} == set()
    for limits in (harness.Limits, harness.StoreLimits):
        shown = re.search(rf"`{limits.__name__}\((\w+=[^)]*)\)", TEXT)
        assert shown is not None
        given = eval(f"dict({shown[1]})")  # noqa: S307 - the page's own words
        assert given == {one.name: one.default for one in fields(limits)}
