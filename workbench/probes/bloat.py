"""The measured and the sampled tier of bloat: pages read within a budget, the largest suspects first.

``pgstatindex`` and ``pgstattuple_approx`` need the extension pgstattuple and the role pg_stat_scan_tables
(in pg_monitor); random pages need pageinspect and a superuser. Without them the estimate stands.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import psycopg

from workbench import catalog
from workbench.bloat.btree import Pages
from workbench.bloat.estimate import (
    SMALLEST_PAGES,
    Estimator,
    estimates,
    ratios,
    refuse_other_methods,
    refuse_unusable,
)
from workbench.bloat.layout import PAGE
from workbench.bloat.pages import (
    RowModel,
    heap_from_sample,
    heap_from_tuples,
    index_from_density,
    index_from_sample,
    rebuilt_leaf_bytes,
)
from workbench.bloat.statistics import NoEstimateError
from workbench.bloat.tiers import COLUMNS, NEEDED, toast_object
from workbench.catalog import MissingFrameError, Snapshot
from workbench.collectors import collector
from workbench.naming import qualified
from workbench.rows import by_key, records
from workbench.targets import Target

Tier = Literal["sampled", "measured"]
SAMPLED_PAGES = 200
DEFAULT_BYTES = 1 << 30
LARGEST_SHARE = 0.25
"""Share of the probes' time that one review spends on reading pages."""


@dataclass
class Budget:
    """What reading may cost in total; ``spend`` notes what it did."""

    bytes: float
    seconds: float

    def __post_init__(self) -> None:
        self._deadline = time.monotonic() + self.seconds

    @property
    def seconds_left(self) -> float:
        """Seconds until the budget ends."""
        return self._deadline - time.monotonic()

    def why_not(self, size: float) -> str | None:
        """Tell why a reading of ``size`` bytes does not fit; None when it does."""
        if self.seconds_left <= 0:
            return f"the time budget of {self.seconds:g} s was spent on larger suspects"
        if size > self.bytes:
            return "the byte budget does not reach that far; larger suspects came first"
        return None

    def spend(self, size: float) -> None:
        """Note bytes that were read."""
        self.bytes -= size


@collector(source="pages", frames=("page_bloat", "gin_pending"))
def page_bloat(target: Target, snapshot: Snapshot) -> None:
    """Add ``page_bloat``, readings within a quarter of the probes' time, and ``gin_pending``.

    ``gin_pending`` has one row per GIN index: ``index_oid``, names, ``pending_pages_count``,
    ``pending_rows_count``, and ``not_examined`` where they could not be read.
    """
    budget = Budget(DEFAULT_BYTES, target.options.probe_budget * LARGEST_SHARE)
    try:
        snapshot.add("page_bloat", read_pages(target, snapshot, "measured", budget), source="pgstattuple")
    except MissingFrameError as missing:
        snapshot.miss("page_bloat", missing.reason)
    pending = _gin_pending(target, snapshot)
    if pending is None:
        snapshot.miss("gin_pending", _why_no_extension(snapshot, "pgstattuple"))
    else:
        snapshot.add("gin_pending", pending, source="pgstatginindex")


def read_pages(target: Target, snapshot: Snapshot, tier: Tier, budget: Budget) -> pd.DataFrame:
    """Return bloat read from pages: the columns of ``bloat``, one row per relation that was tried.

    Args:
        target: the live server.
        snapshot: its catalog frames.
        tier: ``measured`` reads relations whole, ``sampled`` random pages of them.
        budget: bytes and seconds.

    Raises:
        MissingFrameError: the extension is missing or the role may not use it.
    """
    extension = "pgstattuple" if tier == "measured" else "pageinspect"
    schema = _extension_schema(snapshot, extension)
    if schema is None:
        raise MissingFrameError("page_bloat", _why_no_extension(snapshot, extension))
    frames = {name: snapshot[name] for name in NEEDED}
    reader = _Reader(Estimator(frames), frames, schema, tier)
    rows = []
    with catalog.session(target) as connection:
        _refuse_without_rights(connection, schema, tier)
        for suspect in _suspects(frames):
            reason = budget.why_not(reader.cost(suspect))
            if reason is None:
                rows.append(reader.read(connection, suspect, budget))
            else:
                rows.append(_refused(suspect, reason))
    return pd.DataFrame(rows, columns=[*COLUMNS])


