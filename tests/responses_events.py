"""Events of the Responses API, and what a reader makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from harness.translation.readers.responses import ResponsesReader
from harness.turn import increments as i
from tests.folding import Answer, a_session, events, folded, read, settled

if TYPE_CHECKING:
    from harness.turn.conversation import Request

One = TypeVar("One", bound=i.Increment)


def event(kind: str, **members: Any) -> dict[str, Any]:
    """An event of the response."""
    return {"type": f"response.{kind}", **members}


def response(status: str = "completed", output: Any = None, **members: Any) -> dict[str, Any]:
    """A response object."""
    body = {"id": "resp_1", "object": "response", "created_at": 1_700_000_000, "model": "m", "status": status}
    return {**body, "output": [] if output is None else output, "error": None, **members}


CREATED = event("created", response=response("in_progress"))
MESSAGE = {"type": "message", "id": "msg_1", "role": "assistant", "content": [], "status": "in_progress"}


IN_TEXT = {"item_id": "msg_1", "output_index": 0, "content_index": 0}


def added(item: dict[str, Any], index: int = 0) -> dict[str, Any]:
    """An item is announced."""
    return event("output_item.added", output_index=index, item=item)


def ended(item: dict[str, Any], index: int = 0, status: str | None = "completed") -> dict[str, Any]:
    """An item is over."""
    return event("output_item.done", output_index=index, item={**item, "status": status})


def text(said: str, **members: Any) -> dict[str, Any]:
    """A part of text."""
    return {"type": "output_text", "text": said, "annotations": [], **members}


def said(words: str, **members: Any) -> dict[str, Any]:
    """More of the text."""
    return event("output_text.delta", **IN_TEXT, delta=words, **members)


COMPLETED = event("completed", response=response())


def raw_of(*payloads: Any) -> tuple[list[i.Increment], list[tuple[str, str]]]:
    """The reader's own increments, and its losses."""
    session = a_session("responses", vendor="openai")
    given = read(ResponsesReader(session), events(*payloads))
    return given, [(one.code, one.detail) for one in session.ledger.losses]


def answer_of(*payloads: Any) -> tuple[Answer, list[str]]:
    """What clients are told in the end, and the codes of the losses but that of missing usage."""
    session = a_session("responses", vendor="openai")
    answer = folded(settled(session, read(ResponsesReader(session), events(*payloads))))
    return answer, [one.code for one in session.ledger.losses if one.code != "L240"]


def of(given: list[i.Increment], kind: type[One]) -> list[One]:
    """The increments of one kind."""
    return [one for one in given if isinstance(one, kind)]


WHOLE_MESSAGE = {**MESSAGE, "content": [text("ab")], "status": "completed"}


def whole(body: dict[str, Any], request: Request | None = None) -> list[i.Increment]:
    """What a whole response says."""
    session = a_session("responses", vendor="openai")
    session.request = request
    return list(ResponsesReader(session).whole(body))
