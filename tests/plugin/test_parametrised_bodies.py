"""`rechunked` and `faulted`: every cut and every fault of a body, without HTTP."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import pytest_plugin
from harness.cassettes.exchange import How
from harness.errors import HarnessError, UnknownName, UsageError
from harness.faults.registry import faults
from harness.testing import faulted, rechunked
from harness.testing.parametrised import groups

STREAM = 'data: {"text":"gr\u00fc\u00dfe"}\r\n\r\ndata: {"text":"!"}\r\n\r\ndata: [DONE]\r\n\r\n'.encode()


def test_a_body_is_cut_in_every_way_that_it_has_places_for() -> None:
    """Without names: the ways are told, and joined the pieces are always the body."""
    found = {one.cut: list(one) for one in rechunked(STREAM)}

    assert list(found) == [
        "byte",
        "event",
        "crlf",
        "character",
        "data",
        "whole",
        "random@1",
        "random@2",
    ]
    assert {b"".join(one) for one in found.values()} == {STREAM}
    assert found["whole"] == [STREAM]
    assert len(found["byte"]) == len(STREAM)
    assert len({tuple(one) for one in found.values()}) == len(found)


def test_a_body_without_such_places_is_not_cut_there() -> None:
    """There is no CRLF, no character of several bytes and no `data:` in it."""
    assert [one.cut for one in rechunked(b"{}")] == ["byte", "whole", "random@1", "random@2"]


@given(st.binary(max_size=200))
def test_cuts_keep_every_byte(body: bytes) -> None:
    """Whatever the body is; no piece is empty."""
    for chunks in rechunked(body):
        assert b"".join(chunks) == body
        assert all(chunks)


def test_named_cuts_come_in_their_order() -> None:
    """With the words of a pace, too."""
    found = [(one.cut, len(one)) for one in rechunked(b"abcdef", "cuts:1,2", "bytes:4", "recorded")]

    assert found == [("cuts:1,2", 3), ("bytes:4", 2), ("recorded", 1)]


def test_a_body_goes_wrong_in_every_way_that_applies() -> None:
    """Each says how, and with what status and ending; none lets a client wait."""
    found = {one.fault: one for one in faulted(STREAM)}

    assert found["status"].status == 500
    assert found["reset"].ending is How.RESET
    assert found["truncate"].body != STREAM
    assert found["split_character"].body == STREAM
    assert not {"stall", "silence", "slow", "call_id_changes", "crlf"} & found.keys() - {"crlf"}
    assert list(faulted(STREAM)) == list(found.values())


def test_named_faults_come_in_their_order() -> None:
    """With settings, and groups among them."""
    found = [one.fault for one in faulted(STREAM, "cut:event=1", "transport", "truncate@7")]

    assert found[0] == "cut:event=1"
    assert found[-1] == "truncate@7"
    assert "reset" in found
    (cut,) = faulted(STREAM, "cut:event=1")
    assert cut.body == STREAM[: STREAM.index(b"\r\n\r\n") + 4]


def test_a_whole_answer_goes_wrong_as_such() -> None:
    """A JSON body is no stream: it has other faults."""
    answer = b'{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":'
    answer += b'{"role":"assistant","content":"hi"},"finish_reason":"stop"}]}'

    found = {one.fault: one for one in faulted(answer)}

    assert "sync_message" in found
    assert "omit_done" not in found
    assert ("content-type", "application/json") in found["sync_message"].headers


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: rechunked(STREAM, "bite"), UnknownName, "did you mean 'byte'?"),
        (lambda: faulted(STREAM, "trunkate"), UnknownName, "did you mean 'truncate'?"),
        (lambda: faulted(STREAM, "trnsport"), UnknownName, "did you mean 'transport', a group of faults?"),
        (lambda: faulted(STREAM, "nothing-near"), UnknownName, "a group (benign, chat, http, "),
        (lambda: faulted(STREAM, "call_id_changes"), UsageError, "cannot be made in this body"),
        (lambda: rechunked("text"), UsageError, "text.encode()"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_meant_is_told_at_once(call: object, error: type[HarnessError], text: str) -> None:
    """And not when the first piece is asked for."""
    assert callable(call)
    with pytest.raises(error) as caught:
        call()

    assert text in str(caught.value)


def test_the_mark_names_every_group() -> None:
    """The text that pytest shows is written by hand, as the plugin loads no fault before a test wants one."""
    assert f"({', '.join(groups())})" in pytest_plugin._FAULTS
    waiting = [name for name, fault in faults().items() if "times" in fault.needs]
    assert f"({', '.join(waiting)})" in pytest_plugin._FAULTS
