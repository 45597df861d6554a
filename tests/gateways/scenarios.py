"""The table of scenarios, by dialect; `cassettes/<server>/<dialect>/<scenario>.cassette.jsonl` follows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.gateways import chat_scenarios, responses_scenarios

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.gateways.stage import Scenario

SCENARIOS: Mapping[str, tuple[Scenario, ...]] = {
    "chat": chat_scenarios.SCENARIOS,
    "responses": responses_scenarios.SCENARIOS,
}
