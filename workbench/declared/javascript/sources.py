"""Source files: which ones are read, parsed with tree-sitter, and what each declares, imports and exports.

Hostile folders are expected: links are not followed, dependencies, tests and type declarations are left out,
and a file that is too big or is no text is listed as skipped rather than read.
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tree_sitter_javascript
import tree_sitter_typescript
from tree_sitter import Language, Node, Parser

from workbench.declared.javascript.aliases import mapped
from workbench.declared.javascript.bindings import Binding, declared, exported, values_first
from workbench.declared.javascript.compiled import filled
from workbench.declared.javascript.syntax import root_of, text_of
from workbench.declared.javascript.values import Site

EXTENSIONS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
SKIPPED_FOLDERS = frozenset(
    [
        "node_modules",
        "bower_components",
        "dist",
        "build",
        "coverage",
        "vendor",
        "__tests__",
        "__mocks__",
        "migrations",
        "seeders",
    ]
)
_TESTS = frozenset(("test", "tests", "spec", "specs", "e2e", "mocks", "fixtures", "examples", "example"))
_LEFT_OUT = re.compile(r"(\.d\.[mc]?ts|[.-](spec|test|e2e-spec)\.[mc]?[jt]sx?|\.min\.js)$")
MAX_BYTES = 2_000_000
# ``a.b = …`` and ``a[b] = …`` inside of loops and callbacks.
_CHANGED = re.compile(r"(?<![\w$.])([A-Za-z_$][\w$]*)(?:\.[\w$]+|\[[^\]\n]*\])+\s*=(?![=>])")
_CHOICES = frozenset(
    ("if_statement", "for_statement", "for_in_statement", "while_statement", "do_statement", "try_statement")
)


@dataclass(eq=False)
class Scope:
    """The names that a block or function declares; ``values`` holds what is already known of them."""

    module: Module
    node: Node
    parent: Scope | None
    values: dict[str, Any] = field(default_factory=dict)

    @functools.cached_property
    def bindings(self) -> dict[str, Binding]:
        """Names declared directly in this scope; one declared without a value has that of its assignment."""
        found = values_first(declared(self.node))
        for statement in self.node.named_children:
            for name, function in filled(statement):
                found.setdefault(name, Binding("filled", function))
        for name, node in self.assigned.items():
            if "." not in name:
                found.setdefault(name, Binding("value", node))
        return found

    @functools.cached_property
    def assigned(self) -> dict[str, Node]:
        """What statements of this scope assign to ``name`` and ``name.property``, first assignments only."""
        found: dict[str, Node] = {}
        for statement in self.node.named_children:
            inner = statement.named_children[0] if statement.type == "expression_statement" else None
            if inner is None or inner.type != "assignment_expression":
                continue
            left, right = inner.child_by_field_name("left"), inner.child_by_field_name("right")
            plain = left is not None and left.type in ("identifier", "member_expression")
            if plain and right is not None:
                found.setdefault("".join(text_of(left).split()), right)
        return found

    @functools.cached_property
    def changes(self) -> dict[str, list[Node]]:
        """Statements of this scope that may change what a name stands for: a part of it is set, added, removed."""
        found: dict[str, list[Node]] = {}
        for statement in self.node.named_children:
            if any(filled(statement)):
                continue
            if statement.type == "expression_statement" and statement.named_children:
                names = {root_of(statement.named_children[0])} - {""}
                if (not names and b"=>" in (statement.text or b"")) or b"function" in (statement.text or b""):
                    names |= set(_CHANGED.findall(text_of(statement)))
            elif statement.type in _CHOICES:
                names = set(_CHANGED.findall(text_of(statement)))
            else:
                continue
            for name in names:
                found.setdefault(name, []).append(statement)
        return found

    def find(self, name: str) -> Scope | None:
        """Return the innermost scope that knows a name."""
        scope: Scope | None = self
        while scope is not None and name not in scope.values and name not in scope.bindings:
            scope = scope.parent
        return scope


@dataclass(eq=False)
class Module:
    """One source file: its tree, its top-level scope, what it exports."""

    path: Path
    file: str
    text: bytes
    root: Node

    @functools.cached_property
    def scope(self) -> Scope:
        """The scope of the module's top level."""
        return Scope(self, self.root, None)

    @functools.cached_property
    def exports(self) -> dict[str, Binding]:
        """Exported names; ``=`` is ``module.exports = …``, ``*1``, ``*2`` … are ``export * from …``."""
        return values_first(exported(self.root))

    def site(self, node: Node) -> Site:
        """Return where a node starts."""
        return self.file, node.start_point[0] + 1

    def __repr__(self) -> str:
        return f"Module({self.file})"


