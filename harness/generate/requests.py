"""Request bodies as clients send them: legal ones of Chat Completions and of Responses.

```python
from hypothesis import given
from harness.generate import requests

@given(requests("chat"))
def test_my_server_reads_any_request(body): ...
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from hypothesis import strategies as st

from harness.errors import UnknownName, UsageError
from harness.generate.conversations import sketches
from harness.scenarios.mark import mark
from harness.translation.engine import INBOUND

if TYPE_CHECKING:
    from collections.abc import Collection

    from harness.generate.sketch import Sketch
    from harness.translation.engine import InboundDialect


def requests(
    dialect: InboundDialect = "chat",
    *,
    model: str = "scenario",
    mode: Literal["stream", "whole"] | None = None,
    traits: Collection[str] | None = None,
    max_traits: int = 6,
) -> st.SearchStrategy[dict[str, Any]]:
    """Bodies of requests, without what only an API's own state can make legal.

    Args:
        dialect: "chat" or "responses".
        model: The model that is asked for.
        mode: "stream" asks for a stream, "whole" for none; None draws it.
        traits: What may be particular about them; as of `conversations`.
        max_traits: How many of these one request may have.

    Raises:
        UnknownName: There is no such dialect, mode or trait.
        UsageError: No request can be like that.
    """
    if dialect not in INBOUND:
        raise UnknownName("client dialect", str(dialect), INBOUND)
    name: object = model
    if not isinstance(name, str) or not name:
        raise UsageError("a model has a name", where="model", found=repr(model))
    modes = ("whole", "stream") if mode is None else (mode,)
    drawn = sketches(inbound=dialect, mode=mode, traits=traits, max_traits=max_traits)

    def body(sketch: Sketch, how: str) -> dict[str, Any]:
        asks = sketch.scenario().asks
        return asks.body(dialect, model=model, mark=mark(sketch.digest()), stream=how == "stream")

    return st.builds(body, drawn, st.sampled_from(modes))
