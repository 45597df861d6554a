"""Where the model is. The variables are those of the OpenAI SDK."""

import os

MODEL = "mem"


def base_url() -> str:
    """The server's URL, with its version."""
    return os.environ.get("OPENAI_BASE_URL", "http://127.0.0.1:9303/v1")


def api_key() -> str:
    """What the server knows us by."""
    return os.environ.get("OPENAI_API_KEY", "none")
