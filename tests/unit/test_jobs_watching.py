"""What is told of an exchange that goes by while it is recorded."""

from __future__ import annotations

import pytest

from harness.cassettes.exchange import How, Request, Response
from harness.jobs.watching import Passed, Watch

SSE = Response(200, (("content-type", "text/event-stream"),))
REQUEST = Request("POST", "https://api.example.com/v1/responses?key=x")


class FakeTake:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def respond(self, head: Response) -> None:
        """The head."""
        self.calls.append(f"respond {head.status}")

    def chunk(self, data: bytes) -> None:
        """A chunk."""
        self.calls.append(f"chunk {len(data)}")

    def end(self, how: How, error: BaseException | None = None) -> None:
        """The end."""
        del error
        self.calls.append(f"end {how}")

    def fail(self, error: BaseException) -> None:
        """The end, by an exception."""
        self.calls.append(f"fail {type(error).__name__}")


class FakeSink:
    """Gives the same take for each request."""

    def __init__(self) -> None:
        self.take = FakeTake()

    def begin(self, request: Request) -> FakeTake:
        """A request."""
        del request
        return self.take


def test_the_recorder_is_told_everything_and_the_watcher_the_sum() -> None:
    """Events are counted over chunks that cut them anywhere; the query is left out."""
    sink, told = FakeSink(), list[Passed]()
    take = Watch(sink, told.append).begin(REQUEST)
    take.respond(SSE)
    for data in (b"data: 1\n", b"\ndata: 2\n\n: comment\n\n", b"data: [DONE]\n\n"):
        take.chunk(data)
    take.end(How.COMPLETE)
    assert sink.take.calls == ["respond 200", "chunk 8", "chunk 21", "chunk 14", "end complete"]
    assert told == [
        Passed(0, "POST", "/v1/responses", 200, 3, 43, web_page=False, how=How.COMPLETE, cause=None)
    ]


def test_a_failure_names_its_cause() -> None:
    """Where the connection broke, and where the client left."""
    told = list[Passed]()
    watch = Watch(FakeSink(), told.append)
    watch.begin(REQUEST).fail(ConnectionResetError("gone"))
    watch.begin(REQUEST).end(How.CLIENT_CLOSE, GeneratorExit())
    assert [(one.number, one.status, one.how, one.cause) for one in told] == [
        (0, None, How.RESET, "ConnectionResetError"),
        (1, None, How.CLIENT_CLOSE, None),
    ]


@pytest.mark.parametrize(
    ("head", "counting"),
    [
        (Response(200, (("content-type", "application/json"),)), True),
        (Response(200, (*SSE.headers, ("content-encoding", "gzip"))), True),
        (SSE, False),
    ],
)
def test_events_are_counted_where_they_can_be_and_are_asked_for(head: Response, counting: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """None is not 0."""
    told = list[Passed]()
    take = Watch(FakeSink(), told.append, counting=counting).begin(REQUEST)
    take.respond(head)
    take.chunk(b"data: 1\n\n")
    take.end(How.COMPLETE)
    assert (told[0].events, told[0].bytes) == (None, 9)


def test_a_watcher_that_fails_costs_no_recording() -> None:
    """The terminal may go away in the middle of a session."""

    def gone(_passed: Passed) -> None:
        raise BrokenPipeError

    sink = FakeSink()
    Watch(sink, gone).begin(REQUEST).end(How.COMPLETE)
    assert sink.take.calls == ["end complete"]


def test_a_web_page_is_recognised() -> None:
    """Whatever the charset."""
    told = list[Passed]()
    take = Watch(FakeSink(), told.append).begin(REQUEST)
    take.respond(Response(200, (("Content-Type", "Text/HTML; charset=utf-8"),)))
    take.end(How.COMPLETE)
    assert told[0].web_page
