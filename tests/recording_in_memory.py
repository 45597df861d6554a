"""A recording whose rows stay in memory."""

from __future__ import annotations

import json
from typing import Any

from harness.cassettes.bodies import MemoryLines
from harness.cassettes.exchange import Cassette, Request
from harness.cassettes.recording import Detects, Hides, Recording
from harness.cassettes.sealing import read_part
from tests import taped

REQUEST = Request("POST", "http://127.0.0.1/v1/chat/completions", (("host", "127.0.0.1"),), b"{}")


class Tape:
    """A recording into memory."""

    def __init__(self, redactor: Hides | None = None, detector: Detects | None = None) -> None:
        self.writes: list[bytes] = []
        self.recording = Recording(
            taped.HEAD,
            redactor=redactor or taped.Holding(),
            detector=detector or taped.Blind(),
            sink=self.writes.append,
        )

    @property
    def data(self) -> bytes:
        """What is in the file."""
        return b"".join(self.writes)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Its rows but the head."""
        return [json.loads(line) for line in self.data.splitlines()[1:]]

    def sealed(self) -> Cassette:
        """The cassette that it becomes, read back."""
        return taped.read(taped.written(read_part(MemoryLines(self.data)).cassette))
