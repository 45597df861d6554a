"""What a gateway records: the client's side and the upstream's, each in a cassette of its own, tied together.

Every attempt is an exchange of the upstream's side that names the client's (`serves`, `attempt`), so that the two can
be held against each other; what a translation lost stands in the client's `end` row (`losses`).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.cassettes.exchange import Request
    from harness.io.recorder import Recorder, Take

_log = logging.getLogger(__name__)


class Sides:
    """The two recorders; both or none.

    Args:
        client: Of what clients ask and are answered.
        upstream: Of what upstreams are asked and answer.

    Attributes:
        failures: What kept an exchange from being recorded. Clients were served all the same.
    """

    def __init__(self, client: Recorder | None = None, upstream: Recorder | None = None) -> None:
        self._client = client
        self._upstream = upstream
        self.failures: list[Exception] = []

    def of_client(self, request: Request) -> Take | None:
        """A client has asked."""
        return self._begin(self._client, request, None)

    def of_upstream(self, request: Request, client: Take | None, attempt: int) -> Take | None:
        """An upstream is asked, for that client."""
        index = -1 if client is None else client.index
        return self._begin(
            self._upstream, request, {"serves": index, "attempt": attempt} if index >= 0 else None
        )

    def _begin(
        self, recorder: Recorder | None, request: Request, extra: dict[str, int] | None
    ) -> Take | None:
        if recorder is None:
            return None
        try:
            return recorder.begin(request, extra=extra)
        except Exception as error:  # noqa: BLE001 - recording must not fail the client
            self.failures.append(error)
            _log.warning("this exchange is not recorded: %s", error)
            return None
