"""Encrypted reasoning is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.items import item, output

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class EncryptedContentMissing(Edit):
    """No reasoning item has `encrypted_content`, though the request asks for it."""

    name: ClassVar[str] = "encrypted_content_missing"
    example: ClassVar[str] = "encrypted_content_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-RSN-005", "XLAT-RSN-003")
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "reasoning item with encrypted content that the request asks for"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        include = stream.request.get("include")
        asked = isinstance(include, list) and "reasoning.encrypted_content" in include
        found = [one for one in [item(value), *output(value)] if asked and one.get("encrypted_content")]
        if not found or not stream.here():
            return False
        for one in found:
            del one["encrypted_content"]
        return True
