"""Node, its packages, and the throw-away copy of the reviewed project."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from workbench.declared.migrations.files import Migration
from workbench.server import cache_folder

PACKAGES = ("sequelize@6", "sequelize-cli@6", "pg@8", "typescript@5", "ts-node@10")
_COPY_LIMIT_BYTES = 50_000_000


class ReplayError(RuntimeError):
    """A replay is not possible here; the message says what is missing."""


def active_name(file: str) -> str:
    """Return the name under which a copy would run: ``x.js`` for ``x.js.bak``."""
    return re.sub(r"(\.(?:c|m)?(?:js|ts))(?:\.\w+|~)$", r"\1", file)


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


def permissions(home: Path) -> list[str]:
    """Return the options of Node's permission model: reading everywhere, writing in the throw-away folder only."""
    major = int(node_version().lstrip("v").split(".")[0])
    if major < 20:
        return []
    switch = "--permission" if major >= 23 else "--experimental-permission"
    return [switch, "--allow-fs-read=*", f"--allow-fs-write={home}/*", "--no-warnings"]
