"""What statements ask of tables, and the checks that rest on it, against real servers and their statistics."""

from __future__ import annotations

import psycopg
import pytest

from tests.conftest import MakeDatabase
from tests.scenarios import execute, mends, objects_of, outcome_of
from workbench.accesses import Access, UnreadStatementError, accesses, counts_its_rows, resolver
from workbench.checks.index_scores import index_scores
from workbench.findings import Status
from workbench.review import judge, take
from workbench.server import Server
from workbench.targets import Target, connection_string

COLUMNS = resolver(
    {
        ("public", "visit"): frozenset({"id", "ward", "state", "seen_at", "data", "words", "gone_at"}),
        ("public", "ward"): frozenset({"id", "name"}),
        ("public", "Odd t"): frozenset({"a b"}),
    }
)


def _asked(statement: str) -> list[dict[str, object]]:
    def plain(access: Access) -> dict[str, object]:
        found = {
            name: value for name, value in vars(access).items() if value and name not in ("schema", "joins")
        }
        joins = {"joins": [(column, other.table) for column, other in access.joins]} if access.joins else {}
        return found | joins

    return [plain(access) for access in accesses(statement, COLUMNS)]


@pytest.mark.parametrize(
    ("statement", "asked"),
    [
        (
            "select * from visit where ward = $1 and seen_at > $2 and gone_at is null order by id desc",
            [{"table": "visit", "equal": ["ward"], "ranges": ["seen_at"], "nulls": ["gone_at"], "sorts": ["id"]}],
        ),
        ("select * from visit where ward = $1 or state = $2", [{"table": "visit"}]),
        ("select * from visit where ward in ($1, $2)", [{"table": "visit", "equal": ["ward"]}]),
        ("update visit set state = $1 where id = any($2)", [{"table": "visit", "equal": ["id"]}]),
        (
            "delete from visit as v using ward w where w.id = v.ward and w.name = $1",
            [
                {"table": "visit", "joins": [("ward", "ward")]},
                {"table": "ward", "equal": ["name"], "joins": [("id", "visit")]},
            ],
        ),
        (
            "select 1 from ward where exists (select from visit v where v.ward = ward.id and v.state = $1)",
            [
                {"table": "ward", "joins": [("id", "visit")]},
                {"table": "visit", "equal": ["state"], "joins": [("ward", "ward")]},
            ],
        ),
        (
            "with visit as (select 1 as id) select * from visit where id = $1",
            [],
        ),
        (
            "select * from visit where data @> $1 and data ->> 'k' = $2 and words @@ to_tsquery($3)",
            [{"table": "visit", "contained": [("data", "jsonb"), ("words", "search")], "json_keys": ["data"]}],
        ),
        ('select from public."Odd t" where "a b" between $1 and $2 limit ?', [{"table": "Odd t", "ranges": ["a b"]}]),
        ("select * from visit where seen_at = seen_at and ward = id", [{"table": "visit"}]),
        ("insert into ward select id, $1 from visit where state = $2", [{"table": "visit", "equal": ["state"]}]),
    ],
)  # fmt: skip
def test_what_a_statement_asks(statement: str, asked: list[dict[str, object]]) -> None:
    assert _asked(statement) == asked


def test_a_statement_that_was_cut_is_refused() -> None:
    with pytest.raises(UnreadStatementError):
        accesses("select * from visit where ward in ($1 ) then", COLUMNS)


def test_a_join_is_looked_up_from_its_filtered_side_alone() -> None:
    visit, ward = accesses("select * from visit v join ward w on w.id = v.ward where w.name = $1", COLUMNS)
    assert (visit.needed(), ward.needed()) == (["ward"], ["name"])
    visit, ward = accesses("select * from visit v join ward w on w.id = v.ward", COLUMNS)
    assert (visit.needed(), ward.needed()) == ([], [])


SCHEMA = """
create extension pg_stat_statements;
create table visit (id int primary key, ward int, state text, seen_at timestamptz, data jsonb, gone_at timestamptz);
insert into visit select g, g % 3000, (array['open', 'done'])[1 + g % 2], now() - g * interval '1 min',
    jsonb_build_object('n', g), case when g % 50 = 0 then now() end from generate_series(1, 30000) as g;
create table small (id int, ward int);
insert into small select g, g from generate_series(1, 100) as g
--;
vacuum analyze
--;
select pg_stat_statements_reset()
"""


def _call(target: Target, times: int, statement: str, *parameters: object) -> None:
    with psycopg.connect(connection_string(target), autocommit=True) as connection:
        for _ in range(times):
            connection.execute(statement.encode(), parameters)


