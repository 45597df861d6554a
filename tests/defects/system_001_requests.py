"""Defects of a Responses server in front of Gemini, none of which is in this engine: what is made of requests.

That server took the last words of the user and a few settings, passed over all else, and repeated settings in its
answers that it did not honour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from harness.gateway import stored
from harness.gateway.store import StateStore
from harness.translation.readers.gemini_lane import Lane
from harness.translation.requests import echo, from_responses, from_responses_items
from harness.translation.requests.from_responses_items import messages_of
from harness.translation.requests.from_responses_parts import content_of
from harness.translation.requests.to_gemini_contents import Contents
from harness.translation.requests.wishes import Wishes
from harness.turn.conversation import Message, OutputFormat, ReasoningWish, TextPart
from tests.defects.cases import GEMINI_USAGE, TOOLS, candidate, losses_of, refusal_of, sends
from tests.defects.defect import Defect
from tests.defects.gemini_turns import CALL, TEXT, turn
from tests.gatewaying import Scenes, body_of, gateway, wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from harness.gateway.exchange import Exchange
    from harness.translation.engine import Prepared
    from harness.translation.losses import Ledger
    from harness.translation.profiles import UpstreamDialect
    from harness.translation.requests.from_responses_items import _Reading
    from harness.translation.requests.shape import Members
    from harness.turn.conversation import Part, ResultPart
    from harness.turn.increments import Increment
    from tests.defects.heard import Heard

MODEL = "gemini-2.5-flash"


def _sends(**request: Any) -> Prepared:
    return sends("gemini", {"model": MODEL, **request}, target="responses")


# -- 001-D20: a limit of the provider's tools


def _d20_case() -> Heard:
    rome = {"functionCall": {"name": "weather", "args": {"city": "Rome"}}}
    oslo = {"functionCall": {"name": "weather", "args": {"city": "Oslo"}}}
    return turn(rome, oslo, max_tool_calls=1)


def _d20_holds() -> None:
    heard = _d20_case()
    assert [arguments for _, _, arguments in heard.calls()] == ['{"city":"Rome"}', '{"city":"Oslo"}']
    assert losses_of(heard.prepared)["/max_tool_calls"] == "L124"
    assert heard.final["max_tool_calls"] == 1


def _d20_breaks(patch: pytest.MonkeyPatch) -> None:
    take, made = Lane._call, [0]

    def limited(self: Lane, call: Mapping[str, Any], src: int) -> list[Increment]:
        request = self._session.request
        most = request.options.get("max_tool_calls") if request is not None else None
        if not self.has_calls:
            made[0] = 0
        if most is not None and made[0] >= most:
            return self._closed(src)
        made[0] += 1
        return take(self, call, src)

    patch.setattr(Lane, "_call", limited)


# -- 001-D22 and D29: state of earlier responses


def _conversation(answer: Mapping[str, Any], later: Mapping[str, Any]) -> tuple[httpx.Response, list[Any]]:
    """A client goes on from its first response: what it is answered, and the contents that the upstream was sent."""
    scenes = Scenes(wire(200, answer), wire(200, candidate(TEXT, finish="STOP", usageMetadata=GEMINI_USAGE)))
    asked = {"model": MODEL, "tools": TOOLS["responses"]}
    with gateway(scenes, "gemini") as server:
        url = server.base_url + "/responses"
        first = httpx.post(url, json={**asked, "input": "one", "store": True}).json()
        assert httpx.get(f"{url}/{first['id']}").json()["output"] == first["output"]
        call_ids = [item["call_id"] for item in first["output"] if item["type"] == "function_call"]
        told = {**later, "call_id": call_ids[0]} if call_ids else later
        given = {**asked, "input": [told], "previous_response_id": first["id"]}
        second = httpx.post(url, json=given)
    return second, body_of(scenes.requests[-1])["contents"]


def _d22_holds() -> None:
    text = candidate({"text": "two"}, finish="STOP", usageMetadata=GEMINI_USAGE)
    answer, contents = _conversation(text, {"role": "user", "content": "three"})
    assert answer.json()["previous_response_id"]
    assert [(one["role"], one["parts"][0]["text"]) for one in contents] == [
        ("user", "one"),
        ("model", "two"),
        ("user", "three"),
    ]
    scenes = Scenes(wire(200, text))
    with gateway(scenes, "gemini") as server:
        url = server.base_url + "/responses"
        unknown = httpx.post(url, json={"model": MODEL, "input": "hi", "previous_response_id": "resp_0"})
        assert unknown.status_code == 400
        assert unknown.json()["error"]["code"] == "previous_response_not_found"
        assert scenes.requests == []
        unkept = httpx.post(url, json={"model": MODEL, "input": "hi", "store": False}).json()
        assert unkept["store"] is False
        assert httpx.get(f"{url}/{unkept['id']}").status_code == 404
    assert refusal_of("gemini", {"previous_response_id": "resp_0"}, target="responses").param


def _d22_breaks(patch: pytest.MonkeyPatch) -> None:
    async def forgets(_: Exchange, body: Mapping[str, Any]) -> Mapping[str, Any]:
        return {name: value for name, value in body.items() if name != "previous_response_id"}

    patch.setattr(stored, "expand", forgets)


def _d29_holds() -> None:
    called = candidate(CALL, finish="STOP", usageMetadata=GEMINI_USAGE)
    answer, contents = _conversation(called, {"type": "function_call_output", "output": "sunny"})
    assert answer.status_code == 200
    _, made, given = contents
    assert made["role"] == "model"
    call = made["parts"][0]["functionCall"]
    result = given["parts"][0]["functionResponse"]
    assert (call["name"], call["args"]) == ("weather", {"city": "Rome"})
    assert (result["name"], result["response"]) == ("weather", {"result": "sunny"})
    assert result["id"] == call["id"]


def _d29_breaks(patch: pytest.MonkeyPatch) -> None:
    context = StateStore.context

    def without_calls(self: StateStore, response_id: str) -> list[Any] | None:
        """Calls are kept under the id of the conversation, which the next request does not have."""
        found = context(self, response_id)
        return found and [item for item in found if item["type"] != "function_call"]

    patch.setattr(StateStore, "context", without_calls)


# -- 001-D23 and D24: how the model is to think and to answer


def _d23_holds() -> None:
    sent = _sends(reasoning={"effort": "high"})
    assert sent.body.get("generationConfig") == {"thinkingConfig": {"thinkingBudget": 24_576}}
    strange = _sends(reasoning_effort="high")
    assert "generationConfig" not in strange.body
    assert losses_of(strange) == {"/reasoning_effort": "L100"}
    assert turn(TEXT, reasoning={"effort": "high"}).final["reasoning"]["effort"] == "high"


def _d23_breaks(patch: pytest.MonkeyPatch) -> None:
    def of_the_top(body: Members) -> ReasoningWish | None:
        effort = body.text("reasoning_effort")
        return ReasoningWish(effort=effort) if effort is not None else None

    patch.setattr(from_responses, "_reasoning", of_the_top)
    patch.setattr(echo, "_reasoning", lambda _: {"effort": None, "summary": None})


FORMAT: dict[str, Any] = {"format": {"type": "json_object"}, "verbosity": "low"}


def _d24_holds() -> None:
    sent = _sends(text=FORMAT)
    assert sent.body.get("generationConfig") == {"responseMimeType": "application/json"}
    assert losses_of(sent) == {"/text/verbosity": "L114"}
    assert turn(TEXT, text=FORMAT).final["text"] == FORMAT
    schema = {"type": "object", "properties": {"city": {"type": "string"}}}
    strict = {"type": "json_schema", "name": "place", "strict": True, "schema": schema}
    sent = _sends(text={"format": strict})
    assert sent.body["generationConfig"].get("responseJsonSchema") == schema
    assert losses_of(sent) == {"/text/format": "L113"}


def _d24_breaks(patch: pytest.MonkeyPatch) -> None:
    read = from_responses._output

    def of_schemas(text: Members, ledger: Ledger) -> OutputFormat | None:
        output = read(text, ledger)
        return output if output is not None and output.kind == "json_schema" else None

    patch.setattr(from_responses, "_output", of_schemas)
    patch.setattr(Wishes, "lose_said", lambda *_: None)
    patch.setattr(echo, "_text", lambda _: {"format": {"type": "text"}})


# -- 001-D25 to D28: the conversation


PNG = "data:image/png;base64,iVBORw0KGgo="
PDF = "data:application/pdf;base64,JVBERi0="
HISTORY: list[dict[str, Any]] = [
    {"role": "developer", "content": "Be brief."},
    {
        "role": "user",
        "content": [
            {"type": "input_text", "text": "one"},
            {"type": "input_image", "image_url": PNG},
            {"type": "input_image", "image_url": PNG},
            {"type": "input_file", "filename": "a.pdf", "file_data": PDF},
        ],
    },
    {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "hm"}]},
    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "two"}]},
    {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": '{"city":"Rome"}'},
    {"type": "function_call_output", "call_id": "call_1", "output": "sunny"},
    {"role": "system", "content": "Now in rhyme."},
    {"role": "user", "content": "three"},
]


def _d25_holds() -> None:
    sent = _sends(input=HISTORY, tools=TOOLS["responses"])
    assert sent.body.get("systemInstruction") == {"parts": [{"text": "Be brief."}]}
    asked, answered, told = sent.body["contents"]
    assert [part.get("text", part.get("inlineData", {}).get("mimeType")) for part in asked["parts"]] == [
        "one",
        "image/png",
        "image/png",
        "application/pdf",
    ]
    thought, text, call = answered["parts"]
    assert thought == {"text": "hm", "thought": True}
    assert text == {"text": "two"}
    assert call["functionCall"]["args"] == {"city": "Rome"}
    result, system, last = told["parts"]
    assert result["functionResponse"]["response"] == {"result": "sunny"}
    assert "Now in rhyme." in system["text"]
    assert last == {"text": "three"}
    assert losses_of(sent) == {"/input/1/content/3": "L132", "/input/6": "L130"}
    reference = {"type": "item_reference", "id": "msg_0"}
    refused = refusal_of("gemini", {"input": [*HISTORY, reference]}, target="responses")
    assert refused.param == "input[8]"


def _d25_breaks(patch: pytest.MonkeyPatch) -> None:
    def last_words(body: Members, ledger: Ledger) -> tuple[Message, ...]:
        return tuple(one for one in messages_of(body, ledger) if one.role == "user")[-1:]

    patch.setattr(from_responses, "messages_of", last_words)


def _d26_holds() -> None:
    parts = [{"type": "input_text", "text": word} for word in ("foo", "bar")]
    for upstream in UPSTREAMS:
        sent = sends(upstream, {"input": [{"role": "user", "content": parts}]}, target="responses")
        assert "".join(_texts(sent.body)) == "foobar"


UPSTREAMS: tuple[UpstreamDialect, ...] = ("chat", "responses", "gemini", "anthropic")


def _texts(body: Mapping[str, Any]) -> list[str]:
    """The words of the only message, whatever its dialect."""
    (message,) = body.get("contents") or body.get("messages") or body["input"]
    parts = message.get("parts") or message["content"]
    return [parts] if isinstance(parts, str) else [part["text"] for part in parts]


def _d26_breaks(patch: pytest.MonkeyPatch) -> None:
    def joined(item: Members, member: str, *args: Any, **more: Any) -> tuple[tuple[Part, ...], bool]:
        parts, _ = content_of(item, member, *args, **more)
        words = " ".join(part.text for part in parts if isinstance(part, TextPart))
        return (TextPart(text=words, at=item.pointer(member)),), True

    patch.setattr(from_responses_items, "content_of", joined)


def _result_of(output: Any) -> dict[str, Any]:
    """The part that tells Gemini of a call's result."""
    call, result = HISTORY[4], {**HISTORY[5], "output": output}
    sent = _sends(input=[HISTORY[-1], call, result], tools=TOOLS["responses"])
    told: dict[str, Any] = sent.body["contents"][-1]["parts"][0]["functionResponse"]
    return told


