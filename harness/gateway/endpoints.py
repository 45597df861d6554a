"""What a gateway answers: paths, methods, and the words in which OpenAI refuses all others."""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import unquote

from harness.errors import RequestRefused
from harness.jsonvalue import try_parse

_PLAIN: Final = {
    "chat/completions": ("chat", ("POST",)),
    "responses": ("responses", ("POST",)),
    "embeddings": ("embeddings", ("POST",)),
    "models": ("models", ("GET", "HEAD")),
    "health": ("health", ("GET", "HEAD")),
}
_OF_RESPONSE: Final = {
    "": ("response", ("GET", "HEAD", "DELETE")),
    "cancel": ("cancel", ("POST",)),
    "input_items": ("input_items", ("GET", "HEAD")),
}


class Endpoint(NamedTuple):
    """Something that a gateway does.

    Args:
        name: Which: chat, responses, embeddings, models, model, response, cancel, input_items or health.
        methods: What it takes.
        id: Of the model or response that is asked for.
        query: What stands behind the question mark.
    """

    name: str
    methods: tuple[str, ...]
    id: str = ""
    query: str = ""


def endpoint(target: str) -> Endpoint | None:
    """What stands at a path, with or without `/v1` before it; None where nothing does."""
    path, _, query = target.partition("?")
    words = path.removeprefix("/v1/") if path.startswith("/v1/") else path.removeprefix("/")
    words = words.rstrip("/")
    if (plain := _PLAIN.get(words)) is not None:
        return Endpoint(*plain, query=query)
    kind, _, rest = words.partition("/")
    if kind == "models" and rest:
        return Endpoint("model", ("GET", "HEAD"), unquote(rest), query)
    if kind == "responses" and rest:
        name, _, more = rest.partition("/")
        if name and more in _OF_RESPONSE:
            return Endpoint(*_OF_RESPONSE[more], unquote(name), query)
    return None


def unknown_url(method: str, path: str) -> RequestRefused:
    """Nothing is at this path."""
    return RequestRefused(
        f"Unknown request URL: {method} {path}. Please check the URL for typos, or see the docs at "
        "https://platform.openai.com/docs/api-reference/.",
        status=404,
        name="unknown_url",
    )


def wrong_method(found: Endpoint) -> RequestRefused:
    """Something is here, but not for this method."""
    methods = [one for one in found.methods if one != "HEAD"]
    return RequestRefused(
        f"Only {' and '.join(methods)} requests are accepted.", status=405, name="method_not_supported"
    )


def no_key() -> RequestRefused:
    """The client's key is passed on, and there is none."""
    return RequestRefused(
        "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth "
        "(i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're accessing "
        "the API from your browser and are prompted for a username and password. You can obtain an API key from "
        "https://platform.openai.com/account/api-keys.",
        status=401,
    )


def no_model(model: str) -> RequestRefused:
    """There is no such model."""
    return RequestRefused(
        f"The model '{model[:200]}' does not exist",
        status=404,
        param="model",
        name="model_not_found",
    )


def no_response(name: str) -> RequestRefused:
    """There is no such stored response."""
    return RequestRefused(f"Response with id '{name[:200]}' not found.", status=404)


def json_object(body: bytes, content_type: str, coding: str) -> dict[str, object]:
    """The JSON object of a request.

    Args:
        body: As it came.
        content_type: The field, "" where there is none.
        coding: The field `content-encoding`, likewise.

    Raises:
        RequestRefused: It is something else.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind and kind != "application/json" and not kind.endswith("+json"):
        raise RequestRefused(
            f"Unsupported content type: '{kind}'. This API method only accepts 'application/json' requests, but you "
            f"specified the header 'Content-Type: {content_type}'. Please try again with a supported content type.",
            name="unsupported_content_type",
        )
    if coding.strip().lower() not in {"", "identity"}:
        raise RequestRefused(
            f"Unsupported content encoding: '{coding}'. Send the body as it is.",
            status=415,
            name="unsupported_content_encoding",
        )
    read, value = try_parse(body)
    if not read or not isinstance(value, dict):
        raise RequestRefused(
            "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP "
            "library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you "
            "have trouble figuring out how to fix this, please contact us through our help center at help.openai.com.)"
        )
    return dict(value)
