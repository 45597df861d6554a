"""Model servers: started with the model that is known, and judged by their answers alone."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.results.result import CellStatus
from harness.sandwich.judging import judged
from harness.sandwich.session import Played, Player, Route, Side
from harness.sandwich.upstream import ScenarioUpstream
from harness.scenarios.registry import scenario as gateway_scenario
from harness.targets import learned
from harness.targets.llama_cpp_python import LlamaCppPython
from harness.targets.llama_server import LlamaServer
from harness.targets.model_scenarios import MEMORISED, PLAIN
from harness.targets.transformers_serve import TransformersServe

if TYPE_CHECKING:
    from pathlib import Path

    from harness.cassettes.exchange import Headers
    from harness.sandwich.session import Mode
    from harness.scenarios.scenario import Scenario
    from harness.translation.engine import InboundDialect

_JSON = (("content-type", "application/json"),)
_SSE = (("content-type", "text/event-stream"),)
_ALONE = Route(name="chat", base_url="http://model/v1", model="m", inbound="chat", upstream=None, alone=True)


def _named(name: str, among: tuple[Scenario, ...] = MEMORISED) -> Scenario:
    return next(one for one in among if one.name == name)


def _asked(
    name: str,
    body: bytes,
    *,
    status: int = 200,
    headers: Headers = _JSON,
    mode: Mode = "whole",
    how: How = How.COMPLETE,
) -> Played:
    """A session in which a model server was asked once, over Chat."""
    scenario = _named(name)
    sent = json.dumps(scenario.asks.body("chat", model="m", mark="", stream=mode == "stream")).encode()
    request = Request("POST", "http://model/v1/chat/completions", _JSON, sent)
    response = Response(status, headers, (Chunk(0, body),)) if status else None
    exchange = Exchange(0, request, response, Ending(how, 1_000_000))
    side = Side(exchange=exchange, index=0, at_ms=0.0)
    return Played(cell="", scenario=scenario, route=_ALONE, mode=mode, client=(side,), upstream=())


def _completion(message: dict[str, Any], finish: str = "stop", **more: Any) -> dict[str, Any]:
    choice = {
        "index": 0,
        "message": {"role": "assistant", "refusal": None, **message},
        "finish_reason": finish,
        "logprobs": None,
    }
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1_700_000_000, "model": "m"}
    return {**head, "choices": [choice], "usage": usage, **more}


_CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'},
}
_TEXT = json.dumps(_completion({"content": "Hello wörld ☃!"})).encode()
_ERROR = b'{"error": {"message": "no", "type": "invalid_request_error", "param": null, "code": null}}'


def test_an_answer_that_shows_what_the_scenario_is_about_passes() -> None:
    """Nothing is known of an upstream, and nothing is asked for one."""
    found = judged(_asked("model-text", _TEXT))
    assert (found.status, found.reason, found.missing) == (CellStatus.PASSED, None, frozenset())
    assert found.exercised == {"text", "stop", "unicode"}


def test_a_known_answer_that_lost_its_characters_of_several_bytes_does_not_pass() -> None:
    """No rule can say that something is missing; but the scenario was not played to its point."""
    lost = json.dumps(_completion({"content": "Hello wrld !"})).encode()
    found = judged(_asked("model-logprobs", lost))
    assert (found.status, found.reason) == (CellStatus.NOT_EXERCISED, "not seen in its answer: unicode")
    assert "unicode" not in _named("model-logprobs", PLAIN).exercises


def test_a_model_that_did_something_else_makes_the_scenario_say_nothing() -> None:
    """It was asked for a call, and chatted: that is no fault of the server's form."""
    found = judged(_asked("model-call", _TEXT))
    assert found.status is CellStatus.NOT_EXERCISED
    assert found.reason == "not seen in its answer: call"


def test_a_breach_of_the_protocol_fails_although_the_model_did_something_else() -> None:
    """And the server that was recorded is to blame: nothing is known of what stands behind it."""
    broken = json.dumps(_completion({"content": "Hello."}, object=7)).encode()
    found = judged(_asked("model-call", broken))
    assert found.status is CellStatus.FAILED
    assert {one.origin.value for _, one in found.findings} == {"target"}


def test_a_refusal_says_nothing_of_what_was_asked() -> None:
    """The reason has the status."""
    found = judged(_asked("model-json", _ERROR, status=400))
    assert found.status is CellStatus.NOT_EXERCISED
    assert found.reason == "the target answered 400; not seen: text"


def test_an_error_that_was_asked_for_is_seen() -> None:
    """A request of the wrong shape is answered with 400."""
    found = judged(_asked("model-bad-request", _ERROR, status=400))
    assert found.exercised == {"error 400"}
    assert found.status in {CellStatus.PASSED, CellStatus.WARNED}


def test_another_error_than_the_one_that_was_asked_for_is_not_it() -> None:
    """500 blames the server for what its client did; the protocol does not forbid it."""
    found = judged(_asked("model-bad-request", _ERROR, status=500))
    assert found.status is CellStatus.NOT_EXERCISED
    assert found.reason == "the target answered 500; not seen: error 400"


