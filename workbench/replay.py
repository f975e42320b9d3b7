"""Shadow replay: the reviewed migrations are run for real, on a scratch database that is thrown away.

This is the one place where code of the reviewed project is executed, and only when asked to. It runs in a child
process with an environment that holds no secrets, on a copy of the files in a throw-away folder. Node's own
permission model, where Node has it, keeps it from starting programs and from writing elsewhere; what it may read
and the network are not restricted, so migrations that nobody trusts should not be replayed.
"""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import psycopg

from workbench.catalog import Snapshot, capture
from workbench.declared.migration_files import Migration, migrations_folder, read_migrations
from workbench.naming import quote
from workbench.server import SUPERUSER, Server, cache_folder
from workbench.targets import Target, parse_url

RUNNER = Path(__file__).with_name("replay_runner.js")
PACKAGES = ("sequelize@6", "sequelize-cli@6", "pg@8", "typescript@5", "ts-node@10")
SECONDS_LIMIT = 300.0
"""Longest time that one direction of one migration may take."""
_COPY_LIMIT_BYTES = 50_000_000


class ReplayError(RuntimeError):
    """A replay is not possible here; the message says what is missing."""


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


@dataclass(frozen=True)
class Step:
    """One migration as it was replayed.

    ``left`` and ``lost`` are statements of pg_dump that down leaves behind, or does not bring back, on a copy of the
    database as it was before up. ``again`` is up run once more after down.
    """

    file: str
    up: Run
    down: Run | None = None
    again: Run | None = None
    left: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
    """Statements of pg_dump that an up that failed left behind."""

    @property
    def restores(self) -> bool | None:
        """Whether down brings the schema back exactly; None when that could not be tried."""
        return None if self.down is None or not self.down.ok else not self.left and not self.lost


@dataclass
class Replay:
    """All that a replay gave; ``snapshot`` is the catalog of the resulting database."""

    runner: str
    node: str
    steps: list[Step] = field(default_factory=list)
    rollback: list[tuple[str, Run]] = field(default_factory=list)
    left_after_rollback: tuple[str, ...] = ()
    snapshot: Snapshot | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the replay as the command's document spells it."""
        return {
            "runner": self.runner,
            "node": self.node,
            "migrations": [
                {
                    "file": step.file,
                    "up": step.up.to_json(),
                    "down": step.down.to_json() if step.down else None,
                    "up_again": step.again.to_json() if step.again else None,
                    "down_restores_schema": step.restores,
                    "left_by_down": list(step.left),
                    "lost_by_down": list(step.lost),
                    "left_by_failed_up": list(step.partial),
                }
                for step in self.steps
            ],
            "rollback": [{"file": file, **run.to_json()} for file, run in self.rollback],
            "left_after_rollback": list(self.left_after_rollback),
        }


class Runner(Protocol):
    """What runs one direction of one migration on one database."""

    label: str

    def run(self, database: str, file: str, direction: str) -> Run:
        """Run it."""

    def skip(self, database: str, file: str) -> None:
        """Note a failed migration as done, so that those after it can be tried."""


def replay(path: Path, *, include_backups: bool = False, server: Server | None = None) -> Replay:
    """Run the migrations of a folder, each up, then down and up again on a copy, at last all down.

    Args:
        path: the folder, or one that holds a folder ``migrations``.
        include_backups: also run copies such as ``x.js.bak``, in the place that their name gives them.
        server: where to make the scratch databases; by default an embedded server of its own.

    Raises:
        ReplayError: Node, its packages or the files are not there.
    """
    folder = migrations_folder(path)
    chosen = [
        one
        for one in read_migrations(folder)
        if one.kind == "active" or (include_backups and one.kind == "backup")
    ]
    node = node_version()
    modules = find_modules(folder)
    with throwaway(folder, modules, chosen) as (root, copy), scratch(server) as running:
        runner = _runner(root, copy, modules, running, chosen)
        try:
            return _replay(runner, node, chosen, running)
        finally:
            close = getattr(runner, "close", None)
            if close:
                close()


