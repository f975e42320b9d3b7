"""Tables and indexes of many shapes, with the history that bloats them, for the truth of a rebuild.

Each shape is plain SQL, made from ``setseed`` and arithmetic, so every run gives the same rows on one
version. ``{t}`` is the shape's table. Statements are separated by lines of ``--;``.
"""

from __future__ import annotations

from dataclasses import dataclass

SERIES = "generate_series(1, 60000) as g"
SHUFFLED = "generate_series(1, 60000) as g order by md5(g::text)"


@dataclass(frozen=True)
class Shape:
    """One table with its indexes and its history.

    ``judges`` says what is compared with a rebuild: ``index``, ``heap`` or both. ``refused`` are the kinds
    of which the estimate has to say that it cannot tell.
    """

    name: str
    sql: str
    judges: tuple[str, ...] = ("index",)
    refused: tuple[str, ...] = ()
    settles: bool = True
    """VACUUM and ANALYZE follow, as autovacuum would see to."""

    def script(self) -> str:
        """Return the statements that make the shape."""
        finish = "--;\nvacuum {t}\n--;\nanalyze {t}" if self.settles else ""
        return ("select setseed(0.42)\n--;\n" + self.sql + finish).replace("{t}", f"shape_{self.name}")


def _table(columns: str, select: str, *after: str) -> str:
    """Return CREATE TABLE, INSERT and what follows."""
    steps = [f"create table {{t}} ({columns})", f"insert into {{t}} {select}", *after]
    return "\n--;\n".join(steps) + "\n"


CHURN = "update {t} set k = k + 0 where id % 3 = 0"
QUEUE = tuple(
    step
    for n in range(5)
    for step in (
        f"insert into {{t}} select g, md5(g::text) from generate_series({n} * 20000 + 1, {n + 1} * 20000) as g",
        f"delete from {{t}} where id <= {n} * 20000 + 16000",
        "vacuum {t}",
    )
)

