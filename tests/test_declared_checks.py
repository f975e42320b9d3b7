"""Each declared check and each registration check: sources that it finds fault with, and the same ones mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench import checks
from workbench.catalog import Snapshot
from workbench.declared.collectors import declared_models, model_registration
from workbench.targets import Options, Target

IMPORTS = """
import { AllowNull, BelongsTo, Column, DataType, ForeignKey, HasMany, HasOne, Index, Model, PrimaryKey, Table }
  from 'sequelize-typescript';
"""
PARENT = "@Table({ tableName: 'parents' }) export class Parent extends Model {}\n"


def child(body: str, options: str = "") -> str:
    """Return a model of children; it stands before its parent in load order."""
    return f"@Table({{ tableName: 'children', {options} }}) export class Child extends Model {{ {body} }}\n"


KEY = "@ForeignKey(() => Parent) @Column({ type: DataType.INTEGER, allowNull: false }) parentId: number;"
NULLABLE = KEY.replace("false", "true")
BELONGS = "@BelongsTo(() => Parent, 'parentId') parent: any;"
ACTIONS = "onDelete: 'CASCADE', onUpdate: 'CASCADE'"
EXPLICIT = f"@BelongsTo(() => Parent, {{ foreignKey: 'parentId', {ACTIONS} }}) parent: any;"


def parent(body: str, options: str = "") -> str:
    return f"@Table({{ tableName: 'parents', {options} }}) export class Parent extends Model {{ {body} }}\n"


SOFT, HARD = "paranoid: true", "paranoid: false"
OBJECT = "public.children.parentId"

# Check: bad sources, the object that is found, mended sources.
SCENARIOS: dict[str, tuple[str, str, str]] = {
    "declared_missing_action": (child(KEY + BELONGS) + PARENT, OBJECT, child(KEY + EXPLICIT) + PARENT),
    "declared_order_dependent_action": (
        child(KEY + BELONGS) + parent("@HasMany(() => Child, 'parentId') children: any[];"),
        OBJECT,
        child(KEY + EXPLICIT)
        + parent("@HasMany(() => Child, { foreignKey: 'parentId', onDelete: 'CASCADE' }) children: any[];"),
    ),
    "declared_foreign_key_without_constraint": (child(KEY) + PARENT, OBJECT, child(KEY + EXPLICIT) + PARENT),
    "declared_phantom_column": (
        child(KEY + "@BelongsTo(() => Parent, 'parentid') parent: any;") + PARENT,
        "public.children.parentid",
        child(KEY + EXPLICIT) + PARENT,
    ),
    "declared_has_many_without_key": (
        child(KEY) + parent("@HasMany(() => Child) children: any[];"),
        "public.parents",
        child(KEY) + parent("@HasMany(() => Child, 'parentId') children: any[];"),
    ),
    "declared_sides_disagree": (
        child(KEY + EXPLICIT)
        + parent("@HasMany(() => Child, { foreignKey: 'parentId', onDelete: 'RESTRICT' }) children: any[];"),
        OBJECT,
        child(KEY + EXPLICIT)
        + parent("@HasMany(() => Child, { foreignKey: 'parentId', onDelete: 'CASCADE' }) children: any[];"),
    ),
    "declared_set_null_on_not_null": (
        child(KEY + EXPLICIT.replace("onDelete: 'CASCADE'", "onDelete: 'SET NULL'")) + PARENT,
        OBJECT,
        child(NULLABLE + EXPLICIT.replace("onDelete: 'CASCADE'", "onDelete: 'SET NULL'")) + PARENT,
    ),
    "declared_missing_index": (
        child(KEY + EXPLICIT, "indexes: [{ fields: ['createdAt', 'parentId'] }]") + PARENT,
        OBJECT,
        child(KEY + EXPLICIT, "indexes: [{ fields: ['parentId', 'createdAt'] }]") + PARENT,
    ),
    "declared_self_reference": (
        child("@Column(DataType.INTEGER) aboveId: number; @BelongsTo(() => Child, 'aboveId') above: any;"),
        "public.children.aboveId",
        child(KEY + EXPLICIT) + PARENT,
    ),
    "declared_cascade_diamond": (
        child(KEY + EXPLICIT)
        + PARENT
        + "@Table({ tableName: 'leaves' }) export class Leaf extends Model {"
        + " @Column(DataType.INTEGER) childId: number; @Column(DataType.INTEGER) parentId: number;"
        + " @BelongsTo(() => Child, { foreignKey: 'childId', onDelete: 'CASCADE' }) child: any;"
        + " @BelongsTo(() => Parent, { foreignKey: 'parentId', onDelete: 'RESTRICT' }) parent: any; }",
        "public.leaves.parentId",
        child(KEY + EXPLICIT)
        + PARENT
        + "@Table({ tableName: 'leaves' }) export class Leaf extends Model {"
        + " @Column(DataType.INTEGER) childId: number; @Column(DataType.INTEGER) parentId: number;"
        + " @BelongsTo(() => Child, { foreignKey: 'childId', onDelete: 'CASCADE' }) child: any;"
        + " @BelongsTo(() => Parent, { foreignKey: 'parentId', onDelete: 'CASCADE' }) parent: any; }",
    ),
    "declared_audit_column_without_key": (
        child("@Column(DataType.UUID) verifiedBy: string; @Column(DataType.STRING) createdBy: string;"),
        "public.children.verifiedBy",
        child(
            "@Column(DataType.INTEGER) verifiedBy: number; @BelongsTo(() => Parent, 'verifiedBy') verifier: any;"
        )
        + PARENT,
    ),
    "declared_column_without_association": (
        child("@Column(DataType.INTEGER) firstParentId: number; @Column(DataType.UUID) deviceId: string;")
        + PARENT,
        "public.children.firstParentId",
        child("@Column(DataType.INTEGER) parentId: number; @Column(DataType.STRING) parentType: string;")
        + PARENT,
    ),
    "declared_refused": (
        child("@Column @AllowNull(false) name: string;"),
        "Child.name",
        child("@AllowNull(false) @Column name: string;"),
    ),
    "declared_sync_aborts": (
        child("@Column someName: string;", "underscored: true, indexes: [{ fields: ['someName'] }]"),
        "public.children.children_some_name",
        child("@Column someName: string;", "underscored: true, indexes: [{ fields: ['some_name'] }]"),
    ),
    "declared_discarded_index": (
        child("@Index @Column name: string;", "indexes: [{ fields: ['createdAt'] }]"),
        "public.children.name",
        child("@Index @Column name: string;", "indexes: [{ fields: ['name', 'createdAt'] }]"),
    ),
    "declared_duplicate_table": (
        child("") + "@Table({ tableName: 'children' }) export class Kid extends Model {}",
        "public.children",
        child("") + "@Table({ tableName: 'kids' }) export class Kid extends Model {}",
    ),
    "declared_mixed_timestamps": (
        child("@Column(DataType.DATE) createdAt: Date;", "timestamps: false"),
        "public.children",
        child("@Column({ type: DataType.DATE, allowNull: false }) createdAt: Date;"),
    ),
    "declared_soft_delete_mismatch": (
        child(KEY + EXPLICIT, SOFT) + parent("", HARD),
        OBJECT,
        child(KEY + EXPLICIT, SOFT) + parent("", SOFT),
    ),
    "declared_naming_drift": (
        child("@Column first_name: string; @Column lastName: string;"),
        "public.children",
        child("@Column first_name: string; @Column lastName: string;", "underscored: true"),
    ),
    "declared_load_time_default": (
        child("@Column({ type: DataType.DATE, defaultValue: new Date() }) at: Date;"),
        "public.children.at",
        child("@Column({ type: DataType.DATE, defaultValue: () => new Date() }) at: Date;"),
    ),
    "declared_enum_labels": (
        child("@Column(DataType.ENUM('Open', 'open')) state: string;"),
        "public.children.state",
        child("@Column(DataType.ENUM('open', 'closed')) state: string;"),
    ),
    "declared_enum_from_code": (
        "enum State { A = 'a' }\n"
        + child("@Column(DataType.ENUM(...(Object.values(State) as string[]))) state: State;"),
        "public.children",
        child("@Column(DataType.ENUM('a')) state: string;"),
    ),
}

SEPARATE = {
    "models/one.ts": IMPORTS + "import { Two } from './two';\n@Table export class One extends Model {"
    " @HasMany(() => Two, 'oneId') twos: Two[]; }",
    "models/two.ts": IMPORTS + "import { One } from './one';\n@Table export class Two extends Model {"
    " @Column(DataType.INTEGER) oneId: number; @BelongsTo(() => One, 'oneId') one: any; }",
}

MODULE = """
import { SequelizeModule } from '@nestjs/sequelize';
import { %s } from './models/%s';
export const imports = [SequelizeModule.forRoot({ dialect: 'postgres', autoLoadModels: true%s }),
  SequelizeModule.forFeature([%s])];
