"""What a client goes on with after an answer."""

from __future__ import annotations

import gzip
import json

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.sandwich.answered import whole_answer

SAID = {"id": "resp_1", "object": "response", "status": "completed", "output": []}


def answered(body: bytes, *headers: tuple[str, str], status: int = 200) -> Exchange:
    """An exchange with this answer."""
    request = Request("POST", "http://127.0.0.1/v1/responses", (), b"{}")
    response = Response(status, headers, (Chunk(0, body),))
    return Exchange(0, request, response, Ending(How.COMPLETE, 0))


def test_an_answer_is_read_whatever_it_is_compressed_with() -> None:
    """The client said itself that it takes that."""
    body = gzip.compress(json.dumps(SAID).encode())
    assert whole_answer("responses", answered(body, ("content-encoding", "gzip"))) == SAID


def test_what_only_says_that_it_is_compressed_is_no_answer() -> None:
    """The rules tell what is wrong with it; the conversation ends there."""
    body = json.dumps(SAID).encode()
    assert whole_answer("responses", answered(body, ("content-encoding", "gzip"))) is None
    assert whole_answer("responses", answered(body, ("content-encoding", "unheard-of"))) is None


def test_an_error_is_nothing_to_go_on_from() -> None:
    """Whatever its body looks like."""
    assert whole_answer("responses", answered(json.dumps(SAID).encode(), status=400)) is None
