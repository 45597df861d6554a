"""What is told of a request that went wrong holds no key, wherever in the request it stood."""

from __future__ import annotations

import pytest

from tests.pytesting import asking, run

SECRET = "sk-" + "proj-4nV7xQ2mLw9Tz8Rb6Kc1"
PASSWORD = "hunter2-" + "correct-horse"

ASKING = f"""
SECRET, PASSWORD = {SECRET[::-1]!r}[::-1], {PASSWORD[::-1]!r}[::-1]  # a traceback shows lines of this file

def send(client):
    url = URL.replace("http://", f"http://user:{{PASSWORD}}@") + f"/{{SECRET}}?key={{SECRET}}"
    headers = {{"authorization": f"Bearer {{SECRET}}", "x-api-key": SECRET}}
    return client.post(url, json={{"text": SECRET}}, headers=headers)
"""
TESTS = {
    "no cassette": """
@pytest.mark.cassette(mode="none")
def test_it():
    with httpx.Client() as client:
        send(client)
""",
    "of a client that was there before": """
early = httpx.Client(transport=httpx.HTTPTransport(retries=0))

@pytest.mark.cassette(mode="none")
def test_it():
    with early:
        send(early)
""",
    "after its test": """
kept = []

@pytest.mark.cassette
def test_first():
    kept.append(httpx.Client())

def test_it():
    send(kept[0])
""",
    "headers that are compared": """
import harness

@pytest.fixture(autouse=True)
def recorded(request):
    path = request.path.parent / "one.cassette.jsonl"
    asked = harness.Request("POST", URL, (("authorization", "Bearer other"),), b"{}")
    answer = harness.Response(200, (), (harness.Chunk(0, b"{}"),))
    exchange = harness.Exchange(0, asked, answer, harness.Ending(harness.How.COMPLETE))
    harness.write_cassette(harness.Cassette({}, [exchange]), path)

@pytest.mark.cassette(
    "one", mode="none", match=harness.MatchPolicy(path=False, headers=["authorization", "x-api-key"])
)
def test_it(recorded):
    with httpx.Client() as client:
        send(client)
""",
}


@pytest.mark.parametrize("test", TESTS.values(), ids=TESTS)
def test_no_key_is_told(pytester: pytest.Pytester, test: str) -> None:
    """Neither in a query, a path, a header or a body, nor in front of the host."""
    pytester.makepyfile(test_it=asking("http://127.0.0.1:9") + ASKING + test)

    result = run(pytester, "--tb=short")

    told = result.stdout.str() + result.stderr.str()
    assert "/v1/chat/completions" in told
    assert SECRET not in told
    assert PASSWORD not in told