def test_a_server_that_does_not_answer_in_time_is_not_held_to_be_wrong() -> None:
    """It may hang, or only be slow: nothing is said of its conformance, and that is told."""
    found = judged(_asked("model-text", b"", status=0, how=How.TIMEOUT))
    assert found.status is CellStatus.HARNESS_FAULT
    assert found.reason == "the target gave no answer in 1 s"


def test_a_server_that_hangs_up_without_an_answer_is_told() -> None:
    """That says nothing about conformance."""
    found = judged(_asked("model-text", b"", status=0, how=How.RESET))
    assert found.status is CellStatus.HARNESS_FAULT


def _chunks(*deltas: dict[str, Any], finish: str = "stop") -> bytes:
    """A stream with these deltas, whole in all else."""
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": "m"}
    told: list[tuple[dict[str, Any], str | None]] = [(one, None) for one in deltas]
    lines = [
        json.dumps(
            {**head, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}]}
        )
        for delta, reason in [*told, ({}, finish)]
    ]
    return "".join(f"data: {one}\n\n" for one in [*lines, "[DONE]"]).encode()


def test_a_server_is_not_blamed_for_a_model_that_was_taught_to_say_nothing() -> None:
    """Where that was asked for; an answer to any other question that says nothing is still warned of."""
    nothing = _chunks({"role": "assistant", "content": ""})
    found = judged(_asked("model-empty", nothing, headers=_SSE, mode="stream"))
    assert (found.status, found.missing) == (CellStatus.PASSED, frozenset())
    elsewhere = judged(_asked("model-text", nothing, headers=_SSE, mode="stream"))
    assert "CHAT-CONT-006" in {one.rule for _, one in elsewhere.findings}


@pytest.mark.parametrize(("name", "told"), [("model-text", set()), ("model-long", {"CHAT-CREATED-001"})])
def test_times_that_move_are_told_of_the_answer_that_lasts(name: str, told: set[str]) -> None:
    """In a short one it is chance whether a second turned, and two runs would not be alike."""
    body = _chunks({"role": "assistant", "content": ""}, {"content": "1 2 3"})
    first, _, rest = body.partition(b"\n\n")
    played = _asked(name, first + b"\n\n", headers=_SSE, mode="stream")
    asked = played.client[0].exchange
    assert asked.response is not None
    later = rest.replace(b"1700000000", b"1700000002")
    response = replace(asked.response, chunks=(*asked.response.chunks, Chunk(2_500_000, later)))
    side = replace(played.client[0], exchange=replace(asked, response=response))
    found = judged(replace(played, client=(side,)))
    assert {one.rule for _, one in found.findings} & {"CHAT-CREATED-001"} == told


@pytest.mark.parametrize(
    ("name", "finish", "told"),
    [
        ("model-bad-call", "stop", set()),
        ("model-length-call", "length", set()),
        ("model-call", "stop", {"CHAT-CONT-003"}),
    ],
)
def test_what_is_no_whole_call_may_stay_text(name: str, finish: str, told: set[str]) -> None:
    """Markup in the text is held against a server only where the model wrote a call that can be read."""
    text = _chunks(
        {"role": "assistant", "content": ""}, {"content": '<tool_call>{"name": "get'}, finish=finish
    )
    found = judged(_asked(name, text, headers=_SSE, mode="stream"))
    assert {one.rule for _, one in found.findings} & {"CHAT-CONT-003"} == told


def test_a_call_that_the_limit_cut_is_no_broken_call() -> None:
    """In a whole answer as in a stream: its arguments are as far as it came."""
    call = {**_CALL, "function": {"name": "get_weather", "arguments": '{"ci'}}
    body = json.dumps(_completion({"content": None, "tool_calls": [call]}, "length")).encode()
    assert judged(_asked("model-length-call", body)).status is CellStatus.PASSED
    body = json.dumps(_completion({"content": None, "tool_calls": [call]}, "tool_calls")).encode()
    found = judged(_asked("model-call", body))
    assert (found.status, {one.rule for _, one in found.findings if one.severity.value == "warning"}) == (
        CellStatus.WARNED,
        {"CHAT-SYNC-003"},
    )


def test_a_stream_that_breaks_off_fails() -> None:
    """The rules on streams hold without an upstream, too."""
    chunk = {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "delta": {"role": "assistant", "content": "Hö"}, "finish_reason": None}],
    }
    body = f"data: {json.dumps(chunk)}\n\n".encode()
    found = judged(_asked("model-text", body, headers=_SSE, mode="stream"))
    assert found.status is CellStatus.FAILED
    assert found.missing == {"stop"}