"""
USER = IMPORTS + "@Table({ tableName: 'users', underscored: false }) export class User extends Model {}\n"
GROUP = IMPORTS + "@Table({ tableName: 'groups' }) export class Group extends Model {}\n"
GOOD = MODULE % ("User, Group", "index", ", synchronize: false", "User, Group")
INDEX = "export { User } from './user.model';\nexport { Group } from './group.model';\n"
FILES = {
    "models/user.model.ts": USER,
    "models/group.model.ts": GROUP,
    "models/index.ts": INDEX,
    "app.module.ts": GOOD,
}

# Check: files changed for the worse, the object that is found.
REGISTRATIONS: dict[str, tuple[dict[str, str], str]] = {
    "registration_unregistered_model": (
        {"app.module.ts": MODULE % ("User", "user.model", ", synchronize: false", "User")},
        "public.groups",
    ),
    "registration_not_exported": (
        {
            "models/index.ts": INDEX + "export { Extra } from './extra.model';\n",
            "models/extra.model.ts": GROUP.replace("Group", "Extra").replace("groups", "extras"),
            "models/more.model.ts": GROUP.replace("Group", "More").replace("groups", "mores"),
        },
        "public.mores",
    ),
    "registration_broken_name": (
        {"app.module.ts": MODULE % ("Usr, Group", "index", ", synchronize: false", "Usr, Group")},
        "Usr",
    ),
    "registration_synchronize": (
        {"app.module.ts": MODULE % ("User, Group", "index", "", "User, Group")},
        "forRoot",
    ),
    "registration_config_conflict": (
        {"database.config.js": "module.exports = { production: { define: { underscored: true } } };"},
        "define.underscored",
    ),
    "registration_other_orm": (
        {"old.entity.ts": "import { Entity } from 'typeorm';\n@Entity() export class Old {}"},
        "typeorm",
    ),
    "registration_file_name": (
        {"models/person.ts": USER.replace("User", "Someone").replace("users", "someones")},
        "Someone",
    ),
}


def write(folder: Path, files: dict[str, str]) -> Snapshot:
    """Write sources and return a snapshot with the frames that are read from them."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    options = Options(models=str(folder / "models"))
    snapshot = Snapshot("sources", {}, options=options)
    for collect in (declared_models, model_registration):
        collect(Target("sources", options=options), snapshot)
    return snapshot


