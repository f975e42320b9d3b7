"""What Node gives a source: where it lies, paths made from that, its environment."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.declared.javascript.values import UNDEFINED, External

_PATH_MODULES = ("path", "node:path")


def outside(name: str, path: Path) -> Any:
    """Return what a name stands for that no source declares."""
    if name == "undefined":
        return UNDEFINED
    if name == "__dirname":
        return str(path.parent)
    return str(path) if name == "__filename" else External(("global", name))


def package(spec: str, name: str) -> External:
    """Return what an import takes of a package; ``process`` is the same thing when it is imported."""
    if spec in ("process", "node:process"):
        return External(("global", "process", *(() if name in ("*", "=", "default") else (name,))))
    return External((spec,) if name in ("*", "=", "default") else (spec, name))


def member_of(value: External, name: str) -> Any:
    """Return a member of a thing of a package."""
    # Without an environment the defaults of ``process.env.X || default`` hold.
    if value.path[:3] == ("global", "process", "env"):
        return UNDEFINED
    if name == "default" and len(value.path) == 1:
        return value  # what a compiler reads off a package
    return External((*value.path, name))


def joined(path: tuple[str, ...], arguments: Sequence[Any]) -> str | None:
    """Return what ``path.join`` or ``path.resolve`` gives; None for any other function."""
    known = path[0] in _PATH_MODULES and path[-1] in ("join", "resolve")
    if not known or not arguments or not all(isinstance(one, str) for one in arguments):
        return None
    return os.path.normpath("/".join(arguments) if path[-1] == "join" else str(Path(*arguments)))
