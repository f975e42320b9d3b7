"""The foreign-key graph against networkx's general algorithms on the same generated schemas.

``python -m benchmarks graph`` prints a Markdown table of seconds for 1,000 tables, the best of three runs;
``python -m benchmarks.graph --full`` adds one run of 100,000 tables.

The generated schema is what large ones look like: half of the keys refer to a few hubs, the others to older
tables, 40 % cascade, one in a hundred closes a circle.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator

import networkx as nx
import pandas as pd

from workbench.graph import ForeignKeyGraph

ACTIONS, SHARES = ("CASCADE", "SET NULL", "NO ACTION", "RESTRICT"), (40, 20, 30, 10)


def schema(tables: int, keys: int, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the frames ``tables`` and ``foreign_keys`` of a generated schema."""
    choose = random.Random(seed)
    rows = []
    for number in range(keys):
        child = choose.randrange(1, tables)
        hub = min(int(choose.paretovariate(0.8)), child - 1) if child > 1 else 0
        parent = hub if choose.random() < 0.5 else choose.randrange(child)
        if choose.random() < 0.01:
            parent = choose.randrange(tables)
        action = choose.choices(ACTIONS, SHARES)[0]
        rows.append((f"k{number}", "s", f"t{child}", (f"c{number}",), "s", f"t{parent}", ("id",), action))
    names = ["constraint_name", "schema_name", "table_name", "column_names"]
    names += ["referenced_schema", "referenced_table", "referenced_columns", "on_delete"]
    frame = pd.DataFrame({"schema_name": "s", "table_name": [f"t{i}" for i in range(tables)]})
    return frame, pd.DataFrame(rows, columns=names)


def seconds(work: Callable[[], object], runs: int) -> float:
    """Return the shortest of several runs."""
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return min(taken)


def general(tables: pd.DataFrame, keys: pd.DataFrame) -> tuple[nx.MultiDiGraph, nx.MultiDiGraph]:
    """Return the cascades and all keys, referenced to referencing, as networkx graphs."""
    both = nx.MultiDiGraph(), nx.MultiDiGraph()
    ends = list(zip(keys["referenced_table"], keys["table_name"], keys["on_delete"], strict=True))
    for one, chosen in zip(both, ((e for e in ends if e[2] == "CASCADE"), iter(ends)), strict=True):
        one.add_nodes_from(tables["table_name"])
        one.add_edges_from((parent, child) for parent, child, _ in chosen)
    return both


def closures_of_networkx(cascades: nx.MultiDiGraph, keys: pd.DataFrame) -> int:
    """Find all closures by level, and the guards that meet them, with networkx's functions."""
    guards: dict[str, list[str]] = {}
    for parent, child, action in zip(
        keys["referenced_table"], keys["table_name"], keys["on_delete"], strict=True
    ):
        if action in ("NO ACTION", "RESTRICT"):
            guards.setdefault(parent, []).append(child)
    met = 0
    for root in cascades:
        levels = nx.single_source_shortest_path_length(cascades, root)
        for table, level in levels.items():
            for child in guards.get(table, ()):
                sources = [levels[p] for p in cascades.pred[child] if p in levels]
                met += bool(sources) and min(sources) >= level
    return met


def swept(graph: ForeignKeyGraph) -> object:
    """Sweep a graph anew."""
    graph.__dict__.pop("sweep", None)
    return graph.sweep


def measure(tables: int, keys: int, runs: int) -> Iterator[tuple[str, float, float | None]]:
    """Yield each task with our seconds and networkx's."""
    frames = schema(tables, keys)
    graph = ForeignKeyGraph(*frames)
    cascades, everything = general(*frames)
    yield (
        "build from frames",
        seconds(lambda: ForeignKeyGraph(*frames), runs),
        seconds(lambda: general(*frames), runs),
    )
    yield (
        "all closures by level, diamonds, blockers",
        seconds(lambda: swept(graph), runs),
        seconds(lambda: closures_of_networkx(cascades, frames[1]), 1),
    )
    yield (
        "strongly connected components",
        seconds(graph.components, runs),
        seconds(lambda: list(nx.strongly_connected_components(everything)), runs),
    )
    yield (
        "delete order",
        seconds(graph.delete_order, runs),
        seconds(lambda: list(nx.topological_sort(nx.condensation(nx.DiGraph(everything)))), runs),
    )
    yield "exact path counts of all roots", seconds(graph.path_counts, runs), None


def main(*, full: bool = False) -> None:
    """Print the table."""
    sizes = [(1_000, 3_000), *([(100_000, 300_000)] if full else [])]
    print("| tables | keys | task | seconds | networkx | ratio |\n|---|---|---|---|---|---|")
    for tables, keys in sizes:
        total = 0.0
        for task, ours, theirs in measure(tables, keys, 3 if tables < 10_000 else 1):
            total += ours
            other = ("", "") if theirs is None else (f"{theirs:.4f}", f"{theirs / ours:.1f}")
            print(f"| {tables:,} | {keys:,} | {task} | {ours:.4f} | {other[0]} | {other[1]} |")
        print(f"| {tables:,} | {keys:,} | **everything** | {total:.4f} | | |")


if __name__ == "__main__":
    main(full="--full" in sys.argv)
