"""From an exchange to its verdict."""

from __future__ import annotations

import gzip
import tracemalloc
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from harness.cassettes.exchange import Cassette, Chunk, Ending, Exchange, How, Request, Response
from harness.checking import exchanges as module
from harness.checking.exchanges import EVERYTHING, check_of, facts_of, judge
from harness.checking.report import Status, Verdict
from harness.dialects.registry import NAMES
from harness.errors import InputError, UnknownName
from harness.findings import Severity
from harness.rules.example import parse_example
from harness.rules.registry import rules

if TYPE_CHECKING:
    from collections.abc import Iterator

GOOD = parse_example("stream: responses/text").exchange
BROKEN = parse_example("stream: responses/text\ninsert after 4: {").exchange


def body_of(exchange: Exchange) -> bytes:
    """The body of an exchange that has one."""
    assert exchange.response is not None
    return exchange.response.body()


def with_body(exchange: Exchange, *chunks: bytes, headers: tuple[tuple[str, str], ...] = ()) -> Exchange:
    """The same exchange with another body, ten milliseconds a chunk."""
    assert exchange.response is not None
    timed = tuple(Chunk(number * 10_000, data) for number, data in enumerate(chunks))
    response = replace(exchange.response, chunks=timed, headers=exchange.response.headers + headers)
    return replace(exchange, response=response)


def outcomes(verdict: Verdict) -> dict[str, Status]:
    """The status of each rule."""
    return {one.rule: one.status for one in verdict.outcomes}


@pytest.mark.parametrize("body", [b"", b"null", b"\x28\xb5\x2f\xfd compressed"])
def test_nothing_is_concluded_from_a_request_whose_body_cannot_be_read(body: bytes) -> None:
    """Other tools keep `null` for a body: that does not mean that it declared no tools."""
    request = replace(GOOD.request, body=body)
    verdict = judge(replace(GOOD, request=request))
    asked = {rule.id for rule in rules().values() if "request" in rule.needs}
    silent = {one.rule for one in verdict.outcomes if one.missing == "request"}
    assert verdict.dialect == "responses"
    assert silent
    assert silent <= asked
    assert not {one.rule for one in verdict.outcomes if one.exercised} & asked


def test_a_conforming_stream_passes_and_what_was_not_exercised_is_said() -> None:
    """Frames and bytes are counted; rules without anything to judge are no passes."""
    verdict = judge(GOOD, source="text")

    assert (verdict.status, verdict.dialect, verdict.findings) == (Status.PASSED, "responses", ())
    assert (verdict.source, verdict.exchange, verdict.profile) == ("text", 0, "openai")
    assert verdict.bytes == len(body_of(GOOD))
    assert verdict.frames == body_of(GOOD).count(b"data: ")
    found = outcomes(verdict)
    assert found["SSE-JSON-001"] is Status.PASSED
    assert found["RESP-REF-001"] is Status.NOT_EXERCISED
    assert {one.exercised for one in verdict.outcomes if one.status is Status.NOT_EXERCISED} == {False}
    assert list(found) == [one for one in rules() if one in found], "in the order of the catalogue"


def test_an_error_fails_and_says_where() -> None:
    """The finding lies at its event and its bytes."""
    verdict = judge(BROKEN)
    (finding,) = [one for one in verdict.findings if one.rule == "SSE-JSON-001"]

    assert verdict.status is Status.FAILED
    assert outcomes(verdict)["SSE-JSON-001"] is Status.FAILED
    assert finding.where.event == 5
    assert finding.where.start is not None
    assert finding.where.stop is not None
    assert body_of(BROKEN)[finding.where.start : finding.where.stop].endswith(b"data: {\n\n")


@pytest.mark.parametrize("cut", [1, 7, 1448, 1_000_000])
def test_the_verdict_does_not_depend_on_how_the_body_was_cut(cut: int) -> None:
    """Bytes, not reads, are judged."""
    body = body_of(BROKEN)
    pieces = [body[at : at + cut] for at in range(0, len(body), cut)]
    again = judge(with_body(BROKEN, *pieces))
    whole = judge(with_body(BROKEN, body))
    assert [one for one in again.findings if "SSE" in one.rule] == [
        one for one in whole.findings if "SSE" in one.rule
    ]
    assert (again.frames, again.bytes, again.status) == (whole.frames, whole.bytes, whole.status)


