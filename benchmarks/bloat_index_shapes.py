"""Shapes whose indexes are rebuilt for the truth."""

from __future__ import annotations

from benchmarks.bloat_shapes import QUEUE, SERIES, SHUFFLED, Shape, table

INDEX_SHAPES = (
    Shape("fresh_key", table("id int primary key, v text", f"select g, 'x' from {SERIES}")),
    Shape("random_bigint", table("id bigint primary key", f"select g from {SHUFFLED}")),
    Shape(
        "churned_key",
        table(
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
        table("id int primary key", f"select g from {SERIES}", "delete from {t} where id % 10 < 7"),
    ),
    Shape(
        "deleted_range",
        table("id int primary key", f"select g from {SERIES}", "delete from {t} where id < 36000"),
    ),
    Shape("queue", table("id int primary key, v text", "select 0, ''", *QUEUE)),
    Shape(
        "low_cardinality_built",
        table("id int, k int", f"select g, g % 10 from {SHUFFLED}", "create index on {t} (k)"),
    ),
    Shape(
        "low_cardinality_grown",
        table(
            "id int, k int",
            "select 0, 0",
            "create index on {t} (k)",
            f"insert into {{t}} select g, g % 7 from {SHUFFLED}",
            "delete from {t} where id % 2 = 0",
        ),
    ),
    Shape(
        "status_moves",
        table(
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
        table(
            "id int, k int not null",
            "select 0, 0",
            "create index on {t} (k)",
            f"insert into {{t}} select g, (random() * 12000)::int from {SHUFFLED}",
        ),
    ),
    Shape(
        "children_exact",
        table("id int, k bigint", f"select g, g / 4 from {SERIES}", "create index on {t} (k)"),
    ),
    Shape(
        "children_skewed",
        table(
            "id int, k int",
            f"select g, (20000 * random() ^ 4)::int from {SHUFFLED}",
            "create index on {t} (k)",
            "delete from {t} where id % 4 = 0",
        ),
    ),
    Shape(
        "shared_prefix",
        table(
            "id int, k text",
            "select 0, ''",
            "create index on {t} (k)",
            f"insert into {{t}} select g, 'https://records.example.org/students/' || g from {SHUFFLED}",
        ),
    ),
    Shape(
        "email_text",
        table(
            "id int, k text not null unique",
            f"select g, left(md5(g::text), 4 + (random() * 20)::int) || g || '@example.org' from {SHUFFLED}",
            "delete from {t} where id % 3 = 0",
        ),
    ),
    Shape(
        "half_null",
        table(
            "id int, k int",
            "select 0, 0",
            "create index on {t} (k)",
            f"insert into {{t}} select g, case when g % 2 = 0 then g end from {SHUFFLED}",
        ),
    ),
    Shape(
        "nearly_all_null",
        table(
            "id int, k timestamptz",
            f"select g, case when g % 20 = 0 then now() - g * interval '1 min' end from {SERIES}",
            "create index on {t} (k)",
            "delete from {t} where id % 5 < 2",
        ),
    ),
    Shape(
        "tenant_time",
        table(
            "id int, k int, at timestamptz",
            "select 0, 0, now()",
            "create index on {t} (k, at desc)",
            f"insert into {{t}} select g, g % 20, now() - g * interval '7 s' from {SHUFFLED}",
        ),
    ),
    Shape(
        "status_kind",
        table(
            "id int, k text, l smallint",
            f"select g, (array['open', 'closed', 'cancelled'])[1 + g % 3], g % 5 from {SHUFFLED}",
            "create index on {t} (k, l)",
            "delete from {t} where id % 2 = 0",
        ),
    ),
    Shape(
        "dependent_columns",
        table(
            "id int, k int, l int",
            f"select g, g / 8, g / 8 / 10 from {SERIES}",
            "create index on {t} (k, l)",
        ),
        refused=("index",),
    ),
    Shape(
        "dependent_with_statistics",
        table(
            "id int, k int, l int",
            f"select g, g / 8, g / 8 / 10 from {SERIES}",
            "create index on {t} (k, l)",
            "create statistics stx_dependent (ndistinct) on k, l from {t}",
            "delete from {t} where id % 3 = 0",
        ),
    ),
    Shape(
        "numeric_price",
        table(
            "id int, k numeric(10, 2)",
            "select 0, 0",
            "create index on {t} (k)",
            f"insert into {{t}} select g, round((random() * 20000)::numeric, 2) from {SHUFFLED}",
        ),
    ),
    Shape(
        "numeric_mixed",
        table(
            "id int, k numeric",
            f"select g, case when g % 3 = 0 then g else g::numeric / 700000 end from {SERIES}",
            "create index on {t} (k)",
            "delete from {t} where id % 5 = 0",
        ),
    ),
    Shape(
        "uuid_random",
        table("k uuid primary key", f"select md5(g::text)::uuid from {SERIES}"),
    ),
    Shape(
        "uuid_ordered",
        table(
            "id int, k uuid primary key",
            f"select g, (lpad(to_hex(g), 12, '0') || left(md5(g::text), 20))::uuid from {SERIES}",
            "delete from {t} where id % 2 = 0",
        ),
    ),
    Shape(
        "fillfactor_50",
        table("id int primary key with (fillfactor = 50), k int", f"select g, g from {SERIES}"),
    ),
    Shape(
        "fillfactor_70_churned",
        table(
            "id int, k int",
            f"select g, g from {SHUFFLED}",
            "create index on {t} (k) with (fillfactor = 70)",
            "update {t} set k = k + 1 where id % 2 = 0",
        ),
    ),
    Shape(
        "fillfactor_100",
        table(
            "id int, k int",
            f"select g, g from {SHUFFLED}",
            "create index on {t} (k) with (fillfactor = 100)",
            "delete from {t} where id % 4 = 0",
        ),
    ),
    Shape(
        "expression_lower",
        table(
            "id int, k text",
            f"select g, 'User' || g || '@Example.org' from {SHUFFLED}",
            "create index on {t} (lower(k))",
            "delete from {t} where id % 2 = 0",
        ),
    ),
    Shape(
        "expression_day",
        table(
            "id int, k timestamp",
            f"select g, timestamp '2026-01-01' + g * interval '5 min' from {SERIES}",
            "create index on {t} (date_trunc('day', k))",
        ),
    ),
    Shape(
        "include",
        table(
            "id int, k int, v text",
            f"select g, g % 3000, md5(g::text) from {SHUFFLED}",
            "create index on {t} (k) include (v)",
            "delete from {t} where id % 3 = 0",
        ),
    ),
    Shape(
        "partial_unique",
        table(
            "id int not null, k boolean",
            f"select g, g % 2 = 0 from {SERIES}",
            "create unique index on {t} (id) where k",
            "delete from {t} where id % 3 = 0",
        ),
    ),
    Shape(
        "partial_shared",
        table(
            "id int, k int not null, s text",
            f"select g, g % 900, case when g % 3 = 0 then 'open' else 'done' end from {SERIES}",
            "create index on {t} (k) where s = 'open'",
        ),
        refused=("index",),
    ),
    Shape(
        "stale",
        table(
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
        table("id int primary key", f"select g from {SERIES}"),
        refused=("index",),
        settles=False,
    ),
    Shape(
        "no_deduplication",
        table(
            "id int, k int",
            f"select g, g % 50 from {SHUFFLED}",
            "create index on {t} (k) with (deduplicate_items = off)",
            "delete from {t} where id % 3 = 0",
        ),
    ),
    Shape(
        "mixed_alignment",
        table(
            "id int, a boolean, b bigint, c smallint",
            f"select g, g % 2 = 0, g, g % 9 from {SHUFFLED}",
            "create index on {t} (a, b, c)",
            "delete from {t} where id % 3 = 0",
        ),
    ),
    Shape(
        "dates",
        table(
            "id int, k date",
            "select 0, '2024-01-01'",
            "create index on {t} (k)",
            f"insert into {{t}} select g, date '2024-01-01' + (random() * 700)::int from {SHUFFLED}",
        ),
    ),
    Shape(
        "timestamps_append",
        table(
            "id int, k timestamptz",
            "select 0, now()",
            "create index on {t} (k)",
            f"insert into {{t}} select g, now() + g * interval '1 s' from {SERIES}",
            "delete from {t} where id < 20000",
        ),
    ),
    Shape(
        "fixed_codes",
        table(
            "id int, k varchar(7)",
            f"select g, 'C' || lpad((g * 7 % 1000000)::text, 6, '0') from {SHUFFLED}",
            "create index on {t} (k)",
            "delete from {t} where id % 3 = 0",
        ),
    ),
    Shape(
        "unread_dead_rows",
        table(
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
        table(
            "id int, k int[]",
            f"select g, (array[g, g + 1, g + 2])[1:1 + g % 3] from {SHUFFLED}",
            "create index on {t} (k)",
        ),
    ),
    Shape(
        "long_text",
        table(
            "id int, k text",
            f"select g, repeat(md5(g::text), 4 + g % 5) from {SHUFFLED} limit 20000",
            "create index on {t} (k)",
            "delete from {t} where id % 3 = 0",
        ),
    ),
    Shape(
        "composite_nulls",
        table(
            "id int, k int, l text",
            f"select g, case when g % 3 > 0 then g end, case when g % 4 > 0 then 'name' || g end from {SHUFFLED}",
            "create index on {t} (k, l)",
            "delete from {t} where id % 5 = 0",
        ),
    ),
)
