"""The openai package for Python, with its accumulating stream helpers: what most Python programs run."""

from __future__ import annotations

import re
import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

from harness.io.sdks.verdict import SdkVerdict

if TYPE_CHECKING:
    from harness.io.sdks.verdict import Fed

    _Read = tuple[str | None, tuple[str, ...]]

NAME = "openai-python"


def ask(fed: Fed) -> SdkVerdict:
    """Read the answer as a program would, to its end."""
    try:
        openai = import_module("openai")
    except ImportError:
        return SdkVerdict(sdk=NAME, status="absent", message="the package openai is not installed")
    # openai 3 is built on httpx2, earlier ones on httpx: the default client tells.
    transports = import_module(openai.DefaultHttpxClient.__mro__[1].__module__.partition(".")[0])

    def answer(_: object) -> Any:
        return transports.Response(fed.status, headers=list(fed.headers), content=fed.body)

    client = openai.OpenAI(
        api_key="none",
        base_url="http://recorded.invalid/v1",
        max_retries=0,
        http_client=transports.Client(transport=transports.MockTransport(answer)),
    )
    version = str(openai.__version__)
    read = _read_chat if fed.dialect == "chat" else _read_responses
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            text, calls = read(client, streamed=fed.streamed)
        except Exception as error:  # noqa: BLE001 - whatever it raises is the verdict
            return SdkVerdict(
                sdk=NAME,
                version=version,
                status="raised",
                exception=type(error).__name__,
                message=_one_line(str(error)),
            )
    return SdkVerdict(sdk=NAME, version=version, status="ok", text=text, calls=calls)


def _read_chat(client: Any, *, streamed: bool) -> _Read:
    asked: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
    if not streamed:
        return _of_completion(client.chat.completions.create(**asked))
    with client.chat.completions.stream(**asked) as stream:
        for _ in stream:
            pass
        return _of_completion(stream.get_final_completion())


def _of_completion(completion: Any) -> _Read:
    message = completion.choices[0].message
    called = (getattr(call, "function", None) for call in message.tool_calls or ())
    return message.content, tuple(f"{one.name}({one.arguments})" for one in called if one is not None)


def _read_responses(client: Any, *, streamed: bool) -> _Read:
    if not streamed:
        return _of_response(client.responses.create(model="m", input="x"))
    with client.responses.stream(model="m", input="x") as stream:
        for _ in stream:
            pass
        return _of_response(stream.get_final_response())


def _of_response(response: Any) -> _Read:
    calls = [item for item in response.output if item.type == "function_call"]
    return response.output_text, tuple(f"{one.name}({one.arguments})" for one in calls)


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()[:300]
