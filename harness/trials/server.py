"""The loopback server: each session has a base URL of its own, which says what it is served."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, Self

from harness.trials import chat_stream, responses_stream
from harness.trials.encoding import blocks, streamed
from harness.trials.material import AFTER
from harness.trials.trial import JSON_HEADERS, Answer, Piece

if TYPE_CHECKING:
    from types import TracebackType

    from harness.trials.trial import Trial, TrialDialect

_PATHS: Final[dict[str, TrialDialect]] = {"/chat/completions": "chat", "/responses": "responses"}
_LARGEST: Final = 16 * 1024 * 1024
"""Bytes of a request that are read."""


class Session:
    """What one client is served, and what it asked.

    Args:
        trial: What it is served.
        base_url: Where.
    """

    def __init__(self, trial: Trial, base_url: str) -> None:
        self.trial = trial
        self.base_url = base_url
        self.requests = 0
        self.followed = False
        """Whether it ran the tools and asked again."""
        self.strayed: list[str] = []
        """What it asked that belongs to no trial."""
        self._answers = trial.answers()
        self._lock = threading.Lock()

    def answer(self, path: str, body: bytes) -> Answer:
        """What is answered to a request."""
        dialect = next((name for end, name in _PATHS.items() if path.endswith(end)), None)
        if dialect != self.trial.dialect:
            return self._strayed(404, f"{path} is not served here: the trial is of {self.trial.dialect}")
        try:
            asked = json.loads(body)
            is_streamed = asked.get("stream") is True
        except (ValueError, AttributeError):
            return self._strayed(400, "the request is not a JSON object")
        if not is_streamed:
            return self._strayed(400, "the request does not ask for a stream")
        if _has_result(asked):
            self.followed = True
            return _after(dialect)
        with self._lock:
            number = min(self.requests, len(self._answers) - 1)
            self.requests += 1
        return self._answers[number]

    def _strayed(self, status: int, message: str) -> Answer:
        self.strayed.append(message)
        error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
        return Answer(
            status=status, headers=JSON_HEADERS, pieces=(Piece(json.dumps({"error": error}).encode()),)
        )


class TrialServer:
    """Serves sessions until it is closed; a context manager."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._closed = threading.Event()
        self._lock = threading.Lock()
        server, closed = self, self._closed

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # pieces must come apart
            wbufsize = 0

            def do_POST(self) -> None:
                length = self.headers.get("content-length") or "0"
                if not length.isdigit() or int(length) > _LARGEST:
                    self.send_error(413)
                    return
                body = self.rfile.read(int(length))
                path = self.path.partition("?")[0]
                session = server._sessions.get(path.split("/")[1])
                if session is None:
                    self.send_error(404)
                    return
                _write(self, session.answer(path, body), closed)

            def do_GET(self) -> None:
                listed = {"object": "list", "data": [{"id": "trial-1", "object": "model", "created": 1}]}
                answer = Answer(headers=JSON_HEADERS, pieces=(Piece(json.dumps(listed).encode()),))
                _write(self, answer, closed)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Say nothing: clients leave when they like."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def open(self, trial: Trial) -> Session:
        """A new session; sessions are told apart by their base URL."""
        with self._lock:
            name = f"s{len(self._sessions)}"
            session = Session(trial, f"http://127.0.0.1:{self._server.server_port}/{name}/v1")
            self._sessions[name] = session
        return session

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _write(handler: BaseHTTPRequestHandler, answer: Answer, closed: threading.Event) -> None:
    """Write an answer piece by piece; a client that has left ends it."""
    is_stream = any(value.startswith("text/event-stream") for _, value in answer.headers)
    is_chunked = is_stream and answer.framing == "chunked"
    try:
        handler.send_response(answer.status)
        for name, value in answer.headers:
            handler.send_header(name, value)
        if not is_stream:
            handler.send_header("content-length", str(len(answer.body)))
        elif is_chunked:
            handler.send_header("transfer-encoding", "chunked")
        else:
            handler.send_header("connection", "close")
            handler.close_connection = True
        handler.end_headers()
        for piece in answer.pieces:
            if piece.after and closed.wait(piece.after):
                return
            data = piece.data
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data) if is_chunked else data)
        if is_chunked:
            handler.wfile.write(b"0\r\n\r\n")
    except OSError:
        handler.close_connection = True


def _has_result(asked: dict[str, Any]) -> bool:
    """Whether the request brings the result of a call: the client runs tools, and is to come to an end."""
    for member in ("messages", "input"):
        turns = asked.get(member)
        if isinstance(turns, list) and any(
            isinstance(one, dict)
            and (one.get("role") == "tool" or str(one.get("type", "")).endswith("_call_output"))
            for one in turns
        ):
            return True
    return False


def _after(dialect: TrialDialect) -> Answer:
    payloads = chat_stream.plain(AFTER) if dialect == "chat" else responses_stream.plain(AFTER)
    return streamed(blocks(payloads, dialect))[0]
