"""What is done about losses of requests: which refuse, with what words, what a policy makes of them, and the header."""

from __future__ import annotations

from typing import Any

import pytest

from harness.errors import RequestRefused
from harness.findings import Severity
from harness.translation.losses import CODES, LossPolicy
from tests.request_cells import cell, least, sent

OWN = LossPolicy()
IMAGE = {"type": "input_image", "file_id": "file-1"}
SOUND = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}


def user(*parts: dict[str, Any]) -> list[dict[str, Any]]:
    """What the user said."""
    return [{"role": "user", "content": [*parts]}]


def call(arguments: str) -> list[dict[str, Any]]:
    """A turn with a call, and its result."""
    told = {"id": "1", "type": "function", "function": {"name": "f", "arguments": arguments}}
    return [
        {"role": "assistant", "tool_calls": [told]},
        {"role": "tool", "tool_call_id": "1", "content": "r"},
    ]


REFUSED: tuple[tuple[str, str, dict[str, Any], str, str, str], ...] = (
    ("L105", "chat", {"stop": "a"}, "responses", "stop", "parameter"),
    ("L105", "chat", {"stop": [" "]}, "anthropic", "stop", "parameter"),
    ("L106", "chat", {"n": 2}, "responses", "n", "value"),
    ("L106", "chat", {"n": 2}, "anthropic", "n", "value"),
    ("L106", "chat", {"n": 2}, "chat/groq", "n", "value"),
    ("L106", "chat", {"n": 9}, "gemini", "n", "value"),
    ("L128", "responses", {"background": True}, "chat", "background", "parameter"),
    ("L128", "responses", {"previous_response_id": "r"}, "gemini", "previous_response_id", "parameter"),
    ("L128", "responses", {"conversation": "c"}, "anthropic", "conversation", "parameter"),
    ("L128", "responses", {"prompt": {"id": "p"}}, "chat", "prompt", "parameter"),
    ("L133", "chat", {"messages": user(SOUND)}, "responses", "messages[0].content[0]", "value"),
    ("L133", "chat", {"messages": user(SOUND)}, "anthropic", "messages[0].content[0]", "value"),
    (
        "L134",
        "responses",
        {"input": user({"type": "input_file", "file_url": "https://example.com/a"})},
        "chat",
        "input[0].content[0]",
        "value",
    ),
    ("L138", "chat", {"messages": call("{bad")}, "gemini", "messages[0].tool_calls[0]", "value"),
    ("L138", "chat", {"messages": call("[1]")}, "anthropic", "messages[0].tool_calls[0]", "value"),
    (
        "L141",
        "responses",
        {"input": [{"type": "function_call_output", "call_id": "9", "output": "r"}]},
        "chat",
        "input[0]",
        "value",
    ),
    (
        "L145",
        "responses",
        {"input": [{"type": "compaction", "encrypted_content": "x"}]},
        "chat",
        "input[0]",
        "value",
    ),
    (
        "L147",
        "responses",
        {"input": [{"type": "item_reference", "id": "msg_1"}]},
        "gemini",
        "input[0]",
        "value",
    ),
    ("L156", "responses", {"input": user(IMAGE)}, "chat", "input[0].content[0]", "value"),
    ("L156", "responses", {"input": user(IMAGE)}, "gemini", "input[0].content[0]", "value"),
    ("L156", "responses", {"input": user(IMAGE)}, "anthropic", "input[0].content[0]", "value"),
    ("L161", "responses", {"tools": [{"type": "file_search"}]}, "chat", "tools[0]", "value"),
    ("L161", "responses", {"tools": [{"type": "mcp"}]}, "anthropic", "tools[0]", "value"),
    ("L161", "chat", {"web_search_options": {}}, "chat/groq", "web_search_options", "parameter"),
)


