"""From findings to steps: the fixes in a safe order, each thing made once, and no two that undo each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.findings import Finding, Fix, Severity
from workbench.fixes.statements import (
    NewIndex,
    bare,
    new_indexes,
    new_keys,
    pieces,
    split_sql,
    touched,
    trees,
)
from workbench.naming import dotted

_BY_SEVERITY = list(Severity)
# Rights first, because they lock nothing; columns and types before indexes, so that an index is not built twice;
# what an index replaces goes after it stands; maintenance last.
_ROLES = "ROLE|FUNCTION|PROCEDURE|SYSTEM|DEFAULT|DATABASE"
_SETTINGS = (r"\b(SET|RESET)\s*\(", r"\bROW\s+LEVEL\b", r"\bENABLE\s+TRIGGER\b")
SECTIONS = (
    ("Rights, comments and settings of roles", rf"(REVOKE|GRANT|COMMENT|ALTER\s+({_ROLES}))\b"),
    ("Storage settings, row security and triggers", rf"ALTER\s+(TABLE|VIEW)\b.*?({'|'.join(_SETTINGS)})"),
    ("Names", r"ALTER\b.*?\bRENAME\b"),
    ("New tables, types and columns", r"CREATE\s+(TYPE|TABLE|SEQUENCE)\b|ALTER\s+TYPE\b|.*?\bADD\s+COLUMN\b"),
    ("Column types", r"ALTER\s+TABLE\b.*?\bTYPE\b|ALTER\s+SEQUENCE\b"),
    ("New indexes", r"CREATE\b.*?\bINDEX\b"),
    ("Constraints, keys and nullability", r"ALTER\s+TABLE\b"),
    ("Indexes to drop", r"DROP\s+INDEX\b"),
    ("Maintenance", r""),
)
"""Heading of each section of a script, and how the first statement of its steps begins."""
DROPS = 7
_KINDS_OF_CHOICE = (
    (("insert_stmt", "update_stmt", "delete_stmt", "truncate_stmt", "create_table_as_stmt", "merge_stmt"),
     "it changes rows: decide for each what becomes of it"),
    (("transaction_stmt",), "it ends what another system may still want"),
)  # fmt: skip
_REWRITES = re.compile(r"\s*(VACUUM\s*\([^)]*\bFULL\b|VACUUM\s+FULL\b|CLUSTER\b)", re.IGNORECASE)
_ENDS = re.compile(r"\bpg_(terminate_backend|cancel_backend|drop_replication_slot)\b")


@dataclass(frozen=True)
class Step:
    """One fix and the findings that it mends.

    ``conflict`` says why it is left out of the script, ``choice`` why it stands there as a comment; both empty:
    it is in.
    """

    fix: Fix
    findings: tuple[Finding, ...]
    conflict: str = ""

    @property
    def statements(self) -> list[str]:
        """The statements of the fix; none when it is a choice in comments."""
        return split_sql(self.fix.sql)

    @property
    def undo_statements(self) -> list[str]:
        """The statements that take the fix back; none when nothing does."""
        return split_sql(self.fix.undo)

    @property
    def severity(self) -> Severity:
        """The gravest finding's severity."""
        return max(finding.severity for finding in self.findings)

    @property
    def choice(self) -> str:
        """Why people must decide before the statements run; empty when they may run as they are."""
        return self.fix.choice or _choice(self.fix.sql)

    @property
    def is_active(self) -> bool:
        """Whether a script runs it."""
        return not self.conflict and not self.choice and bool(self.statements)

    @property
    def section(self) -> int:
        """Place of its section among ``SECTIONS``."""
        first = bare(self.statements[0]).strip() if self.statements else ""
        return next(
            number
            for number, (_, pattern) in enumerate(SECTIONS)
            if re.match(pattern, first, re.IGNORECASE | re.DOTALL)
        )

    @property
    def title(self) -> str:
        """Checks and object, for a comment."""
        checks = ", ".join(sorted({finding.check for finding in self.findings}))
        return f"{checks}: {self.findings[0].object}"


def _choice(sql: str) -> str:
    kinds = {kind for kind, _ in trees(sql)}
    for listed, reason in _KINDS_OF_CHOICE:
        if kinds & set(listed):
            return reason
    statements = split_sql(sql)
    if any(_REWRITES.match(bare(one)) for one in statements):
        return "nobody can read the table while it is written anew: choose the hour, or pg_repack"
    if any(_ENDS.search(bare(one)) for one in statements):
        return "it ends what another session or system may still want"
    return ""


