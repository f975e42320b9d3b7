# ruff: noqa: S608 - SQL is built here on purpose; workbench.naming quotes every name in it.
"""Rules on values that names and types suggest: no negative quantities, percentages up to 100, small sets.

A rule is a condition that a CHECK constraint could state. Its probe counts the rows that break it. For a
column that holds a small set of texts the server itself finds which values are the set; only counts leave it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.catalog import Snapshot
from workbench.naming import quote
from workbench.probes.plausibility import columns_by_table, date_pairs, table_probe
from workbench.probes.probe import Probe
from workbench.probes.relations import Relations
from workbench.rows import records
from workbench.words import phrases, says, words

VALUE, SPELLING, SET = "value_rule", "spelling", "apparent_set"
NUMBERS = ("smallint", "integer", "bigint", "numeric", "real", "double precision", "money")
TEXTS = ("text", "character varying", "character")
NOT_NEGATIVE = phrases(
    """
    price, quantity, qty, amount, cost, fee, salary, wage, stock, age, weight, height, dosage, dose, duration,
    size, length, width, distance, capacity, attempts, percent, percentage, pct, refills, minutes, seconds,
    hours, days, bytes, count, counts, number of
    """
)
MAY_BE_NEGATIVE = phrases(
    """
    balance, delta, change, changes, difference, adjustment, offset, temperature, latitude, longitude, net,
    profit, margin, variance, trend, growth, diff, z, score, refund, transaction, correction, credit, debit,
    max, maximum, limit, timeout, ttl, relative, return, returns, gain, loss, log, shift, bias
    """
)
# Words that booking both ways turns negative, and the tables where it is the custom.
_SIGNED_BY_CUSTOM = phrases("amount, cost, fee, quantity, qty, stock, count, counts, weight")
_BOOKS = phrases(
    """
    ledger, ledgers, journal, journals, entry, entries, posting, postings, movement, movements, adjustment,
    adjustments, transaction, transactions, refund, refunds, line, delta, deltas, correction, corrections
    """
)
_PERCENT = phrases("percent, percentage, pct")
_CODES = (("id",), ("key",), ("type",), ("code",), ("no",), ("number",))
SET_WORDS = phrases(
    """
    status, state, type, kind, category, role, level, severity, priority, gender, sex, method, mode, stage,
    phase, frequency, visibility, outcome, channel, tier
    """
)
FEW_VALUES = 40
"""Distinct values, slips of the pen included, above which a column is no small set."""
LEAST_ROWS = 500
RARE_RATIO, COMMON_RATIO = 0.001, 0.01
"""Shares of the rows: up to the first a value stands outside the set that those above the second form."""


@dataclass(frozen=True, order=True)
class Rule:
    """A rule that a CHECK could state; ``condition`` is SQL that is true or null for rows that obey.

    ``kind`` is least, most or order. ``is_weak``: the name alone promises little, as "amount" does.
    """

    table_oid: int
    columns: tuple[str, ...]
    condition: str
    kind: str
    is_weak: bool = False

    def states(self, columns: Iterable[str], definition: str) -> bool:
        """Tell whether a CHECK on some columns states the rule, or says of them what cannot be read here."""
        if not set(self.columns) <= set(columns):
            return False
        return self.kind == "order" or bounds(definition, self.columns[0], self.kind)


def bounds(definition: str, column: str, kind: str) -> bool:
    """Tell whether a CHECK says more of a column than a bound on the side that a rule does not speak of.

    ``kind`` is the rule's side, least or most; the column is ``VALUE`` in the CHECK of a domain.
    """
    name = rf'(?<![\w"])(?:{re.escape(quote(column))}|{re.escape(column)})(?![\w"])'
    spelt = rf"\(?{name}\)?(?:::[\w ]+)?"
    here, there = ("<=?", ">=?") if kind == "least" else (">=?", "<=?")
    other = rf"{spelt} (?:{here}|<>) |(?<=[\w)'] )(?:{there}|<>) {spelt}|{spelt} IS (?:NOT )?NULL"
    return re.search(name, re.sub(other, "", definition)) is not None


def rules(snapshot: Snapshot) -> list[Rule]:
    """Return the rules that names and types suggest, whether or not a constraint states them."""
    tables = {int(t["table_oid"]): str(t["table_name"]) for t in records(snapshot["tables"])}
    found = [
        Rule(
            pair.table_oid,
            (pair.earlier, pair.later),
            f"{quote(pair.later)} >= {quote(pair.earlier)}",
            "order",
        )
        for pair in date_pairs(snapshot["columns"], snapshot["tables"])
        if not pair.is_bookkeeping
    ]
    for oid, group in columns_by_table(snapshot["columns"], snapshot["tables"]):
        for column in group:
            found += _of_number(oid, tables[oid], column)
    return sorted(found)


def _of_number(oid: int, table: str, column: Mapping[str, Any]) -> Iterator[Rule]:
    """Give the bounds that a number's name suggests."""
    name, base = str(column["column_name"]), plain_type(column["base_type"])
    if base not in NUMBERS or column["is_array"] or not pd.isna(column["generated"]):
        return
    own, zero = (name,), "0::money" if base == "money" else "0"
    if words(name)[-1:] in (("latitude",), ("longitude",)):
        most = 90 if words(name)[-1] == "latitude" else 180
        yield Rule(oid, own, f"{quote(name)} >= -{most}", "least")
        yield Rule(oid, own, f"{quote(name)} <= {most}", "most")
    spoken = says(name, NOT_NEGATIVE)
    if spoken is None or says(name, MAY_BE_NEGATIVE) or words(name)[-1:] in _CODES:
        return
    weak = says(name, _SIGNED_BY_CUSTOM) is not None
    if weak and says(table, _BOOKS):
        return
    yield Rule(oid, own, f"{quote(name)} >= {zero}", "least", weak)
    if says(name, _PERCENT):
        yield Rule(oid, own, f"{quote(name)} <= 100", "most", is_weak=True)


