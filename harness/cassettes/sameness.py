"""What may differ between two recordings of the same conversation, and what may not.

Times and padding differ with every recording, so they are left out. Ids differ too, but which id stands where
carries meaning: a delta that goes to another call must show. So ids are not left out; each id of one side
stands for one id of the other, and a second partner for either of them is a difference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.jsonvalue import canonical

if TYPE_CHECKING:
    from collections.abc import Hashable

    from harness.jsonvalue import JsonValue

IGNORED_KEYS = frozenset(
    {
        # When it was made (chat, responses, anthropic, gemini, containers and batches).
        "created",
        "created_at",
        "completed_at",
        "expires_at",
        "started_at",
        "finished_at",
        "createTime",
        "updateTime",
        # How long it took (llama-server, Ollama, Groq).
        "timings",
        "total_duration",
        "load_duration",
        "prompt_eval_duration",
        "eval_duration",
        "queue_time",
        "prompt_time",
        "completion_time",
        "total_time",
        # Padding, the build that answered, and reasoning that is encrypted anew each time.
        "obfuscation",
        "system_fingerprint",
        "encrypted_content",
        "signature",
        "thoughtSignature",
    }
)
"""Members of objects that are not compared unless everything is."""

_ID = "<id>"


class IdPairs:
    """Which id of the left side stands for which of the right one: one to one, and never taken back."""

    def __init__(self) -> None:
        self._right: dict[str, str] = {}
        self._left: dict[str, str] = {}

    def same(self, left: str, right: str, *, learn: bool) -> bool:
        """Whether the two may stand for each other.

        If neither has a partner yet they may, and with `learn` they are partners from now on.
        """
        known, partner = self._right.get(left), self._left.get(right)
        if known is None and partner is None:
            if learn:
                self._right[left] = right
                self._left[right] = left
            return True
        return known == right and partner == left


def is_id(key: str, value: JsonValue, siblings: dict[str, JsonValue]) -> bool:
    """Whether a member is an id that somebody made up, by its key.

    The `id` of a model or an assistant's tool type is a name; a made-up id has no spaces.
    """
    if not isinstance(value, str) or not value or " " in value:
        return False
    named_id = key == "id" or key.endswith(("_id", "Id")) or key == "conversation"
    return named_id and siblings.get("object") != "model" and key != "model_id"


def without_ignored(value: JsonValue) -> JsonValue:
    """The value without the members that are not compared; ids stay."""
    if isinstance(value, dict):
        return {key: without_ignored(member) for key, member in value.items() if key not in IGNORED_KEYS}
    if isinstance(value, list):
        return [without_ignored(item) for item in value]
    return value


def outline(value: JsonValue) -> Hashable:
    """What two values must share to be taken for the same thing: all but ids, times and sequence numbers."""
    return canonical(_outlined(value))


def _outlined(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {
            key: _ID if is_id(key, member, value) else _outlined(member)
            for key, member in value.items()
            if key not in IGNORED_KEYS and key != "sequence_number"
        }
    if isinstance(value, list):
        return [_outlined(item) for item in value]
    return value


def with_paired_ids(left: JsonValue, right: JsonValue, pairs: IdPairs, *, learn: bool) -> JsonValue:
    """`right`, with each id that stands for the id in the same place of `left` replaced by that one.

    Args:
        left: One value.
        right: The other one.
        pairs: What is known of the ids of both sides.
        learn: The two values are known to be the same thing, so their ids are each other's. Not so where an
            event was put in the place of an unrelated one.
    """
    if isinstance(left, dict) and isinstance(right, dict):
        renamed: dict[str, JsonValue] = {}
        for key, theirs in right.items():
            ours = left.get(key)
            if isinstance(ours, str) and isinstance(theirs, str) and is_id(key, ours, left):
                renamed[key] = (
                    ours if is_id(key, theirs, right) and pairs.same(ours, theirs, learn=learn) else theirs
                )
            else:
                renamed[key] = with_paired_ids(ours, theirs, pairs, learn=learn) if key in left else theirs
        return renamed
    if isinstance(left, list) and isinstance(right, list):
        rest = right[len(left) :]
        return [
            with_paired_ids(ours, theirs, pairs, learn=learn)
            for ours, theirs in zip(left, right, strict=False)
        ] + rest
    return right
