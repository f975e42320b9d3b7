"""Reading a folder of Sequelize models: both forms, in the order in which the application would load them.

Order: models that a list names (``models: […]`` of ``new Sequelize`` or ``forRoot``, ``addModels([…])``)
come first and in its order; the others follow by path, as ``addModels([folder])`` and the usual
``models/index.js`` load them. It matters where two associations decide one key.
"""

from __future__ import annotations

import functools
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.catalog import make_frame
from workbench.declared import FRAMES
from workbench.declared.javascript.evaluate import Evaluator
from workbench.declared.javascript.sources import Library, Module
from workbench.declared.javascript.values import ClassRef
from workbench.declared.models.calls import CallReader, Found, distribute
from workbench.declared.models.connections import MAKES_CONNECTION, Connection, connect, project_around
from workbench.declared.models.decorators import DecoratorReader
from workbench.declared.models.indexes import Row
from workbench.declared.models.names import clip
from workbench.declared.models.rules import World
from workbench.declared.models.tables import TableWriter
from workbench.declared.models.written import Import, ModelSource, Sources, Unread


@dataclass
class Declared:
    """What a folder declares: rows of each frame by the frame's name."""

    root: Path
    rows: dict[str, list[Row]] = field(default_factory=dict)
    files: int = 0

    @functools.cached_property
    def frames(self) -> dict[str, pd.DataFrame]:
        """The declared frames by name."""
        chosen = {name: columns for name, columns in FRAMES.items() if name.startswith("declared_")}
        return {name: frame_of(columns, self.rows.get(name, [])) for name, columns in chosen.items()}


def read(path: Path) -> Declared:
    """Read a folder of models, or one file.

    Raises:
        FileNotFoundError: there is no such folder or file.
    """
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such folder of models")
    library = Library(path)
    evaluator = Evaluator(library)
    sources, files = collect(library, evaluator)
    rows = effective(sources)
    return Declared(path, rows, files)


def collect(library: Library, evaluator: Evaluator) -> tuple[Sources, int]:
    """Return what the sources declare as written, and the number of files."""
    sources, decorated, calls, files = Sources(), DecoratorReader(evaluator), CallReader(evaluator), 0
    found: list[Found] = []
    for module in library.walk():
        files += 1
        sources.imports += _imports(library, module)
        try:
            sources.models += decorated.models(module)
            found.append(calls.read(module))
        except RecursionError:
            sources.unread.append(Unread((module.file, 1), "unread", "the source is nested too deeply"))
            continue
        sources.models += found[-1].models
        if module.root.has_error:
            line = _first_error(module.root)
            reason = "a syntax error; what is around it may be lost"
            sources.unread.append(Unread((module.file, line), "unread", reason))
    sources.models += calls.follow(library, found)
    assign_packages(library, sources.models)
    connections = [connection for one in found for connection in one.connections]
    connect(sources, connections or _connections_around(library, calls))
    _remove(sources.models, [removal for one in found for removal in one.removed])
    calls_made = [association for one in found for association in one.associations]
    sources.associations += distribute(sources.models, calls_made)
    sources.unread += [unread for one in found for unread in one.unread]
    sources.unread += decorated.unread
    sources.unread += [Unread((file, 1), "ignored", reason) for file, reason in library.skipped]
    lazy = [(note.site, note.target) for model in sources.models for note in model.notes]
    lazy += [(one.site, one.target) for model in sources.models for one in model.associations]
    sources.imports += [
        Import(file, target.file, True, line)
        for (file, line), target in lazy
        if isinstance(target, ClassRef) and target.file != file
    ]
    return sources, files


def assign_packages(library: Library, models: Sequence[ModelSource]) -> None:
    """Tell models which package below the folder of the sources they belong to."""
    root = library.root

    @functools.cache
    def package(folder: str) -> str:
        if folder in ("", ".") or folder.startswith(".."):
            return ""
        here = (root / folder / "package.json").exists()
        return folder if here else package(posixpath.dirname(folder))

    for model in models:
        model.package = package(posixpath.dirname(model.site[0]))


def _imports(library: Library, module: Module) -> Iterator[Import]:
    """Yield the files that a module needs when it is loaded; imports of types alone are gone by then."""
    for binding in module.scope.bindings.values():
        if binding.kind == "import" and binding.spec.startswith(".") and binding.node is not None:
            path = library.resolve(module, binding.spec)
            if path is not None and not any(child.type == "type" for child in binding.node.children):
                yield Import(module.file, library.relative(path), False, module.site(binding.node)[1])


