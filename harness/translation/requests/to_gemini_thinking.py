"""`thinkingConfig` of a Gemini request: budgets in tokens up to 2.5, levels from 3 on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.translation.requests.gemini_models import LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.translation.requests.gemini_models import GeminiModel
    from harness.translation.requests.wishes import Wishes
    from harness.turn.conversation import ReasoningWish

BUDGETS: Final[Mapping[str, int]] = {"minimal": 1_024, "low": 1_024, "medium": 8_192, "high": 24_576}
"""Tokens by effort, as Google's own endpoint for clients of OpenAI has them (guide "OpenAI compatibility")."""

_LEVELS: Final[Mapping[str, str]] = {"minimal": "MINIMAL", "low": "LOW", "medium": "MEDIUM", "high": "HIGH"}
_MORE_THAN_HIGH: Final = frozenset({"xhigh", "max"})


def thinking_config(wishes: Wishes, model: GeminiModel) -> dict[str, Any] | None:
    """The member of generationConfig, or None where nothing is wanted or the model knows no thinking."""
    session = wishes.session
    wish: ReasoningWish | None = wishes.take("reasoning")
    thinks = bool(model.levels) or model.budgets is not None
    config: dict[str, Any] = {}
    if thinks and session.manner.reasoning != "drop" and wishes.request.dialect == "chat":
        # A Chat client cannot ask for thoughts; whoever runs this says that it is to be shown them.
        config["includeThoughts"] = True
    if wish is None:
        return config or None
    wishes.lose_of_reasoning(wish.extra)
    if not thinks:
        if wish.effort not in {None, "none"} or wish.budget is not None:
            wishes.lose("reasoning", "the model takes no thinking settings")
        if wish.summary is not None:
            session.lose("L116", wishes.request.pointer("summary"))
        return None
    if wish.summary is not None:
        config["includeThoughts"] = True
        if wish.summary != "auto":
            session.lose("L116", wishes.request.pointer("summary"), "sent as includeThoughts")
    config |= _amount(wishes, wish, model)
    return config or None


def _amount(wishes: Wishes, wish: ReasoningWish, model: GeminiModel) -> dict[str, Any]:
    if wish.budget is not None:
        # Levels have replaced budgets, which models that know levels still take; never both.
        budget = wish.budget if model.budgets is None else _within(wish.budget, model)
        if budget != wish.budget:
            wishes.lose("reasoning", f"budget sent as {budget}")
        return {"thinkingBudget": budget}
    if wish.effort is None:
        return {}
    if model.budgets is not None:
        return _budget(wishes, wish.effort, model)
    return _level(wishes, wish.effort, model)


def _budget(wishes: Wishes, effort: str, model: GeminiModel) -> dict[str, Any]:
    if effort == "none":
        budget = _within(0, model)
        if budget:
            wishes.lose("reasoning", f"the model cannot stop thinking; budget {budget}")
        return {"thinkingBudget": budget}
    wanted = BUDGETS["high"] if effort in _MORE_THAN_HIGH else BUDGETS.get(effort)
    if wanted is None:
        wishes.lose("reasoning", effort)
        return {}
    if effort in _MORE_THAN_HIGH:
        wishes.lose("reasoning", f"{effort} sent as high")
    return {"thinkingBudget": _within(wanted, model)}


def _within(budget: int, model: GeminiModel) -> int:
    """The nearest budget that the model takes; -1 leaves it to the model."""
    if model.budgets is None or budget == -1 or (budget == 0 and model.can_stop_thinking):
        return budget
    return min(max(budget, model.budgets[0]), model.budgets[1])


def _level(wishes: Wishes, effort: str, model: GeminiModel) -> dict[str, Any]:
    if effort == "none":
        level = model.levels[0]
    elif effort in _MORE_THAN_HIGH:
        level = model.levels[-1]
    elif effort in _LEVELS:
        wanted = LEVELS.index(_LEVELS[effort])
        level = next((one for one in model.levels if LEVELS.index(one) >= wanted), model.levels[-1])
    else:
        wishes.lose("reasoning", effort)
        return {}
    if level != _LEVELS.get(effort):
        wishes.lose("reasoning", f"{effort} sent as {level.lower()}")
    return {"thinkingLevel": level}