ARRAY = parse_example("stream: gemini/array").exchange


def test_an_array_of_gemini_is_judged_as_the_stream_that_it_is() -> None:
    """Rules on streams are asked, events are counted, and its length does not matter."""
    verdict = judge(ARRAY)
    assert (verdict.status, verdict.frames, verdict.findings) == (Status.PASSED, 3, ())
    assert outcomes(verdict)["UP-ORDER-002"] is Status.PASSED

    body = body_of(ARRAY).rstrip()
    first, rest = body[1:].split(b"\n,", 1)
    long = b"[" + b"\n,".join([first] * 400) + b"\n," + rest
    pieces = [long[at : at + 1000] for at in range(0, len(long), 1000)]
    again = judge(with_body(ARRAY, *pieces))
    assert len(long) > 65_536
    assert (again.status, again.frames) == (Status.PASSED, 402)


def test_an_array_without_its_end_lacks_it() -> None:
    """What only rules on streams see."""
    first = body_of(ARRAY).split(b"\n,")[0]
    verdict = judge(with_body(ARRAY, first + b"]"))
    assert [one.rule for one in verdict.findings if one.severity is Severity.ERROR] == ["UP-END-001"]


def test_an_array_that_is_cut_in_an_element_ends_in_the_middle_of_an_event() -> None:
    """As in an event stream: the element is no payload that could be wrong, and the end is missing."""
    verdict = judge(with_body(ARRAY, body_of(ARRAY)[:-40]))
    assert [one.rule for one in verdict.findings] == ["SSE-TRUNC-001", "UP-END-001"]
    assert verdict.frames == 2


def test_an_array_is_no_stream_of_another_dialect_and_no_error() -> None:
    """Chat has no such streams, and an error with its status is an answer."""
    chat = parse_example("stream: chat/whole_text").exchange
    verdict = judge(with_body(chat, b"[" + body_of(chat).strip() + b"]"))
    assert (verdict.status, verdict.frames) == (Status.FAILED, 1)
    assert ARRAY.response is not None
    refused = replace(ARRAY, response=replace(ARRAY.response, status=503))
    assert outcomes(judge(refused)).get("UP-ORDER-002") is None


def test_what_was_found_before_says_nothing_of_what_was_lost() -> None:
    """A rule that an event which cannot be read has silenced is not exercised, and no pass."""
    chat = parse_example("stream: chat/text\nraw 0: {").exchange
    found = outcomes(judge(chat))
    assert found["CHAT-ROLE-001"] is Status.NOT_EXERCISED
    assert found["CHAT-ROLE-003"] is Status.PASSED


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("stream: chat/text\nraw 1: {\nevent -3: choices.0.finish_reason = null", "CHAT-FIN-001"),
        ('stream: chat/text\nraw 1: {\ninsert before -1: {"id":"x"}', "CHAT-OBJ-002"),
        (
            'stream: responses/two_messages\nraw 4: {\nevent response.output_text.done#1: text = "no"',
            "RESP-TEXT-001",
        ),
        ("stream: responses/text\nraw 1: {\ndrop response.completed", "RESP-LIFE-005"),
        ("stream: responses/text\nraw 4: {\nevent 6: sequence_number = 9", "RESP-SEQ-003"),
    ],
)
def test_what_a_lost_event_cannot_excuse_is_still_found(text: str, rule: str) -> None:
    """What was opened after it, or goes on after it, is judged as ever."""
    verdict = judge(parse_example(text).exchange)
    assert rule in {one.rule for one in verdict.findings}, verdict.findings


def test_a_compressed_body_is_judged_as_what_it_holds() -> None:
    """Offsets are those of the decoded body."""
    body = body_of(BROKEN)
    packed = gzip.compress(body)
    halves = packed[:100], packed[100:]
    verdict = judge(with_body(BROKEN, *halves, headers=(("content-encoding", "gzip"),)))
    assert (verdict.status, verdict.bytes) == (Status.FAILED, len(body))


