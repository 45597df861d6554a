"""Hypothesis strategies for streams, conversations and requests: what any upstream might send, and any client ask.

```python
from hypothesis import given
from harness.generate import chat_streams

@given(chat_streams(max_choices=1))
def test_my_client_reads_what_was_meant(stream):
    assert my_client(stream.body).text == stream.answers[0].text
```

Every stream is legal, and many are rare. Names are loaded when they are used; what needs hypothesis is all of it.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from harness.errors import HarnessError

if TYPE_CHECKING:
    from harness.generate.anthropic import anthropic_streams
    from harness.generate.breaking import BrokenStream, broken
    from harness.generate.chat import chat_streams
    from harness.generate.conversations import conversations
    from harness.generate.gemini import gemini_streams
    from harness.generate.requests import requests
    from harness.generate.responses import responses_streams
    from harness.generate.stream import GeneratedAnswer, GeneratedCall, GeneratedStream

__all__ = [
    "BrokenStream",
    "GeneratedAnswer",
    "GeneratedCall",
    "GeneratedStream",
    "anthropic_streams",
    "broken",
    "chat_streams",
    "conversations",
    "gemini_streams",
    "requests",
    "responses_streams",
]

_HOMES = {
    "BrokenStream": "breaking",
    "GeneratedAnswer": "stream",
    "GeneratedCall": "stream",
    "GeneratedStream": "stream",
    "anthropic_streams": "anthropic",
    "broken": "breaking",
    "chat_streams": "chat",
    "conversations": "conversations",
    "gemini_streams": "gemini",
    "requests": "requests",
    "responses_streams": "responses",
}


def _is_installed() -> bool:
    try:
        import hypothesis  # noqa: F401, PLC0415 - asked for here, so that its absence is told in words
    except ImportError:
        return False
    return True


if not _is_installed():
    raise HarnessError(
        "generated streams, conversations and requests are made by hypothesis, which is not installed",
        where="import harness.generate",
        expected="hypothesis 6.100 or newer",
        hint="pip install 'llm-stream-harness[fuzz]', or pip install '.[fuzz]' in a checkout",
    )


def __getattr__(name: str) -> Any:
    """Load a name from the module that has it."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """All public names."""
    return sorted(__all__)


class _Package(ModuleType):
    """This package: a module that is loaded takes no name that a strategy has."""

    def __setattr__(self, name: str, value: object) -> None:
        # The import system binds `requests`, the module, where `requests`, the strategy, is to be found.
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
