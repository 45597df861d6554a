"""How a stream is shown in a snapshot: one event a line, with nothing hidden but ids and times."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import harness
from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.errors import HarnessError
from harness.testing.evidence import lines_of
from harness.testing.placeholders import IDS, TIMES, Placeholders

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

BODIES = {
    "chat": b'data: {"id":"chatcmpl-7","created":1795233619,"system_fingerprint":"fp_1","obfuscation":"x1y","choices":'
    b'[{"delta":{"tool_calls":[{"index":0,"id":"call_9","function":{"name":"f","arguments":"{\\"id\\":\\"call_9\\"}"}}]}}]}'
    b'\n\ndata: {"id":"chatcmpl-7","created":1795233620,"system_fingerprint":"fp_2","obfuscation":"","timings":'
    b'{"prompt_n":3,"prompt_ms":1.25,"predicted_per_second":2809.4}}\n\ndata: [DONE]\n\n',
    "responses": b'event: response.created\ndata: {"type":"x","response":{"id":"resp_1","created_at":17}}\n\n'
    b'event: response.output_item.added\ndata: {"item":{"id":"fc_1","call_id":"call_1","type":"function_call"}}\n\n'
    b'event: response.function_call_arguments.delta\ndata: {"item_id":"fc_1","delta":"{}"}\n\n',
    "anthropic": b'event: message_start\ndata: {"message":{"id":"msg_1"}}\n\nevent: content_block_start\ndata: '
    b'{"content_block":{"type":"tool_use","id":"toolu_1","name":"f","input":{"id":"toolu_1"}}}\n\n: ping\n\n',
    "gemini as an array": b'[{"responseId":"r-1","createTime":"2026-11-21T10:00:00.5Z"},\n{"responseId":"r-1",'
    b'"candidates":[{"content":{"parts":[{"functionCall":{"id":"c-1","name":"f","args":{"id":"c-1"}}}]}}]}]',
    "a whole answer": b'{"id":"chatcmpl-1","object":"chat.completion","created":17,"choices":[],"usage":{"n":1e2}}',
    "a list of models": b'{"object":"list","data":[{"id":"gpt-5","object":"model","created":17}]}',
    "an error": b'event: error\ndata: {"type":"error","error":{"message":"Overloaded"},"request_id":"req_1"}\n\n',
    "odd framing": b'\xef\xbb\xbf: a | b\r\nid: 7\r\nretry: 3000\r\nevent: x\r\ndata: {"a":1,\r\ndata: "a":2}\r\n\r\n\n'
    b"id: ab-1\nevent: only\n\nfoo: bar\ndata\n\ndata:{}\n\n",
    "data that is no JSON": b'data: {"id":"a-1","text":"\xff\\"}\n\ndata: hello \\ | \x1b[0m\n\ndata: null\n\ndata:\n\n'
    b'data: {"id":"a-1","created":17,"obfuscation":"zz","text":"\\"id\\":\\"b\\""}}\n\n',
    "strange strings": '{"a":"\u2028\u200b\\ud800\x7f \u00e9","b":"<id:1>","id":"x"}'.encode().join(
        [b"data: ", b"\n\n"]
    ),
    "cut off in an id": b'data: {"id":"chatcmpl-7"}\n\ndata: {"id":"chatcmp',
    "cut off before the blank line": b'data: {"id":"chatcmpl-7"}\n',
    "a page": b"<html>\r\n<p>502 \xff</p>\n",
    "nothing": b"",
    "spelling of numbers": b'data: {"a":1.0,"b":1e5,"c":-0,"d":12345678901234567890,"created":1.5,"e":NaN}\n\n',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_has_a_line_for_all_that_it_holds(body: bytes, snapshot: SnapshotAssertion) -> None:
    """Nothing is left out, and no two bytes are shown alike but those of ids and times."""
    assert lines_of(body, Placeholders()) == snapshot


def stream(*values: object) -> bytes:
    """A stream of JSON."""
    return b"".join(b"data: " + json.dumps(value).encode() + b"\n\n" for value in values)


def shown(*values: object, **options: Any) -> list[str]:
    """Its lines."""
    return lines_of(stream(*values), Placeholders(**options))


@given(st.lists(st.tuples(st.sampled_from(sorted(IDS)), st.text("ab-", min_size=1, max_size=3)), min_size=1))
def test_ids_are_renamed_one_to_one(members: list[tuple[str, str]]) -> None:
    """The same id gets the same placeholder, and another never the same, whatever their names and lengths."""
    lines = shown(*({name: value} for name, value in members))

    pairs = {(value, json.loads(line)[name]) for line, (name, value) in zip(lines, members, strict=True)}
    assert len(pairs) == len({value for value, _ in pairs}) == len({placeholder for _, placeholder in pairs})


@given(st.lists(st.tuples(st.sampled_from(sorted(IDS)), st.text("ab-", min_size=1, max_size=3)), min_size=1))
def test_what_was_normalised_stays_as_it_is(members: list[tuple[str, str]]) -> None:
    """Shown again, lines of ids give themselves."""
    once = shown(*({name: value} for name, value in members))

    again = lines_of("".join(f"data: {line}\n\n" for line in once), Placeholders())

    assert again == once


@given(
    st.recursive(
        st.text() | st.integers() | st.none(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_content_stays_as_it_is(value: object) -> None:
    """What stands under other names is not touched, and can be read back."""
    line, *_ = shown({"content": value}, normalise=False)

    assert json.loads(line) == {"content": value}


def test_text_that_looks_like_an_id_is_text() -> None:
    """Neither the id itself as content, nor what lies in a user's own values."""
    found = shown(
        {"id": "call_1", "content": "call_1", "arguments": {"id": "call_1"}, "text": '"id":"call_1"'}
    )

    assert found == [
        r'{"id":"<id:1>","content":"call_1","arguments":{"id":"call_1"},"text":"\"id\":\"call_1\""}'
    ]