def _refuse_without_rights(connection: psycopg.Connection[Any], schema: str, tier: Tier) -> None:
    """Ask once instead of failing once per relation.

    Raises:
        MissingFrameError: the role may not call the functions that the tier needs.
    """
    function = "pgstatindex" if tier == "measured" else "get_raw_page"
    allowed = connection.execute(
        "select (select rolsuper from pg_roles where rolname = current_user),"
        " bool_and(has_function_privilege(p.oid, 'EXECUTE')), bool_and(has_schema_privilege(n.oid, 'USAGE'))"
        " from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace"
        " where n.nspname = %s and p.proname = %s",
        (schema, function),
    ).fetchone()
    is_superuser, may_execute, may_use = allowed or (False, False, False)
    if not may_use:
        raise MissingFrameError(
            "page_bloat", f"the role has no USAGE on schema {schema}, which holds the extension"
        )
    if tier == "sampled" and not is_superuser:
        raise MissingFrameError("page_bloat", "only a superuser may read pages with pageinspect")
    if not may_execute:
        raise MissingFrameError(
            "page_bloat", "the role may not call pgstattuple's functions (pg_stat_scan_tables, in pg_monitor)"
        )


class _Reader:
    """Reads one relation after the other, each in a savepoint that gives its lock back."""

    def __init__(
        self, estimator: Estimator, frames: Mapping[str, pd.DataFrame], schema: str, tier: Tier
    ) -> None:
        self.estimator = estimator
        self.schema = schema
        self.tier = tier
        self.indexes = by_key(frames["indexes"], "index_oid")

    def cost(self, suspect: Mapping[str, Any]) -> float:
        size = float(suspect["bytes"])
        return size if self.tier == "measured" else min(size, SAMPLED_PAGES * PAGE)

    def read(
        self, connection: psycopg.Connection[Any], suspect: Mapping[str, Any], budget: Budget
    ) -> dict[str, Any]:
        """Return a row of ``page_bloat``; what the server refuses becomes its reason."""
        kind = "index" if suspect["kind"] == "index" else "heap"
        function: Callable[..., Pages] = getattr(self, f"_{self.tier}_{kind}")
        try:
            timeout = max(100, int(1000 * budget.seconds_left))
            with connection.transaction(force_rollback=True):
                connection.execute(f"set local statement_timeout = {timeout}")
                pages = function(connection, suspect)
            budget.spend(self.cost(suspect))
            found = ratios(int(suspect["bytes"]), pages, widest=1.0)
        except NoEstimateError as reason:
            return _refused(suspect, str(reason))
        except psycopg.errors.QueryCanceled:
            return _refused(suspect, "reading it took longer than the time budget left")
        except psycopg.Error as error:
            return _refused(suspect, str(error).strip().splitlines()[0])
        return {**suspect, **found, "tier": self.tier, "not_examined": None}

    def _one(self, connection: psycopg.Connection[Any], function: str, oid: int) -> dict[str, Any]:
        statement = f"select * from {qualified(self.schema, function)}(%s::oid::regclass)"  # noqa: S608
        cursor = connection.execute(statement.encode(), (oid,))
        names = [column.name for column in cursor.description or ()]
        return dict(zip(names, cursor.fetchone() or (), strict=True))

    def _measured_index(self, connection: psycopg.Connection[Any], suspect: Mapping[str, Any]) -> Pages:
        index = self.indexes[suspect["relation_oid"]]
        refuse_unusable(index)
        refuse_other_methods(index)
        reading = self._one(connection, "pgstatindex", suspect["relation_oid"])
        return index_from_density(
            reading,
            self._rows(index),
            self._dead_ratio(suspect["table_oid"]),
            index["fillfactor"],
            deduplicates=bool(index["can_deduplicate"]) and not index["is_unique"],
            estimated=self.estimator.index_pages(index),
        )

    def _sampled_index(self, connection: psycopg.Connection[Any], suspect: Mapping[str, Any]) -> Pages:
        index = self.indexes[suspect["relation_oid"]]
        refuse_unusable(index)
        refuse_other_methods(index)
        pages = int(suspect["bytes"]) // PAGE - 1
        blocks = _sample(pages, first=1)
        name = qualified(index["schema_name"], index["index_name"])
        rows = connection.execute(
            _LEAVES.format(schema=qualified(self.schema)).encode(), {"name": name, "blocks": blocks}
        )
        groups: dict[int, list[tuple[float, float, float]]] = {block: [] for block in blocks}
        for block, base, row_count, group_count in rows:
            groups[block].append((float(base), float(row_count), float(group_count)))
        deduplicates = bool(index["can_deduplicate"]) and not index["is_unique"]
        leaf_bytes = [rebuilt_leaf_bytes(group, deduplicates) for group in groups.values()]
        total_rows = sum(rows * count for group in groups.values() for _, rows, count in group)
        entry = sum(leaf_bytes) / total_rows if total_rows else 20.0
        return index_from_sample(
            leaf_bytes,
            entry,
            pages,
            self._dead_ratio(suspect["table_oid"]),
            index["fillfactor"],
            self.estimator.index_pages(index),
        )

    def _measured_heap(self, connection: psycopg.Connection[Any], suspect: Mapping[str, Any]) -> Pages:
        reading = self._one(connection, "pgstattuple_approx", suspect["relation_oid"])
        rows = None if suspect["kind"] == "toast" else self._table_rows(suspect["table_oid"])
        return heap_from_tuples(reading, self._row_model(suspect), rows)

    def _sampled_heap(self, connection: psycopg.Connection[Any], suspect: Mapping[str, Any]) -> Pages:
        pages = int(suspect["bytes"]) // PAGE
        blocks = _sample(pages, first=0)
        if suspect["kind"] == "toast":
            raise NoEstimateError("TOAST tables are measured or not at all")
        name = qualified(suspect["schema_name"], suspect["table_name"])
        rows = connection.execute(
            _HEAP_PAGES.format(schema=qualified(self.schema)).encode(), {"name": name, "blocks": blocks}
        ).fetchall()
        counts, sizes = [float(row[1]) for row in rows], [float(row[2]) for row in rows]
        return heap_from_sample(sizes, counts, pages, self._row_model(suspect))

    def _row_model(self, suspect: Mapping[str, Any]) -> RowModel:
        if suspect["kind"] == "toast":
            return RowModel(None, True, False, 100.0)
        table = self.estimator.tables[suspect["table_oid"]]
        changed = bool(self.estimator.changed.get(suspect["table_oid"]))
        fillfactor = float(table["fillfactor"])
        try:
            sizes, is_vague = self.estimator.heap_model(table)
        except NoEstimateError as reason:
            if changed:
                raise NoEstimateError(f"columns were dropped or added, and there are {reason}") from None
            return RowModel(None, True, False, fillfactor)
        return RowModel(sizes, is_vague, changed, fillfactor)

    def _rows(self, index: Mapping[str, Any]) -> float | None:
        if not pd.isna(index["predicate"]):
            return None if pd.isna(index["estimated_rows"]) else float(index["estimated_rows"])
        return self._table_rows(index["table_oid"])

    def _table_rows(self, table_oid: int) -> float | None:
        try:
            return self.estimator.rows(table_oid)
        except NoEstimateError:
            return None

    def _dead_ratio(self, table_oid: int) -> float:
        """Return the share of index entries that point to dead rows, by the cumulative statistics.

        HOT updates leave no entry behind, so their part of the dead rows is left out.
        """
        activity = self.estimator.activity.get(table_oid)
        if activity is None:
            return 0.0
        dead, live = float(activity["dead_rows_count"]), float(activity["live_rows_count"])
        replaced = float(activity["updated_count"] + activity["deleted_count"])
        hot = float(activity["hot_updated_count"]) / replaced if replaced else 0.0
        return dead * (1 - hot) / max(1.0, live + dead * (1 - hot))