def plan(findings: Sequence[Finding]) -> list[Step]:
    """Return the fixes of findings in a safe order; those that would undo or repeat another are left out.

    Fixes with the same effect become one step that names all their findings: the same SQL, the same new key, an
    index that serves another's columns too. The index that a new key needs is a step of its own. Of two that
    change one object differently, the fix of the graver finding stays, and one that is a choice stands back. A
    fix that drops an index is left out when what it relies on goes too, or when a new key relies on the index.
    """
    ordered = sorted(findings, key=lambda f: (-_BY_SEVERITY.index(f.severity), f.check, f.object))
    steps = [part for step in _distinct(ordered) for part in _parts(step)]
    steps = _one_index_each(steps)
    steps = _without_rivals(sorted(steps, key=lambda one: bool(one.choice)))
    steps = _without_lost_reasons(_whole(steps))
    return sorted(
        steps, key=lambda one: (one.section, _only_validates(one), -_BY_SEVERITY.index(one.severity))
    )


def _only_validates(step: Step) -> bool:
    """Tell whether a step has rows checked and nothing else: another may make the constraint anew before."""
    return all(" VALIDATE CONSTRAINT " in bare(statement) for statement in step.statements)


def _distinct(findings: Iterable[Finding]) -> list[Step]:
    """Return one step for each SQL; where one finding says that it is safe, it is no choice for the others."""
    by_sql: dict[str, Step] = {}
    for finding in findings:
        if finding.fix is None:
            continue
        known = by_sql.get(finding.fix.sql)
        if known is None:
            by_sql[finding.fix.sql] = Step(finding.fix, (finding,))
        else:
            fix = known.fix if not known.fix.choice or finding.fix.choice else finding.fix
            by_sql[finding.fix.sql] = Step(fix, (*known.findings, finding))
    return list(by_sql.values())


def _parts(step: Step) -> list[Step]:
    """Cut the indexes that a step makes before it changes something else from it, so that others can share them."""
    if step.choice or _makes_indexes_only(step):
        return [step]
    parts: list[Step] = []
    texts, undo = pieces(step.fix.sql), pieces(step.fix.undo)
    run: list[str] = []
    while texts and new_indexes(texts[0]) and not bare(texts[0]).lstrip().upper().startswith("ALTER"):
        run.append(texts.pop(0))
        made = new_indexes(run[-1])[0]
        name = ("index", made.schema, made.name)
        drop = next((piece for piece in undo if touched(piece) == {name}), None)
        if drop is not None:
            undo.remove(drop)
            fix = Fix(
                "".join(run).strip(),
                drop.strip(),
                f"SHARE UPDATE EXCLUSIVE on {dotted(made.schema, made.table)}",
            )
            parts.append(Step(fix, step.findings))
            run = []
    if not parts:
        return [step]
    rest = replace(step.fix, sql="".join([*run, *texts]).strip(), undo="".join(undo).strip())
    return [*parts, replace(step, fix=rest)]


def _one_index_each(steps: Sequence[Step]) -> list[Step]:
    """Merge steps that make an index which the index of another step makes superfluous into that other one.

    What models declare is looked for by its shape, so an index that another begins with stands in for it only
    where it is the same; else its step is left out.
    """
    made = {number: index for number, step in enumerate(steps) if (index := _made(step)) is not None}
    host = list(range(len(steps)))
    for number, mine in made.items():
        serving = [
            place
            for place, other in made.items()
            if place != number and _replaces((other, place), (mine, number), steps)
        ]
        if serving:
            host[number] = max(serving, key=lambda place: (len(made[place].keys), made[place].is_unique))
    result = {number: step for number, step in enumerate(steps) if host[number] == number}
    for number, step in enumerate(steps):
        end = _end(host, number)
        if end != number:
            joined, left = _joined(result[end], step, steps[end])
            result[end] = joined
            if left is not None:
                result[number] = left
    return [result[number] for number in sorted(result)]


def _end(host: Sequence[int], number: int) -> int:
    while host[number] != number:
        number = host[number]
    return number


def _makes_indexes_only(step: Step) -> bool:
    return bool(step.statements) and all(new_indexes(statement) for statement in step.statements)


def _made(step: Step) -> NewIndex | None:
    """Return the index that is all a step makes, the last one where partitions have one each."""
    return new_indexes(step.fix.sql)[-1] if _makes_indexes_only(step) else None


def _replaces(one: tuple[NewIndex, int], mine: tuple[NewIndex, int], steps: Sequence[Step]) -> bool:
    """Tell whether one index makes another superfluous; what is a choice replaces choices only."""
    (other, place), (own, number) = one, mine
    choices = bool(steps[place].choice), bool(steps[number].choice)
    if choices == (True, False):
        return False
    earlier = place < number or choices == (False, True)
    if other.shape == own.shape:
        return earlier
    return other.serves_as(own) and (earlier or not own.serves_as(other))


