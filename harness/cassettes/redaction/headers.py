"""Hiding secrets in header fields and URLs, where their place tells what they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from harness.cassettes.redaction.names import (
    SCHEME,
    is_credential_header,
    is_credential_parameter,
    is_identity_header,
)
from harness.cassettes.redaction.placeholder import is_placeholder, placeholder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_SCHEME = re.compile(SCHEME + r" +(?=\S)")
_SIGNATURE_PARTS = re.compile(r"((?:Credential|Signature)=)([^,\s]+)")
_COOKIE = re.compile(r"(\s*(?:[^=;]*=)?)([^;]*)")
_CHALLENGE = re.compile(r"""([A-Za-z0-9_-]+)(\s*=\s*"?)([^\s,"]+)""")
_PARAMETER = re.compile(r"([?&;#]|^)([A-Za-z0-9_.%-]+)=([^&#;]*)")
_QUERY = re.compile(r"[?#]")
_USERINFO = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://)([^/?#@]*)@")
_SWITCH = re.compile(r"\s*(?:true|false|yes|no|on|off|null|none|\d{1,4})\s*", re.IGNORECASE)
_PROJECT = re.compile(r"(/projects/)([^/?#]{4,})(?=/locations/)")
"""Vertex AI: `/v1/projects/PROJECT/locations/REGION/...`."""
_ACCOUNT = re.compile(r"(/accounts/|//gateway\.ai\.cloudflare\.com/v1/)([0-9a-f]{32})(?=/)")
"""Cloudflare Workers AI and AI Gateway."""
_CHALLENGES = frozenset(
    {"www-authenticate", "proxy-authenticate", "authentication-info", "proxy-authentication-info"}
)
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
        credential = is_credential_header(name) or is_identity_header(name)
        if name in self._extra or (credential and not _SWITCH.fullmatch(value)):
            return self.hide(value, name, found)
        if name in _CHALLENGES:
            return self._challenge(value, found)
        return self.url(value, found) if name in _URL_HEADERS else value

    def url(self, url: str, found: list[str]) -> str:
        """A URL without its user information and without the values of credential parameters."""
        if match := _USERINFO.match(url):
            user, colon, password = match.group(2).partition(":")
            hidden = self.hide(user, "url-user", found) + colon + self.hide(password, "url-password", found)
            url = match.group(1) + hidden + url[match.end() - 1 :]
        url = _PROJECT.sub(lambda part: part.group(1) + self.hide(part.group(2), "project-id", found), url)
        url = _ACCOUNT.sub(lambda part: part.group(1) + self.hide(part.group(2), "account-id", found), url)
        # A fragment is a form, too: it is how the implicit grant answers (RFC 6749, section 4.2.2).
        begun = _QUERY.search(url)
        return url[: begun.end()] + self.form(url[begun.end() :], found) if begun else url

    def form(self, text: str, found: list[str]) -> str:
        """`a=b&c=d` without the values of credential parameters."""

        def replaced(match: re.Match[str]) -> str:
            before, name, value = match.groups()
            plain = unquote(name) if "%" in name else name
            if is_credential_parameter(plain):
                value = self.hide(value, plain, found)
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

    def _challenge(self, value: str, found: list[str]) -> str:
        """`Bearer realm="api", token="…"` without the values of credential parameters."""

        def replaced(match: re.Match[str]) -> str:
            name, sign, text = match.groups()
            return name + sign + (self.hide(text, name, found) if is_credential_parameter(name) else text)

        return _CHALLENGE.sub(replaced, value)

    def _cookies(self, name: str, value: str, found: list[str]) -> str:
        """A cookie may have no name: what stands there without a `=` is its value (RFC 6265, section 5.2)."""
        pair, mark, attributes = value.partition(";") if name == "set-cookie" else (value, "", "")
        hidden = _COOKIE.sub(lambda part: part.group(1) + self.hide(part.group(2), name, found), pair)
        return hidden + mark + attributes
