"""The command line: one file per command, no rule and no query of its own (design §3).

Exit status: 0 done; 1 done, with problems listed; 2 wrong use, or nothing done.
"""

from importlib import import_module
from typing import Any

import click

from dunwell import __version__

COMMANDS = {
    "init": "init:init",
    "import": "importing:import_",
    "match": "match:match",
    "run": "run:run",
    "worklist": "worklist:worklist",
    "why": "why:why",
    "letters": "letters:letters",
    "hold": "hold:hold",
    "check": "check:check",
    "order": "order:order",
    "application": "application:application",
    "plan": "plan:plan",
    "offer": "offer:offer",
    "referral": "referral:referral",
    "refer": "referral:refer",
    "timeline": "timeline:timeline",
    "promise": "promise:promise",
    "dispute": "dispute:dispute",
    "exclude": "exclude:exclude",
    "call": "call:call",
    "note": "call:note",
    "policy": "policy:policy",
    "law": "law:law",
    "export": "export:export",
    "audit": "audit:audit",
    "backup": "keeping:backup",
    "restore": "keeping:restore",
    "doctor": "keeping:doctor",
    "migrate-store": "keeping:migrate_store",
    "privacy": "privacy:privacy",
    "demo": "demo:demo",
    "serve": "dunwell.config.serving:serve",
    "people": "dunwell.config.serving:people",
}
"""Every command and where it lives: module and name below this package, or in full where the house is put together."""


class Commands(click.Group):
    """Loads a command when it is asked for, so that ``dunwell law`` does not wait for the typesetter."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click asks with its context
        """Return the names in the order of a working day."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load one command."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        place = module if "." in module else f"dunwell.cli.{module}"
        command: click.Command = getattr(import_module(place), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; wrong use of one that was asked for JSON is said in JSON, too."""
        is_json = "--json" in ctx.args
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            if is_json:
                import_module("dunwell.cli.common").print_error("usage", error.format_message())
            raise


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="dunwell")
def main() -> None:
    """Credit control from the ledger to the letter: who is reminded, who goes on hold, and why."""
