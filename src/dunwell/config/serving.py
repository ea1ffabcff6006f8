"""``dunwell serve`` and ``dunwell people``: the web app on a workspace, and who may use it."""

import logging
import os
import webbrowser
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from dunwell.cli.common import DATE as DATE_TYPE
from dunwell.cli.common import (
    by_option,
    command_errors,
    console,
    json_option,
    print_json,
    user_name,
    workspace_at,
    workspace_option,
)
from dunwell.errors import UsageError
from dunwell.store import people as store

# A page assesses one customer: with one thread that takes half the time, because nothing waits for other threads. Read
# by Polars when it first works; whoever has set it has the say.
os.environ.setdefault("POLARS_MAX_THREADS", "1")

LOOPBACK = ("127.0.0.1", "localhost", "::1")
THREADS = 8


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(1, 65535))
@click.option("--public-name", "names", multiple=True, help="A name under which people reach it, behind a proxy.")
@click.option("--https", "is_https", is_flag=True, help="A reverse proxy in front of it speaks HTTPS.")
@click.option("--as-of", "fixed_on", type=DATE_TYPE, help="Let the business date stand still, for a demo or training.")
@click.option("--open", "opens", is_flag=True, help="Open the browser.")
@workspace_option
@command_errors
def serve(
    host: str, port: int, names: tuple[str, ...], is_https: bool, fixed_on: date | None, opens: bool,
    workspace: Path | None,
) -> None:  # fmt: skip
    """Open the web app on a workspace. It listens on this machine alone unless told otherwise."""
    from dunwell.config import web
    from dunwell.config.listening import listening
    from dunwell.config.readying import keep_ready

    path = workspace_at(workspace).path
    _require_safe(host, names, is_https=is_https)
    web.set_up(path, fixed_on=fixed_on, hosts=names, is_https=is_https)
    address = f"http://{host if host not in ('0.0.0.0', '::') else '127.0.0.1'}:{port}"  # noqa: S104 - only compared
    first = first_address(address)
    console.print(f"Dunwell is open at {address}; Ctrl-C closes it.", markup=False)
    if first != address:
        console.print(f"Nobody can sign in yet. Begin here, within three days: {first}", markup=False)
    if opens:
        webbrowser.open(first)
    keep_ready()
    logging.basicConfig()
    listening(web.application(), port=port, **server_options(host, is_https=is_https)).run()


def server_options(host: str, *, is_https: bool) -> dict[str, Any]:
    """Return how the server listens, and whom it believes.

    A proxy says who asks and that they came by HTTPS; without one, anybody could say so, and the server takes such
    headers away. On the loopback only a proxy of this machine is believed; elsewhere whoever reaches the port, which
    must be the proxy alone (docs/operate/serve.md).
    """
    from dunwell.config import web

    options = {
        "host": host,
        "threads": THREADS,
        "ident": "Dunwell",
        "max_request_body_size": web.UPLOAD_BYTES_MAX,
    }
    if not is_https:
        return options
    trusted = {"127.0.0.1": host, "localhost": "127.0.0.1", "::1": host}.get(host, "*")
    return {**options, "trusted_proxy": trusted, "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"}}


def first_address(address: str) -> str:
    """Return where a new workspace begins: the invitation of its first administrator; else the address itself."""
    from dunwell.web.screens.session import invitation_path

    found = store.people()
    if not found:
        found = [store.add_person("owner", "administrator", user_name())]
    waiting = [one for one in found if one.role == "administrator"]
    if any(one.user.has_usable_password() for one in found) or not waiting:
        return address
    return address + invitation_path(waiting[0])


def _require_safe(host: str, names: tuple[str, ...], *, is_https: bool) -> None:
    if host in LOOPBACK:
        return
    if not (names and is_https):
        raise UsageError(
            f"Listening on {host} lets others reach it. Put a reverse proxy that speaks HTTPS in front of it and say"
            " --public-name NAME --https; docs/operate/serve.md shows how."
        )


@click.group()
def people() -> None:
    """People who may sign in to the web app, and their roles."""


@people.command("list")
@workspace_option
@json_option
@command_errors
def list_people(workspace: Path | None, as_json: bool) -> None:
    """List people, their roles, and whether they can sign in."""
    workspace_at(workspace)
    rows = [
        {
            "name": one.user.username,
            "role": one.role,
            "is_active": one.user.is_active,
            "has_password": one.user.has_usable_password(),
            "has_second_factor": bool(one.totp_secret),
        }
        for one in store.people()
    ]
    if as_json:
        print_json({"people": rows})
        return
    table = Table(box=None, pad_edge=False)
    for name in ("name", "role", "can sign in", "second factor"):
        table.add_column(name)
    for row in rows:
        can = "yes" if row["is_active"] and row["has_password"] else "invited" if row["is_active"] else "no"
        table.add_row(str(row["name"]), str(row["role"]), can, "yes" if row["has_second_factor"] else "no")
    console.print(table)


@people.command()
@click.argument("name")
@click.option("--role", type=click.Choice(store.ROLES), required=True, help="What they may do.")
@click.option("--address", default="http://127.0.0.1:8765", show_default=True, help="Where the web app is.")
@by_option
@workspace_option
@command_errors
def add(name: str, role: str, address: str, by: str | None, workspace: Path | None) -> None:
    """Add NAME and print the invitation by which they choose their password."""
    path = workspace_at(workspace).path
    _print_invitation(path, store.add_person(name, role, by or user_name()), address)


@people.command()
@click.argument("name")
@click.option("--without-second-factor", "without_factor", is_flag=True, help="It was lost too: switch it off.")
@click.option("--address", default="http://127.0.0.1:8765", show_default=True, help="Where the web app is.")
@by_option
@workspace_option
@command_errors
def invite(name: str, without_factor: bool, address: str, by: str | None, workspace: Path | None) -> None:
    """Print a new invitation for NAME, who has forgotten the password."""
    path = workspace_at(workspace).path
    person, who = _person(name), by or user_name()
    if without_factor and person.totp_secret:
        store.set_factor(person, "", who)
    store.note_invited(person, who)
    _print_invitation(path, person, address)


def _person(name: str) -> store.Person:
    found = next((one for one in store.people() if one.user.username == name), None)
    if found is None:
        raise UsageError(f"There is nobody called {name}.")
    return found


def _print_invitation(path: Path, person: store.Person, address: str) -> None:
    from dunwell.config import web
    from dunwell.web.screens.session import invitation_path

    web.set_up(path)
    console.print(f"{person.user.username} can choose a password within three days, once:"
                  f" {address}{invitation_path(person)}", markup=False)  # fmt: skip
