"""Events of Gemini, and what a reader makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.translation.readers.gemini import GeminiReader
from tests.folding import Answer, a_session, events, folded, read, settled

if TYPE_CHECKING:
    from harness.translation.session import Session
    from harness.turn import increments as i

USAGE = {"promptTokenCount": 5, "candidatesTokenCount": 3, "totalTokenCount": 8}


def response(*parts: Any, finish: Any = None, index: int | None = 0, **members: Any) -> dict[str, Any]:
    """A response with one candidate; members that are the candidate's go there."""
    own = {
        name: members.pop(name)
        for name in tuple(members)
        if name.endswith("Metadata") and name != "usageMetadata"
    }
    own |= {
        name: members.pop(name)
        for name in ("finishMessage", "logprobsResult", "safetyRatings")
        if name in members
    }
    candidate: dict[str, Any] = {"content": {"parts": list(parts), "role": "model"}, **own}
    if finish is not None:
        candidate["finishReason"] = finish
    if index is not None:
        candidate["index"] = index
    return {"candidates": [candidate], "modelVersion": "gemini-x", "responseId": "r1", **members}


def words(text: str, **members: Any) -> dict[str, Any]:
    """A part of text."""
    return {"text": text, **members}


def thought(text: str, **members: Any) -> dict[str, Any]:
    """A part of thought."""
    return {"text": text, "thought": True, **members}


def call(**members: Any) -> dict[str, Any]:
    """A part with a call; a signature goes beside it."""
    signature = members.pop("signature", None)
    return {"functionCall": members, **({"thoughtSignature": signature} if signature else {})}


def raw_of(*payloads: Any, session: Session | None = None) -> tuple[list[i.Increment], list[tuple[str, str]]]:
    """The reader's own increments, and its losses."""
    session = session or a_session("gemini")
    given = read(GeminiReader(session), events(*payloads))
    return given, [(one.code, one.detail) for one in session.ledger.losses]


def answer_of(*payloads: Any) -> tuple[Answer, list[str]]:
    """What clients are told in the end, and the codes of the losses but that of missing usage."""
    session = a_session("gemini")
    answer = folded(settled(session, read(GeminiReader(session), events(*payloads))))
    return answer, [one.code for one in session.ledger.losses if one.code != "L240"]


def whole_of(body: dict[str, Any]) -> tuple[Answer, list[str]]:
    """The same of a whole answer."""
    session = a_session("gemini")
    answer = folded(settled(session, GeminiReader(session).whole(body)))
    return answer, [one.code for one in session.ledger.losses if one.code != "L240"]


def of_kind(given: list[i.Increment], *kinds: type[i.Increment]) -> list[i.Increment]:
    """Those of some kinds."""
    return [one for one in given if isinstance(one, kinds)]
