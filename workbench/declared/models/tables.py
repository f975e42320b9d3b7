"""The tables that PostgreSQL gets from initialized models, as rows of the declared frames.

Names that Sequelize leaves to PostgreSQL (constraints, truncated identifiers) are made as PostgreSQL makes
them: ``makeObjectName`` and ``ChooseRelationName`` of its sources.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from workbench.declared.javascript.values import Unknown
from workbench.declared.models.defaults import Default, read_default
from workbench.declared.models.effective import PUBLIC, Column, IndexSpec, Model
from workbench.declared.models.indexes import Row, index_row
from workbench.declared.models.names import clip, identifier, object_name, unused_name
from workbench.declared.models.rules import World
from workbench.declared.models.types import ColumnType
from workbench.declared.models.written import Unread
from workbench.naming import literal

_SERIAL = ("INTEGER", "BIGINT", "SMALLINT")


class TableWriter:
    """Turns the models of a world into rows, one list of rows for each frame."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rows: dict[str, list[Row]] = {
            name: [] for name in ("tables", "columns", "foreign_keys", "indexes", "enums", "discarded")
        }
        self.unread: list[Unread] = []
        self._enums: dict[tuple[str, str], tuple[Any, ...]] = {}
        self._types: defaultdict[str, dict[str, str | None]] = defaultdict(dict)
        # Indexes and tables share one name space per schema.
        self._relations: defaultdict[str, set[str]] = defaultdict(set)
        for model in world.models.values():
            self._relations[model.schema].add(clip(model.table))

    def write(self) -> dict[str, list[Row]]:
        """Return the rows by frame name without its prefix."""
        for model in self.world.models.values():
            self._cut_enums(model)
            self._table(model)
            self._columns(model)
            self._foreign_keys(model)
            self._indexes(model)
            self._discarded(model)
        return self.rows

    def _place(self, model: Model) -> Row:
        return {"schema_name": model.schema, "table_name": clip(model.table), "model": model.name}

    def _table(self, model: Model) -> None:
        columns = {name: column.column for name, column in model.columns.items()}
        stamps = {key: columns.get(name) for key, name in model.timestamps.items()}
        comment = model.options.get("comment")
        file, line = model.source.site
        self.rows["tables"].append(
            self._place(model)
            | {
                "class_name": model.source.class_name if model.form != "implicit" else None,
                "form": model.form,
                "file": file,
                "line": line,
                "package": model.source.package,
                "position": model.position,
                "primary_key": tuple(clip(column.column) for column in model.primary),
                "is_paranoid": "deletedAt" in model.timestamps,
                "has_timestamps": model.options.get("timestamps") is not False,
                "is_underscored": model.is_underscored,
                "names_table": isinstance(model.options.get("tableName"), str),
                "created_at_column": stamps.get("createdAt"),
                "updated_at_column": stamps.get("updatedAt"),
                "deleted_at_column": stamps.get("deletedAt"),
                "comment": comment if isinstance(comment, str) else None,
                "doubts": tuple(sorted(model.doubts)),
            }
        )

    def _cut_enums(self, model: Model) -> None:
        """Drop what Sequelize cuts out of its own SQL of an enum column that references something.

        It replaces ``ENUM(…)`` by the type's name up to the last parenthesis, which is that of the reference.
        What an association adds behind it stays and is a syntax error.
        """
        for column in model.real_columns():
            kind, key = column.type, column.key
            acts = isinstance(column.get("onDelete"), str) or isinstance(column.get("onUpdate"), str)
            if key is None or acts or not isinstance(kind, ColumnType) or kind.kind != "enum":
                continue
            column.key = None
            for option in (
                "allowNull",
                "defaultValue",
                *(["unique"] if column.get("unique") is True else []),
            ):
                column.options.pop(option, None)
            self._discard(model, "foreign key", None, (clip(column.column),), False, key.site)
            self.rows["discarded"][-1] |= {"referenced_model": key.model, "referenced_table": clip(key.table)}

    def _columns(self, model: Model) -> None:
        for number, column in enumerate(model.real_columns(), start=1):
            kind = column.type
            known = kind if isinstance(kind, ColumnType) else None
            enum = self._enum(model, column, known) if known is not None and known.kind == "enum" else None
            sql = self._type_name(model, known, enum)
            self._types[model.name][clip(column.column)] = sql
            default = self._default(model, column, known, sql)
            if enum is not None and (column.key is not None or ")" in (default.value or "")):
                reason = (
                    "Sequelize garbles its SQL of an enum with an association or a parenthesis in the default"
                )
                path = f"{model.schema}.{model.table}.{column.column}"
                self.unread.append(Unread(column.site, "aborts", reason, path))
            written = model.source.attributes.get(column.name)
            allow_null = written.options.get("allowNull") if written is not None else None
            comment = column.get("comment")
            identity = bool(
                column.get("autoIncrement") is True and column.get("autoIncrementIdentity") is True
            )
            self.rows["columns"].append(
                self._place(model)
                | {
                    "column_number": number,
                    "column_name": clip(column.column),
                    "data_type": sql,
                    "type_kind": "unknown" if known is None or not sql else known.kind,
                    "enum_name": enum,
                    "is_array": bool(known and known.is_array),
                    "is_not_null": column.is_not_null,
                    "default_expression": default.sql,
                    "default_kind": default.kind,
                    "default_value": default.value,
                    "identity": "by default" if identity else None,
                    "is_primary_key": column.is_primary,
                    "attribute": column.name,
                    "origin": column.origin,
                    "allows_null": allow_null if isinstance(allow_null, bool) else None,
                    "comment": comment if isinstance(comment, str) and comment else None,
                    "doubts": tuple(sorted(column.doubts)),
                    "file": column.site[0],
                    "line": column.site[1],
                }
            )

    def _enum(self, model: Model, column: Column, kind: ColumnType) -> str:
        """Return the name of a column's enum type, and note the type; of two with one name the first wins."""
        name = clip(f"enum_{model.table}_{column.column}")
        key = (model.schema, name)
        if key in self._enums:
            if self._enums[key] != kind.labels:
                reason = (
                    f"the enum type {name} is already there with other labels, which the column then gets"
                )
                path = f"{model.schema}.{model.table}.{column.column}"
                self.unread.append(Unread(column.site, "aborts", reason, path))
            return name
        self._enums[key] = kind.labels
        if kind.labels:
            self.rows["enums"].append(
                self._place(model)
                | {
                    "type_name": name,
                    "labels": tuple(map(str, kind.labels)),
                    "column_name": clip(column.column),
                    "source": kind.source,
                    "file": column.site[0],
                    "line": column.site[1],
                }
            )
        return name

    def _type_name(self, model: Model, kind: ColumnType | None, enum: str | None) -> str | None:
        if kind is None:
            return None
        if enum is not None:
            return f"{identifier(model.schema)}.{identifier(enum)}{'[]' if kind.is_array else ''}"
        return kind.sql or None

    def _default(self, model: Model, column: Column, kind: ColumnType | None, sql: str | None) -> Default:
        if column.get("autoIncrement") is True and kind is not None:
            if column.get("autoIncrementIdentity") is True:
                return Default()
            if kind.key not in _SERIAL:
                reason = f"autoIncrement on a column of type {kind.sql}: PostgreSQL wants an integer type"
                path = f"{model.schema}.{model.table}.{column.column}"
                self.unread.append(Unread(column.site, "aborts", reason, path))
            name = object_name(model.table, column.column, "seq")
            sequence = f"{identifier(model.schema)}.{identifier(name)}"
            return Default("sequence", f"nextval({literal(sequence)}::regclass)")
        if kind is None or sql is None:
            return Default()
        default = read_default(column.get("defaultValue"), kind, sql)
        if isinstance(default, Unknown):
            site = default.site if default.site[0] else column.site
            path = f"{model.schema}.{model.table}.{column.column}"
            self.unread.append(Unread(site, "unread", f"default: {default.reason}", path))
            return Default("unknown")
        return default

    def _foreign_keys(self, model: Model) -> None:
        used: set[str] = set()
        types = self._types[model.name]
        for column in model.real_columns():
            key = column.key
            if key is None:
                continue
            if key.model is not None and self.world.by_table(key.schema, key.table) is None:
                reason = (
                    f"the key looks for {key.table} in the schema {key.schema}, for {key.model} names no schema;"
                    " it is not there: sync() stops"
                )
                path = f"{model.schema}.{model.table}.{column.column}"
                target = self.world.find(key.model, model.source)
                guess = bool({"name", "schema"} & (model.doubts | (target.doubts if target else set())))
                self.unread.append(Unread(key.site, "unread" if guess else "aborts", reason, path))
            name = unused_name(model.table, column.column, "fkey", used)
            used.add(name)
            file, line = key.site
            self.rows["foreign_keys"].append(
                self._place(model)
                | {
                    "constraint_name": name,
                    "column_names": (clip(column.column),),
                    "column_types": (types.get(clip(column.column)) or "",),
                    "columns_not_null": (column.is_not_null,),
                    "referenced_schema": key.schema,
                    "referenced_table": clip(key.table),
                    "referenced_columns": (clip(key.column),),
                    "on_delete": _action(column.get("onDelete")),
                    "on_update": _action(column.get("onUpdate")),
                    "written_on_delete": key.written_on_delete,
                    "written_on_update": key.written_on_update,
                    "origin": key.origin,
                    "is_deferrable": key.deferrable.startswith("INITIALLY"),
                    "is_deferred": key.deferrable == "INITIALLY_DEFERRED",
                    "is_enforced": True,
                    "is_validated": True,
                    "doubts": tuple(sorted(column.doubts & {"foreign key", "action", "name", "column"})),
                    "attribute": column.name,
                    "referenced_model": key.model,
                    "file": file,
                    "line": line,
                }
            )

    def _indexes(self, model: Model) -> None:
        primary = tuple(clip(column.column) for column in model.primary)
        seen = {primary} if primary else set()
        if primary:
            self._constraint(model, primary, "pkey", "primary key", model.primary[0])
        for columns, _ in model.unique_keys():
            names = tuple(clip(column.column) for column in columns)
            # PostgreSQL makes one index of a unique constraint that says the same as another.
            if names not in seen:
                seen.add(names)
                self._constraint(model, names, "key", "unique", columns[0])
        existing = {clip(column.column) for column in model.real_columns()}
        taken: set[str] = set()
        for spec in model.indexes:
            # sync() leaves out an index whose name is there already.
            if spec.name not in taken:
                taken.add(spec.name)
                self._index(model, spec, existing)

    def _constraint(
        self, model: Model, names: tuple[str, ...], label: str, kind: str, column: Column
    ) -> None:
        used = self._relations[model.schema]
        name = unused_name(model.table, "" if label == "pkey" else "_".join(names), label, used)
        used.add(name)
        self.rows["indexes"].append(
            self._place(model)
            | {
                "index_name": name,
                "access_method": "btree",
                "is_unique": True,
                "is_primary": kind == "primary key",
                "key_columns": names,
                "options": (0,) * len(names),
                "predicate": None,
                "constraint_name": name,
                "constraint_type": kind,
                "origin": kind,
                "missing_columns": (),
                "file": column.site[0],
                "line": column.site[1],
            }
        )

    def _index(self, model: Model, spec: IndexSpec, existing: set[str]) -> None:
        row = index_row(spec, existing)
        path = f"{model.schema}.{model.table}.{row['index_name']}"
        if row["index_name"] in self._relations[model.schema]:
            reason = f"{row['index_name']} is already the name of another table or index: sync() stops there"
            self.unread.append(Unread(spec.site, "aborts", reason, path))
        self._relations[model.schema].add(row["index_name"])
        if row["missing_columns"]:
            missing = ", ".join(row["missing_columns"])
            guess = bool({"columns", "spelling", "timestamps"} & model.doubts) or any(
                "name" in column.doubts for column in model.columns.values()
            )
            end = "as far as the columns were read" if guess else "sync() stops there"
            reason = f"the index names {missing}, which the table does not have: {end}"
            self.unread.append(Unread(spec.site, "unread" if guess else "aborts", reason, path))
        if row["predicate"] == "?":
            row["predicate"] = "(not read)"
            self.unread.append(Unread(spec.site, "unread", "the condition of an index", path))
        self.rows["indexes"].append(self._place(model) | row)

    def _discarded(self, model: Model) -> None:
        existing = {clip(column.column) for column in model.real_columns()}
        if isinstance(model.source.options.get("indexes"), list):
            for options in model.source.decorator_indexes:
                site = options.sites.get("fields", model.source.site)
                name = options.get("name")
                spec = IndexSpec(name if isinstance(name, str) else "", options, "decorator", site)
                row = index_row(spec, existing)
                self._discard(model, "index", spec.name or None, row["key_columns"], row["is_unique"], site)
        for note in model.source.notes:
            column = model.columns.get(note.attribute)
            if column is None or column.key is None:
                target = self.world.find(note.target, model.source)
                names = (clip(column.column) if column is not None else note.attribute,)
                self._discard(model, "foreign key", None, names, False, note.site)
                self.rows["discarded"][-1] |= {
                    "referenced_model": target.name if target else None,
                    "referenced_table": clip(target.table) if target else None,
                }

    def _discard(
        self,
        model: Model,
        kind: str,
        name: str | None,
        columns: tuple[str, ...],
        unique: bool,
        site: tuple[str, int],
    ) -> None:
        self.rows["discarded"].append(
            self._place(model)
            | {
                "kind": kind,
                "name": name,
                "column_names": columns,
                "referenced_model": None,
                "referenced_table": None,
                "is_unique": unique,
                "file": site[0],
                "line": site[1],
            }
        )


def _action(value: Any) -> str:
    return value.upper() if isinstance(value, str) and value else "NO ACTION"


def place_of(row: Mapping[str, Any]) -> str:
    """Return the dotted path of a row's table."""
    return f"{row['schema_name'] or PUBLIC}.{row['table_name']}"