def _joined(host: Step, step: Step, original: Step) -> tuple[Step, Step | None]:
    """Return a step with another's findings, and what is left out because the models want another shape."""
    first, second = _made(original), _made(step)
    same = first is not None and second is not None and first.shape == second.shape
    served = tuple(f for f in step.findings if same or not f.check.startswith("drift_"))
    unserved = tuple(f for f in step.findings if f not in served)
    merged = replace(host, findings=_union(host.findings, served))
    if not unserved:
        return merged, None
    reason = f"another step makes an index that begins with its columns: {host.findings[0].object}"
    return merged, replace(step, findings=unserved, conflict=reason)


def _union(first: Sequence[Finding], second: Sequence[Finding]) -> tuple[Finding, ...]:
    known = {finding.fingerprint for finding in first}
    return (*first, *(finding for finding in second if finding.fingerprint not in known))


def _without_rivals(steps: Sequence[Step]) -> list[Step]:
    """Leave out steps that change what an earlier one changes; those that make the same new key join it."""
    result: list[Step] = []
    taken: dict[tuple[str, ...], int] = {}
    for step in steps:
        if step.conflict:
            result.append(step)
            continue
        mine = touched(step.fix.sql)
        rival = next((taken[key] for key in sorted(mine) if key in taken), None)
        if rival is None:
            taken |= dict.fromkeys(mine, len(result))
            result.append(step)
        elif _declares_same(result[rival], step):
            result[rival] = _more_careful(result[rival], step)
        else:
            reason = f"another step changes the same object: {result[rival].title}"
            result.append(replace(step, conflict=reason))
    return result


def _whole(steps: Sequence[Step]) -> list[Step]:
    """Leave away an index that only a step left out needs, and leave out what needs an index that is left out."""
    lost = {f.fingerprint for s in steps if s.conflict and _is_part(s) for f in s.findings}
    result = [
        replace(step, conflict="the index that it needs is left out")
        if not step.conflict and not _made(step) and all(f.fingerprint in lost for f in step.findings)
        else step
        for step in steps
    ]
    mended = {f.fingerprint for s in result if not s.conflict and not _made(s) for f in s.findings}
    return [
        step
        for step in result
        if not _is_part(step) or any(_is_index_fix(f) or f.fingerprint in mended for f in step.findings)
    ]


def _is_part(step: Step) -> bool:
    """Tell whether a step is an index that was cut from the fix of one of its findings."""
    return _made(step) is not None and not step.choice and not all(map(_is_index_fix, step.findings))


def _is_index_fix(finding: Finding) -> bool:
    return finding.fix is not None and _makes_indexes_only(Step(finding.fix, (finding,)))


def _declares_same(first: Step, second: Step) -> bool:
    """Tell whether two steps add a foreign key on the same columns to the same table, where none was."""
    keys = [set(new_keys(step.fix.sql)) for step in (first, second)]
    return bool(keys[0]) and keys[0] == keys[1]


def _more_careful(first: Step, second: Step) -> Step:
    """Return two steps for one new key as one: with the fix that knows of rows which break the key."""
    fix = second.fix if second.fix.stays and not first.fix.stays else first.fix
    return replace(first, fix=fix, findings=_union(first.findings, second.findings))


def _without_lost_reasons(steps: Sequence[Step]) -> list[Step]:
    """Leave out drops of indexes that a new key needs, or for which no index stands in that stays."""
    needed = {
        str(f.evidence["served_by"]): step.title
        for step in steps
        if step.is_active and step.section != DROPS
        for f in step.findings
        if f.evidence.get("served_by")
    }
    drops = [step for step in steps if step.is_active and step.section == DROPS]
    dropped = {f.object: step for step in drops for f in step.findings}
    result = []
    for step in steps:
        reason = ""
        if step.is_active and step.section == DROPS:
            relying = next((needed[f.object] for f in step.findings if f.object in needed), "")
            other = _lost_stand_in(step, dropped)
            if relying and not _stand_ins(step):
                reason = f"a new key relies on the index: {relying}"
            elif other:
                reason = f"it relies on the index {other}, which another step drops"
        if reason:
            dropped = {path: one for path, one in dropped.items() if one is not step}
        result.append(replace(step, conflict=reason) if reason else step)
    return result


def _stand_ins(step: Step) -> list[str]:
    """Return the paths of the indexes that serve in place of the one that a step drops."""
    others = [
        (finding, str(finding.evidence.get("kept") or finding.evidence.get("covered_by") or ""))
        for finding in step.findings
    ]
    return [dotted(finding.object.rpartition(".")[0], other) for finding, other in others if other]


def _lost_stand_in(step: Step, dropped: Mapping[str, Step]) -> str:
    """Return the index that a drop relies on when nothing serves in its place after all; else the empty text."""
    seen: set[str] = set()
    pending = lost = _stand_ins(step)
    while pending:
        if any(path not in dropped for path in pending):
            return ""
        seen |= set(pending)
        pending = [path for gone in pending for path in _stand_ins(dropped[gone]) if path not in seen]
    return lost[0].rpartition(".")[2] if lost else ""
