"""Fixes: the SQL of findings in a safe order, as a script or a Sequelize migration, tried out on a clone.

The target is never written: what is handed over is a text. :func:`workbench.fixes.trial.verify` applies it
to a copy of the schema on a server of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbench.findings import Finding, Fix, Severity
from workbench.naming import dotted

_TOKEN = re.compile(
    r"""--[^\n]*|/\*.*?\*/|[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$|;""",
    re.DOTALL,
)
_IDENTIFIER = r'(?:"(?:[^"]|"")+"|\w+)'
_RELATION = rf"(?P<table>{_IDENTIFIER}(?:\.{_IDENTIFIER})?)"
_ALTER = re.compile(rf"ALTER\s+TABLE\s+(?:ONLY\s+)?{_RELATION}\s+(?P<action>.*)", re.IGNORECASE | re.DOTALL)
_CONSTRAINT = re.compile(rf"(?:ADD|DROP)\s+CONSTRAINT\s+({_IDENTIFIER})", re.IGNORECASE)
_FOREIGN_KEY = re.compile(r"FOREIGN\s+KEY\s*\(([^)]*)\)", re.IGNORECASE)
_TYPE = re.compile(rf"ALTER\s+COLUMN\s+({_IDENTIFIER})\s+TYPE\b", re.IGNORECASE)
_NOT_NULL = re.compile(rf"ALTER\s+COLUMN\s+({_IDENTIFIER})\s+SET\s+NOT\s+NULL\b", re.IGNORECASE)
_SETS_NULL = re.compile(r"\bON\s+DELETE\s+SET\s+NULL\b", re.IGNORECASE)
_NEW_INDEX = re.compile(
    rf"CREATE\s+INDEX\s.*?\sON\s+(?:ONLY\s+)?{_RELATION}\s*(?:USING\s+btree\s*)?\((?P<keys>[^()]*)\)\s*$",
    re.IGNORECASE | re.DOTALL,
)
_INDEX = re.compile(
    rf"(?:CREATE\s+(?:UNIQUE\s+)?|DROP\s+|RE)INDEX\s+(?:INDEX\s+)?(?:CONCURRENTLY\s+)?(?:IF\s+\S+\s+)*({_IDENTIFIER}(?:\.{_IDENTIFIER})?)",
    re.IGNORECASE,
)
# Rights first, because they lock nothing; types before indexes, so that an index is not built twice; what an index
# replaces goes after it stands; maintenance last.
_ORDER = (
    r"(REVOKE|GRANT|COMMENT|ALTER\s+(ROLE|FUNCTION|PROCEDURE|SYSTEM|DEFAULT|SEQUENCE))\b",
    r"ALTER\s+TABLE\b.*?\b(SET|RESET)\s*\(|ALTER\s+TABLE\b.*?ROW\s+LEVEL|ALTER\s+TABLE\b.*?ENABLE\s+TRIGGER",
    r"ALTER\s+TABLE\b.*?\bTYPE\b",
    r"CREATE\b.*?\bINDEX\b",
    r"ALTER\s+TABLE\b",
    r"DROP\s+INDEX\b",
    r"",
)


DROPS = 5
"""Place of dropped indexes in ``_ORDER``."""


@dataclass(frozen=True)
class Step:
    """One fix and the findings that it mends. ``conflict`` says why it is left out of the script; empty: it is in."""

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
    def title(self) -> str:
        """Checks and object, for a comment."""
        checks = ", ".join(sorted({finding.check for finding in self.findings}))
        return f"{checks}: {self.findings[0].object}"


def split_sql(text: str) -> list[str]:
    """Return the statements of a text, each without its semicolon; comments alone are no statement."""
    parts, start = [], 0
    for token in _TOKEN.finditer(text):
        if token[0] == ";":
            parts.append(text[start : token.start()])
            start = token.end()
    parts.append(text[start:])
    return [part.strip() for part in parts if _bare(part).strip()]


def _bare(text: str) -> str:
    """Return a text without its comments."""
    return _TOKEN.sub(lambda token: " " if token[0].startswith(("--", "/*")) else token[0], text)


def plan(findings: Sequence[Finding]) -> list[Step]:
    """Return the fixes of findings in a safe order; those that would undo or repeat another are left out.

    Fixes with the same SQL become one step. Of two that touch one object, the fix of the graver finding
    stays. A fix that drops an index because another serves is left out when that other one goes too.
    """
    by_sql: dict[str, Step] = {}
    for finding in sorted(findings, key=lambda f: (-list(Severity).index(f.severity), f.check, f.object)):
        if finding.fix is None:
            continue
        known = by_sql.get(finding.fix.sql)
        if known:
            by_sql[finding.fix.sql] = replace(known, findings=(*known.findings, finding))
        else:
            by_sql[finding.fix.sql] = Step(finding.fix, (finding,))
    steps: list[Step] = []
    taken: dict[tuple[str, ...], Step] = {}
    for step in by_sql.values():
        mine = touched(step.fix.sql)
        rival = next((taken[key] for key in sorted(mine) if key in taken), None)
        if rival is None:
            taken |= dict.fromkeys(mine, step)
        steps.append(
            replace(step, conflict=f"another fix changes the same object: {rival.title}") if rival else step
        )
    kept = _without_lost_reasons(_without_covered_indexes(steps))
    return sorted(kept, key=lambda one: (_rank(one), -list(Severity).index(one.severity)))


def _without_covered_indexes(steps: Sequence[Step]) -> list[Step]:
    """Leave out a new index whose columns another new index of the table begins with."""
    made = {step.fix.sql: _new_index(step) for step in steps if not step.conflict}
    begun = {index[:length]: index for index in made.values() if index for length in range(2, len(index))}
    result = []
    for step in steps:
        wider = begun.get(made.get(step.fix.sql) or ())
        reason = (
            f"another fix makes an index that begins with its columns: {', '.join(wider[1:])}"
            if wider
            else ""
        )
        result.append(replace(step, conflict=reason) if reason else step)
    return result


def _new_index(step: Step) -> tuple[str, ...] | None:
    """Return table and columns of the one plain index that a step makes; None for any other step."""
    found = _NEW_INDEX.match(_bare(step.statements[0]).strip()) if len(step.statements) == 1 else None
    return (found["table"], *(key.strip() for key in found["keys"].split(","))) if found else None


def _without_lost_reasons(steps: Sequence[Step]) -> list[Step]:
    """Leave out drops of indexes whose stand-in is dropped by a step that stays."""
    dropped = {f.object for s in steps if not s.conflict and _rank(s) == DROPS for f in s.findings}
    result = []
    for step in steps:
        other = _stand_in(step, dropped) if not step.conflict and _rank(step) == DROPS else ""
        if other:
            dropped -= {f.object for f in step.findings}
        reason = f"it relies on the index {other}, which another fix drops"
        result.append(replace(step, conflict=reason) if other else step)
    return result


def _stand_in(step: Step, dropped: set[str]) -> str:
    """Return the index that a drop relies on when it is dropped as well; else the empty text."""
    for finding in step.findings:
        other = str(finding.evidence.get("kept") or finding.evidence.get("covered_by") or "")
        if other and dotted(finding.object.rpartition(".")[0], other) in dropped:
            return other
    return ""


def touched(sql: str) -> frozenset[tuple[str, ...]]:
    """Return what a fix creates, drops or redefines: constraints, keys by their columns, column types, indexes."""
    found: set[tuple[str, ...]] = set()
    for statement in split_sql(sql):
        bare = _bare(statement).strip()
        altered = _ALTER.match(bare)
        if altered:
            table, action = altered["table"], altered["action"]
            found |= {("constraint", table, name) for name in _CONSTRAINT.findall(action)}
            for columns in _FOREIGN_KEY.findall(action):
                found.add(("key", table, columns.replace(" ", "")))
                if _SETS_NULL.search(action):
                    found |= {("null", table, column) for column in re.findall(_IDENTIFIER, columns)}
            found |= {("type", table, column) for column in _TYPE.findall(action)}
            # A CHECK that is made and dropped on the way to NOT NULL touches nothing that stays.
            for column in _NOT_NULL.findall(action):
                found = {key for key in found if key[0] != "constraint"} | {("null", table, column)}
        index = _INDEX.match(bare)
        if index:
            found.add(("index", re.findall(_IDENTIFIER, index[1])[-1].strip('"')))
        new = _NEW_INDEX.match(bare)
        if new:
            found.add(("columns", new["table"], new["keys"].replace(" ", "")))
    return frozenset(found)


def _rank(step: Step) -> int:
    statements = step.statements
    first = _bare(statements[0]).strip() if statements else ""
    return next(i for i, pattern in enumerate(_ORDER) if re.match(pattern, first, re.IGNORECASE | re.DOTALL))


def script(steps: Sequence[Step]) -> str:
    """Return the steps as an SQL script: each with its findings, its lock and, commented, its undo."""
    active = [step for step in steps if not step.conflict]
    parts = [
        "-- Fixes in the order in which they are safe. Each statement commits by itself: CONCURRENTLY needs that.\n"
        "-- Read each step, and try the script on a copy first.\n"
        "SET lock_timeout = '5s';\n"
    ]
    for number, step in enumerate(active, start=1):
        undo = "\n".join(f"--   {line}" for line in step.fix.undo.splitlines())
        findings = "\n".join(f"--   {_one_line(f.title)} ({f.severity.value})" for f in step.findings)
        parts.append(
            f"-- {number}. {_one_line(step.title)}\n{findings}\n-- Lock: {_one_line(step.fix.lock)}\n"
            f"{step.fix.sql.strip()}\n-- Undo:\n{undo}\n"
        )
    left_out = [f"-- {_one_line(step.title)}: {_one_line(step.conflict)}" for step in steps if step.conflict]
    if left_out:
        parts.append("-- Left out:\n" + "\n".join(left_out) + "\n")
    return "\n".join(parts)


def _one_line(text: str) -> str:
    """Return a text that cannot leave its comment line, whatever a name holds."""
    return " ".join(text.split())


def undo_script(steps: Sequence[Step]) -> str:
    """Return the script that takes the steps back, the last first."""
    active = [step for step in reversed(steps) if not step.conflict]
    return "\n".join(f"-- Undo of {_one_line(step.title)}\n{step.fix.undo.strip()}\n" for step in active)


def sequelize_migration(steps: Sequence[Step]) -> str:
    """Return the steps as one Sequelize migration with up and down, outside a transaction."""
    active = [step for step in steps if not step.conflict]
    return (
        "'use strict';\n\n"
        "// Statements run one by one and outside a transaction, because CONCURRENTLY needs that.\n"
        "/** @type {import('sequelize-cli').Migration} */\n"
        "module.exports = {\n"
        f"  async up(queryInterface) {{\n{_calls(active, up=True)}  }},\n\n"
        f"  async down(queryInterface) {{\n{_calls(active[::-1], up=False)}  }},\n"
        "};\n"
    )


def _calls(steps: Sequence[Step], *, up: bool) -> str:
    lines = []
    for step in steps:
        statements = step.statements if up else step.undo_statements
        lines.append(f"    // {_one_line(step.title)}. Lock: {_one_line(step.fix.lock)}\n")
        # JSON's strings are JavaScript's; nothing in a name can end one.
        lines += [f"    await queryInterface.sequelize.query({json.dumps(one)});\n" for one in statements]
        if not statements:
            lines.append(f"    // {_one_line(step.fix.sql if up else step.fix.undo)}\n")
    return "".join(lines)
