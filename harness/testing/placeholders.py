"""Ids and times of an answer, replaced by placeholders that are the same for every recording of it.

The same id gets the same placeholder wherever it stands in one stream, and two ids never get one. Only members whose
name says that they are ids or times are touched: text that looks like an id is text. Numbers keep their spelling and
objects their order and their repeated keys, so that what is not replaced is shown as it was sent.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from harness.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CALL_IDS: Final = frozenset({"call_id", "tool_call_id", "tool_use_id"})
IDS: Final = CALL_IDS | {
    *("id", "item_id", "response_id", "previous_response_id", "message_id", "request_id", "generation_id"),
    *("approval_request_id", "container_id", "responseId", "requestId"),
}
TIMES: Final = frozenset(
    {
        *("created", "created_at", "completed_at", "updated_at", "expires_at", "started_at", "finished_at"),
        *(
            "createTime",
            "updateTime",
            "expireTime",
            "timestamp",
            "queue_time",
            "prompt_time",
            "completion_time",
        ),
        *("total_time", "total_duration", "load_duration", "prompt_eval_duration", "eval_duration"),
        *("time_to_first_token", "latency", "latency_ms", "duration_ms", "tokens_per_second"),
    }
)
WORDS: Final = frozenset({"system_fingerprint", "obfuscation"})
"""Members that are replaced besides; of `obfuscation` not even the length says anything."""

_MEASURED: Final = ("_ms", "_per_second")
"""What members of llama.cpp's `timings` end with that are measured; the others count tokens."""
_KNOWN: Final = IDS | TIMES | WORDS | {"timings"}

_OWN_WORLD: Final = frozenset(
    {
        *(
            "arguments",
            "args",
            "input",
            "parameters",
            "metadata",
            "tools",
            "attributes",
            "schema",
            "json_schema",
        ),
        *("prompt", "logit_bias", "safety_settings"),
    }
)
"""Members whose value belongs to the user's own world: what is called `id` there is data."""

_CALLS: Final = frozenset({"tool_use", "server_tool_use", "mcp_tool_use"})
_WHOLE_SECONDS: Final = frozenset({"created", "created_at", "completed_at"})
_ISO: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:[Zz]|[+-]\d\d:?\d\d)?")
_RAW_ID: Final = re.compile(rf'(?<!\\)"({"|".join(sorted(IDS))})"(\s*:\s*)"([^"\\]*)("|\Z)')
_RAW_TIME: Final = re.compile(rf'(?<!\\)"({"|".join(sorted(TIMES))})"(\s*:\s*)-?\d[\d.eE+-]*')
_RAW_WORD: Final = re.compile(rf'(?<!\\)"({"|".join(sorted(WORDS))})"(\s*:\s*)"([^"\\]+)("|\Z)')


class Number(str):
    """A JSON number as it is spelled."""

    __slots__ = ()


class Token(str):
    """A placeholder of something that is no string, which is written without quotes."""

    __slots__ = ()


class Members(list[tuple[str, Any]]):
    """The members of a JSON object: all of them, in their order."""

    def first(self, name: str) -> Any:
        """The value of the first member of that name; None where there is none."""
        return next((value for key, value in self if key == name), None)


def read(text: str) -> Any:
    """Read JSON so that nothing of it is lost but white space.

    Raises:
        ValueError: It is no JSON.
        RecursionError: It is nested too deeply.
    """
    return json.loads(
        text, object_pairs_hook=Members, parse_int=Number, parse_float=Number, parse_constant=Number
    )


