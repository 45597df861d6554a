"""A finding points at what it is about: its bytes are that event, and its pointer leads somewhere in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness import bundled
from harness.cassettes.content_coding import CodingError, decoded_chunks
from harness.checking.sniffing import Shape, shape_of
from harness.io.files import read_cassette
from harness.jobs.check import check
from harness.jsonvalue import try_parse
from harness.rules.manual import page
from harness.rules.registry import rules
from harness.sse.decoder import Decoder
from tests.judging import judged_example

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from harness.cassettes.exchange import Response
    from harness.findings import Finding, Location

pytestmark = pytest.mark.thorough

CLASSES = list(rules().values())
VIOLATING = [(rule.id, index) for rule in CLASSES for index in range(len(page(rule).violates))]
FOLDER = bundled.folder("cassettes")
PATHS = sorted(FOLDER.rglob("*.cassette.jsonl"))


def leads(value: Any, pointer: str) -> bool:
    """Whether a JSON pointer leads to a value, or names a member that an object that is there does not have."""
    tokens = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
    for place, token in enumerate(tokens):
        last = place == len(tokens) - 1
        if isinstance(value, dict):
            if token not in value:
                return last
            value = value[token]
        elif isinstance(value, list):
            if not token.isdigit() or int(token) >= len(value):
                return last
            value = value[int(token)]
        else:
            return False
    return True


class Body:
    """The body of an answer, and where its events lie."""

    def __init__(self, response: Response) -> None:
        try:
            self.bytes = b"".join(chunk.data for chunk in decoded_chunks(response.headers, response.chunks))
        except CodingError:
            self.bytes = b""  # what could not be decoded has no places
        self.streamed = shape_of(response.headers, self.bytes) in {Shape.STREAM, Shape.EMPTY}
        decoder = Decoder(1 << 26, every_block=True)
        blocks = [*decoder.feed(self.bytes), *decoder.finish()]
        self.blocks = {block.start: block for block in blocks}

    def wrong(self, where: Location) -> str:
        """What is wrong with a place in it; "" where all is well."""
        if where.part != "body":
            return ""
        if where.start is None or where.stop is None:
            value = None if self.streamed else try_parse(self.bytes)[1]
            return "" if leads(value, where.pointer) else "the pointer leads nowhere"
        if where.event is None:
            return "" if 0 <= where.start < where.stop <= len(self.bytes) else "no bytes lie there"
        block = self.blocks.get(where.start)
        if block is None or block.stop != where.stop or (block.dispatched and block.index != where.event):
            return f"that is {block}"
        read, value = try_parse(block.data)
        # A pointer into what can be read of broken data leads into no single JSON text.
        return (
            "" if not read or leads(value, where.pointer) else f"the pointer leads nowhere in {block.data!r}"
        )


def complaints(findings: Iterable[Finding], response: Response) -> list[str]:
    """What is wrong with the places of findings."""
    body = Body(response)
    return [
        f"{one.rule} {one.message}: {where}: {why}"
        for one in findings
        for where in (one.where, one.earlier)
        if where is not None and (why := body.wrong(where))
    ]


@pytest.mark.parametrize(("rule", "index"), VIOLATING)
def test_every_finding_of_every_violating_example_points_at_what_it_is_about(rule: str, index: int) -> None:
    """In the streams that the rules' own pages show."""
    example = page(rules()[rule]).violates[index]
    assert example.exchange.response is not None
    assert not complaints(judged_example(example).findings, example.exchange.response)


@pytest.mark.parametrize("path", PATHS, ids=[path.relative_to(FOLDER).as_posix() for path in PATHS])
def test_every_finding_of_every_shipped_recording_points_at_what_it_is_about(path: Path) -> None:
    """In what real servers sent."""
    cassette = read_cassette(path)
    for verdict in check(path).inputs:
        response = cassette.exchanges[verdict.exchange].response
        assert response is not None
        assert not complaints(verdict.findings, response)