@pytest.mark.parametrize("name", sorted(TIMES))
def test_a_time_is_replaced_where_it_is_one(name: str) -> None:
    """Numbers and ISO times are; null and other text stay, as a change of type is worth seeing."""
    found = shown(*({name: value} for value in (17, "2026-11-21T10:00:00Z", None, "soon")))

    assert found == [
        f'{{"{name}":<{name}>}}',
        f'{{"{name}":"<{name}>"}}',
        f'{{"{name}":null}}',
        f'{{"{name}":"soon"}}',
    ]


def test_a_time_that_is_no_whole_second_says_so() -> None:
    """What SDKs make of a whole one, a float, is whole; a fraction is another unit or another clock."""
    assert shown({"created_at": 17.0}, {"created_at": 17.5}) == [
        '{"created_at":<created_at>}',
        '{"created_at":<created_at:fraction>}',
    ]


def test_options_keep_and_add_members() -> None:
    """By name wherever they stand, or by path."""
    value = {"id": "a", "created": 1, "x": {"created": 2, "cost": 0.5}, "y": [{"trace": "t"}, {"trace": "u"}]}

    assert shown(value, normalise=False) == [json.dumps(value, separators=(",", ":"))]
    assert shown(value, keep="created") == [
        '{"id":"<id:1>","created":1,"x":{"created":2,"cost":0.5},"y":[{"trace":"t"},{"trace":"u"}]}'
    ]
    assert shown(value, keep=["x.created"], extra=["$.x.cost", "y[*].trace"]) == [
        '{"id":"<id:1>","created":<created>,"x":{"created":2,"cost":<cost>},"y":[{"trace":"<trace:1>"},{"trace":"<trace:2>"}]}'
    ]
    assert shown(value, normalise=False, extra=["**.trace"])[0].endswith(
        '[{"trace":"<trace:1>"},{"trace":"<trace:2>"}]}'
    )


BODY = stream({"id": "a"}, {"id": "b"})
LINES = ['{"id":"<id:1>"}', '{"id":"<id:2>"}']


def exchange(how: How = How.COMPLETE, status: int = 200) -> Exchange:
    """A recorded stream."""
    response = Response(
        status, (("content-type", "text/event-stream"),), (Chunk(0, BODY[:9]), Chunk(5, BODY[9:]))
    )
    return Exchange(0, Request("POST", "http://localhost/v1/responses"), response, Ending(how))


SAME = {
    "bytes": BODY,
    "a bytearray": bytearray(BODY),
    "text": BODY.decode(),
    "chunks": [BODY[:9], BODY[9:]],
    "pieces of text": (BODY[:9].decode(), BODY[9:].decode()),
    "chunks of a cassette": [Chunk(0, BODY[:9]), Chunk(5, BODY[9:])],
    "an iterator": iter([BODY]),
    "events": list(harness.Decoder().feed(BODY)),
    "dicts": [{"id": "a"}, {"id": "b"}],
    "events of httpx-sse": [
        SimpleNamespace(event="message", data=json.dumps({"id": one}), id="", retry=None) for one in "ab"
    ],
    "objects of an SDK": [SimpleNamespace(model_dump=lambda one=one, **_: {"id": one}) for one in "ab"],
    "an exchange": exchange(),
    "an exchange whose client left": exchange(How.CLIENT_CLOSE),
    "a response": exchange().response,
    "a response of httpx": httpx.Response(200, content=BODY),
    "one of a stream": httpx.Response(200, stream=httpx.ByteStream(BODY)),
}


@pytest.mark.parametrize("value", SAME.values(), ids=SAME)
def test_a_stream_is_shown_alike_whatever_holds_it(value: object) -> None:
    """Bytes, chunks, events and responses of one stream have the same lines."""
    assert lines_of(value, Placeholders()) == LINES


def test_what_is_not_in_the_body_is_told_beside_it() -> None:
    """A status that is no success, an ending that is none, and which exchange it is."""
    cut = exchange(How.SERVER_CUT, 429)

    assert lines_of(cut, Placeholders()) == ["(status 429)", *LINES, "(ended: server_cut)"]
    assert (
        lines_of(harness.Cassette({}, [cut]), Placeholders())[0]
        == "(exchange 0: POST http://localhost/v1/responses)"
    )


def _broken() -> httpx.Response:
    response = httpx.Response(200, stream=httpx.ByteStream(BODY))
    list(response.iter_raw())
    return response


async def _events() -> Any:
    yield {}


@pytest.mark.parametrize(
    ("value", "options", "text"),
    [
        (3, {}, "builtins.int"),
        ([{}, object()], {}, "builtins.object"),
        ([{"x": object()}], {}, "cannot be said in JSON"),
        (_broken(), {}, "keep its chunks"),
        (_events(), {}, "async for"),
        (BODY, {"keep": ["creatd"]}, "did you mean 'created'?"),
        (BODY, {"extra": ["a..", "b"]}, "this is no path"),
        (BODY, {"extra": [3]}, "this is no path"),
    ],
)
def test_what_is_no_stream_is_told(value: object, options: dict[str, Any], text: str) -> None:
    """With what would have been one."""
    with pytest.raises(HarnessError) as caught:
        lines_of(value, Placeholders(**options))

    assert text in str(caught.value)