def _replay(runner: Runner, node: str, chosen: Sequence[Migration], server: Server) -> Replay:
    result = Replay(runner.label, node)
    with databases(server) as names:
        main, probe = names
        _create(server, main, "template0")
        empty = dump(server, main)
        done: list[str] = []
        before = empty
        for one in chosen:
            name = active_name(one.file)
            _create(server, probe, main)
            up = runner.run(main, name, "up")
            if up.ok:
                done.append(name)
                result.steps.append(_taken_back(runner, server, probe, one.file, before, up))
            else:
                runner.skip(main, name)
                remains = tuple(sorted(dump(server, main) - before))
                result.steps.append(Step(one.file, up, partial=remains))
            _drop(server, probe)
            before = dump(server, main)
        result.snapshot = capture(Target("replay", parse_url(server.url(main))))
        for name in reversed(done):
            run = runner.run(main, name, "down")
            result.rollback.append((name, run))
            if not run.ok:
                break
        result.left_after_rollback = tuple(sorted(dump(server, main) - empty))
    return result


def _taken_back(
    runner: Runner, server: Server, probe: str, file: str, before: frozenset[str], up: Run
) -> Step:
    """Run up, down and up again on a copy of the database as it was before."""
    name = active_name(file)
    first = runner.run(probe, name, "up")
    if not first.ok:
        return Step(file, up)
    down = runner.run(probe, name, "down")
    if not down.ok:
        return Step(file, up, down)
    after = dump(server, probe)
    again = runner.run(probe, name, "up")
    return Step(file, up, down, again, tuple(sorted(after - before)), tuple(sorted(before - after)))


def active_name(file: str) -> str:
    """Return the name under which a copy would run: ``x.js`` for ``x.js.bak``."""
    return re.sub(r"(\.(?:c|m)?(?:js|ts))(?:\.\w+|~)$", r"\1", file)


# --- Node ---------------------------------------------------------------------------------------------------


def node_version() -> str:
    """Return Node's version.

    Raises:
        ReplayError: there is no Node.
    """
    program = shutil.which("node")
    if program is None:
        raise ReplayError("replaying needs Node (node on the PATH); without it the review stays static")
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()


