"""The streams of the corpus as exchanges that can be judged, and which of them are OpenAI's own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response

if TYPE_CHECKING:
    from pathlib import Path

READ = 1448

_ASKED_LATER = "its request was given include_usage after the recording: the answer has no usage"
_ACTIVEAGENT = "chat/openai/activeagent"
_FORMAT_TEST = "integration-open-ai-chat-native-format-test-test-agent"
EDITED = {
    f"{_ACTIVEAGENT}--{_FORMAT_TEST}-functions-with-streaming-e8f7a9__0.sse": _ASKED_LATER,
    f"{_ACTIVEAGENT}--{_FORMAT_TEST}-functions-with-streaming-e8f7a9__1.sse": _ASKED_LATER,
    f"{_ACTIVEAGENT}--fixtures-vcr-cassettes-{_FORMAT_TEST}-streaming__0.sse": _ASKED_LATER,
}
"""Recordings that were changed after the fact, with what shows it: they are no evidence."""


def is_official(row: dict[str, Any]) -> bool:
    """Whether a row of the index is a stream of api.openai.com whose bytes are as they were on the wire."""
    return (row["host"], row["fidelity"], row["authenticity"]) == ("api.openai.com", "wire", "recorded")


def recorded(corpus: Path, name: str) -> Exchange:
    """One stream of the corpus, with the request that it answers; its times are not known, so all are 0."""
    data = (corpus / name).read_bytes()
    known: dict[str, Any] = json.loads((corpus / name).with_suffix(".json").read_bytes())
    given = known["request_body"]
    request = Request(
        known["method"] or "POST",
        f"https://{known['host']}{known['path']}" + (f"?{known['query']}" if known["query"] else ""),
        body=json.dumps(given).encode() if given is not None else b"",
    )
    # The bodies of the corpus are decoded: the fields that tell of the encoded ones would be untrue.
    untrue = {"content-encoding", "content-length", "transfer-encoding"}
    headers = tuple(
        (key, value)
        for key, values in (known["response_headers"] or {}).items()
        if key.lower() not in untrue
        for value in ([values] if isinstance(values, str) else values)
    )
    chunks = tuple(Chunk(0, data[at : at + READ]) for at in range(0, len(data), READ))
    return Exchange(
        index=0,
        request=request if given is not None or known["method"] == "GET" else Request("", ""),
        response=Response(known.get("status") or 200, headers, chunks),
        ending=Ending(How.COMPLETE),
    )
