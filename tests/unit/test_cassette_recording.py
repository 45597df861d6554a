"""Recording: rows are written at once and redacted, and nothing that goes wrong reaches the client."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from harness.cassettes.exchange import Chunk, Ending, How, Request, Response
from harness.cassettes.recording import Recording
from harness.cassettes.redaction.detector import Detector
from harness.cassettes.redaction.redactor import Redactor
from harness.errors import FileAccessError, SecretFound
from tests import taped
from tests.recording_in_memory import REQUEST, Tape

KEY = "sk-proj-" + "Ab1Cd2Ef3Gh4" * 3
DONE = Ending(How.COMPLETE, 30)


def test_each_event_is_one_write() -> None:
    """So that a process that is killed loses no row, and a row is never torn by another."""
    tape = Tape(taped.Holding([5, 5]))
    take = tape.recording.begin(REQUEST, 1)
    take.respond(Response(200, taped.SSE), 2)
    take.chunk(taped.EVENT, 3)
    take.chunk(taped.EVENT, 4)
    take.end(DONE)

    kinds = [[json.loads(line)["k"] for line in write.splitlines()] for write in tape.writes]
    assert kinds == [["head"], ["req"], ["res"], ["c"], ["c", "c"], ["c"], ["end"]]


def test_a_chunk_that_is_held_back_whole_is_written_when_it_is_released() -> None:
    """With the time that it came, not that of its release."""
    tape = Tape(taped.Holding([100, 100]))
    take = tape.recording.begin(REQUEST, 1)
    take.respond(Response(200, taped.SSE), 2)
    take.chunk(b"a", 3)
    take.chunk(b"", 4)
    take.chunk(b"bc", 5)
    take.end(DONE)

    assert [(row["at"], row["s"]) for row in tape.rows if row["k"] == "c"] == [(3, "a"), (4, ""), (5, "bc")]


def test_only_the_first_end_counts_and_nothing_comes_after_it() -> None:
    """A transport may notice the end in several places."""
    tape = Tape()
    take = tape.recording.begin(REQUEST, 1)
    take.chunk(b"before the head", 1)
    take.respond(Response(200, taped.SSE), 2)
    take.end(DONE)
    size = len(tape.data)
    take.end(Ending(How.RESET))
    take.chunk(b"late", 9)
    take.respond(Response(500), 9)

    assert len(tape.data) == size
    assert [row["k"] for row in tape.rows] == ["req", "res", "end"]


def test_a_clock_that_went_back_gives_no_negative_time() -> None:
    """Time is clamped to 0."""
    tape = Tape()
    take = tape.recording.begin(REQUEST, -1)
    take.respond(Response(200, taped.SSE), -2)
    take.chunk(b"x", -3)
    take.end(Ending(How.COMPLETE, -4))

    assert [row.get("t", row.get("at")) for row in tape.rows] == [0, 0, 0, 0]


def test_a_request_that_still_holds_a_key_is_left_out_whole() -> None:
    """It takes no index, its later events do nothing, and the error is kept."""
    tape = Tape(detector=taped.Watching(b"hush"))
    take = tape.recording.begin(Request("POST", "http://x/", (), b'{"a":"hush"}'), 1)
    other = tape.recording.begin(REQUEST, 2)
    take.respond(Response(200, taped.SSE), 3)
    take.chunk(b"x", 4)
    take.end(DONE)
    other.end(DONE)

    assert (take.refused, take.index, other.index) == (True, -1, 0)
    assert [row["k"] for row in tape.rows] == ["req", "end"]
    [error] = tape.recording.refusals
    assert isinstance(error, SecretFound)
    assert "hush" not in str(error)
    assert error.where == "request"


def test_a_binary_request_body_is_looked_at_too() -> None:
    """It would be base64 in the row, where the word cannot be seen."""
    tape = Tape(detector=taped.Watching(b"hush"))
    take = tape.recording.begin(Request("POST", "http://x/", (), b"\xff\xfehush"), 1)

    assert take.refused
    assert tape.rows == []


@pytest.mark.parametrize("pieces", [[b"a hush b"], [b"ok", b"a hu", b"sh b"], [b"ok", b"\xffhush"]])
def test_a_stream_in_which_a_key_is_seen_ends_in_the_file_and_nowhere_else(pieces: list[bytes]) -> None:
    """The client gets its stream; the file gets an ending that says why it is not whole."""
    tape = Tape(detector=taped.Watching(b"hush"))
    take = tape.recording.begin(REQUEST, 1)
    take.respond(Response(200, taped.SSE), 2)
    for at, piece in enumerate(pieces):
        take.chunk(piece, at)
    take.chunk(b"more", 9)
    take.end(DONE)
    [exchange] = tape.sealed().exchanges

    assert b"hush" not in tape.data
    assert (exchange.ending.how, exchange.ending.exception) == (How.RECORDER_CRASH, "SecretFound")
    assert exchange.response is not None
    assert [chunk.data for chunk in exchange.response.chunks] == pieces[:-1]
    assert [type(error) for error in tape.recording.refusals] == [SecretFound]


def test_a_find_that_only_the_cut_of_the_window_makes_is_none() -> None:
    """What was looked at before is looked at again from its middle, where a word may seem to begin."""
    tape = Tape(detector=taped.Watching(b"hush"))
    take = tape.recording.begin(REQUEST, 1)
    take.respond(Response(200, taped.SSE), 2)
    take._seen = b"hush" + b"." * 252
    take.chunk(b"more", 3)

    assert tape.recording.refusals == []


def test_secrets_in_heads_and_endings_end_the_exchange() -> None:
    """Neither the head nor the message is written."""
    tape = Tape(detector=taped.Watching(b"hush"))
    head = tape.recording.begin(REQUEST, 1)
    head.respond(Response(200, (("x-key", "hush"),)), 2)
    end = tape.recording.begin(REQUEST, 1)
    end.end(Ending(How.RESET, 5, "ReadError", "hush happened"))

    assert b"hush" not in tape.data
    assert [item.ending.exception for item in tape.sealed().exchanges] == ["SecretFound", "SecretFound"]
    assert len(tape.recording.refusals) == 2


def test_a_disk_that_is_full_ends_the_recording_and_not_the_stream() -> None:
    """The first error is kept; nothing is written behind a row that may be torn."""
    calls: list[bytes] = []

    def sink(rows: bytes) -> None:
        calls.append(rows)
        if len(calls) == 3:
            raise FileAccessError("disk full")

    recording = Recording(taped.HEAD, redactor=taped.Holding(), detector=taped.Blind(), sink=sink)
    take = recording.begin(REQUEST, 1)
    take.respond(Response(200, taped.SSE), 2)
    take.chunk(b"x", 3)
    take.end(DONE)

    assert len(calls) == 3
    assert [type(error) for error in recording.refusals] == [FileAccessError]


def test_the_real_redactor_and_detector_let_no_key_through() -> None:
    """Header, query, body, and a stream cut inside the key: same lengths, each place listed."""
    tape = Tape(Redactor(values={"MY_KEY": KEY}), Detector(values={"MY_KEY": KEY}))
    request = Request("POST", f"http://x/?key={KEY}", (("authorization", f"Bearer {KEY}"),), KEY.encode())
    take = tape.recording.begin(request, 1)
    take.respond(Response(200, (*taped.SSE, ("set-cookie", f"a={KEY}"))), 2)
    body = f'data: {{"text":"{KEY}"}}\n\n'.encode()
    for at, piece in enumerate([body[:20], body[20:40], body[40:]]):
        take.chunk(piece, at)
    take.end(Ending(How.RESET, 9, "ReadError", f"{KEY} failed"))
    [exchange] = tape.sealed().exchanges

    assert KEY[:16].encode() not in tape.data
    assert tape.recording.refusals == []
    assert exchange.response is not None
    assert [len(chunk.data) for chunk in exchange.response.chunks] == [20, 20, len(body) - 40]
    assert {item.where for item in exchange.redactions} == {
        "request.url",
        "request.headers.authorization",
        "request.body",
        "response.headers.set-cookie",
        "response.body",
        "ending.message",
    }


def test_a_compressed_body_with_a_key_is_refused_and_decoded_on_demand() -> None:
    """Its wire bytes cannot be changed; decoded, the head and the row say so."""
    secret = f'{{"text":"{KEY}"}}'.encode()
    packed = gzip.compress(secret)
    head = Response(200, (("content-type", "application/json"), ("content-encoding", "gzip")))
    tapes = [Tape(Redactor(values={"K": KEY}, decode=decode), Detector()) for decode in (False, True)]
    for tape in tapes:
        take = tape.recording.begin(REQUEST, 1)
        take.respond(head, 2)
        take.chunk(packed[:30], 3)
        take.chunk(packed[30:], 4)
        take.end(DONE)
    [refused], [decoded] = (tape.sealed().exchanges for tape in tapes)

    assert refused.ending.exception == "SecretFound"
    assert decoded.ending == DONE
    assert decoded.response is not None
    assert decoded.extra["res"] == {"decoded": "gzip"}
    assert [tape.sealed().head.get("decoded") for tape in tapes] == [None, True]
    assert decoded.response.headers == (("content-type", "application/json"),)
    assert len(decoded.response.body()) == len(secret)
    assert KEY.encode() not in decoded.response.body()


def test_a_compressed_body_without_a_key_is_kept_as_it_came() -> None:
    """Byte for byte and read for read."""
    packed = gzip.compress(taped.EVENT * 50)
    tape = Tape(Redactor(), Detector())
    take = tape.recording.begin(REQUEST, 1)
    take.respond(Response(200, (*taped.SSE, ("content-encoding", "gzip"))), 2)
    take.chunk(packed[:11], 3)
    take.chunk(packed[11:], 4)
    take.end(DONE)
    [exchange] = tape.sealed().exchanges

    assert exchange.response is not None
    assert list(exchange.response.chunks) == [Chunk(3, packed[:11]), Chunk(4, packed[11:])]


def test_what_could_not_be_looked_into_is_noted() -> None:
    """A body in an unknown coding is kept, and its ending says that nobody looked inside."""
    tape = Tape(Redactor(), Detector())
    take = tape.recording.begin(REQUEST, 1)
    take.respond(Response(200, (("content-encoding", "rot13"),)), 2)
    take.chunk(b"frperg", 3)
    take.end(DONE)
    [exchange] = tape.sealed().exchanges

    assert "rot13" in str(exchange.extra["end"]["notes"])
    assert exchange.ending == DONE


def test_redactions_of_a_recording_that_died_are_listed() -> None:
    """They are written with the chunk, not at the end."""
    tape = Tape(Redactor(values={"MY_KEY": KEY}), Detector())
    take = tape.recording.begin(REQUEST, 1)
    take.respond(Response(200, taped.SSE), 2)
    for at in range(2):
        take.chunk(f"data: {KEY}\n\n".encode(), at)
    [exchange] = tape.sealed().exchanges

    assert exchange.ending == Ending(How.RECORDER_CRASH, 1)
    assert [(item.where, item.times) for item in exchange.redactions] == [("response.body", 2)]


def test_secrets_in_the_head_are_hidden_before_anything_is_written() -> None:
    """Notes are text of the user's, also where they are nested, and member names too."""
    head: dict[str, Any] = {
        "notes": f"made with {KEY} and mySecretValue998877",
        "source": {"list": [{"api_key": "Zk3vQ9xLm2TtY7"}, "mySecretValue998877"], KEY: 1},
        "synthetic": True,
    }
    writes: list[bytes] = []
    redactor = Redactor(values={"MY_API_KEY": "mySecretValue998877"})
    recording = Recording(head, redactor=redactor, detector=Detector(), sink=writes.append)

    [line] = writes
    assert not any(secret in line for secret in (KEY.encode(), b"mySecretValue998877", b"Zk3vQ9xLm2TtY7"))
    row = json.loads(line)
    assert row["notes"].startswith("made with redacted-openai-key-xxx")
    assert row["notes"].endswith(" and redacted-MY_API_KEY")
    assert row["source"]["list"] == [{"api_key": "redacted-api_k"}, "redacted-MY_API_KEY"]
    assert row["synthetic"] is True
    assert recording.refusals == []


