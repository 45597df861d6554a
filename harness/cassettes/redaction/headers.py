"""Hiding secrets in header fields and URLs, where their place tells what they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.cassettes.redaction.names import (
    is_credential_header,
    is_credential_parameter,
    is_identity_header,
)
from harness.cassettes.redaction.placeholder import is_placeholder, placeholder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_SCHEME = re.compile(r"(AWS4-HMAC-SHA256|[A-Za-z][A-Za-z-]{1,23})( +)(?=\S)")
_SIGNATURE_PARTS = re.compile(r"((?:Credential|Signature)=)([^,\s]+)")
_COOKIE = re.compile(r"([^=;\s]+=)([^;]*)")
_PARAMETER = re.compile(r"([?&;#]|^)([A-Za-z0-9_.%-]+)=([^&#;]*)")
_USERINFO = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://)([^/?#@]*)@")
_SWITCH = re.compile(r"\s*(?:true|false|yes|no|on|off|null|none|\d{1,4})\s*", re.IGNORECASE)
_PROJECT = re.compile(r"(/projects/)([^/?#]{4,})(?=/locations/)")
"""Vertex AI: `/v1/projects/PROJECT/locations/REGION/...`."""
_ACCOUNT = re.compile(r"(/accounts/|//gateway\.ai\.cloudflare\.com/v1/)([0-9a-f]{32})(?=/)")
"""Cloudflare Workers AI and AI Gateway."""
_URL_HEADERS = frozenset({"location", "referer", "content-location", "link", "origin"})


class Places:
    """Hides what must be secret because of where it stands, and counts it.

    Args:
        label_of: The name of a value that is known, or None.
        extra_headers: More header names whose values are hidden.
    """

    def __init__(self, label_of: Callable[[str], str | None], extra_headers: Sequence[str] = ()) -> None:
        self._label_of = label_of
        self._extra = frozenset(name.lower() for name in extra_headers)

    def hide(self, secret: str, label: str, found: list[str]) -> str:
        """The placeholder for a secret, named after the variable that holds it where that is known."""
        if not secret or is_placeholder(secret):
            return secret
        label = self._label_of(secret) or label
        found.append(label)
        return placeholder(label, len(secret))

    def header(self, name: str, value: str, found: list[str]) -> str:
        """The value of one header field without the secrets that its name announces."""
        name = name.lower()
        if name in {"set-cookie", "cookie"}:
            return self._cookies(name, value, found)
        if name.endswith("authorization"):
            return self._authorization(name, value, found)
        if name in self._extra:
            return self.hide(value, name, found)
        if (is_credential_header(name) or is_identity_header(name)) and not _SWITCH.fullmatch(value):
            return self.hide(value, name, found)
        if name in _URL_HEADERS:
            return self.url(value, found)
        return value

    def url(self, url: str, found: list[str]) -> str:
        """A URL without its user information and without the values of credential parameters."""
        if match := _USERINFO.match(url):
            user, colon, password = match.group(2).partition(":")
            hidden = self.hide(user, "url-user", found) + colon + self.hide(password, "url-password", found)
            url = match.group(1) + hidden + url[match.end() - 1 :]
        url = _PROJECT.sub(lambda part: part.group(1) + self.hide(part.group(2), "project-id", found), url)
        url = _ACCOUNT.sub(lambda part: part.group(1) + self.hide(part.group(2), "account-id", found), url)
        head, mark, query = url.partition("?")
        return head + mark + self.form(query, found) if mark else url

    def form(self, text: str, found: list[str]) -> str:
        """`a=b&c=d` without the values of credential parameters."""

        def replaced(match: re.Match[str]) -> str:
            before, name, value = match.groups()
            if is_credential_parameter(name):
                value = self.hide(value, name, found)
            return f"{before}{name}={value}"

        return _PARAMETER.sub(replaced, text)

    def _authorization(self, name: str, value: str, found: list[str]) -> str:
        scheme = _SCHEME.match(value)
        if scheme is None:
            return self.hide(value, name, found)
        rest = value[scheme.end() :]
        if "Signature=" in rest:
            hidden = _SIGNATURE_PARTS.sub(
                lambda part: part.group(1) + self.hide(part.group(2), "aws-signature", found), rest
            )
        else:
            hidden = self.hide(rest, name, found)
        return value[: scheme.end()] + hidden

    def _cookies(self, name: str, value: str, found: list[str]) -> str:
        count = 1 if name == "set-cookie" else 0
        return _COOKIE.sub(
            lambda part: part.group(1) + self.hide(part.group(2), name, found), value, count=count
        )