INDEX_SHAPES = (
    Shape("fresh_key", _table("id int primary key, v text", f"select g, 'x' from {SERIES}")),
    Shape("random_bigint", _table("id bigint primary key", f"select g from {SHUFFLED}")),
    Shape(
        "churned_key",
        _table(
            "id int primary key, k int",
            f"select g, g from {SHUFFLED}",
            "create index on {t} (k)",
            "update {t} set k = k + 100000 where id % 2 = 0",
            "vacuum {t}",
            "update {t} set k = k + 200000 where id % 3 = 0",
        ),
    ),
    Shape(
        "deleted_scattered",
        _table("id int primary key", f"select g from {SERIES}", "delete from {t} where id % 10 < 7"),
    ),
    Shape(
        "deleted_range",
        _table("id int primary key", f"select g from {SERIES}", "delete from {t} where id < 36000"),
    ),
    Shape("queue", _table("id int primary key, v text", "select 0, ''", *QUEUE)),
    Shape(
        "low_cardinality_built",
        _table("id int, k int", f"select g, g % 10 from {SHUFFLED}", "create index on {t} (k)"),
    ),
    Shape(
        "low_cardinality_grown",
        _table(
            "id int, k int",
            "select 0, 0",
            "create index on {t} (k)",
            f"insert into {{t}} select g, g % 7 from {SHUFFLED}",
            "delete from {t} where id % 2 = 0",
        ),
    ),
    Shape(
        "status_moves",
        _table(
            "id int, k text",
            f"select g, 'pending' from {SERIES}",
            "create index on {t} (k)",
            "update {t} set k = 'active' where id % 10 <> 0",
            "vacuum {t}",
            "update {t} set k = 'closed' where id % 3 = 0",
        ),
    ),
    Shape(
        "children_random",
        _table(
            "id int, k int not null",
            "select 0, 0",
            "create index on {t} (k)",
            f"insert into {{t}} select g, (random() * 12000)::int from {SHUFFLED}",
        ),
    ),
    Shape(
        "children_exact",
        _table("id int, k bigint", f"select g, g / 4 from {SERIES}", "create index on {t} (k)"),
    ),
    Shape(
        "children_skewed",
        _table(
            "id int, k int",
            f"select g, (20000 * random() ^ 4)::int from {SHUFFLED}",
            "create index on {t} (k)",
            "delete from {t} where id % 4 = 0",
        ),
    ),
    Shape(
        "shared_prefix",
        _table(
            "id int, k text",
            "select 0, ''",
            "create index on {t} (k)",
            f"insert into {{t}} select g, 'https://records.example.org/students/' || g from {SHUFFLED}",
        ),
    ),
    Shape(
        "email_text",
        _table(
            "id int, k text not null unique",
            f"select g, left(md5(g::text), 4 + (random() * 20)::int) || g || '@example.org' from {SHUFFLED}",
            "delete from {t} where id % 3 = 0",
        ),
    ),
    Shape(
        "half_null",
        _table(
            "id int, k int",
            "select 0, 0",
            "create index on {t} (k)",
            f"insert into {{t}} select g, case when g % 2 = 0 then g end from {SHUFFLED}",
        ),
    ),
    Shape(
        "nearly_all_null",
        _table(
            "id int, k timestamptz",
            f"select g, case when g % 20 = 0 then now() - g * interval '1 min' end from {SERIES}",
            "create index on {t} (k)",
            "delete from {t} where id % 5 < 2",
        ),
    ),
    Shape(
        "tenant_time",
        _table(
            "id int, k int, at timestamptz",
            "select 0, 0, now()",
            "create index on {t} (k, at desc)",
            f"insert into {{t}} select g, g % 20, now() - g * interval '7 s' from {SHUFFLED}",
        ),
    ),
    Shape(
        "status_kind",
        _table(
            "id int, k text, l smallint",
            f"select g, (array['open', 'closed', 'cancelled'])[1 + g % 3], g % 5 from {SHUFFLED}",
            "create index on {t} (k, l)",
            "delete from {t} where id % 2 = 0",
        ),
    ),
    Shape(
        "dependent_columns",
        _table(
            "id int, k int, l int",
            f"select g, g / 8, g / 8 / 10 from {SERIES}",
            "create index on {t} (k, l)",
        ),
        refused=("index",),
    ),
    Shape(
        "dependent_with_statistics",
        _table(
            "id int, k int, l int",
            f"select g, g / 8, g / 8 / 10 from {SERIES}",
            "create index on {t} (k, l)",
            "create statistics stx_dependent (ndistinct) on k, l from {t}",
            "delete from {t} where id % 3 = 0",
        ),
    ),
    Shape(
        "numeric_price",
        _table(
            "id int, k numeric(10, 2)",
            "select 0, 0",
            "create index on {t} (k)",
            f"insert into {{t}} select g, round((random() * 20000)::numeric, 2) from {SHUFFLED}",
        ),
    ),
    Shape(
        "numeric_mixed",
        _table(
            "id int, k numeric",
            f"select g, case when g % 3 = 0 then g else g::numeric / 700000 end from {SERIES}",
            "create index on {t} (k)",
            "delete from {t} where id % 5 = 0",
        ),
    ),
    Shape(
        "uuid_random",
        _table("k uuid primary key", f"select md5(g::text)::uuid from {SERIES}"),
    ),
    Shape(
        "uuid_ordered",
        _table(
            "id int, k uuid primary key",
            f"select g, (lpad(to_hex(g), 12, '0') || left(md5(g::text), 20))::uuid from {SERIES}",
            "delete from {t} where id % 2 = 0",
        ),
    ),
    Shape(
        "fillfactor_50",
        _table("id int primary key with (fillfactor = 50), k int", f"select g, g from {SERIES}"),
    ),
    Shape(
        "fillfactor_70_churned",
        _table(
            "id int, k int",
            f"select g, g from {SHUFFLED}",
            "create index on {t} (k) with (fillfactor = 70)",
            "update {t} set k = k + 1 where id % 2 = 0",
        ),
    ),
    Shape(
        "fillfactor_100",
        _table(
            "id int, k int",
            f"select g, g from {SHUFFLED}",
            "create index on {t} (k) with (fillfactor = 100)",
            "delete from {t} where id % 4 = 0",
        ),
    ),
    Shape(
        "expression_lower",
        _table(
            "id int, k text",
            f"select g, 'User' || g || '@Example.org' from {SHUFFLED}",
            "create index on {t} (lower(k))",
            "delete from {t} where id % 2 = 0",
        ),
    ),
    Shape(
        "expression_day",
        _table(
            "id int, k timestamp",
            f"select g, timestamp '2026-01-01' + g * interval '5 min' from {SERIES}",
            "create index on {t} (date_trunc('day', k))",
        ),
    ),
    Shape(
        "include",
        _table(
            "id int, k int, v text",
            f"select g, g % 3000, md5(g::text) from {SHUFFLED}",
            "create index on {t} (k) include (v)",
            "delete from {t} where id % 3 = 0",
        ),
    ),
    Shape(
        "partial_unique",
        _table(
            "id int not null, k boolean",
            f"select g, g % 2 = 0 from {SERIES}",
            "create unique index on {t} (id) where k",
            "delete from {t} where id % 3 = 0",
        ),
    ),
    Shape(
        "partial_shared",
        _table(
            "id int, k int not null, s text",
            f"select g, g % 900, case when g % 3 = 0 then 'open' else 'done' end from {SERIES}",
            "create index on {t} (k) where s = 'open'",
        ),
        refused=("index",),
    ),
    Shape(
        "stale",
        _table(
            "id int primary key",
            f"select g from {SERIES}",
            "vacuum analyze {t}",
            "delete from {t} where id % 2 = 0",
        ),
        refused=("index",),
        settles=False,
    ),
    Shape(
        "never_analysed",
        _table("id int primary key", f"select g from {SERIES}"),
        refused=("index",),
        settles=False,
    ),
    Shape(
        "no_deduplication",
        _table(
            "id int, k int",
            f"select g, g % 50 from {SHUFFLED}",
            "create index on {t} (k) with (deduplicate_items = off)",
            "delete from {t} where id % 3 = 0",
        ),
    ),
    Shape(
        "mixed_alignment",
        _table(
            "id int, a boolean, b bigint, c smallint",
            f"select g, g % 2 = 0, g, g % 9 from {SHUFFLED}",
            "create index on {t} (a, b, c)",
            "delete from {t} where id % 3 = 0",
        ),
    ),
    Shape(
        "dates",
        _table(
            "id int, k date",
            "select 0, '2024-01-01'",
            "create index on {t} (k)",
            f"insert into {{t}} select g, date '2024-01-01' + (random() * 700)::int from {SHUFFLED}",
        ),
    ),
    Shape(
        "timestamps_append",
        _table(
            "id int, k timestamptz",
            "select 0, now()",
            "create index on {t} (k)",
            f"insert into {{t}} select g, now() + g * interval '1 s' from {SERIES}",
            "delete from {t} where id < 20000",
        ),
    ),
    Shape(
        "fixed_codes",
        _table(
            "id int, k varchar(7)",
            f"select g, 'C' || lpad((g * 7 % 1000000)::text, 6, '0') from {SHUFFLED}",
            "create index on {t} (k)",
            "delete from {t} where id % 3 = 0",
        ),
    ),
    Shape(
        "unread_dead_rows",
        _table(
            "id int primary key, k int",
            f"select g, g from {SHUFFLED}",
            "create index on {t} (k)",
            "vacuum {t}",
            "update {t} set k = k + 70000 where id % 6 = 0",
            "analyze {t}",
        ),
        settles=False,
    ),
    Shape(
        "array_keys",
        _table(
            "id int, k int[]",
            f"select g, (array[g, g + 1, g + 2])[1:1 + g % 3] from {SHUFFLED}",
            "create index on {t} (k)",
        ),
    ),
    Shape(
        "long_text",
        _table(
            "id int, k text",
            f"select g, repeat(md5(g::text), 4 + g % 5) from {SHUFFLED} limit 20000",
            "create index on {t} (k)",
            "delete from {t} where id % 3 = 0",
        ),
    ),
    Shape(
        "composite_nulls",
        _table(
            "id int, k int, l text",
            f"select g, case when g % 3 > 0 then g end, case when g % 4 > 0 then 'name' || g end from {SHUFFLED}",
            "create index on {t} (k, l)",
            "delete from {t} where id % 5 = 0",
        ),
    ),
)