# Entries of each sampled leaf page by equal keys: their size without posting list, rows, number of groups.
# The high key of a page that has a right neighbour is its first item and no entry.
_LEAVES = """
select g.blkno, g.base, g.rows, count(*)
from (
    select
        b.blkno,
        case when i.nulls then 16 else 8 end + (length(i.data) + 1) / 3 as base,
        sum(coalesce(cardinality(i.tids), 1)) as rows
    from unnest(%(blocks)s::int8[]) as b(blkno)
    cross join lateral {schema}.bt_page_stats(%(name)s, b.blkno) as s
    cross join lateral {schema}.bt_page_items(%(name)s, b.blkno) as i
    where s.type = 'l' and not coalesce(i.dead, false) and (s.btpo_next = 0 or i.itemoffset > 1)
    group by b.blkno, 2, i.data
) as g
group by g.blkno, g.base, g.rows
"""

# Rows of each sampled heap page that no committed deletion or update ended. Bits of t_infomask: 1024 the
# deletion is known to be committed, 2048 known to be void, 128 a lock alone, 4096 several transactions, 512
# without 256 an insert that was rolled back. Where no bit tells yet, the transaction's status does.
_HEAP_PAGES = """
select b.blkno, count(i.lp), coalesce(sum((i.lp_len + 7) / 8 * 8 + 4), 0)
from unnest(%(blocks)s::int8[]) as b(blkno)
cross join (select pg_snapshot_xmax(pg_current_snapshot())::text::int8 as next) as e
left join lateral {schema}.heap_page_items({schema}.get_raw_page(%(name)s, b.blkno)) as i
    on i.lp_flags = 1
    and not (i.t_infomask & 512 <> 0 and i.t_infomask & 256 = 0)
    and case
        when i.t_infomask & 128 <> 0 or i.t_infomask & 2048 <> 0 or i.t_xmax::text = '0' then true
        when i.t_infomask & 1024 <> 0 then false
        when i.t_infomask & 4096 <> 0 then true
        else coalesce(pg_xact_status(
            greatest(3, e.next - ((e.next - i.t_xmax::text::int8) & 4294967295))::text::xid8
        ), '') <> 'committed'
    end
group by b.blkno
"""


