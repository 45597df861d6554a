"""Miniatures that no rule, scenario or generator of conversations was made with: two blind tests.

The modules of the second, by another author, are called later. They are in no catalogue. They are started as the others
are, or from the command line:

    python -m tests.miniatures.unseen NAME http://127.0.0.1:8000
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Final

from tests.miniatures import (
    later_calls,
    later_requests,
    later_text,
    unseen_calls,
    unseen_requests,
    unseen_text,
)
from tests.miniatures.catalogue import classes_in
from tests.miniatures.miniature import Miniature

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

UNSEEN: Final[Mapping[str, Callable[[], Miniature]]] = {
    one.name: one
    for one in classes_in(unseen_text, unseen_calls, unseen_requests, later_text, later_calls, later_requests)
}
"""Each by its name; calling it makes one that has seen nothing yet. `base` is not among them."""


@contextmanager
def serving(name: str, upstream: str) -> Iterator[str]:
    """Start one, and stop it in the end.

    Args:
        name: Of a miniature; "base" is the gateway without a defect.
        upstream: Origin of the upstream, without a path.

    Yields:
        The base URL for clients. Models are `chat/…`, `responses/…`, `gemini/…` and `anthropic/…`.
    """
    made = Miniature() if name == Miniature.name else UNSEEN[name]()
    with made.run(upstream, Path(), Path()) as running:
        yield running.routes[0].base_url


if __name__ == "__main__":
    with serving(*sys.argv[1:3]) as base_url:
        print(base_url, flush=True)  # noqa: T201
        Event().wait()
