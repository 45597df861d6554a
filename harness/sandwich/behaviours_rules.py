"""The ids of the rules that several sessions, or both ends at once, are judged by.

Their pages are in `harness.rules.translation`, where only a run of scenarios is said to have what they need.
"""

from __future__ import annotations

from typing import Final

FOLD: Final = "XLAT-STREAM-001"
REPEAT: Final = "XLAT-STREAM-002"
HELD: Final = "XLAT-STREAM-004"
"""This one is judged of one exchange, too, by how long its text took; here the clock at both ends is the same."""
LEFT: Final = "XLAT-STREAM-005"
CROSSED: Final = "XLAT-STREAM-006"
SHARED: Final = "XLAT-ID-003"