def find_modules(folder: Path) -> Path:
    """Return the node_modules to use: the project's own when it has sequelize and pg, else the workbench's.

    The workbench's lies in its cache and is installed by npm on first use.

    Raises:
        ReplayError: neither is there and npm cannot install it.
    """
    for place in (folder.resolve(), *folder.resolve().parents):
        modules = place / "node_modules"
        if (modules / "sequelize").is_dir() and (modules / "pg").is_dir():
            return modules
    home = cache_folder() / "node"
    if not (home / "node_modules" / "sequelize").is_dir() or not (home / "node_modules" / "pg").is_dir():
        npm = shutil.which("npm")
        if npm is None:
            raise ReplayError(
                "the project has no node_modules with sequelize and pg, and npm is not installed"
            )
        home.mkdir(parents=True, exist_ok=True)
        options = ["--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(home)]
        done = subprocess.run(
            [npm, "install", *options, *PACKAGES], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise ReplayError(f"npm could not install {', '.join(PACKAGES)}: {done.stderr.strip()[-300:]}")
    return home / "node_modules"


def environment(home: Path) -> dict[str, str]:
    """Return the environment of reviewed code: nothing of ours but the path to Node."""
    program = shutil.which("node") or "node"
    path = os.pathsep.join([str(Path(program).parent), "/usr/bin", "/bin"])
    return {
        "PATH": path,
        "HOME": str(home),
        "TMPDIR": str(home),
        "TZ": "UTC",
        "LANG": "C.UTF-8",
        "NODE_ENV": "test",
    }


@contextmanager
def throwaway(folder: Path, modules: Path, chosen: Sequence[Migration]) -> Iterator[tuple[Path, Path]]:
    """Copy the migrations, and what they require by relative paths, into a folder that is deleted afterwards.

    Gives the folder and the copy of the migrations in it.
    """
    depth = _depth(folder)
    top = folder.resolve()
    for _ in range(depth):
        top = top.parent
    home = Path(tempfile.mkdtemp(prefix="workbench-replay-"))
    try:
        root = home / "project"
        ignored = shutil.ignore_patterns(
            "node_modules", ".git", ".env*", "*.pem", "*.key", "dist", "coverage"
        )
        size = sum(p.stat().st_size for p in top.rglob("*") if p.is_file() and "node_modules" not in p.parts)
        if size > _COPY_LIMIT_BYTES:
            raise ReplayError(f"{top} is larger than {_COPY_LIMIT_BYTES // 1_000_000} MB and is not copied")
        shutil.copytree(top, root, ignore=ignored, symlinks=False, ignore_dangling_symlinks=True)
        copy = root / folder.resolve().relative_to(top)
        for one in chosen:
            if active_name(one.file) != one.file:
                (copy / one.file).rename(copy / active_name(one.file))
        (root / "node_modules").symlink_to(modules, target_is_directory=True)
        _package(folder, root)
        yield root, copy
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _depth(folder: Path) -> int:
    """Return how many folders above the migrations their relative paths reach, three at most."""
    found = [0]
    for one in folder.iterdir():
        if one.is_file() and one.stat().st_size < _COPY_LIMIT_BYTES:
            text = one.read_text(encoding="utf-8", errors="replace")
            found += [len(m.split("../")) - 1 for m in re.findall(r"['\"`]((?:\./)?(?:\.\./)+)", text)]
    return min(max(found), 3)


def _package(folder: Path, root: Path) -> None:
    """Write the package.json that tells Node whether .js files are modules."""
    kind = "commonjs"
    for place in (folder.resolve(), *folder.resolve().parents):
        if (place / "package.json").is_file():
            try:
                kind = json.loads((place / "package.json").read_text(encoding="utf-8")).get("type", kind)
            except (ValueError, AttributeError):
                kind = "commonjs"
            break
    (root / "package.json").write_text(json.dumps({"name": "replay", "private": True, "type": kind}))


def _runner(root: Path, copy: Path, modules: Path, server: Server, chosen: Sequence[Migration]) -> Runner:
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


def permissions(home: Path) -> list[str]:
    """Return the options of Node's permission model: reading everywhere, writing in the throw-away folder only."""
    major = int(node_version().lstrip("v").split(".")[0])
    if major < 20:
        return []
    switch = "--permission" if major >= 23 else "--experimental-permission"
    return [switch, "--allow-fs-read=*", f"--allow-fs-write={home}/*", "--no-warnings"]


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


# --- scratch databases --------------------------------------------------------------------------------------


@contextmanager
def scratch(server: Server | None) -> Iterator[Server]:
    """Give a running server; one of our own is stopped when nobody else uses it."""
    if server is not None:
        yield server
        return
    with Server(cache_folder() / "replay") as running:
        yield running


@contextmanager
def databases(server: Server) -> Iterator[tuple[str, str]]:
    """Give two names of databases and drop what is there of them afterwards."""
    stem = f"replay_{os.getpid()}_{time.monotonic_ns() % 1_000_000}"
    names = (f"{stem}_main", f"{stem}_probe")
    try:
        yield names
    finally:
        for name in names:
            _drop(server, name)


def _create(server: Server, name: str, template: str) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"create database {quote(name)} template {quote(template)}".encode())


def _drop(server: Server, name: str) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"drop database if exists {quote(name)} with (force)".encode())


def dump(server: Server, database: str) -> frozenset[str]:
    """Return the statements of ``pg_dump --schema-only`` without comments, settings and the runner's own table."""
    options = ["--schema-only", "--no-owner", "--no-privileges", '--exclude-table=public."SequelizeMeta"']
    done = subprocess.run(
        [server.program("pg_dump"), *options, server.url(database)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ReplayError(f"pg_dump failed: {done.stderr.strip()[-300:]}")
    return frozenset(_statements(done.stdout))


def _statements(text: str) -> Iterator[str]:
    """Split a dump at its comments, which head each object; one object is one statement or a few."""
    for block in re.split(r"^--.*\n", text, flags=re.MULTILINE):
        lines = [
            line
            for line in block.strip().splitlines()
            if line and not re.match(r"SET |SELECT pg_catalog\.set_config|\\(un)?restrict ", line)
        ]
        if lines:
            yield "\n".join(lines)
