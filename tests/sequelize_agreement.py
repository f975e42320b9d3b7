"""Sequelize itself as the oracle: it loads the same sources and syncs them into a real database.

What it made is read back by the capture of this project and held against the declared frames, fact by fact.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg

from tests.conftest import MakeDatabase, connect
from tests.npm import node_modules
from workbench import catalog
from workbench.declared.models.reader import Declared, read
from workbench.naming import qualified, quote
from workbench.server import Server
from workbench.targets import Target

HERE = Path(__file__).parent
PROJECT = HERE / "sequelize"
FIXTURES = HERE / "fixtures" / "sequelize"


def run_sequelize(folder: Path, target: Target | None, *flags: str) -> dict[str, Any]:
    """Load a folder with Sequelize, sync it into a database, and return what load.js prints."""
    options = folder / "options.json"
    settings = {"SEQUELIZE_OPTIONS": options.read_text() if options.exists() else "{}"}
    return _node(["load.js", str(folder), *flags], target, settings)


def run_project(entry: Path, target: Target) -> dict[str, Any]:
    """Load a project by its own entry, sync it into a database, and return what project.js prints."""
    return _node(["project.js", str(entry)], target, {})


def compile_typescript(folder: Path, out: Path) -> None:
    """Write the TypeScript of a folder as SWC compiles it for CommonJS."""
    _node(["project.js", "--compile", str(folder), str(out)], None, {})


def _node(arguments: list[str], target: Target | None, settings: dict[str, str]) -> dict[str, Any]:
    environment = {**os.environ, "NODE_PATH": str(node_modules(PROJECT)), **settings}
    if target is not None:
        environment |= {
            "PGHOST": target.conninfo["host"],
            "PGPORT": target.conninfo.get("port", "5432"),
            "PGUSER": target.conninfo["user"],
            "PGDATABASE": target.conninfo["dbname"],
        }
    script, *rest = arguments
    command = ["node", str(PROJECT / script), *rest]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    result: dict[str, Any] = json.loads(done.stdout or "{}")
    return result


@dataclass
class Comparison:
    """Facts that agree and those that do not; ``result`` is what Sequelize said."""

    declared: Declared
    result: dict[str, Any]
    facts: int = 0
    differences: list[str] = field(default_factory=list)

    def hold(self, what: str, expected: dict[Any, Any], actual: dict[Any, Any]) -> None:
        """Count each fact of two mappings and note those that differ."""
        for key in expected.keys() | actual.keys():
            self.facts += 1
            mine, its = expected.get(key, "(missing)"), actual.get(key, "(missing)")
            if mine != its:
                self.differences.append(f"{what} {key}: read {mine!r}, Sequelize made {its!r}")


def compare(folder: Path, make_database: MakeDatabase, server: Server, sql: str = "") -> Comparison:
    """Hold the reader against Sequelize for one folder of models."""
    target = make_database(server, sql)
    return hold(read(folder), run_sequelize(folder, target), target)


def hold(declared: Declared, result: dict[str, Any], target: Target) -> Comparison:
    """Hold what was read against what Sequelize said and made of a database."""
    assert result["error"] is None, result["error"]
    comparison = Comparison(declared, result)
    snapshot = catalog.capture(
        target, only=("database", "tables", "columns", "foreign_keys", "indexes", "enums")
    )
    frames = comparison.declared.frames
    comparison.hold("table", _tables(frames["declared_tables"]), _tables(snapshot["tables"]))
    with connect(target) as connection:
        comparison.hold(
            "column",
            _columns(_normal_defaults(frames["declared_columns"], connection)),
            _columns(snapshot["columns"]),
        )
        expected = _indexes(_normal_indexes(frames["declared_indexes"], connection))
    comparison.hold("index", expected, _indexes(snapshot["indexes"]))
    comparison.hold("key", _keys(frames["declared_foreign_keys"]), _keys(snapshot["foreign_keys"]))
    comparison.hold("enum", _enums(frames["declared_enums"]), _enums(snapshot["enums"]))
    comparison.hold("model", _models(frames["declared_tables"]), _its_models(result))
    comparison.hold("association", _associations(frames), _its_associations(result))
    return comparison


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)


def _tables(frame: pd.DataFrame) -> dict[Any, Any]:
    return {(row.schema_name, row.table_name): _text(row.comment) for row in frame.itertuples()}


def _columns(frame: pd.DataFrame) -> dict[Any, Any]:
    facts = {}
    for row in frame.itertuples():
        key = (row.schema_name, row.table_name, row.column_name)
        facts[(*key, "type")] = row.data_type
        facts[(*key, "not null")] = row.is_not_null
        # DEFAULT NULL is kept for a type with a length, and says no more than no default.
        default = _text(row.default_expression)
        facts[(*key, "default")] = None if (default or "").startswith("NULL::") else default
        facts[(*key, "identity")] = _text(row.identity)
        facts[(*key, "comment")] = _text(row.comment)
        facts[(*key, "number")] = row.column_number
    return facts


def _keys(frame: pd.DataFrame) -> dict[Any, Any]:
    facts = {}
    for row in frame.itertuples():
        key = (row.schema_name, row.table_name, row.constraint_name)
        facts[(*key, "columns")] = (row.column_names, row.column_types, row.columns_not_null)
        facts[(*key, "references")] = (row.referenced_schema, row.referenced_table, row.referenced_columns)
        facts[(*key, "on delete")] = row.on_delete
        facts[(*key, "on update")] = row.on_update
        facts[(*key, "deferrable")] = (row.is_deferrable, row.is_deferred)
    return facts


def _indexes(frame: pd.DataFrame) -> dict[Any, Any]:
    facts = {}
    for row in frame.itertuples():
        key = (row.schema_name, row.table_name, row.index_name)
        facts[(*key, "columns")] = (row.key_columns, row.options)
        facts[(*key, "kind")] = (row.access_method, row.is_unique, row.is_primary)
        facts[(*key, "predicate")] = _text(row.predicate)
        facts[(*key, "constraint")] = (_text(row.constraint_name), _text(row.constraint_type))
    return facts


def _enums(frame: pd.DataFrame) -> dict[Any, Any]:
    return {(row.schema_name, row.type_name): row.labels for row in frame.itertuples()}


def _models(frame: pd.DataFrame) -> dict[Any, Any]:
    return {row.model: (row.schema_name, row.is_paranoid, row.is_underscored) for row in frame.itertuples()}


def _its_models(result: dict[str, Any]) -> dict[Any, Any]:
    return {m["name"]: (m["schema"], m["paranoid"], m["underscored"]) for m in result["models"]}


def _associations(frames: dict[str, pd.DataFrame]) -> dict[Any, Any]:
    return {
        (row.model, row.alias): (row.kind.lower(), row.referenced_model, row.foreign_key)
        for row in frames["declared_associations"].itertuples()
    }


def _its_associations(result: dict[str, Any]) -> dict[Any, Any]:
    return {
        (model["name"], one["alias"]): (one["kind"].lower(), one["target"], one["foreignKey"])
        for model in result["models"]
        for one in model["associations"]
    }


def _normal_defaults(frame: pd.DataFrame, connection: psycopg.Connection[Any]) -> pd.DataFrame:
    """Let PostgreSQL spell the defaults that are free SQL; literals must be spelled right as they are."""
    frame = frame.copy()
    chosen = frame[frame["default_kind"].eq("expression")]
    for index, row in chosen.iterrows():
        with connection.transaction(force_rollback=True):
            connection.execute("set local search_path = public")
            sql = (
                f"create table scratch_of_defaults (c {row['data_type']} default {row['default_expression']})"
            )
            connection.execute(sql.encode())
            connection.execute("set local search_path = pg_catalog")
            spelled = connection.execute(
                "select pg_get_expr(adbin, adrelid) from pg_attrdef"
                " where adrelid = 'public.scratch_of_defaults'::regclass"
            ).fetchone()
        frame.loc[index, "default_expression"] = spelled[0] if spelled else None
    return frame


def _normal_indexes(frame: pd.DataFrame, connection: psycopg.Connection[Any]) -> pd.DataFrame:
    """Let PostgreSQL spell conditions and expressions of indexes."""
    frame = frame.copy()
    columns = {
        (schema, table, column)
        for schema, table, column in connection.execute(
            "select table_schema, table_name, column_name from information_schema.columns"
        )
    }
    for index, row in frame.iterrows():
        place = (row["schema_name"], row["table_name"])
        plain = all((*place, key) in columns for key in row["key_columns"])
        if plain and pd.isna(row["predicate"]):
            continue
        keys = ", ".join(quote(k) if (*place, k) in columns else f"({k})" for k in row["key_columns"])
        where = "" if pd.isna(row["predicate"]) else f" where {row['predicate']}"
        with connection.transaction(force_rollback=True):
            connection.execute("set local search_path = public")
            connection.execute(f"create table scratch_of_indexes (like {qualified(*place)})".encode())
            using = f"using {row['access_method']}"
            connection.execute(
                f"create index scratch_index on scratch_of_indexes {using} ({keys}){where}".encode()
            )
            connection.execute("set local search_path = pg_catalog")
            found = connection.execute(
                "select pg_get_expr(i.indpred, i.indrelid, true),"
                " array(select pg_get_indexdef(i.indexrelid, n, true) from generate_series(1, i.indnkeyatts) n)"
                " from pg_index i where i.indexrelid = 'public.scratch_index'::regclass"
            ).fetchone()
        assert found is not None
        frame.loc[index, "predicate"] = found[0]
        spelled = zip(row["key_columns"], found[1], strict=True)
        frame.at[index, "key_columns"] = tuple(k if (*place, k) in columns else s for k, s in spelled)
    return frame
