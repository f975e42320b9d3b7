"""Foreign keys whose actions nobody chose, or cannot be carried out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from workbench.checks import check
from workbench.checks.foreign_keys import KeyChanger, path, referenced
from workbench.checks.key_changes import clause
from workbench.checks.policies import Policy
from workbench.findings import Finding, Fix, Severity, Verdict
from workbench.naming import dotted
from workbench.rows import Row, rows

_Column = tuple[int, str]


@check(subject="foreign_keys", kind="static")
def foreign_key_default_action(
    own_foreign_keys: pd.DataFrame,
    key_policies: Mapping[int, Policy],
    key_changer: KeyChanger,
    *,
    habit_keys: float = 40,
    habit_share: float = 0.8,
) -> Verdict:
    """Foreign key without a stated action.

    Problem: Neither ON DELETE nor ON UPDATE is stated, so both are NO ACTION.
    Impact: Deleting a referenced row fails, perhaps by intent and perhaps because nobody decided.
    Fix: State what shall happen. The recommendation follows from nullability, ownership and the kind of data.
    False positives: NO ACTION on purpose; RESTRICT says so, unless the check has to be deferrable. A schema
    where nearly all keys are so (``habit_keys`` in the database, ``habit_share`` of all) follows a habit, mostly
    that of its ORM, and is told once; so are deferrable keys, for which NO ACTION is the only guard that can wait.
    """
    judged = [key for key in rows(own_foreign_keys) if not key.is_temporal]
    of_schema: dict[str, list[Row]] = defaultdict(list)
    for key in judged:
        of_schema[key.schema_name].append(key)
    findings = []
    everywhere = sum(_is_silent(key) and not key.is_deferrable for key in judged)
    habit = everywhere >= max(habit_keys, habit_share * len(judged))
    for schema, keys in of_schema.items():
        silent = [key for key in keys if _is_silent(key)]
        waiting = [key for key in silent if key.is_deferrable]
        plain = [key for key in silent if not key.is_deferrable]
        if waiting:
            findings.append(_together(schema, waiting, len(keys), key_policies))
        many = len(plain) >= habit_keys or (habit and len(plain) > 1)
        if many and len(plain) >= habit_share * len(keys):
            findings.append(_together(schema, plain, len(keys), key_policies))
        else:
            findings += [_alone(key, key_policies[key.constraint_oid], key_changer) for key in plain]
    return Verdict(len(judged), findings)


def _is_silent(key: Row) -> bool:
    """Tell whether a key states neither action."""
    return bool(key.on_delete == key.on_update == "NO ACTION")


def _alone(key: Row, policy: Policy, changer: KeyChanger) -> Finding:
    fix = changer.recreate(key, clause(key, on_delete=policy.on_delete, on_update=policy.on_update))
    return Finding(
        object=path(key),
        title=f"{key.constraint_name} states no action for ON DELETE and ON UPDATE",
        detail=(
            f"Deleting a row of {referenced(key)} fails while {dotted(key.schema_name, key.table_name)} "
            f"refers to it. Recommended: ON DELETE {policy.on_delete}, because {policy.reason}."
        ),
        severity=Severity.LOW,
        evidence={"recommended_on_delete": policy.on_delete, "recommended_on_update": policy.on_update},
        fix=replace(fix, choice=_choice(policy) or fix.choice),
    )


def _choice(policy: Policy) -> str:
    """Return why people must choose the action; empty for one under which deletes fail as before."""
    if policy.on_delete in ("RESTRICT", "NO ACTION"):
        return ""
    effect = "delete these rows too" if policy.on_delete == "CASCADE" else "change these rows"
    return f"deletes that fail today would {effect}, because {policy.reason}; RESTRICT keeps them failing"


def _together(schema: str, keys: Sequence[Row], keys_count: int, policies: Mapping[int, Policy]) -> Finding:
    """Return the one finding on the keys of a schema that state no action by habit, or may wait for the commit."""
    waits = keys[0].is_deferrable
    wise = {path(key): policies[key.constraint_oid].on_delete for key in keys}
    tally = ", ".join(f"{n} {action}" for action, n in pd.Series(wise.values()).value_counts().items())
    which = "deferrable foreign keys" if waits else "foreign keys"
    return Finding(
        object=schema,
        distinct="deferrable" if waits else "habit",
        title=f"{len(keys)} {which} of {schema} state no action for ON DELETE and ON UPDATE",
        detail=(
            f"Of {keys_count} keys of the schema these {len(keys)} refuse the delete of a referenced row"
            f"{', some of them at the commit only' if waits else ''}: the application has to settle the rows first. "
            f"The rules on actions would choose {tally}; the relationships list it key by key."
        ),
        severity=Severity.INFO if waits else Severity.LOW,
        evidence={"keys_count": len(keys), "schema_keys_count": keys_count, "recommended_on_delete": wise},
    )


@check(subject="foreign_keys", kind="static")
def set_null_on_not_null(
    own_foreign_keys: pd.DataFrame, columns: pd.DataFrame, key_changer: KeyChanger
) -> Verdict:
    """SET NULL on a column that is NOT NULL.

    Problem: The key's action sets a column to NULL that must not be NULL; PostgreSQL accepts the definition. SET
    DEFAULT does the same where the column has no default.
    Impact: Deleting (or renumbering) a referenced row fails with a not-null violation.
    Fix: RESTRICT says what happens today; or set only the columns that may be NULL; or allow NULL.
    False positives: None known.
    """
    bare = _without_default(columns)
    findings = []
    for key in rows(own_foreign_keys):
        refused = {name for name, no in zip(key.column_names, key.columns_not_null, strict=True) if no}
        chosen = set(key.delete_set_columns or key.column_names)
        nulled = {
            "ON DELETE": _nulled(key, key.on_delete, chosen, bare),
            "ON UPDATE": _nulled(key, key.on_update, set(key.column_names), bare),
        }
        events = [event for event, names in nulled.items() if names & refused]
        if not events or not key.is_enforced:
            continue
        stuck = [name for name in key.column_names if any(name in nulled[e] & refused for e in events)]
        actions = " and ".join(f"{e} {key.on_delete if e == 'ON DELETE' else key.on_update}" for e in events)
        findings.append(
            Finding(
                object=path(key),
                title=f"{key.constraint_name} sets {', '.join(stuck)} to NULL, which is NOT NULL",
                detail=(
                    f"{actions} cannot be carried out: while a row refers to it, deleting "
                    f"a row of {referenced(key)} fails with a not-null violation."
                ),
                severity=Severity.HIGH,
                evidence={"columns": stuck, "events": events},
                fix=_mended(key, events, refused, key_changer),
            )
        )
    return Verdict(len(own_foreign_keys), findings)


def _without_default(columns: pd.DataFrame) -> set[_Column]:
    """Return the columns that have no default; one of a domain may have the domain's, and is left out."""
    bare = columns[
        columns["default_expression"].isna() & columns["identity"].isna() & (columns["type_kind"] != "domain")
    ]
    return set(zip(bare["table_oid"], bare["column_name"], strict=True))


def _nulled(key: Row, action: str, names: set[str], bare: set[_Column]) -> set[str]:
    """Return the columns of a key that an action sets to NULL."""
    if action == "SET DEFAULT":
        return {name for name in names if (key.table_oid, name) in bare}
    return names if action == "SET NULL" else set()


def _mended(key: Row, events: list[str], refused: set[str], changer: KeyChanger) -> Fix:
    """Return the fix: SET NULL for the columns that may be NULL where that works, else RESTRICT."""
    free = tuple(name for name in key.column_names if name not in refused)
    on_delete, set_columns = None, None
    if "ON DELETE" in events:
        partly = free and key.match_type != "FULL" and changer.server_version_num >= 150000
        on_delete, set_columns = ("SET NULL", free) if partly else ("RESTRICT", ())
    on_update = "CASCADE" if "ON UPDATE" in events else None
    changed = clause(key, on_delete=on_delete, on_update=on_update, set_columns=set_columns)
    return changer.recreate(key, changed)
