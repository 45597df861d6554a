"""The redactor: one object that a recorder asks about everything it is going to write."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from harness.cassettes.content_coding import CodingError, codings, decoder
from harness.cassettes.exchange import Headers, Redaction, Request, header
from harness.cassettes.redaction.compressed import CompressedBodyRedactor
from harness.cassettes.redaction.headers import Places
from harness.cassettes.redaction.placed import placed_values
from harness.cassettes.redaction.rules import Rules
from harness.cassettes.redaction.streaming import BodyRedactor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_HEIRS = 16
"""Redactors that are kept for requests of the same credentials."""


class Redactor:
    """Hides secrets, keeping every length.

    Args:
        values: Label (an environment variable's name) -> value that must not survive anywhere.
        extra_patterns: The user's regular expressions; a group named `secret` hides only itself.
        extra_headers: The user's header names whose values are hidden.
        decode: Whether compressed bodies are handed out decoded, so that a secret inside can be hidden.

    Raises:
        UsageError: A pattern is no regular expression, or a value has fewer than four characters.
    """

    def __init__(
        self,
        *,
        values: Mapping[str, str] = {},
        extra_patterns: Sequence[str] = (),
        extra_headers: Sequence[str] = (),
        decode: bool = False,
    ) -> None:
        self._values = {value: label for label, value in values.items()}
        self._patterns = tuple(extra_patterns)
        self._extra_headers = tuple(extra_headers)
        self._rules = Rules(values, extra_patterns)
        self._places = Places(self._values.get, extra_headers)
        self._decode = decode
        self._heirs = lru_cache(maxsize=_HEIRS)(self._heir)

    def knowing(self, request: Request) -> Redactor:
        """The redactor for what answers this request: it also hides what stands in its URL or headers as a secret.

        So a key that no variable holds is hidden where the server quotes it. The last few are kept, as clients use
        the same key again and again, and to make one takes a millisecond.

        Args:
            request: As it was sent.
        """
        placed = placed_values(
            request.url, request.headers, extra_headers=self._extra_headers, known=self._values
        )
        return self._heirs(placed) if placed else self

    def _heir(self, placed: tuple[tuple[str, str], ...]) -> Redactor:
        values = {label: value for value, label in self._values.items()}
        # A label is a header's or a parameter's name; a variable of the same name keeps it.
        values |= {label if label not in values else f"{label}-sent": value for label, value in placed}
        return Redactor(
            values=values,
            extra_patterns=self._patterns,
            extra_headers=self._extra_headers,
            decode=self._decode,
        )

    def request(self, request: Request) -> tuple[Request, tuple[Redaction, ...]]:
        """A request without its secrets, and what was hidden in it.

        Raises:
            SecretFound: Its compressed body holds a secret, and decoding was not asked for.
        """
        url, in_url = self._url(request.url)
        headers, in_headers = self.headers(request.headers, "request.headers")
        form = (header(headers, "content-type") or "").lower().startswith("application/x-www-form-urlencoded")
        body = request.body
        in_form: tuple[Redaction, ...] = ()
        if form and not codings(headers):
            found: list[str] = []
            body = self._places.form(body.decode("latin-1"), found).encode("latin-1")
            in_form = _counted("request.body", found)
        redactor = (self.knowing(request) if body else self).body(request.headers, "request.body")
        body = redactor.feed(body) + redactor.finish()
        if redactor.decodes:
            headers = without_encoding(headers)
        hidden = in_url + in_headers + in_form + redactor.redactions
        return replace(request, url=url, headers=headers, body=body), hidden

    def headers(self, headers: Headers, where: str) -> tuple[Headers, tuple[Redaction, ...]]:
        """Header fields without their secrets; `where` is `request.headers` or `response.headers`."""
        result = []
        hidden: tuple[Redaction, ...] = ()
        for name, value in headers:
            found: list[str] = []
            place = f"{where}.{name.lower()}"
            value, more = self.text(self._places.header(name, value, found), place)  # noqa: PLW2901
            hidden += _counted(place, found) + more
            result.append((name, value))
        return tuple(result), hidden

    def text(self, text: str, where: str) -> tuple[str, tuple[Redaction, ...]]:
        """A piece of text, such as an exception's message, without the secrets in it."""
        charset = "latin-1" if text.isascii() or max(text) < "\u0100" else "utf-8"
        data = text.encode(charset, "surrogateescape")
        if not self._rules.patterns and not self._rules.suspects(data):
            return text, ()
        redactor = BodyRedactor(self._rules, where)
        clean = redactor.feed(data) + redactor.finish()
        return (
            (clean.decode(charset, "surrogateescape"), redactor.redactions) if clean != data else (text, ())
        )

    def body(self, headers: Headers, where: str) -> BodyRedactor:
        """A streaming redactor for the body that these headers announce."""
        named = codings(headers)
        if not named:
            return BodyRedactor(self._rules, where)
        encoding = ", ".join(named)
        try:
            decode = decoder(named)
        except CodingError as error:
            redactor = BodyRedactor(self._rules, where)
            redactor.notes = (f"{where}: unscanned: {error}",)
            return redactor
        return CompressedBodyRedactor(self._rules, where, encoding=encoding, decode=decode, keep=self._decode)

    def _url(self, url: str) -> tuple[str, tuple[Redaction, ...]]:
        found: list[str] = []
        clean, more = self.text(self._places.url(url, found), "request.url")
        return clean, _counted("request.url", found) + more


def without_encoding(headers: Headers) -> Headers:
    """The headers of a body that was decoded: without its content-encoding and its compressed length."""
    return tuple(
        (name, value) for name, value in headers if name.lower() not in {"content-encoding", "content-length"}
    )


def _counted(where: str, labels: Iterable[str]) -> tuple[Redaction, ...]:
    return tuple(Redaction(where, label, times) for label, times in Counter(labels).items())
