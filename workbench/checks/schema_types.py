"""Types that do not say what a column holds: json, floating money, zoneless time, text for a set, NULL."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set

import pandas as pd

from workbench.checks import check
from workbench.checks.schema import alter, alter_type, path, pinned_by, without_statistics
from workbench.findings import Finding, Fix, Severity, Verdict
from workbench.naming import quote
from workbench.rows import Row, rows
from workbench.words import object_name, phrases, says

REWRITE = "ACCESS EXCLUSIVE on the table while it and its indexes are rewritten"
MONEY = phrases(
    """
    price, prices, cost, costs, fee, fees, salary, wage, wages, payment, revenue, subtotal, grand total,
    total amount, tax amount, discount amount, amount due, amount paid, unit price, net amount, gross
    amount, invoice total, order total
    """
)
MAYBE_MONEY = phrases(
    """
    amount, balance, budget, spent, credit, debit, refund, deposit, spend limit, tax, vat, commission, bonus,
    premium, income, expense, expenses, rent, earnings, turnover
    """
)
# In these tables a total or an amount is money.
BILLS = phrases(
    """
    invoice, invoices, bill, bills, order, orders, payment, payments, sale, sales, purchase, purchases, receipt,
    receipts, refund, refunds, payout, payouts, payroll, quote, quotes, cart, carts, checkout, account, accounts,
    ledger, budget, budgets
    """
)
SUMS = phrases("total, amount, tax, discount, paid, due, balance, net, gross, sum")
# Words that make an amount or a cost something else than money.
NOT_MONEY = phrases(
    """
    dose, dosage, weight, height, volume, distance, score, rank, ratio, rate, percent, percentage,
    pct, count, hours, days, factor, latency, duration, ms, seconds, mg, ml, kg, water, fluid, cpu, heuristic,
    query, planner, index
    """
)
SET_WORDS = phrases(
    """
    status, state, type, kind, category, role, level, severity, priority, gender, sex, method, mode,
    stage, phase, frequency, unit, visibility, outcome, result, channel, class, tier, form, shift
    """
)
FREE_TEXT = phrases(
    """
    name, names, firstname, lastname, city, town, country, region, street, address, email, mail, phone,
    fax, title, description, note, notes, comment, comments, text, body, content, message, subject, url,
    uri, path, file, zip, postcode, code, id, key, token, hash, version, locale, language, currency,
    timezone, zone, brand, manufacturer, vendor, model, reason, label, tag, tags, location, created by,
    updated by, by, value, date, time, year, number, no, nr, postal, county, department
    """
)


@check(subject="schema", kind="static")
def json_not_jsonb(reviewed_columns: pd.DataFrame, pinned_columns: Mapping[str, tuple[str, ...]]) -> Verdict:
    """Column of type json rather than jsonb.

    Problem: The type json keeps the text as it was written and parses it at every access.
    Impact: No GIN index, no containment operators, no equality; each read of a key parses the whole
    document.
    Fix: Change the type to jsonb. The table is rewritten, and key order, duplicate keys and white space are
    lost.
    False positives: A document that must come back byte for byte (a signed payload, say) is right in json
    or text.
    """
    documents = reviewed_columns[reviewed_columns["base_type"].isin(["json", "jsonb"])]
    findings = []
    for row in rows(documents[documents["data_type"] == "json"]):
        pins = pinned_columns.get(path(row), ())
        change = Fix(alter_type(row, "jsonb", "{}::jsonb"), alter_type(row, "json", "{}::json"), REWRITE)
        findings.append(
            Finding(
                object=path(row),
                title="json where jsonb would do",
                detail="The column is json: it cannot be indexed by key and is parsed at every access."
                + pinned_by(pins),
                severity=Severity.LOW,
                evidence={"data_type": "json", "estimated_rows": _number(row.estimated_rows)},
                fix=None if pins or not pd.isna(row.generated) else change,
            )
        )
    return Verdict(len(documents), findings)


@check(subject="schema", kind="static")
def money_as_float(reviewed_columns: pd.DataFrame, pinned_columns: Mapping[str, tuple[str, ...]]) -> Verdict:
    """Money in a binary floating-point column.

    Problem: A column whose name speaks of money is real or double precision, which cannot hold 0.10
    exactly.
    Impact: Sums drift by cents, comparisons for equality fail, and two reports of one period disagree.
    Fix: Use numeric with the scale of the currency. The table is rewritten.
    False positives: An amount or a cost that is not money; the names of doses, distances and scores are
    left out.
    """
    numbers = reviewed_columns[
        reviewed_columns["base_type"].isin(["real", "double precision", "numeric", "money"])
    ]
    findings, examined = [], 0
    for row in rows(numbers):
        certain = says(row.column_name, MONEY) or (
            says(row.table_name, BILLS) and says(row.column_name, SUMS)
        )
        phrase = certain or says(row.column_name, MAYBE_MONEY)
        if phrase is None or says(row.column_name, NOT_MONEY) or says(row.table_name, NOT_MONEY):
            continue
        examined += 1
        if row.base_type not in ("real", "double precision"):
            continue
        pins = pinned_columns.get(path(row), ())
        plain = row.data_type == row.base_type and not pins and pd.isna(row.generated)
        fix = Fix(
            alter_type(row, "numeric", "{}::numeric"),
            alter_type(row, row.data_type, f"{{}}::{row.data_type}"),
            REWRITE,
        )
        findings.append(
            Finding(
                object=path(row),
                title=f"{row.base_type} holds money",
                detail=f"The name speaks of money (“{phrase}”); {row.base_type} cannot hold decimal fractions."
                + pinned_by(pins),
                severity=Severity.MEDIUM if certain else Severity.LOW,
                evidence={"data_type": row.data_type, "word": phrase},
                fix=fix if plain else None,
            )
        )
    return Verdict(examined, findings)


@check(subject="schema", kind="static")
def timestamp_without_time_zone(
    reviewed_columns: pd.DataFrame, pinned_columns: Mapping[str, tuple[str, ...]]
) -> Verdict:
    """Timestamp without time zone.

    Problem: The column stores a wall-clock reading and not the zone it was read in.
    Impact: The same row means different moments to clients in different zones, and an hour a year happens
    twice.
    Fix: Change to timestamp with time zone, naming the zone that the values were written in. The fix
    assumes UTC.
    False positives: A local time by intent (opening hours, an appointment as written on paper) is right
    without zone.
    """
    types = reviewed_columns["data_type"].str.replace(r"\(\d\)", "", regex=True)
    moments = reviewed_columns[types.isin(["timestamp without time zone", "timestamp with time zone"])]
    zoneless = moments["data_type"].str.endswith("without time zone")
    mixed = set(moments[zoneless]["schema_name"]) & set(moments[~zoneless]["schema_name"])
    findings = [
        _zoneless(row, row.schema_name in mixed, pinned_columns.get(path(row), ()))
        for row in rows(moments[zoneless])
    ]
    return Verdict(len(moments), findings)


def _zoneless(row: Row, is_mixed: bool, pins: tuple[str, ...]) -> Finding:
    beside = (
        " Other columns of this schema have a zone, so comparisons depend on the session's."
        if is_mixed
        else ""
    )
    zoned = row.data_type.replace("without", "with")
    default = "" if pd.isna(row.default_expression) else row.default_expression
    # Another default, now() at a zone say, would mean another moment after the change of type.
    movable = re.fullmatch(r"|now\(\)|CURRENT_TIMESTAMP(\(\d\))?", default) and pd.isna(row.generated)
    fix = Fix(
        alter_type(row, zoned, "{} AT TIME ZONE 'UTC'"),
        alter_type(row, row.data_type, "{} AT TIME ZONE 'UTC'"),
        REWRITE,
        choice="it takes the stored values for UTC: write the zone that the application meant",
    )
    return Finding(
        object=path(row),
        title="Timestamp without time zone",
        detail=f"The stored reading names no zone.{beside}{pinned_by(pins)}",
        severity=Severity.LOW if is_mixed else Severity.INFO,
        evidence={"data_type": row.data_type, "is_mixed_in_schema": is_mixed},
        fix=fix if movable and not pins else None,
    )


@check(subject="schema", kind="runtime")
def enum_like_text(
    reviewed_columns: pd.DataFrame,
    key_columns: Set[tuple[int, str]],
    checked_columns: Set[tuple[int, str]],
    *,
    max_values: int = 12,
    min_rows: int = 500,
    min_rows_per_value: int = 50,
) -> Verdict:
    """Text column that holds a small set of values and nothing enforces it.

    Problem: By the statistics the column holds a handful of short values, but any text may be written.
    Impact: A misspelt status is accepted, and the rows that carry it drop out of every query.
    Fix: A CHECK on the list, an enum type, or a table of the allowed values with a foreign key.
    False positives: A set that users extend at run time; a young table whose values are few by chance.
    """
    texts = reviewed_columns[
        reviewed_columns["data_type"].str.match(r"^(text|character varying|character)(\(\d+\))?$")
    ]
    known, missing = without_statistics(texts)
    findings, examined = [], 0
    for row in rows(known):
        key = (row.table_oid, row.column_name)
        if key in key_columns or not row.estimated_rows >= min_rows:
            continue
        examined += 1
        spoken = says(row.column_name, SET_WORDS)
        free = says(row.column_name, FREE_TEXT)
        # Without a word that promises a set, the values must be fewer and shorter to be taken for one.
        most = max_values if spoken else max_values // 2
        few = (
            2 <= row.distinct_values <= most
            and row.estimated_rows >= min_rows_per_value * row.distinct_values
        )
        complete = (row.common_values_ratio or 0) + row.null_ratio >= 0.995
        if (
            few
            and complete
            and row.average_bytes <= 32
            and (spoken or not free)
            and key not in checked_columns
        ):
            findings.append(_enum_like(row))
    return Verdict(examined, findings, missing)


def _enum_like(row: Row) -> Finding:
    values = int(row.distinct_values)
    return Finding(
        object=path(row),
        title="Text that holds a small set of values",
        detail=(
            f"About {row.estimated_rows:,.0f} rows hold {values} distinct values, and no CHECK, enum or "
            "foreign key limits them."
        ),
        severity=Severity.INFO,
        evidence={
            "distinct_values": values,
            "estimated_rows": int(row.estimated_rows),
            "average_bytes": int(row.average_bytes),
            "null_ratio": round(row.null_ratio, 4),
        },
    )


@check(subject="schema", kind="runtime")
def nullable_never_null(
    reviewed_columns: pd.DataFrame,
    foreign_keys: pd.DataFrame,
    checked_columns: Set[tuple[int, str]],
    *,
    min_rows: int = 1000,
) -> Verdict:
    """Nullable column that is never null.

    Problem: By the statistics no row leaves the column empty, but the schema would let one.
    Impact: Every reader must handle a NULL that never comes, and the first one that comes breaks those that
    do not.
    Fix: NOT NULL by way of a CHECK that is validated first, so that the table is not locked while it is
    scanned.
    False positives: Statistics are a sample; a rare NULL can be missed, and the VALIDATE step of the fix
    finds it. A column that has been filled so far may be optional by intent. Columns that ON DELETE SET
    NULL empties are left out.
    """
    emptied = foreign_keys[foreign_keys["on_delete"] == "SET NULL"]
    pairs = zip(emptied["table_oid"], emptied["column_names"], strict=True)
    free = checked_columns | {(oid, name) for oid, names in pairs for name in names}
    optional = reviewed_columns[~reviewed_columns["is_not_null"] & reviewed_columns["generated"].isna()]
    known, missing = without_statistics(optional)
    known = known[known["estimated_rows"] >= min_rows]
    findings = [
        _never_null(row) for row in rows(known[known["null_ratio"] == 0]) if not _may_be_empty(row, free)
    ]
    return Verdict(len(known) + int(reviewed_columns["is_not_null"].sum()), findings, missing)


def _may_be_empty(row: Row, checked: Set[tuple[int, str]]) -> bool:
    """Tell whether a name or a CHECK says that the column is empty for some rows of the table's life."""
    optional = (
        "deleted",
        "deleted at",
        "archived at",
        "cancelled at",
        "canceled at",
        "completed at",
        "ended at",
    )
    return says(row.column_name, optional) is not None or (row.table_oid, row.column_name) in checked


def _never_null(row: Row) -> Finding:
    column = quote(row.column_name)
    name = quote(object_name(row.table_name, row.column_name, "not_null"))
    steps = (
        f"ADD CONSTRAINT {name} CHECK ({column} IS NOT NULL) NOT VALID",
        f"VALIDATE CONSTRAINT {name}",
        f"ALTER COLUMN {column} SET NOT NULL",
        f"DROP CONSTRAINT {name}",
    )
    return Finding(
        object=path(row),
        title="Nullable, but never null",
        detail=f"None of about {row.estimated_rows:,.0f} rows leaves it empty, by the statistics.",
        severity=Severity.INFO,
        evidence={"null_ratio": 0.0, "estimated_rows": int(row.estimated_rows)},
        fix=Fix(
            "\n".join(alter(row, step) for step in steps),
            alter(row, f"ALTER COLUMN {column} DROP NOT NULL"),
            "ACCESS EXCLUSIVE on the table for an instant; SHARE UPDATE EXCLUSIVE while rows are validated",
            choice=f"statistics are a sample, and one row where {column} IS NULL stops it: count them first",
        ),
    )


def _number(value: float) -> int | None:
    return None if pd.isna(value) else int(value)