def _connections_around(library: Library, calls: CallReader) -> list[Connection]:
    """Return the connections that the rest of the project makes, when the folder of the models makes none."""
    project = project_around(library.root)
    if project is None:
        return []
    chosen = library.walk(lambda _, text: MAKES_CONNECTION.search(text) is not None, project)
    return [connection for module in chosen for connection in calls.read(module).connections]


def _remove(models: Sequence[ModelSource], removals: Sequence[tuple[Any, str]]) -> None:
    """Tell models which of their attributes are taken away after they are defined."""
    for ref, attribute in removals:
        name = getattr(ref, "name", "")
        for model in models:
            if ref in (model.ref, name) or model.name == name:
                model.removed.add(attribute)


def _first_error(node: Any) -> int:
    while node.children:
        inner = next((c for c in node.children if c.has_error or c.is_missing or c.type == "ERROR"), None)
        if inner is None or inner.type == "ERROR":
            node = inner or node
            break
        node = inner
    return int(node.start_point[0]) + 1


def effective(sources: Sources) -> dict[str, list[Row]]:
    """Return the rows of all declared frames, Sequelize's rules applied."""
    world = World(sources)
    writer = TableWriter(world)
    rows = {f"declared_{name}": part for name, part in writer.write().items()}
    _alternatives(sources, rows["declared_foreign_keys"])
    rows["declared_associations"] = [_association(number, made) for number, made in enumerate(world.made)]
    unread = [*sources.unread, *world.unread, *writer.unread]
    rows["declared_imports"] = [vars(one) for one in dict.fromkeys(sources.imports)]
    rows["declared_unread"] = [_unread(one) for one in dict.fromkeys(unread)]
    return rows


def _alternatives(sources: Sources, keys: list[Row]) -> None:
    """Note the actions that would result if the models were loaded in reverse order."""
    reverse = World(sources, reverse=True)
    other: dict[tuple[str, str, str], tuple[Any, Any]] = {}
    for model in reverse.models.values():
        for column in model.real_columns():
            if column.key is not None:
                actions = (column.get("onDelete"), column.get("onUpdate"))
                other[(model.schema, clip(model.table), clip(column.column))] = actions
    for row in keys:
        found = other.get((row["schema_name"], row["table_name"], row["column_names"][0]))
        delete, update = row["on_delete"], row["on_update"]
        if found is not None:
            delete, update = (a.upper() if isinstance(a, str) else "NO ACTION" for a in found)
        row["alternative_on_delete"] = delete if delete != row["on_delete"] else None
        row["alternative_on_update"] = update if update != row["on_update"] else None
        row["is_order_dependent"] = delete != row["on_delete"] or update != row["on_update"]


def _association(number: int, made: Any) -> Row:
    options, holder = made.source.options, made.holder
    column = holder.columns.get(made.foreign_key) if holder is not None else None
    through = made.through.table if made.through is not None else None
    constraints = options.get("constraints")
    return {
        "schema_name": made.model.schema,
        "table_name": clip(made.model.table),
        "model": made.model.name,
        "kind": made.source.kind,
        "referenced_model": made.target.name
        if made.target is not None
        else str(getattr(made.source.target, "name", "")),
        "referenced_table": clip(made.target.table) if made.target is not None else None,
        "alias": made.alias or None,
        "foreign_key": made.foreign_key,
        "key_table": clip(holder.table) if holder is not None else None,
        "key_column": clip(column.column) if column is not None else None,
        "through": through,
        "names_foreign_key": made.names_foreign_key,
        "written_on_delete": _written(options.get("onDelete")),
        "written_on_update": _written(options.get("onUpdate")),
        "has_constraints": constraints is not False,
        "is_lazy": made.source.is_lazy,
        "injects_column": made.injects,
        "position": number,
        "file": made.source.site[0],
        "line": made.source.site[1],
    }


def _written(value: Any) -> str | None:
    return value.upper() if isinstance(value, str) and value else None


def _unread(one: Unread) -> Row:
    file, line = one.site
    return {"file": file, "line": line, "kind": one.kind, "object": one.object, "reason": one.reason}


def frame_of(columns: Mapping[str, str], rows: Sequence[Row]) -> pd.DataFrame:
    """Return rows as a frame with the columns of :data:`workbench.declared.FRAMES`."""
    return make_frame(columns, [[row.get(name) for name in columns] for row in rows])
