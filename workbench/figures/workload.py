"""The workload chapter: statements by time, single-row look-ups, sessions, checkpoints, log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import plotly.graph_objects as go

from workbench.checks.workload import Statement
from workbench.figures.style import SERIES, count_axis, finish, safe
from workbench.figures.tables import Code, Note, Table, noting_missing
from workbench.figures.text import at_text, count_text, ratio_text, seconds_text
from workbench.naming import dotted
from workbench.review import Review
from workbench.rows import rows
from workbench.statements import shortened

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_INSTALL = """-- In postgresql.conf, then restart the server:
shared_preload_libraries = 'pg_stat_statements'
-- In this database, as a superuser:
CREATE EXTENSION pg_stat_statements;
-- So that the reviewing role may read the statements of others:
GRANT pg_read_all_stats TO reviewing_role;"""


def how_to_get_statements(review: Review) -> Code | Note:
    """Return how to install pg_stat_statements where the capture could not read it."""
    if "statements" in review:
        return Note("pg_stat_statements was read.", "good")
    return Code(_INSTALL)


def _ranked(review: Review, number: int) -> list[Statement]:
    known: tuple[Statement, ...] = review["application_statements"].known
    return sorted(known, key=lambda one: -one.total_seconds)[:number]


@noting_missing
def statements(review: Review, number: int = 40) -> Table | Note:
    """Return the statements that take most time."""
    every = review["application_statements"]
    lines = [
        (
            shortened(one.text, 300),
            one.calls_count,
            one.rows_per_call,
            one.total_seconds,
            every.share(one.total_seconds),
            one.mean_seconds,
            one.max_seconds,
            one.role,
        )
        for one in _ranked(review, number)
    ]
    columns = [
        "statement_sql",
        "calls_count",
        "rows a call",
        "total_seconds",
        "time_ratio",
        "mean_seconds",
        "max_seconds",
        "role",
    ]
    return Table(
        pd.DataFrame(lines, columns=columns),
        "Statements by the time they take",
        headings={"statement_sql": "Statement", "time_ratio": "Share of time"},
    )


@noting_missing
def calls_against_time(review: Review) -> Figure | Note:
    """Return a scatter of statements: how often, how long. Top right is where the time goes."""
    known = _ranked(review, 1000)
    if not known:
        return Note("No statement names a table of the review.", "info")
    figure = go.Figure()
    for is_lookup, name, colour in ((True, "look-up by key", SERIES[0]), (False, "other", SERIES[1])):
        part = [one for one in known if (one.lookup is not None) == is_lookup]
        figure.add_scatter(
            x=[one.calls_count for one in part],
            y=[max(one.mean_seconds, 1e-6) for one in part],
            mode="markers",
            name=name,
            marker={"color": colour, "size": 8, "opacity": 0.7},
            customdata=[
                [
                    safe(shortened(one.text, 120), 120),
                    count_text(one.calls_count),
                    seconds_text(one.mean_seconds),
                ]
                for one in part
            ],
            hovertemplate="%{customdata[0]}<br>%{customdata[1]} calls, %{customdata[2]}<extra></extra>",
        )
    decades = [10.0**power for power in range(-6, 4)]
    labels = ["1 µs", "10 µs", "100 µs", *map(seconds_text, decades[3:])]
    figure.update_xaxes(count_axis("calls", [one.calls_count for one in known]))
    figure.update_yaxes(
        type="log",
        title="mean time",
        tickvals=decades,
        ticktext=labels,
    )
    return finish(figure, "Calls against mean time of every statement", height=440)


@noting_missing
def lookups(review: Review, number: int = 30) -> Table | Note:
    """Return look-ups by equality, the most frequent first, with those that complete another statement's rows."""
    suspects = {finding.object for finding in review.findings("n_plus_one")}
    found = [one for one in review["application_statements"].known if one.lookup]
    if not found:
        return Note("No statement is a plain look-up in one table.", "info")
    lines = [
        (
            one.path,
            ", ".join(one.lookup.columns if one.lookup else ()),
            one.calls_count,
            one.rows_per_call,
            one.total_seconds,
            any(
                dotted(one.path, column) in suspects for column in (one.lookup.columns if one.lookup else ())
            ),
        )
        for one in sorted(found, key=lambda one: -one.calls_count)[:number]
    ]
    columns = ["table", "by", "calls_count", "rows a call", "total_seconds", "N + 1 suspect"]
    return Table(pd.DataFrame(lines, columns=columns), "Look-ups, the most frequent first")


