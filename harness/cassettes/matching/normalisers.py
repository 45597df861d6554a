"""Named rules that take out of a body what is known to change from run to run. None is on by default."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from harness.cassettes.matching.ids import CONVERSATION_KEYS, ID_KEYS, OPAQUE_KEYS, TOP_LEVEL_IDS
from harness.errors import UnknownName
from harness.jsonvalue import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from harness.jsonvalue import JsonValue

    Rule: TypeAlias = Callable[[JsonValue], JsonValue]


class Normaliser(NamedTuple):
    """A named rule: `apply` takes a parsed body, may change it in place, and returns it or its successor."""

    name: str
    summary: str
    apply: Rule


_REGISTRY: dict[str, Normaliser] = {}

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:t(?:ember)?)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_WEEKDAY = r"(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,?\s+)?"
_CLOCK = r"\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?(?:Z|[+-]\d{2}:?\d{2}|UTC))?"
_UUID = re.compile(
    r"(?<![0-9A-Za-z])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![0-9A-Za-z])", re.IGNORECASE
)
_TIMESTAMP = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}[Tt ]" + _CLOCK + r"(?!\d)")
_DATE = re.compile(
    r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)"
    rf"|\b{_WEEKDAY}{_MONTH}\s+{_DAY},?\s+\d{{4}}\b"
    rf"|\b{_WEEKDAY}{_DAY}\s+{_MONTH},?\s+\d{{4}}\b"
)
_TEMPORARY = re.compile(
    r"(?<![\w~.-])(?:/private)?/(?:tmp|var/tmp|var/folders)/[^\s\"'`<>:;,)\]]*"
    r"|[A-Za-z]:\\{1,2}Users\\{1,2}[^\s\"'`<>:;,)\]\\]+\\{1,2}AppData\\{1,2}Local\\{1,2}Temp[^\s\"'`<>:;,)\]]*"
)
_TIME_KEYS = frozenset(
    {
        "created",
        "created_at",
        "updated_at",
        "completed_at",
        "expires_at",
        "timestamp",
        "start_time",
        "end_time",
    }
)
_CALL_ID_KEYS = frozenset({"call_id", "tool_call_id", "tool_use_id"})
_OPAQUE_REASONING = frozenset({"encrypted_content", "signature", "thoughtSignature", "thought_signature"})


def normaliser(name: str) -> Normaliser:
    """Look a normaliser up.

    Raises:
        UnknownName: There is none of that name.
    """
    try:
        return _REGISTRY[name]
    except KeyError:
        raise UnknownName("normaliser", name, _REGISTRY) from None


def normalisers() -> tuple[Normaliser, ...]:
    """All normalisers, by name."""
    return tuple(_REGISTRY[name] for name in sorted(_REGISTRY))


def _register(name: str, summary: str) -> Callable[[Rule], Rule]:
    def add(rule: Rule) -> Rule:
        _REGISTRY[name] = Normaliser(name, summary, rule)
        return rule

    return add


def _strings(value: JsonValue, change: Callable[[str], str]) -> JsonValue:
    """Rebuild `value` with every string value (keys excepted) changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_strings(element, change) for element in value]
    if isinstance(value, dict):
        return {key: _strings(member, change) for key, member in value.items()}
    return value


def _objects(value: JsonValue) -> Iterable[dict[str, JsonValue]]:
    """Every object in `value`, itself first; members may be changed while it runs."""
    waiting: list[JsonValue] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            yield item
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


def _without(value: JsonValue, *keys: str) -> JsonValue:
    if isinstance(value, dict):
        for key in keys:
            value.pop(key, None)
    return value


@_register("uuids", "every UUID inside any string is the same UUID")
def _uuids(value: JsonValue) -> JsonValue:
    return _strings(value, lambda text: _UUID.sub("<uuid>", text))


