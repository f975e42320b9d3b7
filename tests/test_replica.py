"""Usage over the cluster against a real streaming standby, made by pg_basebackup."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import MakeDatabase
from workbench import catalog, checks
from workbench.checks import Inputs, run_check
from workbench.collectors import collectors
from workbench.findings import Status
from workbench.server import Server
from workbench.targets import Options, Target, parse_url

SETTINGS = {"autovacuum": "off", "wal_level": "replica", "hot_standby_feedback": "on"}
SCHEMA = """
create table visit (id int primary key, seen_at timestamptz not null, ward int not null, note text);
create index visit_ward on visit (ward);
create index visit_seen_at on visit (seen_at);
create index visit_note on visit (note);
insert into visit select g, now() - g * interval '1 min', g % 50, md5(g::text) from generate_series(1, 20000) as g;
create table reading (id int, at date not null) partition by range (at);
create table reading_2026 partition of reading for values from ('2026-01-01') to ('2027-01-01');
create index reading_at on reading (at);
insert into reading select g, date '2026-01-01' + g % 300 from generate_series(1, 5000) as g
"""
USE_INDEXES = (
    "set enable_seqscan = off",
    "select count(*) from visit where ward = 7",
    "select count(*) from visit where ward = 8",
    "select count(*) from reading where at = '2026-03-01'",
)


class Cluster:
    """A primary and its standby, with one database."""

    def __init__(self, folder: Path) -> None:
        self.primary = Server(folder / "p", settings=SETTINGS)
        self.standby = Server(folder / "s", settings=SETTINGS)

    def start(self) -> None:
        self.primary.start()
        execute(self.primary.url(), "create database ward")
        execute(self.primary.url("ward"), *SCHEMA.split(";\n"), "vacuum analyze")
        self._copy()
        self.standby.start()

    def _copy(self) -> None:
        self.standby._prepare_folder()
        source = str(self.primary._socket_folder())
        target = str(self.standby.data)
        options = ["-D", target, "-h", source, "-U", "postgres", "-R", "-c", "fast", "--no-sync"]
        self.standby._run("pg_basebackup", *options)
        with (self.standby.data / "postgresql.conf").open("a") as conf:
            conf.write(f"unix_socket_directories = '{self.standby._socket_folder()}'\n")

    def target(self, **replicas: str) -> Target:
        return Target("ward", parse_url(self.primary.url("ward")), options=Options(replicas=replicas))

    def remove(self) -> None:
        for server in (self.standby, self.primary):
            server.release()
            server.remove()


def execute(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())
        connection.execute("select pg_stat_force_next_flush()")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="wb-cluster-"))
    folder.chmod(0o755)
    made = Cluster(folder)
    try:
        made.start()
        yield made
    finally:
        made.remove()
        shutil.rmtree(folder, ignore_errors=True)


def captured(target: Target) -> Inputs:
    checks.checks()
    snapshot = catalog.capture(target)
    [one] = [c for c in collectors() if c.name == "replicas"]
    one.function(target, snapshot)
    return Inputs(snapshot)


def verdict(inputs: Inputs, name: str) -> Any:
    # A window of no days: the servers are seconds old.
    thresholds: dict[str, Any] = {"index_used_on_replica_only": {"min_bytes": 0}}
    return run_check(checks.checks()[name], inputs, thresholds.get(name, {"min_days": 0.0}))


def usage(inputs: Inputs, index: str) -> Any:
    frame = inputs["cluster_index_usage"]
    return frame[frame["index_name"] == index].iloc[0]


def test_an_index_that_only_the_standby_scans_is_in_use(cluster: Cluster) -> None:
    execute(cluster.standby.url("ward"), *USE_INDEXES)
    inputs = captured(cluster.target(reports=cluster.standby.url("ward")))
    assert inputs["cluster_nodes"]["is_examined"].tolist() == [True, True]
    ward = usage(inputs, "visit_ward")
    assert (ward["scans_count"], ward["target_scans_count"], ward["nodes"]) == (2, 0, ("reports",))
    # The partitioned index has no statistics of its own: its partitions' scans count for it.
    assert usage(inputs, "reading_at")["replica_scans_count"] == 1
    assert inputs["replica_table_activity"]["node_name"].unique().tolist() == ["reports"]

    unused = {finding.object for finding in verdict(inputs, "unused_index").findings}
    assert unused == {"public.visit.visit_seen_at", "public.visit.visit_note"}
    elsewhere = {finding.object for finding in verdict(inputs, "index_used_on_replica_only").findings}
    assert elsewhere == {"public.visit.visit_ward", "public.reading.reading_at"}


def test_an_unreachable_node_blocks_the_verdict_and_says_so(cluster: Cluster) -> None:
    nowhere = "postgresql://postgres@127.0.0.1:1/ward"
    inputs = captured(cluster.target(reports=cluster.standby.url("ward"), lost=nowhere))
    outcome = verdict(inputs, "unused_index")
    assert outcome.status is Status.NOT_APPLICABLE
    [reason] = [one for one in outcome.not_examined if one.object == "node lost"]
    assert "connection" in reason.reason and "may use any index" in reason.reason


def test_a_connected_standby_that_nobody_named_blocks_the_verdict(cluster: Cluster) -> None:
    for _ in range(50):
        inputs = captured(cluster.target())
        if len(inputs["standbys"]):
            break
        time.sleep(0.1)
    outcome = verdict(inputs, "unused_index")
    assert not outcome.findings
    assert any("does not name it" in one.reason for one in outcome.not_examined)


def test_a_stranger_is_not_taken_for_a_standby(
    cluster: Cluster, pg18: Server, make_database: MakeDatabase
) -> None:
    stranger = make_database(pg18)
    other = replace(cluster.target(), conninfo={**parse_url(cluster.primary.url("ward"))})
    execute(cluster.primary.url(), f'create database "{stranger.name}"')
    named = Target(
        "x",
        {**other.conninfo, "dbname": stranger.name},
        options=Options(replicas={"odd": pg18.url(stranger.name), "secret": "postgresql://a:b@h/d"}),
    )
    nodes = captured(named)["replica_nodes"].set_index("node_name")["reason"]
    assert "system identifier differs" in nodes["odd"]
    assert "password" in nodes["secret"] and "a:b" not in nodes["secret"]


def test_a_target_that_is_a_standby_itself_waits_for_its_primary(cluster: Cluster) -> None:
    standby = Target("ward", parse_url(cluster.standby.url("ward")))
    alone = captured(standby)["cluster_nodes"]
    assert alone[~alone["is_examined"]]["node_name"].tolist() == ["primary"]
    both = captured(replace(standby, options=Options(replicas={"primary": cluster.primary.url("ward")})))
    assert both["cluster_nodes"]["is_examined"].tolist() == [True, True]
