"""Migration files: which there are, in which order they run, and what each does up and down."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import tree_sitter_javascript
import tree_sitter_typescript
from tree_sitter import Language, Node, Parser

from workbench.declared.migrations.calls import operations_of, passed_transaction
from workbench.declared.migrations.operations import Operation
from workbench.declared.migrations.script.follower import Call, Follower, TooLongError
from workbench.declared.migrations.script.values import Function, Name, line_of

_SCRIPT = re.compile(r"\.(?:c|m)?(js|ts)$")
_COPY = re.compile(r"(\.(?:c|m)?(?:js|ts))(?:\.(?:bak|backup|old|orig|disabled|save|skip|tmp)|~)$")
_STAMP = re.compile(r"^(\d{4}[-_]?\d{2}[-_]?\d{2}[-_T]?\d{0,9}|\d{10,17}|\d{1,6})(?=[-_.])")
_IDLE = re.compile(r"(console|logger|log|Promise)\b")
_BYTES_LIMIT = 4_000_000
_INTERFACE = Name(("queryInterface",))
_GIVEN = {
    "context": _INTERFACE,
    "queryInterface": _INTERFACE,
    "sequelize": _INTERFACE,
    "Sequelize": Name(("Sequelize",)),
    "DataTypes": Name(("Sequelize", "DataTypes")),
}


ONLY_RUNNING = "the name is only known at run time"
"""End of the reason why an operation with an open name was not read."""


@dataclass(frozen=True)
class Trouble:
    """Something in a migration that could not be read."""

    file: str
    line: int
    direction: str
    reason: str


@dataclass(frozen=True)
class Migration:
    """One file of the migrations' folder.

    ``kind`` is ``active``, ``backup`` (a copy that no runner takes) or ``helper`` (it has neither up nor down).
    ``transaction`` says how each direction uses one: ``none``, ``manual``, ``managed``.
    """

    file: str
    kind: str
    stamp: str
    form: str = ""
    lines_count: int = 0
    purpose: str = ""
    up_line: int = 0
    down_line: int = 0
    operations: tuple[Operation, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    transaction: dict[str, str] = field(default_factory=dict)
    throws: dict[str, bool] = field(default_factory=dict)
    has_up: bool = False
    has_down: bool = False

    @property
    def name(self) -> str:
        """The file's name without its extensions."""
        return re.sub(r"(\.(c|m)?(js|ts))?(\.\w+|~)?$", "", Path(self.file).name)

    def steps(self, direction: str) -> list[Operation]:
        """Return the operations of one direction, those of error handlers left out."""
        return [o for o in self.operations if o.direction == direction and not o.circumstances.in_handler]


@functools.cache
def parser(kind: str) -> Parser:
    """Return the parser for ``js`` or ``ts`` files."""
    if kind == "js":
        return Parser(Language(tree_sitter_javascript.language()))
    return Parser(Language(tree_sitter_typescript.language_typescript()))


def migrations_folder(path: Path) -> Path:
    """Return the folder that holds the migrations: the one given, or the nearest below it that does.

    Raises:
        FileNotFoundError: there is no such folder, or no migration in it.
    """
    if path.is_file():
        return path.parent
    if not path.is_dir():
        raise FileNotFoundError(f"{path}: no such folder")
    if any(_is_candidate(one) for one in path.iterdir()):
        return path
    below = sorted(
        (p for p in path.rglob("migrations") if p.is_dir() and "node_modules" not in p.parts),
        key=lambda p: (len(p.parts), str(p)),
    )
    found = next((p for p in below if any(_is_candidate(one) for one in p.iterdir())), None)
    if found is None:
        raise FileNotFoundError(f"{path} holds no Sequelize migrations (.js, .ts, or a copy such as .js.bak)")
    return found


def _is_candidate(path: Path) -> bool:
    name = path.name
    if not path.is_file() or name.endswith(".d.ts") or re.search(r"\.(spec|test)\.", name):
        return False
    return bool(_SCRIPT.search(name) or _COPY.search(name))


