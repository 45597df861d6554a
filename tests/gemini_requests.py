"""The models of Gemini that tests ask."""

from __future__ import annotations

FLASH, PRO, THREE, THREE_FLASH = (
    "gemini-2.5-flash",
    "gemini-2.5-pro",
    "gemini-3-pro-preview",
    "gemini-3-flash-preview",
)
