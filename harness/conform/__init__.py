"""The verb `conform`: put targets through scenarios, and say what came of it.

The package can be called, since it has the verb's own name: `harness.conform(...)` is `harness.conform.verb.conform`.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.results.result import Result


class _Verb(ModuleType):
    def __call__(self, *args: Any, **kwargs: Any) -> Result:
        """Put targets through scenarios; see `harness.conform.verb.conform`."""
        from harness.conform.verb import conform as verb  # noqa: PLC0415 - the package must cost nothing

        return verb(*args, **kwargs)


conform = sys.modules[__name__]
conform.__class__ = _Verb
