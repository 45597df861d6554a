"""The names under which credentials travel: header fields, URL parameters, JSON and form fields.

One list for all places, compared without regard to case and to `-` or `_`, so that `x-api-key`, `apiKey` and
`OPENAI_API_KEY` need no entries of their own. A bare `token` or `key` is not in it: log probabilities say
`"token": "Hello"` in every event.
"""

from __future__ import annotations

import re
from functools import lru_cache

_CREDENTIAL = (
    r"(?:api|secret|access|private|auth|subscription|account|signing|encryption|shared[-_]?access)[-_]?key"
    r"|(?:access|refresh|auth|id|session|bearer|api|security|oauth|csrf|xsrf|secret|user|bot|app|service)[-_]?token"
    r"|secret(?:[-_]?access[-_]?key)?|[a-z-]*[-_]?secret"
    r"|passwd|password|passphrase|pwd|authorization|credentials?|set[-_]?cookie|cookies?"
)
_FIELD = re.compile(rf"(?:[a-z0-9_.-]*?)(?:{_CREDENTIAL})", re.IGNORECASE)
_PARAMETER = re.compile(
    rf"(?:[a-z0-9_.-]*?)(?:{_CREDENTIAL})|key|token|sig|signature|code|jwt|auth|apikey"
    r"|x-(?:amz|goog)-(?:signature|credential|security-token)|awsaccesskeyid|googleaccessid|assertion",
    re.IGNORECASE,
)
_HEADER = re.compile(
    rf"(?!access-control-)(?:[a-z0-9_.-]*?)(?:{_CREDENTIAL})|[a-z0-9_-]*(?<!-per)-(?:token|secret|signature)"
    r"|token|secret|apikey|key|dpop|[a-z0-9-]*-(?:auth|jwt-assertion)|[a-z0-9_.-]+[-_](?:key|pass(?:code)?)",
    re.IGNORECASE,
)
_HARMLESS_KEY = re.compile(
    r"(?:[a-z0-9_.-]*[-_])?(?:websocket|idempotency|cache|request|rate-?limit|surrogate|partition|dedup(?:lication)?"
    r"|correlation|routing|shard|sort)[-_]key",
    re.IGNORECASE,
)
"""Keys that name a thing and open nothing: `idempotency-key` and `x-ratelimit-key` are evidence."""

_SCHEMES = (
    "basic bearer concealed digest dpop gnap hoba mutual negotiate ntlm oauth privatetoken scram-sha-1 scram-sha-256"
    " vapid token apikey api-key key jwt hawk mac hmac hmac-sha256 aws aws4-hmac-sha256 aws4-ecdsa-p256-sha256"
    " sharedkey sharedkeylite googlelogin sapisidhash ssws bot splunk client-id"
)
SCHEME = rf"(?i:{'|'.join(sorted(_SCHEMES.split(), key=len, reverse=True))})"
"""The authentication schemes: those of IANA's registry (RFC 9110, section 16.4.1), and what services use beside them.

Another first word of an `Authorization` may be half of a secret.
"""
_IDENTITY = re.compile(
    r"(?:[a-z0-9_-]*-)?(?:organi[sz]ation|org|project|account|tenant|subscription|workspace|user-project)(?:[-_]?id)?",
    re.IGNORECASE,
)


def is_credential_field(name: str) -> bool:
    """Whether a JSON or form field of this name holds a credential."""
    return _FIELD.fullmatch(name) is not None


def is_credential_parameter(name: str) -> bool:
    """Whether a URL query parameter of this name holds a credential."""
    return _PARAMETER.fullmatch(name) is not None


@lru_cache(maxsize=1024)
def is_credential_header(name: str) -> bool:
    """Whether a header field of this name holds a credential."""
    return _HEADER.fullmatch(name) is not None and _HARMLESS_KEY.fullmatch(name) is None


@lru_cache(maxsize=1024)
def is_identity_header(name: str) -> bool:
    """Whether a header field names the organisation, project or account that pays."""
    return _IDENTITY.fullmatch(name) is not None


_WEAK = re.compile(r"(?:.*[-_.])?(?:passwo?r?d|passphrase|pwd|secret|cookies?|credentials?)", re.IGNORECASE)


def is_weak_field(name: str) -> bool:
    """Whether a name is also an ordinary argument of a tool, so that its value must look like a credential too."""
    return _WEAK.fullmatch(name) is not None and _STRONG_SECRET.fullmatch(name) is None


_STRONG_SECRET = re.compile(r".*[-_]secret", re.IGNORECASE)
