"""Orphan probes against real servers: each kind of key, each way of not looking, budget, resume, estimate."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from tests.conftest import MakeDatabase, connect
from workbench import catalog
from workbench.commands.orphans import orphans as command
from workbench.probes import integrity, runner
from workbench.probes.orphans import ENFORCED
from workbench.probes.probe import frame
from workbench.server import Server
from workbench.targets import Target

KEYS = """
create extension citext; create schema "S x";
create table "S x"."P""a" (id int primary key, code citext unique, a int, b int, unique (a, b));
insert into "S x"."P""a" select g, 'Code' || g, g, g * 10 from generate_series(1, 100) g;
create table "S x".c (id int primary key, p int, code citext, a int, b int, fa int, fb int);
insert into "S x".c
select g, case when g % 10 = 0 then null when g % 50 = 7 then 1000 + g % 100 else g % 100 + 1 end,
    lower('Code' || (g % 100 + 1)), g % 100 + 1, (g % 100 + 1) * 10, g % 100 + 1,
    case when g % 25 = 3 then null else (g % 100 + 1) * 10 end
from generate_series(1, 1000) g;
alter table "S x".c
    add constraint single foreign key (p) references "S x"."P""a" not valid,
    add constraint other_case foreign key (code) references "S x"."P""a" (code) not valid,
    add constraint pair foreign key (a, b) references "S x"."P""a" (a, b) not valid,
    add constraint pair_full foreign key (fa, fb) references "S x"."P""a" (a, b) match full not valid;
create table pp (id int primary key);
insert into pp select generate_series(0, 149);
create table enforced (id int primary key, p int constraint enforced references pp);
insert into enforced values (1, 1), (2, null);
create table part (id int, p int constraint partitioned references pp) partition by range (id);
create table part1 partition of part for values from (0) to (100);
create table part2 partition of part for values from (100) to (200);
insert into part select g, g from generate_series(0, 149) g;
alter table part2 disable trigger all;
insert into part values (150, 777);
create table inh (id int primary key, p int);
create table inh_heir () inherits (inh);
insert into inh_heir values (1, 9999);
insert into inh values (2, 5), (3, -1);
alter table inh add constraint heirs foreign key (p) references pp not valid
"""
EXPECTED = {  # name: (total, examined, violations, distinct)
    "single": (1000, 900, 20, 2),
    "other_case": (1000, 1000, 0, 0),
    "pair": (1000, 1000, 0, 0),
    "pair_full": (1000, 1000, 40, 4),
    "partitioned": (151, 151, 1, 1),
    "heirs": (2, 2, 1, 1),
}


def probe_all(target: Target, *, everything: bool = False, budget: float = 60) -> pd.DataFrame:
    probes = integrity.all_probes(catalog.capture(target), everything=everything)
    return frame(runner.run(target, probes, budget)).set_index("name")


def test_orphans_of_every_kind_of_key(server: Server, make_database: MakeDatabase) -> None:
    found = probe_all(make_database(server, KEYS))
    # A composite key is asked for half-null rows too, under its own name.
    found = found[found["kind"] != "half_null"]
    for name, expected in EXPECTED.items():
        row = found.loc[name]
        assert (row["total"], row["examined"], row["violations"], row["distinct_values"]) == expected, name
        assert row["exact"]
    assert found.loc["enforced", "skipped"] == ENFORCED
    assert pd.isna(found.loc["enforced", "violations"])


def test_enforced_keys_are_probed_when_all_are_asked_for(server: Server, make_database: MakeDatabase) -> None:
    found = probe_all(make_database(server, KEYS), everything=True)
    assert (found.loc["enforced", "examined"], found.loc["enforced", "violations"]) == (1, 0)


def test_a_temporal_key_needs_its_period_covered(pg18: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        pg18,
        """
        create extension btree_gist;
        create table p (id int, valid daterange, primary key (id, valid without overlaps));
        create table c (id int, valid daterange);
        insert into p values (1, '[2020-01-01,2020-06-01)'), (1, '[2020-06-01,2021-01-01)');
        insert into c values (1, '[2020-03-01,2020-09-01)'), (1, '[2020-11-01,2021-02-01)'),
            (null, '[2020-01-01,2020-02-01)');
        alter table c add constraint temporal foreign key (id, period valid) references p not enforced
        """,
    )
    row = probe_all(target).loc["temporal"]
    assert (row["total"], row["examined"], row["violations"]) == (3, 2, 1)


def test_a_trigger_that_swallows_deletes_raises_doubt(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table p (id int primary key);
        create table c (id int primary key, p int constraint swallowed references p on delete cascade);
        create function keep() returns trigger language plpgsql as 'begin return null; end';
        create trigger keep before delete on c for each row execute function keep();
        insert into p values (1), (2);
        insert into c values (1, 1), (2, 2);
        delete from p where id = 2
        """,
    )
    assert probe_all(target).loc["swallowed", "violations"] == 1


def test_what_the_role_may_not_read_is_said(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        server,
        """
        create table p (id int primary key);
        create table hidden (id int primary key, p int); create table secured (id int primary key, p int);
        insert into secured values (1, -5);
        alter table hidden add constraint no_right foreign key (p) references p not valid;
        alter table secured add constraint row_security foreign key (p) references p not valid;
        alter table secured enable row level security;
        do 'begin create role probe_reader login; exception when duplicate_object then null; end';
        grant select on p, secured to probe_reader
        """,
        user="probe_reader",
    )
    found = probe_all(target)
    assert found.loc["no_right", "skipped"] == "no SELECT right on public.hidden (p)"
    assert "row-level security" in found.loc["row_security", "skipped"]
    assert found["violations"].isna().all()
    with connect(target.__class__(target.name, {**target.conninfo, "user": "postgres"})) as connection:
        connection.execute("drop owned by probe_reader")


