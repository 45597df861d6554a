"""Reads members of a request that may have any shape, and refuses those of a wrong one as OpenAI's API does.

A request is untrusted: strings stand where objects should be, numbers are negative, lists are empty. `Members` is one
JSON object of it together with its place, and hands out members of the type that is asked for. Everything it does not
like is a `RequestRefused` with the words, the `param` and the `code` that the API answers with (the wording is that of
error objects which clients of the API have published; where the API words a case in several ways, the one of its
present validator is used). A member that is null counts as absent unless it is required, as nearly every member of
both APIs may be null.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from harness.errors import RequestRefused
from harness.jsonvalue import escape
from harness.translation.requests.refusals import (
    empty,
    missing,
    not_among,
    out_of_range,
    too_many_members,
    unmatched,
    wrong_length,
    wrong_type,
)

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from harness.translation.losses import Ledger

NumberT = TypeVar("NumberT", int, float)


@dataclass(frozen=True, slots=True)
class Members:
    """One JSON object of a request.

    Args:
        value: The object.
        param: Where it stands, in OpenAI's notation: "" is the body, `messages[0]` a message.
        at: Where it stands, as a JSON pointer.
    """

    value: Mapping[str, Any]
    param: str = ""
    at: str = ""

    def place(self, name: str) -> str:
        """A member's place in OpenAI's notation."""
        return f"{self.param}.{name}" if self.param else name

    def pointer(self, name: str) -> str:
        """A member's place as a JSON pointer."""
        return f"{self.at}/{escape(name)}"

    def has(self, name: str) -> bool:
        """The member is there, and not null."""
        return self.value.get(name) is not None

    def get(self, name: str) -> Any:
        """The member as it is; None where it is absent."""
        return self.value.get(name)

    def rest(self, known: Container[str]) -> dict[str, Any]:
        """Members that are not among those known by name, as they are; null ones too."""
        return {name: value for name, value in self.value.items() if name not in known}

    def unknown(self, known: Container[str]) -> dict[str, Any]:
        """Members that are not among those known and say something: a null says nothing."""
        return {name: value for name, value in self.rest(known).items() if value is not None}

    def lose_rest(self, known: Container[str], ledger: Ledger) -> None:
        """Note as L100 what `unknown` gives, where the neutral words have no room for it."""
        for name in self.unknown(known):
            ledger.lose("L100", self.pointer(name))

    # -- members that may be absent

    def text(
        self,
        name: str,
        *,
        shortest: int = 0,
        longest: int | None = None,
        pattern: str | None = None,
    ) -> str | None:
        """A string.

        Args:
            name: Of the member.
            shortest: How many characters it must have.
            longest: How many it may have.
            pattern: A regular expression that it must match.

        Raises:
            RequestRefused: It is something else.
        """
        value = self.value.get(name)
        return None if value is None else checked_text(value, self.place(name), shortest, longest, pattern)

    def boolean(self, name: str) -> bool | None:
        """True or false.

        Raises:
            RequestRefused: It is something else.
        """
        value = self.value.get(name)
        if value is None or isinstance(value, bool):
            return value
        raise wrong_type(self.place(name), "a boolean", value)

    def integer(self, name: str, *, least: int | None = None, most: int | None = None) -> int | None:
        """A whole number; `4.0` is none.

        Raises:
            RequestRefused: It is something else, or below `least`, or above `most`.
        """
        value = self.value.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong_type(self.place(name), "an integer", value)
        return _within(value, self.place(name), "integer", least, most)

    def decimal(self, name: str, *, least: float | None = None, most: float | None = None) -> float | None:
        """A number, as it was written: an integer stays one.

        Raises:
            RequestRefused: It is something else, or below `least`, or above `most`.
        """
        value = self.value.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise wrong_type(self.place(name), "a decimal", value)
        return _within(value, self.place(name), "decimal", least, most)

    def choice(self, name: str, values: Sequence[str]) -> str | None:
        """One of some words.

        Raises:
            RequestRefused: It is no string, or none of them.
        """
        value = self.text(name)
        if value is not None and value not in values:
            raise not_among(self.place(name), value, values)
        return value

    def members(self, name: str) -> Members | None:
        """An object.

        Raises:
            RequestRefused: It is something else.
        """
        value = self.value.get(name)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise wrong_type(self.place(name), "an object", value)
        return Members(value, self.place(name), self.pointer(name))

    def mapping(self, name: str) -> Mapping[str, Any] | None:
        """An object whose members are nobody's business here.

        Raises:
            RequestRefused: It is something else.
        """
        found = self.members(name)
        return None if found is None else found.value

    def array(self, name: str, *, of: str = "", fewest: int = 0, most: int | None = None) -> list[Any] | None:
        """An array, its items unchecked.

        Args:
            name: Of the member.
            of: What it is an array of, for the message ("objects", "strings").
            fewest: How many items it must have.
            most: How many it may have.

        Raises:
            RequestRefused: It is something else.
        """
        value = self.value.get(name)
        if value is None:
            return None
        if not isinstance(value, (list, tuple)):
            raise wrong_type(self.place(name), f"an array of {of}" if of else "an array", value)
        return checked_array(list(value), self.place(name), fewest, most)

    def objects(self, name: str, *, fewest: int = 0, most: int | None = None) -> tuple[Members, ...] | None:
        """An array of objects.

        Raises:
            RequestRefused: It is something else, or one of its items is.
        """
        items = self.array(name, of="objects", fewest=fewest, most=most)
        return None if items is None else items_of(items, self.place(name), self.pointer(name))

    def texts(
        self, name: str, *, fewest: int = 0, most: int | None = None, longest: int | None = None
    ) -> tuple[str, ...] | None:
        """An array of strings.

        Raises:
            RequestRefused: It is something else, or one of its items is.
        """
        items = self.array(name, of="strings", fewest=fewest, most=most)
        if items is None:
            return None
        place = self.place(name)
        return tuple(checked_text(item, f"{place}[{index}]", 0, longest) for index, item in enumerate(items))

    # -- members that must be there

    def required(self, name: str) -> Any:
        """A member that must be there, whatever it is, null too.

        Raises:
            RequestRefused: It is absent.
        """
        if name not in self.value:
            raise missing(self.place(name))
        return self.value[name]

    def required_text(
        self, name: str, *, shortest: int = 0, longest: int | None = None, pattern: str | None = None
    ) -> str:
        """A string that must be there.

        Raises:
            RequestRefused: It is absent or something else.
        """
        return checked_text(self.required(name), self.place(name), shortest, longest, pattern)

    def required_choice(self, name: str, values: Sequence[str]) -> str:
        """One of some words, that must be there.

        Raises:
            RequestRefused: It is absent, no string, or none of them.
        """
        value = self.required_text(name)
        if value not in values:
            raise not_among(self.place(name), value, values)
        return value

    def required_members(self, name: str) -> Members:
        """An object that must be there.

        Raises:
            RequestRefused: It is absent or something else.
        """
        value = self.required(name)
        if not isinstance(value, Mapping):
            raise wrong_type(self.place(name), "an object", value)
        return Members(value, self.place(name), self.pointer(name))

    def required_objects(self, name: str, *, fewest: int = 0, most: int | None = None) -> tuple[Members, ...]:
        """An array of objects that must be there.

        Raises:
            RequestRefused: It is absent or something else, or one of its items is.
        """
        self.required(name)
        found = self.objects(name, fewest=fewest, most=most)
        if found is None:
            raise wrong_type(self.place(name), "an array of objects", None)
        return found


