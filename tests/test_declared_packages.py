"""Several packages below one folder: names, connections and registration of one are nothing to the other."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import MakeDatabase
from tests.test_drift import drift_of
from workbench.catalog import Snapshot
from workbench.checks import run_checks
from workbench.declared.models import read, read_registration
from workbench.findings import Severity
from workbench.server import Server

DATABASE = """import {{Sequelize}} from 'sequelize-typescript'; import {{User}} from './user.model';
import {{Post}} from './post.model';
export const connection = new Sequelize({{models: [User, Post], define: {{underscored: {}, schema: '{}'}}}});
"""
USER = """import {{Table, Column, Model, DataType}} from 'sequelize-typescript';
@Table({{tableName: 'users', timestamps: false}}) export class User extends Model {{
    @Column(DataType.TEXT) firstName: string; {} }}
"""
POST = """import {Table, Column, Model, DataType, ForeignKey, BelongsTo} from 'sequelize-typescript';
import {User} from './user.model';
@Table({tableName: 'posts', timestamps: false}) export class Post extends Model {
    @ForeignKey(() => User) @Column({type: DataType.INTEGER, allowNull: true}) userId: number;
    @BelongsTo(() => User) user: User; }
"""
TABLES = """
create table {0}.users (id serial primary key, {1} text {3});
create table {0}.posts (id serial primary key, {2} int references {0}.users on delete set null on update cascade);
"""


def services(root: Path, **made: tuple[str, str, str]) -> Path:
    """Write a package for each service: whether it underscores, its schema, further attributes of its user."""
    (root / "package.json").write_text("{}")
    for name, (underscored, schema, more) in made.items():
        folder = root / "services" / name
        (folder / "src").mkdir(parents=True)
        (folder / "package.json").write_text("{}")
        (folder / "src" / "database.ts").write_text(DATABASE.format(underscored, schema))
        (folder / "src" / "user.model.ts").write_text(USER.format(more))
        (folder / "src" / "post.model.ts").write_text(POST)
    return root


def test_each_package_has_names_and_options_of_its_own(
    tmp_path: Path, pg18: Server, make_database: MakeDatabase
) -> None:
    folder = services(
        tmp_path, alpha=("true", "alpha", ""), beta=("false", "beta", "@Column(DataType.TEXT) nick: string;")
    )
    alpha = TABLES.format("alpha", "first_name", "user_id", "")
    beta = TABLES.format("beta", '"firstName"', '"userId"', ", nick text")
    target = make_database(pg18, f"create schema alpha; create schema beta; {alpha} {beta}")
    found = drift_of(folder, target)
    assert found.empty, found[["kind", "object", "detail"]].to_string()
    registered = read_registration(folder)
    places = {(row["model"], row["file"].split("/")[1], row["registered_in"]) for row in registered.models}
    assert places == {
        (model, service, f"services/{service}/src/database.ts:3")
        for model in ("User", "Post")
        for service in ("alpha", "beta")
    }


def test_two_packages_that_share_a_table_are_no_duplicate(
    tmp_path: Path, pg18: Server, make_database: MakeDatabase
) -> None:
    folder = services(tmp_path, alpha=("true", "public", ""), beta=("true", "public", ""))
    target = make_database(pg18, TABLES.format("public", "first_name", "user_id", ""))
    assert drift_of(folder, target).empty
    outcomes = run_checks(Snapshot("shared", dict(read(folder).frames)), ["declared"])
    assert [f.title for one in outcomes for f in one.findings if f.severity >= Severity.MEDIUM] == []


def test_two_connections_keep_models_of_one_name_and_one_does_not(tmp_path: Path) -> None:
    (tmp_path / "models.js").write_text(
        "const {Sequelize, DataTypes: D} = require('sequelize');\n"
        "const own = new Sequelize('a', {}), other = new Sequelize('b', {});\n"
        "own.define('User', {n: D.TEXT}, {tableName: 'own_users'});\n"
        "other.define('User', {n: D.TEXT}, {tableName: 'other_users'});\n"
        "own.define('User', {n: D.TEXT}, {tableName: 'later_users'});\n"
    )
    frames = read(tmp_path).frames
    assert set(frames["declared_tables"]["table_name"]) == {"other_users", "later_users"}
    refused = frames["declared_unread"]
    assert refused[["kind", "line"]].values.tolist() == [["refused", 5]]
