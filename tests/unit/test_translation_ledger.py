"""The ledger of one exchange: what it keeps when there is too much of it."""

from __future__ import annotations

from harness.translation.losses import Ledger


def test_a_loss_that_refuses_the_request_counts_behind_any_number_of_others() -> None:
    """Only a thousand are kept, and a client could hide what it must not lose behind them."""
    ledger = Ledger()
    for number in range(1_500):
        ledger.lose("L160", f"/tools/{number}/strict")
    assert ledger.refused() is None
    ledger.lose("L145", "/input/1600", "a computer_call")
    ledger.lose("L145", "/input/1601", "another")
    refused = ledger.refused()
    assert refused is not None
    assert (refused.code, refused.at) == ("L145", "/input/1600")
    assert (len(ledger.losses), ledger.more) == (1_000, 502)