HEAP_SHAPES = (
    Shape("h_narrow", _table("id int not null", f"select g from {SERIES}"), ("heap",)),
    Shape(
        "h_deleted",
        _table(
            "id int, v text", f"select g, md5(g::text) from {SERIES}", "delete from {t} where id % 10 < 6"
        ),
        ("heap",),
    ),
    Shape(
        "h_churned",
        _table(
            "id int, k int, v text",
            f"select g, g, md5(g::text) from {SERIES}",
            CHURN,
            "vacuum {t}",
            "update {t} set k = k + 1",
        ),
        ("heap",),
    ),
    Shape("h_queue", _table("id int, v text", "select 0, ''", *QUEUE), ("heap",)),
    Shape(
        "h_dead_unvacuumed",
        _table(
            "id int, k int, v text",
            f"select g, g, md5(g::text) from {SERIES}",
            "vacuum {t}",
            CHURN,
            "analyze {t}",
        ),
        ("heap",),
        settles=False,
    ),
    Shape(
        "h_fillfactor_50",
        _table("id int, v text) with (fillfactor = 50", f"select g, md5(g::text) from {SERIES}"),
        ("heap",),
    ),
    Shape(
        "h_fillfactor_70_churned",
        _table(
            "id int, k int, v text) with (fillfactor = 70",
            f"select g, g, md5(g::text) from {SERIES}",
            CHURN,
            "delete from {t} where id % 4 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_dropped_column",
        _table(
            "id int, v text, w text",
            f"select g, 'short', repeat(md5(g::text), 5) from {SERIES}",
            "alter table {t} drop column w",
        ),
        ("heap",),
    ),
    Shape(
        "h_dropped_fixed",
        _table(
            "a bigint, b bigint, c bigint, v text",
            f"select g, g, g, 'some text ' || g from {SERIES}",
            "alter table {t} drop column b",
            "delete from {t} where a % 3 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_added_column",
        _table(
            "id int, v text",
            f"select g, md5(g::text) from {SERIES}",
            "alter table {t} add column w text default 'a default of some length'",
            "delete from {t} where id % 2 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_alignment",
        _table(
            "a boolean, b bigint, c boolean, d bigint, e smallint, f timestamptz",
            f"select true, g, false, g, 1, now() from {SERIES}",
            "delete from {t} where b % 4 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_half_null",
        _table(
            "id int, a text, b int, c text, d timestamptz",
            "select g, case when g % 2 = 0 then md5(g::text) end, case when g % 3 = 0 then g end, "
            f"case when g % 5 = 0 then 'x' end, case when g % 7 > 0 then now() end from {SERIES}",
            "delete from {t} where id % 4 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_many_columns",
        _table(
            "id int, " + ", ".join(f"c{n} int" for n in range(40)),
            "select g, " + ", ".join(f"nullif(g % {n + 2}, 0)" for n in range(40)) + " from "
            "generate_series(1, 12000) as g",
        ),
        ("heap",),
    ),
    Shape(
        "h_text_lengths",
        _table(
            "id int, v text",
            f"select g, repeat('y', 10 + (random() * 190)::int) from {SERIES}",
            "delete from {t} where id % 3 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_wide_rows",
        _table(
            "id int, v text",
            "select g, (select string_agg(md5((g * 100 + n)::text), '') "
            "from generate_series(1, 20 + g % 35) as n) from generate_series(1, 6000) as g",
            "delete from {t} where id % 4 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_toast_external",
        _table(
            "id int, v text, w text",
            "select g, (select string_agg(md5((g * 1000 + n)::text), '') from generate_series(1, 100) as n), "
            "'note ' || g from generate_series(1, 8000) as g",
            "delete from {t} where id % 3 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_toast_mixed",
        _table(
            "id int, v text",
            "select g, (select string_agg(md5((g * 1000 + n)::text), '') "
            "from generate_series(1, case when g % 4 = 0 then 100 else 8 end) as n) "
            "from generate_series(1, 12000) as g",
            "delete from {t} where id % 3 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_compressed",
        _table(
            "id int, v text",
            "select g, repeat('compressible ' || g || ' ', 200) from generate_series(1, 20000) as g",
            "delete from {t} where id % 3 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_jsonb",
        _table(
            "id int, v jsonb",
            f"select g, jsonb_build_object('name', md5(g::text), 'n', g, 'tags', array['a', 'b']) from {SERIES}",
            "delete from {t} where id % 2 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_numeric",
        _table(
            "id int, a numeric(12, 2), b numeric, c date",
            f"select g, random() * 1000, random(), current_date from {SERIES}",
            "delete from {t} where id % 5 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_arrays",
        _table(
            "id int, v int[]",
            f"select g, array(select generate_series(1, 1 + g % 12)) from {SERIES}",
            "delete from {t} where id % 3 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_uuid_audit",
        _table(
            "id uuid not null, a timestamptz not null, b timestamptz, c varchar(40), d boolean not null",
            f"select md5(g::text)::uuid, now(), case when g % 9 = 0 then now() end, left(md5(g::text), 5 + g % 20), "
            f"true from {SERIES}",
            "update {t} set b = now() where a is not null and c < '8'",
            "vacuum {t}",
            "update {t} set d = false where c > '8'",
        ),
        ("heap",),
    ),
    Shape(
        "h_char",
        _table(
            "id int, v char(30), w char(1)",
            f"select g, 'abc', 'y' from {SERIES}",
            "delete from {t} where id % 2 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_single_text",
        _table("v text", f"select 'k' || g from {SERIES}", "delete from {t} where v like '%3%'"),
        ("heap",),
    ),
    Shape(
        "h_stale",
        _table(
            "id int, v text",
            f"select g, 'x' from {SERIES}",
            "vacuum analyze {t}",
            "delete from {t} where id % 2 = 0",
        ),
        ("heap",),
        refused=("heap",),
        settles=False,
    ),
)
