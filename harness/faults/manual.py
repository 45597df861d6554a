"""The page about faults, made from the faults themselves."""

from __future__ import annotations

from importlib import import_module
from inspect import getdoc
from typing import TYPE_CHECKING

from harness.faults.registry import faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.fault import Fault

_INTRODUCTION = """\
# Faults

<!-- Made by harness.faults.manual from the faults' docstrings; do not edit it by hand. -->

A fault makes a replay go wrong on purpose, in one way, at one place. It is written

    name[:value][,setting=value]...[@seed]

such as `cut:event=7`, `status:429,retry_after=2` or `corrupt@42`. A value without a name goes to the
setting that is marked so below. The same text on the same recording does the same thing every time:
what the settings leave open is derived from the seed (0 unless given) and the recording's place in the
cassette, never from chance.

- **Events** are SSE blocks as they are on the wire, a block that holds only a comment included, counted
  from 0. An answer that is compressed, or is JSON or HTML, has none. Chunks are those of the recording,
  whatever pace it is played at.
- **A place** (`byte`, `chunk` and `event` of `cut`, `reset` and `stall`) is the number of units in
  front of it: `event=7` lies after seven events. A negative number leaves so many out; `end` lies after
  the last one.
- **An event** (`event` of the others) is one of them: `event=7` is the eighth, `event=-1` the last.
- **Where a fault does not apply** (the stream is shorter, there is no such event) the recording is
  played unchanged, and the replay says so. Such a request does not count for `times`.
- **Lengths.** A fault that may change the length of a body that ends properly takes the field
  content-length away. `cut`, `reset` and `silence` leave it: a client that was promised more than came
  is the point of them.
- **Which** (`which`) is one of the places that a fault of what events say can hit, counted from 0 in the order of the
  stream; a negative number counts from the end. Where several faults of one kind differ little, `how` says which it is.
- **Sequence numbers** are moved up or down where such a fault takes an event away or adds one, so that it breaks one
  thing and not also the count.
- **Answers instead of the recording** (`status`, `html`, `hangup`) leave the recording unplayed and hit
  one request unless `times` says otherwise, so that a client that tries again gets through. All others
  hit every request.
- **Groups** are the tables below. The plugin for pytest takes the name of one for those of its faults that can be made
  in the recording and take no time of their own (`@pytest.mark.faults("transport")`). Those that let a client wait
  ({waiting}) are left out, since a test would wait as long
  as its client does: name them, with settings (`@pytest.mark.faults("transport", "stall:event=3,seconds=2")`).
- **Rules** are those that a stream with the fault may break; which of them depends on the dialect and
  the place. A fault without rules leaves the stream legal.
"""


def render() -> str:
    """The whole page, as Markdown."""
    known = faults()
    waiting = ", ".join(f"`{name}`" for name, fault in known.items() if "times" in fault.needs)
    lines = [_INTRODUCTION.rstrip().replace("{waiting}", waiting)]
    folders = dict.fromkeys(fault.__module__.rpartition(".")[0] for fault in known.values())
    for folder in sorted(folders):
        title, _, _ = (import_module(folder).__doc__ or folder).partition(":")
        group = folder.rpartition(".")[2]
        lines += [
            "",
            f"**{title.rstrip('.')}** (group `{group}`)",
            "",
            "| fault | what happens |",
            "|---|---|",
        ]
        lines += [
            f"| [`{name}`](#{name}) | {fault.summary} |"
            for name, fault in known.items()
            if fault.__module__.startswith(f"{folder}.")
        ]
    for fault in known.values():
        lines += ["", *page(fault)]
    return "\n".join(lines) + "\n"


def page(fault: type[Fault]) -> Iterator[str]:
    """The lines about one fault."""
    yield f"## {fault.name}"
    yield ""
    yield from (getdoc(fault) or fault.summary).splitlines()
    yield ""
    yield f"    {fault.example}"
    yield ""
    yield "| setting | unit | default | meaning |"
    yield "|---|---|---|---|"
    for one in fault.parameters():
        bare = " It can be given without its name." if one.name == fault.positional else ""
        yield f"| `{one.name}` | {one.unit} | {one.default} | {one.meaning}{bare} |"
    yield ""
    rules = ", ".join(fault.breaks) or "none"
    if len(fault.breaks_by_how) > 1:
        rules = "; ".join(f"`{how}` {', '.join(one) or 'none'}" for how, one in fault.breaks_by_how.items())
    needs = f" Needs: {', '.join(fault.needs)}." if fault.needs else ""
    benign = " The stream stays conforming." if fault.benign else ""
    yield f"Rules: {rules}.{needs}{benign}"
