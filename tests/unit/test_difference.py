"""Comparing two recordings: what shows, what does not, and that one change is one difference."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.cassettes.alignment import align
from harness.cassettes.difference import Difference, differences
from harness.cassettes.difference_text import difference_lines
from harness.cassettes.exchange import Cassette, Chunk, Ending, Exchange, Headers, How, Request, Response

SSE: Headers = (("content-type", "text/event-stream"),)


def body_of(*events: object) -> bytes:
    """An event stream of these JSON values; text goes in as it is."""
    return b"".join(
        (event if isinstance(event, str) else f"data: {json.dumps(event)}\n\n").encode() for event in events
    )


def exchange(
    body: bytes, *, headers: Headers = SSE, index: int = 0, prompt: str = "hi", **changes: Any
) -> Exchange:
    """An exchange that answers a prompt with a body in one chunk."""
    sent = json.dumps({"model": "m", "messages": [{"role": "user", "content": prompt}]}).encode()
    whole = Exchange(
        index,
        Request("POST", "http://127.0.0.1:4000/v1/chat/completions", (), sent),
        Response(200, headers, (Chunk(0, body),), reason="OK"),
        Ending(How.COMPLETE),
    )
    return replace(whole, **changes)


def cassette(*exchanges: Exchange, **head: Any) -> Cassette:
    """A cassette of these exchanges, numbered anew."""
    return Cassette(head, tuple(replace(one, index=index) for index, one in enumerate(exchanges)))


def streams(left: bytes, right: bytes, **options: bool) -> list[Difference]:
    """The differences of two recordings of one stream."""
    return differences(cassette(exchange(left)), cassette(exchange(right)), **options)


def delta(text: str, **more: object) -> dict[str, object]:
    """A chunk of Chat Completions."""
    return {"id": "chatcmpl-1", "created": 1, "choices": [{"index": 0, "delta": {"content": text}}]} | more


def numbered(kind: str, number: int, **more: object) -> dict[str, object]:
    """An event of Responses."""
    return {"type": kind, "sequence_number": number} | more


class TestWhatDoesNotCount:
    """Two recordings of the same conversation are equal."""

    def test_ids_times_padding_and_the_build_may_differ(self) -> None:
        """They differ with every recording."""
        left = body_of(delta("a", system_fingerprint="fp_1", obfuscation="x"), "data: [DONE]\n\n")
        right = body_of(delta("a", id="chatcmpl-2", created=2, obfuscation="yyy"), "data: [DONE]\n\n")

        assert streams(left, right) == []

    def test_chunks_comments_ports_and_other_fields_may_differ(self) -> None:
        """A stream is the same however it was cut, and on whichever port the server was."""
        body = body_of(delta("é"))
        left = exchange(body, headers=(*SSE, ("date", "Sat"), ("x-request-id", "1")))
        right = exchange(
            body,
            request=replace(left.request, url="http://localhost:9/v1/chat/completions"),
            response=Response(200, SSE, (Chunk(0, b": ping\n\n" + body[:9]), Chunk(7, body[9:])), at_us=9),
            ending=Ending(How.COMPLETE, at_us=8),
        )
        assert differences(cassette(left), cassette(right)) == []

    def test_compressed_and_plain_bodies_are_compared_decoded(self) -> None:
        """Only the coding itself is a difference."""
        body = body_of(delta("a"), delta("b"))
        right = exchange(gzip.compress(body, mtime=0), headers=(*SSE, ("content-encoding", "gzip")))

        assert differences(cassette(exchange(body)), cassette(right)) == [
            Difference(0, "header", None, "content-encoding", "(missing)", "gzip")
        ]

    def test_concurrent_requests_may_be_made_in_another_order(self) -> None:
        """Exchanges are paired by what they asked for."""
        one, two = exchange(body_of(delta("1")), prompt="a"), exchange(body_of(delta("2")), prompt="b")

        assert differences(cassette(one, two), cassette(two, one)) == []

    def test_the_request_of_a_plain_body_is_not_compared(self) -> None:
        """Nobody recorded it."""
        recorded = exchange(body_of(delta("a")))
        plain = replace(recorded, request=Request("POST", ""))

        assert differences(cassette(recorded), cassette(plain)) == []


class TestWhatCounts:
    """Each change shows once, at its place."""

    def test_a_changed_text_shows_with_its_pointer(self) -> None:
        """Both sides are given as compact JSON."""
        assert streams(body_of(delta("a"), delta("b")), body_of(delta("a"), delta("c"))) == [
            Difference(0, "event", 1, "/choices/0/delta/content", '"b"', '"c"')
        ]

    def test_one_inserted_event_is_one_difference(self) -> None:
        """The events after it are aligned again."""
        texts = [delta(str(number)) for number in range(50)]
        extra = [*texts[:20], delta("extra"), *texts[20:]]

        (inserted,) = streams(body_of(*texts), body_of(*extra))
        (removed,) = streams(body_of(*extra), body_of(*texts))

        assert (inserted.kind, inserted.event, inserted.left) == ("event", 20, "(missing)")
        assert '"extra"' in inserted.right
        assert (removed.event, removed.right) == (20, "(missing)")

    def test_an_inserted_event_that_is_numbered_in_turn_is_one_difference(self) -> None:
        """Sequence numbers are compared relative to an event's place."""
        left = [numbered("response.output_text.delta", n, delta=str(n)) for n in range(9)]
        right = [*left[:4], numbered("keepalive", 4)]
        right += [event | {"sequence_number": 5 + n} for n, event in enumerate(left[4:])]

        assert len(streams(body_of(*left), body_of(*right))) == 1

    def test_a_jump_of_the_sequence_number_shows_once(self) -> None:
        """What comes after it is compared from there on."""
        left = [numbered("response.output_text.delta", n, delta=str(n)) for n in range(9)]
        right = [event | {"sequence_number": n + (5 if n > 3 else 0)} for n, event in enumerate(left)]

        assert streams(body_of(*left), body_of(*right)) == [
            Difference(0, "event", 4, "/sequence_number", "4", "9")
        ]

    def test_a_swapped_id_shows(self) -> None:
        """Ids may be others, but the same id must stand in the same places."""
        left = [
            {"item_id": "a1", "delta": "x"},
            {"item_id": "b1", "delta": "y"},
            {"item_id": "a1", "delta": "z"},
        ]
        renamed = [event | {"item_id": {"a1": "p7", "b1": "q7"}[str(event["item_id"])]} for event in left]
        swapped = [*renamed[:2], renamed[2] | {"item_id": "q7"}]

        assert streams(body_of(*left), body_of(*renamed)) == []
        assert streams(body_of(*left), body_of(*swapped)) == [
            Difference(0, "event", 2, "/item_id", '"a1"', '"q7"')
        ]

    def test_an_unrelated_event_in_the_place_of_another_teaches_no_ids(self) -> None:
        """Otherwise every later event would seem to carry the wrong id."""
        left = [{"item_id": "a1", "delta": "x"}, {"item_id": "a1", "delta": "y"}]
        right = [{"item_id": "zz9", "error": "x"}, {"item_id": "p7", "delta": "y"}]

        assert [found.event for found in streams(body_of(*left), body_of(*right))] == [0]

    @pytest.mark.parametrize(
        ("left", "right", "expected"),
        [
            ("event: a\ndata: 1\n\n", "event: b\ndata: 1\n\n", ("event", '"a"', '"b"')),
            ("data: 1\n\n", "retry: 5\ndata: 1\n\n", ("retry", "(missing)", "5")),
            ("data: 1\n\n", "data: 1\n", ("blank line", "true", "false")),
            ("data: [DONE]\n\n", "data: [DUNE]\n\n", (None, 'byte 2: "[DONE]"', 'byte 2: "[DUNE]"')),
            ("data: {}\n\n", "data: {\n\n", (None, "{}", '"{"')),
        ],
    )
    def test_other_parts_of_an_event_show_by_name(
        self, left: str, right: str, expected: tuple[str | None, str, str]
    ) -> None:
        """Its type, its retry time, its blank line, and data that is no JSON."""
        assert streams(left.encode(), right.encode()) == [Difference(0, "event", 0, *expected)]

    def test_requests_are_compared_by_method_target_and_body(self) -> None:
        """The pointer names the part, or the place in the JSON."""
        left = exchange(b"", prompt="a")
        right = replace(
            exchange(b"", prompt="b"),
            request=Request("PUT", "http://x/v2?a=1", (), exchange(b"", prompt="b").request.body),
        )
        found = differences(cassette(left), cassette(right))

        assert [(one.kind, one.pointer, one.left, one.right) for one in found] == [
            ("request", "method", "POST", "PUT"),
            ("request", "url", "/v1/chat/completions", "/v2?a=1"),
            ("request", "/messages/0/content", '"a"', '"b"'),
        ]

    def test_status_fields_and_ending_show(self) -> None:
        """As far as a client acts on them."""
        left = exchange(b"x", headers=(("content-type", "text/plain"),))
        right = exchange(
            b"x",
            response=Response(429, (("content-type", "text/plain"), ("Retry-After", "2")), (Chunk(0, b"x"),)),
            ending=Ending(How.RESET, exception="ReadError"),
        )
        found = differences(cassette(left), cassette(right))

        assert [(one.kind, one.pointer, one.left, one.right) for one in found] == [
            ("status", None, "200 OK", "429"),
            ("header", "retry-after", "(missing)", "2"),
            ("ending", None, "complete", "reset (ReadError)"),
        ]

    def test_whole_answers_are_compared_as_json(self) -> None:
        """Ids and times count there as little as in a stream."""
        headers = (("content-type", "application/json"),)
        left = exchange(json.dumps({"id": "a1", "created": 1, "text": "x"}).encode(), headers=headers)
        right = exchange(json.dumps({"text": "y", "created": 2, "id": "b1"}).encode(), headers=headers)

        assert differences(cassette(left), cassette(right)) == [
            Difference(0, "body", None, "/text", '"x"', '"y"')
        ]

    def test_an_exchange_that_one_side_lacks_is_one_difference(self) -> None:
        """It is named by its request."""
        one, two = exchange(b"", prompt="a"), exchange(b"", prompt="b")
        named = "POST http://127.0.0.1:4000/v1/chat/completions"

        assert differences(cassette(one, two), cassette(two)) == [
            Difference(0, "exchange", None, None, named, "(missing)")
        ]
        assert differences(cassette(one), cassette(one, two)) == [
            Difference(1, "exchange", None, None, "(missing)", named)
        ]

    def test_no_response_differs_from_any_response(self) -> None:
        """Both sides say what there was."""
        gone = exchange(b"", response=None, ending=Ending(How.RESET))
        found = differences(cassette(exchange(b"")), cassette(gone))

        assert [(one.kind, one.left, one.right) for one in found] == [
            ("status", "200 OK", "no response"),
            ("ending", "complete", "reset"),
        ]


