"""The token shapes that are secrets wherever they occur: one table for the redactor and its tests.

A shape is a literal prefix and a run of characters after it. It counts only where the prefix does not stand
inside a longer word (base64 blobs hold every three-letter prefix sooner or later), where the run has a
plausible length, and where it looks drawn by lot: `sk-learn-pipelines` has no digit.

Sources: the providers' own consoles and key-format notes, and the prefixes that GitHub's secret scanning
documents. Shapes without a prefix of their own (Mistral, Cohere, Azure, AWS secret keys) cannot be told from
a hash; they are found in headers, named fields and as values of environment variables instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

WORD = rb"A-Za-z0-9_-"


def mixed(run: bytes) -> bool:
    """Whether a run has a digit and a letter, and no word of plain prose gave it its length."""
    digits = sum(byte in b"0123456789" for byte in run)
    letters = sum(chr(byte).isalpha() for byte in run)
    return digits >= 2 and letters >= 2 and len(set(run)) >= 8


def alphanumeric_mixed(run: bytes) -> bool:
    """The same for ids: a digit and both cases, as in `org-` and `proj_` ids, which are drawn from 62 signs."""
    return mixed(run) and run.lower() != run and run.upper() != run


def segmented(run: bytes) -> bool:
    """Whether a run is a JWT: at least two dots between base64url parts (RFC 7519, section 3)."""
    parts = run.rstrip(b".").split(b".")
    return len(parts) in (3, 5) and len(parts[0]) >= 8 and len(parts[1]) >= 8


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of token.

    Args:
        label: What it is called in placeholders and reports.
        prefix: How it begins, exactly.
        least: Fewest characters after the prefix.
        most: Most characters after the prefix; a longer run is no secret of this kind.
        signs: The characters of the run, as the inside of a regular expression's class.
        credible: A last look at the run.
        example: An invented secret of this shape, for tests and documentation.
    """

    label: str
    prefix: bytes
    least: int
    most: int
    example: str
    signs: bytes = WORD
    credible: Callable[[bytes], bool] = mixed
    run: re.Pattern[bytes] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "run", re.compile(rb"[%b]{0,%d}" % (self.signs, self.most + 1)))


_ALNUM = rb"A-Za-z0-9"
_DOTTED = rb"A-Za-z0-9_.-"

_JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"

