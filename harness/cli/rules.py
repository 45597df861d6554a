"""`harness rules`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from harness.checking.profiles import Profile
    from harness.rules.rule import Rule


@click.command()
@click.argument("prefix", default="", metavar="[PREFIX]")
@click.option("--profile", metavar="NAME", help="Show what this profile makes of each rule.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="What goes to stdout: text for people, or JSON for programs.",
)
def command(prefix: str, profile: str | None, form: str) -> int:
    """List the rules: id, severity, name, and what is wrong where a rule is broken.

    PREFIX limits the list to a family or chapter, such as SSE or RESP-ITEM. `harness rule ID` explains one.
    """
    import json

    from harness.checking.profiles import profile as profile_named
    from harness.errors import UnknownName
    from harness.rules.registry import rules

    chosen = None if profile is None else profile_named(profile)
    wanted = prefix.upper()
    found = [one for one in rules().values() if one.id.startswith(wanted)]
    if not found:
        families = {one.rpartition("-")[0] for one in rules()}
        raise UnknownName(
            "family of rules", prefix, {*families, *(one.partition("-")[0] for one in families)}
        )
    rows = [(one, severity_under(one, chosen)) for one in found]
    if form == "json":
        click.echo(
            json.dumps(
                [
                    {
                        "id": one.id,
                        "severity": severity,
                        "slug": one.slug(),
                        "summary": sentence(one),
                        "needs": list(one.needs),
                        "dialects": list(one.dialects),
                        "preview": one.preview,
                    }
                    for one, severity in rows
                ],
                indent=2,
            )
        )
        return 0
    longest = max(len(one.id) for one in found)
    for one, severity in rows:
        preview = "  (preview)" if one.preview else ""
        click.echo(f"{one.id:<{longest}}  {severity:<7}  {one.slug()}{preview}")
        click.echo(f"{'':<{longest}}           {sentence(one)}")
    return 0


def sentence(rule: type[Rule[object]]) -> str:
    """The first sentence of a rule's page: what is wrong where it is broken."""
    return " ".join((rule.__doc__ or "").strip().partition("\n\n")[0].split())


def severity_under(rule: type[Rule[object]], profile: Profile | None) -> str:
    """How bad a breach is under a profile: "off" where the rule is not judged; without one, the rule's own."""
    setting = profile.settings.get(rule.id) if profile is not None else None
    if setting is None:
        return rule.severity.value
    if not setting.on:
        return "off"
    return (setting.severity or rule.severity).value
