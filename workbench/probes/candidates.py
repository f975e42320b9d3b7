"""Undeclared foreign keys: columns that seem to hold another table's key, scored with reasons.

Names, types, uniqueness and statistics alone decide here, so a snapshot is enough; the data's word comes
later (``confirm``). Scores are shares of belief from 0 to 1, set by hand and held by benchmarks/candidates.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.catalog import Snapshot, make_frame
from workbench.probes.composites import composite_candidates
from workbench.probes.entities import KEY_WORDS, entity, stem
from workbench.probes.matching import Catalogue, Match, family
from workbench.rows import records
from workbench.words import words

PROBED = 0.3
"""Score from which data are asked; below it names say nothing."""
REPORTED = 0.5
"""Score from which a candidate is reported."""
ALTERNATIVES = 2
# Two tables with an access_token or a checksum keep one each.
_SECRETS = frozenset(
    {("token",), ("hash",), ("secret",), ("password",), ("signature",), ("checksum",), ("digest",)}
)
STORED_AS_TEXT = "it holds UUIDs as text"
CANDIDATE_TYPES: Mapping[str, str] = {
    "table_oid": "int8",
    "schema_name": "text",
    "table_name": "text",
    "column_names": "text[]",
    "referenced_oid": "int8",
    "referenced_schema": "text",
    "referenced_table": "text",
    "referenced_columns": "text[]",
    "score": "float8",
    "rank": "int8",
    "reasons": "text[]",
}


@dataclass(frozen=True)
class Column:
    """A column that could refer to something."""

    oid: int
    schema: str
    table: str
    name: str
    data_type: str
    is_own_key: bool
    is_not_null: bool
    is_indexed: bool
    distinct: float | None


def candidate_keys(snapshot: Snapshot) -> pd.DataFrame:
    """Return candidate foreign keys that no declared key covers, the best of each column first.

    Columns: ``table_oid``, ``schema_name``, ``table_name``, ``column_names``, ``referenced_oid``,
    ``referenced_schema``, ``referenced_table``, ``referenced_columns``, ``score`` (0 to 1), ``rank`` (1 is the
    best of its column), ``reasons``.

    Raises:
        MissingFrameError: the snapshot lacks tables, columns, constraints, indexes or foreign_keys.
    """
    catalogue = Catalogue(snapshot)
    rows: list[list[Any]] = []
    for column in _columns(snapshot, catalogue):
        found = sorted(_scored(column, catalogue), key=lambda m: (-m.score, m.key.schema, m.key.table))
        kept = [match for match in found if match.score >= PROBED][:ALTERNATIVES]
        rows += [_row(column, match, rank) for rank, match in enumerate(kept, start=1)]
    singles = {(row[0], row[3][0]): row[8] for row in rows if row[9] == 1}
    rows += composite_candidates(snapshot, catalogue, singles)
    return make_frame(CANDIDATE_TYPES, rows)


def _row(column: Column, match: Match, rank: int) -> list[Any]:
    key = match.key
    return [
        column.oid,
        column.schema,
        column.table,
        (column.name,),
        key.oid,
        key.schema,
        key.table,
        (key.column,),
        round(match.score, 3),
        rank,
        match.reasons,
    ]


def _columns(snapshot: Snapshot, catalogue: Catalogue) -> Iterator[Column]:
    """Give the columns that no key covers, that no sequence feeds and that are half of no polymorphic pair."""
    keys = snapshot["foreign_keys"]
    covered = {
        (int(oid), name)
        for oid, names in zip(keys["table_oid"], keys["column_names"], strict=True)
        for name in names
    }
    distinct = _distinct_values(snapshot)
    leading = {
        (int(index["table_oid"]), index["key_columns"][0])
        for index in records(snapshot["indexes"])
        if index["key_columns"] and not index["is_unique"]
    }
    for oid, columns in catalogue.columns_by_table.items():
        names = {words(str(c["column_name"])) for c in columns}
        for column in columns:
            name = str(column["column_name"])
            default = "" if pd.isna(column["default_expression"]) else str(column["default_expression"])
            fed = default.startswith("nextval(") or not pd.isna(column["identity"])
            if (oid, name) in covered or fed or not pd.isna(column["generated"]) or column["is_array"]:
                continue
            if not family(column) or _is_polymorphic(name, names, catalogue) or words(name)[-1:] in _SECRETS:
                continue
            schema, table = str(column["schema_name"]), str(column["table_name"])
            yield Column(
                oid,
                schema,
                table,
                name,
                str(column["base_type"]),
                catalogue.own_keys.get(oid) == (name,),
                bool(column["is_not_null"]),
                (oid, name) in leading,
                distinct.get((schema, table, name)),
            )


def _is_polymorphic(name: str, names: set[tuple[str, ...]], catalogue: Catalogue) -> bool:
    """Tell whether ``<x>_type`` beside ``<x>_id`` says which table is meant, and no table is called x."""
    parts = words(name)
    if len(parts) < 2 or parts[-1] not in ("id", "uuid", "key"):
        return False
    return (*parts[:-1], "type") in names and not catalogue.named(stem(name)[0])


def _distinct_values(snapshot: Snapshot) -> dict[tuple[str, str, str], float]:
    """Return the estimated number of distinct values by schema, table and column."""
    if "column_statistics" not in snapshot:
        return {}
    tables = snapshot["tables"]
    rows = dict(
        zip(
            zip(tables["schema_name"], tables["table_name"], strict=True),
            tables["estimated_rows"],
            strict=True,
        )
    )
    found = {}
    for row in records(snapshot["column_statistics"]):
        count = float(row["distinct_values"])
        total = rows.get((row["schema_name"], row["table_name"]))
        if count < 0 and (total is None or pd.isna(total)):
            continue
        place = (row["schema_name"], row["table_name"], row["column_name"])
        found[place] = count if count >= 0 else -count * float(total or 0)
    return found


def _scored(column: Column, catalogue: Catalogue) -> Iterator[Match]:
    """Give every table that a column's name may stand for, its score adjusted by types and statistics."""
    best: dict[tuple[int, str], Match] = {}
    for name, share in catalogue.spellings(column.oid, column.name):
        for match in catalogue.matches(name, column.oid, column.schema, column.table):
            adjusted = _adjusted(column, match, share, catalogue)
            place = (match.key.oid, match.key.column)
            if adjusted is not None and (place not in best or best[place].score < adjusted.score):
                best[place] = adjusted
    yield from best.values()