SHAPES: tuple[Shape, ...] = (
    Shape("anthropic-key", b"sk-ant-", 20, 200, "sk-ant-api03-Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1KiOoXy5EzW0VrNq-AA"),
    Shape("openrouter-key", b"sk-or-", 20, 200, "sk-or-v1-4f9a27c1d35be8806f1e2d9c7ab34560f9e8d7c6b5a4938271605"),
    Shape("openai-key", b"sk-", 16, 250, "sk-proj-Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1KiOoXy5EzW0VrNqBhSd3PlMc"),
    Shape("openai-session-key", b"sess-", 32, 64, "sess-Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa", _ALNUM, alphanumeric_mixed),
    Shape("google-key", b"AIza", 30, 40, "AIzaSyD3k9QxLm2TtY7wRb4HnCe8JpDs6FgUa1K"),
    Shape("google-key", b"AQ.", 30, 200, "AQ.Ab8RN6Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1KiOoXy5Ez"),
    Shape("google-oauth-token", b"ya29.", 20, 2048, "ya29.a0Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1Ki", _DOTTED),
    Shape("google-client-secret", b"GOCSPX-", 20, 60, "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"),
    Shape("groq-key", b"gsk_", 20, 100, "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"),
    Shape("xai-key", b"xai-", 20, 120, "xai-Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1KiOoXy5EzW0VrNqBhSd3PlMcGf8Uj"),
    Shape("huggingface-token", b"hf_", 20, 60, "hf_Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1K", _ALNUM),
    Shape("github-token", b"ghp_", 30, 255, "ghp_Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1KiO", _ALNUM),
    Shape("github-token", b"gho_", 30, 255, "gho_Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1KiO", _ALNUM),
    Shape("github-token", b"ghu_", 30, 255, "ghu_Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1KiO", _ALNUM),
    Shape("github-token", b"ghs_", 30, 255, "ghs_Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1KiO", _ALNUM),
    Shape("github-token", b"ghr_", 30, 255, "ghr_Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1KiO", _ALNUM),
    Shape("github-token", b"github_pat_", 30, 255, "github_pat_11ABCDEFG0Zk3vQ9xLm2Tt_Y7wRb4HnCe8JpDs6FgUa1"),
    Shape("gitlab-token", b"glpat-", 18, 300, "glpat-Zk3vQ9xLm2TtY7wRb4Hn"),
    Shape("slack-token", b"xoxb-", 20, 120, "xoxb-263594206564-2343594206574-FGqddMF8t08v8N7Oq4i57vs1"),
    Shape("slack-token", b"xoxp-", 20, 120, "xoxp-263594206564-2343594206574-FGqddMF8t08v8N7Oq4i57vs1"),
    Shape("slack-token", b"xoxa-", 20, 120, "xoxa-263594206564-2343594206574-FGqddMF8t08v8N7Oq4i57vs1"),
    Shape("slack-token", b"xoxs-", 20, 120, "xoxs-263594206564-2343594206574-FGqddMF8t08v8N7Oq4i57vs1"),
    Shape("slack-token", b"xapp-", 20, 160, "xapp-1-A0Zk3vQ9xLm-2343594206574-FGqddMF8t08v8N7Oq4i57vs1"),
    Shape("stripe-key", b"sk_live_", 16, 250, "sk_live_51Zk3vQ9xLm2TtY7wRb4HnCe8Jp", _ALNUM),
    Shape("stripe-key", b"sk_test_", 16, 250, "sk_test_51Zk3vQ9xLm2TtY7wRb4HnCe8Jp", _ALNUM),
    Shape("stripe-key", b"rk_live_", 16, 250, "rk_live_51Zk3vQ9xLm2TtY7wRb4HnCe8Jp", _ALNUM),
    Shape("aws-access-key-id", b"AKIA", 16, 16, "AKIAQX3V9LM2TTY7WRB4", _ALNUM, bytes.isupper),
    Shape("aws-access-key-id", b"ASIA", 16, 16, "ASIAQX3V9LM2TTY7WRB4", _ALNUM, bytes.isupper),
    Shape("replicate-token", b"r8_", 30, 60, "r8_Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1KiOo", _ALNUM),
    Shape("perplexity-key", b"pplx-", 30, 80, "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", _ALNUM),
    Shape("fireworks-key", b"fw_", 20, 60, "fw_3Zk3vQ9xLm2TtY7wRb4HnCe8", _ALNUM),
    Shape("cerebras-key", b"csk-", 30, 80, "csk-4k3v9x2m8t5y7wrb4hnce8jpds6fgua1kioxy5ezw0vrnq", _ALNUM),
    Shape("nvidia-key", b"nvapi-", 40, 120, "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"),
    Shape("together-key", b"tgp_v1_", 30, 80, "tgp_v1_Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1KiOoXy5Ez"),
    Shape("langsmith-key", b"lsv2_", 30, 80, "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"),
    Shape("tavily-key", b"tvly-", 20, 80, "tvly-dev-Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6"),
    Shape("npm-token", b"npm_", 30, 60, "npm_Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1KiO", _ALNUM),
    Shape("pypi-token", b"pypi-", 50, 300, "pypi-AgEIcHlwaS5vcmcCJDk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1KiO"),
    Shape("sendgrid-key", b"SG.", 40, 100, "SG.Zk3vQ9xLm2TtY7wRb4HnCe.8JpDs6FgUa1KiOoXy5EzW0", _DOTTED),
    Shape("vault-token", b"hvs.", 20, 200, "hvs.CAESIZk3vQ9xLm2TtY7wRb4HnCe8JpDs6"),
    Shape("ephemeral-key", b"ek_", 24, 80, "ek_68af296e8e408191a1120ab6383263c2", _ALNUM),
    Shape("jwt", b"eyJ", 30, 8192, _JWT, _DOTTED, segmented),
    Shape("organization-id", b"org-", 20, 32, "org-Zk3vQ9xLm2TtY7wRb4HnCe8J", _ALNUM, alphanumeric_mixed),
    Shape("project-id", b"proj_", 20, 32, "proj_Zk3vQ9xLm2TtY7wRb4HnCe8J", _ALNUM, alphanumeric_mixed),
)  # fmt: skip


def inside_word(text: bytes, position: int) -> bool:
    r"""Whether a token that begins at `position` is the tail of a longer word, so no token of its own.

    A letter that belongs to an escape (`\n`, `\u000a`, `%3D`) is no part of a word.
    """
    if position == 0 or text[position - 1] not in _WORD_SIGNS:
        return False
    return _ESCAPE_BEFORE.search(text, max(0, position - 6), position) is None


_WORD_SIGNS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
_ESCAPE_BEFORE = re.compile(rb"(?:\\[nrtbf]|\\u[0-9a-fA-F]{4}|%[0-9a-fA-F]{2})\Z")
