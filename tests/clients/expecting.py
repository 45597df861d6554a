"""What a client has to say of an answer: the scene, in its own words. A difference is told in a sentence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tests.clients import scenes
from tests.clients.habits import DENIED, FILTERED
from tests.clients.scenes import SCENES, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clients.habits import Client
    from tests.clients.worlds import World

COUNTED: Final = Scene(text="one two three four five six seven eight nine ten")
"""What a model says that nobody cuts off."""
PLACE: Final = {"city": "Paris", "n": 3}
MESSAGES: Final = {"deny": scenes.DENIED, "break": scenes.BROKEN}


def prompts(client: Client, world: World) -> list[str]:
    """The scenes that a client is asked to play in a world."""
    told = [scene for scene in client.scenes if world.plays(scene)]
    if world.is_real and client.runs_tools:  # the model knows what to say after one result of one call only
        told = [scene for scene in told if scene == "weather" or not SCENES[scene].calls]
    return told


def told_scenes(client: Client, world: World) -> list[str]:
    """Those, and the one that a program plays besides."""
    return [*prompts(client, world), *(["loop"] if "loop" in client.more else [])]


def amiss(client: Client, world: World, scene: str, run: str, row: dict[str, Any]) -> list[str]:
    """What of an answer is not as it has to be."""
    return [f"{scene}, {run}: {one}" for one in _amiss(client, world, scene, run, row)]


def _amiss(client: Client, world: World, name: str, run: str, row: dict[str, Any]) -> Iterator[str]:
    scene = _scene(world, name)
    filtered = scene.refused and not world.has_refusals
    exception = None if _uncut(world, name) else client.raised(FILTERED if filtered else name, run)
    if exception is not None:
        yield from _raised(name, exception, row)
        return
    if "raised" in row:
        yield f"raised {row['raised']}: {row['message']}"
        return
    loops = client.runs_tools and bool(scene.calls) and name != "report"
    last = Scene(text=scenes.AFTER_TOOL) if loops else scene
    checks = {
        **_words(client, world, run, last, filtered=filtered),
        **_calls(client, world, scene, row),
        **_thought(client, world, run, scene),
        **_ends(client, run, last, filtered=filtered),
    }
    if name in {"json", "report"} and "parsed" in row and row["parsed"] is not None:
        checks["parsed"] = PLACE
        checks.pop("text" if "text" not in row else "", None)
    elif name in {"json", "report"} and run in client.more.get(name, ()):
        yield "nothing was parsed"
    if loops:
        checks["executed"] = sorted([one.name, *json.loads(one.arguments).values()] for one in scene.calls)
        checks["requests"] = 2
    if "deltas" in row:
        checks["deltas"] = scene.text + last.text if loops else last.text
    if run == "chat runTools()":
        checks["executed"] = [["get_weather", "Paris"]]
    for member, wanted in checks.items():
        found = _found(row, member)
        if found != wanted:
            yield f"{member} is {found!r}, not {wanted!r}"
    yield from _ids(world, scene, row)
    yield from _usage(world, scene, row, requests=2 if loops else 1)


def _scene(world: World, name: str) -> Scene:
    if name == "loop":
        return Scene(text=scenes.AFTER_TOOL)
    return COUNTED if _uncut(world, name) else SCENES[name]


def _uncut(world: World, name: str) -> bool:
    """Whether nobody limits an answer that is cut off elsewhere."""
    return world.is_real and name == "count"


def _raised(name: str, exception: str, row: dict[str, Any]) -> Iterator[str]:
    if row.get("raised") not in exception.split("|"):
        yield f"raised {row.get('raised')}, not {exception}: {row}"
    elif MESSAGES.get(name, "") not in row["message"]:
        yield f"the message is {row['message']!r}"
    elif name == DENIED and row.get("status") != 400:
        yield f"the status is {row.get('status')}"


def _words(client: Client, world: World, run: str, last: Scene, *, filtered: bool) -> dict[str, Any]:
    """The text, and what is refused."""
    if not last.refused or filtered:
        return {"text": last.text, "refusal": ""}
    place = client.refusal_place(run)
    return {"text": "", "refusal": ""} | ({place: last.text} if place in {"text", "refusal"} else {})


def _calls(client: Client, world: World, scene: Scene, row: dict[str, Any]) -> dict[str, Any]:
    """Names and arguments; the text of the arguments where both sides leave it alone."""
    exact = client.verbatim and world.dialect in {"chat", "responses"} and not world.is_real
    arguments = [one.arguments if exact else json.loads(one.arguments) for one in scene.calls]
    names = [one.name for one in scene.calls]
    if exact:
        return {"calls.name": names, "calls.verbatim": arguments}
    return {"calls.name": names, "calls.arguments": arguments}


def _found(row: dict[str, Any], member: str) -> Any:
    calls = row.get("calls", ())
    if member == "calls.name":
        return [name for _, name, _ in calls]
    if member == "calls.verbatim":
        return [given for _, _, given in calls]
    if member == "calls.arguments":
        return [json.loads(given) if isinstance(given, str) else given for _, _, given in calls]
    value = row.get(member, "")
    # A model's thought ends with a line end, and so does what it says before a call.
    return value.rstrip("\n") if member in {"reasoning", "text"} else value


def _thought(client: Client, world: World, run: str, scene: Scene) -> dict[str, Any]:
    shown = client.shows_thought(run, world.thought)
    return {"reasoning": scene.reasoning if shown else ""}


def _ends(client: Client, run: str, last: Scene, *, filtered: bool) -> dict[str, Any]:
    if client.finishes is None:
        return {}
    finish: str = "content_filter" if filtered else last.finish
    if client.refuses_by_finish(run) and last.refused:
        finish = "content_filter"
    return {"finish": client.finish_word(run, finish)}


def _ids(world: World, scene: Scene, row: dict[str, Any]) -> Iterator[str]:
    """Those of the upstream, verbatim; else unique ones."""
    ids = [id_ for id_, _, _ in row.get("calls", ())]
    if world.keeps_ids and ids != [one.id for one in scene.calls]:
        yield f"the ids of the calls are {ids}"
    if len(set(ids)) != len(ids) or not all(isinstance(one, str) and one for one in ids):
        yield f"ids of calls are missing or repeated: {ids}"


def _usage(world: World, scene: Scene, row: dict[str, Any], *, requests: int) -> Iterator[str]:
    given, said, total, thought = row["usage"]
    if world.is_real:
        if given <= 0 or said <= 0 or given + said != total:
            yield f"the usage is {row['usage']}"
        return
    reasoned = scenes.REASONING_TOKENS if scene.reasoning and world.counts_thought else 0
    once = [scenes.PROMPT_TOKENS, scenes.OUTPUT_TOKENS, scenes.PROMPT_TOKENS + scenes.OUTPUT_TOKENS]
    wanted = [*(number * requests for number in once), reasoned]
    if [given, said, total, thought] != wanted:
        yield f"the usage is {row['usage']}, not {wanted}"