def _adjusted(column: Column, match: Match, share: float, catalogue: Catalogue) -> Match | None:
    key, score, reasons = match.key, match.score * share, list(match.reasons)
    own_family = family({"base_type": column.data_type})
    # A text called created_by holds a name; one called session_id may hold a UUID.
    as_text = (own_family, key.family) == ("text", "uuid") and stem(column.name)[1] in KEY_WORDS
    if (own_family != key.family and not as_text) or (key.oid == column.oid and column.name == key.column):
        return None
    # A declared key already leads from there to here, and a reference back would say the same twice.
    if catalogue.root((key.oid, key.column)) == (column.oid, column.name):
        return None
    # The machine_no that each machine has is its own number; a reference to another one starts somewhere, with NULL.
    own = (column.is_own_key or column.is_not_null) and _is_named_after(column.name, column.table)
    if (column.is_own_key or own) and (key.oid == column.oid or (column.is_own_key and own)):
        return None
    if as_text:
        # No key can be declared over it, and text holds other things than keys.
        score -= 0.3
        reasons.append(STORED_AS_TEXT)
    elif column.data_type != key.data_type:
        score -= 0.05
        reasons.append(f"types differ: {column.data_type} and {key.data_type}")
    if key.schema == column.schema:
        score += 0.02
    if column.is_indexed:
        score += 0.03
        reasons.append("the column is indexed")
    if own_family == "text" and column.distinct == 1:
        # Unlike an integer, a text is believed once its rows agree; one value, '' mostly, is no agreement.
        score -= 0.2
        reasons.append("all its rows hold one value")
    if column.distinct is not None and key.rows is not None and column.distinct > key.rows * 1.1 + 5:
        score -= 0.3
        reasons.append("it has more distinct values than the table has rows")
    return Match(key, max(0.0, min(score, 0.99)), tuple(reasons))


def _is_named_after(column: str, table: str) -> bool:
    """Tell whether a table's own key bears its table's name, and so refers to nothing."""
    found, _ = stem(column)
    whole = entity(table)
    # businessentityid of businessentity is written in one word, key word and all.
    glued = len(found) == 1 and found[0].startswith("".join(whole))
    return not found or whole[-len(found) :] == found or glued