def plain_type(name: Any) -> str:
    """Return a type without its modifiers."""
    return re.sub(r"\(.*?\)", "", str(name)).strip()


class Stated:
    """What CHECK constraints, exclusion constraints and domains already say, by table and by type."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._checks: dict[int, list[tuple[tuple[str, ...], str, bool]]] = defaultdict(list)
        constraints = snapshot["constraints"]
        for row in records(constraints[constraints["type"].isin(["check", "exclusion"])]):
            if row["is_enforced"]:
                names, definition = row["column_names"], str(row["definition"])
                if row["type"] == "exclusion":
                    # A range of two columns is an expression, which belongs to no column by number.
                    names = (
                        *names,
                        *re.findall(r"[\w$]+", definition),
                        *re.findall(r'"([^"]+)"', definition),
                    )
                self._checks[int(row["table_oid"])].append((names, definition, bool(row["is_validated"])))
        self._domains: dict[int, list[tuple[str, bool]]] = defaultdict(list)
        for row in records(snapshot["domain_checks"]):
            self._domains[int(row["type_oid"])].append((str(row["definition"]), bool(row["is_validated"])))
        self._types = {
            (int(c["table_oid"]), str(c["column_name"])): int(c["type_oid"])
            for c in records(snapshot["columns"])
        }

    def holds(self, rule: Rule, *, validated: bool = False) -> bool:
        """Tell whether something states a rule; ``validated``: and the rows that exist are known to obey."""
        return any(
            rule.states(names, definition)
            for names, definition, is_validated in self._checks[rule.table_oid]
            if is_validated or not validated
        ) or any(
            bounds(definition, "VALUE", rule.kind)
            for definition, is_validated in self.of_domain(rule.table_oid, rule.columns[0])
            if rule.kind != "order" and (is_validated or not validated)
        )

    def of_domain(self, oid: int, column: str) -> list[tuple[str, bool]]:
        """Return the checks of a column's domain, and whether each is validated."""
        return self._domains[self._types.get((oid, column), 0)]

    def mentions(self, oid: int, column: str) -> bool:
        """Tell whether a CHECK says anything of a column's values."""
        checks = [(names, text) for names, text, _ in self._checks[oid] if column in names]
        return bool(self.of_domain(oid, column)) or any(bounds(text, column, "least") for _, text in checks)


