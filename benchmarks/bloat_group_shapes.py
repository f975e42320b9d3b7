"""Shapes of indexes whose rows share keys: groups of many sizes, which a build packs into posting lists."""

from __future__ import annotations

from benchmarks.bloat_shapes import SHUFFLED, Shape, table

EVEN = (40, 140, 265, 1000)
RANDOM = (3, 60, 150, 400)


def _shared(name: str, column: str, key: str, options: str = "") -> Shape:
    """Return a shape with one key column, a third of whose rows was deleted after the index was made."""
    return Shape(
        name,
        table(
            f"id int, k {column}",
            f"select g, {key} from {SHUFFLED}",
            f"create index on {{t}} (k){options}",
            "delete from {t} where id % 3 = 0",
        ),
    )


GROUP_SHAPES = (
    *(_shared(f"even_{size}", "int", f"g / {size}") for size in EVEN),
    *(_shared(f"random_{size}", "int", f"(random() * 60000 / {size})::int") for size in RANDOM),
    *(_shared(f"text_{size}", "text", f"md5((random() * 60000 / {size})::int::text)") for size in RANDOM[1:]),
    _shared("steep", "int", "(60 * exp(-ln(random() * 0.99 + 0.01)))::int"),
    _shared("filled_50", "int", "(random() * 300)::int", " with (fillfactor = 50)"),
    _shared("filled_100", "int", "(random() * 300)::int", " with (fillfactor = 100)"),
    _shared("half_empty", "int", "case when g % 2 = 0 then (random() * 200)::int end"),
    _shared(
        "json_keys", "jsonb", "jsonb_build_object('a', (random() * 5000)::int, 'b', repeat('x', g % 30))"
    ),
    _shared("json_codes", "jsonb", "jsonb_build_array(g % 500, 'code')"),
    _shared("pairs", "int[]", "array[(random() * 5000)::int, g % 10]"),
    _shared("lists", "int[]", "array(select (random() * 100)::int from generate_series(1, 1 + g % 9))"),
    _shared("words", "text[]", "array[md5(g::text), 'b']"),
    _shared("addresses", "inet", "('10.0.' || g % 200 || '.' || (random() * 200)::int)::inet"),
)