def test_a_body_that_is_not_in_its_coding_is_a_finding() -> None:
    """No client can read it either; and nothing else is said about what nobody can read."""
    verdict = judge(with_body(GOOD, b"plain", headers=(("content-encoding", "gzip"),)))
    assert verdict.status is Status.FAILED
    assert [one.rule for one in verdict.findings] == ["HTTP-HDR-003"]


def test_without_a_response_there_is_nothing_to_judge() -> None:
    """The verdict says how the exchange ended."""
    verdict = judge(replace(GOOD, response=None, ending=Ending(How.RESET)))
    assert (verdict.status, verdict.note) == (Status.NOT_EXERCISED, "no response came (reset)")


def test_an_exchange_of_no_dialect_is_not_exercised() -> None:
    """A recording may hold other traffic; its query is not shown, because keys travel there."""
    other = Exchange(
        3,
        Request("GET", "https://api.example.com/v1/models?key=invented"),
        Response(200, (("content-type", "application/json"),), (Chunk(0, b'{"data":[]}'),)),
        Ending(How.COMPLETE),
    )
    verdict = judge(other)
    assert (verdict.status, verdict.dialect, verdict.exchange) == (Status.NOT_EXERCISED, None, 3)
    assert verdict.note == "no dialect fits GET /v1/models"


def test_a_plain_body_of_another_dialect_is_an_error_and_not_a_finding() -> None:
    """The hint names the right one; where the request's path agrees with the caller, the body is judged."""
    bare = replace(GOOD, request=Request("", ""))
    with pytest.raises(InputError, match="this speaks responses, not chat") as caught:
        judge(bare, dialect="chat")
    assert caught.value.hint == "leave the dialect out, or say responses"
    assert judge(bare, dialect="responses").status is Status.PASSED
    with pytest.raises(UnknownName, match="there is no dialect 'chats'"):
        judge(bare, dialect="chats")


def test_a_body_is_judged_as_the_named_dialect_whatever_path_it_was_asked_at() -> None:
    """Recordings have Chat Completions answers at a path of the Responses API: only the body can contradict a name."""
    chat = parse_example("stream: chat/text").exchange
    moved = replace(chat, request=replace(chat.request, url="https://api.invalid/v1/responses"))
    verdict = judge(moved, dialect="chat")
    assert (verdict.status, verdict.dialect) == (Status.PASSED, "chat")
    assert judge(moved).dialect == "responses"
    with pytest.raises(InputError, match="this speaks chat, not anthropic"):
        judge(moved, dialect="anthropic")


def test_an_answer_in_another_dialect_than_was_asked_for_is_judged_and_not_refused() -> None:
    """The path and the caller agree, so that it is the server that is wrong."""
    chat = parse_example("stream: chat/text").exchange
    verdict = judge(with_body(GOOD, body_of(chat)), dialect="responses")
    assert (verdict.status, verdict.dialect) == (Status.FAILED, "responses")


@pytest.mark.parametrize("dialect", NAMES)
def test_an_error_and_nothing_else_is_judged_as_the_named_dialect(dialect: str) -> None:
    """Google words errors in a member `error`, as OpenAI does: that such a body is of Chat is but a guess."""
    body = b'{"error":{"code":400,"message":"A field is unknown.","status":"INVALID_ARGUMENT"}}'
    response = Response(400, (("content-type", "application/json"),), (Chunk(0, body),))
    refused = Exchange(0, Request("", ""), response, Ending(How.COMPLETE))
    verdict = judge(refused, dialect=dialect)
    assert verdict.dialect == dialect
    if dialect == "gemini":
        assert (verdict.status, verdict.findings) == (Status.PASSED, ())


def test_a_finished_check_can_be_had_with_its_state() -> None:
    """Its findings are those of the verdict; where there is nothing to check, there is none."""
    check = check_of(BROKEN)
    assert check is not None
    assert check.case.dialect.name == "responses"
    assert {one.rule for one in check.findings} == {one.rule for one in judge(BROKEN).findings}
    assert check_of(replace(GOOD, response=None, ending=Ending(How.RESET))) is None
    assert check_of(with_body(replace(GOOD, request=Request("", "")), b'data: {"a":1}\n\n')) is None


