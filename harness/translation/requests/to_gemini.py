"""A request as Gemini has it (`models.generateContent`, types of the package google-genai 3.4.0).

The model and whether a stream is wanted stand in the path, so the body has neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from harness.jsonvalue import escape
from harness.translation.requests.accepted_names import GEMINI, AcceptedNames
from harness.translation.requests.gemini_models import gemini_model
from harness.translation.requests.plain_turns import conversation_of, lose_members
from harness.translation.requests.schema_subset import GEMINI as SCHEMAS
from harness.translation.requests.schema_subset import fitted
from harness.translation.requests.to_gemini_contents import Contents
from harness.translation.requests.to_gemini_parts import text_part
from harness.translation.requests.to_gemini_thinking import thinking_config
from harness.translation.requests.to_gemini_tools import put_tools
from harness.translation.requests.wishes import Wishes
from harness.turn.conversation import TextPart

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.translation.session import Session
    from harness.turn.conversation import Message, OutputFormat, Request

_MOST_STOPS: Final = 5
_MOST_CANDIDATES: Final = 8
_SEEDS: Final = range(-(2**31), 2**31)
_SAME: Final = (
    ("max_output_tokens", "maxOutputTokens"),
    ("temperature", "temperature"),
    ("top_p", "topP"),
    ("top_k", "topK"),
    ("frequency_penalty", "frequencyPenalty"),
    ("presence_penalty", "presencePenalty"),
)
_TIERS: Final[Mapping[str, str]] = {"default": "standard", "flex": "flex", "priority": "priority"}


def to_gemini(request: Request, session: Session) -> dict[str, Any]:
    """The body to send; what has no place in it is noted as a loss in the session.

    Args:
        request: What the client asked.
        session: The exchange; it is told under which names the upstream knows the client's tools.
    """
    wishes = Wishes(request, session)
    model = gemini_model(request.model)
    names = AcceptedNames(request, session, GEMINI)
    conversation = conversation_of(request, session)
    # Tools come first: they are asked for names before calls of earlier turns are.
    tools: dict[str, Any] = {}
    put_tools(tools, wishes, names, model)
    body: dict[str, Any] = {"contents": Contents(session, names, model).of(conversation.turns)}
    system = _system(request, session, conversation.system)
    if system:
        body["systemInstruction"] = {"parts": system}
    body |= tools
    generation = _generation(wishes)
    if (thinking := thinking_config(wishes, model)) is not None:
        generation["thinkingConfig"] = thinking
    if generation:
        body["generationConfig"] = generation
    _put_tier(body, wishes)
    wishes.report_rest()
    wishes.put_extras(body)
    return body


def _system(request: Request, session: Session, messages: Iterable[Message]) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = [{"text": request.instructions}] if request.instructions else []
    for message in messages:
        lose_members(message, session)
        told = [
            one
            for part in message.parts
            if isinstance(part, TextPart) and (one := text_part(part, session)) is not None
        ]
        for part in message.parts:
            if not isinstance(part, TextPart):
                session.lose("L145", part.at)
        if not told:
            session.lose("L155", message.at)
        parts += told
    return parts


# -- generationConfig


def _generation(wishes: Wishes) -> dict[str, Any]:
    config: dict[str, Any] = {}
    for field, name in _SAME:
        if (value := wishes.take(field)) is not None:
            config[name] = value
    _put_stops(config, wishes)
    if (seed := wishes.take("seed")) is not None:
        if seed in _SEEDS:
            config["seed"] = seed
        else:
            wishes.lose("seed", "outside of 32 bits")
    if (choices := wishes.take("choices")) is not None and choices != 1:
        if choices <= _MOST_CANDIDATES:
            config["candidateCount"] = choices
        else:
            wishes.lose("choices", f"at most {_MOST_CANDIDATES}")
    _put_logprobs(config, wishes)
    _put_output(config, wishes)
    _put_modalities(config, wishes)
    wishes.lose_said("verbosity")
    return config


def _put_stops(config: dict[str, Any], wishes: Wishes) -> None:
    stops = wishes.take("stop")
    if not stops:
        return
    config["stopSequences"] = list(stops[:_MOST_STOPS])
    if len(stops) > _MOST_STOPS and not wishes.session.manner.emulate_stop:
        wishes.lose("stop", f"at most {_MOST_STOPS}")


def _put_logprobs(config: dict[str, Any], wishes: Wishes) -> None:
    wanted, top = wishes.take("logprobs"), wishes.take("top_logprobs")
    if wanted or top:
        config["responseLogprobs"] = True
        if top:
            config["logprobs"] = top


def _put_output(config: dict[str, Any], wishes: Wishes) -> None:
    output: OutputFormat | None = wishes.take("output")
    if output is None or output.kind == "text":
        return
    config["responseMimeType"] = "application/json"
    at = output.at or wishes.request.pointer("output")
    if output.kind == "json_object":
        return
    if output.schema is not None:
        config["responseJsonSchema"], is_changed = fitted(output.schema, SCHEMAS)
        if is_changed:
            wishes.session.lose("L112", at)
    if output.name is not None or output.description is not None or output.strict:
        wishes.session.lose("L113", at)


def _put_modalities(config: dict[str, Any], wishes: Wishes) -> None:
    modalities = wishes.option("modalities")
    if isinstance(modalities, list | tuple):
        if list(modalities) != ["text"]:
            config["responseModalities"] = [str(one).upper() for one in modalities]
    elif modalities is not None:
        wishes.lose("modalities")
    audio = wishes.option("audio")
    if not isinstance(audio, Mapping):
        if audio is not None:
            wishes.lose("audio")
        return
    for name, value in audio.items():
        if name == "voice" and isinstance(value, str):
            voice = {"prebuiltVoiceConfig": {"voiceName": value}}
            config["speechConfig"] = {"voiceConfig": voice}
        else:
            wishes.lose("audio", at=f"/{escape(name)}")


def _put_tier(body: dict[str, Any], wishes: Wishes) -> None:
    tier = wishes.option("service_tier")
    if tier is None or tier == "auto":
        return
    known = _TIERS.get(tier) if isinstance(tier, str) else None
    if known is None:
        wishes.lose("service_tier", str(tier))
    else:
        body["serviceTier"] = known
