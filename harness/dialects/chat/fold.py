"""What one choice of a chunk does: the careful path of the machine."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from harness.dialects.chat import grammar as g
from harness.dialects.chat.follower import not_yet
from harness.dialects.chat.fragments import fold_function_call, fold_tool_calls
from harness.dialects.chat.state import Audio
from harness.dialects.signal import Signal

if TYPE_CHECKING:
    from harness.dialects.chat.follower import Entry, Follower
    from harness.dialects.chat.state import Choice

_WATCHED = 6
"""How many deltas of a text are watched for snapshots; a server that sends snapshots does so from the start."""

_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")


def fold(entry: Entry, *, audio: bool) -> None:
    """Take one entry of a chunk's choices.

    Args:
        entry: The entry.
        audio: The stream has audio: other rules hold for keys and roles then.
    """
    follower = entry.follower
    first = follower.width < 0
    follower.width = len(entry.value)
    _vet_keys(entry, audio=audio)
    before = len(entry.said)
    _role(entry, audio=audio)
    places = (_texts(entry), fold_tool_calls(entry), fold_function_call(entry))
    filled = next(filter(None, places), "")
    if isinstance(entry.value.get("logprobs"), dict):
        if not entry.choice.logprobs:
            entry.say("logprobs", "/logprobs")
        fold_logprobs(entry.choice, entry.value["logprobs"])
    if first:
        entry.said.insert(before, Signal("choice-opened", entry.choice, entry.pointer))
    if follower.state == g.STRANGER and not entry.value.get("finish_reason"):
        follower.state = g.TALKING
        if "delta" in entry.value:  # nothing but an empty delta: the choice is there, and has no role
            entry.say("role-missing", "/delta/role", "assistant", "nothing")
    _finish(entry, filled)


def _vet_keys(entry: Entry, *, audio: bool) -> None:
    value = entry.value
    if "finish_reason" not in value and not audio and "audio" not in entry.delta:
        entry.once("finish-key-absent", "", "finish_reason", "no such key")
    for key in g.WHOLE_KEYS:
        if key in value:
            entry.once("choice-extra", f"/{key}", "delta", key)


def _role(entry: Entry, *, audio: bool) -> None:
    role = entry.delta.get("role")
    if role is None:
        return
    follower, choice = entry.follower, entry.choice
    if role != "assistant":
        entry.say("role-other", "/delta/role", "assistant", role)
    if choice.role is None:
        choice.role = role
        if follower.state == g.STRANGER:
            follower.state = g.CHOICE[g.STRANGER][g.ROLE]
    elif role == "assistant" and not audio:
        entry.move(g.ROLE, "/delta/role")


def _texts(entry: Entry) -> str:
    """Take content, refusal, reasoning and audio; gives where text was, or "" where there was none."""
    delta, choice, follower = entry.delta, entry.choice, entry.follower
    filled = _reasoning(entry) or _audio(entry)
    for name, text in (("content", choice.content), ("refusal", choice.refusal)):
        piece = delta.get(name)
        if not piece:
            continue
        filled = f"/delta/{name}"
        entry.move(g.TEXT, filled)
        text.write(piece)
        if name == "content" and follower.watched is not None:
            _watch(follower, follower.watched, piece)
    if len(choice.content) and len(choice.refusal):
        entry.once("refusal-mixed", "/delta", "content or refusal", "both")
    if isinstance(delta.get("annotations"), list):
        choice.annotations += delta["annotations"]
    return filled


def _watch(follower: Follower, watched: list[str], piece: str) -> None:
    """Keep the first deltas; once they are seen to be increments, text takes the short path."""
    watched.append(piece)
    if len(watched) > 1 and not _snapshots(watched):
        follower.watched = None
    if len(watched) >= _WATCHED or follower.watched is None:
        follower.write = follower.choice.content.write if follower.state != g.FINISHED else not_yet


def _snapshots(pieces: list[str]) -> bool:
    """Whether each piece begins with the one before and is longer."""
    return all(len(new) > len(old) and new.startswith(old) for old, new in pairwise(pieces))


def _reasoning(entry: Entry) -> str:
    delta, choice = entry.delta, entry.choice
    details = delta.get("reasoning_details")
    if isinstance(details, list):
        choice.reasoning_details += details
    pieces = [(key, text) for key in g.REASONING_KEYS if isinstance(text := delta.get(key), str) and text]
    if not pieces:
        return ""
    filled = f"/delta/{pieces[0][0]}"
    entry.move(g.TEXT, filled)
    choice.reasoning.write(pieces[0][1])
    if len(pieces) > 1:
        if pieces[0][1] == pieces[1][1]:
            entry.once("reasoning-doubled", filled, "one of the two", "both with the same text")
        else:
            choice.reasoning.write(pieces[1][1])
    if len(choice.content):
        entry.once("reasoning-reopened", filled, "reasoning before content", "reasoning after content")
    return filled


def _audio(entry: Entry) -> str:
    audio: dict[str, Any] | None = entry.delta.get("audio")
    if not audio:
        return ""
    choice, where = entry.choice, "/delta/audio"
    if choice.audio is None:
        choice.audio = Audio()
    state = choice.audio
    if state.expires_at is not None:
        entry.say("audio-late", where, "nothing after expires_at", "more audio")
    elif audio.get("expires_at") is not None and not (audio.get("data") or audio.get("transcript")):
        entry.move(g.EXPIRY, where)
    else:
        entry.move(g.TEXT, where)
    if identity := audio.get("id"):
        if state.id and state.id != identity:
            entry.say("audio-id-changed", f"{where}/id", state.id, identity)
        state.id = state.id or identity
    if data := audio.get("data"):
        state.data.write(data)
        if not _BASE64.fullmatch(data):
            entry.once("audio-data", f"{where}/data", "base64", data[:40])
    state.transcript.write(audio.get("transcript") or "")
    if audio.get("expires_at") is not None:
        state.expires_at = audio["expires_at"]
    entry.say("audio", where)
    return where


def fold_logprobs(choice: Choice, logprobs: dict[str, Any]) -> None:
    """Take the tokens of the content that log probabilities are given for."""
    choice.logprobs = True
    for entry in logprobs.get("content") or ():
        raw, token = entry.get("bytes"), entry.get("token", "")
        given = isinstance(raw, list) and all(0 <= one < 256 for one in raw)
        choice.tokens += bytes(raw) if given else token.encode("utf-8", "surrogatepass")
        choice.token_text.write(token)
        choice.tokens_exact &= "\ufffd" not in token and "bytes:" not in token


def _finish(entry: Entry, filled: str) -> None:
    """Take the finish reason, where there is one."""
    finish = entry.value.get("finish_reason")
    if finish is None:
        return
    follower, choice = entry.follower, entry.choice
    if finish == "":
        choice.finish = choice.finish or ""
        entry.once("finish-reason-empty", "/finish_reason", "a finish reason or null", '""')
        return
    if choice.finished is not None or follower.state != g.FINISHED:
        entry.move(g.FINISH, "/finish_reason")
    if choice.finished is not None:
        return
    choice.finish, choice.finished = finish, entry.at
    follower.write = follower.write_arguments = not_yet
    if follower.watched is not None and len(follower.watched) > 2:
        entry.say("content-cumulative", "/delta/content", "increments", repr(follower.watched[:3]))
    if filled:
        entry.say("finish-delta-filled", filled, "an empty delta", filled.rpartition("/")[2])
    entry.say("choice-finished", "")