def test_a_locked_table_costs_its_own_probe_only(pg18: Server, make_database: MakeDatabase) -> None:
    target = make_database(pg18, KEYS, lock_timeout=0.1)
    probes = integrity.all_probes(catalog.capture(target))
    with connect(target) as connection, connection.transaction():
        connection.execute("lock table inh in access exclusive mode")
        found = frame(runner.run(target, probes, 60)).set_index("name")
    assert found.loc["heirs", "skipped"] == "another session holds a lock on the table"
    assert found.loc["single", "violations"] == 20


def test_a_spent_budget_skips_and_a_resume_file_goes_on(
    pg18: Server, make_database: MakeDatabase, tmp_path: Path
) -> None:
    target = make_database(pg18, KEYS)
    probes = integrity.all_probes(catalog.capture(target))
    resume = tmp_path / "resume.jsonl"
    spent = runner.run(target, probes, 0.0, resume)
    assert {r.skipped for r in spent} == {"the time budget of 0 s was spent", ENFORCED}
    first = runner.run(target, probes, 60, resume)
    with resume.open("a") as handle:
        handle.write('{"probe": "half a li')
    with connect(target) as connection:
        connection.execute('truncate "S x".c')
    assert runner.run(target, probes, 60, resume) == first


def test_side_by_side_connections_share_one_snapshot(pg18: Server, make_database: MakeDatabase) -> None:
    target = make_database(pg18, "create table t (id int)", connections=3)
    with runner._sessions(target, 3) as connections:
        with connect(target) as writer:
            writer.execute("insert into t values (1)")
        counts = [
            connection.execute("select count(*) from public.t").fetchone() for connection in connections
        ]
    assert counts == [(0,), (0,), (0,)]


def test_a_probe_out_of_time_becomes_an_estimate(
    pg18: Server, make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = make_database(
        pg18,
        """
        create table p (id int primary key); insert into p select generate_series(1, 1000);
        create table c (id int, p int);
        insert into c select g, case when g between 50000 and 60000 then -g else g % 1000 + 1 end
        from generate_series(1, 200000) g;
        alter table c add constraint big foreign key (p) references p not valid; analyze
        """,
    )
    [probe] = integrity.all_probes(catalog.capture(target))
    monkeypatch.setattr(runner, "SAMPLED_PAGES", 200)
    with runner._sessions(target, 1) as (connection,):
        result = runner._estimate(connection, probe, {}, 20)
    assert not result.exact
    assert result.low is not None and result.high is not None and result.violations is not None
    assert 0 < result.low <= 10001 <= result.high < 40000
    assert result.low <= result.violations <= result.high


@pytest.mark.parametrize(
    ("pages", "affected", "per_page"), [(5000, 40, 30), (5000, 400, 8), (20000, 3000, 1)]
)
def test_the_interval_covers_clustered_violations(pages: int, affected: int, per_page: int) -> None:
    random = np.random.default_rng(7)
    share = 0.1
    rows = np.zeros(pages, dtype=int)
    rows[:affected] = random.integers(1, per_page + 1, affected)
    covered = 0
    for _ in range(400):
        drawn = rows[random.random(pages) < share]
        _, low, high = runner.clustered_interval(int(drawn.sum()), int((drawn**2).sum()), share, 60)
        covered += low <= rows.sum() <= high
    assert covered / 400 >= 0.92


def test_a_clean_sample_still_leaves_room_for_violations() -> None:
    estimate, low, high = runner.clustered_interval(0, 0, 0.01, 50)
    assert (estimate, low) == (0, 0)
    # 3.7 pages would be seen with 97.5 % probability; each may hold 50 rows.
    assert high == pytest.approx(3.67 * 50 / 0.01, rel=0.02)


def test_the_command_prints_one_document_and_masks_keys(pg18: Server, make_database: MakeDatabase) -> None:
    target = make_database(pg18, KEYS)
    host, database = target.conninfo["host"], target.conninfo["dbname"]
    url = f"postgresql://postgres@/{database}?host={host.replace('/', '%2F')}"
    done = CliRunner().invoke(command, [url, "--format", "json"])
    assert done.exit_code == 0, done.output
    probes = {probe["name"]: probe for probe in json.loads(done.stdout)["probes"]}
    assert probes["single"]["violations"] == 20
    assert probes["single"]["table"] == "S x.c"
    assert probes["single"]["referenced_table"] == 'S x.P"a'
    assert probes["single"]["keys"] == ["9999"]
    assert probes["enforced"]["skipped"] == ENFORCED
    shown = CliRunner().invoke(command, [url, "--show-keys", "--format", "json"])
    keys = {probe["name"]: probe["keys"] for probe in json.loads(shown.stdout)["probes"]}
    assert set(keys["single"]) == {"1007", "1057"}
    table = CliRunner().invoke(command, [url])
    assert "S x.c(p)" in table.stdout and "9999" in table.stdout and "1007" not in table.stdout


def test_a_masked_key_shows_its_shape_only() -> None:
    assert runner.masked("AB-12 é") == "xx-99 x"
    assert runner.masked("") == ""
