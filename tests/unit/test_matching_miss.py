from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.cassettes.exchange import Ending, Exchange, How, Request
from harness.cassettes.matching import Deck, MatchPolicy
from harness.errors import MissError

URL_RESPONSES = "https://api.openai.com/v1/responses"
URL = "https://api.openai.com/v1/chat/completions"


def _request(body: object, url: str = URL, method: str = "POST", content_type: str = "") -> Request:
    headers = (("content-type", content_type),) if content_type else ()
    return Request(method, url, headers, body if isinstance(body, bytes) else json.dumps(body).encode())


def _chat(text: str, **more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": text}], **more}


def _error(
    live: Request,
    *recorded: Request,
    policy: MatchPolicy | None = None,
    sources: tuple[str, ...] = ("a.jsonl",),
) -> MissError:
    exchanges = [
        Exchange(index, request, None, Ending(How.COMPLETE)) for index, request in enumerate(recorded)
    ]
    deck = Deck(exchanges, policy=policy or MatchPolicy(), sources=sources if recorded else ())
    with pytest.raises(MissError) as caught:
        deck.session().find(live)
    return caught.value


def test_a_miss_is_one_text_that_says_it_all() -> None:
    """Method, path, cassette, the nearest recording, the pointer, both values, and what to do."""
    error = _error(_request(_chat("Hello")), _request(_chat("Hi")), _request(_chat("Hello", seed=1)))

    assert str(error).splitlines() == [
        "no-matching-recording: no recording answers POST /v1/chat/completions",
        "  where     a.jsonl",
        "  expected  1 at /seed in recording 1 of a.jsonl, the nearest",
        "  found     (missing)",
        (
            "  hint      if that changes from run to run, match with normalisers=['seed'] (--normalise seed); "
            "otherwise record it too: mode='new_episodes' (harness record --append)"
        ),
    ]


@pytest.mark.parametrize(
    ("live", "recorded", "expected", "found", "hint"),
    [
        (
            _request(_chat("a"), "http://h/chat/completions"),
            _request(_chat("a")),
            "/v1/chat/completions",
            "/chat/completions",
            "check the client's base URL",
        ),
        (_request(_chat("a"), method="PUT"), _request(_chat("a")), "POST", "PUT", "record it"),
        (
            _request(_chat("a"), URL + "?beta=1"),
            _request(_chat("a")),
            "query parameter beta: (missing)",
            "query parameter beta: 1",
            "record it",
        ),
        (_request(b"abc-d"), _request(b"abc-e"), "byte 4: 'abc-e'", "byte 4: 'abc-d'", "record it"),
        (_request(b"abc"), _request(b"abcd"), "byte 3: 'abcd'", "byte 3: the end", "record it"),
        (_request(b""), _request({"a": 1}), "a JSON body of 7 bytes", "no body", "record it"),
        (_request(b"x"), _request({"a": 1}), "a JSON body of 7 bytes", "a body of 1 bytes", "record it"),
        (_request([]), _request({"a": 1}), '{"a":1} at the top', "[]", "record it"),
        (
            _request({"a/b": {"c": 1}}),
            _request({"a/b": {"c": 2}}),
            "2 at /a~1b/c",
            "1",
            "ignore=['/a~1b/c']",
        ),
        (_request({"a": 1, "b": 2}), _request({"a": 1}), "(missing) at /b", "2", "ignore=['/b']"),
        (
            _request(_chat("Say hello")),
            _request(_chat("Greet")),
            '"Greet" at /messages/0/content',
            '"Say hello"',
            (
                "record it anew, with mode='rewrite'; or record it too: mode='new_episodes' (harness record --append); "
                "where its words do not matter, match with ignore=['/messages/0/content']"
            ),
        ),
        (
            _request(_chat("at 2026-11-21")),
            _request(_chat("at 2026-11-20")),
            '"at 2026-11-20" at /messages/0/content',
            '"at 2026-11-21"',
            "normalisers=['dates']",
        ),
        (
            _request(b"a=1&b=2", content_type="application/x-www-form-urlencoded"),
            _request(b"a=1&b=3", content_type="application/x-www-form-urlencoded"),
            "form field b: 3",
            "form field b: 2",
            "record it",
        ),
        (
            _request(b"--x\r\n1\r\n--x--", content_type="multipart/form-data; boundary=x"),
            _request(b"--yy\r\n2\r\n--yy--", content_type="multipart/form-data; boundary=yy"),
            "part 1 of the body, byte 2: '\\r\\n2\\r\\n'",
            "part 1 of the body, byte 2: '\\r\\n1\\r\\n'",
            "record it",
        ),
        (
            _request(b"--x\r\n1\r\n--x--", content_type="multipart/form-data; boundary=x"),
            _request(b"--y\r\n1\r\n--y\r\n1\r\n--y--", content_type="multipart/form-data; boundary=y"),
            "part 2 of the body, byte 0: '\\r\\n1\\r\\n'",
            "part 2 of the body, byte 0: '--'",
            "record it",
        ),
    ],
)
def test_the_first_difference_is_shown_with_both_values(
    live: Request, recorded: Request, expected: str, found: str, hint: str
) -> None:
    """Whatever part of the request differs, the miss says which, what was recorded, and what came."""
    error = _error(live, recorded)

    assert error.expected == f"{expected} in recording 0 of a.jsonl, the nearest"
    assert error.found == found
    assert error.hint is not None
    assert hint in error.hint


@pytest.mark.parametrize(
    ("policy", "live", "expected", "found"),
    [
        (MatchPolicy(host=True), _request({}, "https://h/v1/chat/completions"), "api.openai.com", "h"),
        (MatchPolicy(scheme=True), _request({}, "http://h/v1/chat/completions"), "https", "http"),
        (MatchPolicy(port=True), _request({}, "https://h:1/v1/chat/completions"), "443", "1"),
        (
            MatchPolicy(headers=["content-type"]),
            _request({}, content_type="text/plain"),
            "header content-type: (missing)",
            "header content-type: text/plain",
        ),
    ],
)
def test_what_the_policy_adds_is_named(policy: MatchPolicy, live: Request, expected: str, found: str) -> None:
    """A miss for the host's sake says that the policy compares it."""
    error = _error(live, _request({}), policy=policy)

    assert error.expected == f"{expected} in recording 0 of a.jsonl, the nearest"
    assert error.found == found
    assert error.hint is not None
    assert "the policy compares" in error.hint


def test_an_empty_deck_says_that_nothing_was_recorded() -> None:
    """There is nothing near, so the hint is to record."""
    error = _error(_request(_chat("a")))

    assert error.expected == "a cassette with at least one recording"
    assert error.found == "none"
    assert error.where is None
    assert error.hint is not None
    assert "mode='once'" in error.hint


def test_long_values_are_cut_around_the_difference() -> None:
    """Two long prompts that differ in the middle are shown there, not at their equal beginnings."""
    error = _error(
        _request(_chat("x" * 500 + "LIVE" + "y" * 500)), _request(_chat("x" * 500 + "TAPE" + "y" * 500))
    )

    assert error.expected is not None
    assert error.found is not None
    assert "TAPE" in error.expected
    assert "LIVE" in error.found
    assert len(error.found) == 80
    assert error.found.startswith("…xxx")
    assert error.found.endswith("yyy…")


def test_a_difference_behind_new_ids_is_found() -> None:
    """Ids that may differ do not hide what may not."""

    def body(name: str, text: str) -> dict[str, Any]:
        return {"messages": [{"tool_calls": [{"id": name}]}, {"tool_call_id": name, "content": text}]}

    error = _error(_request(body("live_0001", "rain")), _request(body("call_0001", "sun")))

    assert error.expected == '"sun" at /messages/1/content in recording 0 of a.jsonl, the nearest'
    assert error.found == '"rain"'


def test_the_nearest_shares_path_and_method_and_then_most_leaves() -> None:
    """A similar body elsewhere is not nearer than another body in the same place."""
    recorded = [
        _request(_chat("a", seed=1, top_p=1), "http://h/v1/responses"),
        _request(_chat("a", seed=1, top_p=1), method="PUT"),
        _request(_chat("b", seed=2, top_p=2)),
        _request(_chat("b", seed=1, top_p=2)),
    ]
    error = _error(_request(_chat("a", seed=1, top_p=1)), *recorded)

    assert error.expected is not None
    assert "recording 3 of a.jsonl" in error.expected


def test_of_equally_near_recordings_one_that_is_still_to_be_played_is_named() -> None:
    """The client is more likely to have meant that one."""
    deck = Deck([Exchange(i, _request({"a": i}), None, Ending(How.COMPLETE)) for i in range(3)])
    player = deck.session()
    player.find(_request({"a": 0}))
    miss = player.miss(_request({"a": 9}))

    assert miss is not None
    assert (miss.reason, miss.nearest, miss.pointer) == ("body", 1, "/a")


def test_a_large_deck_is_searched_for_the_nearest() -> None:
    """Among thousands of recordings the one with the most in common is found."""
    recorded = [_request(_chat(f"question {index}", user=str(index))) for index in range(2000)]
    error = _error(_request(_chat("question 1234", user="x")), *recorded)

    assert error.expected == '"1234" at /user in recording 1234 of a.jsonl, the nearest'


def test_sources_are_named_but_not_by_the_hundred() -> None:
    """`where` lists the first three cassettes."""
    recorded = [_request({"a": index}) for index in range(5)]
    error = _error(_request({"a": 9}), *recorded, sources=tuple(f"{index}.jsonl" for index in range(5)))

    assert error.where == "0.jsonl, 1.jsonl, 2.jsonl and 2 more"


def test_a_session_with_a_name_is_named() -> None:
    """With many clients the reader has to know whose request it was."""
    deck = Deck([Exchange(0, _request({"a": 1}), None, Ending(How.COMPLETE))])

    with pytest.raises(MissError, match=r"no recording answers POST /v1/chat/completions \(session 'blue'\)"):
        deck.session("blue").find(_request({"a": 2}))


def test_a_played_out_request_lists_its_recordings() -> None:
    """The reader sees which recordings there are."""
    deck = Deck(
        [Exchange(i, _request({"a": 1}), None, Ending(How.COMPLETE)) for i in range(2)], sources=["a.jsonl"]
    )
    player = deck.session()
    player.find(_request({"a": 1}))
    player.find(_request({"a": 1}))
    miss = player.miss(_request({"a": 1}))

    assert miss is not None
    assert (miss.reason, miss.recordings) == ("played", 2)
    assert miss.error().expected == "2 requests like this (recording 0 of a.jsonl, recording 1 of a.jsonl)"
    assert miss.error().found == "one more"


def test_miss_is_none_for_what_would_be_answered_and_plays_nothing() -> None:
    """Asking why changes nothing."""
    deck = Deck([Exchange(0, _request({"a": 1}), None, Ending(How.COMPLETE))])
    player = deck.session()

    assert player.miss(_request({"a": 1})) is None
    assert deck.played(0) == 0
    assert player.find(_request({"a": 1})).index == 0


@pytest.mark.parametrize("depth", [100, 300, 450, 700, 900, 1000, 50_000])
def test_a_body_nested_too_deeply_for_a_comparison_is_still_explained(depth: int) -> None:
    """Bodies that exhaust the stack are compared as bytes, wherever it is exhausted."""
    recorded = b'{"input":' + b"[" * depth + b'{"id":"a","n":1}' + b"]" * depth + b"}"
    error = _error(_request(recorded.replace(b"1", b"2").replace(b'"a"', b'"b"')), _request(recorded))

    assert error.message == "no recording answers POST /v1/chat/completions"
    assert error.expected is not None
    assert "recording 0" in error.expected


def test_an_id_that_is_compared_as_a_value_is_shown_as_one() -> None:
    """With `ids=False` an id is a difference like any other."""
    error = _error(
        _request({"input": [{"call_id": "x"}]}),
        _request({"input": [{"call_id": "a"}]}),
        policy=MatchPolicy(ids=False),
    )

    assert error.expected == '"a" at /input/0/call_id in recording 0 of a.jsonl, the nearest'
    assert error.found == '"x"'


def test_the_miss_in_the_documentation_is_a_real_one() -> None:
    """docs/matching.md shows, word for word, what its example gives."""
    page = (Path(__file__).parents[2] / "docs" / "matching.md").read_text(encoding="utf-8")
    instructions = "You are the travel desk of a small agency. Today is {}. Answer in one sentence."
    recorded = [
        _request(
            {"model": "gpt-5", "instructions": instructions.format("2026-11-20"), "input": text},
            URL_RESPONSES,
        )
        for text in ("Which trains go to Bergen?", "Is it going to rain?")
    ]
    live = {
        "model": "gpt-5",
        "input": "Is it going to rain?",
        "instructions": instructions.format("2026-11-21"),
    }
    error = _error(_request(live, URL_RESPONSES), *recorded, sources=("weather.cassette.jsonl",))

    assert str(error) in page