@pytest.mark.parametrize(
    ("code", "inbound", "said", "upstream", "param", "kind"),
    [pytest.param(*row, id=f"{row[0]}-{row[1]}-{row[3]}-{number}") for number, row in enumerate(REFUSED)],
)
def test_what_changes_the_question_is_refused_as_openai_refuses(
    code: str, inbound: str, said: dict[str, Any], upstream: str, param: str, kind: str
) -> None:
    """Status 400 before anything is sent; whoever runs this may have each code reported instead."""
    body = least(inbound, "m") | said
    with pytest.raises(RequestRefused) as caught:
        sent(inbound, body, upstream, policy=OWN)
    assert (caught.value.status, caught.value.kind) == (400, "invalid_request_error")
    assert (caught.value.param, caught.value.name) == (param, f"unsupported_{kind}")
    assert code in caught.value.message
    warned = sent(inbound, body, upstream, policy=LossPolicy(None, {code: "warn"})).session.ledger.losses
    assert {one.severity for one in warned if one.code == code} == {Severity.WARNING}


def test_every_code_that_refuses_a_request_is_in_this_table() -> None:
    """Those that count as errors by themselves."""
    assert {row[0] for row in REFUSED} == {
        code for code, kind in CODES.items() if kind.severity is Severity.ERROR
    }


@pytest.mark.parametrize(
    ("said", "code", "severity"),
    [({"seed": 1}, "L107", Severity.WARNING), ({"user": "u"}, "L120", Severity.INFO)],
)
def test_a_policy_decides_about_losses(said: dict[str, Any], code: str, severity: Severity) -> None:
    """`error` refuses what is a warning by itself, and a mere note only where it is named; `allow` lets all pass."""
    body = least("chat", "m") | said

    def severities(policy: LossPolicy) -> list[Severity]:
        ledger = sent("chat", body, "gemini" if code == "L120" else "responses", policy=policy).session.ledger
        return [one.severity for one in ledger.losses]

    assert severities(OWN) == [severity]
    assert severities(LossPolicy("allow")) == [Severity.INFO]
    assert severities(LossPolicy("error", {code: "allow"})) == [Severity.INFO]
    with pytest.raises(RequestRefused):
        severities(LossPolicy(None, {code: "error"}))
    if severity is Severity.INFO:
        assert severities(LossPolicy("error")) == [Severity.INFO]
    else:
        with pytest.raises(RequestRefused):
            severities(LossPolicy("error"))


def test_what_says_what_happens_anyway_is_refused_by_no_policy() -> None:
    """Clients send defaults; without a place for them, nothing is lost."""
    said = {
        "n": 1,
        "frequency_penalty": 0,
        "presence_penalty": 0,
        "logit_bias": {},
        "logprobs": False,
        "metadata": {},
        "store": False,
        "service_tier": "auto",
        "modalities": ["text"],
        "response_format": {"type": "text"},
    }
    for upstream in ("responses", "gemini", "anthropic", "chat/groq", "chat/ollama"):
        policy = LossPolicy("error", {"L102": "allow", "L118": "error", "L121": "error", "L122": "error"})
        sent("chat", least("chat", "m") | said, upstream, policy=policy)


def test_the_header_names_code_and_place_and_counts_what_does_not_fit() -> None:
    """Two kilobytes at most."""
    few = sent("chat", least("chat", "m") | {"seed": 1, "user": "u", "a b,c;d": 1}, "gemini").session.ledger
    assert few.header() == "L120;path=/user, L100;path=/a%20b%2Cc%3Bd"
    many = sent("chat", least("chat", "m") | {f"member_{n}": n for n in range(200)}, "gemini").session.ledger
    header = many.header()
    assert len(header) <= 2_048
    told = header.split(", ")
    assert told[0] == "L100;path=/member_0"
    assert told[-1] == f"+{200 - (len(told) - 1)}"


