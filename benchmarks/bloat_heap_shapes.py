"""Shapes whose tables are rewritten for the truth."""

from __future__ import annotations

from benchmarks.bloat_shapes import CHURN, QUEUE, SERIES, Shape, table

HEAP_SHAPES = (
    Shape("h_narrow", table("id int not null", f"select g from {SERIES}"), ("heap",)),
    Shape(
        "h_deleted",
        table("id int, v text", f"select g, md5(g::text) from {SERIES}", "delete from {t} where id % 10 < 6"),
        ("heap",),
    ),
    Shape(
        "h_churned",
        table(
            "id int, k int, v text",
            f"select g, g, md5(g::text) from {SERIES}",
            CHURN,
            "vacuum {t}",
            "update {t} set k = k + 1",
        ),
        ("heap",),
    ),
    Shape("h_queue", table("id int, v text", "select 0, ''", *QUEUE), ("heap",)),
    Shape(
        "h_dead_unvacuumed",
        table(
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
        table("id int, v text) with (fillfactor = 50", f"select g, md5(g::text) from {SERIES}"),
        ("heap",),
    ),
    Shape(
        "h_fillfactor_70_churned",
        table(
            "id int, k int, v text) with (fillfactor = 70",
            f"select g, g, md5(g::text) from {SERIES}",
            CHURN,
            "delete from {t} where id % 4 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_dropped_column",
        table(
            "id int, v text, w text",
            f"select g, 'short', repeat(md5(g::text), 5) from {SERIES}",
            "alter table {t} drop column w",
        ),
        ("heap",),
    ),
    Shape(
        "h_dropped_fixed",
        table(
            "a bigint, b bigint, c bigint, v text",
            f"select g, g, g, 'some text ' || g from {SERIES}",
            "alter table {t} drop column b",
            "delete from {t} where a % 3 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_added_column",
        table(
            "id int, v text",
            f"select g, md5(g::text) from {SERIES}",
            "alter table {t} add column w text default 'a default of some length'",
            "delete from {t} where id % 2 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_alignment",
        table(
            "a boolean, b bigint, c boolean, d bigint, e smallint, f timestamptz",
            f"select true, g, false, g, 1, now() from {SERIES}",
            "delete from {t} where b % 4 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_half_null",
        table(
            "id int, a text, b int, c text, d timestamptz",
            "select g, case when g % 2 = 0 then md5(g::text) end, case when g % 3 = 0 then g end, "
            f"case when g % 5 = 0 then 'x' end, case when g % 7 > 0 then now() end from {SERIES}",
            "delete from {t} where id % 4 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_many_columns",
        table(
            "id int, " + ", ".join(f"c{n} int" for n in range(40)),
            "select g, " + ", ".join(f"nullif(g % {n + 2}, 0)" for n in range(40)) + " from "
            "generate_series(1, 12000) as g",
        ),
        ("heap",),
    ),
    Shape(
        "h_text_lengths",
        table(
            "id int, v text",
            f"select g, repeat('y', 10 + (random() * 190)::int) from {SERIES}",
            "delete from {t} where id % 3 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_wide_rows",
        table(
            "id int, v text",
            "select g, (select string_agg(md5((g * 100 + n)::text), '') "
            "from generate_series(1, 20 + g % 35) as n) from generate_series(1, 6000) as g",
            "delete from {t} where id % 4 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_toast_external",
        table(
            "id int, v text, w text",
            "select g, (select string_agg(md5((g * 1000 + n)::text), '') from generate_series(1, 100) as n), "
            "'note ' || g from generate_series(1, 8000) as g",
            "delete from {t} where id % 3 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_toast_mixed",
        table(
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
        table(
            "id int, v text",
            "select g, repeat('compressible ' || g || ' ', 200) from generate_series(1, 20000) as g",
            "delete from {t} where id % 3 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_jsonb",
        table(
            "id int, v jsonb",
            f"select g, jsonb_build_object('name', md5(g::text), 'n', g, 'tags', array['a', 'b']) from {SERIES}",
            "delete from {t} where id % 2 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_numeric",
        table(
            "id int, a numeric(12, 2), b numeric, c date",
            f"select g, random() * 1000, random(), current_date from {SERIES}",
            "delete from {t} where id % 5 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_arrays",
        table(
            "id int, v int[]",
            f"select g, array(select generate_series(1, 1 + g % 12)) from {SERIES}",
            "delete from {t} where id % 3 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_uuid_audit",
        table(
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
        table(
            "id int, v char(30), w char(1)",
            f"select g, 'abc', 'y' from {SERIES}",
            "delete from {t} where id % 2 = 0",
        ),
        ("heap",),
    ),
    Shape(
        "h_single_text",
        table("v text", f"select 'k' || g from {SERIES}", "delete from {t} where v like '%3%'"),
        ("heap",),
    ),
    Shape(
        "h_stale",
        table(
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