def value_probes(snapshot: Snapshot) -> list[Probe]:
    """Return a probe for each rule on one column; orders of dates have probes of their own."""
    relations, stated = Relations(snapshot), Stated(snapshot)
    return [
        table_probe(
            relations,
            rule.table_oid,
            kind=VALUE,
            name=rule.condition,
            columns=rule.columns,
            examined=f"c.{quote(rule.columns[0])} is not null",
            violation=f"not (c.{rule.condition})",
            plain=True,
            skipped=None,
        )
        for rule in rules(snapshot)
        if rule.kind != "order" and not stated.holds(rule, validated=True)
    ]


def set_probes(snapshot: Snapshot) -> list[Probe]:
    """Return two probes for each text column that holds a small set: odd spellings, and values that are rare."""
    relations, stated = Relations(snapshot), Stated(snapshot)
    probes = []
    for oid, column in small_sets(snapshot):
        if stated.mentions(oid, column):
            continue
        own, source = f"c.{quote(column)}", _counted_values(relations.sql(oid), column)
        for kind, chosen in ((SPELLING, _MISSPELT), (SET, _RARE)):
            probes.append(
                table_probe(
                    relations,
                    oid,
                    kind=kind,
                    name=f"{column}: {kind}",
                    columns=(column,),
                    examined=f"{own} is not null",
                    violation=f"{own} in (select v.value from ({source}) as v where {chosen})",
                    skipped=None,
                )
            )
    return probes


def small_sets(snapshot: Snapshot) -> list[tuple[int, str]]:
    """Return the text columns that hold a small set, by a word of their name and by statistics."""
    if "column_statistics" not in snapshot:
        return []
    statistics = {
        (str(s["schema_name"]), str(s["table_name"]), str(s["column_name"])): float(s["distinct_values"])
        for s in records(snapshot["column_statistics"])
    }
    tables = {int(t["table_oid"]): t for t in records(snapshot["tables"])}
    keyed = _keyed(snapshot)
    found = []
    for oid, group in columns_by_table(snapshot["columns"], snapshot["tables"]):
        table = tables[oid]
        rows = table["estimated_rows"]
        for column in group:
            name = str(column["column_name"])
            fits = plain_type(column["base_type"]) in TEXTS and not column["is_array"]
            if not fits or (oid, name) in keyed or says(name, SET_WORDS) is None or not rows >= LEAST_ROWS:
                continue
            if 2 <= statistics.get((table["schema_name"], table["table_name"], name), 0) <= FEW_VALUES:
                found.append((oid, name))
    return found


def _keyed(snapshot: Snapshot) -> set[tuple[int, str]]:
    """Return the columns that a key of some kind already ties to other values."""
    unique = snapshot["indexes"][snapshot["indexes"]["is_unique"]]
    sources: Sequence[tuple[pd.DataFrame, str]] = (
        (snapshot["foreign_keys"], "column_names"),
        (unique[unique["key_columns"].map(len) == 1], "key_columns"),
    )
    return {
        (int(oid), str(name))
        for frame, column in sources
        for oid, names in zip(frame["table_oid"], frame[column], strict=True)
        for name in names
    }


def _counted_values(relation: str, column: str) -> str:
    """Return the query of a column's values with what tells the odd ones: counts, and places among spellings.

    Two values are spellings of one when they differ in case, in blanks around them, and in what parts their
    words. Codes of one or two letters and digits are left alone: ``m`` and ``M`` may be two things.
    """
    own = f"t.{quote(column)}::text"
    folded = f"regexp_replace(lower(btrim({own})), '(?<=[[:alnum:]])[ _-]+(?=[[:alnum:]])', '', 'g')"
    grouped = (
        f"select t.{quote(column)} as value, case when length({folded}) > 2 then {folded} else {own} end as folded,"
        f" count(*) as rows from {relation} as t where t.{quote(column)} is not null group by 1, 2"
    )
    return (
        "select g.value, row_number() over (partition by g.folded order by g.rows desc, g.value) as place,"
        " g.rows, sum(g.rows) over (partition by g.folded) as own, sum(g.rows) over () as total,"
        f" count(*) filter (where g.rows >= {COMMON_RATIO} * g.total) over () as common,"
        " count(*) over () as every"
        f" from (select r.*, sum(r.rows) over () as total from ({grouped}) as r) as g"
    )


_MISSPELT = "v.place > 1"
# Several values that are common must be there to be a set, and more of them than of the odd ones.
_RARE = f"v.own <= greatest(1, {RARE_RATIO} * v.total) and v.common >= 2 and v.every - v.common <= v.common"