def read_migrations(path: Path) -> list[Migration]:
    """Read every migration of a folder in the order in which a runner takes them; nothing is executed."""
    folder = migrations_folder(path)
    files = sorted((one for one in folder.iterdir() if _is_candidate(one)), key=lambda p: p.name)
    return [read_migration(one, folder) for one in files]


def read_migration(path: Path, folder: Path) -> Migration:
    """Read one file."""
    file = path.relative_to(folder).as_posix()
    stamp = _STAMP.match(path.name)
    kind = "backup" if _COPY.search(path.name) else "active"
    blank = Migration(file, kind, stamp[1] if stamp else "")
    if path.stat().st_size > _BYTES_LIMIT:
        return replace(blank, troubles=(Trouble(file, 1, "", "the file is larger than 4 MB"),))
    source = path.read_bytes()
    program = parser("ts" if ".ts" in path.name else "js").parse(source).root_node
    troubles = []
    if program.has_error:
        broken = _first_error(program)
        troubles.append(Trouble(file, line_of(broken), "", "a syntax error, or syntax that is not known"))
    made = replace(
        blank,
        lines_count=source.count(b"\n") + 1,
        purpose=_purpose(program),
        troubles=tuple(troubles),
    )
    for direction in ("up", "down"):
        made = _follow(made, direction, program, path, folder)
    if not made.has_up and not made.has_down and not stamp:
        return replace(made, kind="helper" if kind == "active" else kind)
    if not made.has_up:
        reason = "no function up was found: it is written in a form that is not known, or it is missing"
        made = replace(made, troubles=(*made.troubles, Trouble(file, 1, "up", reason)))
    return made


def _first_error(node: Node) -> Node:
    while node.has_error and (inner := [c for c in node.children if c.has_error or c.is_missing]):
        node = inner[0]
    return node


def _purpose(program: Node) -> str:
    """Return the first sentence of the comment at the top of a file."""
    first = next((c for c in program.named_children if c.type == "comment"), None)
    if first is None or first.text is None or first.start_point[0] > 12:
        return ""
    lines = [
        re.sub(r"^[\s/*!]+|\*/$", "", one).strip() for one in first.text.decode(errors="replace").splitlines()
    ]
    said = [one for one in lines if one and not one.startswith("@")]
    return said[0][:200] if said else ""


def _follow(made: Migration, direction: str, program: Node, path: Path, folder: Path) -> Migration:
    """Follow one direction, with the file's top level followed anew: it may have changed its arrays."""
    loader = _Loader(path, _project(folder))
    follower = Follower(loader.load, loader.text, made.file, str(path.parent))
    troubles = list(made.troubles)
    function, form = None, made.form
    try:
        exports = follower.run_module(program)
        function, form = _find(exports, direction)
        follower.calls.clear()
        if function is not None:
            follower.call_function(function, _arguments(function), function.this)
    except TooLongError as error:
        troubles.append(Trouble(made.file, 1, direction, f"followed no further: {error}"))
    except RecursionError:
        troubles.append(Trouble(made.file, 1, direction, "followed no further: nested too deeply"))
    operations, transaction = _operations(follower.calls, direction)
    for one in operations:
        if one.details.get("opaque"):
            troubles.append(Trouble(one.file or made.file, one.line, direction, str(one.details["opaque"])))
        elif not one.is_resolved:
            reason = f"{one.kind} of {one.object}: {ONLY_RUNNING}"
            troubles.append(Trouble(one.file or made.file, one.line, direction, reason))
    if function is not None and not follower.calls and not follower.thrown and _does_something(function.node):
        reason = "nothing that it calls was seen to reach the query interface"
        troubles.append(Trouble(made.file, line_of(function.node), direction, reason))
    line = line_of(function.node) if function is not None else 0
    place: dict[str, Any] = {f"has_{direction}": function is not None, f"{direction}_line": line}
    return replace(
        made,
        form=form or made.form,
        operations=(*made.operations, *operations),
        troubles=tuple(dict.fromkeys(troubles)),
        transaction={**made.transaction, direction: transaction},
        throws={**made.throws, direction: bool(follower.thrown)},
        **place,
    )


