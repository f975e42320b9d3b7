"""The reader of declared models agrees with Sequelize itself on every fact."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import MakeDatabase
from tests.npm import node_modules
from tests.sequelize_agreement import FIXTURES, PROJECT, compare, run_sequelize
from workbench import catalog
from workbench.declared.models.inflection import pluralize, singularize, underscore
from workbench.declared.models.reader import read
from workbench.resources import resource
from workbench.server import Server

# Folders of fixtures on which Sequelize throws or sync() stops.
APART = ("refused", "aborts")


def _fixtures() -> list[Path]:
    return sorted(
        path for path in FIXTURES.iterdir() if path.is_dir() and path.name not in (*APART, "circle")
    )


@pytest.mark.parametrize("folder", _fixtures(), ids=lambda path: path.name)
def test_reader_and_sequelize_agree(folder: Path, pg18: Server, make_database: MakeDatabase) -> None:
    extra = folder / "before.sql"
    comparison = compare(folder, make_database, pg18, extra.read_text() if extra.exists() else "")
    assert comparison.result["error"] is None
    assert comparison.differences == []
    assert comparison.facts > 0


@pytest.mark.parametrize("demo", ["white_cross", "lithic"])
def test_reader_and_sequelize_agree_on_the_demo(
    demo: str, pg18: Server, make_database: MakeDatabase, record_property: pytest.RecordProperty
) -> None:
    comparison = compare(Path(str(resource("data"))) / demo / "models", make_database, pg18)
    record_property("facts", comparison.facts)
    assert comparison.result["error"] is None
    assert comparison.differences == []


@pytest.mark.parametrize("demo", ["white_cross", "lithic"])
def test_the_actions_of_the_reverse_order_are_those_that_sequelize_makes(
    demo: str, pg18: Server, make_database: MakeDatabase
) -> None:
    folder = Path(str(resource("data"))) / demo / "models"
    keys = read(folder).frames["declared_foreign_keys"]
    assert keys["is_order_dependent"].any() or demo == "lithic"
    expected = {
        (row.table_name, row.column_names): row.on_delete
        if pd.isna(row.alternative_on_delete)
        else row.alternative_on_delete
        for row in keys.itertuples()
    }
    target = make_database(pg18)
    assert run_sequelize(folder, target, "--reverse")["error"] is None
    made = catalog.capture(target, only=("database", "foreign_keys"))["foreign_keys"]
    assert {(row.table_name, row.column_names): row.on_delete for row in made.itertuples()} == expected


@pytest.mark.parametrize("folder", sorted((FIXTURES / "aborts").iterdir()), ids=lambda path: path.name)
def test_where_sync_stops_the_reader_says_so(folder: Path, pg18: Server, make_database: MakeDatabase) -> None:
    error = run_sequelize(folder, make_database(pg18))["error"]
    frame = read(folder).frames["declared_unread"]
    assert error is not None
    assert list(frame["kind"].unique()) == ["aborts"]


def test_keys_in_a_circle_are_read_as_sync_makes_them(pg18: Server, make_database: MakeDatabase) -> None:
    """With a circle sync() creates tables without keys and alters them, which doubles unique constraints."""
    comparison = compare(FIXTURES / "circle", make_database, pg18)
    doubled = [one for one in comparison.differences if "_key1" not in one]
    assert doubled == []
    assert any("_key1" in one for one in comparison.differences)


def test_names_are_inflected_as_sequelize_does() -> None:
    script = "const {Utils} = require('sequelize'); const w = JSON.parse(process.argv[1]);" + (
        "console.log(JSON.stringify(w.map(x => [Utils.pluralize(x), Utils.singularize(x), Utils.underscore(x)])))"
    )
    stems = [
        "person",
        "man",
        "woman",
        "child",
        "ox",
        "axis",
        "octopus",
        "status",
        "canvas",
        "bonus",
        "bus",
        "potato",
        "stadium",
        "analysis",
        "crisis",
        "knife",
        "leaf",
        "half",
        "hive",
        "city",
        "query",
        "company",
        "key",
        "matrix",
        "index",
        "box",
        "church",
        "class",
        "mouse",
        "foot",
        "tooth",
        "goose",
        "quiz",
        "criterion",
        "genus",
        "series",
        "news",
        "sheep",
        "movie",
        "media",
        "datum",
        "database",
        "process",
        "address",
        "hero",
        "shoe",
        "toe",
        "photo",
        "cookie",
        "tie",
        "glove",
        "cave",
        "valve",
        "staff",
        "roof",
        "proof",
        "safe",
        "cafe",
        "campus",
        "virus",
        "alias",
        "equipment",
        "information",
        "money",
        "rice",
        "SISSync",
        "APIKey",
        "_x",
        "a__B",
    ]
    words = sorted(
        {form for stem in stems for form in (stem, stem.capitalize(), f"Some{stem}", pluralize(stem))}
    )
    done = subprocess.run(
        ["node", "-e", script, json.dumps(words)],
        env={**os.environ, "NODE_PATH": str(node_modules(PROJECT))},
        capture_output=True,
        text=True,
        check=True,
    )
    assert [[pluralize(w), singularize(w), underscore(w)] for w in words] == json.loads(done.stdout)
