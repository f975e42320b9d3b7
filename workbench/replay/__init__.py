"""Shadow replay: the reviewed migrations are run for real, on a scratch database that is thrown away.

This is the one place where code of the reviewed project is executed, and only when asked to. It runs in a child
process with an environment that holds no secrets, on a copy of the files in a throw-away folder. Node's own
permission model, where Node has it, keeps it from starting programs and from writing elsewhere; what it may read
and the network are not restricted, so migrations that nobody trusts should not be replayed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.catalog import Snapshot, capture
from workbench.declared.migrations.files import Migration, migrations_folder, read_migrations
from workbench.replay.project import ReplayError, active_name, find_modules, node_version, throwaway
from workbench.replay.runners import CliRunner, NodeRunner, Run, Runner, choose
from workbench.replay.scratch import create, databases, drop, dump, scratch
from workbench.server import Server
from workbench.targets import Target, parse_url

__all__ = [
    "CliRunner",
    "NodeRunner",
    "Replay",
    "ReplayError",
    "Run",
    "Runner",
    "Step",
    "find_modules",
    "replay",
]


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
        runner = choose(root, copy, modules, running, chosen)
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
        create(server, main, "template0")
        empty = dump(server, main)
        done: list[str] = []
        before = empty
        for one in chosen:
            name = active_name(one.file)
            create(server, probe, main)
            up = runner.run(main, name, "up")
            if up.ok:
                done.append(name)
                result.steps.append(_taken_back(runner, server, probe, one.file, before, up))
            else:
                runner.skip(main, name)
                remains = tuple(sorted(dump(server, main) - before))
                result.steps.append(Step(one.file, up, partial=remains))
            drop(server, probe)
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