class Library:
    """The modules of one reading, each parsed once; files outside the folder are read when imported."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.skipped: list[tuple[str, str]] = []
        self._modules: dict[Path, Module | None] = {}
        self._resolved: dict[tuple[Path, str], Path | None] = {}

    def walk(
        self, wanted: Callable[[Path, bytes], bool] | None = None, folder: Path | None = None
    ) -> Iterator[Module]:
        """Yield the modules of the folder, or the one file that it is, in the order of their paths.

        With ``wanted``, a test of path and text, the other files are not parsed; with ``folder`` those of
        another folder are read.
        """
        for path in sorted(self._paths(folder or self.root), key=self.relative):
            if wanted is not None and not self._is_wanted(path, wanted):
                continue
            module = self.load(path)
            if module is not None:
                yield module

    def _is_wanted(self, path: Path, wanted: Callable[[Path, bytes], bool]) -> bool:
        try:
            return path.is_file() and path.stat().st_size <= MAX_BYTES and wanted(path, path.read_bytes())
        except OSError:
            return True  # load() tells why it cannot be read

    def _paths(self, root: Path) -> Iterator[Path]:
        if root.is_file():
            yield root
            return
        for folder, folders, files in os.walk(root, followlinks=False):
            # Beside the sources of a package these folders hold tests; deeper down the words may be the project's.
            skipped = SKIPPED_FOLDERS | (_TESTS if "package.json" in files or "src" in folders else set())
            folders[:] = sorted(f for f in folders if f not in skipped and not f.startswith("."))
            names = set(files)
            for name in files:
                if name.endswith(EXTENSIONS) and not _LEFT_OUT.search(name):
                    # user.js beside user.ts is what the compiler made of it.
                    stem, _, extension = name.rpartition(".")
                    if extension not in ("js", "mjs", "cjs") or not {f"{stem}.ts", f"{stem}.tsx"} & names:
                        yield Path(folder) / name

    def relative(self, path: Path) -> str:
        """Return a path as seen from the folder that is read, with forward slashes."""
        base = self.root.parent if self.root.is_file() else self.root
        return Path(os.path.relpath(path, base)).as_posix()

    def load(self, path: Path) -> Module | None:
        """Return the module of a file; None when it cannot be read, which ``skipped`` then says."""
        if path not in self._modules:
            self._modules[path] = self._parse(path)
        return self._modules[path]

    def _parse(self, path: Path) -> Module | None:
        file = self.relative(path)
        try:
            # A device or a pipe in place of a file would block or never end.
            if not path.is_file() or (path.is_symlink() and not path.resolve().is_file()):
                raise OSError("not a regular file")
            if path.stat().st_size > MAX_BYTES:
                raise OSError(f"larger than {MAX_BYTES} bytes")
            text = path.read_bytes()
        except OSError as error:
            self.skipped.append((file, f"not read: {error.strerror or error}"))
            return None
        if b"\0" in text:
            self.skipped.append((file, "not read: no text"))
            return None
        return Module(path, file, text, _parser(path.suffix).parse(text).root_node)

    def resolve(self, importer: Module, spec: str) -> Path | None:
        """Return the file that an import names; None for a package."""
        key = (importer.path.parent, spec)
        if key not in self._resolved:
            self._resolved[key] = self._resolve(importer, spec)
        return self._resolved[key]

    def _resolve(self, importer: Module, spec: str) -> Path | None:
        if Path(spec).is_absolute():  # made from __dirname
            return _source_file(Path(os.path.normpath(spec)))
        if spec.startswith("."):
            return _source_file(Path(os.path.normpath(importer.path.parent / spec)))
        if spec.startswith(("@/", "~/", "src/", "#")):
            tail = spec.split("/", 1)[-1] if spec[0] in "@~#" else spec
            found = self._by_alias(importer.path.parent, tail)
            if found is not None:
                return found
        for path in mapped(importer.path.parent, spec):
            found = _source_file(Path(os.path.normpath(path)))
            if found is not None and "node_modules" not in found.parts:
                return found
        return None

    @functools.cache  # noqa: B019 - a library lives as long as one reading
    def _by_alias(self, start: Path, tail: str) -> Path | None:
        """Return the file that ``@/tail`` means: below the nearest folder above that has it, or its ``src``."""
        for folder in (start, *start.parents[:8]):
            for base in (folder / "src", folder):
                found = _source_file(base / tail)
                if found is not None:
                    return found
        return None


def _source_file(path: Path) -> Path | None:
    """Return the file behind an import's path, as Node and TypeScript look for it."""
    stem = path.with_suffix("") if path.suffix in (".js", ".mjs", ".cjs", ".jsx") else None
    candidates = [path] if path.suffix in (*EXTENSIONS, ".json") else []
    candidates += [path.with_name(path.name + extension) for extension in (*EXTENSIONS, ".json")]
    candidates += [stem.with_name(stem.name + extension) for extension in (".ts", ".tsx")] if stem else []
    candidates += [path / f"index{extension}" for extension in EXTENSIONS]
    return next((one for one in candidates if one.is_file()), None)


@functools.cache
def _parser(suffix: str) -> Parser:
    if suffix in (".ts", ".mts", ".cts"):
        return Parser(Language(tree_sitter_typescript.language_typescript()))
    if suffix == ".tsx":
        return Parser(Language(tree_sitter_typescript.language_tsx()))
    return Parser(Language(tree_sitter_javascript.language()))


def read_json(path: Path) -> Any:
    """Return the content of a JSON file; None when it is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