@_register(
    "timestamps",
    "every ISO 8601 date with a time inside any string, and numbers under created, ..._at, timestamp",
)
def _timestamps(value: JsonValue) -> JsonValue:
    value = _strings(value, lambda text: _TIMESTAMP.sub("<timestamp>", text))
    for item in _objects(value):
        for key in _TIME_KEYS & item.keys():
            if isinstance(item[key], int | float) and not isinstance(item[key], bool):
                item[key] = "<timestamp>"
    return value


@_register("dates", "every date inside any string: 2026-11-21, November 21, 2026, Sat, 21 Nov 2026")
def _dates(value: JsonValue) -> JsonValue:
    return _strings(value, lambda text: _DATE.sub("<date>", text))


@_register("temp_paths", "every path below a directory for temporary files, inside any string")
def _temp_paths(value: JsonValue) -> JsonValue:
    return _strings(value, lambda text: _TEMPORARY.sub("<temp-path>", text))


@_register(
    "ids", "every id of a message, item, call or earlier answer, without the check that they map one to one"
)
def _ids(value: JsonValue) -> JsonValue:
    return _blank_ids(value, ID_KEYS | TOP_LEVEL_IDS)


@_register("tool_call_ids", "call_id, tool_call_id, tool_use_id, and the id of the calls they answer")
def _tool_call_ids(value: JsonValue) -> JsonValue:
    return _blank_ids(value, _CALL_ID_KEYS, calls_only=True)


def _blank_ids(value: JsonValue, keys: frozenset[str], *, calls_only: bool = False) -> JsonValue:
    # Walks as ids.shape does: what a tool's arguments call "id" is data.
    waiting: list[JsonValue] = []
    if isinstance(value, dict):
        waiting += [value.get(key) for key in CONVERSATION_KEYS]
        for key in TOP_LEVEL_IDS & keys & value.keys():
            value[key] = "<id>"
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            named = keys | {"id"} if calls_only and _is_call(item) else keys
            for key in item:
                if key in named and isinstance(item[key], str):
                    item[key] = "<id>"
            waiting.extend(member for key, member in item.items() if key not in OPAQUE_KEYS)
    return value


def _is_call(item: dict[str, JsonValue]) -> bool:
    """Whether the `id` of an object is that of a tool call (Chat Completions, Anthropic, Gemini)."""
    return item.get("type") in {"function", "custom", "tool_use"} or "args" in item or "response" in item


@_register("prompt_cache_key", "prompt_cache_key and prompt_cache_retention")
def _prompt_cache_key(value: JsonValue) -> JsonValue:
    return _without(value, "prompt_cache_key", "prompt_cache_retention")


@_register("cache_control", "cache_control wherever it stands (Anthropic clients move it along each turn)")
def _cache_control(value: JsonValue) -> JsonValue:
    for item in _objects(value):
        item.pop("cache_control", None)
    return value


@_register("metadata", "metadata (Anthropic's metadata.user_id included)")
def _metadata(value: JsonValue) -> JsonValue:
    return _without(value, "metadata")


@_register("user", "user and safety_identifier")
def _user(value: JsonValue) -> JsonValue:
    return _without(value, "user", "safety_identifier")


@_register("stream_options", "stream_options")
def _stream_options(value: JsonValue) -> JsonValue:
    return _without(value, "stream_options")


@_register("seed", "seed, also below Gemini's generationConfig")
def _seed(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        _without(value.get("generationConfig"), "seed")
    return _without(value, "seed")


@_register("model", "model: the answer may then be that of another model")
def _model(value: JsonValue) -> JsonValue:
    return _without(value, "model")


@_register("tool_order", "the order of tools (servers that are asked for their tools list them in any order)")
def _tool_order(value: JsonValue) -> JsonValue:
    if isinstance(value, dict) and isinstance(tools := value.get("tools"), list):
        tools.sort(key=canonical)
    return value


@_register(
    "opaque_reasoning", "encrypted_content, signature and thoughtSignature of reasoning that is sent back"
)
def _opaque_reasoning(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        for key in CONVERSATION_KEYS:
            for item in _objects(value.get(key)):
                for name in _OPAQUE_REASONING & item.keys():
                    if isinstance(item[name], str):
                        item[name] = "<opaque>"
    return value
