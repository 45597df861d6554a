"""Texts as models say them, in pieces: plain ones, and all that somebody may not have thought of."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from harness.generate.choosing import some
from harness.scenarios.answer import MARK

if TYPE_CHECKING:
    from harness.generate.choosing import Choose

PLAIN: Final = (
    "Hello",
    " there",
    ", friend",
    ".",
    " It",
    " is",
    " sunny",
    " in",
    " Oslo",
    " now",
    "!",
    " 21",
)
_UNICODE: Final = (
    "é",
    "世界",
    "🎉",
    "👩\u200d👩\u200d👧",
    "e\u0301",
    "שלום",
    "\u2028",
    "\u2029",
    "ß",
    "\U0001d518",
    "🏳️\u200d🌈",
    "\u00a0",
    "ﬁ",
    "\u0131",
    "İ",
    "\ufeff",
    "\u200b",
    "मनीष",
    "한국어",
    "Ω",
    "\U0001f1f3\U0001f1f4",
    "\u0085",
    "…",
    "“q”",
    "\uff0d",
)
_SPACE: Final = (
    " ",
    "\n",
    "\n\n",
    "\t",
    "  \n",
    "   ",
    "\r\n",
    " \n ",
    "a ",
    " b",
    "\n- one",
    "\n    code",
    "```\n",
    "x\n",
    "\ty",
)
_ODD: Final = (
    '"',
    "\\",
    "\\n",
    "{",
    "}",
    "[DONE]",
    "data: [DONE]",
    "data: x",
    "\ndata: y\n\n",
    "event: end",
    ": ping",
    "null",
    "0",
    "false",
    "&amp;",
    "<b>",
    "</s>",
    "%20",
    "%s",
    "{}",
    "{0}",
    "$1",
    "\x01",
    "\x1b[0m",
    "\x7f",
    "'",
    "`",
    "**bold**",
    "# Title",
    "| a | b |",
    "\\u0041",
    "undefined",
    "None",
    "//",
    "https://example.org/?a=1&b=2",
    "-1",
    "[",
    "]",
    "()",
    ";",
    "1e5",
    "é\\",
)
KINDS: Final = ("plain", "unicode", "space", "odd", "repeats", "many", "long", "single", "falsy", "marked")
"""What may be particular about a text."""


def worded(choose: Choose, kind: str) -> tuple[str, ...]:  # noqa: PLR0911 - one return a kind
    """A text of a kind, in pieces, none of them empty."""
    match kind:
        case "unicode":
            return _mixed(choose, _UNICODE)
        case "space":
            return _mixed(choose, _SPACE)
        case "odd":
            return _mixed(choose, _ODD)
        case "repeats":
            return (choose.pick(("ha", " no", "1", "\n", "é", ".", "very ")),) * choose.integer(2, 5)
        case "many":
            return tuple(f"w{number} " for number in range(choose.pick((30, 70, 130, 260))))
        case "long":
            return (
                choose.pick(("x", "word ", "é", "ab\n", "🎉")) * choose.pick((300, 1100, 4200, 9000)),
                " end",
            )
        case "single":
            return (choose.pick(("a", "0", " ", "\n", "é", "Hello there, friend.", ".")),)
        case "falsy":
            return (choose.pick(("0", "false", "null", "[]", "{}", "None", " ")),)
        case "marked":
            return ("I am ", MARK, choose.pick((".", " still.")))
        case _:
            return tuple(some(choose, PLAIN, 1, 6))


def _mixed(choose: Choose, particular: tuple[str, ...]) -> tuple[str, ...]:
    made = []
    for _ in range(choose.integer(1, 6)):
        piece = choose.pick(particular)
        if choose.chance(3):
            piece = choose.pick(PLAIN) + piece
        if choose.chance(3):
            piece += choose.pick(PLAIN)
        made.append(piece)
    return tuple(made)


def cut(choose: Choose, whole: str, most: int = 6) -> tuple[str, ...]:
    """A text in pieces, cut anywhere."""
    places = {choose.integer(0, len(whole)) for _ in range(choose.integer(0, most))} | {0, len(whole)}
    return tuple(whole[begin:end] for begin, end in pairwise(sorted(places))) or (
        ("",) if not whole else (whole,)
    )


_KEYS: Final = (
    "city",
    "unit",
    "a",
    "text",
    "path",
    "x-y",
    "名",
    "items",
    "n",
    "key with space",
    "$ref",
    "type",
    "name",
    "id",
)
_VALUES: Final[tuple[Any, ...]] = (
    "Oslo",
    1,
    0,
    True,
    False,
    None,
    "",
    [],
    {},
    -1.5,
    12345678901234567890,
    1e21,
    0.1,
    'a"b',
    "c\\d",
    "é🎉",
    "\n\t",
    "</x>",
    [1, 2, 3],
    {"deep": {"er": [1, {"x": None}]}},
    ["a", ""],
    "x" * 300,
    "\u2028",
    '{"json": 1}',
    "0",
    "null",
    [[]],
    {"": 1},
    "{",
    "}",
    "\\u0000",
    "C:\\new\\tmp",
    "line\r\nline",
)


def arguments(choose: Choose) -> str:
    """The JSON text of a call's arguments: an object, written in one of several ways."""
    given = {choose.pick(_KEYS): choose.pick(_VALUES) for _ in range(choose.integer(0, 4))}
    style = choose.integer(0, 3)
    if style == 0:
        return json.dumps(given)
    if style == 1:
        return json.dumps(given, ensure_ascii=False, separators=(",", ":"))
    if style == 2:
        return json.dumps(given, indent=2, ensure_ascii=False)
    return f" {json.dumps(given)}\n"
