"""Migrations read from their sources: forms, rollback, dangers, coverage; each danger bad, good and fixed."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest

from workbench.catalog import Snapshot
from workbench.checks import Inputs, checks, run_check
from workbench.declared import migrations
from workbench.declared.migrations.schema import rewrites
from workbench.declared.migrations.sql import SqlError, read_sql
from workbench.declared.models.reader import read as read_models
from workbench.findings import Finding
from workbench.resources import resource

DEMO = resource("data") / "white_cross"
BASE = """
module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.createTable('users', {
      id: { type: Sequelize.UUID, primaryKey: true },
      schoolId: { type: Sequelize.INTEGER, allowNull: false, defaultValue: 0 },
      name: { type: Sequelize.STRING(20), allowNull: false },
      kind: { type: Sequelize.ENUM('a', 'b') },
    });
  },
  async down(queryInterface) {
    await queryInterface.dropTable('users');
    await queryInterface.sequelize.query('DROP TYPE "enum_users_kind"');
  },
};
"""


def reading(folder: Path, files: Mapping[str, str]) -> migrations.Reading:
    for name, text in files.items():
        (folder / name).write_text(textwrap.dedent(text), encoding="utf-8")
    return migrations.read(folder)


def with_up(up: str, down: str = "throw new Error('never');") -> str:
    return (
        "module.exports = {\n  async up(queryInterface, Sequelize) {\n" + up + "\n  },\n"
        "  async down(queryInterface, Sequelize) {\n" + down + "\n  },\n};\n"
    )


def findings(check: str, folder: Path, files: Mapping[str, str]) -> list[Finding]:
    """Run one check on a folder of migrations."""
    frames = migrations.frames(reading(folder, files))
    snapshot = Snapshot("test", frames)
    outcome = run_check(checks()[check], Inputs(snapshot), {})
    assert outcome.status.value != "error", outcome.not_examined
    return list(outcome.findings)


# Check to the body of up that it must find, and to one that does the same without the danger.
DANGERS: dict[str, tuple[str, str]] = {
    "migration_blocking_index": (
        "await queryInterface.addIndex('users', ['schoolId']);",
        "await queryInterface.addIndex('users', ['schoolId'], { concurrently: true });",
    ),
    "migration_concurrently_in_transaction": (
        "await queryInterface.sequelize.transaction(async (t) => {"
        " await queryInterface.addIndex('users', ['schoolId'], { concurrently: true, transaction: t }); });",
        "await queryInterface.sequelize.query('CREATE INDEX CONCURRENTLY i ON users (\"schoolId\")');",
    ),
    "migration_not_null_without_default": (
        "await queryInterface.addColumn('users', 'a',"
        " { type: Sequelize.UUID, allowNull: false, defaultValue: Sequelize.UUIDV4 });",
        "await queryInterface.addColumn('users', 'a',"
        " { type: Sequelize.INTEGER, allowNull: false, defaultValue: 0 });",
    ),
    "migration_table_rewrite": (
        "await queryInterface.sequelize.query('ALTER TABLE users ALTER COLUMN \"schoolId\" TYPE bigint');",
        "await queryInterface.sequelize.query('ALTER TABLE users ALTER COLUMN name TYPE varchar(40)');",
    ),
    "migration_validating_constraint": (
        "await queryInterface.addConstraint('users', { fields: ['schoolId'], type: 'foreign key',"
        " references: { table: 'schools', field: 'id' } });",
        'await queryInterface.sequelize.query(\'ALTER TABLE users ADD CONSTRAINT f FOREIGN KEY ("schoolId")'
        " REFERENCES schools NOT VALID');",
    ),
    "migration_rename": (
        "await queryInterface.renameColumn('users', 'name', 'title');",
        "await queryInterface.addColumn('users', 'title', Sequelize.STRING);",
    ),
    "migration_drops_data": (
        "await queryInterface.removeColumn('users', 'name');",
        "await queryInterface.createTable('t', { a: Sequelize.DATE }); await queryInterface.dropTable('t');",
    ),
    "migration_unbatched_data": (
        "const [rows] = await queryInterface.sequelize.query('SELECT id FROM users');"
        " for (const row of rows) await queryInterface.bulkUpdate('users', { name: 'x' }, { id: row.id });",
        "let n; do { [, { rowCount: n }] = await queryInterface.sequelize.query(`UPDATE users SET name = 'x'"
        " WHERE id IN (SELECT id FROM users WHERE name <> 'x' LIMIT 500)`); } while (n);",
    ),
    "migration_swallowed_error": (
        "try { await queryInterface.removeIndex('users', 'i'); } catch (e) { console.log(e); }",
        "try { await queryInterface.removeIndex('users', 'i'); } catch (e) { console.log(e); throw e; }",
    ),
    "migration_outside_transaction": (
        "await queryInterface.sequelize.transaction(async (t) => {"
        " await queryInterface.addColumn('users', 'a', Sequelize.DATE); });",
        "await queryInterface.sequelize.transaction(async (transaction) => {"
        " await queryInterface.addColumn('users', 'a', Sequelize.DATE, { transaction }); });",
    ),
    "migration_unquoted_name": (
        "await queryInterface.sequelize.query('CREATE INDEX i ON users (schoolId)');",
        "await queryInterface.sequelize.query('CREATE INDEX i ON users (\"schoolId\")');",
    ),
    "migration_too_early": (
        "await queryInterface.addColumn('later', 'a', Sequelize.DATE);",
        "const there = await queryInterface.tableExists('later');"
        " if (there) await queryInterface.addColumn('later', 'a', Sequelize.DATE);",
    ),
    "migration_enum_value_in_transaction": (
        "await queryInterface.sequelize.transaction(async (transaction) => {"
        " await queryInterface.sequelize.query(`ALTER TYPE enum_users_kind ADD VALUE 'c'`, { transaction });"
        " await queryInterface.sequelize.query(`UPDATE users SET kind = 'c' WHERE name = 'x'`, { transaction }); });",
        "await queryInterface.sequelize.query(`ALTER TYPE enum_users_kind ADD VALUE 'c'`);"
        " await queryInterface.sequelize.query(`UPDATE users SET kind = 'c' WHERE name = 'x'`);",
    ),
    "migration_column_reset": (
        "await queryInterface.changeColumn('users', 'name', { type: Sequelize.STRING(40) });",
        "await queryInterface.changeColumn('users', 'name', { type: Sequelize.STRING(40), allowNull: false });",
    ),
}
LATER = with_up("await queryInterface.createTable('later', { id: Sequelize.INTEGER });")


@pytest.mark.parametrize("check", DANGERS)
def test_danger_is_found_and_its_cure_is_not(check: str, tmp_path: Path) -> None:
    bad, good = DANGERS[check]
    for up, expected in ((bad, 1), (good, 0)):
        files = {"20250101000000-base.js": BASE, "20250102000000-it.js": with_up(up)}
        found = findings(check, tmp_path, {**files, "20250103000000-later.js": LATER})
        assert len(found) == expected, [f.detail for f in found]
        assert all("20250102000000-it.js:" in finding.detail for finding in found)


def test_every_danger_has_its_scenario() -> None:
    rest = {"incomplete_down", "removes_more", "order", "not_run", "missing_for_table", "missing_for_object"}
    names = {one.name for one in checks().values() if one.subject == "migrations"}
    assert names == set(DANGERS) | {f"migration_{name}" for name in rest}


DOWNS: dict[str, tuple[str, str, str]] = {
    "enum type left": ("await queryInterface.addColumn('t', 'a', Sequelize.ENUM('x'));",
                       "await queryInterface.removeColumn('t', 'a');", "incomplete"),
    "enum type dropped": ("await queryInterface.addColumn('t', 'a', Sequelize.ENUM('x'));",
                          "await queryInterface.removeColumn('t', 'a');"
                          " await queryInterface.sequelize.query('DROP TYPE enum_t_a');", "complete"),
    "table takes its parts along": (
        "await queryInterface.createTable('t', { a: Sequelize.DATE, b: { type: Sequelize.DATE, unique: true } });"
        " await queryInterface.addIndex('t', ['a']);", "await queryInterface.dropTable('t');", "complete"),
    "column takes its index along": (
        "await queryInterface.addColumn('t', 'a', Sequelize.DATE); await queryInterface.addIndex('t', ['a', 'b']);",
        "await queryInterface.removeColumn('t', 'a');", "complete"),
    "index by its columns": ("await queryInterface.addIndex('t', ['someThing']);",
                             "await queryInterface.removeIndex('t', ['someThing']);", "complete"),
    "index by its derived name": ("await queryInterface.addIndex('t', ['someThing']);",
                                  "await queryInterface.removeIndex('t', 't_some_thing');", "complete"),
    "index of another name": ("await queryInterface.addIndex('t', ['a'], { name: 'x' });",
                              "await queryInterface.removeIndex('t', 'y');", "incomplete"),
    "rename back": ("await queryInterface.renameTable('a', 'b');",
                    "await queryInterface.renameTable('b', 'a');", "complete"),
    "rename forth": ("await queryInterface.renameTable('a', 'b');",
                     "await queryInterface.renameTable('a', 'b');", "incomplete"),
    "type not changed back": ("await queryInterface.changeColumn('t', 'a', { type: Sequelize.TEXT });",
                              "await queryInterface.addIndex('t', ['q']);"
                              " await queryInterface.removeIndex('t', ['q']);", "incomplete"),
    "nothing": ("await queryInterface.addColumn('t', 'a', Sequelize.DATE);", "", "empty"),
    "refused": ("await queryInterface.addColumn('t', 'a', Sequelize.DATE);", "throw new Error('no');", "refuses"),
    "not known": ("await queryInterface.addColumn('t', process.env.NAME, Sequelize.DATE);",
                  "await queryInterface.removeColumn('t', process.env.NAME);", "unknown"),
    "only reads": ("await queryInterface.sequelize.query('SELECT 1');", "", "nothing"),
    "dropped and not restored": ("await queryInterface.dropTable('t');",
                                 "await queryInterface.sequelize.query('SELECT 1');", "incomplete"),
    "loop over one array": (
        "for (const t of ['a', 'b']) await queryInterface.sequelize.query(`CREATE INDEX \"i_${t}\" ON ${t} (x)`);",
        "await Promise.all(['a', 'b'].map((t) => queryInterface.removeIndex(t, 'i_' + t)));", "complete"),
    "row security": ("await queryInterface.sequelize.query('ALTER TABLE t ENABLE ROW LEVEL SECURITY');",
                     "await queryInterface.sequelize.query('ALTER TABLE t DISABLE ROW LEVEL SECURITY');", "complete"),
}  # fmt: skip


@pytest.mark.parametrize("name", DOWNS)
def test_down_is_held_against_up(name: str, tmp_path: Path) -> None:
    up, down, expected = DOWNS[name]
    found = reading(tmp_path, {"20250101000000-a.js": with_up(up, down)})
    assert found.reversals["20250101000000-a.js"].status == expected
    told = findings("migration_incomplete_down", tmp_path, {})
    assert bool(told) == (expected in ("incomplete", "empty", "refuses"))


def test_down_that_drops_more_than_up_creates(tmp_path: Path) -> None:
    down = "await queryInterface.dropTable('users'); await queryInterface.removeColumn('t', 'a');"
    files = {"1-a.js": with_up("await queryInterface.addColumn('t', 'a', Sequelize.DATE);", down)}
    assert [f.evidence["removed_more"] for f in findings("migration_removes_more", tmp_path, files)] == [
        ["table public.users"]
    ]


def test_order_and_files_that_do_not_run(tmp_path: Path) -> None:
    empty = with_up("", "")
    files = {f"2025010{n}000000-{name}.js": empty for n, name in ((1, "a"), (1, "b"), (2, "c"))}
    files |= {"20250103-d.js": empty, "20250104000000-e.js.bak": empty, "helpers.js": "module.exports = {};"}
    assert {f.object: f.title for f in findings("migration_order", tmp_path, files)} == {
        "20250101000000-b.js": "Two migrations with one stamp",
        "20250103-d.js": "Stamp unlike the others",
    }
    assert {f.object for f in findings("migration_not_run", tmp_path, {})} == {
        "20250104000000-e.js.bak",
        "helpers.js",
    }


FORMS = {
    "a.js": "exports.up = (q, S) => q.createTable('t', { a: S.DATE });\nexports.down = (q) => q.dropTable('t');",
    "b.js": "'use strict';\nmodule.exports = {"
    " up: async function (q, S) { return q.createTable('t', { a: S.DATE }); },"
    " down(q) { return q.dropTable('t'); } };",
    "c.ts": "import { QueryInterface, DataTypes } from 'sequelize';\n"
    "export async function up(q: QueryInterface): Promise<void>"
    " { await q.createTable('t', { a: DataTypes.DATE }); }\n"
    "export const down = async (q: QueryInterface): Promise<void> => { await q.dropTable('t'); };",
    "d.ts": "export default { up: async (q: any, S: any) => { await q.createTable('t', { a: S.DATE } as any); },"
    " down: async (q: any) => { await q.dropTable('t'); } };",
    "e.ts": "export const up: Migration = async ({ context: q }) =>"
    " { await q.createTable('t', { a: DataTypes.DATE! }); };\n"
    "export const down: Migration = async ({ context: q }) => { await q.dropTable('t'); };",
    "f.js": "module.exports = { up: (q, S) => q.describeTable('x').then(() => q.createTable('t', { a: S.DATE })),"
    " down: (q) => q.dropTable('t') };",
    "g.js": "const run = (q, sql) => q.sequelize.query(sql);\n"
    "module.exports = { up: (q) => run(q, 'CREATE TABLE t (a timestamptz)'), down: (q) => run(q, `DROP TABLE t`) };",
    "h.ts": 'export class A1 implements M { async up(r: R) { await r.query(`CREATE TABLE "t" (a timestamptz)`); }'
    ' async down(r: R) { await r.query(`DROP TABLE "t"`); } }',
}


@pytest.mark.parametrize("name", FORMS)
def test_each_form_gives_the_same_operations(name: str, tmp_path: Path) -> None:
    found = reading(tmp_path, {f"20250101000000-{name}": FORMS[name]})
    (one,) = found.migrations
    assert not one.troubles
    assert [(o.kind, o.object) for o in one.steps("up")] == [
        ("create_table", "public.t"),
        ("add_column", "public.t.a"),
    ]
    assert [(o.kind, o.object) for o in one.steps("down")] == [("drop_table", "public.t")]
    assert found.schema.tables[("public", "t")].columns["a"].type == "timestamp with time zone"


GUARDS = {
    "dialect": "if (queryInterface.sequelize.getDialect() !== 'postgres') throw new Error('no');\n{}",
    "look that fails": "try {{ await queryInterface.describeTable('t'); }} catch (e) {{ {} }}",
    "promise of a look": "await queryInterface.describeTable('t').catch(() => {{ return {} }});",
    "early return": "const t = await queryInterface.showAllTables();\nif (t.includes('t')) return;\n{}",
}


@pytest.mark.parametrize("name", GUARDS)
def test_guarded_operations_are_read(name: str, tmp_path: Path) -> None:
    up = GUARDS[name].format("await queryInterface.createTable('t', { a: Sequelize.DATE });")
    found = reading(tmp_path, {"1-a.js": with_up(up, "await queryInterface.dropTable('t');")})
    assert found.schema.tables[("public", "t")].is_created
    assert found.reversals["1-a.js"].status == "complete"
    assert not found.risks
    assert found.migrations[0].steps("up")[0].is_guarded == (name != "dialect")


def test_values_of_the_project_are_followed(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "kinds.ts").write_text(
        "export enum Kind { A = 'a', B = 'b' }\nexport const TABLE = 't';"
    )
    (tmp_path / "migrations").mkdir()
    text = """
    import { DataTypes, QueryInterface } from 'sequelize';
    import { Kind, TABLE } from '../src/kinds';
    export const up = (q: QueryInterface) =>
      q.addColumn(TABLE, 'kind', { type: DataTypes.ENUM(...Object.values(Kind)), defaultValue: Kind.A });
    """
    found = reading(tmp_path / "migrations", {"1-a.ts": text})
    assert found.schema.types == {("public", "enum_t_kind"): ("a", "b")}
    assert found.schema.tables[("public", "t")].columns["kind"].default == "'a'"


def test_what_cannot_be_read_is_told_with_its_place(tmp_path: Path) -> None:
    up = "await helpers.addAll(queryInterface);\nawait queryInterface.sequelize.query(build());\n"
    found = reading(tmp_path, {"1-a.js": "const helpers = require('helpers');\n" + with_up(up)})
    told = migrations.frames(found)["migration_unread"]
    assert told["line"].tolist() == [4, 5]
    assert (tmp_path / "1-a.js").read_text().splitlines()[3] == "await helpers.addAll(queryInterface);"
    endless = reading(tmp_path, {"1-a.js": with_up("const f = () => f(); f();")})
    assert "followed no further" in endless.migrations[0].troubles[0].reason


HOSTILE = {
    "text": "let s = 'x'; for (let i = 0; i < 1999; i++) { s = s + s; }",
    "template": "let s = 'x'; for (let i = 0; i < 1999; i++) { s = `${s}${s}`; }",
    "list": "let a = [1]; for (let i = 0; i < 1999; i++) { a = a.concat(a); }",
    "spread": "let a = [1]; for (let i = 0; i < 1999; i++) { a = [...a, ...a]; }",
    "number": "let n = 3; for (let i = 0; i < 1999; i++) { n = n * n; }",
    "loops": "for (const a of L) for (const b of L) for (const c of L) for (const d of L) x();",
    "recursion": "const f = (n) => f(n + 1); f(0);",
    "endless": "while (true) { f(); } for (;;) { g(); }",
    "depth": "x = " + "(" * 3000 + "1" + ")" * 3000 + ";",
    "nested lists": "let a = []; a.push(a); a.join(','); JSON.stringify(a);",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_scripts_end(name: str, tmp_path: Path) -> None:
    text = f"const L = [...Array(99).keys()].concat([{','.join('1' * 90)}]);\n" + with_up(HOSTILE[name])
    found = reading(tmp_path, {"1-a.js": text})
    assert len(migrations.frames(found)["migrations"]) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT " + "+".join("1" * 90_000),
        "SELECT " + "(" * 90_000 + "1" + ")" * 90_000,
        "CREATE INDEX i ON t (" + "f(" * 2_000 + "a" + ")" * 2_000 + ")",
        "SELECT " + " UNION SELECT ".join("1" * 30_000),
        "SELECT " + "CASE WHEN a THEN " * 20_000 + "1" + " END" * 20_000,
    ],
    ids=["chain", "brackets", "calls", "union", "case"],
)
def test_sql_that_would_overrun_the_parser_is_refused(sql: str) -> None:
    with pytest.raises(SqlError):
        read_sql(sql)


def test_long_sql_that_is_flat_is_read() -> None:
    rows = ",".join(["(1, 'a', now())"] * 3_000)
    assert [one.kind for one in read_sql(f"INSERT INTO t VALUES {rows}; DROP TABLE u")] == [
        "insert",
        "drop_table",
    ]


def test_nothing_of_the_project_is_executed(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    script = f"require('fs').writeFileSync({str(trap)!r}, 'x'); process.exit(7);\n"
    found = reading(tmp_path, {"1-a.js": script + BASE})
    assert len(found.schema.tables) == 1
    assert not trap.exists()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("character varying(20)", "character varying(40)", False),
        ("character varying(40)", "character varying(20)", True),
        ("character varying(40)", "text", False),
        ("text", "character varying(40)", True),
        ("integer", "bigint", True),
        ("numeric(10,2)", "numeric(12,2)", False),
        ("numeric(10,2)", "numeric(12,3)", True),
        ("timestamp without time zone", "timestamp with time zone", None),
        ("uuid", "uuid", False),
        (None, "text", None),
    ],
)
def test_which_changes_of_type_rewrite(old: str | None, new: str, expected: bool | None) -> None:
    assert rewrites(old, new) is expected


def test_coverage_and_plan_of_the_demo() -> None:
    declared = read_models(DEMO / "models").frames
    frames = migrations.frames(migrations.read(DEMO / "migrations"), declared)
    coverage = frames["migration_coverage"]
    tables = coverage[coverage["kind"] == "table"]
    created = set(tables.loc[tables["status"] == "created", "object"])
    assert created == {
        f"public.{name}"
        for name in ("districts", "schools", "users", "students", "medications", "medication_logs")
    }
    assert set(tables.loc[tables["status"] == "backup only", "object"]) == {
        "public.configuration_history",
        "public.vaccinations",
        "public.vital_signs",
    }
    planned: list[str] = []
    keys = declared["declared_foreign_keys"]
    for step in frames["migration_plan"].to_dict("records"):
        if step["kind"] == "tables":
            planned += step["tables"]
    position = {name: n for n, name in enumerate(planned)}
    assert set(planned) == set(tables["object"]) - created
    for key in keys.to_dict("records"):
        home, there = f"public.{key['table_name']}", f"public.{key['referenced_table']}"
        if home != there and {home, there} <= position.keys():
            assert position[there] < position[home]


def test_one_object_with_everything_and_a_helper_beside_the_folder(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "helpers.js").write_text(
        "exports.addColumns = async (qi, table, columns) => {\n"
        "  for (const [name, given] of Object.entries(columns)) await qi.addColumn(table, name, given);\n};\n"
    )
    folder = tmp_path / "migrations"
    folder.mkdir()
    found = reading(
        folder,
        {
            "01-add.js": "const path = require('path');\n"
            "const { addColumns } = require(path.join(__dirname, '..', 'helpers'));\n"
            "exports.up = ({ context: { queryInterface, Sequelize } }) =>\n"
            "  addColumns(queryInterface, 'users', { phone: Sequelize.STRING });\n"
        },
    )
    frames = migrations.frames(found)
    assert list(frames["migration_operations"]["object"]) == ["public.users.phone"]
    assert list(frames["migration_operations"]["migration"]) == ["01-add.js"]
    assert frames["migration_unread"].empty


def test_a_migration_whose_calls_reach_no_query_interface_is_told(tmp_path: Path) -> None:
    source = "const { run } = require('elsewhere');\nexports.up = async () => { await run('users'); };\n"
    found = reading(tmp_path, {"01-far.js": source, "02-idle.js": "exports.up = async () => {};\n"})
    told = migrations.frames(found)["migration_unread"]
    assert list(zip(told["file"], told["line"], strict=True)) == [("01-far.js", 2)]
