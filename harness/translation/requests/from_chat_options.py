"""Options of Chat Completions that are passed on under their own names (the types of the package openai 3.52.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.translation.requests.refusals import not_among, wrong_type
from harness.translation.requests.shape import checked_map

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.translation.requests.shape import Members

SERVICE_TIERS: Final = ("auto", "default", "flex", "scale", "priority", "fast")
RETENTIONS: Final = ("in_memory", "in-memory", "24h")
MOST_METADATA: Final = 16
LONGEST_METADATA_NAME: Final = 64
LONGEST_METADATA: Final = 512
LONGEST_SAFETY_IDENTIFIER: Final = 128

_MODALITIES: Final = ("text", "audio")
_AUDIO_FORMATS: Final = ("wav", "aac", "mp3", "flac", "opus", "pcm16")
_BIAS: Final = 100


def options_of(body: Members) -> dict[str, Any]:
    """The options of a request that are there, as sent, by name.

    Raises:
        RequestRefused: One of them has a wrong shape.
    """
    options: dict[str, Any] = {}
    for name, check in _CHECKS.items():
        if body.has(name):
            check(body, name)
            options[name] = body.get(name)
    return options


def _modalities(body: Members, name: str) -> None:
    for index, word in enumerate(body.texts(name, fewest=1) or ()):
        if word not in _MODALITIES:
            raise not_among(f"{body.place(name)}[{index}]", word, _MODALITIES)


def _audio(body: Members, name: str) -> None:
    audio = body.members(name)
    if audio is None:
        return
    audio.required_choice("format", _AUDIO_FORMATS)
    voice = audio.required("voice")
    # A voice of the user's own is named by an object with its id.
    if not isinstance(voice, str):
        audio.required_members("voice").required_text("id")


def _prediction(body: Members, name: str) -> None:
    prediction = body.members(name)
    if prediction is None:
        return
    prediction.required_choice("type", ("content",))
    content = prediction.required("content")
    if isinstance(content, str):
        return
    if not isinstance(content, (list, tuple)):
        raise wrong_type(prediction.place("content"), "one of a string or array of objects", content)
    for part in prediction.required_objects("content"):
        part.required_choice("type", ("text",))
        part.required_text("text")


def _metadata(body: Members, name: str) -> None:
    metadata = body.members(name)
    if metadata is not None:
        checked_map(
            metadata, most=MOST_METADATA, longest_name=LONGEST_METADATA_NAME, longest=LONGEST_METADATA
        )


def _logit_bias(body: Members, name: str) -> None:
    bias = body.members(name)
    if bias is not None:
        for token in bias.value:
            bias.decimal(token, least=-_BIAS, most=_BIAS)


_CHECKS: Final[Mapping[str, Callable[[Members, str], object]]] = {
    "service_tier": lambda body, name: body.choice(name, SERVICE_TIERS),
    "prompt_cache_key": lambda body, name: body.text(name),
    "prompt_cache_retention": lambda body, name: body.choice(name, RETENTIONS),
    "prompt_cache_options": lambda body, name: body.members(name),
    "safety_identifier": lambda body, name: body.text(name, longest=LONGEST_SAFETY_IDENTIFIER),
    "user": lambda body, name: body.text(name),
    "metadata": _metadata,
    "store": lambda body, name: body.boolean(name),
    "modalities": _modalities,
    "audio": _audio,
    "prediction": _prediction,
    "logit_bias": _logit_bias,
    "moderation": lambda body, name: body.members(name),
}
