"""The foreign-key graph against hand-made schemas, and against networkx on random ones."""

from __future__ import annotations

import random
from itertools import pairwise

import networkx as nx
import pandas as pd
import pytest

from workbench.graph import ForeignKeyGraph, Verdict

COLUMNS = [
    "constraint_name",
    "schema_name",
    "table_name",
    "column_names",
    "referenced_schema",
    "referenced_table",
    "referenced_columns",
    "on_delete",
]


def key_frame(*keys: str, **columns: list[object]) -> pd.DataFrame:
    """Return a frame of keys written ``child>parent ACTION``; further columns by name."""
    rows = []
    for number, text in enumerate(keys):
        ends, _, action = text.partition(" ")
        child, parent = ends.split(">")
        rows.append([f"k{number}", "s", child, (f"c{number}",), "s", parent, ("id",), action or "CASCADE"])
    return pd.DataFrame(rows, columns=COLUMNS).assign(**columns)


def graph_of(*keys: str, **columns: list[object]) -> ForeignKeyGraph:
    frame = key_frame(*keys, **columns)
    names = sorted({*frame["table_name"], *frame["referenced_table"]})
    tables = pd.DataFrame({"schema_name": "s", "table_name": names})
    return ForeignKeyGraph(tables, frame)


def levels(graph: ForeignKeyGraph, root: str) -> dict[str, int]:
    closure = graph.closure(graph.node("s", root))
    return {graph.tables[node][1]: level for node, level in closure.levels.items()}


def test_only_cascades_pass_a_delete_on() -> None:
    graph = graph_of("b>a", "c>b SET NULL", "d>c", "e>b RESTRICT", "f>b NO ACTION", "g>b SET DEFAULT")
    closure = graph.closure(graph.node("s", "a"))
    assert levels(graph, "a") == {"a": 0, "b": 1}
    assert {key.table[1] for key in closure.leaves} == {"c", "g"}
    assert {key.table[1] for key in closure.blockers} == {"e", "f"}
    assert closure.diamonds == []


def test_a_table_has_its_shortest_depth_and_all_ways_in() -> None:
    graph = graph_of("b>a", "c>b", "d>c", "d>a")
    assert levels(graph, "a") == {"a": 0, "b": 1, "c": 2, "d": 1}
    ways = graph.closure(graph.node("s", "a")).reached_by[graph.node("s", "d")]
    assert [key.referenced_table[1] for key in ways] == ["a", "c"]
    assert graph.closure(graph.node("s", "a"), max_level=1).depth == 1


@pytest.mark.parametrize(
    ("keys", "verdict"),
    [
        (("b>a", "c>a", "c>b NO ACTION"), Verdict.SAFE),
        (("b>a", "d>a", "c>d", "c>b NO ACTION"), Verdict.ORDER_DEPENDENT),
        (("b>a", "d>a", "e>d", "c>e", "c>b RESTRICT"), Verdict.ALWAYS_FAILS),
        (("c>a", "c>a RESTRICT"), Verdict.ORDER_DEPENDENT),
    ],
)
def test_levels_decide_a_diamond(keys: tuple[str, ...], verdict: Verdict) -> None:
    graph = graph_of(*keys)
    (diamond,) = graph.closure(graph.node("s", "a")).diamonds
    assert diamond.verdict is verdict
    for path in (diamond.cascade_path, diamond.guard_path):
        assert path[0].referenced == diamond.root
        assert path[-1].referencing == graph.node("s", "c")
        assert all(upper.referencing == lower.referenced for upper, lower in pairwise(path))


def test_a_deferred_check_waits_and_a_deferred_restrict_does_not() -> None:
    keys = ("b>a", "d>a", "e>d", "c>e")
    deferred = {"is_deferred": [False] * 4 + [True]}
    waiting = graph_of(*keys, "c>b NO ACTION", **deferred)
    assert waiting.closure(waiting.node("s", "a")).diamonds[0].verdict is Verdict.SAFE
    restrict = graph_of(*keys, "c>b RESTRICT", **deferred)
    assert restrict.closure(restrict.node("s", "a")).diamonds[0].verdict is Verdict.ALWAYS_FAILS


def test_set_null_on_not_null_is_a_guard() -> None:
    graph = graph_of("b>a", "c>b SET NULL", columns_not_null=[(True,), (True,)])
    closure = graph.closure(graph.node("s", "a"))
    assert [key.name for key in closure.blockers] == ["k1"]
    assert closure.leaves == []


