"""The conforming answers that faults are made in: the shipped ones, translations of them, and refused requests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from harness.bundled import folder, spec_names
from harness.checking.exchanges import judge
from harness.findings import Severity
from harness.io.files import read_cassette
from harness.rules.example import Example, parse_example, shipped
from harness.rules.manual import page
from harness.rules.registry import rules
from tests.mutants.exceptions import OF_REQUESTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Exchange
    from harness.checking.report import Verdict

DIALECTS = ("anthropic", "chat", "gemini", "responses")

ASKED_FOR = {
    "chat/text with a stop string": """\
request: {"model":"gpt-4.1","stream":true,"stream_options":{"include_usage":true},"stop":["END"],\
"messages":[{"role":"user","content":"Name two colours."}]}
stream: chat/text
""",
    "responses/text without calls": """\
dialect: responses
request: {"model":"gpt-5.2","stream":true,"input":"Name two colours.","tool_choice":"none"}
stream: responses/text
event response.created: response.tool_choice = "none"
event response.in_progress: response.tool_choice = "none"
event response.completed: response.tool_choice = "none"
""",
    "chat/tool without parallel calls": """\
request: {"model":"gpt-4o-mini","stream":true,"stream_options":{"include_usage":true},"parallel_tool_calls":false,\
"tools":[{"type":"function","function":{"name":"get_weather","parameters":{}}}]}
stream: chat/tool
""",
    "responses/whole_text from responses/text": """\
dialect: responses
stream: responses/whole_text
--- upstream
stream: responses/text
""",
    "chat from chat, neither with usage": """\
request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Where does the river Glomma end?"}]}
stream: translation/chat_text
drop 5
--- upstream
request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Where does the river Glomma end?"}]}
stream: translation/chat_text
drop 5
""",
}
"""Shipped streams as answers to other requests, so that rules on such requests have something to judge."""


@dataclass(frozen=True, slots=True)
class Base:
    """One conforming answer.

    Args:
        name: What a failing test calls it.
        dialect: What it speaks.
        exchange: The exchange.
        upstream: The other half, where it is a translation.
    """

    name: str
    dialect: str
    exchange: Exchange
    upstream: Exchange | None = None

    def judged(self, exchange: Exchange) -> Verdict:
        """The verdict on this answer, or on what a fault made of it."""
        return judge(exchange, dialect=self.dialect, upstream=self.upstream)


@cache
def bases() -> tuple[Base, ...]:
    """All of them; read once, so that a test of one fault need not read them again."""
    return (*_shipped(), *_from_pages(), *_asked_for())


@cache
def recorded() -> tuple[Base, ...]:
    """Answers of real servers, of those that the project ships: all in which nothing is even worth a warning."""
    found = []
    for path in sorted(folder("cassettes").rglob("*.cassette.jsonl")):
        name = path.relative_to(folder("cassettes")).as_posix().removesuffix(".cassette.jsonl")
        for exchange in read_cassette(path).exchanges:
            verdict = judge(exchange)
            if verdict.dialect and all(one.severity is Severity.INFO for one in verdict.findings):
                found.append(Base(f"{name} {exchange.index}", verdict.dialect, exchange))
    return tuple(found)


def _shipped() -> Iterator[Base]:
    for dialect in DIALECTS:
        for name in spec_names(f"examples/{dialect}", ".txt"):
            yield _base(f"{dialect}/{name}", parse_example(shipped(f"{dialect}/{name}"), dialect=dialect))


def _from_pages() -> Iterator[Base]:
    """The conforming examples in the rules' pages that are no stream alone: pairs, and refused requests."""
    known: set[str] = set()
    for rule in rules().values():
        if rule.id in OF_REQUESTS:
            continue  # their answers are shipped ones, and faults do not change requests
        for number, example in enumerate(page(rule).conforms):
            response = example.exchange.response
            refused = response is not None and response.status >= 400
            if example.text not in known and (example.upstream is not None or refused):
                known.add(example.text)
                yield _base(f"{rule.id} conforms {number}", example)


def _asked_for() -> Iterator[Base]:
    for name, text in ASKED_FOR.items():
        yield _base(name, parse_example(text))


def _base(name: str, example: Example) -> Base:
    upstream = example.upstream.exchange if example.upstream is not None else None
    return Base(name, example.dialect, replace(example.exchange), upstream)