def test_the_header_tells_of_the_request_only() -> None:
    """What an answer loses stands in the result and in recordings."""
    ledger = sent("chat", least("chat", "m") | {"seed": 1}, "responses").session.ledger
    ledger.lose("L240", "answer")
    ledger.lose("L210", "event 3")
    assert ledger.header() == "L107;path=/seed"


# -- the reasoning effort, by generation of models


EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")


@pytest.mark.parametrize(
    ("upstream", "model", "told"),
    [
        ("anthropic", "claude-3-5-haiku-20241022", "- | -! | -! | -! | -! | -! | -!"),
        ("anthropic", "claude-3-7-sonnet-20250219", "- | 1024 | 2048 | 8192 | 16384 | 16384! | 16384!"),
        ("anthropic", "claude-sonnet-4-20250514", "- | 1024 | 2048 | 8192 | 16384 | 16384! | 16384!"),
        ("anthropic", "claude-sonnet-4-5", "- | 1024 | 2048 | 8192 | 16384 | 16384! | 16384!"),
        (
            "anthropic",
            "claude-opus-4-6",
            "- | adaptive low! | adaptive low | adaptive medium | adaptive high | adaptive high! | adaptive max",
        ),
        (
            "anthropic",
            "claude-opus-4-7",
            "- | adaptive low! | adaptive low | adaptive medium | adaptive high | adaptive xhigh | adaptive max",
        ),
        (
            "anthropic",
            "claude-sonnet-5",
            "disabled | adaptive low! | adaptive low | adaptive medium | adaptive high | adaptive xhigh | adaptive max",
        ),
        (
            "anthropic",
            "claude-opus-5-5",
            "- low! | adaptive low! | adaptive low | adaptive medium | adaptive high | adaptive xhigh | adaptive max",
        ),
        ("gemini", "gemini-2.0-flash", "- | -! | -! | -! | -! | -! | -!"),
        ("gemini", "gemini-2.5-flash-lite", "0 | 1024 | 1024 | 8192 | 24576 | 24576! | 24576!"),
        ("gemini", "gemini-2.5-flash", "0 | 1024 | 1024 | 8192 | 24576 | 24576! | 24576!"),
        ("gemini", "gemini-2.5-pro", "128! | 1024 | 1024 | 8192 | 24576 | 24576! | 24576!"),
        ("gemini", "gemini-3-pro-preview", "LOW! | LOW! | LOW | HIGH! | HIGH | HIGH! | HIGH!"),
        ("gemini", "gemini-3-flash", "MINIMAL! | MINIMAL | LOW | MEDIUM | HIGH | HIGH! | HIGH!"),
        ("gemini", "gemini-3.1-pro", "LOW! | LOW! | LOW | MEDIUM | HIGH | HIGH! | HIGH!"),
        ("gemini", "gemini-flash-latest", "MINIMAL! | MINIMAL | LOW | MEDIUM | HIGH | HIGH! | HIGH!"),
        ("gemini", "unknown-model", "- | -! | -! | -! | -! | -! | -!"),
    ],
)
def test_an_effort_is_what_the_model_takes_nearest_to_it(upstream: str, model: str, told: str) -> None:
    """From `none` to `max`: a budget in tokens, a level, or nothing (`-`); `!` marks what was changed or left out."""
    given = []
    for effort in EFFORTS:
        found = cell("chat", {"model": model, "reasoning_effort": effort}, upstream)
        assert found.losses in ([], ["L115 /reasoning_effort"])
        given.append(word(found.told) + "!" * len(found.losses))
    assert " | ".join(given) == told


def word(told: dict[str, Any]) -> str:
    """What a body says of thinking."""
    config = told.get("generationConfig", {}).get("thinkingConfig", {})
    thinking = told.get("thinking", {})
    kind = thinking.get("type")
    amount = config.get("thinkingBudget", config.get("thinkingLevel", thinking.get("budget_tokens", kind)))
    effort = told.get("output_config", {}).get("effort")
    return f"{'-' if amount is None else amount}{'' if effort is None else f' {effort}'}"