def confirm(candidate: Mapping[str, Any], probe: Mapping[str, Any] | None) -> tuple[float, str]:
    """Return a candidate's score once its data were asked, and the data's verdict.

    The verdict is ``confirmed``, ``rejected``, or ``undecided`` when there are no rows or no answer. Where
    keys are dense integers every small number is included, so inclusion alone raises nothing: coverage and
    range must agree, or the keys be too many to be there by chance (UUIDs, texts).
    """
    score = float(candidate["score"])
    if probe is None or not pd.isna(probe["skipped"]) or pd.isna(probe["examined"]) or not probe["examined"]:
        return score, "undecided"
    included = 1 - float(probe["violations"]) / float(probe["examined"])
    if included < 0.5:
        return round(score * 0.3, 3), "rejected"
    if included < 0.9:
        return round(max(0.0, score - 0.3), 3), "rejected" if score < 0.8 else "undecided"
    coverage, spread = probe["coverage_ratio"], probe["range_ratio"]
    sparse = pd.isna(spread)
    if sparse:
        score += 0.2 if float(probe["examined"]) >= 5 else 0.05
    elif not pd.isna(coverage):
        score += _density(float(coverage), float(spread))
    score = min(score, 0.99)
    return round(score, 3), "confirmed" if score >= REPORTED else "undecided"


def _density(coverage: float, spread: float) -> float:
    """Return what coverage and range add for dense integer keys: real references spread over the range."""
    if spread >= 0.7 and coverage >= 0.2:
        return 0.08
    # A code, a rating or a counter takes the first few numbers and leaves the rest of the range alone.
    if spread < 0.3 and coverage < 0.3:
        return -0.2
    return 0.0


def best(frame: pd.DataFrame, score: float = REPORTED) -> pd.DataFrame:
    """Return the first candidate of each column whose score is high enough to report."""
    return frame[(frame["rank"] == 1) & (frame["score"] >= score)]


def rejected(frame: pd.DataFrame, probes: pd.DataFrame) -> set[tuple[Any, ...]]:
    """Return the probes of candidates that the rows speak against, each as ``probe_place`` names it.

    Their "violations" are no defect: the column refers to something else, or to nothing.
    """
    kept = {probe_place(row["probe"]) for row in records(judged(frame, probes)) if row["probe"] is not None}
    asked = map(probe_place, records(probes[probes["kind"] == "candidate"]))
    return {place for place in asked if place not in kept}


def probe_place(probe: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what tells one candidate's probe from another: both tables and the columns."""
    names = ("schema_name", "table_name", "columns", "referenced_schema", "referenced_table")
    return tuple(probe[name] for name in names)


def judged(frame: pd.DataFrame, probes: pd.DataFrame) -> pd.DataFrame:
    """Return the candidate of each column that is worth reporting once the rows were asked.

    Of a composite candidate that the rows confirm, no column is told again alone: what it refers to by itself
    follows from the table that the whole refers to.

    Columns: those of ``candidate_keys`` with the score that the data left, and ``verdict`` (``confirmed`` or
    ``undecided``) and ``probe`` (the row of ``orphans`` as a dictionary, None without one).
    """
    asked = {probe_place(p): p for p in records(probes[probes["kind"] == "candidate"])}
    rows = []
    for row in records(frame):
        place = (row["schema_name"], row["table_name"], row["column_names"])
        probe = asked.get((*place, row["referenced_schema"], row["referenced_table"]))
        score, verdict = confirm(row, probe)
        rows.append({**row, "score": score, "verdict": verdict, "probe": probe})
    result = pd.DataFrame(rows, columns=[*CANDIDATE_TYPES, "verdict", "probe"])
    kept = result[(result["verdict"] != "rejected") & (result["score"] >= REPORTED)]
    told = [
        (row["table_oid"], set(row["column_names"]))
        for row in records(kept[kept["verdict"] == "confirmed"])
        if len(row["column_names"]) > 1
    ]
    again = [
        any(oid == row["table_oid"] and set(row["column_names"]) < names for oid, names in told)
        for row in records(kept)
    ]
    kept = kept[~pd.Series(again, index=kept.index, dtype=bool)]
    ordered = kept.sort_values(["score", "rank"], ascending=[False, True], kind="stable")
    first = ~ordered.duplicated(["table_oid", "column_names"])
    return ordered[first].sort_values(["schema_name", "table_name", "column_names"], kind="stable")