def objects(snapshot: Snapshot, check: str) -> list[str]:
    outcome = checks.run_checks(snapshot, (check,))[0]
    assert outcome.status.value != "error", outcome.not_examined
    assert outcome.examined or not outcome.findings
    return [finding.object for finding in outcome.findings]


def test_every_check_on_sources_has_a_scenario() -> None:
    there = {name for name, one in checks.checks().items() if one.subject in ("declared", "registration")}
    assert there == SCENARIOS.keys() | REGISTRATIONS.keys() | {"declared_circular_imports"}


@pytest.mark.parametrize("check", SCENARIOS)
def test_declared_check(check: str, tmp_path: Path) -> None:
    bad, found, mended = SCENARIOS[check]
    assert objects(write(tmp_path / "bad", {"models/all.ts": IMPORTS + bad}), check) == [found]
    assert objects(write(tmp_path / "good", {"models/all.ts": IMPORTS + mended}), check) == []


@pytest.mark.parametrize("check", REGISTRATIONS)
def test_registration_check(check: str, tmp_path: Path) -> None:
    changed, found = REGISTRATIONS[check]
    assert found in objects(write(tmp_path / "bad", FILES | changed), check)
    assert objects(write(tmp_path / "good", FILES), check) == []


@pytest.mark.parametrize(
    ("models", "missing"),
    [
        ("[__dirname + '/../**/*.model{.ts,.js}']", ["public.Strays"]),
        ("[join(__dirname, '..', 'orders')]", ["public.Strays"]),
        ("[Order]", ["public.Strays"]),
        ("loadAll()", []),
    ],
)
def test_lists_by_pattern_folder_or_function(models: str, missing: list[str], tmp_path: Path) -> None:
    model = IMPORTS + "@Table export class NAME extends Model {}"
    files = {
        "models/users/user.model.ts": model.replace("NAME", "User"),
        "models/orders/order.model.ts": model.replace("NAME", "Order"),
        "models/db/stray.ts": model.replace("NAME", "Stray"),
        "models/db/index.ts": "import { join } from 'path';\nimport { Sequelize } from 'sequelize-typescript';\n"
        "import { SequelizeModule } from '@nestjs/sequelize';\nimport { User } from '../users/user.model';\n"
        "import { Order } from '../orders/order.model';\nexport const made = setUp();\n"
        f"export const db = new Sequelize({{ dialect: 'postgres', models: {models} }});\n"
        "export const feature = SequelizeModule.forFeature([User]);\n",
    }
    snapshot = write(tmp_path, files)
    assert objects(snapshot, "registration_unregistered_model") == missing
    assert objects(snapshot, "registration_broken_name") == []


