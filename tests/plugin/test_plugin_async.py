"""Cassettes of async tests: the fixture is sync, so it is around the loop's fixtures and tests, whoever runs them."""

from __future__ import annotations

import importlib.util

import pytest

from tests.pytesting import STREAM, asking, cassettes

ASYNC = f"""
import pytest
pytestmark = [pytest.mark.cassette, pytest.mark.RUNNER]

@FIXTURE
async def client():
    async with httpx.AsyncClient() as one:
        yield one

async def test_chat(client):
    assert (await client.post(URL, json={{}})).content == {STREAM!r}

class TestChat:
    async def test_chat(self, client):
        async with httpx2.AsyncClient() as own, own.stream("POST", URL, json={{}}) as answer:
            assert b"".join([piece async for piece in answer.aiter_raw()]) == {STREAM!r}
"""


def _recorded_and_replayed(pytester: pytest.Pytester, url: str, module: str, count: int, *more: str) -> None:
    """Run twice; the second time nobody listens."""
    quiet = ("-p", "no:cacheprovider", "-W", "error::ResourceWarning", *more)
    pytester.makepyfile(test_it=asking(url) + module)
    pytester.runpytest_subprocess(*quiet).assert_outcomes(passed=count)
    assert len(cassettes(pytester)) == count
    pytester.makepyfile(test_it=asking("http://127.0.0.1:9") + module)
    blocked = ("--harness-record-mode=none", "--harness-block-network")
    pytester.runpytest_subprocess(*quiet, *blocked).assert_outcomes(passed=count)


def test_tests_and_fixtures_of_anyio_are_on_the_cassette(pytester: pytest.Pytester, url: str) -> None:
    """With each of its backends; each has a cassette of its own, as each is a parameter."""
    module = ASYNC.replace("RUNNER", "anyio").replace("FIXTURE", "pytest.fixture")
    module += """
@pytest.fixture(params=["asyncio", "trio", pytest.param(("asyncio", {"use_uvloop": True}), id="uvloop")])
def anyio_backend(request):
    return request.param
"""
    pytest.importorskip("trio")
    pytest.importorskip("uvloop")
    _recorded_and_replayed(pytester, url, module, 6)


@pytest.mark.skipif(
    importlib.util.find_spec("pytest_asyncio") is None, reason="nox -s plugins installs pytest-asyncio"
)
@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_tests_and_fixtures_of_pytest_asyncio_are_on_the_cassette(
    pytester: pytest.Pytester, url: str, mode: str
) -> None:
    """In both of its modes."""
    module = ASYNC.replace("RUNNER", "asyncio").replace("FIXTURE", "pytest_asyncio.fixture")
    module = module.replace("import pytest\n", "import pytest, pytest_asyncio\n", 1)
    _recorded_and_replayed(
        pytester,
        url,
        module,
        2,
        f"--asyncio-mode={mode}",
        "-o",
        "asyncio_default_fixture_loop_scope=function",
    )
