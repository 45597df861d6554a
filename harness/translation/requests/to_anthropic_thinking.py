"""`thinking`, effort and `max_tokens`, and what these allow beside them: the choice of tools, and sampling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.translation.requests.to_anthropic_messages import resumes_without_thought

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.translation.requests.claude_models import ClaudeModel
    from harness.translation.requests.wishes import Wishes
    from harness.turn.conversation import ReasoningWish

BUDGETS: Final[Mapping[str, int]] = {"minimal": 1_024, "low": 2_048, "medium": 8_192, "high": 16_384}
"""Tokens by effort, for models that are given a budget."""

_LEAST: Final = 1_024
"""The least budget (ThinkingConfigEnabledParam)."""

_EFFORTS: Final = frozenset({"low", "medium", "high"})
_MORE_THAN_HIGH: Final = frozenset({"xhigh", "max"})
_LEAST_TOP_P: Final = 0.95  # guide "Extended thinking": top_p between 0.95 and 1 may stand beside thinking


class Thinking:
    """Settles what of thinking, forced tools and sampling can be had together.

    Args:
        body: With messages, tools and tool_choice in it.
        wishes: What is wanted.
        model: Of whom.
    """

    def __init__(self, body: dict[str, Any], wishes: Wishes, model: ClaudeModel) -> None:
        self._body = body
        self._wishes = wishes
        self._model = model
        self._wish: ReasoningWish | None = wishes.take("reasoning")
        self._limit: int | None = wishes.take("max_output_tokens")

    def put(self) -> None:
        """Everything that it is about."""
        wanted = self._wanted()
        if self._is_forced():
            wanted = self._beside_forced(wanted)
        self._put_limit(wanted)
        if wanted:
            self._put_thinking(wanted)
        self._put_sampling()

    # -- how much

    def _wanted(self) -> int:
        """About how many tokens of thought are wanted; 0 for none, or where nothing is to be said of it."""
        wish = self._wish
        if wish is None:
            return 0
        is_adaptive = self._model.thinking == "adaptive"
        self._wishes.lose_of_reasoning(wish.extra)
        if wish.summary not in {None, "auto"} or (wish.summary and not is_adaptive):
            self._wishes.session.lose("L116", self._wishes.request.pointer("summary"))
        if wish.effort == "none":
            self._turn_off()
            return 0
        if wish.effort is None and wish.budget is None:
            return BUDGETS["medium"] if wish.summary and is_adaptive else 0
        if (why := self._hindrance()) is not None:
            self._lose(why)
            return 0
        return self._amount(wish)

    def _hindrance(self) -> str | None:
        """Why this request cannot have thinking."""
        if self._model.thinking == "none":
            return "the model cannot think"
        if self._model.thinking == "manual" and resumes_without_thought(self._body["messages"]):
            return "the calls before the last results have no thought of this model before them"
        return None

    def _amount(self, wish: ReasoningWish) -> int:
        is_adaptive = self._model.thinking == "adaptive"
        if wish.budget is not None:
            if is_adaptive:
                self._lose("the model takes no budget")
            return wish.budget
        effort = wish.effort or ""
        if effort not in BUDGETS and effort not in _MORE_THAN_HIGH:
            self._lose(effort)
            return 0
        if effort in _MORE_THAN_HIGH and not is_adaptive:
            self._lose(f"{effort} sent as high")
        return BUDGETS.get(effort, BUDGETS["high"])

    def _turn_off(self) -> None:
        match self._model.off:
            case "never":
                self._lose("the model cannot stop thinking")
                self._put_effort("low")
            case "disabled" | "between_tools":
                self._body["thinking"] = {"type": self._model.off}

    def _is_forced(self) -> bool:
        choice = self._body.get("tool_choice")
        return choice is not None and choice["type"] in {"any", "tool"}

    def _beside_forced(self, wanted: int) -> int:
        """Thinking and a forced call exclude each other: the call is what the client cannot do without."""
        model, body = self._model, self._body
        if not model.has_forced_choice:
            self._wishes.session.lose(
                "L128",
                self._wishes.request.pointer("tool_choice"),
                "the model cannot be made to call a tool",
            )
            kept = {name: value for name, value in body["tool_choice"].items() if name != "name"}
            body["tool_choice"] = {**kept, "type": "auto"}
            return wanted
        if wanted:
            self._lose("a forced call excludes thinking")
        if model.thinks_by_default:
            self._turn_off()
        return 0

    # -- saying so

    def _put_limit(self, wanted: int) -> None:
        """`max_tokens`, which is for thought and answer together."""
        if self._limit is not None:
            self._body["max_tokens"] = self._limit
            return
        limit = self._wishes.session.profile.default_max_tokens + wanted
        self._wishes.session.lose("L102", self._wishes.request.pointer("max_output_tokens"), str(limit))
        self._body["max_tokens"] = limit

    def _put_thinking(self, wanted: int) -> None:
        wish = self._wish
        if self._model.thinking == "adaptive":
            thinking: dict[str, Any] = {"type": "adaptive"}
            if (wish is not None and wish.summary) or self._is_shown():
                thinking["display"] = "summarized"
            self._body["thinking"] = thinking
            if wish is not None and wish.effort is not None:
                self._put_effort(self._effort(wish.effort))
            return
        limit = self._body["max_tokens"]
        if self._limit is None:
            # It was made to leave room for both.
            self._body["thinking"] = {"type": "enabled", "budget_tokens": max(wanted, _LEAST)}
            if wanted < _LEAST:
                self._lose(f"budget sent as {_LEAST}")
            return
        if limit <= _LEAST:
            self._lose(f"max_tokens {limit} leaves no room for thinking")
            return
        # A quarter of the tokens is left for the answer.
        budget = max(min(wanted, limit - limit // 4), _LEAST)
        if budget != wanted:
            self._lose(f"budget sent as {budget}")
        self._body["thinking"] = {"type": "enabled", "budget_tokens": budget}

    def _is_shown(self) -> bool:
        """A Chat client cannot ask for thoughts; whoever runs this says that it is to be shown them."""
        session = self._wishes.session
        return session.manner.reasoning != "drop" and self._wishes.request.dialect == "chat"

    def _effort(self, effort: str) -> str:
        if effort in _EFFORTS or effort in self._model.efforts:
            return effort
        near = "low" if effort == "minimal" else "high"
        self._lose(f"{effort} sent as {near}")
        return near

    def _put_effort(self, effort: str) -> None:
        self._body.setdefault("output_config", {})["effort"] = effort

    # -- sampling

    def _put_sampling(self) -> None:
        wishes, body = self._wishes, self._body
        temperature, top_p, top_k = (wishes.take(name) for name in ("temperature", "top_p", "top_k"))
        thinking = body.get("thinking", {"type": "disabled"})["type"]
        thinks = thinking in {"enabled", "adaptive"}
        if self._model.sampling == "none" or thinks:
            if temperature is not None and temperature != 1:
                wishes.lose("temperature", "the model or its thinking takes none but 1")
            temperature = None
            if top_k is not None:
                wishes.lose("top_k")
                top_k = None
        if top_p is not None and (why := self._no_top_p(top_p, temperature, thinks=thinks)) is not None:
            if top_p != 1:
                wishes.lose("top_p", why)
            top_p = None
        if temperature is not None and temperature > 1:
            wishes.lose("temperature", "sent as 1")
            temperature = 1
        for name, value in (("temperature", temperature), ("top_p", top_p), ("top_k", top_k)):
            if value is not None:
                body[name] = value

    def _no_top_p(self, top_p: float, temperature: float | None, *, thinks: bool) -> str | None:
        """Why this model does not take it in this request."""
        if self._model.sampling == "none":
            return "the model takes none but 1"
        if thinks and top_p < _LEAST_TOP_P:
            return f"thinking takes none below {_LEAST_TOP_P}"
        if temperature is not None and self._model.sampling == "one":
            return "the model takes one of temperature and top_p"
        return None

    def _lose(self, detail: str) -> None:
        self._wishes.lose("reasoning", detail)
