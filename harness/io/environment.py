"""Which environment variables hold secrets.

A variable counts when its name ends or reads like that of a credential or of an account, and its value could be one:
at least eight characters, and not plainly something else (a word such as `test` or `dummy`, a number, a path, an
address without user information).
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NAME = re.compile(
    r".*(?:API_?KEY|_KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|AUTHORIZATION|CONNECTION_STRING)(?:_\d+)?"
    r"|.*SECRET.*|.*PASSWORD.*|.*(?:_ORG|_ORGANIZATION|_PROJECT|_ACCOUNT|_TENANT)_ID|AWS_ACCESS_KEY_ID|.*_ORGANIZATION"
    r"|(?:HTTPS?|ALL|FTP)_PROXY",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"(?:test|tests|testing|dummy|none|null|true|false|fake|example|unused|changeme|placeholder|not|needed|required"
    r"|no|empty|local|anything|your|my|some|api|key|secret|token|password|sk|x|xxx+|[-_ .]|\d{1,3})+",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[+-]?[\d_.,]+")
_PATH = re.compile(r"(?:~|\.{1,2})?/.*|[A-Za-z]:[\\/].*")
_PASSWORD_IN_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/@:]*:([^/@]+)@")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://.*")

SHORTEST = 8
"""Characters that a value must have to count: shorter ones occur by chance."""


@lru_cache(maxsize=4096)
def _names_secret(name: str) -> bool:
    """Whether a variable of this name holds a secret; kept, as every test with a cassette asks for the same names."""
    return _NAME.fullmatch(name) is not None


def secret_values(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables that hold secrets, name -> value, in the order of their names.

    Args:
        environment: Where to look; the process's own environment by default.
    """
    variables = os.environ if environment is None else environment
    result: dict[str, str] = {}
    # Names before values: most of them are nobody's secret.
    for name in sorted(filter(_names_secret, variables)):
        secret = _secret_part(variables.get(name, "").strip())
        if secret is not None and secret not in result.values():
            result[name] = secret
    return result


def values_with(variables: Iterable[str], environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The same, and the values of these variables as they are, whatever their names.

    Args:
        variables: Their names.
        environment: Where to look; the process's own environment by default.

    Raises:
        UsageError: One of them is not set.
    """
    values = secret_values(environment)
    for name in variables:
        value = (os.environ if environment is None else environment).get(name)
        if not value:
            raise UsageError(
                f"the environment variable {name} is not set", where="--env", hint="set it for this command"
            )
        values[name] = value
    return values


def is_credible(key: str) -> bool:
    """Whether a key may be one: many servers want none, and are sent a word such as `not-needed`."""
    return _HARMLESS.fullmatch(key) is None


def _secret_part(value: str) -> str | None:
    """What of a value is secret: all of it, the password in it, or nothing."""
    if match := _PASSWORD_IN_URL.match(value):
        value = match.group(1)
    elif _URL.fullmatch(value):
        return None
    if (
        len(value) < SHORTEST
        or _NUMBER.fullmatch(value)
        or _PATH.fullmatch(value)
        or _HARMLESS.fullmatch(value)
    ):
        return None
    return value
