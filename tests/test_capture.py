"""Capture against real servers: contract of every query, round trip of the snapshot, hostile names."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import MakeDatabase
from workbench import catalog
from workbench.server import Server

SCHEMA = """
create table parent (id int primary key, name text not null);
create table child (id bigserial primary key, parent_id int references parent on delete cascade, tags text[]);
create index on child (parent_id) where parent_id is not null;
analyze
"""


@pytest.mark.parametrize("version", ["18", "16", "15"])
def test_every_query_keeps_its_contract(
    request: pytest.FixtureRequest, make_database: MakeDatabase, version: str
) -> None:
    server: Server = request.getfixturevalue(f"pg{version}")
    snapshot = catalog.capture(make_database(server, SCHEMA))
    assert snapshot.manifest["failed"] == []
    key = snapshot["foreign_keys"].iloc[0]
    assert (key["on_delete"], key["column_names"], key["referenced_columns"]) == (
        "CASCADE",
        ("parent_id",),
        ("id",),
    )


def test_a_saved_snapshot_comes_back_the_same(
    server: Server, make_database: MakeDatabase, tmp_path: Path
) -> None:
    snapshot = catalog.capture(make_database(server, SCHEMA))
    again = catalog.Snapshot.load(snapshot.save(tmp_path / "snapshot"))
    assert again.names() == snapshot.names()
    for name in snapshot.names():
        pd.testing.assert_frame_equal(snapshot[name], again[name])
