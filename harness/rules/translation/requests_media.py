"""XLAT-REQ: pictures, sounds and files reach the upstream."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, Final

from harness.findings import Severity
from harness.rules.translation.requests_fidelity import Fidelity
from harness.rules.translation.requests_tools import SAME_WORDS

if TYPE_CHECKING:
    from harness.rules.case import Case
    from harness.rules.rule import Found
    from harness.rules.translation.requests_reading import Heard, Medium

_ALIKE: Final = ({"image/jpeg", "image/jpg"}, {"audio/mp3", "audio/mpeg"}, {"audio/wav", "audio/x-wav"})
_SHOWN: Final = 40
_MARKS: Final = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
)


class MediaLost(Fidelity):
    """A picture, a sound or a file did not reach the upstream, or is of another type there.

    ## Why it matters
    The model describes a picture that it never saw.

    ## Violates
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":[{"type":"text","text":"What is this?"},\
{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]}]}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"What is this?"}]}
    stream: anthropic/text
    ```

    ```example
    request: {"model":"m","stream":true,"input":[{"role":"user","content":[{"type":"input_text","text":\
"What is this?"},{"type":"input_image","image_url":"data:image/png;base64,iVBORw0KGgo="}]}]}
    stream: translation/responses_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":[{"type":"text","text":\
"What is this?"},{"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"iVBORw0KGgo="}}]}]}
    stream: anthropic/text
    ```

    ## Conforms
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":[{"type":"text","text":"What is this?"},\
{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]}]}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":[{"type":"text","text":\
"What is this?"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}]}]}
    stream: anthropic/text
    ```

    ## Exceptions
    The gateway may send the bytes in place of a URL or an id, or the other way round, the text of a file that is text, a
    picture turned into one of another kind, and the type that the bytes are of in place of a wrong one; every kind of text may be `text/plain`. What is said beside it, an image's `detail` and a file's name, is compared where the upstream speaks OpenAI's own
    protocols; it is a warning.
    """

    id = "XLAT-REQ-013"
    severity = Severity.ERROR
    source = "conformance: request fidelity, lost history"

    def concerns(self, asked: Heard, sent: Heard) -> bool:
        """The client shows something."""
        del sent
        return any(one.data or one.url for one in asked.media())

    def hold(self, asked: Heard, sent: Heard, case: Case[Any]) -> Found:
        """Look for each of them."""
        left = sent.media()
        unmatched: list[Medium] = []
        for one in asked.media():
            same = next((other for other in left if _is_same(one, other)), None)
            if same is None:
                unmatched += [one] if one.data or one.url else []
                continue
            left.remove(same)
            if (
                one.data
                and not _types_agree(one.media_type, same.media_type, sent)
                and (same.media_type is None or same.media_type != _format(same.data))
            ):
                found = same.media_type or "no type"
                message = f"A medium of type {one.media_type} is sent with {found}."
                return self.lost(case, message, expected=one.media_type, found=found, subject="media type")
            if sent.dialect in SAME_WORDS and (told := _unlike(one, same)) is not None:
                name, wish, found = told
                message = f"The {name} of a medium is {wish}, and the upstream is told {found}."
                return self.lost(
                    case, message, expected=wish, found=found, severity=Severity.WARNING, subject=name
                )
        for one in unmatched:
            # Whatever else is there may be the same in another shape: fetched, or uploaded.
            other = next(
                (it for it in left if (it.url or _is_made_anew(one, it) if one.data else it.data)), None
            )
            if other is not None:
                left.remove(other)
            elif not _is_told(one, sent):
                message = f"A medium ({one.media_type or one.kind}) did not reach the upstream."
                return self.lost(
                    case, message, expected=_shown(one), found=", ".join(map(_shown, left)) or "no media"
                )
        return None


def _is_same(asked: Medium, sent: Medium) -> bool:
    if asked.data:
        return _plain(asked.data) == _plain(sent.data or "")
    return asked.url is not None and asked.url == sent.url


def _plain(data: str) -> str:
    """Base64 without what two spellings of the same bytes differ in."""
    return "".join(data.split()).rstrip("=").replace("-", "+").replace("_", "/")


def _format(data: str | None) -> str | None:
    """The type of a picture by its first bytes; None where they are of no kind that models are shown."""
    try:
        head = base64.b64decode(_plain(data or "")[:16] + "==")
    except (binascii.Error, ValueError):
        return None
    if head[:4] == b"RIFF":
        return "image/webp" if head[8:12] == b"WEBP" else None
    return next((kind for mark, kind in _MARKS if head.startswith(mark)), None)


def _is_made_anew(asked: Medium, sent: Medium) -> bool:
    """Whether a picture was turned into one of another kind, which is said as it is."""
    before, after = _format(asked.data), _format(sent.data)
    return None not in {before, after} and before != after == sent.media_type


def _unlike(asked: Medium, sent: Medium) -> tuple[str, str, str] | None:
    """What is said of a medium beside it and differs: its name, the client's value and the upstream's."""
    if asked.detail not in {None, "auto", sent.detail}:
        return "detail", asked.detail or "", sent.detail or "nothing"
    if asked.filename not in {None, sent.filename}:
        return "file name", asked.filename or "", sent.filename or "nothing"
    return None


def _types_agree(asked: str | None, sent: str | None, heard: Heard) -> bool:
    if asked is None or (sent is None and heard.dialect in SAME_WORDS):
        return True
    if sent is None or asked.lower() == sent.lower():
        return sent is not None
    if asked.lower().startswith("text/") and sent == "text/plain":
        return True
    return any({asked.lower(), sent.lower()} <= alike for alike in _ALIKE)


def _is_told(asked: Medium, sent: Heard) -> bool:
    """Whether the text of a file stands in the request."""
    try:
        text = base64.b64decode(asked.data or "", validate=True).decode()
    except (binascii.Error, ValueError):
        return False
    told = [one.text for one in sent.words()] + [one.data for one in sent.media() if one.data]
    return bool(text.strip()) and any(text.strip() in one for one in told)


def _shown(one: Medium) -> str:
    told = one.data or one.url or ""
    return f"{one.media_type or one.kind} {told if len(told) <= _SHOWN else told[:_SHOWN] + '…'}"
