"""A client on the standard library that reads both dialects well, or with one defect that is named on its command line.

It imports nothing of the harness: it is what a user's own program may look like.
"""

from __future__ import annotations

import codecs
import json
import os
import sys
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFECT = sys.argv[1] if len(sys.argv) > 1 else "none"
PATHS = {"chat": "/chat/completions", "responses": "/responses"}


def opened(base_url: str, dialect: str, body: dict[str, Any]) -> Any:
    """The answer's body; a busy server is asked again."""
    request = urllib.request.Request(  # noqa: S310 - the loopback address that it is given
        base_url + PATHS[dialect],
        data=json.dumps(body).encode(),
        headers={"content-type": "application/json"},
    )
    for turn in range(3):
        try:
            return urllib.request.urlopen(request, timeout=60)  # noqa: S310
        except urllib.error.HTTPError as error:
            told = error.read().decode("utf-8", "replace")
            if error.code not in {429, 503} or turn == 2:
                raise RuntimeError(f"status {error.code}: {told}") from None
            time.sleep(float(error.headers.get("retry-after") or 0.1))
    raise RuntimeError("not reached")


def lines(body: Any) -> Iterator[str]:
    """The lines of a body, whatever the cut, ended by LF, CR LF or CR."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    text, first, after_cr = "", True, False
    while True:
        data = body.read1(65_536)
        if DEFECT == "cuts characters":
            text += data.decode("utf-8", "replace")
        else:
            text += decoder.decode(data)
        if first and text:
            text, first = text.removeprefix("\ufeff"), False
        if DEFECT == "splits at every line end":
            *whole, text = [*text.splitlines(), ""] if text.endswith("\n") else (text.splitlines() or [""])
            yield from whole
        else:
            if after_cr and text.startswith("\n"):
                text, after_cr = text[1:], False
            while (at := min((n for n in (text.find("\n"), text.find("\r")) if n >= 0), default=-1)) >= 0:
                is_cr = text[at] == "\r"
                yield text[:at]
                text = text[at + 1 :]
                if is_cr and text.startswith("\n"):
                    text = text[1:]
                after_cr = is_cr and not text
        if not data:
            return


def payloads(body: Any) -> Iterator[dict[str, Any]]:
    """What the events say, up to `[DONE]`."""
    data: list[str] = []
    for line in lines(body):
        if line:
            field, _, value = line.partition(":")
            if field == "data":
                data.append(value.removeprefix(" "))
            continue
        text, data = "\n".join(data), []
        if text == "[DONE]":
            return
        if text or DEFECT == "takes comments for events":
            yield json.loads(text)


def of_chat(events: Iterator[dict[str, Any]]) -> dict[str, Any]:
    """What chunks add up to."""
    told: dict[str, Any] = {"text": "", "refusal": "", "finish": None, "error": None, "usage": None}
    calls: dict[int, dict[str, str]] = {}
    for chunk in events:
        if chunk.get("error") and DEFECT != "swallows errors":
            error = chunk["error"]
            return {**told, "error": error["message"] if isinstance(error, dict) else str(error)}
        if chunk.get("usage"):
            told["usage"] = [chunk["usage"]["prompt_tokens"], chunk["usage"]["completion_tokens"]]
        choices = chunk.get("choices", ())
        for choice in [choices[0]] if DEFECT == "needs a choice" else choices:
            delta = choice["delta"]
            told["text"] += delta.get("content") or ""
            told["refusal"] += delta.get("refusal") or ""
            told["finish"] = choice.get("finish_reason") or told["finish"]
            for one in delta.get("tool_calls") or ():
                index = 0 if DEFECT == "ignores indices" else one["index"]
                call = calls.setdefault(index, {"name": "", "arguments": ""})
                for member in call:
                    call[member] += (one.get("function") or {}).get(member) or ""
    return {**told, "calls": [calls[index] for index in sorted(calls)]}


def of_responses(events: Iterator[dict[str, Any]]) -> dict[str, Any]:
    """What events add up to."""
    told: dict[str, Any] = {
        "text": "", "refusal": "", "reasoning": "", "finish": None, "error": None, "usage": None, "calls": [],
    }  # fmt: skip
    places = {
        "response.output_text.delta": "text",
        "response.refusal.delta": "refusal",
        "response.reasoning_summary_text.delta": "reasoning",
    }
    for event in events:
        kind = event.get("type") or ""
        if kind in places:
            told[places[kind]] += event["delta"]
        elif kind == "response.output_item.done" and event["item"]["type"] == "function_call":
            told["calls"].append({key: event["item"][key] for key in ("name", "arguments")})
        elif event.get("error") or kind == "error":
            error = event.get("error") or event
            return {**told, "error": error["message"]}
        elif kind == "response.failed":
            return {**told, "error": event["response"]["error"]["message"]}
        elif kind in {"response.completed", "response.incomplete"}:
            whole = event["response"]
            told["finish"] = (whole["incomplete_details"] or {}).get("reason") or whole["status"]
            if whole["usage"]:
                told["usage"] = [whole["usage"]["input_tokens"], whole["usage"]["output_tokens"]]
        elif DEFECT == "knows all events" and not kind.startswith("response."):
            raise RuntimeError(f"what is {kind}?")
    return told


def answered(asked: dict[str, Any]) -> dict[str, Any]:
    """One question, and what came."""
    read = {"chat": of_chat, "responses": of_responses}[asked["dialect"]]
    body = {"model": asked["model"], "stream": True, "messages": [], "input": []}
    try:
        with opened(asked["base_url"], asked["dialect"], body) as answer:
            return read(payloads(answer))
    except Exception as error:  # noqa: BLE001 - it is told
        return {"error": f"{type(error).__name__}: {error}"}


def main() -> None:
    """One trial, or many."""
    if DEFECT == "never asks":
        print(json.dumps({"text": "hello"}))  # noqa: T201
        return
    if DEFECT == "hangs":
        time.sleep(600)
    if DEFECT == "dies":
        raise SystemExit("no such luck")
    if DEFECT == "says nothing":
        return
    if os.environ.get("HARNESS_LINES"):
        for line in sys.stdin:
            asked = json.loads(line)
            if DEFECT == "dies at calls" and "call" in asked["trial"]:
                os._exit(3)
            print(json.dumps(answered(asked)), flush=True)  # noqa: T201
        return
    names = {"dialect": "HARNESS_DIALECT", "model": "HARNESS_MODEL", "base_url": "OPENAI_BASE_URL"}
    print("starting")  # noqa: T201 - the last line counts
    print(json.dumps(answered({key: os.environ[name] for key, name in names.items()})))  # noqa: T201


if __name__ == "__main__":
    main()
