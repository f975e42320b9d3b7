"""What is handed over: the steps of a plan as an SQL script, or as its undo.

A script is made to be read: a summary, then sections, each with its steps by check. What people must decide
stands at its end as comments, and so do the reasons for what is left out.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from workbench.fixes.migration import one_line
from workbench.fixes.planning import SECTIONS, Step
from workbench.fixes.statements import bare, pieces, runs_alone
from workbench.words import counted

_RULE = "-- " + "=" * 75
_BRIEF, _PATIENT = "SET lock_timeout = '5s';", "SET lock_timeout = 0;"
_REWRITES = re.compile(r"\bALTER\s+COLUMN\b.*?\bTYPE\b", re.IGNORECASE | re.DOTALL)
_MOST_TITLES = 4
_HOW_TO_RUN = (
    "Each statement commits by itself, because CONCURRENTLY cannot run in a transaction: run the script with",
    "psql -v ON_ERROR_STOP=1 -f and without --single-transaction, on a copy first.",
    "",
    "A statement that does not get its lock within 5 seconds fails, rather than hold up all who come after it.",
    "What builds or drops an index CONCURRENTLY, or vacuums, holds up neither reads nor writes while it waits,",
    "and waits as long as it takes.",
    "",
    "Where a statement fails, psql names its line, and what stands before is done. Mend the cause, then run the",
    "lines from that statement on, after SET lock_timeout = '5s'.",
    "  “canceling statement due to lock timeout”: run the rest when there is less going on.",
)
# What is to be known of a kind of statement that fails, by words that it holds.
_CASES = {
    "INDEX CONCURRENTLY": "  A build CONCURRENTLY that was broken off leaves an invalid index: drop it first.",
    "VALIDATE CONSTRAINT": "  VALIDATE CONSTRAINT met rows that nobody counted: new ones obey anyway; go on.",
}


def script(steps: Sequence[Step], brought: Sequence[tuple[str, str]] = (), *, target: str = "") -> str:
    """Return the steps as an SQL script: each with its findings, its lock and, commented, its undo.

    ``brought`` is what a trial said that the steps bring: a finding and why, told at the end. ``target`` is the
    name of what the script is for.
    """
    active = [step for step in steps if step.is_active]
    numbers = {id(step): number for number, step in enumerate(active, start=1)}
    parts, timeout = [_summary(steps, target)], _BRIEF
    for section, grouped in itertools.groupby(active, key=lambda step: step.section):
        members = list(grouped)
        parts.append(f"{_RULE}\n-- {SECTIONS[section][0]}: {_numbered(members, numbers)}\n{_RULE}\n")
        for step in members:
            sql, timeout = _with_timeouts(step.fix.sql, timeout)
            parts.append(_told(step, numbers[id(step)], sql))
    parts += _choices([step for step in steps if _is_open(step)])
    left_out = [
        f"-- {one_line(step.title)}:\n--   {one_line(step.conflict)}" for step in steps if step.conflict
    ]
    if left_out:
        parts.append(f"{_RULE}\n-- Left out\n{_RULE}\n" + "\n".join(left_out) + "\n")
    if brought:
        parts.append(
            f"{_RULE}\n-- What the steps bring: for the models to follow, or to settle later\n{_RULE}\n"
        )
        parts.append("".join(f"-- {one_line(what)}:\n--   {one_line(why)}\n" for what, why in brought))
    return "\n".join(parts)


def _is_open(step: Step) -> bool:
    return not step.conflict and not step.is_active


def _numbered(members: Sequence[Step], numbers: dict[int, int]) -> str:
    first, last = numbers[id(members[0])], numbers[id(members[-1])]
    return f"step {first}" if first == last else f"steps {first} to {last}"


def _summary(steps: Sequence[Step], target: str) -> str:
    """Return the head of a script: how many steps of which section, and what to know before the first."""
    active = [step for step in steps if step.is_active]
    counts = Counter(step.section for step in active)
    choices, left_out = sum(map(_is_open, steps)), sum(bool(step.conflict) for step in steps)
    exclusive = sum("ACCESS EXCLUSIVE" in step.fix.lock for step in active)
    rewrites = sum(any(_REWRITES.search(bare(one)) for one in step.statements) for step in active)
    lines = [
        f"{counted(len(active), 'step')}{f' for {one_line(target)}' if target else ''}, "
        "in the order in which they are safe:",
        *(
            f"  {counts[number]:>4}  {heading}"
            for number, (heading, _) in enumerate(SECTIONS)
            if counts[number]
        ),
        *([f"  {choices:>4}  that people must decide: at the end, as comments"] if choices else []),
        *([f"  {left_out:>4}  left out, because of another step: at the end"] if left_out else []),
        "",
        *([f"{exclusive} steps take ACCESS EXCLUSIVE."] if exclusive else []),
        *([f"{rewrites} steps change a column's type and may write its table anew."] if rewrites else []),
        *_HOW_TO_RUN,
        *(
            line
            for words, line in _CASES.items()
            if any(words in one for step in active for one in step.statements)
        ),
        "To take a step back, run the lines below its “Undo:”, the last step first.",
    ]
    return "".join(f"-- {line}".rstrip() + "\n" for line in lines) + f"{_BRIEF}\n"


def _with_timeouts(sql: str, timeout: str) -> tuple[str, str]:
    """Return SQL with the lock_timeout that each statement needs, and the one in force at its end."""
    lines = []
    for piece in pieces(sql.strip()):
        wanted = timeout if not bare(piece).strip(" \n;") else _PATIENT if runs_alone(piece) else _BRIEF
        if wanted != timeout:
            lines.append(f"{wanted}\n{piece.lstrip()}")
            timeout = wanted
        else:
            lines.append(piece)
    return "".join(lines), timeout


def _told(step: Step, number: int, sql: str) -> str:
    undo = "\n".join(f"--   {line}" for line in step.fix.undo.strip().splitlines())
    stays = "".join(f"-- Stays: {check}: {one_line(why)}\n" for check, why in step.fix.stays.items())
    return (
        f"-- {number}. {one_line(step.title)}\n{_findings(step)}-- Lock: {one_line(step.fix.lock)}\n{stays}"
        f"{sql}\n-- Undo:\n{undo}\n"
    )


def _findings(step: Step) -> str:
    told = [f"--   {one_line(f.title)} ({f.severity.value})\n" for f in step.findings]
    told = list(dict.fromkeys(told))
    more = len(told) - _MOST_TITLES
    return "".join(told[:_MOST_TITLES]) + (f"--   and {more} more\n" if more > 0 else "")


def _choices(steps: Sequence[Step]) -> Iterator[str]:
    """Yield the steps that people must decide, by check, all of it comments."""
    if not steps:
        return
    yield f"{_RULE}\n-- To decide: none of these runs as it stands\n{_RULE}\n"
    for step in sorted(steps, key=lambda one: (one.findings[0].check, one.findings[0].object)):
        reason = step.choice or "its statements are comments"
        body = "\n".join(f"-- {line}".rstrip() for line in step.fix.sql.strip().splitlines())
        undo = "\n".join(f"--   {line}".rstrip() for line in step.fix.undo.strip().splitlines())
        yield (
            f"-- {one_line(step.title)}\n{_findings(step)}-- Decide: {one_line(reason)}\n"
            f"-- Lock: {one_line(step.fix.lock)}\n{body}\n-- Undo:\n{undo}\n"
        )


def undo_script(steps: Sequence[Step]) -> str:
    """Return the script that takes the steps back, the last first."""
    active = [step for step in reversed(steps) if step.is_active]
    return "\n".join(f"-- Undo of {one_line(step.title)}\n{step.fix.undo.strip()}\n" for step in active)
