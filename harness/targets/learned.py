"""The model that has learned its answers by heart: half a megabyte, so that a real server answers what is known."""

from __future__ import annotations

from pathlib import Path
from typing import Final

GGUF: Final = "mem.gguf"
FOLDER: Final = "mem"
"""The same weights as Hugging Face's tools want them."""

NOTE: Final = (
    "the model is one of 116,000 parameters that has learned a dozen answers by heart; it decides nothing"
)


def models(tools: Path) -> Path | None:
    """The folder with the model; None where there is none.

    It is no part of the package: it lies in `tools/model`, or in a checkout of this project.

    Args:
        tools: The folder in which targets are installed.
    """
    checkout = Path(__file__).resolve().parents[2] / "tests" / "gateways" / "model"
    return next((one for one in (tools / "model", checkout) if (one / GGUF).is_file()), None)


def missing_model(tools: Path) -> str | None:
    """What to do where the model is missing; None where it is there."""
    if models(tools) is not None:
        return None
    return (
        f"the model that model servers are tested with is not in {tools / 'model'}: copy the folder"
        " tests/gateways/model of this project's repository there"
    )
