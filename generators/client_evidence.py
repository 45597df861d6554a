"""Why real clients failed at rare streams: one sentence of evidence for each failure, read in the client's own code."""

from __future__ import annotations

from typing import Final

EVIDENCE: Final[tuple[tuple[frozenset[str], frozenset[str], str], ...]] = ()
