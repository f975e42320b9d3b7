"""Sources that no reader should trust: broken, huge, endless, circular, or refused by Sequelize itself."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.sequelize_agreement import FIXTURES, run_sequelize
from workbench.commands.declared import declared as command
from workbench.declared.models.reader import Declared, read

HEAD = "import { BelongsTo, Column, DataType, Model, Table } from 'sequelize-typescript';\n"
MODEL = HEAD + "@Table({ tableName: 'users' }) export class User extends Model { @Column name: string; }\n"


OTHER = MODEL.replace("users", "others").replace("User", "Other")


def read_files(folder: Path, **files: str) -> Declared:
    for name, content in files.items():
        path = folder / name.replace("__", "/")
        path = path.with_name(path.name.replace("_ts", ".ts").replace("_js", ".js"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return read(folder)


def tables(declared: Declared) -> list[str]:
    return sorted(declared.frames["declared_tables"]["table_name"])


def unread(declared: Declared) -> list[tuple[str, int, str]]:
    frame = declared.frames["declared_unread"]
    return list(zip(frame["file"], frame["line"], frame["reason"], strict=True))


def test_a_syntax_error_costs_its_surroundings_and_is_told(tmp_path: Path) -> None:
    found = read_files(tmp_path, good_ts=MODEL, bad_ts=OTHER + "\nexport const x = {{{ ;\n")
    assert "users" in tables(found)
    assert [(file, "syntax" in reason) for file, _, reason in unread(found)] == [("bad.ts", True)]


def test_files_that_are_no_models_are_left_out(tmp_path: Path) -> None:
    found = read_files(
        tmp_path,
        user_ts=MODEL,
        node_modules__x__model_ts=OTHER,
        dist__model_js=OTHER,
        **{"user.spec_ts": OTHER, "user.test_ts": OTHER, "user.d_ts": OTHER, "migrations__1_js": OTHER},
    )
    assert tables(found) == ["users"]
    assert found.files == 1


def test_binary_huge_linked_and_special_files_are_skipped_and_told(tmp_path: Path) -> None:
    (tmp_path / "binary.ts").write_bytes(b"\x00\x01" * 100)
    (tmp_path / "huge.ts").write_bytes(b"// x\n" * 500_000)
    os.mkfifo(tmp_path / "pipe.ts")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "dangling.ts").symlink_to(tmp_path / "nowhere.ts")
    found = read_files(tmp_path, user_ts=MODEL)
    assert tables(found) == ["users"]
    assert {file for file, _, _ in unread(found)} == {"binary.ts", "dangling.ts", "huge.ts", "pipe.ts"}


def test_circles_depth_and_size_end(tmp_path: Path) -> None:
    nested = "[" * 20_000 + "]" * 20_000
    found = read_files(
        tmp_path,
        a_ts="export * from './b'; export { x as y } from './b';\nexport class A extends B {}\n",
        b_ts="export * from './a'; import { y } from './a'; export const x = y; export class B extends A {}\n",
        deep_ts=HEAD
        + f"const deep = {nested};\n@Table({{ indexes: deep }}) export class Deep extends Model {{}}\n",
        self_ts=HEAD
        + "const f = (n) => f(n); @Table({ tableName: f(1) }) export class Loop extends Model {}\n",
        text_ts=_growing("`${{{0}}}${{{0}}}`", "'xxxxxxxxxx'", "{ tableName: a45 }", "Text"),
        list_ts=_growing("[...{0}, ...{0}]", "['x']", "{ indexes: a45 }", "List"),
        nest_ts=_growing("[{0}, {0}]", "['x']", "{ indexes: a45 }", "Nest"),
    )
    assert {"Deeps", "Loops"} <= set(tables(found))
    wanted = {"deep.ts", "self.ts", "text.ts", "list.ts", "nest.ts"}
    assert {file for file, _, _ in unread(found)} >= wanted


def _growing(step: str, first: str, options: str, name: str) -> str:
    """Return a model whose options double in size forty-five times."""
    steps = " ".join(f"const a{n + 1} = {step.format(f'a{n}')};" for n in range(45))
    return f"{HEAD}const a0 = {first}; {steps}\n@Table({options}) export class {name} extends Model {{}}\n"


def test_two_classes_of_one_name_are_told(tmp_path: Path) -> None:
    found = read_files(tmp_path, a_ts=MODEL, b_ts=MODEL.replace("users", "people"))
    assert tables(found) == ["people"]
    assert "a.ts" in unread(found)[0][2]


def test_what_cannot_be_read_is_named_with_its_column(tmp_path: Path) -> None:
    body = """