def test_a_key_that_does_not_act_neither_cascades_nor_guards() -> None:
    graph = graph_of("b>a", "c>a RESTRICT", is_enforced=[False, True], is_delete_enabled=[True, False])
    closure = graph.closure(graph.node("s", "a"))
    assert len(closure.levels) == 1
    assert closure.blockers == []


def test_partitions_are_judged_at_their_root() -> None:
    tables = pd.DataFrame(
        {
            "table_oid": [1, 2, 3],
            "root_oid": [1, 1, 3],
            "schema_name": "s",
            "table_name": ["p", "p1", "c"],
            "kind": ["partitioned table", "table", "table"],
        }
    )
    keys = key_frame("c>p", "c>p1", parent_constraint_oid=[None, 7])
    graph = ForeignKeyGraph(tables, keys)
    assert graph.tables == [("s", "p"), ("s", "c")]
    assert [key.name for key in graph.keys] == ["k0"]
    assert graph.node("s", "p1") == graph.node("s", "p")


def test_cycles_self_references_and_delete_order() -> None:
    graph = graph_of("b>a", "a>b", "c>c", "c>a", "d>c SET NULL")
    assert [[graph.tables[n][1] for n in cycle] for cycle in graph.components()] == [["a", "b"]]
    assert [key.table[1] for key in graph.self_references()] == ["c"]
    order = [tuple(graph.tables[n][1] for n in group) for group in graph.delete_order()]
    assert order == [("d",), ("c",), ("a", "b")]


def test_path_counts_are_exact_beyond_64_bits() -> None:
    layers = [f"t{i + 1}>t{i}" for i in range(100) for _ in range(2)]
    graph = graph_of(*layers)
    # Two parallel keys a step: 2 + 4 + … + 2^100 chains.
    assert graph.path_counts()[graph.node("s", "t0")] == 2**101 - 2


def random_graph(seed: int, tables: int = 30, keys: int = 70) -> ForeignKeyGraph:
    choose = random.Random(seed)
    actions = ["CASCADE", "CASCADE", "SET NULL", "NO ACTION", "RESTRICT"]
    return graph_of(
        *(
            f"t{choose.randrange(tables)}>t{choose.randrange(tables)} {choose.choice(actions)}"
            for _ in range(keys)
        )
    )


@pytest.mark.parametrize("seed", range(10))
def test_networkx_agrees(seed: int) -> None:
    graph = random_graph(seed)
    cascades = nx.MultiDiGraph()
    cascades.add_nodes_from(range(len(graph.tables)))
    cascades.add_edges_from((k.referenced, k.referencing) for k in graph.keys if k.is_cascade)
    expected = {root: dict(found) for root, found in nx.all_pairs_shortest_path_length(cascades)}
    for root in range(len(graph.tables)):
        assert dict(graph.closure(root).levels) == expected[root]
    pairs = graph.sweep.pairs
    swept = dict(zip(zip(pairs["root"], pairs["node"], strict=True), pairs["level"], strict=True))
    assert swept == {(r, n): level for r, found in expected.items() for n, level in found.items()}
    cycles = {frozenset(c) for c in nx.strongly_connected_components(cascades) if len(c) > 1}
    assert {frozenset(c) for c in graph.components(cascades_only=True)} == cycles


@pytest.mark.parametrize("seed", range(10))
def test_the_sweep_says_what_each_closure_says(seed: int) -> None:
    graph = random_graph(seed)
    sweep = graph.sweep
    for root in range(len(graph.tables)):
        closure = graph.closure(root)
        assert sweep.depth[root] == closure.depth
        assert sweep.reached_count[root] == len(closure.levels) - 1
        assert sweep.leaves_count[root] == len(closure.leaves)
        assert sweep.blockers_count[root] == len(closure.blockers)
        met = sweep.diamonds[sweep.diamonds["root"] == root]
        swept = {
            (graph.guards[row.guard].name, row.guard_level, row.cascade_level) for row in met.itertuples()
        }
        walked = {
            (d.guard.name, closure.levels[d.guard.referenced], closure.levels[d.cascade_path[-1].referenced])
            for d in closure.diamonds
        }
        assert swept == walked