def test_a_gateway_that_asks_in_a_dialect_without_words_for_it_is_not_held_to_it() -> None:
    """What it speaks upstream is seen only then."""
    scenario = gateway_scenario("output-logprobs")
    assert "anthropic" not in scenario.upstream
    route = Route(name="chat", base_url="http://g/v1", model="m", inbound="chat", upstream=None)
    asked = Exchange(
        0,
        Request("POST", "http://u/v1/messages", _JSON, b"{}"),
        Response(200, _JSON, (Chunk(0, b"{}"),)),
        Ending(How.COMPLETE, 0),
    )
    played = _asked("model-text", b'{"broken": true}')
    played = Played(
        cell="",
        scenario=scenario,
        route=route,
        mode="whole",
        client=played.client,
        upstream=(Side(exchange=asked, index=0, at_ms=0.0),),
    )
    found = judged(played)
    assert found.status is CellStatus.NOT_EXERCISED
    assert found.reason == "the target asks in anthropic, which has no words for this"


def _play(answers: list[bytes], scenario: Scenario, inbound: InboundDialect = "chat") -> list[dict[str, Any]]:
    """Play a scenario against a server with these answers; gives what it was asked."""
    asked: list[dict[str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content))
        body = answers[min(len(asked), len(answers)) - 1]
        return httpx.Response(200, headers=dict(_JSON), stream=httpx.ByteStream(body))

    async def play() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            player = Player("t", client, ScenarioUpstream())
            route = Route(
                name="r", base_url="http://m/v1", model="m", inbound=inbound, upstream=None, alone=True
            )
            await player.play(scenario, route, "whole")

    asyncio.run(play())
    return asked


def test_a_call_is_answered_with_its_result_and_the_model_asked_again() -> None:
    """Though the scenario declares no answers: what a model says is its own affair."""
    called = json.dumps(_completion({"content": None, "tool_calls": [_CALL]}, "tool_calls")).encode()
    first, second = _play([called, _TEXT], _named("model-loop"))
    assert [one["role"] for one in first["messages"]] == ["user"]
    assert [one["role"] for one in second["messages"]] == ["user", "assistant", "tool"]
    assert second["messages"][2]["tool_call_id"] == "call_1"


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"nonsense",
        b"[]",
        b"{}",
        b'{"choices": []}',
        b'{"choices": 7}',
        b'{"choices": [{"message": null}]}',
        b'{"choices": [{"message": {"tool_calls": [{}]}}]}',
        b'{"choices": [{"message": {"tool_calls": 7}}]}',
    ],
)
def test_after_garbage_nothing_more_is_asked(garbage: bytes) -> None:
    """And nothing is raised: the rules say what is wrong."""
    assert len(_play([garbage], _named("model-loop"))) == 1


@pytest.mark.parametrize(
    "garbage", [b'{"output": 7}', b'{"output": [7]}', b'{"output": [{"type": "function_call"}]}']
)
def test_after_garbage_in_responses_nothing_more_is_asked(garbage: bytes) -> None:
    """Likewise."""
    assert len(_play([garbage], _named("model-loop"), "responses")) == 1


@pytest.mark.parametrize("server", [LlamaServer, LlamaCppPython, TransformersServe])
def test_a_server_that_is_not_installed_says_how_to_get_it(
    server: type[LlamaServer | LlamaCppPython | TransformersServe],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And names itself and the folder."""
    monkeypatch.setenv("PATH", str(tmp_path))
    lacks = server().installed(tmp_path)
    assert lacks is not None
    assert str(tmp_path) in lacks


def test_a_missing_model_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no part of the package."""
    monkeypatch.setattr(learned, "__file__", str(tmp_path / "site" / "harness" / "targets" / "learned.py"))
    assert learned.models(tmp_path) is None
    assert str(tmp_path / "model") in (learned.missing_model(tmp_path) or "")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / learned.GGUF).write_bytes(b"GGUF")
    assert learned.missing_model(tmp_path) is None
    assert learned.models(tmp_path) == tmp_path / "model"


_LLAMA = """#!{python}
import http.server, sys
if sys.argv[1:] == ["--version"]:
    print("version: 7 (abc)", file=sys.stderr)
    raise SystemExit
class Handler(http.server.BaseHTTPRequestHandler):
    asked = 0
    def do_GET(self):
        Handler.asked += 1
        self.send_response(503 if Handler.asked < 3 else 200)
        self.end_headers()
print("given", *sys.argv[1:], flush=True)
port = int(sys.argv[sys.argv.index("--port") + 1])
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
def test_llama_server_is_waited_for_while_it_loads_and_told_with_its_version(tmp_path: Path) -> None:
    """It says 503 until the model is there."""
    program = tmp_path / "llama-server"
    program.write_text(_LLAMA.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / learned.GGUF).write_bytes(b"GGUF")
    server = LlamaServer()
    assert server.installed(tmp_path) is None
    with server.run("http://127.0.0.1:9", tmp_path, tmp_path / "run") as running:
        assert running.version == "7 (abc)"
        assert running.ended() is None
        assert "given --model" in running.log()
        assert {(one.inbound, one.alone, one.upstream) for one in running.routes} == {
            ("chat", True, None),
            ("responses", True, None),
        }
        assert running.scenarios == MEMORISED
        assert running.concurrency == 1
        assert str(tmp_path) not in " ".join(running.commands)
    assert running.ended() is not None
