"""Source files: which ones are read, parsed with tree-sitter, and what each declares, imports and exports.

Hostile folders are expected: links are not followed, dependencies, tests and type declarations are left out,
and a file that is too big or is no text is listed as skipped rather than read.
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tree_sitter_javascript
import tree_sitter_typescript
from tree_sitter import Language, Node, Parser

from workbench.declared.javascript.aliases import mapped
from workbench.declared.javascript.syntax import pattern_keys, root_of, string_value, text_of
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
_LEFT_OUT = re.compile(r"(\.d\.[mc]?ts|[.-](spec|test|e2e-spec)\.[mc]?[jt]sx?|\.min\.js)$")
MAX_BYTES = 2_000_000
# ``a.b = …`` and ``a[b] = …`` inside of loops and callbacks.
_CHANGED = re.compile(r"(?<![\w$.])([A-Za-z_$][\w$]*)(?:\.[\w$]+|\[[^\]\n]*\])+\s*=(?![=>])")
_CHOICES = frozenset(
    ("if_statement", "for_statement", "for_in_statement", "while_statement", "do_statement", "try_statement")
)


@dataclass(frozen=True)
class Binding:
    """What a name stands for: ``kind`` value, class, enum, type, function, import, export or item.

    ``node`` is the initializer, declaration or import statement. For imports ``spec`` is the module and
    ``name`` what is taken of it, ``*`` for all. For an item of a destructured value ``name`` is its key.
    """

    kind: str
    node: Node | None = None
    spec: str = ""
    name: str = ""


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
        found = _values_first(_declared(self.node))
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
        return _values_first(_exported(self.root))

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
            folders[:] = sorted(f for f in folders if f not in SKIPPED_FOLDERS and not f.startswith("."))
            for name in files:
                if name.endswith(EXTENSIONS) and not _LEFT_OUT.search(name):
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


def _values_first(bindings: Iterable[tuple[str, Binding]]) -> dict[str, Binding]:
    """Return bindings by name; a type may have the name of a value, and expressions mean the value."""
    found: dict[str, Binding] = {}
    for name, binding in bindings:
        if binding.kind != "type" or name not in found:
            found[name] = binding
    return found


def _declared(block: Node) -> Iterator[tuple[str, Binding]]:
    for statement in block.named_children:
        declaration: Node | None = statement
        if statement.type == "export_statement":
            declaration = statement.child_by_field_name("declaration")
        if declaration is None:
            continue
        if declaration.type == "import_statement":
            yield from _imported(declaration)
        elif declaration.type == "ambient_declaration":
            continue
        else:
            yield from _names(declaration)


def _names(declaration: Node) -> Iterator[tuple[str, Binding]]:
    kind = declaration.type
    if kind in ("lexical_declaration", "variable_declaration"):
        for declarator in declaration.named_children:
            target, value = declarator.child_by_field_name("name"), declarator.child_by_field_name("value")
            if target is None or value is None:
                continue
            if target.type == "identifier":
                yield text_of(target), Binding("value", value)
            elif target.type == "object_pattern":
                yield from ((local, Binding("item", value, name=key)) for local, key in pattern_keys(target))
    elif kind in ("class_declaration", "abstract_class_declaration"):
        yield text_of(declaration.child_by_field_name("name")), Binding("class", declaration)
    elif kind == "type_alias_declaration":
        value = declaration.child_by_field_name("value")
        yield text_of(declaration.child_by_field_name("name")), Binding("type", value)
    elif kind == "enum_declaration":
        yield text_of(declaration.child_by_field_name("name")), Binding("enum", declaration)
    elif kind in ("function_declaration", "generator_function_declaration"):
        yield text_of(declaration.child_by_field_name("name")), Binding("function", declaration)


def _imported(statement: Node) -> Iterator[tuple[str, Binding]]:
    required = next((c for c in statement.named_children if c.type == "import_require_clause"), None)
    if required is not None:  # import x = require("y")
        name = text_of(required.named_children[0])
        spec = string_value(required.child_by_field_name("source"))
        yield name, Binding("import", statement, spec, "=")
        return
    spec = string_value(statement.child_by_field_name("source"))
    clause = next((c for c in statement.named_children if c.type == "import_clause"), None)
    for part in clause.named_children if clause is not None else ():
        if part.type == "identifier":
            yield text_of(part), Binding("import", statement, spec, "default")
        elif part.type == "namespace_import":
            yield text_of(part.named_children[0]), Binding("import", statement, spec, "*")
        elif part.type == "named_imports":
            for one in part.named_children:
                name = text_of(one.child_by_field_name("name"))
                local = text_of(one.child_by_field_name("alias")) or name
                yield local, Binding("import", statement, spec, name)


def _exported(root: Node) -> Iterator[tuple[str, Binding]]:
    for number, statement in enumerate(root.named_children):
        if statement.type == "export_statement":
            yield from _export_statement(statement, number)
        elif statement.type == "expression_statement" and statement.named_children:
            yield from _assigned_exports(statement.named_children[0])


def _export_statement(statement: Node, number: int) -> Iterator[tuple[str, Binding]]:
    spec = string_value(statement.child_by_field_name("source"))
    declaration = statement.child_by_field_name("declaration")
    value = statement.child_by_field_name("value")
    is_default = any(child.type == "default" for child in statement.children)
    if declaration is not None:
        for name, binding in _names(declaration):
            yield "default" if is_default else name, binding
    elif value is not None:
        yield "default", Binding("value", value)
    elif any(child.type == "=" for child in statement.children):
        yield "=", Binding("value", statement.named_children[-1])
    namespace = next((c for c in statement.named_children if c.type == "namespace_export"), None)
    clause = next((c for c in statement.named_children if c.type == "export_clause"), None)
    if namespace is not None:
        yield text_of(namespace.named_children[0]), Binding("import", spec=spec, name="*")
    elif clause is not None:
        for one in clause.named_children:
            name = text_of(one.child_by_field_name("name"))
            exported = text_of(one.child_by_field_name("alias")) or name
            yield exported, Binding("import" if spec else "export", spec=spec, name=name)
    elif spec and declaration is None:
        yield f"*{number}", Binding("import", spec=spec, name="*")


def _assigned_exports(expression: Node) -> Iterator[tuple[str, Binding]]:
    if expression.type != "assignment_expression":
        return
    target, value = text_of(expression.child_by_field_name("left")), expression.child_by_field_name("right")
    # module.exports = exports = X; and exports.a = exports.b = X, of which the first name is enough.
    while value is not None and value.type == "assignment_expression":
        value = value.child_by_field_name("right")
    if target in ("module.exports", "exports"):
        yield "=", Binding("value", value)
    else:
        found = re.fullmatch(r"(?:module\.)?exports\.([\w$]+)", target)
        if found:
            yield found[1], Binding("value", value)