def _d27_holds() -> None:
    assert _result_of([{"type": "input_text", "text": "sunny"}])["response"] == {"result": "sunny"}
    assert _result_of("sunny")["response"] == {"result": "sunny"}


def _d27_breaks(patch: pytest.MonkeyPatch) -> None:
    read = from_responses_items._Reading.read

    def only_texts(self: _Reading, item: Members) -> None:
        if item.text("type") != "function_call_output" or isinstance(item.get("output"), str):
            read(self, item)

    patch.setattr(from_responses_items._Reading, "read", only_texts)


def _d28_holds() -> None:
    told = _result_of("sunny")
    assert (told["name"], told["id"]) == ("weather", "call_1")


def _d28_breaks(patch: pytest.MonkeyPatch) -> None:
    tell = Contents._result

    def by_id(self: Contents, result: ResultPart, _: str, moved: list[dict[str, Any]]) -> dict[str, Any]:
        return tell(self, result, result.call_id, moved)

    patch.setattr(Contents, "_result", by_id)


DEFECTS = [
    Defect(
        "001-D20",
        "`max_tool_calls`, a limit of the provider's tools, cuts off the client's calls.",
        _d20_holds,
        _d20_breaks,
        "XLAT-TOOL-001",
        lambda: _d20_case().rules(),
    ),
    Defect(
        "001-D22",
        "An earlier response is named in the answer, and was forgotten.",
        _d22_holds,
        _d22_breaks,
    ),
    Defect(
        "001-D23",
        "The effort is read from a member that the API does not have.",
        _d23_holds,
        _d23_breaks,
    ),
    Defect(
        "001-D24",
        "The client asks for JSON, and the upstream is asked for prose.",
        _d24_holds,
        _d24_breaks,
        "RESP-OBJ-004",
        lambda: turn(TEXT, text=FORMAT).rules(),
    ),
    Defect("001-D25", "Of a conversation only the user's last words are sent.", _d25_holds, _d25_breaks),
    Defect("001-D26", "Parts of a text are joined with a space.", _d26_holds, _d26_breaks),
    Defect("001-D27", "A call's result in parts is passed over.", _d27_holds, _d27_breaks),
    Defect("001-D28", "A call's result names the call, not the function.", _d28_holds, _d28_breaks),
    Defect(
        "001-D29",
        "The calls of an earlier response are not found, and their results stand alone.",
        _d29_holds,
        _d29_breaks,
    ),
]
