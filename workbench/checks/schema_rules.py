"""Rules on values that names and types suggest and no CHECK constraint states."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Set
from typing import NamedTuple

import pandas as pd

from workbench.checks import check, derived
from workbench.checks.schema import alter, by_table
from workbench.findings import Finding, Fix, Severity, Verdict
from workbench.naming import dotted, quote
from workbench.rows import Row, rows
from workbench.words import object_name, phrases, says, words

NUMBERS = ("smallint", "integer", "bigint", "numeric", "real", "double precision")
MOMENTS = ("date", "timestamp with time zone", "timestamp without time zone")
NOT_NEGATIVE = phrases(
    """
    price, quantity, qty, amount, cost, fee, salary, stock, age, weight, height, dosage, dose, duration,
    size, length, capacity, attempts, percent, percentage, refills, minutes, seconds, days, bytes
    """
)
MAY_BE_NEGATIVE = phrases(
    """
    balance, delta, change, difference, adjustment, offset, temperature, latitude, longitude, net, profit,
    variance, trend, growth, diff, z, score, refund, transaction, correction, credit, debit
    """
)
_OPPOSITES = tuple(
    tuple(pair.split(" / "))
    for pair in phrases(
        """
        start / end, started / ended, begin / end, from / to, from / until,
        starts / ends, effective / expiration, issued / expires, issue / expiration, issue / expiry,
        opened / closed, open / close, valid from / valid to, valid from / valid until, record / follow up,
        check in / check out, hire / termination, admitted / discharged, admission / discharge
        """
    )
)


class _Table(NamedTuple):
    schema_name: str
    table_name: str


class Rule(NamedTuple):
    """A rule that a CHECK constraint could state; ``condition`` is SQL that holds or is null for rows that obey."""

    table_oid: int
    schema: str
    table: str
    columns: tuple[str, ...]
    condition: str

    @property
    def name(self) -> str:
        """The name of the constraint that would state it."""
        return object_name(self.table, *self.columns, "check")


@derived
def rule_candidates(reviewed_columns: pd.DataFrame) -> tuple[Rule, ...]:
    """Return the rules that names and types suggest, whether or not a constraint states them."""
    own = reviewed_columns[reviewed_columns["generated"].isna() & ~reviewed_columns["is_array"]]
    found = [*_signs(own[own["base_type"].isin(NUMBERS)]), *_orders(own[own["base_type"].isin(MOMENTS)])]
    return tuple(sorted(found))


def _signs(numbers: pd.DataFrame) -> Iterator[Rule]:
    for row in rows(numbers):
        if says(row.column_name, NOT_NEGATIVE) is None or says(row.column_name, MAY_BE_NEGATIVE):
            continue
        if words(row.column_name)[-1] in ("id", "key", "type", "code"):
            continue
        yield Rule(
            row.table_oid,
            row.schema_name,
            row.table_name,
            (row.column_name,),
            f"{quote(row.column_name)} >= 0",
        )


def _orders(moments: pd.DataFrame) -> Iterator[Rule]:
    for group in by_table(moments).values():
        spoken = {(" ".join(words(row.column_name)), row.base_type): row for row in group}
        for (name, base_type), row in spoken.items():
            for later in filter(None, (_opposite(name, *pair) for pair in _OPPOSITES)):
                other = spoken.get((later, base_type))
                if other is not None:
                    condition = f"{quote(other.column_name)} >= {quote(row.column_name)}"
                    columns = (row.column_name, other.column_name)
                    yield Rule(row.table_oid, row.schema_name, row.table_name, columns, condition)
                    break


def _opposite(name: str, start: str, end: str) -> str | None:
    """Return the name with its first word of beginning turned into the word of the end."""
    padded = f" {name} "
    return padded.replace(f" {start} ", f" {end} ", 1).strip() if f" {start} " in padded else None


@check(subject="schema", kind="static")
def check_candidate(rule_candidates: tuple[Rule, ...], constraints: pd.DataFrame) -> Verdict:
    """Rule on values that no CHECK constraint states.

    Problem: A quantity, price or duration may be negative, or an end may lie before its beginning.
    Impact: One program that forgets the rule is enough; reports then carry negative stock or courses that
    end first.
    Fix: A CHECK constraint, added NOT VALID and validated later; rows that break it must be settled first.
    False positives: A quantity that is negative for returns; an amount that is signed by intent.
    """
    checks = constraints[constraints["type"].isin(["check", "exclusion"])]
    pairs = zip(checks["table_oid"], checks["column_names"], strict=True)
    stated: dict[int, list[Set[str]]] = defaultdict(list)
    for oid, names in pairs:
        stated[oid].append(set(names))
    findings = [
        _candidate(rule)
        for rule in rule_candidates
        if not any(set(rule.columns) <= names for names in stated[rule.table_oid])
    ]
    return Verdict(len(rule_candidates), findings)


def _candidate(rule: Rule) -> Finding:
    row: Row = _Table(rule.schema, rule.table)
    name = quote(rule.name)
    return Finding(
        object=dotted(rule.schema, rule.table, rule.columns[-1]),
        title=f"No CHECK says that {rule.condition}",
        detail="Names and types suggest the rule; no CHECK constraint mentions the column.",
        severity=Severity.INFO,
        evidence={"condition": rule.condition},
        fix=Fix(
            f"{alter(row, f'ADD CONSTRAINT {name} CHECK ({rule.condition}) NOT VALID')}\n"
            f"{alter(row, f'VALIDATE CONSTRAINT {name}')}",
            alter(row, f"DROP CONSTRAINT {name}"),
            "ACCESS EXCLUSIVE on the table for an instant; SHARE UPDATE EXCLUSIVE while rows are validated",
        ),
        distinct=rule.condition,
    )