class TestStrict:
    """Everything counts but times, and those on demand."""

    def test_ids_bytes_and_comments_count(self) -> None:
        """Also spaces inside the JSON, and a comment."""
        assert [
            one.pointer for one in streams(body_of(delta("a")), body_of(delta("a", id="x")), strict=True)
        ] == [
            "/id",
            "chunk 0 of 1",
        ]
        assert [one.kind for one in streams(b"data: {}\n\n", b"data: { }\n\n", strict=True)] == [
            "event",
            "boundary",
        ]
        assert [one.kind for one in streams(b"data: 1\n\n", b": x\ndata: 1\n\n", strict=True)] == [
            "event",
            "boundary",
        ]

    def test_boundaries_count_and_times_do_not(self) -> None:
        """The first chunk that differs is named."""
        body = body_of(delta("a"))
        left = exchange(body, response=Response(200, SSE, (Chunk(0, body[:5]), Chunk(1, body[5:]))))
        later = exchange(body, response=Response(200, SSE, (Chunk(7, body[:5]), Chunk(8, body[5:])), at_us=5))
        cut = exchange(body, response=Response(200, SSE, (Chunk(0, body[:6]), Chunk(1, body[6:]))))

        assert differences(cassette(left), cassette(later), strict=True) == []
        assert differences(cassette(left), cassette(cut), strict=True) == [
            Difference(0, "boundary", None, "chunk 0 of 2", "5 bytes", "6 bytes")
        ]
        assert [one.pointer for one in differences(cassette(left), cassette(later), times=True)] == [
            "head",
            "chunk 0",
            "chunk 1",
        ]

    def test_the_head_and_all_fields_count(self) -> None:
        """A field that was added is named, whatever it is."""
        left, right = exchange(b""), exchange(b"", headers=(("date", "Sat"), *SSE))
        found = differences(cassette(left, tool="a", recorded="x"), cassette(right, tool="b"), strict=True)

        assert [(one.kind, one.pointer, one.left, one.right) for one in found] == [
            ("head", "/tool", '"a"', '"b"'),
            ("header", "date", "(missing)", "date: Sat"),
        ]


