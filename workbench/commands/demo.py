"""``workbench demo``: the server with the demo databases."""

from __future__ import annotations

import json
import os
from urllib.parse import quote

import click

from workbench import demo as room
from workbench import targets
from workbench.server import Server
from workbench.targets import TargetError
from workbench.terminal import print_table

name_argument = click.argument("name", type=click.Choice(room.DATABASES), default=room.DATABASES[0])


@click.group()
def demo() -> None:
    """Start, stop and find the server with the demo databases white_cross and lithic.

    Every command that names a demo database starts the server by itself and stops it afterwards; `start` keeps it.
    WORKBENCH_DEMO_BIN (a folder of PostgreSQL programs) or WORKBENCH_DEMO_URL (a superuser's URL without password)
    choose another server than the embedded one.
    """


@demo.command()
def start() -> int:
    """Start the server, build what is not built, and leave it running."""
    if not os.environ.get("WORKBENCH_DEMO_URL"):
        room.start(keep=True)
    for name in room.DATABASES:
        click.echo(_url(name))
    return 0


@demo.command()
def stop() -> int:
    """Stop the server, whoever uses it; the databases stay."""
    _own_server().stop()
    return 0


@demo.command()
def reset() -> int:
    """Stop the server and delete its databases; the next use builds them again."""
    _own_server().remove()
    return 0


@demo.command()
@name_argument
def url(name: str) -> int:
    """Print the URL of a demo database for psql or any other client, and leave the server running."""
    if not os.environ.get("WORKBENCH_DEMO_URL"):
        room.start(keep=True)
    click.echo(_url(name))
    return 0


@demo.command()
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def status(form: str) -> int:
    """Tell whether the server runs and which databases it holds; nothing is started."""
    own = None if os.environ.get("WORKBENCH_DEMO_URL") else _own_server()
    running = own is None or own.running()
    states = room.states(targets.parse_url(own.url()) if own else room.administrator()) if running else []
    if form == "json":
        databases = [
            {"name": state.name, "is_built": state.built, "size_bytes": state.size_bytes} for state in states
        ]
        document = {"is_running": running, "folder": str(own.folder) if own else None, "databases": databases}
        click.echo(json.dumps(document, indent=1))
        return 0
    click.echo(
        "the server is running" if running else "the server is not running: its state is known when it is"
    )
    print_table(
        ["database", "state", "MiB"],
        [
            (
                state.name,
                "ready" if state.built else "built from other files" if state.size_bytes else "not built",
                "" if state.size_bytes is None else round(state.size_bytes / 2**20),
            )
            for state in states
        ],
    )
    return 0


def _own_server() -> Server:
    if os.environ.get("WORKBENCH_DEMO_URL"):
        raise TargetError("WORKBENCH_DEMO_URL names a server of its own; stop or clean it by its own means")
    return room.server()


def _url(name: str) -> str:
    """Return the URL of a database, built when it is not yet."""
    conninfo = dict(room.target(name).conninfo)
    host = quote(conninfo.pop("host", ""), safe="")
    port = conninfo.pop("port", "")
    user = quote(conninfo.pop("user", ""), safe="")
    return f"postgresql://{user}@/{name}?host={host}" + (f"&port={port}" if port else "")