import { kind } from 'somewhere';
import { gone } from './gone';
@Table({ tableName: 'things', paranoid: config.soft }) export class Thing extends Model {
  @Column({ type: kind() }) a: string;
  @Column(DataType.ENUM(...gone)) b: string;
  @Column c: Whatever;
  @Column({ type: DataType.STRING, defaultValue: { a: 1 } }) d: string;
  @BelongsTo(() => missing(), 'a') e: any;
}
"""
    frame = read_files(tmp_path, thing_ts=HEAD + body).frames["declared_unread"]
    told = set(zip(frame["object"], frame["line"], strict=True))
    assert {
        ("public.things.a", 6),
        ("public.things.b", 7),
        ("public.things.c", 8),
        ("public.things.d", 9),
    } <= told
    assert ("public.things", 10) in told


def test_a_type_of_its_own_name_is_followed_as_the_compiler_does(tmp_path: Path) -> None:
    body = "@Table export class Kind extends Model { @Column a: Size; @Column b: Count | null; @Column c: Odd; }\n"
    types = "export type Size = 'S' | 'L';\nexport type Count = number;\nexport type Odd = Odd | Size;\n"
    found = read_files(
        tmp_path, kind_ts=HEAD + "import { Size, Count, Odd } from './types';\n" + body, types_ts=types
    )
    columns = found.frames["declared_columns"].set_index("column_name")["data_type"]
    assert (columns["a"], columns["b"]) == ("character varying(255)", "integer")
    assert columns[["c"]].isna().all()


def test_hostile_names_and_texts_survive(tmp_path: Path) -> None:
    name = "we\\'ird \\u0022<b>\\u{1F600}"
    body = f"@Table({{ tableName: '{name}', comment: '</script>' }}) export class Odd extends Model {{}}\n"
    assert tables(read_files(tmp_path, odd_ts=HEAD + body)) == ["we'ird \"<b>😀"]


def test_nothing_is_run(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    body = f"require('fs').writeFileSync({json.dumps(str(trap))}, 'x');\n"
    read_files(tmp_path / "models", user_ts=body + MODEL)
    assert not trap.exists()


def test_the_command_prints_one_document(tmp_path: Path) -> None:
    (tmp_path / "user.ts").write_text(MODEL)
    done = CliRunner().invoke(command, [str(tmp_path), "--format", "json"], standalone_mode=False)
    document = json.loads(done.output)
    assert done.return_value == 0
    table = document["tables"][0]
    assert (table["schema"], table["name"], table["model"], table["file"], table["line"]) == (
        *("public", "users", "User", "user.ts"),
        2,
    )
    assert table["options"] == {"paranoid": False, "timestamps": True, "underscored": False}
    assert {"name", "attribute", "type", "nullable", "default", "primary_key"} <= table["columns"][0].keys()
    assert document["unread"] == []
    shown = CliRunner().invoke(command, [str(tmp_path)], standalone_mode=False)
    assert "users" in shown.output


@pytest.mark.parametrize("folder", sorted((FIXTURES / "refused").iterdir()), ids=lambda path: path.name)
def test_what_sequelize_refuses_is_told(folder: Path) -> None:
    """Each fixture makes Sequelize throw while it loads; the reader has to say so too."""
    error = run_sequelize(folder, None, "--no-sync")["error"]
    frame = read(folder).frames["declared_unread"]
    assert error is not None
    assert list(frame["kind"].unique()) == ["refused"]