def test_what_is_not_known_is_not_judged() -> None:
    """Rules that need the request, the head or times are not exercised without them."""
    needy = {one.id: one.needs for one in rules().values() if one.needs and one.streamed and not one.dialects}
    found = outcomes(judge(replace(GOOD, request=Request("", "")), known=frozenset()))
    assert needy
    assert {found[one] for one in needy if one in found} == {Status.NOT_EXERCISED}
    assert judge(GOOD, known=EVERYTHING).status is Status.PASSED


@pytest.mark.parametrize(
    ("head", "known"),
    [
        ({"timing": "wire"}, EVERYTHING),
        ({}, EVERYTHING),
        ({"timing": "none", "source": "vcrpy YAML"}, {"request", "head"}),
        ({"timing": "partial"}, {"request", "head"}),
        ({"timing": "response"}, {"request", "head", "ending"}),
        ({"timing": "none", "source": "plain SSE body", "synthetic": True}, {"request"}),
    ],
)
def test_a_recording_says_what_it_knows(head: dict[str, str | bool], known: set[str]) -> None:
    """What a reader of another tool's recording made up is not judged."""
    assert facts_of(Cassette(head, ())) == known


def test_only_the_rules_that_are_asked_are_judged() -> None:
    """All others are not even listed."""
    verdict = judge(BROKEN, only=frozenset({"SSE-BOM-001"}))
    assert [one.rule for one in verdict.outcomes] == ["SSE-BOM-001"]
    assert verdict.status is Status.PASSED


def test_a_warning_fails_a_strict_check() -> None:
    """Otherwise the exchange is warned."""
    warned = with_body(GOOD, b"\xef\xbb\xbf" + body_of(GOOD))
    assert judge(warned).status is Status.WARNED
    assert judge(warned, strict=True).status is Status.FAILED
    assert outcomes(judge(warned, strict=True))["SSE-BOM-001"] is Status.WARNED


def test_a_preview_is_shown_and_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that is newer than the ruleset that was asked for is a preview, too."""
    monkeypatch.setattr(module, "_previews", lambda _: frozenset({"SSE-JSON-001"}))
    verdict = judge(BROKEN, only=frozenset({"SSE-JSON-001"}))
    assert [one.severity for one in verdict.findings] == [Severity.INFO]
    assert verdict.status is Status.PASSED


def test_the_severities_of_a_ruleset_hold_where_the_profile_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So an upgrade makes no build red."""
    module._profile.cache_clear()
    monkeypatch.setattr(module, "ruleset_of", lambda _: {"SSE-JSON-001": Severity.WARNING})
    try:
        settings = module._profile("openai", "2026-01-01").settings
        assert settings["SSE-JSON-001"].severity is Severity.WARNING
    finally:
        module._profile.cache_clear()


def test_an_answer_without_a_stream_has_one_frame() -> None:
    """It is read whole, whatever the number of its chunks, and refused where it is too large."""
    whole = parse_example("stream: responses/whole_text").exchange
    body = body_of(whole)
    verdict = judge(with_body(whole, body[:9], body[9:]))
    assert (verdict.frames, verdict.bytes, verdict.dialect) == (1, len(body), "responses")
    assert verdict.status is Status.PASSED


def test_a_whole_answer_beyond_the_limit_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept in memory without an end."""
    monkeypatch.setattr(module, "LARGEST_WHOLE", 100)
    with pytest.raises(InputError, match="too large to be judged whole"):
        judge(parse_example("stream: responses/whole_text").exchange)


def test_memory_does_not_grow_with_the_stream() -> None:
    """A stream is read once, and neither it nor its findings are kept."""
    wrong = b"data: {\n\n" * 1_000

    class Endless:
        """Chunks that are made while they are read, and only once."""

        def __init__(self) -> None:
            self.times = 0

        def __iter__(self) -> Iterator[Chunk]:
            self.times += 1
            assert self.times == 1
            yield from (Chunk(number, wrong) for number in range(20))

    assert GOOD.response is not None
    judge(with_body(GOOD, wrong))  # what is made once is made
    tracemalloc.start()
    verdict = judge(replace(GOOD, response=replace(GOOD.response, chunks=Endless())))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    (finding,) = [one for one in verdict.findings if one.rule == "SSE-JSON-001"]
    assert finding.times == verdict.frames == 20_000
    assert peak < 1_000_000
