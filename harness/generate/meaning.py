"""What a stream amounts to, added up while it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.generate.stream import GeneratedAnswer, GeneratedCall

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass
class Meaning:
    """One answer as far as it has been said."""

    parts: dict[str, list[str]] = field(default_factory=dict)
    calls: list[tuple[str, str, str, list[str]]] = field(default_factory=list)
    finish: str | None = None

    def add(self, kind: str, text: str) -> None:
        """Something is said.

        Args:
            kind: text, refusal, thought; `call:KIND:ID`, whose text is the name; or arguments of the last call.
            text: The next piece of it.
        """
        if kind == "arguments":
            self.calls[-1][3].append(text)
        elif kind.startswith("call:"):
            _, what, call_id = kind.split(":", 2)
            self.calls.append((what, call_id, text, []))
        else:
            self.parts.setdefault(kind, []).append(text)

    def all(self, adds: Sequence[tuple[str, str]]) -> None:
        """Several things are said."""
        for kind, text in adds:
            self.add(kind, text)

    def answer(self) -> GeneratedAnswer:
        """What it has amounted to."""
        calls = tuple(
            GeneratedCall(
                name, "".join(pieces), call_id or None, "custom" if what == "custom" else "function"
            )
            for what, call_id, name, pieces in self.calls
        )
        said = {kind: "".join(self.parts.get(kind, ())) for kind in ("text", "refusal", "thought")}
        return GeneratedAnswer(**said, calls=calls, finish=self.finish)


def joined(meanings: Sequence[Meaning], finish: str | None) -> GeneratedAnswer:
    """Several meanings, one after the other, as one answer."""
    answers = [one.answer() for one in meanings]
    return GeneratedAnswer(
        "".join(one.text for one in answers),
        "".join(one.refusal for one in answers),
        "".join(one.thought for one in answers),
        tuple(call for one in answers for call in one.calls),
        finish,
    )