def test_circular_imports_are_told_from_lazy_ones(tmp_path: Path) -> None:
    lazy = (
        SEPARATE["models/two.ts"]
        .replace("import { One } from './one';", "")
        .replace("() => One", "() => require('./one').One")
    )
    apart = "@Table export class Two extends Model {}"
    grades = {}
    for name, second in (("eager", SEPARATE["models/two.ts"]), ("lazy", lazy), ("apart", IMPORTS + apart)):
        snapshot = write(tmp_path / name, SEPARATE | {"models/two.ts": second})
        found = checks.run_checks(snapshot, ("declared_circular_imports",))[0].findings
        grades[name] = [finding.severity.value for finding in found]
    assert grades == {"eager": ["low"], "lazy": ["info"], "apart": []}


def test_findings_say_where_and_keep_their_fingerprints_when_lines_move(tmp_path: Path) -> None:
    bad = SCENARIOS["declared_missing_action"][0]
    prints = set()
    for number in (0, 3):
        snapshot = write(tmp_path / str(number), {"models/all.ts": "\n" * number + IMPORTS + bad})
        finding = checks.run_checks(snapshot, ("declared_missing_action",))[0].findings[0]
        assert finding.evidence["file"] == "all.ts"
        assert finding.evidence["line"] == 4 + number
        prints.add(finding.fingerprint)
    assert len(prints) == 1


def test_without_models_the_reason_says_how_to_name_them() -> None:
    snapshot = Snapshot("none", {})
    declared_models(Target("none"), snapshot)
    outcome = checks.run_checks(snapshot, ("declared_missing_action",))[0]
    assert outcome.status.value == "not_applicable"
    assert "models =" in outcome.not_examined[0].reason
