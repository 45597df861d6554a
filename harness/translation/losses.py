"""What a translation could not carry: nothing is dropped without one of these codes.

The catalogue is data, so that documentation, policy and tests read the same table. A loss names its code and the place
in the client's request, or the upstream's event, that it is about.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from harness.errors import UnknownName
from harness.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Policy: TypeAlias = Literal["error", "warn", "allow"]
"""What happens at a loss: the request is refused; the loss is reported; it is reported as mere information."""

_INFO, _WARNING, _ERROR = Severity.INFO, Severity.WARNING, Severity.ERROR


class Kind(NamedTuple):
    """One code: how bad it is by itself, and what it means in a sentence. An error is refused by default."""

    severity: Severity
    text: str


CODES: Mapping[str, Kind] = MappingProxyType(
    {
        "L100": Kind(_WARNING, "a member that this engine does not know is sent to the same dialect only"),
        "L101": Kind(_WARNING, "max_tokens and max_completion_tokens differ: the latter counts"),
        "L102": Kind(_INFO, "the upstream needs a limit of output tokens: the profile's was sent"),
        "L103": Kind(_WARNING, "temperature or top_p is outside what the upstream takes"),
        "L104": Kind(_WARNING, "the upstream has no top_k"),
        "L105": Kind(_ERROR, "the upstream cannot be given these stop sequences"),
        "L106": Kind(_ERROR, "the upstream gives one answer, not n"),
        "L107": Kind(_WARNING, "the upstream has no seed"),
        "L108": Kind(_WARNING, "the upstream has no such penalty or bias"),
        "L109": Kind(_WARNING, "the upstream gives no log probabilities"),
        "L111": Kind(_WARNING, "the upstream has no JSON mode: it is asked in words, or not at all"),
        "L112": Kind(_WARNING, "the schema was changed to what the upstream understands"),
        "L113": Kind(_INFO, "name, description or strictness of the output schema have no place upstream"),
        "L114": Kind(_INFO, "the upstream has no verbosity"),
        "L115": Kind(
            _WARNING, "the reasoning effort was mapped to the nearest that the upstream has, or dropped"
        ),
        "L116": Kind(_INFO, "the upstream has no reasoning summaries to ask for"),
        "L117": Kind(_WARNING, "the upstream cannot be kept from calling tools in parallel"),
        "L118": Kind(_INFO, "the service tier has no equal upstream"),
        "L119": Kind(_INFO, "the upstream has no such way to steer its prompt cache"),
        "L120": Kind(_INFO, "the upstream takes no such name of the end user"),
        "L121": Kind(_INFO, "the upstream takes no metadata"),
        "L122": Kind(_INFO, "the upstream stores nothing: this gateway does, or nobody"),
        "L123": Kind(_WARNING, "the upstream does not truncate the conversation by itself"),
        "L124": Kind(_WARNING, "the upstream has no such option"),
        "L125": Kind(_WARNING, "the upstream has no such output modality or prediction"),
        "L126": Kind(_WARNING, "options of the web search have no place upstream"),
        "L127": Kind(_WARNING, "the legacy form holds one call, and there were more"),
        "L128": Kind(
            _ERROR, "the option cannot be honoured, and leaving it out would change what is asked for"
        ),
        "L130": Kind(_WARNING, "a system message amid the conversation became a user's"),
        "L131": Kind(_WARNING, "the upstream may not fetch the picture or file by its URL"),
        "L132": Kind(_INFO, "the detail of a picture or file has no place upstream"),
        "L133": Kind(_ERROR, "the upstream takes no audio input here"),
        "L134": Kind(_ERROR, "the upstream takes no file by URL"),
        "L135": Kind(_INFO, "the phase of a message has no place upstream"),
        "L136": Kind(_INFO, "annotations or log probabilities of earlier answers have no place upstream"),
        "L137": Kind(_INFO, "an earlier refusal was sent as text"),
        "L138": Kind(_ERROR, "the arguments of an earlier call are no JSON object"),
        "L139": Kind(_WARNING, "a tool's name was changed to what the upstream accepts, and is changed back"),
        "L140": Kind(_WARNING, "a call without a result was given a stub"),
        "L141": Kind(_ERROR, "a result answers no call of the conversation"),
        "L142": Kind(_WARNING, "a call has several results: the last counts"),
        "L143": Kind(_WARNING, "pictures or files in a tool's result were moved to a user message"),
        "L144": Kind(_INFO, "a custom tool became a function with one string, and is changed back"),
        "L145": Kind(_ERROR, "the upstream has no such item"),
        "L146": Kind(_INFO, "what a provider's own tool did in earlier turns was left out"),
        "L147": Kind(_ERROR, "an item is referred to by an id that is not known here"),
        "L150": Kind(_INFO, "an earlier thought has no place upstream"),
        "L151": Kind(_INFO, "a call has no thought signature: the upstream was told to go without"),
        "L152": Kind(
            _INFO, "an earlier thought has no signature that the upstream would take, and was left out"
        ),
        "L153": Kind(_INFO, "an encrypted thought of another vendor was left out"),
        "L154": Kind(_INFO, "the name of a message's author has no place upstream"),
        "L155": Kind(_WARNING, "an empty message was left out"),
        "L156": Kind(_ERROR, "a picture or file is named by an id that only its own vendor knows"),
        "L160": Kind(_INFO, "the upstream has no strict tools"),
        "L161": Kind(_ERROR, "the upstream has no such tool"),
        "L162": Kind(_WARNING, "the list of allowed tools was applied by leaving out the others"),
        "L163": Kind(_WARNING, "the upstream cannot be made to call a tool of its own"),
        "L164": Kind(_WARNING, "tool_choice or parallel_tool_calls without tools was left out"),
        "L201": Kind(
            _WARNING, "a member of the upstream's answer that this engine does not know was left out"
        ),
        "L210": Kind(_INFO, "a call came without an id, or with one that was taken: an id was made"),
        "L211": Kind(_WARNING, "a piece of a call came without an index"),
        "L212": Kind(_WARNING, "a new call came under the index of another"),
        "L213": Kind(_INFO, "arguments came as an object instead of text"),
        "L214": Kind(_WARNING, "content came after the finish reason"),
        "L215": Kind(_WARNING, "the end of a text came only with its done event"),
        "L216": Kind(_WARNING, "the last event came without its blank line"),
        "L217": Kind(
            _WARNING, "the upstream says a text again in other words than its deltas: the deltas count"
        ),
        "L218": Kind(_WARNING, "a call came without a name, and was left out"),
        "L219": Kind(_WARNING, "arguments came for a call that had not begun or was over, and were left out"),
        "L220": Kind(_INFO, "why the prompt was blocked has no place in the client's dialect"),
        "L221": Kind(_WARNING, "the upstream asks to go on in another turn"),
        "L222": Kind(_WARNING, "the upstream says that the model wrote a malformed call"),
        "L223": Kind(_INFO, "the upstream's finish reason has no equal"),
        "L224": Kind(_WARNING, "the upstream finished with stop, and there were calls"),
        "L225": Kind(_WARNING, "the upstream finished for tool calls, and there were none"),
        "L226": Kind(_WARNING, "a thought ended that had not begun: what came before was sent as text"),
        "L227": Kind(
            _WARNING, "an event was not framed or encoded as it should be: what could be read of it was read"
        ),
        "L230": Kind(_INFO, "a thought has no place in the client's dialect"),
        "L231": Kind(_INFO, "an annotation has no place in the client's dialect"),
        "L232": Kind(_WARNING, "a picture or sound has no place in the client's dialect"),
        "L233": Kind(_INFO, "what a provider's own tool does has no place in the client's dialect"),
        "L234": Kind(_WARNING, "more than one answer came, and the client's dialect holds one"),
        "L235": Kind(_INFO, "a member of the upstream's answer has no place in the client's dialect"),
        "L240": Kind(_INFO, "the upstream did not report usage"),
        "L241": Kind(
            _INFO, "the upstream did not report a member of usage that the client's dialect requires: it is 0"
        ),
        "L242": Kind(_INFO, "details of usage have no place in the client's dialect"),
        "L243": Kind(_INFO, "usage was reported, and the client did not ask for it"),
        "L250": Kind(_INFO, "a whole answer was sent as a stream, or a stream was collected"),
    }
)


class Loss(NamedTuple):
    """One thing that was not carried.

    Args:
        code: Of the catalogue.
        severity: What it counts as, after the policy.
        at: JSON pointer into the client's request, or `event N` of the upstream's stream.
        detail: What was there and what became of it; never a secret, never the words of a conversation.
    """

    code: str
    severity: Severity
    at: str
    detail: str = ""

    @property
    def text(self) -> str:
        """What the code means."""
        return CODES[self.code].text

    def as_json(self) -> dict[str, str]:
        """For results, cassettes and logs."""
        return {"code": self.code, "severity": str(self.severity), "at": self.at, "detail": self.detail}


def unknown_code(code: str) -> UnknownName:
    """The error for a code that is none, with what was probably meant or where they are listed."""
    hint = "docs/translation.md lists all codes; `harness rule L106` explains one"
    return UnknownName("loss code", code, CODES, hint=hint)


@dataclass(frozen=True, slots=True)
class LossPolicy:
    """What is done about losses.

    Args:
        default: For all codes; None keeps each code's own: errors are refused, others reported as they are.
        codes: For single codes.

    Raises:
        UnknownName: A code of `codes` is none.
    """

    default: Policy | None = None
    codes: Mapping[str, Policy] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for code in self.codes:
            if code not in CODES:
                raise unknown_code(code)

    def severity(self, code: str) -> Severity:
        """What a loss of that code counts as: an error refuses the request, where it is about a request."""
        own = CODES[code].severity
        match self.codes.get(code, self.default):
            case "error":
                # A mere note is no reason to refuse, unless it was named.
                return _ERROR if code in self.codes or own is not _INFO else _INFO
            case "warn":
                return _WARNING if own is _ERROR or code in self.codes else own
            case "allow":
                return _INFO
            case _:
                return own

    @classmethod
    def read(cls, words: Iterable[str]) -> LossPolicy:
        """Read `warn`, `error`, `allow` and `CODE=warn` as the command line has them; one word may stand by itself.

        Raises:
            UnknownName: A policy or a code that is none.
        """
        default: Policy | None = None
        codes: dict[str, Policy] = {}
        for word in [words] if isinstance(words, str) else words:
            code, separator, name = word.rpartition("=")
            policy = _POLICIES.get(name)
            if policy is None:
                raise UnknownName("loss policy", name, _POLICIES, where=word)
            if separator:
                codes[code] = policy
            else:
                default = policy
        return cls(default, codes)


_POLICIES: dict[str, Policy] = {"error": "error", "warn": "warn", "allow": "allow"}

_MOST_KEPT = 1_000


class Ledger:
    """Collects the losses of one exchange.

    Attributes:
        losses: In order, each place and code once; at most a thousand, `more` counts what came after.
    """

    __slots__ = ("_refused", "_seen", "losses", "more", "policy")

    def __init__(self, policy: LossPolicy | None = None) -> None:
        self.policy = policy or LossPolicy()
        self.losses: list[Loss] = []
        self.more = 0
        self._seen: set[tuple[str, str]] = set()
        self._refused: Loss | None = None

    def lose(self, code: str, at: str, detail: str = "") -> None:
        """Note a loss; what is refused is decided by `refused`, when all are known."""
        if (code, at) in self._seen:
            return
        loss = Loss(code, self.policy.severity(code), at, detail)
        if loss.severity is _ERROR and self._refused is None:
            self._refused = loss  # which counts, however many others came before it
        if len(self.losses) >= _MOST_KEPT:
            self.more += 1
            return
        self._seen.add((code, at))
        self.losses.append(loss)

    def refused(self) -> Loss | None:
        """The first loss that is an error."""
        return self._refused

    def header(self, limit: int = 2_048) -> str:
        """The losses of the request as a field value, `L101;path=/seed, L120;path=/user`.

        `+N` tells of those that do not fit; what an answer loses is not known when its head goes out.
        """
        losses = [one for one in self.losses if one.at.startswith("/")]
        words: list[str] = []
        size = 0
        for number, loss in enumerate(losses):
            word = f"{loss.code};path={_field_value(loss.at)}"
            size += len(word) + 2
            if size > limit - 12:
                words.append(f"+{len(losses) - number + self.more}")
                break
            words.append(word)
        return ", ".join(words)


def _field_value(at: str) -> str:
    """A pointer as it may stand in a header field: visible ASCII without separators."""
    return "".join(one if "!" <= one <= "~" and one not in '",;%' else _quoted(one) for one in at)


def _quoted(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "replace"))
