"""A request's body in the making: what the upstream takes goes in, what it does not is noted as a loss.

Shared by the two dialects of OpenAI, whose options mostly have the same names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from harness.jsonvalue import escape
from harness.translation.requests.schema_subset import is_strict

if TYPE_CHECKING:
    from harness.translation.session import Session
    from harness.turn.conversation import Request, TextPart

REFUSED: Final[Mapping[str, str]] = {
    "temperature": "L103",
    "top_p": "L103",
    "top_k": "L104",
    "stop": "L105",
    "n": "L106",
    "seed": "L107",
    "frequency_penalty": "L108",
    "presence_penalty": "L108",
    "logit_bias": "L108",
    "logprobs": "L109",
    "top_logprobs": "L109",
    "response_format": "L111",
    "verbosity": "L114",
    "reasoning_effort": "L115",
    "reasoning": "L115",
    "parallel_tool_calls": "L117",
    "service_tier": "L118",
    "prompt_cache_key": "L119",
    "prompt_cache_retention": "L119",
    "prompt_cache_options": "L119",
    "safety_identifier": "L120",
    "user": "L120",
    "metadata": "L121",
    "store": "L122",
    "truncation": "L123",
    "modalities": "L125",
    "audio": "L125",
    "prediction": "L125",
    "previous_response_id": "L128",
    "conversation": "L128",
    "moderation": "L124",
    "background": "L128",
    "prompt": "L128",
    "name": "L154",
    "web_search_options": "L161",
}
"""The loss of an option, by its wire name, where the upstream has no place for it; for others it is L124."""

_SAID_ANYWAY: Final[tuple[tuple[str, Any], ...]] = (
    ("truncation", "disabled"),
    ("background", False),
    ("store", False),
    ("metadata", {}),
    ("service_tier", "auto"),
    ("modalities", ["text"]),
    ("logit_bias", {}),
    ("logprobs", False),
    ("frequency_penalty", 0),
    ("presence_penalty", 0),
    ("response_format", {"type": "text"}),
    ("n", 1),
)


def says_nothing(name: str, value: Any) -> bool:
    """Whether an option of that wire name says what happens anyway, so that nothing is lost without it."""
    return value is None or (name, value) in _SAID_ANYWAY


def unknown_of_reasoning(request: Request, name: str) -> list[str] | None:
    """The places in a Chat request's `reasoning`, OpenRouter's member, of what is sent nowhere; None for other members.

    What has a place elsewhere has been sent there.
    """
    value = request.extra.get(name)
    if name != "reasoning" or request.dialect != "chat" or not isinstance(value, Mapping):
        return None
    return [f"/{name}/{escape(inner)}" for inner in value if inner not in {"effort", "summary", "max_tokens"}]


class Sending:
    """The body of one request to an upstream.

    Args:
        request: What the client asked.
        session: The exchange.
        dialect: What the upstream speaks, of OpenAI's two.

    Attributes:
        body: The JSON object to send.
    """

    __slots__ = ("body", "dialect", "profile", "request", "session")

    def __init__(self, request: Request, session: Session, dialect: str) -> None:
        self.request = request
        self.session = session
        self.dialect = dialect
        self.profile = session.profile
        self.body: dict[str, Any] = {"model": request.model}

    @property
    def refuses(self) -> tuple[str, ...]:
        """Wire names that the upstream refuses in this dialect."""
        profile = self.profile
        return (*profile.refuses, *profile.chat_refuses) if self.dialect == "chat" else profile.refuses

    @property
    def is_same(self) -> bool:
        """The client speaks the upstream's dialect: everything has a place."""
        return self.request.dialect == self.dialect

    def put(self, name: str, value: Any, field: str | None = None) -> bool:
        """Send a member, unless it is not said (None) or the upstream refuses it, and tell whether it is sent.

        Args:
            name: Its wire name upstream.
            value: As it is to be sent.
            field: The field or option of the request it comes from; None where that has the same name.
        """
        if value is None:
            return False
        if name in self.refuses:
            if not says_nothing(name, value):
                self.lose(name, field or name)
            return False
        self.body[self.profile.renames.get(name, name) if self.dialect == "chat" else name] = value
        return True

    def lose(self, name: str, field: str, detail: str = "") -> None:
        """Note that the upstream has no place for an option of that wire name."""
        self.session.lose(REFUSED.get(name, "L124"), self.request.pointer(field), detail)

    def takes_strict(self, schema: Mapping[str, Any] | None) -> bool:
        """Whether OpenAI's Chat is to be told that a schema is strict, as a client of Responses did not say it.

        Left out, the member means yes in Responses, where a schema that is not strict is made so, and no in Chat, which
        refuses such a schema (guide "Function calling", strict mode; official answers echo it). One that is strict as
        it stands can be sent as what it means; others are left to the model's best effort.
        """
        return (
            not self.is_same and self.profile.vendor == "openai" and schema is not None and is_strict(schema)
        )

    def put_extras(self) -> None:
        """Members that nobody knows go to the same dialect, and to an upstream that is known to take them."""
        for name, value in self.request.extra.items():
            takes = name in self.profile.extras
            if not takes and (inner := unknown_of_reasoning(self.request, name)) is not None:
                for one in inner:
                    self.session.lose("L100", one)
            elif (self.is_same or takes) and name not in self.refuses:
                self.body.setdefault(name, value)
            else:
                self.session.lose("L100", f"/{escape(name)}")

    def keep_extra(self, target: dict[str, Any], extra: Mapping[str, Any], at: str) -> None:
        """Members beside those that a part, message or tool is known to have: for the same dialect only (L100)."""
        for name, value in extra.items():
            if self.is_same or name in self.profile.extras:
                target.setdefault(name, value)
            else:
                self.session.lose("L100", f"{at}/{escape(name)}")

    def put_cache_control(self, target: dict[str, Any], part: TextPart) -> None:
        """The breakpoint of a prompt cache that stands on a text, where it is known (L119)."""
        if part.cache_control is None:
            return
        if self.is_same or "cache_control" in self.profile.extras:
            target["cache_control"] = dict(part.cache_control)
        else:
            self.session.lose("L119", f"{part.at}/cache_control")
