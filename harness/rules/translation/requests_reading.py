"""A request in the few words that rules on requests compare: what was said, called, answered, shown and wished for.

Both halves are read into the same shape, whatever their dialects call things. What cannot be read is left out: whether
a request has the right shape is no matter of these rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

Speaker: TypeAlias = Literal["system", "user", "assistant"]

_DEEPEST: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A text, and who said it. A refusal is a member of its own in Chat, and so has no place among the texts.

    `message` is the number of the message that it is a part of, here and below; None where that is not read.
    """

    speaker: Speaker
    text: str
    is_refusal: bool = False
    message: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCall:
    """A call of the history: its arguments are text (JSON, or the input of a custom tool) or the value itself."""

    id: str | None
    name: str
    arguments: Any
    message: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastResult:
    """What a tool answered: a text, a list of parts, or the value itself."""

    id: str | None
    name: str | None
    value: Any
    message: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """A picture, a sound or a file: base64 data, a URL, or a file's id.

    `media_type` is None where it is not said; `detail` and `filename` are read of OpenAI's protocols only.
    """

    kind: str
    media_type: str | None = None
    data: str | None = None
    url: str | None = None
    detail: str | None = None
    filename: str | None = None


Piece: TypeAlias = Words | PastCall | PastResult | Medium


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredTool:
    """A function, or a custom tool (`parameters` is None then)."""

    name: str
    description: str = ""
    parameters: Mapping[str, Any] | None = None
    strict: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which tools may be called.

    `mode` is "auto", "none", "required", "named" or "allowed", and "other" for a hosted tool; `names` are those of the
    tools that a choice is limited to.
    """

    mode: str = "auto"
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """What the text of the answer is to be; `kind` is "json_object" or "json_schema"."""

    kind: str
    schema: Mapping[str, Any] | None = None
    strict: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One request.

    Args:
        dialect: What it speaks.
        pieces: The conversation in order, system prompts included.
        model: Its name; "" where the request's path has it.
        tools: Functions and custom tools.
        choice: Which of them may be called.
        parallel: Whether several may be called at once; None where it is not said.
        wishes: Everything else by a name that all dialects share, such as `temperature`, `limit`, `stops`.
        format: What the text of the answer is to be; None for any text.
        thinks: Anthropic and Gemini: thinking is on, which costs tokens of the limit; Anthropic forbids other things then.
        is_stored: Responses: what came before is known to the server by an id.
        continues: Responses: the response that this goes on from; None where there is none, or turns may be left out.
        wants_summary: Responses: a summary of the model's thought is asked for.
    """

    dialect: str
    pieces: tuple[Piece, ...]
    model: str = ""
    tools: tuple[DeclaredTool, ...] = ()
    choice: Choice = Choice()
    parallel: bool | None = None
    wishes: Mapping[str, Any] = field(default_factory=dict)
    format: Format | None = None
    thinks: bool = False
    is_stored: bool = False
    continues: str | None = None
    wants_summary: bool = False

    def words(self) -> list[Words]:
        """Texts that are more than white space."""
        return [one for one in self.pieces if isinstance(one, Words) and one.text.strip()]

    def calls(self) -> list[PastCall]:
        """Calls of the history."""
        return [one for one in self.pieces if isinstance(one, PastCall)]

    def results(self) -> list[PastResult]:
        """What tools answered."""
        return [one for one in self.pieces if isinstance(one, PastResult)]

    def media(self) -> list[Medium]:
        """Pictures, sounds and files."""
        return [one for one in self.pieces if isinstance(one, Medium)]


# -- members of any shape


def mapped(value: object) -> Mapping[str, Any]:
    """The value, where it is an object; otherwise an empty one."""
    return value if isinstance(value, Mapping) else {}


def listed(value: object) -> list[Any]:
    """The value, where it is an array; otherwise an empty one."""
    return value if isinstance(value, list) else []


def objects(value: object) -> list[Mapping[str, Any]]:
    """The objects of an array."""
    return [one for one in listed(value) if isinstance(one, Mapping)]


def text_of(value: object) -> str:
    """The value, where it is a text; otherwise an empty one."""
    return value if isinstance(value, str) else ""


def said(value: object) -> str | None:
    """The value, where it is a text that says something."""
    return value if isinstance(value, str) and value else None


def leaves(value: Any, depth: int = 0) -> Iterator[str]:
    """Every text in a value, in order, names of members aside."""
    if isinstance(value, str):
        yield value
    elif depth < _DEEPEST and isinstance(value, Mapping):
        for one in value.values():
            yield from leaves(one, depth + 1)
    elif depth < _DEEPEST and isinstance(value, list):
        for one in value:
            yield from leaves(one, depth + 1)


def medium(kind: str, url: object, *, detail: object = None, filename: object = None) -> Medium | None:
    """A medium by its URL, which may hold the data itself."""
    if not isinstance(url, str) or not url:
        return None
    given, data, media_type = url, "", ""
    if url.startswith("data:"):
        head, _, data = url.removeprefix("data:").partition(",")
        media_type = head.partition(";")[0]
    return Medium(
        kind=kind,
        media_type=media_type or None,
        data=data or None,
        url=given if not data else None,
        detail=said(detail),
        filename=said(filename),
    )
