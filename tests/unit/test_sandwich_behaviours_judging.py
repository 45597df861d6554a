"""What is made of times and of answers that lie side by side; and of a client that was never answered."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.checking.exchanges import judge
from harness.conforming.pages import pages
from harness.findings import Severity
from harness.results.result import CellStatus
from harness.rules.registry import rules
from harness.sandwich.behaviours import CROWD, TRIES, Turn, judged, requests_of, together, turn_of
from harness.sandwich.behaviours_comparing import crossed, repeated
from harness.sandwich.behaviours_ids import answer_id, shared
from harness.sandwich.behaviours_rules import CROSSED, FOLD, HELD, LEFT, REPEAT, SHARED
from harness.sandwich.behaviours_text import late, progress, reached, waits
from harness.sandwich.behaviours_watching import held_back, held_in_all, left
from harness.sandwich.session import Played, Route, Side
from harness.scenarios.mark import mark
from harness.scenarios.registry import scenario, scenarios
from harness.targets.model_scenarios import MEMORISED

ROUTE = Route(
    name="chat", base_url="http://127.0.0.1:1/v1", model="scenario", inbound="chat", upstream="chat"
)
ASKED = {"model": "scenario", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
REQUEST = Request(
    "POST",
    "http://127.0.0.1:1/v1/chat/completions",
    (("content-type", "application/json"),),
    json.dumps(ASKED).encode(),
)
SSE = (("content-type", "text/event-stream"),)


def piece(text: str | None, finish: str | None = None, own: str = "a") -> bytes:
    """One chunk of a Chat stream."""
    delta = {"content": text} if text is not None else {}
    choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
    value = {
        "id": f"chatcmpl-{own}",
        "object": "chat.completion.chunk",
        "created": 1_760_000_000,
        "model": "scenario",
        "choices": [choice],
    }
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def side(
    *chunks: tuple[int, bytes],
    how: How = How.COMPLETE,
    ended: int | None = None,
    left_ms: float | None = None,
    status: int = 200,
) -> Side:
    """One exchange; times in milliseconds, no response where there is no chunk."""
    parts = tuple(Chunk(at * 1_000, data) for at, data in chunks)
    until = (ended if ended is not None else chunks[-1][0] if chunks else 0) * 1_000
    response = Response(status, SSE, parts) if parts else None
    return Side(
        exchange=Exchange(0, REQUEST, response, Ending(how, until)), index=0, at_ms=0.0, left_ms=left_ms
    )


def played(name: str, mine: Side, *theirs: Side, own: str = "") -> Played:
    """A session of one exchange."""
    return Played(
        cell=f"tiny/chat/{name}/stream",
        scenario=scenario(name),
        route=ROUTE,
        mode="stream",
        client=(mine,),
        upstream=theirs,
        mark=own,
    )


def text(*at: int, size: int = 2) -> Side:
    """A stream with a piece of text at each of some times."""
    return side(*((one, piece("x" * size)) for one in at))


def said(*texts: str, own: str = "a") -> Side:
    """A whole stream."""
    events = [*(piece(one, own=own) for one in texts), piece(None, "stop", own), b"data: [DONE]\n\n"]
    return side(*((at, one) for at, one in enumerate(events)))


def test_text_is_counted_in_characters_whatever_the_events_are() -> None:
    """Two pieces in one read have come at one time; what has no text counts for nothing."""
    mine = side((5, piece("ab") + piece("c")), (9, piece(None, "stop")), (12, piece("de")))
    assert progress(mine) == [(5.0, 2), (5.0, 3), (12.0, 5)]
    assert reached(progress(mine), 4) == 12.0
    assert reached(progress(mine), 6) is None


@pytest.mark.parametrize(
    "body",
    [
        {"candidates": [{"content": {"parts": [{"text": "abc"}, {"text": "hidden", "thought": True}]}}]},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "abc"}},
        {"type": "response.output_text.delta", "delta": "abc"},
    ],
)
def test_text_is_found_in_every_dialect(body: object) -> None:
    """Thought is no visible text."""
    assert progress(side((1, b"data: " + json.dumps(body).encode() + b"\n\n"))) == [(1.0, 3)]


def test_an_answer_that_cannot_be_read_has_no_text() -> None:
    """A coding that is not what it says."""
    whole = text(1)
    assert whole.exchange.response is not None
    coded = replace(whole.exchange.response, headers=(*SSE, ("content-encoding", "gzip")))
    assert progress(replace(whole, exchange=replace(whole.exchange, response=coded))) == []
    assert progress(side()) == []


def test_a_piece_is_late_where_the_next_was_sent_before_it_came() -> None:
    """Not where it only came late."""
    sent = [(0.0, 1), (60.0, 2), (120.0, 3), (180.0, 4)]
    assert late(sent, [(59.0, 1), (119.0, 2), (179.0, 3), (500.0, 4)]) == (frozenset(), frozenset({0, 1, 2}))
    assert late(sent, [(61.0, 1), (121.0, 3), (190.0, 4)]) == (frozenset({0, 1}), frozenset({0, 1, 2}))
    assert waits(sent, [(61.0, 2), (200.0, 4)]) == [61.0, 1.0, 80.0, 20.0]


def test_pieces_that_were_sent_in_one_breath_tell_nothing() -> None:
    """The machine slept: all that was due went out at once, and nothing could be between."""
    sent = [(0.0, 1), (240.0, 2), (240.1, 3), (240.2, 4), (300.0, 5)]
    assert late(sent, [(1.0, 1), (241.0, 4), (301.0, 5)]) == (frozenset(), frozenset({0, 3}))


def test_a_third_of_the_pieces_may_be_late() -> None:
    """A gateway may look at the first few before it decides what to send."""
    theirs = text(0, 60, 120, 180, 240, 300, 360)
    two = held_back(played("behaviour-incremental", text(121, 122, 125, 190, 250, 310, 370), theirs))
    assert (two.findings, two.reason, two.gaps) == ((), None, 121.0)
    three = held_back(played("behaviour-incremental", text(181, 182, 183, 190, 250, 310, 370), theirs))
    assert [one.rule for _, one in three.findings] == [HELD]


def test_a_machine_that_is_too_busy_says_nothing() -> None:
    """Our own upstream sent most of its pieces in one breath."""
    theirs = text(0, 300, 300, 300, 300, 360)
    watched = held_back(played("behaviour-incremental", text(301, 302, 303, 304, 361, 362), theirs))
    assert watched.findings == ()
    assert watched.reason is not None
    assert "too busy" in watched.reason


def test_who_holds_pieces_back_holds_the_same_each_time() -> None:
    """Whoever is late with other ones each time was kept from working."""
    theirs = text(0, 60, 120, 180, 240, 300, 360)
    begin = played("behaviour-incremental", text(181, 182, 183, 190, 250, 310, 370), theirs)
    end = played("behaviour-incremental", text(1, 61, 121, 310, 311, 361, 370), theirs)
    assert held_back(begin).findings
    assert held_back(end).findings
    assert held_in_all([begin, end]).findings == ()
    assert [number for number, _ in held_in_all([begin, begin]).findings] == [1]
    assert judged(together([begin, begin])).status is CellStatus.WARNED


def test_who_asks_for_a_whole_answer_holds_no_piece_back() -> None:
    """That is what the cell says then: no text was lost."""
    watched = held_back(played("behaviour-incremental", text(0, 60), side((1, b'{"choices": []}'))))
    assert watched.findings == ()
    assert watched.reason == "upstream was not asked for a stream, so no piece could be held back"


def test_text_that_was_lost_is_left_to_other_rules() -> None:
    """When each piece came cannot be told then."""
    watched = held_back(played("behaviour-incremental", text(0, 60), text(0, 60, 120, 180)))
    assert watched.findings == ()
    assert watched.reason is not None


def test_a_client_that_could_not_leave_says_nothing() -> None:
    """The answer was over before, on either side."""
    over = text(0, 1)
    assert left(played("behaviour-leaving", over, over)).reason is not None
    gone = side((0, piece("a")), how=How.CLIENT_CLOSE, ended=50)
    assert left(played("behaviour-leaving", gone, over)).reason is not None


@pytest.mark.parametrize(
    ("theirs", "after", "count"),
    [
        (side((0, piece("a")), how=How.CLIENT_CLOSE, ended=80, left_ms=80.0), 30.0, 0),
        (side((0, piece("a")), how=How.CLIENT_CLOSE, ended=49, left_ms=49.0), 0.0, 0),
        (
            side((0, piece("a")), (900, piece("b")), how=How.CLIENT_CLOSE, ended=2_900, left_ms=2_900.0),
            2_850.0,
            1,
        ),
        (side((0, piece("a")), (900, piece("b"))), None, 1),
        (side((0, piece("a")), how=How.CANCELLED, ended=9_000), None, 1),
        (
            replace(side((0, piece("a")), how=How.CLIENT_CLOSE, ended=1, left_ms=5_040.0), at_ms=5_000.0),
            40.0,
            0,
        ),
    ],
    ids=["soon", "at once", "late", "read to its end", "still reading", "asked later"],
)
def test_how_an_upstream_is_left_is_judged(theirs: Side, after: float | None, count: int) -> None:
    """Soon is fine, late and never are not."""
    mine = side((0, piece("a")), how=How.CLIENT_CLOSE, ended=50)
    watched = left(played("behaviour-leaving", mine, theirs))
    assert watched.left == after
    assert len(watched.findings) == count


def test_answers_may_differ_in_ids_and_in_how_text_is_cut() -> None:
    """And in nothing else."""
    one = played("behaviour-repeat", said("Hello", " again", own="a"), said("x"))
    assert repeated(one, played("behaviour-repeat", said("Hello", " again", own="b"), said("x"))) == ()
    assert repeated(one, played("behaviour-repeat", said("Hello again"), said("x"))) == ()
    assert repeated(one, played("behaviour-repeat", said("Hel", "lo ag", "ain"), said("x"))) == ()
    assert len(repeated(one, played("behaviour-repeat", said("Hello", " agai"), said("x")))) == 1


def test_a_mark_that_is_cut_across_deltas_is_found() -> None:
    """A gateway that cuts text anew hides nothing."""
    own, other = mark("own"), mark("other")
    alone = played("behaviour-crosstalk", said("is ", own, own=own), said("x"), own=own)
    mixed = played("behaviour-crosstalk", said("is ", other[:7], other[7:], own=own), said("x"), own=own)
    ((number, told),) = crossed(alone, [mixed])
    assert (number, told.rule, told.subject) == (1, CROSSED, "another session in the answer")
    assert told.found == other


def test_sessions_that_are_refused_in_a_crowd_are_told_once() -> None:
    """With their number, and milder than a mixture."""
    alone = played("behaviour-crosstalk", said("fine"), said("x"))
    refused = played("behaviour-crosstalk", side((0, b"{}"), status=503))
    ((number, told),) = crossed(alone, [alone, refused, refused])
    assert (number, told.times, told.severity, told.subject) == (2, 2, "warning", "refused in a crowd")


def test_sessions_of_a_cell_lie_on_the_clock_of_the_first() -> None:
    """So that a report can draw them on one line."""
    one = replace(played("behaviour-repeat", said("a"), said("x")), begun=10.0)
    both = together([one, replace(one, begun=10.5)])
    assert [round(side.at_ms) for side in both.client] == [0, 500]
    assert len(both.upstream) == len(both.sessions) == 2


def test_every_behaviour_says_how_many_requests_it_takes_and_when() -> None:
    """A run that may send only so many has to know before."""
    taken = {one.behaviour: requests_of(one) for one in scenarios() if one.behaviour}
    assert taken == {
        "incremental": TRIES,
        "first_event": TRIES,
        "leaving": 1,
        "crosstalk": 1 + TRIES * CROWD,
        "repeat": 2,
        "whole_is_fold": 2,
    }
    turns = [turn_of(scenario(f"behaviour-{one}")) for one in ("incremental", "crosstalk")]
    assert [*turns, turn_of(scenario("text-plain"))] == [Turn.CALM, Turn.CROWD, Turn.ANY]


def test_a_second_turn_is_a_request_too() -> None:
    """Of a model server no answers are declared: what the client says next tells."""
    taken = {one.name: requests_of(one) for one in MEMORISED}
    assert {name for name, times in taken.items() if times != 1} == {"model-loop"}
    assert (taken["model-loop"], requests_of(scenario("tool-loop"))) == (2, 2)


def test_rules_that_only_a_run_can_judge_are_rules_as_all_are() -> None:
    """They have pages that say how to mend, and a check of one exchange says that it cannot judge them."""
    known = {one for one, rule in rules().items() if "run" in rule.needs}
    assert known == {FOLD, REPEAT, LEFT, CROSSED, SHARED}
    assert HELD in rules()
    shown = pages(known)
    assert all(shown[one].title != one and shown[one].about and shown[one].remedy for one in known)
    verdict = judge(said("all").exchange, upstream=said("all").exchange)
    assert {one.rule for one in verdict.outcomes if one.missing == "run"} == known


def session(own: str, answer_id: str, *, mine: Side | None = None) -> Played:
    """One of a crowd, whose answer has some id."""
    word = mark(own)
    return played("behaviour-crosstalk", mine or said("ab", own=answer_id), said("ab", own=word), own=word)


def test_answers_of_a_crowd_that_all_have_one_id_are_told_of_once() -> None:
    """At the second one that has it."""
    ((number, finding),) = shared([session(str(one), "same") for one in range(6)])
    assert (number, finding.rule, finding.severity) == (1, SHARED, Severity.WARNING)
    assert finding.message == "6 of 6 answers to different requests have the same id."


def test_ids_that_meet_by_chance_and_ids_that_are_missing_are_not_told_of() -> None:
    """Two in six are chance; an answer that never came has no id."""
    some = [session(str(one), str(one // 2)) for one in range(6)]
    none = [session(str(one), "same", mine=side(how=How.SERVER_CUT)) for one in range(6)]
    refused = [session(str(one), "same", mine=side((0, b"{}"), status=429)) for one in range(6)]
    assert shared(some) == shared(none) == shared(refused) == shared([session("1", "same")]) == ()


def test_the_id_of_a_response_stands_in_its_events_or_is_the_answers_own() -> None:
    """Streamed, and whole."""
    event = b'event: response.created\ndata: {"type":"response.created","response":{"id":"resp_1"}}\n\n'
    assert answer_id("responses", side((0, event)).exchange) == "resp_1"
    assert answer_id("responses", side((0, b'{"id":"resp_2","object":"response"}')).exchange) == "resp_2"
    assert answer_id("chat", said("ab", own="x").exchange) == "chatcmpl-x"
    assert answer_id("chat", side((0, b"no answer")).exchange) is None


def test_a_client_that_left_before_anything_was_asked_says_nothing() -> None:
    """A target that is slow to begin did nothing wrong, and nothing right."""
    gone = side(how=How.CLIENT_CLOSE, ended=4_000)
    assert judged(played("behaviour-leaving", gone)).status is CellStatus.NOT_EXERCISED
    stays = judged(played("behaviour-leaving", gone, said("all")))
    assert stays.status is not CellStatus.HARNESS_FAULT


HUNG = side(how=How.TIMEOUT, ended=4_000)


@pytest.mark.parametrize(
    ("theirs", "status"),
    [
        ((side((0, b"data: x\n\n"), how=How.CANCELLED),), CellStatus.PASSED),
        ((side((0, b"data: x\n\n"), how=How.CLIENT_CLOSE, left_ms=3_990.0),), CellStatus.PASSED),
        ((side((0, b"data: x\n\n"), how=How.CLIENT_CLOSE, left_ms=2_000.0),), CellStatus.FAILED),
        ((said("all"),), CellStatus.FAILED),
        ((), CellStatus.HARNESS_FAULT),
    ],
    ids=[
        "upstream was silent",
        "it was left with the client",
        "it was left before",
        "it had ended",
        "none was asked",
    ],
)
def test_a_target_hangs_only_where_its_upstream_does_not(
    theirs: tuple[Side, ...], status: CellStatus
) -> None:
    """A client that gave up first may have been waiting for a silent upstream, which is no fault."""
    found = judged(played("transport-silence", HUNG, *theirs))
    assert found.status is status
    assert (found.reason is not None and found.reason.startswith("it hung")) == (status is CellStatus.FAILED)


def test_a_target_that_hangs_up_on_its_client_failed_and_one_that_is_gone_says_nothing() -> None:
    """It is told apart by whether it asked its upstream."""
    cut = side(how=How.SERVER_CUT)
    assert judged(played("transport-hangup", cut, side(how=How.SERVER_CUT))).status is CellStatus.FAILED
    assert judged(played("transport-hangup", cut)).status is CellStatus.HARNESS_FAULT
