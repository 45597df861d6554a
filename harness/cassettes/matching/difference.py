"""The first place at which a live request differs from a recorded one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from harness.cassettes.matching.canonical import form_pairs, multipart_parts
from harness.cassettes.matching.ids import shape
from harness.cassettes.shortened import common_length
from harness.jsonvalue import MISSING, compact, escape, first_difference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.cassettes.matching.canonical import Keyer
    from harness.cassettes.matching.ids import Conflict
    from harness.cassettes.matching.requests import Live, Recorded
    from harness.jsonvalue import JsonValue

_SHOWN = 80
_BEFORE = 24


class Gap(NamedTuple):
    """A difference: the part of the request, the pointer if the part is a JSON body, and both values."""

    part: str
    pointer: str | None
    expected: str
    found: str


def first_gap(near: Recorded, live: Live, keyer: Keyer, conflict: Conflict | None) -> Gap:
    """Find the first difference between two requests of different keys.

    Args:
        near: The recorded request.
        live: The live one.
        keyer: Makes bodies comparable.
        conflict: Why the ids of the two cannot be mapped, where nothing else differs.
    """
    ours, theirs = near.key, live.key
    for part in ("path", "method", "scheme", "host", "port"):
        left, right = getattr(ours, part), getattr(theirs, part)
        if left != right:
            return Gap(part, None, *_shortened(left or MISSING, right or MISSING))
    if ours.query != theirs.query:
        return _pair_gap("query", ours.query, theirs.query)
    if ours.headers != theirs.headers:
        return _pair_gap("headers", ours.headers, theirs.headers)
    if ours.kind == theirs.kind == "json":
        try:
            return _json_gap(near, live, keyer, conflict)
        except RecursionError:
            return _byte_gap("", ours.body, theirs.body)
    return _body_gap(near, live)


def _pair_gap(part: str, ours: tuple[tuple[str, str], ...], theirs: tuple[tuple[str, str], ...]) -> Gap:
    noun = {"query": "query parameter", "headers": "header"}.get(part, "form field")
    for pair in sorted({*ours, *theirs}):
        if ours.count(pair) != theirs.count(pair):
            left = [value for name, value in ours if name == pair[0]]
            right = [value for name, value in theirs if name == pair[0]]
            shown = _shortened(", ".join(left) or MISSING, ", ".join(right) or MISSING)
            return Gap(part, None, f"{noun} {pair[0]}: {shown[0]}", f"{noun} {pair[0]}: {shown[1]}")
    raise AssertionError(part)


def _json_gap(near: Recorded, live: Live, keyer: Keyer, conflict: Conflict | None) -> Gap:
    ours, theirs = keyer.read(near.request.body), keyer.read(live.request.body)
    # With ids taken out first: an id that may differ must not hide what may not.
    difference = first_difference(shape(ours).value, shape(theirs).value)
    if difference is not None:
        pointer = difference.pointer
        return Gap("body", pointer, *_shortened(_at(ours, pointer), _at(theirs, pointer)))
    if conflict is not None:
        pointer = _pointer_to(theirs, conflict.live) or ""
        found = f"{compact(conflict.live)}, which cannot stand for it: {conflict.why}"
        return Gap("ids", pointer, compact(conflict.recorded), found)
    difference = first_difference(ours, theirs)
    if difference is None:
        raise AssertionError(near.position)
    return Gap("body", difference.pointer, *_shortened(difference.expected, difference.found))


def _pointer_to(value: JsonValue, text: str) -> str | None:
    """Pointer to the first string of `value` that is `text`."""
    if isinstance(value, str):
        return "" if value == text else None
    members: Iterable[tuple[str, JsonValue]] = ()
    if isinstance(value, dict):
        members = ((escape(key), member) for key, member in value.items())
    elif isinstance(value, list):
        members = ((str(index), element) for index, element in enumerate(value))
    for step, member in members:
        below = _pointer_to(member, text)
        if below is not None:
            return f"/{step}{below}"
    return None


def _body_gap(near: Recorded, live: Live) -> Gap:
    ours, theirs = near.key, live.key
    if ours.kind != theirs.kind:
        return Gap("body", None, _described(ours.kind, ours.body), _described(theirs.kind, theirs.body))
    if ours.kind == "form":
        return _pair_gap("body", form_pairs(near.request), form_pairs(live.request))
    if ours.kind == "multipart":
        parts = list(zip(multipart_parts(near.request), multipart_parts(live.request), strict=False))
        for number, (left, right) in enumerate(parts):
            if left != right:
                return _byte_gap(f"part {number} of the body, ", left, right)
        return Gap("body", None, *(f"{len(multipart_parts(side.request))} parts" for side in (near, live)))
    return _byte_gap("", ours.body, theirs.body)


def _byte_gap(where: str, ours: bytes, theirs: bytes) -> Gap:
    offset = common_length(ours, theirs)
    start = max(0, offset - _BEFORE)
    shown = [
        repr(side[start : offset + _BEFORE])[1:] if side[offset:] else "the end" for side in (ours, theirs)
    ]
    return Gap("body", None, f"{where}byte {offset}: {shown[0]}", f"{where}byte {offset}: {shown[1]}")


def _described(kind: str, body: bytes) -> str:
    if not body:
        return "no body"
    article = {"json": "a JSON body", "form": "a form", "multipart": "a multipart body"}.get(kind, "a body")
    return f"{article} of {len(body)} bytes"


def _at(value: JsonValue, pointer: str) -> str:
    """The compact JSON at a pointer that `first_difference` gave."""
    place = value
    for token in pointer.split("/")[1:]:
        if isinstance(place, dict):
            match = [key for key in place if escape(key) == token]
            if not match:
                return MISSING
            place = place[match[0]]
        elif isinstance(place, list) and int(token) < len(place):
            place = place[int(token)]
        else:
            return MISSING
    return compact(place)


def _shorten(text: str) -> str:
    return _shortened(text, text)[0]


def _shortened(left: str, right: str) -> tuple[str, str]:
    """Cut two texts to what fits on a line, keeping the place at which they differ in sight."""
    start = 0
    if len(left) > _SHOWN or len(right) > _SHOWN:
        same = 0
        for ours, theirs in zip(left, right, strict=False):
            if ours != theirs:
                break
            same += 1
        if left != right and same > _BEFORE * 2:
            start = same - _BEFORE
    return _cut(left, start), _cut(right, start)


def _cut(text: str, start: int) -> str:
    shown = ("…" if start else "") + text[start:]
    return shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…"
