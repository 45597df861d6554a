"""What several scenarios ask with: tools, schemas, histories, a picture and a file."""

from __future__ import annotations

import json
from typing import Any, Final

from harness.scenarios.answer import MARK
from harness.scenarios.asking import Custom, Function, Said

WEATHER: Final = Function(
    name="get_weather",
    description="Current weather in a city.",
    parameters={
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"type": "string", "enum": ["c", "f"]}},
        "required": ["city"],
        "additionalProperties": False,
    },
)
TIME: Final = Function(
    name="get_time",
    description="The time now.",
    parameters={"type": "object", "properties": {"zone": {"type": "string"}}},
)
WRITE: Final = Function(
    name="write_file",
    description="Writes a text file.",
    parameters={
        "type": "object",
        "properties": {"path": {"type": "string"}, "text": {"type": "string"}},
        "required": ["path", "text"],
    },
)
SHELL: Final = Custom(name="shell", description="Runs a command line.")

PIECE: Final = json.dumps('def f(x):\n\treturn "a" + x  # ' + "pad " * 17)[1:-1]
"""A piece of JSON text of a hundred characters, inside a string."""

CITY: Final[dict[str, Any]] = {
    "name": "city",
    "strict": True,
    "schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "people": {"type": "integer"}},
        "required": ["city", "people"],
        "additionalProperties": False,
    },
}

SYSTEM: Final = (
    Said(role="system", text="You answer in one word."),
    Said(role="user", text="What is the capital of Sweden?"),
    Said(role="assistant", text="Stockholm."),
)
DEVELOPER: Final = (Said(role="developer", text="You answer in one word."),)
EARLIER: Final = (
    Said(role="user", text="How is the weather in Oslo?"),
    Said(role="assistant", calls=(("call_earlier_1", "get_weather", '{"city":"Oslo"}'),)),
    Said(role="tool", call_id="call_earlier_1", text='{"celsius": 21}'),
)

_PICTURE: Final = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1Pe"
    "AAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
)
"""One red pixel."""
_FILE: Final = (
    "data:application/pdf;base64,JVBERi0xLjEKMSAwIG9iajw8Pj5lbmRvYmoKdHJhaWxlcjw8L1Jvb3QgMSAwIFI+PgolJUVPRgo="
)
"""A PDF without a page."""

CHAT_PARTS: Final = [
    {"type": "text", "text": f"First part. [{MARK}]"},
    {"type": "text", "text": "Second part."},
    {"type": "text", "text": "Third part."},
]
RESPONSES_PARTS: Final = [{"type": "input_text", "text": one["text"]} for one in CHAT_PARTS]
CHAT_PICTURE: Final = [
    {"type": "text", "text": f"What is this? [{MARK}]"},
    {"type": "image_url", "image_url": {"url": _PICTURE, "detail": "low"}},
]
RESPONSES_PICTURE: Final = [
    {"type": "input_text", "text": f"What is this? [{MARK}]"},
    {"type": "input_image", "image_url": _PICTURE, "detail": "low"},
]
CHAT_FILE: Final = [
    {"type": "text", "text": f"What is in this? [{MARK}]"},
    {"type": "file", "file": {"filename": "empty.pdf", "file_data": _FILE}},
]
RESPONSES_FILE: Final = [
    {"type": "input_text", "text": f"What is in this? [{MARK}]"},
    {"type": "input_file", "filename": "empty.pdf", "file_data": _FILE},
]
