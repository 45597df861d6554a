"""Secrets of every shape, and the places in which one may stand."""

from __future__ import annotations

import base64
import json
import random
import string
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

LETTERS = string.ascii_letters + string.digits


HEX = "0123456789abcdef"


def drawn(prefix: str, length: int, signs: str = LETTERS) -> str:
    """An invented secret: a prefix, and a run drawn by lot that has a digit and a letter early on."""
    draw = random.Random(prefix + str(length))
    return prefix + "".join(draw.choice(signs) for _ in range(length))


def base64url(value: object) -> str:
    """A part of a JWT."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


SHAPED = {
    "openai": drawn("sk-", 48),
    "openai-project": drawn("sk-proj-", 120, LETTERS + "_-"),
    "openai-service-account": drawn("sk-svcacct-", 60),
    "openai-admin": drawn("sk-admin-", 60),
    "openai-session": drawn("sess-", 40),
    "openai-ephemeral": drawn("ek_", 32, HEX),
    "anthropic": drawn("sk-ant-api03-", 93),
    "openrouter": drawn("sk-or-v1-", 64, HEX),
    "google": drawn("AIza", 35),
    "google-oauth": drawn("ya29.a0", 90),
    "groq": drawn("gsk_", 52),
    "xai": drawn("xai-", 80),
    "huggingface": drawn("hf_", 34),
    "github": drawn("ghp_", 36),
    "github-fine-grained": drawn("github_pat_11", 70),
    "gitlab": drawn("glpat-", 20),
    "aws-key-id": drawn("AKIA", 16, string.ascii_uppercase + "234567"),
    "aws-temporary-key-id": drawn("ASIA", 16, string.ascii_uppercase + "234567"),
    "slack": drawn("xoxb-2635942065-", 24),
    "stripe": drawn("sk_live_", 40),
    "replicate": drawn("r8_", 37),
    "perplexity": drawn("pplx-", 48),
    "fireworks": drawn("fw_", 24),
    "cerebras": drawn("csk-", 48, string.ascii_lowercase + string.digits),
    "nvidia": drawn("nvapi-", 64),
    "npm": drawn("npm_", 36),
    "jwt": f"{base64url({'alg': 'HS256', 'typ': 'JWT'})}.{base64url({'sub': '1234567890'})}.{drawn('', 43)}",
    "organization": drawn("org-", 24),
    "project": drawn("proj_", 24),
}
"""Secrets that show by their shape, wherever they stand."""


VARIABLES = {
    "MISTRAL_API_KEY": drawn("", 32),
    "COHERE_API_KEY": drawn("", 40),
    "AZURE_OPENAI_API_KEY": drawn("az", 32, HEX),
    "AWS_SECRET_ACCESS_KEY": drawn("", 20) + "/" + drawn("+", 18),
    "GATEWAY_PASSWORD": 'p@ss "w/ö+r\\d" & <Zq7>',
}
"""Secrets that show nowhere, and are known because the environment holds them."""


EVERYWHERE = SHAPED | VARIABLES


HEADERS = {
    "authorization": ("Bearer ", drawn("opaque", 30), ""),
    "Authorization": ("Basic ", base64.b64encode(b"user:correct horse 9 battery").decode(), ""),
    "proxy-authorization": ("Basic ", base64.b64encode(b"proxy:staple 4 horse battery").decode(), ""),
    "x-api-key": ("", drawn("opaque", 31), ""),
    "api-key": ("", drawn("opaque", 32), ""),
    "x-goog-api-key": ("", drawn("opaque", 33), ""),
    "Ocp-Apim-Subscription-Key": ("", drawn("opaque", 34), ""),
    "cookie": ("theme=x; session=", drawn("opaque", 35), "; a=b"),
    "openai-organization": ("", drawn("user-", 20, string.ascii_lowercase), ""),
    "openai-project": ("", drawn("my-project-", 9, string.ascii_lowercase), ""),
    "chatgpt-account-id": ("", drawn("acct-", 20, string.ascii_lowercase), ""),
    "x-amz-security-token": ("", drawn("opaque", 36), ""),
    "X-Authorization": (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/eu/bedrock/aws4_request, SignedHeaders=host, Signature=",
        drawn("", 64, HEX),
        "",
    ),
}
"""Header fields whose values are secret because of the field, with what stands around the secret."""


PARAMETERS = ("key", "api_key", "apikey", "access_token", "sig", "X-Amz-Signature", "client_secret", "code")


FIELDS = ("api_key", "apiKey", "access_token", "client_secret", "secret_access_key", "refreshToken")


OPAQUE = drawn("opaque0", 29)


PLACES = [
    *((f"header {name}", "request", name, (f"{before}{secret}{after}",), secret)
      for name, (before, secret, after) in HEADERS.items()),
    *((f"parameter {name}", "url", name, (f"{name}={OPAQUE}",), OPAQUE) for name in PARAMETERS),
    *((f"form {name}", "form", name, (f"a=1&{name}={OPAQUE}&b=2",), OPAQUE) for name in PARAMETERS[1:]),
    *((f"field {name}", "json", name, (json.dumps({"a": {name: OPAQUE}}),), OPAQUE) for name in FIELDS),
    ("set-cookie", "response", "set-cookie", (f"__cf_bm={OPAQUE}; path=/; HttpOnly",), OPAQUE),
    ("answered organization", "response", "openai-organization", ("user-acmeincorporated",), "user-acmeincorporated"),
    ("redirect", "response", "location", (f"https://host.example/cb?code={OPAQUE}",), OPAQUE),
]  # fmt: skip
"""Secrets that are known by their place: name, kind of place, field, what stands there, the secret in it."""


@dataclass(frozen=True)
class Visit:
    """One exchange with a secret somewhere in it."""

    headers: tuple[tuple[str, str], ...] = ()
    query: str = ""
    body: bytes = b"{}"
    reason: str = "OK"
    fields: tuple[tuple[str, str], ...] = (("Content-Type", "text/event-stream"),)
    chunks: tuple[bytes, ...] = (b"data: {}\n\n",)
    error: str = ""


def event(text: str) -> bytes:
    """An event with some text in it, as models stream it."""
    delta = json.dumps({"choices": [{"index": 0, "delta": {"content": text}}]}, ensure_ascii=False)
    return f"data: {delta}\n\n".encode()


def visits(secret: str) -> list[Visit]:
    """A secret in every place, and in a stream whose chunks part at every third byte of it."""
    told = event(f"the key is {secret}, keep it")
    inner = json.dumps(secret, ensure_ascii=False)[1:-1].encode()
    start = told.index(inner)
    nested = event(json.dumps({"headers": {"x": secret}}))
    encoded = base64.b64encode(b"no=" + secret.encode()).decode()
    plain = secret.isascii() and secret.isprintable()
    result = [
        Visit(query=f"q={quote(secret, safe='')}&r=1"),
        Visit(query=f"q={quote_plus(secret)}"),
        Visit(body=json.dumps({"messages": [{"role": "user", "content": f"use {secret}!"}]}).encode()),
        Visit(body=b"a: " + secret.encode() + b"\n"),
        Visit(chunks=(told,)),
        Visit(chunks=(nested[:20], nested[20:])),
        Visit(chunks=(b"data: ", secret.encode(), b"\n\n")),
        Visit(chunks=tuple(bytes([byte]) for byte in told)),
    ]
    if plain:
        result += [
            Visit(error=f"cannot use {secret} here"),
            Visit(headers=(("x-note", f"is {secret} ok?"),)),
            Visit(headers=(("authorization", f"Bearer {secret}"),)),
            Visit(fields=(("content-type", "text/plain"), ("x-note", secret))),
            Visit(reason=f"No {secret} here"),
        ]
    if secret in VARIABLES.values():
        result.append(Visit(chunks=(event(encoded)[:60], event(encoded)[60:])))
    result += [Visit(chunks=(told[:at], told[at:])) for at in range(start - 1, start + len(inner) + 2, 3)]
    result += [Visit(chunks=(told + told[:at], told[at:])) for at in range(start + 1, start + len(inner), 9)]
    return result


def placed(kind: str, field: str, text: str) -> Visit:
    """A visit with a secret that is known by its place."""
    match kind:
        case "request":
            return Visit(headers=((field, text),))
        case "url":
            return Visit(query=f"a=1&{text}&b=2")
        case "form":
            return Visit(headers=(("content-type", "application/x-www-form-urlencoded"),), body=text.encode())
        case "response":
            return Visit(fields=(("content-type", "text/plain"), (field, text)))
    data = event(text)
    middle = data.index(b"opaque") + 9
    return Visit(body=text.encode(), chunks=(text.encode(), data[:middle], data[middle:]))