class TestLaws:
    """What holds whatever the bytes."""

    @given(
        st.lists(
            st.binary(max_size=12) | st.sampled_from([b"data: {}\n\n", b'data: {"id":"a1"}\n\n']), max_size=5
        )
    )
    def test_a_recording_equals_itself_in_every_mode(self, pieces: list[bytes]) -> None:
        """No body makes comparing fail."""
        chunks = tuple(Chunk(7 * number, piece) for number, piece in enumerate(pieces))
        one = cassette(exchange(b"", response=Response(200, SSE, chunks)))

        assert differences(one, one) == []
        assert differences(one, one, strict=True, times=True) == []

    @given(st.lists(st.integers(0, 5), max_size=30), st.lists(st.integers(0, 5), max_size=30))
    def test_an_alignment_uses_each_element_once_and_in_order(
        self, left: list[int], right: list[int]
    ) -> None:
        """So nothing is compared twice and nothing is forgotten."""
        pairs = align(left, right)

        assert [one for one, _ in pairs if one is not None] == list(range(len(left)))
        assert [two for _, two in pairs if two is not None] == list(range(len(right)))

    def test_deep_nesting_is_compared_by_bytes(self) -> None:
        """No JSON is too deep to compare."""
        deep = "[" * 100_000 + "]" * 100_000
        (found,) = streams(f"data: {deep}\n\n".encode(), f"data: {deep}1\n\n".encode())

        assert found.left.startswith("byte 200000")

    def test_twenty_thousand_events_are_compared_in_linear_steps(self) -> None:
        """An insertion at either end of a long stream of repeated events stays one difference each."""
        words = ["data: {}\n\n" if number % 3 else f'data: {{"n":{number}}}\n\n' for number in range(20_000)]
        longer = ["data: 0\n\n", *words[:19_000], "data: 1\n\n", *words[19_000:]]

        assert [one.event for one in streams("".join(words).encode(), "".join(longer).encode())] == [
            0,
            19_001,
        ]

    def test_an_event_lost_early_and_one_gained_late_are_two_differences(self) -> None:
        """Also where no event of the long stretch between them is the only one of its kind."""
        words = [f"data: {number % 97}\n\n" for number in range(5000)]
        other = [*words[:1000], *words[1001:4000], "data: x\n\n", *words[4000:]]

        assert [one.event for one in streams("".join(words).encode(), "".join(other).encode())] == [
            1000,
            3999,
        ]


class TestText:
    """Differences as lines."""

    def test_equal_recordings_give_no_line(self) -> None:
        """Silence means equality."""
        assert list(difference_lines([])) == []

    def test_a_difference_is_a_place_and_two_lines(self) -> None:
        """Long values are cut where they differ, and control characters cannot reach a terminal."""
        found = [
            Difference(0, "event", 3, "/a", "x" * 200 + "1\x1b[31m", "x" * 200 + "2"),
            Difference(1, "ending", None, None, "complete", "reset"),
            Difference(2, "exchange", None, None, "(missing)", "GET /"),
        ]
        assert list(difference_lines(found, left="a", right="b", width=60, most=2)) == [
            "--- a",
            "+++ b",
            "exchange 0, event 3: /a",
            "  - …" + "x" * 24 + "1\\x1b[31m",
            "  + …" + "x" * 24 + "2",
            "exchange 1, ending",
            "  - complete",
            "  + reset",
            "… and 1 more",
            "3 differences",
        ]