# -- values


def body_of(value: Any) -> Members:
    """The body of a request.

    Raises:
        RequestRefused: It is no JSON object.
    """
    if not isinstance(value, Mapping):
        raise RequestRefused("We could not parse the JSON body of your request: a JSON object is expected.")
    return Members(value)


def items_of(items: Sequence[Any], param: str, at: str) -> tuple[Members, ...]:
    """The items of an array, each of which must be an object; `param` and `at` are those of the array.

    Raises:
        RequestRefused: One is something else.
    """
    for index, item in enumerate(items):
        if not isinstance(item, Mapping):
            raise wrong_type(f"{param}[{index}]", "an object", item)
    return tuple(Members(item, f"{param}[{index}]", f"{at}/{index}") for index, item in enumerate(items))


def checked_text(
    value: Any, param: str, shortest: int = 0, longest: int | None = None, pattern: str | None = None
) -> str:
    """A string of that length, in characters, that matches the pattern.

    Raises:
        RequestRefused: It is something else.
    """
    if not isinstance(value, str):
        raise wrong_type(param, "a string", value)
    size = len(value)
    if size < shortest:
        raise (
            wrong_length(param, "string", "short", shortest, size)
            if size
            else empty(param, "string", shortest)
        )
    if longest is not None and size > longest:
        raise wrong_length(param, "string", "long", longest, size)
    if pattern is not None and re.search(pattern, value) is None:
        raise unmatched(param, pattern)
    return value


def checked_array(value: list[Any], param: str, fewest: int = 0, most: int | None = None) -> list[Any]:
    """A list with that many items.

    Raises:
        RequestRefused: It has fewer or more.
    """
    size = len(value)
    if size < fewest:
        raise wrong_length(param, "array", "short", fewest, size) if size else empty(param, "array", fewest)
    if most is not None and size > most:
        raise wrong_length(param, "array", "long", most, size)
    return value


def checked_map(
    found: Members, *, most: int | None = None, longest_name: int | None = None, longest: int | None = None
) -> Mapping[str, str]:
    """An object of strings, such as `metadata`.

    Args:
        found: The object.
        most: How many members it may have.
        longest_name: How many characters a name may have.
        longest: How many characters a value may have.

    Raises:
        RequestRefused: It is something else.
    """
    value = found.value
    if most is not None and len(value) > most:
        raise too_many_members(found.param, most, len(value))
    for name, text in value.items():
        if longest_name is not None and len(name) > longest_name:
            raise wrong_length(found.place(name[:longest_name]), "string", "long", longest_name, len(name))
        checked_text(text, found.place(name), 0, longest)
    return value


def _within(value: NumberT, param: str, kind: str, least: float | None, most: float | None) -> NumberT:
    """The number, where it lies between both ends."""
    # Written so that not-a-number, which compares with nothing, is refused.
    if least is not None and not value >= least:
        raise out_of_range(param, kind, "below", least, value)
    if most is not None and not value <= most:
        raise out_of_range(param, kind, "above", most, value)
    return value
