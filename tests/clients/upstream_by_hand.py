"""A live upstream of all four dialects, on the standard library's server, that plays the scenes.

It looks at what the gateway sends as a provider would: the end of the conversation chooses the scene, and a
conversation that lost a call or its result is told so, which no test takes for its answer.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

from tests.clients import dialects_by_hand as by_hand
from tests.clients import scenes
from tests.clients.scenes import Call, Scene

if TYPE_CHECKING:
    from types import TracebackType

DIALECTS = ("chat", "responses", "gemini", "anthropic")
SCRIPT = f'text((await tools.exec_command({{cmd: "echo {scenes.ECHOED}"}})).output)'
SHELLS = {
    "functions__exec": {"input": SCRIPT},
    "exec_command": {"cmd": f"echo {scenes.ECHOED}"},
    "shell_command": {"command": f"echo {scenes.ECHOED}"},
    "shell": {"command": ["echo", scenes.ECHOED]},
}
"""What coding agents call their shell, and how it is asked."""


class UpstreamByHand:
    """Serves the dialects under their own paths, in HTTP chunks that cut characters apart.

    Args:
        size: Bytes of each HTTP chunk.
    """

    def __init__(self, size: int = 61) -> None:
        self._busy: dict[str, int] = {}
        self._responses: dict[str, list[Any]] = {}
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)))
                path = self.path.partition("?")[0]
                status, kind, data = upstream.answer(path, body)
                self.send_response(status)
                self.send_header("content-type", kind)
                if status >= 429:
                    self.send_header("retry-after-ms", "20")
                if kind == "application/json":
                    self.send_header("content-length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)
                    return
                self.send_header("transfer-encoding", "chunked")
                self.end_headers()
                for start in range(0, len(data), size):
                    piece = data[start : start + size]
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                    self.wfile.flush()
                self.wfile.write(b"0\r\n\r\n")

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Say nothing: the test's own output is enough."""

        class Server(ThreadingHTTPServer):
            def handle_error(self, request: Any, client_address: Any) -> None:
                """Say nothing: clients leave."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, path: str, body: dict[str, Any]) -> tuple[int, str, bytes]:
        """Status, content type and body of an answer."""
        dialect = _dialect_of(path)
        conversation = self._conversation(dialect, body)
        scene = _scene(dialect, conversation, body)
        streamed = path.endswith(":streamGenerateContent") or body.get("stream") is True
        if scene.denied:
            return 400, "application/json", _error(dialect, 400, scenes.DENIED)
        if scene.breaks and not streamed:
            return 500, "application/json", _error(dialect, 500, scenes.BROKEN)
        if scene.busy:
            self._busy[dialect] = turn = self._busy.get(dialect, 0) + 1
            if turn % 2:
                return 429, "application/json", _error(dialect, 429, scenes.BUSY)
        if dialect == "responses":
            return self._response(scene, conversation, body, streamed=streamed)
        if streamed:
            return 200, "text/event-stream", _stream(dialect, scene, body)
        whole = {
            "chat": by_hand.chat_whole,
            "gemini": by_hand.gemini_whole,
            "anthropic": by_hand.anthropic_whole,
        }[dialect](scene)
        return 200, "application/json", json.dumps(whole, ensure_ascii=False).encode()

    def _conversation(self, dialect: str, body: dict[str, Any]) -> list[Any]:
        """All of it, also what is only named by the id of the response before."""
        if dialect != "responses":
            turns: list[Any] = body["contents" if dialect == "gemini" else "messages"]
            return turns
        given = body["input"]
        items = [{"role": "user", "content": given}] if isinstance(given, str) else given
        return [*self._responses.get(body.get("previous_response_id") or "", ()), *items]

    def _response(
        self, scene: Scene, conversation: list[Any], body: dict[str, Any], *, streamed: bool
    ) -> tuple[int, str, bytes]:
        """A response with an id of its own; it is remembered."""
        whole = by_hand.responses_whole(scene, body)
        name = f"resp_hand{len(self._responses)}"
        self._responses[name] = [*conversation, *whole["output"]]
        kind, data = "application/json", json.dumps(whole, ensure_ascii=False).encode()
        if streamed:
            kind, data = "text/event-stream", by_hand.responses_stream(scene, body)
        return 200, kind, data.replace(b'"resp_hand"', f'"{name}"'.encode())


def _scene(dialect: str, conversation: list[Any], body: dict[str, Any]) -> Scene:
    said, results = _last(dialect, conversation)
    history = json.dumps(conversation, ensure_ascii=False)
    if results is None:
        if said == "echo":
            return _shell(body)
        return scenes.SCENES.get(said) or Scene(text=f"no scene is called {said!r}")
    if scenes.ECHOED in results:
        return Scene(text=f"It said {scenes.ECHOED}.")
    wanted = ["get_weather", "Paris", scenes.TOOL_RESULT]
    wanted += ["CET", scenes.TIME_RESULT] if "get_time" in history else []
    if any(it not in history for it in wanted):
        return Scene(text=f"the conversation was lost on its way: {history}")
    return Scene(text=scenes.AFTER_TOOL)


def _dialect_of(path: str) -> str:
    if path.endswith("/chat/completions"):
        return "chat"
    if path.endswith("/responses"):
        return "responses"
    return "anthropic" if path.endswith("/messages") else "gemini"


def _last(dialect: str, conversation: list[Any]) -> tuple[str, str | None]:
    """What the user said last, or what the tools gave, if that came last."""
    last = conversation[-1]
    told = json.dumps(last, ensure_ascii=False)
    if dialect == "responses" and last.get("type", "message").endswith("_output"):
        return "", told
    if dialect == "chat" and last["role"] == "tool":
        return "", told
    parts = last.get("parts") if dialect == "gemini" else last["content"]
    if isinstance(parts, str):
        return parts, None
    if any("functionResponse" in part or part.get("type") == "tool_result" for part in parts):
        return "", told
    return "".join(part.get("text", "") for part in parts[-1:]), None


def _shell(body: dict[str, Any]) -> Scene:
    """A call of the shell that was offered, whatever it is called."""
    offered = json.dumps(body.get("tools"))
    name = next((name for name in SHELLS if f'"{name}"' in offered), None)
    if name is None:
        return Scene(text=f"no shell is offered: {offered}")
    return Scene(calls=(Call("call_shell_4", name, json.dumps(SHELLS[name])),), finish="tool_calls")


def _stream(dialect: str, scene: Scene, body: dict[str, Any]) -> bytes:
    if dialect == "chat":
        options = body.get("stream_options") or {}
        return by_hand.chat_stream(scene, with_usage=options.get("include_usage") is True)
    return by_hand.gemini_stream(scene) if dialect == "gemini" else by_hand.anthropic_stream(scene)


def _error(dialect: str, status: int, message: str) -> bytes:
    words = {
        400: ("invalid_request_error", "INVALID_ARGUMENT"),
        429: ("rate_limit_error", "RESOURCE_EXHAUSTED"),
        500: ("api_error", "INTERNAL"),
    }
    kind, google = words[status]
    error: dict[str, Any] = {"error": {"message": message, "type": kind, "param": None, "code": None}}
    if dialect == "gemini":
        error = {"error": {"code": status, "message": message, "status": google}}
    elif dialect == "anthropic":
        error = {"type": "error", "error": {"type": kind, "message": message}}
    return json.dumps(error).encode()
