"""Options that several commands share, or that make one thing together, handed to a command as one argument."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from click import Option

    Command: TypeAlias = Callable[..., int]
    Decorator: TypeAlias = Callable[[Command], Command]


def gathered(name: str, options: Sequence[Decorator]) -> Decorator:
    """Add options to a command, which gets the values of all of them as one dict.

    They are listed in its help where the decorator stands, in their order.

    Args:
        name: Of the command's argument.
        options: What `click.option` gives.
    """

    def decorate(command: Command) -> Command:
        @wraps(command)
        def taking(**given: Any) -> int:
            taken = {one: given.pop(one) for one in names}
            return command(**given, **{name: taken})

        told: Command = taking
        before: list[Option] = list(getattr(command, "__click_params__", ()))
        told.__click_params__ = list(before)  # type: ignore[attr-defined]
        for option in reversed(options):  # click lists them from the last to the first that was added
            told = option(told)
        added: list[Option] = told.__click_params__[len(before) :]  # type: ignore[attr-defined]
        names = [str(one.name) for one in added]
        return told

    return decorate
