"""The sentence at the top of each chapter: its question answered in numbers, before any figure."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from workbench import fixes, scorecard
from workbench.figures import cascades, index_usage
from workbench.figures.tables import Note, noting_missing
from workbench.figures.text import bytes_text, ratio_text
from workbench.findings import Finding, Severity, Status
from workbench.naming import dotted
from workbench.review import Review
from workbench.rows import rows
from workbench.words import counted


def _answer(*sentences: str) -> Note:
    return Note(" ".join(filter(None, sentences)), "answer")


def _severities(findings: list[Finding]) -> str:
    counts = Counter(finding.severity for finding in findings)
    return ", ".join(f"{counts[s]:,} {s.value}" for s in sorted(counts, reverse=True))


def _found(review: Review, *subjects: str) -> str:
    """Return how many findings some subjects have, and how many of their checks could not look at all."""
    found = review.findings(*subjects)
    asked = [o for o in review.outcomes if o.subject in subjects]
    blind = sum(o.status in (Status.NOT_APPLICABLE, Status.ERROR) or bool(o.not_examined) for o in asked)
    told = f"{counted(len(found), 'finding')}: {_severities(found)}." if found else "No finding."
    left = f" {blind} of {counted(len(asked), 'check')} could not examine everything." if blind else ""
    return told + left


@noting_missing
def overview(review: Review) -> Note:
    """Return the review in short: findings, the gravest of them, the score, what was not examined."""
    found = review.findings()
    card = scorecard.scorecard(review.outcomes)
    ran = [o for o in review.outcomes if o.examined]
    failed = sum(bool(o.findings) for o in review.outcomes)
    gravest = f"The gravest: {found[0].title} ({found[0].object})." if found else ""
    score = (
        f"The score is {card.overall:.1f} of ten, with {ratio_text(card.confidence)} of it examined."
        if card.overall is not None
        else ""
    )
    told = f": {_severities(found)}" if found else ""
    return _answer(f"{failed} of {counted(len(ran), 'check')} found something{told}.", gravest, score)


@noting_missing
def relationships(review: Review) -> Note:
    """Return how many keys join how many tables, and how many actions are not the recommended ones."""
    keys: pd.DataFrame = review["own_foreign_keys"]
    if keys.empty:
        return _answer("No table of this database refers to another by a foreign key.")
    actions = Counter(keys["on_delete"])
    told = ", ".join(f"{count} {action}" for action, count in actions.most_common())
    tables = {dotted(k.schema_name, k.table_name) for k in rows(keys)}
    tables |= {dotted(k.referenced_schema, k.referenced_table) for k in rows(keys)}
    return _answer(f"{counted(len(keys), 'foreign key')} join {counted(len(tables), 'table')}: {told}.")


@noting_missing
def foreign_keys(review: Review) -> Note:
    """Return how many foreign keys there are and what was found about them."""
    keys = counted(len(review["own_foreign_keys"]), "foreign key")
    return _answer(f"The database declares {keys}.", _found(review, "foreign_keys"))


@noting_missing
def cascade(review: Review) -> Note:
    """Return the delete that reaches most, and what cascades get wrong."""
    reach = cascades.reach(review)
    reach = reach[reach["tables_count"] > 0]
    if reach.empty:
        return _answer("No DELETE cascades to another table.", _found(review, "cascades"))
    top = reach.iloc[0]
    at_stake = "" if pd.isna(top.estimated_rows) else f" with about {top.estimated_rows:,.0f} rows"
    widest = f"A DELETE on {top.table} reaches most: {counted(int(top.tables_count), 'table')}{at_stake}."
    return _answer(widest, _found(review, "cascades"))


@noting_missing
def integrity(review: Review) -> Note:
    """Return how many rules the rows were asked about and how many they break."""
    probes: pd.DataFrame = review["orphans"]
    asked = probes[probes["skipped"].isna()]
    broken = asked[asked["violations"].fillna(0) > 0]
    count = counted(int(broken["violations"].sum()), "row")
    told = f"{count} break {len(broken)} of them" if len(broken) else "no row breaks one of them"
    left = counted(len(probes) - len(asked), "rule")
    return _answer(f"{counted(len(asked), 'rule')} were asked of the rows: {told}; {left} were not asked.")


@noting_missing
def indexes(review: Review) -> Note:
    """Return how many indexes are superfluous, the space they take, and how many keys lack one."""
    verdicts = index_usage.verdicts(review)
    extra = review.findings("unused_index", "duplicate_index", "redundant_index", "invalid_index")
    names = {finding.object for finding in extra}
    paths = [dotted(i.schema_name, i.table_name, i.index_name) for i in rows(verdicts)]
    taken = verdicts.loc[[path in names for path in paths], "total_bytes"].sum()
    lacking = len(review.findings("foreign_key_without_index"))
    untold = int((verdicts["verdict"] == "can't tell yet").sum())
    return _answer(
        f"{len(names)} of {counted(len(verdicts), 'index', 'indexes')} are superfluous ({bytes_text(taken)}).",
        f"{counted(lacking, 'foreign key')} {'lacks' if lacking == 1 else 'lack'} one.",
        f"Of {untold} it is too early to tell whether they are used." if untold else "",
    )


@noting_missing
def bloat(review: Review) -> Note:
    """Return what a rebuild would give back, and of how much that is not known."""
    frame: pd.DataFrame = review["bloat"]
    known = frame[frame["wasted_bytes"].notna()]
    wasted, whole = known["wasted_bytes"].sum(), known["bytes"].sum()
    untold = counted(len(frame) - len(known), "relation")
    return _answer(
        f"A rebuild would give back {bytes_text(wasted)} of the {bytes_text(whole)} that could be judged;"
        f" of {untold} nothing can be told.",
        _found(review, "maintenance", "storage"),
    )


@noting_missing
def models(review: Review) -> Note:
    """Return how many tables the models declare, and how far they are from the database."""
    declared = counted(len(review["declared_tables"]), "table")
    drift = counted(len(review["drift"]), "difference") if "drift" in review else "Unknown differences"
    return _answer(
        f"The models declare {declared}. {drift} to the database.",
        _found(review, "declared", "registration", "drift"),
    )


@noting_missing
def migrations(review: Review) -> Note:
    """Return how many migrations there are, and how much of the models they create."""
    files: pd.DataFrame = review["migrations"]
    active = counted(int((files["kind"] == "active").sum()), "active migration")
    told = f"There are {active}." if not active.startswith("1 ") else f"There is {active}."
    return _answer(told, _found(review, "migrations"))


@noting_missing
def subjects(review: Review, *names: str) -> Note:
    """Return how many findings some subjects have and what their checks could not examine."""
    found = review.findings(*names)
    gravest = f"The gravest: {found[0].title} ({found[0].object})." if found else ""
    return _answer(_found(review, *names), gravest)


@noting_missing
def steps(review: Review) -> Note:
    """Return how many steps mend how many findings, and how many wait for a decision."""
    graver = [finding for finding in review.findings() if finding.severity >= Severity.LOW]
    planned = [step for step in fixes.plan(graver) if not step.conflict]
    ready = [step for step in planned if step.is_active]
    # An index that a key needs is a step of its own, with the key's findings.
    mended = len({finding.fingerprint for step in ready for finding in step.findings})
    return _answer(
        f"{counted(len(ready), 'step')} would mend {mended:,} of {counted(len(graver), 'finding')} of severity "
        f"low and above; {len(planned) - len(ready):,} more wait for a decision. No statement mends the others."
    )