def _does_something(node: Node) -> bool:
    """Tell whether a function calls anything but a log or a promise."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        waiting += one.named_children
        callee = one.child_by_field_name("function") if one.type == "call_expression" else None
        if callee is not None and not _IDLE.match((callee.text or b"").decode(errors="replace")):
            return True
    return False


def _operations(calls: Sequence[Call], direction: str) -> tuple[list[Operation], str]:
    opened = [call for call in calls if call.path[-1] == "transaction"]
    managed = any(call.arguments and isinstance(call.arguments[-1], Function) for call in opened)
    found: list[Operation] = []
    for call in calls:
        passes = passed_transaction(call)
        state = "own" if passes else "missing" if opened else "none"
        found += [replace(one, direction=direction, transaction=state) for one in operations_of(call)]
    return found, "managed" if managed else "manual" if opened else "none"


def _find(exports: dict[str, Any], direction: str) -> tuple[Function | None, str]:
    """Return the function of a direction and the form in which the file gives it."""
    classes = [value for value in exports.values() if isinstance(value, dict)]
    places = [(exports, "module.exports"), (exports.get("default"), "export default")]
    for place, form in [*places, *((one, "export class") for one in classes)]:
        found = place.get(direction) if isinstance(place, dict) else None
        if isinstance(found, Function):
            return found, form
    return None, ""


def _arguments(function: Function) -> list[Any]:
    """Return what a runner gives: ``(queryInterface, Sequelize)``, or umzug's one object."""
    node = function.node
    listed = node.child_by_field_name("parameters") or node.child_by_field_name("parameter")
    first = next(iter(listed.named_children), None) if listed is not None else None
    pattern = first.child_by_field_name("pattern") or first if first is not None else None
    if pattern is not None and pattern.type == "object_pattern":
        return [dict(_GIVEN), Name(("Sequelize",))]
    return [_INTERFACE, Name(("Sequelize",)), Name(("Sequelize", "DataTypes"))]


def _project(folder: Path) -> Path:
    """Return the folder of the project: the nearest one above with a package.json."""
    home = folder.resolve()
    return next((p for p in home.parents if (p / "package.json").is_file()), home.parent)


class _Loader:
    """Follows the files that a migration requires by a relative path, inside the project only."""

    def __init__(self, home: Path, root: Path) -> None:
        self.home = home
        self.root = root.resolve()
        self.loaded: dict[Path, Any] = {}

    def load(self, source: str) -> Any:
        """Return what a module exports; None when it is not there or not a script."""
        base = (self.home.parent / source).resolve()  # an absolute one comes from __dirname
        candidates = [base, *(base.with_name(base.name + e) for e in (".js", ".ts", ".json", ".cjs"))]
        candidates += [base / "index.js", base / "index.ts"]
        path = next((p for p in candidates if p.is_file()), None)
        if path is None or not path.is_relative_to(self.root) or path.stat().st_size > _BYTES_LIMIT:
            return None
        if path not in self.loaded:
            self.loaded[path] = {}
            self.loaded[path] = self._read(path)
        return self.loaded[path]

    def text(self, source: str) -> str | None:
        """Return a text file of the project, SQL as a rule; None when it is not there or lies outside."""
        path = (self.home.parent / source).resolve()
        inside = path.is_relative_to(self.root) and path.is_file() and path.stat().st_size <= _BYTES_LIMIT
        return path.read_text(encoding="utf-8", errors="replace") if inside else None

    def _read(self, path: Path) -> Any:
        if path.suffix == ".json":
            try:
                return json.loads(path.read_text(encoding="utf-8"))
            except ValueError:
                return None
        program = parser("ts" if path.suffix == ".ts" else "js").parse(path.read_bytes()).root_node
        inner = _Loader(path, self.root)
        inner.loaded = self.loaded
        exports = Follower(inner.load, inner.text, path.name, str(path.parent)).run_module(program)
        return exports.get("default", exports) if set(exports) == {"default"} else exports
