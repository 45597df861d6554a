"""What all tests of weatherbot share."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """Coroutines are tested with asyncio."""
    return "asyncio"
