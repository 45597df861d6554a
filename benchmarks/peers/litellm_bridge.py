"""LiteLLM's bridges on streams that were made for them; run by `benchmarks.translation` with a Python that has LiteLLM.

    python benchmarks/peers/litellm_bridge.py ROUNDS DIRECTION=FILE ...

For each direction ("chat-responses" is a Chat upstream and a Responses client) it serves FILE on a loopback port from
a thread, has LiteLLM translate it, and prints, as JSON, the processor time of its thread for each round, in seconds,
and how many events the client was given. Needs nothing of this project.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from pathlib import Path

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"


def serve(body: bytes) -> int:
    """Answer every request with this stream; the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"

    def answer() -> None:
        while True:
            peer, _ = listener.accept()
            with peer:
                asked = b""
                while b"\r\n\r\n" not in asked:
                    asked += peer.recv(65_536)
                fields, _, rest = asked.partition(b"\r\n\r\n")
                length = next(
                    int(line.split(b":")[1])
                    for line in fields.split(b"\r\n")
                    if line.lower().startswith(b"content-length")
                )
                while len(rest) < length:
                    rest += peer.recv(65_536)
                peer.sendall(head + body)

    threading.Thread(target=answer, daemon=True).start()
    return int(listener.getsockname()[1])


def translate(direction: str, port: int) -> int:
    """One stream through the bridge; how many events came out."""
    import litellm  # noqa: PLC0415 - it takes seconds

    base = {"api_base": f"http://127.0.0.1:{port}/v1", "api_key": "none", "stream": True, "num_retries": 0}
    if direction == "chat-responses":
        stream = litellm.responses(model="deepseek/m", input="hello", **base)
    else:
        stream = litellm.completion(
            model="openai/responses/gpt-5", messages=[{"role": "user", "content": "hello"}], **base
        )
    return sum(1 for _ in stream)


def main() -> None:
    """Measure each direction."""
    rounds = int(sys.argv[1])
    measured = {}
    for given in sys.argv[2:]:
        direction, _, path = given.partition("=")
        port = serve(Path(path).read_bytes())
        translate(direction, port)
        times, events = [], 0
        for _ in range(rounds):
            began = time.thread_time()
            events = translate(direction, port)
            times.append(time.thread_time() - began)
        measured[direction] = {"seconds": times, "events": events}
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
