"""Part files as a recorder leaves them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.cassettes.exchange import How
from harness.cassettes.recording import Recording
from harness.io.partfile import PartFile
from tests import taped

if TYPE_CHECKING:
    from pathlib import Path

    from harness.cassettes.exchange import Exchange


FIRST = taped.exchange(taped.EVENT[:9], taped.EVENT[9:])


SECOND = taped.exchange(b"{}", headers=(("content-type", "application/json"),), how=How.SERVER_CUT)


def record(target: Path, *exchanges: Exchange, end: bool = True, first: int = 0) -> Path:
    """Record exchanges into a part file, the last one without its end if so asked."""
    with PartFile(target) as part:
        recording = Recording(
            taped.HEAD, redactor=taped.Holding(), detector=taped.Blind(), sink=part.append, first_index=first
        )
        for exchange in exchanges:
            take = recording.begin(exchange.request, exchange.at_us)
            if exchange.response is not None:
                take.respond(exchange.response, exchange.response.at_us)
                for chunk in exchange.response.chunks:
                    take.chunk(chunk.data, chunk.at_us)
            if end or exchange is not exchanges[-1]:
                take.end(exchange.ending)
                part.sync()
        assert recording.refusals == []
        return part.path


def left_over(folder: Path) -> list[str]:
    """The names of files in a folder."""
    return sorted(path.name for path in folder.iterdir())
