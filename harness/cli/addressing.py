"""The options about a gateway or server that already runs, the same in all commands that take one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from harness.cli.gathering import gathered

if TYPE_CHECKING:
    from harness.cli.gathering import Decorator

OF_ADDRESS: Final = frozenset(
    {"base_url", "wait_for", "headers", "models", "api_key_env", "inbound", "upstream_port"}
)
"""The names of their parameters."""


def of_address(*, base_url: str, wait_for: str, upstream_port: str) -> Decorator:
    """Add the options; all of them come in `address`, by the names that `harness.conforming.targeting.Given` has.

    Args:
        base_url: What the command does with what runs there.
        wait_for: What holds where that option is not given.
        upstream_port: Likewise.
    """
    return gathered(
        "address",
        [
            click.option("--base-url", metavar="URL", help=base_url),
            click.option(
                "--wait-for",
                default="",
                metavar="URL",
                help=f"A URL that answers with success when --base-url is ready, in a minute at most.{wait_for}",
            ),
            click.option(
                "--header",
                "headers",
                multiple=True,
                metavar="'NAME: VALUE'",
                help="A field to send to --base-url.",
            ),
            click.option(
                "--model",
                "models",
                multiple=True,
                metavar="NAME",
                help="The model to ask --base-url for; may be repeated.",
            ),
            click.option(
                "--api-key-env",
                metavar="VARIABLE",
                help="The environment variable whose value --base-url is sent as the API key.",
            ),
            click.option(
                "--inbound",
                type=click.Choice(["chat", "responses"]),
                multiple=True,
                help="What --base-url is asked in; both by default; may be repeated.",
            ),
            click.option(
                "--upstream-port",
                type=click.IntRange(0, 65_535),
                metavar="PORT",
                help="The gateway at --base-url asks our upstream, which listens there on this machine."
                f"{upstream_port}",
            ),
        ],
    )
