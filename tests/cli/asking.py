"""A client as the user's command."""

from __future__ import annotations

import sys

# Reads its base URL as an SDK does, sends one request for each argument, prints "status body".
CLIENT = """
import http.client, os, sys
scheme, _, rest = os.environ["OPENAI_BASE_URL"].partition("://")
host, _, path = rest.partition("/")
for text in sys.argv[1:]:
    connection = http.client.HTTPConnection(host, timeout=60)
    body = '{"model":"tiny","stream":true,"messages":[{"role":"user","content":"%s"}]}' % text
    connection.request("POST", f"/{path}/chat/completions", body, {"content-type": "application/json"})
    try:
        answer = connection.getresponse()
        sys.stdout.write(f"{answer.status} {answer.read().decode()}")
    except (OSError, http.client.HTTPException) as error:
        sys.stdout.write(f"{type(error).__name__} ")
"""


def client(*texts: str) -> tuple[str, ...]:
    """`-- COMMAND` that asks these things."""
    return "--", sys.executable, "-S", "-c", CLIENT, *texts
