"""What real clients asked is sent as it was to an upstream of the same kind, and with all its words to another."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

import pytest

from harness.errors import RequestRefused
from harness.translation.profiles import upstream_names
from tests.asking import asked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.asking import Dialect

pytestmark = pytest.mark.corpus


def requests(
    corpus: Path, dialect: Literal["chat", "responses"]
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """File, provider and body of each request of that dialect."""
    member = "messages" if dialect == "chat" else "input"
    for path in sorted((*corpus.glob(f"{dialect}/*/*.json"), *corpus.glob(f"sync/{dialect}/*/*.json"))):
        about = json.loads(path.read_text("utf-8"))
        body = about.get("request_body")
        if isinstance(body, dict) and member in body and body.get("model"):
            yield str(path.relative_to(corpus)), about["provider"], body


def said(value: Any) -> Any:
    """A request without members that are null, which say nothing."""
    if isinstance(value, dict):
        return {name: said(member) for name, member in value.items() if member is not None}
    return [said(one) for one in value] if isinstance(value, list) else value


def as_sent(body: dict[str, Any], dialect: Dialect) -> dict[str, Any]:
    """A request in the members that this engine sends where there are several for a thing."""
    body = dict(said(body))
    if not body.get("stream"):
        body.pop("stream", None)
    if dialect == "responses":
        for item in body["input"] if isinstance(body["input"], list) else ():
            words = item.get("content") if item.get("role") == "assistant" else None
            for part in words if isinstance(words, list) else ():
                if part["type"] == "output_text":
                    part.setdefault("annotations", [])
    else:
        _as_sent_to_chat(body)
    return body


def _as_sent_to_chat(body: dict[str, Any]) -> None:
    if "max_tokens" in body:
        body["max_completion_tokens"] = body.pop("max_tokens")
    if body.get("stream"):
        body["stream_options"] = {**body.get("stream_options", {}), "include_usage": True}
    if isinstance(body.get("stop"), str):
        body["stop"] = [body["stop"]]
    for message in body["messages"]:
        if message.get("annotations") == []:
            del message["annotations"]


@pytest.mark.parametrize("dialect", ["chat", "responses"])
def test_what_official_clients_asked_is_sent_as_it_was(corpus: Path, dialect: Dialect) -> None:
    """Of requests to OpenAI nothing is lost; those with legacy functions become requests with tools."""
    compared = 0
    for name, provider, body in requests(corpus, dialect):
        if provider != "openai" or "functions" in body:
            continue
        try:
            out = asked(dialect, body, dialect)
        except RequestRefused:
            # Test data has some that OpenAI refused, too.
            continue
        sent = said(out.body)
        for tool, told in zip(body.get("tools") or (), sent.get("tools", ()), strict=False):
            if dialect == "responses" and tool.get("type") == "function" and tool.get("strict", True) is None:
                # Null and false are one to OpenAI.
                told.pop("strict")
        assert sent == as_sent(body, dialect), name
        compared += 1
    assert compared > 250


@pytest.mark.parametrize("dialect", ["chat", "responses"])
def test_what_clients_asked_of_others_reaches_an_upstream_of_the_other_kind(
    corpus: Path, dialect: Dialect
) -> None:
    """Every text of every message stands in the upstream's request, or a loss names where it stood."""
    other: Dialect = "responses" if dialect == "chat" else "chat"
    codes: Counter[str] = Counter()
    compared = 0
    for name, provider, body in requests(corpus, dialect):
        try:
            out = asked(dialect, body, other, provider if provider in upstream_names() else "openai")
        except RequestRefused:
            continue
        codes.update(out.codes)
        sent = json.dumps(out.body, ensure_ascii=False)
        told = [at for _, at in out.losses]
        for at, text in texts(body, dialect):
            is_told = any(at == one or at.startswith(f"{one}/") for one in told)
            assert is_told or json.dumps(text, ensure_ascii=False)[1:-1] in sent, (name, at)
        compared += 1
    assert compared > 250
    assert "L100" not in codes or codes["L100"] < compared


def texts(body: dict[str, Any], dialect: Dialect) -> Iterator[tuple[str, str]]:
    """Texts of messages and results, with their places."""
    items = body["messages" if dialect == "chat" else "input"]
    root = "/messages" if dialect == "chat" else "/input"
    if isinstance(items, str):
        yield root, items
        return
    for index, item in enumerate(items):
        for member in ("content", "output"):
            value = item.get(member)
            if isinstance(value, str):
                yield f"{root}/{index}/{member}", value
            elif isinstance(value, list):
                for number, part in enumerate(value):
                    if isinstance(part, dict) and isinstance(part.get("text"), str):
                        yield f"{root}/{index}/{member}/{number}", part["text"]
