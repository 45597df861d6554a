"""What was lost of a request on its way upstream, and what it explains of the answer."""

from __future__ import annotations

import json

from harness.checking.exchanges import judge
from harness.rules.example import parse_example


def test_what_becomes_of_a_call_that_upstream_was_never_told_of_shows_nothing() -> None:
    """No real upstream would have made it: the tool that was lost on the way is the fault."""
    tools = [{"type": "function", "function": {"name": "get_weather"}}]
    asked = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "Hello."}]}
    example = parse_example(
        f"request: {json.dumps(asked | {'tools': tools})}\nstream: translation/chat_text\n"
        f"--- upstream\nrequest: {json.dumps(asked)}\nstream: translation/chat_tool"
    )
    assert example.upstream is not None

    found = {one.rule for one in judge(example.exchange, upstream=example.upstream.exchange).findings}

    assert "XLAT-REQ-005" in found
    assert "XLAT-TOOL-001" not in found
