"""``dunwell init``: a new workspace."""

from pathlib import Path

import click

from dunwell.cli.common import command_errors
from dunwell.store.workspace import Beginning, init_workspace


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name", help="Your business, as the letterhead shows it.")
@click.option("--country", help="Your country, two letters such as DE.")
@click.option("--currency", help="Your currency, three letters such as EUR.")
@click.option("--time-zone", help="Your time zone, such as Europe/Berlin.")
@click.option("--language", help="Your language: en, es, de, fr, ro or vi.")
@click.option("--database", help="postgresql://… instead of the SQLite file in the folder.")
@command_errors
def init(folder: Path, **settings: str | None) -> None:
    """Make a workspace in FOLDER: settings, policy, database, folders."""
    given = {name: value for name, value in settings.items() if value}
    workspace = init_workspace(folder, Beginning(**given))
    click.echo(f"Workspace made in {workspace.path}")
    click.echo("  dunwell.toml   your business: fill in address, bank account, contact person")
    click.echo("  policy.toml    your rules: read them once, change what you do differently")
    click.echo(f"Next: dunwell import --workspace {folder} customers.csv invoices.csv payments.csv")