def _sample(pages: int, first: int) -> list[int]:
    """Return the numbers of random pages, the same in every run; all of them when they are few."""
    count = min(pages, SAMPLED_PAGES)
    chosen = np.random.default_rng(5).choice(pages, size=count, replace=False) + first
    return [int(block) for block in np.sort(chosen)]


def _suspects(frames: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Return relations worth reading, those first that may waste most by their estimates.

    Where there is no estimate, half of the size is taken as suspected.
    """
    toast = [toast_object(row) for row in records(frames["toast_tables"])]
    every = pd.concat([estimates(frames), pd.DataFrame(toast)], ignore_index=True)
    every = every[every["bytes"] >= SMALLEST_PAGES * PAGE]
    suspected = (every["interval_high"].fillna(0.5) if "interval_high" in every else 0.5) * every["bytes"]
    order = suspected.sort_values(ascending=False, kind="stable").index
    return records(every.loc[order, list(COLUMNS[:7])])


def _refused(suspect: Mapping[str, Any], reason: str) -> dict[str, Any]:
    blank = dict.fromkeys(COLUMNS)
    return {**blank, **{name: suspect[name] for name in COLUMNS[:7]}, "not_examined": reason}


def _extension_schema(snapshot: Snapshot, extension: str) -> str | None:
    found = snapshot["extensions"].query("extension_name == @extension")
    if not len(found) or pd.isna(found.iloc[0]["installed_version"]):
        return None
    return str(found.iloc[0]["schema_name"])


def _why_no_extension(snapshot: Snapshot, extension: str) -> str:
    offered = extension in set(snapshot["extensions"]["extension_name"])
    if offered:
        return f"the extension {extension} is not installed in this database (CREATE EXTENSION {extension})"
    return f"the server does not offer the extension {extension}"


def _gin_pending(target: Target, snapshot: Snapshot) -> pd.DataFrame | None:
    """Return the pending list of every GIN index, of which only the metapage is read; None without the extension."""
    schema = _extension_schema(snapshot, "pgstattuple")
    if schema is None:
        return None
    indexes = snapshot["indexes"]
    wanted = indexes[(indexes["access_method"] == "gin") & ~indexes["is_partitioned"] & indexes["is_valid"]]
    # The size of an index that another session has locked was not read; asking for more would wait.
    wanted = wanted[wanted["bytes"].notna()]
    function = qualified(schema, "pgstatginindex")
    statement = f"select pending_pages, pending_tuples from {function}(%s::oid::regclass)"  # noqa: S608
    rows: list[Sequence[Any]] = []
    with catalog.session(target) as connection:
        for index in records(wanted):
            reason, pages, entries = None, None, None
            try:
                with connection.transaction(force_rollback=True):
                    found = connection.execute(statement.encode(), (index["index_oid"],)).fetchone()
                    pages, entries = found or (None, None)
            except psycopg.Error as error:
                reason = str(error).strip().splitlines()[0]
            names = (index["schema_name"], index["table_name"], index["index_name"])
            rows.append((index["index_oid"], *names, pages, entries, reason))
    columns = {"index_oid": "int8", "schema_name": "text", "table_name": "text", "index_name": "text"}
    figures = {"pending_pages_count": "int8?", "pending_rows_count": "int8?", "not_examined": "text?"}
    return catalog.make_frame({**columns, **figures}, rows)