@noting_missing
def transactions(review: Review) -> Table:
    """Return commits, rollbacks, deadlocks, temporary files and cache hits since the statistics were reset."""
    facts = review["snapshot_facts"]
    touched = int(facts["blocks_hit_count"]) + int(facts["blocks_read_count"])
    done = int(facts["commits_count"]) + int(facts["rollbacks_count"])
    lines = [
        (
            "Statistics since",
            at_text(facts["stats_reset_at"] if pd.notna(facts["stats_reset_at"]) else facts["started_at"]),
        ),
        ("Isolation by default", str(facts["transaction_isolation"])),
        ("Transactions", count_text(done)),
        ("Rolled back", ratio_text(int(facts["rollbacks_count"]) / done) if done else "n/a"),
        ("Deadlocks", count_text(int(facts["deadlocks_count"]))),
        ("Temporary files", count_text(int(facts["temp_files_count"]))),
        (
            "Pages found in shared buffers",
            ratio_text(int(facts["blocks_hit_count"]) / touched) if touched else "n/a",
        ),
    ]
    return Table(pd.DataFrame(lines, columns=["fact", "value"]), "Transactions and cache")


@noting_missing
def isolation_overrides(review: Review) -> Table | Note:
    """Return settings of roles and of the database that change transactions, timeouts or memory."""
    settings = review["role_settings"]
    if settings.empty:
        return Note("No role and no database has settings of its own.", "good")
    frame = settings.fillna({"role_name": "every role", "database_name": "every database"})
    return Table(frame, "Settings of roles and databases")


@noting_missing
def sessions(review: Review) -> Table | Note:
    """Return the sessions at capture by application and state."""
    activity = review["activity"]
    if activity.empty:
        return Note("No other session was connected at capture.", "info")
    named = activity.fillna(
        {"application_name": "", "state": "not readable", "role_name": "", "database_name": ""}
    )
    keys = ["database_name", "role_name", "application_name", "state"]
    grouped = named.groupby(keys, as_index=False).agg(
        sessions_count=("process_id", "size"), longest_transaction_seconds=("transaction_seconds", "max")
    )
    return Table(grouped, "Sessions at capture")


@noting_missing
def server_counters(review: Review) -> Table:
    """Return checkpoints and write-ahead log since their statistics were reset."""
    checkpoints, log = review["checkpointer"].iloc[0], review["wal"].iloc[0]
    lines = [
        ("Checkpoints on time", count_text(checkpoints["timed_checkpoints_count"])),
        ("Checkpoints requested", count_text(checkpoints["requested_checkpoints_count"])),
        ("Pages written by checkpoints", count_text(checkpoints["buffers_written_count"])),
        ("Time spent writing", seconds_text(checkpoints["write_seconds"])),
        ("WAL records", count_text(log["records_count"])),
        ("Whole pages in the WAL", count_text(log["full_pages_count"])),
        ("WAL buffers full", count_text(log["buffers_full_count"])),
    ]
    return Table(pd.DataFrame(lines, columns=["fact", "value"]), "Checkpoints and write-ahead log")


@noting_missing
def vacuum_settings(review: Review) -> Table:
    """Return the settings of autovacuum and of memory that bear on the workload."""
    settings = review["settings"]
    wanted = settings[
        settings["setting_name"].str.match(
            r"^(autovacuum|shared_buffers|work_mem|maintenance_work_mem"
            r"|effective_cache_size|max_connections|max_wal_size"
            r"|checkpoint_timeout|random_page_cost)"
        )
    ]
    lines = [(row.setting_name, row.value, row.unit, row.source) for row in rows(wanted)]
    return Table(pd.DataFrame(lines, columns=["setting", "value", "unit", "source"]), "Settings")


@noting_missing
def code_leads(review: Review) -> Table | Note:
    """Return the leads from the application's sources with file and line."""
    leads = review["code_leads"]
    found = leads[leads["is_lead"] | (leads["kind"] == "isolation")]
    if found.empty:
        return Note("The sources gave no lead.", "good")
    lines = [
        (row.kind, f"{row.file}:{row.line}", row.function_name, row.expression, row.value)
        for row in rows(found)
    ]
    columns = ["kind", "place", "function", "expression", "what"]
    return Table(pd.DataFrame(lines, columns=columns), "Leads from the sources", max_rows=500)