def test_unserved_statement(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, SCHEMA)
    _call(target, 30, "select * from visit where ward = %s order by seen_at desc limit 5", 7)
    _call(
        target, 30, "select * from visit where state = %s limit 1", "open"
    )  # half of the rows: no index helps
    _call(target, 30, "select * from visit where id = %s", 7)  # served by the primary key
    _call(target, 30, "select * from small where ward = %s", 7)  # too small to matter
    _call(target, 5, "select * from visit where seen_at = %s", "2020-01-01")  # too rare to matter
    [finding] = mends(target, "unserved_statement")
    assert finding.object == "public.visit.ward"
    assert finding.evidence["columns"] == ["ward", "seen_at"] and finding.evidence["calls_count"] == 30
    assert finding.evidence["wanted_rows_count"] == 10


def test_a_rare_value_of_a_column_with_few(server: Server, make_database: MakeDatabase) -> None:
    rare = "update visit set state = 'late' where id % 300 = 0\n--;\nvacuum analyze visit\n--;\n"
    target = make_database(server, SCHEMA.replace("select pg_stat", rare + "select pg_stat"))
    _call(target, 30, "select id from visit where state = %s", "late")
    [finding] = mends(target, "unserved_statement")
    assert finding.object == "public.visit.state" and finding.evidence["wanted_rows_count"] == 100
    _call(target, 30, "select id from visit where state = %s", "open")
    assert objects_of(target, "unserved_statement") == []  # on average a fourth of the rows is asked for


@pytest.mark.parametrize(
    ("statement", "counts"),
    [
        ('select "id" from t where a = $1 and b = $2::text order by c for update', True),
        ("delete from t where a = $1", True),
        ("select id from t where a = $1 limit $2", False),
        ("select count(*) from t where a = $1", False),
        ("select distinct a from t where a = $1", False),
        ("select a from t, u where a = $1", False),
        ("select a from t where a = $1 or b = $2", False),
        ("update t set a = $1 where b > $2", False),
        ("select a, (select 1) from t where a = $1", False),
    ],
)
def test_whether_the_rows_of_a_statement_tell_its_selectivity(statement: str, counts: bool) -> None:
    assert counts_its_rows(statement) is counts


def test_an_index_on_the_leading_columns_serves(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, SCHEMA + "--;\ncreate index on visit (ward, state)")
    _call(target, 30, "select * from visit where ward = %s", 7)
    _call(target, 30, "select * from visit where ward = %s and seen_at > now()", 7)
    assert objects_of(target, "unserved_statement") == []


def test_missing_index_of_a_special_kind(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, SCHEMA)
    _call(target, 30, "select id from visit where data @> %s", '{"n": 7}')
    _call(target, 30, "select id from visit where gone_at is not null")
    found = {finding.object for finding in mends(target, "missing_index")}
    assert found == {"public.visit.data", "public.visit.gone_at"}


def test_without_statements_nobody_looked(server: Server, make_database: MakeDatabase) -> None:
    target = make_database(server, "create table t (id int)")
    outcome = outcome_of(target, "unserved_statement")
    assert outcome.status is Status.NOT_APPLICABLE
    assert "pg_stat_statements" in outcome.not_examined[0].reason


def test_index_used_on_replica_only_needs_a_replica(pg18: Server, make_database: MakeDatabase) -> None:
    outcome = outcome_of(
        make_database(pg18, "create table t (id int primary key)"), "index_used_on_replica_only"
    )
    assert outcome.status is Status.NOT_APPLICABLE


def test_index_scores_name_what_cost_points(pg18: Server, make_database: MakeDatabase) -> None:
    target = make_database(
        pg18,
        """
        create table ward (id int primary key);
        create table visit (id int primary key, ward_id int references ward, "od.d" text);
        create index visit_odd on visit ("od.d");
        create index visit_odd_again on visit ("od.d");
        create table keyless (id int);
        insert into ward select generate_series(1, 50);
        insert into visit select g, g % 50 + 1, 'x' from generate_series(1, 60000) as g;
        insert into keyless select 1
        --;
        analyze
        """,
    )
    review = judge(take(target, rows=False))
    scores = index_scores(review["tables"], review.outcomes).set_index("object")
    assert scores.loc["public.ward", "score"] == 10.0 and scores.loc["public.ward", "reasons"] == ()
    assert scores.loc["public.keyless", "score"] == 7.0
    visit = scores.loc["public.visit"]
    assert visit["score"] == 7.0
    assert visit["reasons"] == (
        "-2: foreign keys without a supporting index (1)",
        "-1: duplicate indexes (1)",
    )
    # A window of seconds tells nothing of usage, and the score says so.
    assert "unused_index" in visit["not_judged"]
    execute(target, "create index on visit (ward_id);")
    review = judge(take(target, rows=False))
    assert (
        index_scores(review["tables"], review.outcomes).set_index("object").loc["public.visit", "score"]
        == 9.0
    )
