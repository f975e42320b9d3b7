"""What runs one direction of one migration: the project's sequelize-cli, or a Node process of the workbench."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg

from workbench.declared.migrations.files import Migration
from workbench.replay.project import active_name, environment, permissions
from workbench.server import SUPERUSER, Server, cache_folder
from workbench.targets import parse_url

RUNNER = Path(__file__).with_name("runner.js")
SECONDS_LIMIT = 300.0
"""Longest time that one direction of one migration may take."""


@dataclass(frozen=True)
class Run:
    """One direction of one migration as it was run; ``error`` is None when it worked."""

    ok: bool
    seconds: float
    error: str | None = None
    code: str | None = None
    sql: str | None = None
    line: int | None = None
    statements: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the run as the command's document spells it."""
        return {
            "status": "done" if self.ok else "failed",
            "seconds": round(self.seconds, 3),
            "statements_count": self.statements,
            "error": self.error,
            "sqlstate": self.code,
            "sql": self.sql,
            "line": self.line,
        }


class Runner(Protocol):
    """What runs one direction of one migration on one database."""

    label: str

    def run(self, database: str, file: str, direction: str) -> Run:
        """Run it."""

    def skip(self, database: str, file: str) -> None:
        """Note a failed migration as done, so that those after it can be tried."""


def choose(root: Path, copy: Path, modules: Path, server: Server, chosen: Sequence[Migration]) -> Runner:
    """Return the runner for a project: its own sequelize-cli where it is and all files are scripts."""
    script = all(re.search(r"\.c?js$", active_name(one.file)) for one in chosen)
    if (
        script
        and (modules / "sequelize-cli" / "lib" / "sequelize").is_file()
        and not modules.is_relative_to(cache_folder())
    ):
        return CliRunner(root, copy, modules, server)
    return NodeRunner(root, copy, modules, server)


class NodeRunner:
    """A Node process of the workbench that loads each migration and calls it as sequelize-cli would."""

    def __init__(self, root: Path, copy: Path, modules: Path, server: Server) -> None:
        version = json.loads((modules / "sequelize" / "package.json").read_text(encoding="utf-8"))["version"]
        self.label = f"workbench runner, sequelize {version}"
        self.copy = copy
        parameters = parse_url(server.url())
        runner = root.parent / RUNNER.name
        shutil.copy(RUNNER, runner)
        reading, writing = os.pipe()
        job = {
            "root": str(root),
            "host": parameters["host"],
            "port": 5432,
            "user": SUPERUSER,
            "answers": writing,
        }
        self.process = subprocess.Popen(
            ["node", *permissions(root.parent), str(runner), json.dumps(job)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=(root.parent / "stderr").open("wb"),
            cwd=root,
            env=environment(root.parent),
            pass_fds=(writing,),
        )
        os.close(writing)
        self.answers = os.fdopen(reading, "r", encoding="utf-8")
        self.stderr = root.parent / "stderr"

    def run(self, database: str, file: str, direction: str) -> Run:
        """Run one direction and wait for its answer."""
        command = {"database": database, "file": str(self.copy / file), "direction": direction}
        started = time.monotonic()
        if self.process.stdin is None or self.process.poll() is not None:
            return Run(False, 0.0, self._death())
        self.process.stdin.write(json.dumps(command).encode() + b"\n")
        self.process.stdin.flush()
        ready, _, _ = select.select([self.answers], [], [], SECONDS_LIMIT)
        line = self.answers.readline() if ready else ""
        seconds = time.monotonic() - started
        if not line:
            self.process.kill()
            reason = self._death() if ready else f"it took longer than {SECONDS_LIMIT:.0f} seconds"
            return Run(False, seconds, reason)
        given = json.loads(line)
        return Run(
            given["ok"], seconds, given.get("error"), given.get("code"), given.get("sql"), given.get("line"),
            given.get("statements"),
        )  # fmt: skip

    def skip(self, database: str, file: str) -> None:
        """Nothing is noted anywhere, so nothing is to be skipped."""

    def close(self) -> None:
        """End the process."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.answers.close()

    def _death(self) -> str:
        said = self.stderr.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        errors = [line for line in said if "Error" in line]
        return f"Node ended: {(errors or said or ['it said nothing'])[0][:300]}"


class CliRunner:
    """The project's own sequelize-cli."""

    def __init__(self, root: Path, copy: Path, modules: Path, server: Server) -> None:
        version = json.loads((modules / "sequelize-cli" / "package.json").read_text(encoding="utf-8"))[
            "version"
        ]
        self.label = f"sequelize-cli {version}"
        self.root, self.copy, self.server = root, copy, server
        self.program = modules / "sequelize-cli" / "lib" / "sequelize"

    def run(self, database: str, file: str, direction: str) -> Run:
        """Run ``db:migrate --to`` or ``db:migrate:undo --name`` for one file."""
        self._configure(database)
        options = [
            "--config",
            str(self.root / "replay.json"),
            "--migrations-path",
            str(self.copy),
            "--env",
            "test",
        ]
        command = ["db:migrate", "--to", file] if direction == "up" else ["db:migrate:undo", "--name", file]
        started = time.monotonic()
        try:
            done = subprocess.run(
                ["node", str(self.program), *command, *options],
                capture_output=True,
                text=True,
                check=False,
                cwd=self.root,
                env=environment(self.root.parent),
                timeout=SECONDS_LIMIT,
            )
        except subprocess.TimeoutExpired:
            return Run(False, SECONDS_LIMIT, f"it took longer than {SECONDS_LIMIT:.0f} seconds")
        seconds = time.monotonic() - started
        said = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
        error = next((line[7:] for line in said.splitlines() if line.startswith("ERROR: ")), None)
        if done.returncode == 0 and error is None:
            return Run(True, seconds)
        return Run(False, seconds, error or said.strip()[-300:])

    def skip(self, database: str, file: str) -> None:
        """Write the failed migration's name into SequelizeMeta."""
        with psycopg.connect(self.server.url(database), autocommit=True) as connection:
            connection.execute('insert into "SequelizeMeta" values (%s) on conflict do nothing', (file,))

    def _configure(self, database: str) -> None:
        host = parse_url(self.server.url())["host"]
        settings = {
            "dialect": "postgres",
            "host": host,
            "database": database,
            "username": SUPERUSER,
            "logging": False,
        }
        (self.root / "replay.json").write_text(json.dumps({"test": settings}), encoding="utf-8")