class Placeholders:
    """What the ids and times of one stream are replaced with.

    Args:
        normalise: Replace what is known to change; without it, only what `extra` names.
        keep: Members that are left as they are: names, or paths such as `response.created_at`.
        extra: Further members to be replaced, with all that is in them.

    A path names members from the top of an event: `choices[*].delta.reasoning_id`, `usage.cost`. `*` is any one member
    or element, `**` any number of them; a leading `$.` may be left out. A name alone is that member wherever it stands.

    Raises:
        UnknownName: Nothing of that name is ever replaced, so that it cannot be kept.
        UsageError: A path is none.
    """

    def __init__(
        self, *, normalise: bool = True, keep: Sequence[str] = (), extra: Sequence[str] = ()
    ) -> None:
        self._normalise = normalise
        self._keep = [_path(one, "keep") for one in _several(keep, "keep")]
        self._extra = [_path(one, "extra") for one in _several(extra, "extra")]
        for path in self._keep:
            if path[-1] not in {*_KNOWN, "*", "**"} and not path[-1].endswith(_MEASURED):
                raise UnknownName("member that is replaced", path[-1], _KNOWN, where="keep")
        self._given: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}

    def applied(self, value: Any) -> Any:
        """A value that `read` gave, with placeholders."""
        return self._walked(value, ())

    def raw(self, text: str) -> str:
        """The same for a text that is no JSON, as far as its members can be told."""
        if not self._normalise:
            return text
        text = _RAW_ID.sub(self._raw_id, text)
        text = _RAW_TIME.sub(self._raw_time, text)
        return _RAW_WORD.sub(self._raw_word, text)

    def event_id(self, value: str) -> str:
        """The id line of an event; one that counts stays."""
        if not self._normalise or value.isdigit() or not value:
            return value
        return self._numbered("event-id", value)

    def _walked(self, value: Any, path: tuple[str, ...], *, own: bool = False) -> Any:
        if isinstance(value, Members):
            return Members(
                (key, self._member(key, member, value, (*path, key), own=own)) for key, member in value
            )
        if isinstance(value, list):
            return [self._walked(one, (*path, str(at)), own=own) for at, one in enumerate(value)]
        return value

    def _member(self, key: str, value: Any, parent: Members, path: tuple[str, ...], *, own: bool) -> Any:
        if any(_fits(one, path) for one in self._extra):
            return self._numbered(key, value) if _is_text(value) else Token(f"<{key}>")
        if not own and self._normalise and not any(_fits(one, path) for one in self._keep):
            found = self._replaced(key, value, parent, path)
            if found is not None:
                return found
        inside = own or key in _OWN_WORLD or (key == "response" and parent.first("name") is not None)
        return self._walked(value, path, own=inside)

    def _replaced(self, key: str, value: Any, parent: Members, path: tuple[str, ...]) -> str | None:
        """The placeholder of a member; None where it stays."""
        if (
            key in IDS
            and _is_text(value)
            and value
            and not (key == "id" and parent.first("object") == "model")
        ):
            return self._id(value, is_call=_is_call(key, parent, path))
        if isinstance(value, Number):
            measured = "timings" in path[:-1] and key.endswith(_MEASURED)
            if key in TIMES or measured:
                whole = (
                    key not in _WHOLE_SECONDS or "." not in value or not value.partition(".")[2].strip("0")
                )
                return Token(f"<{key}>" if whole else f"<{key}:fraction>")
        elif key in TIMES and _is_text(value) and _ISO.fullmatch(value):
            return f"<{key}>"
        elif key in WORDS and _is_text(value) and value:
            return self._word(key, value)
        return None

    def _id(self, value: str, *, is_call: bool) -> str:
        known = self._given.get(("id", value)) or self._given.get(("call", value))
        return known or self._numbered("call" if is_call else "id", value)

    def _word(self, key: str, value: str) -> str:
        if key == "obfuscation":
            return "<obfuscation>"
        return self._numbered(key, value).replace(":1>", ">")

    def _numbered(self, family: str, value: str) -> str:
        found = self._given.get((family, value))
        if found is None:
            self._counts[family] = number = self._counts.get(family, 0) + 1
            found = self._given[family, value] = f"<{family}:{number}>"
        return found

    def _raw_id(self, found: re.Match[str]) -> str:
        key, colon, value, quote = found.groups()
        if not quote:
            return f'"{key}"{colon}"<cut off>'
        return f'"{key}"{colon}"{self._id(value, is_call=key in CALL_IDS) if value else ""}"'

    def _raw_time(self, found: re.Match[str]) -> str:
        return f'"{found[1]}"{found[2]}<{found[1]}>'

    def _raw_word(self, found: re.Match[str]) -> str:
        key, colon, value, quote = found.groups()
        return f'"{key}"{colon}"{self._word(key, value) if quote else "<cut off>"}{quote}'


def _is_text(value: object) -> bool:
    return isinstance(value, str) and not isinstance(value, (Number, Token))


def _is_call(key: str, parent: Members, path: tuple[str, ...]) -> bool:
    return (
        key in CALL_IDS
        or parent.first("type") in _CALLS
        or "tool_calls" in path[-3:-1]
        or path[-2:-1] in {("functionCall",), ("functionResponse",)}
    )


def _several(given: Sequence[str], where: str) -> Iterable[str]:
    several = (given,) if isinstance(given, str) else tuple(given)
    for one in several:
        if not isinstance(one, str):
            raise UsageError(
                "this is no path", where=where, expected="text such as usage.cost", found=repr(one)
            )
    return several


def _path(text: str, where: str) -> tuple[str, ...]:
    plain = re.sub(r"\[['\"]?([^\]'\"]*)['\"]?\]", r".\1", text.removeprefix("$")).replace("..", ".**.")
    parts = tuple(plain.removeprefix(".").split("."))
    if not all(parts):
        raise UsageError(
            "this is no path",
            where=where,
            expected="names and * joined by dots, such as choices[*].delta.trace",
            found=repr(text),
        )
    return parts if len(parts) > 1 or text.startswith("$") else ("**", *parts)


def _fits(pattern: tuple[str, ...], path: tuple[str, ...]) -> bool:
    if not pattern:
        return not path
    if pattern[0] == "**":
        return any(_fits(pattern[1:], path[at:]) for at in range(len(path) + 1))
    return bool(path) and pattern[0] in {"*", path[0]} and _fits(pattern[1:], path[1:])
