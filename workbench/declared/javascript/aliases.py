"""Names of modules that a project's tsconfig.json (or jsconfig.json) maps to folders of its own."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_FILES = ("tsconfig.json", "jsconfig.json", "tsconfig.base.json")
_HIGHEST = 8
# What JSON does not have and these files do; texts come first, so that nothing in them is taken for a comment.
_EXTRA = re.compile(r'("(?:\\.|[^"\\\n])*")|//[^\n]*|/\*.*?\*/|,(?=\s*[}\]])', re.S)


def mapped(folder: Path, spec: str) -> Iterator[Path]:
    """Yield the paths that a module's name may stand for, seen from a file in a folder."""
    for above in (folder, *folder.parents[:_HIGHEST]):
        for name in _FILES:
            yield from _by(_options(above / name), spec)


def _by(options: Mapping[str, Any], spec: str) -> Iterator[Path]:
    base = options.get("base")
    for pattern, targets in options.get("paths", {}).items():
        head, star, tail = pattern.partition("*")
        if star and spec.startswith(head) and spec.endswith(tail) and len(spec) >= len(head) + len(tail):
            middle = spec[len(head) : len(spec) - len(tail)]
        elif spec == pattern:
            middle = ""
        else:
            continue
        for target in targets if isinstance(targets, list) else ():
            if isinstance(target, str) and isinstance(options.get("home"), Path):
                yield options["home"] / target.replace("*", middle, 1)
    if isinstance(base, Path):
        yield base / spec


@functools.lru_cache(256)
def _options(file: Path, depth: int = 0) -> Mapping[str, Any]:
    """Return ``paths`` with the folder that they start from, and ``baseUrl``; what extends another adds to it."""
    try:
        text = _EXTRA.sub(lambda found: found[1] or "", file.read_text(encoding="utf-8-sig"))
        content = json.loads(text)
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(content, dict):
        return {}
    parent = content.get("extends")
    found: dict[str, Any] = {}
    if isinstance(parent, str) and parent.startswith(".") and depth < _HIGHEST:
        above = file.parent / parent
        found.update(
            _options(above if above.suffix == ".json" else above.with_name(f"{above.name}.json"), depth + 1)
        )
    options = content.get("compilerOptions")
    options = options if isinstance(options, dict) else {}
    if isinstance(options.get("baseUrl"), str):
        found["base"] = file.parent / options["baseUrl"]
    if isinstance(options.get("paths"), dict):
        found["paths"] = options["paths"]
        found["home"] = found.get("base", file.parent)
    return found
