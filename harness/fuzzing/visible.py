"""Texts of a finding, with each character to be seen: what shows as a blank, or not at all, may be what it is about."""

from __future__ import annotations

import json
import unicodedata


def visible(text: str) -> str:
    """A text whose line ends stay, and whose other invisible characters are escaped as in JSON."""
    return "".join(one if one.isprintable() or one == "\n" else _escaped(one) for one in text)


def named(text: str) -> list[str]:
    """The invisible characters of a text that are not ASCII, each once, as `U+2029 PARAGRAPH SEPARATOR`."""
    hidden = {one for one in text if not one.isprintable() and not one.isascii()}
    return [f"U+{ord(one):04X} {unicodedata.name(one, unicodedata.category(one))}" for one in sorted(hidden)]


def on_a_line(text: str) -> str:
    """A text as it is where one line shows all of it; else as a literal."""
    return text if text and text == text.strip() and text.isprintable() else repr(text)


def _escaped(one: str) -> str:
    # JSON's own escapes where it has one, and two halves beyond U+FFFF; DEL it would leave as it is.
    return "\\u007f" if one == "\x7f" else json.dumps(one)[1:-1]