def test_what_the_detector_still_sees_in_the_head_is_replaced_and_told() -> None:
    """Rules that hide nothing stand for a mistake in the redactor."""
    writes: list[bytes] = []
    recording = Recording(
        {"notes": KEY, KEY: "x", "model": "m"},
        redactor=taped.Holding(),
        detector=Detector(),
        sink=writes.append,
    )

    row = json.loads(writes[0])
    assert KEY.encode() not in writes[0]
    assert row["model"] == "m"
    assert row["notes"].startswith("redacted-head-notes")
    assert [error.where for error in recording.refusals if isinstance(error, SecretFound)] == [
        "head.notes",
        "head",
    ]


PLACED = [
    Request("POST", "http://127.0.0.1/v1", (("Authorization", "Bearer only-in-the-code-7"),)),
    Request("POST", "http://127.0.0.1/v1?key=only-in-the-code-7"),
    Request(
        "POST", "http://127.0.0.1/v1", (("x-api-key", "only-in-the-code-7"), ("x-api-key", "0123456789abc"))
    ),
    Request("POST", "http://127.0.0.1/v1", (("cookie", "sid=only-in-the-code-79; a=all-accepted"),)),
]


@pytest.mark.parametrize("request_", PLACED, ids=["authorization", "parameter", "header", "cookie"])
def test_a_key_that_only_its_place_gave_away_is_hidden_where_the_server_quotes_it(request_: Request) -> None:
    """In the head, in the body at any cut, in trailers and in the client's message."""
    tape = Tape(Redactor(), Detector())
    take = tape.recording.begin(request_, 1)
    quoted = "only-in-the-code-7"
    take.respond(Response(401, (("x-note", f"no {quoted}9"),), reason=f"bad {quoted}9"), 2)
    body = b'{"error":"Incorrect API key provided: only-in-the-code-79. all-accepted"}'
    for start in range(0, len(body), 9):
        take.chunk(body[start : start + 9], 3)
    take.end(Ending(How.RESET, 30, "X", f"met {quoted}9"), (("x-more", f"{quoted}9"),))

    assert quoted.encode() not in tape.data
    [exchange] = tape.sealed().exchanges
    assert exchange.response is not None
    clean = exchange.response.body()
    assert len(clean) == len(body)
    assert clean.startswith(b'{"error":"Incorrect API key provided: redacted-')
    assert clean.endswith(b'. all-accepted"}')
    assert all(len(chunk.data) <= 9 for chunk in exchange.response.chunks)


def test_what_one_request_gave_away_is_not_looked_for_in_the_answers_to_others() -> None:
    """Each exchange has its own credentials; a short value, or one that is hidden already, is none of them."""
    redactor = Redactor(values={"MY_API_KEY": "mySecretValue998877"})
    keyed = Request("POST", "http://h/", (("authorization", "Bearer only-in-the-code-7"),))
    short = Request("POST", "http://h/", (("authorization", "Bearer elevenchars"),))
    known = Request("POST", "http://h/", (("authorization", "Bearer mySecretValue998877"),))
    hidden = redactor.request(keyed)[0]

    assert redactor.knowing(keyed).text("only-in-the-code-7", "x")[0] == "redacted-authoriza"
    assert redactor.knowing(keyed) is redactor.knowing(keyed)
    assert [redactor.knowing(one) is redactor for one in (short, known, hidden)] == [True] * 3
