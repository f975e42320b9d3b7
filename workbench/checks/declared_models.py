"""Declared models as a whole: what Sequelize or PostgreSQL refuses, names, timestamps, soft deletion, enums."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

import pandas as pd

from workbench.checks import check
from workbench.checks.declared import key_path, not_read, place, table_of, text
from workbench.findings import Finding, Severity, Verdict
from workbench.naming import dotted
from workbench.rows import rows
from workbench.sweep import members, strong_components

_CAMEL, _SNAKE = re.compile(r"^[a-z]+[a-z0-9]*([A-Z][a-z0-9]*)+$"), re.compile(r"^[a-z0-9]+(_[a-z0-9]+)+$")


@check(subject="declared", kind="static")
def declared_refused(declared_unread: pd.DataFrame, declared_tables: pd.DataFrame) -> Verdict:
    """Source that Sequelize itself refuses.

    Problem: Loading the models throws: an alias used twice, a foreign key that is nowhere, a decorator below
    @Column, an attribute id that is no primary key, two models of one name.
    Impact: The application does not start, or starts with a model less than its sources have.
    Fix: The finding names what Sequelize complains about.
    False positives: A model that is never loaded together with the others.
    """
    refused = declared_unread[declared_unread["kind"].eq("refused")]
    findings = [
        Finding(
            object=row.object or row.file,
            title=f"Two models are named {row.object}"
            if row.reason.startswith("a second model is named")
            else f"Sequelize refuses {row.object or row.file}",
            detail=f"{row.reason} ({row.file}:{row.line}).",
            severity=Severity.HIGH,
            evidence={"file": row.file, "line": int(row.line)},
            distinct=re.sub(r"\d+", "", row.reason),
        )
        for row in rows(refused)
    ]
    return Verdict(len(declared_tables) + len(refused), findings, not_read(declared_unread))


@check(subject="declared", kind="static")
def declared_sync_aborts(
    declared_unread: pd.DataFrame, declared_tables: pd.DataFrame, declared_foreign_keys: pd.DataFrame
) -> Verdict:
    """Model that PostgreSQL refuses.

    Problem: The SQL that Sequelize makes of the model fails: a type that PostgreSQL lacks, an index on a field
    that is called otherwise under underscored, a name that is taken, a key to a table that no model makes.
    Impact: sync() stops in the middle, and a migration written from the model fails.
    Fix: The finding names the place: write the column's name in indexes, choose another type or name.
    False positives: A referenced table that migrations alone create.
    """
    findings = [
        Finding(
            object=row.object,
            title=f"sync() fails at {row.object}",
            detail=f"{row.reason} ({row.file}:{row.line}).",
            severity=Severity.HIGH,
            evidence={"file": row.file, "line": int(row.line)},
            distinct="sql",
        )
        for row in rows(declared_unread[declared_unread["kind"].eq("aborts")])
    ]
    tables = set(zip(declared_tables["schema_name"], declared_tables["table_name"], strict=True))
    # A table whose name was not read, or of a model that was not, may be the referenced one.
    lost = declared_unread["kind"].eq("unread") & declared_unread["object"].eq("")
    guess = lost.any() or any({"name", "schema"} & set(doubts) for doubts in declared_tables["doubts"])
    for row in rows(declared_foreign_keys if not guess else declared_foreign_keys.head(0)):
        if (row.referenced_schema, row.referenced_table) not in tables:
            findings.append(
                Finding(
                    object=key_path(row),
                    title=f"{row.model}.{row.attribute} references {row.referenced_table}, which no model makes",
                    detail="sync() creates tables in the order of their references and finds none here.",
                    severity=Severity.MEDIUM,
                    evidence=place(row) | {"referenced_table": row.referenced_table},
                    distinct="reference",
                )
            )
    return Verdict(len(declared_tables), findings, not_read(declared_unread))


@check(subject="declared", kind="static")
def declared_discarded_index(
    declared_discarded: pd.DataFrame, declared_indexes: pd.DataFrame, declared_unread: pd.DataFrame
) -> Verdict:
    """@Index without effect.

    Problem: @Table({indexes: […]}) takes the place of every @Index of the same model.
    Impact: An index that the source shows is created by nothing; a unique one protects nothing.
    Fix: Move it into the list of @Table, or drop that list.
    False positives: A column that an index of the list serves as well is left out.
    """
    served: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in rows(declared_indexes):
        served[(row.schema_name, row.table_name)].append(row)
    lost = declared_discarded[declared_discarded["kind"].eq("index")]
    findings = []
    for row in rows(lost):
        columns = row.column_names
        if any(
            one.key_columns[: len(columns)] == columns
            and (not row.is_unique or (one.is_unique and len(one.key_columns) == len(columns)))
            for one in served[(row.schema_name, row.table_name)]
        ):
            continue
        findings.append(
            Finding(
                object=dotted(row.schema_name, row.table_name, ",".join(columns)),
                title=f"@Index on {row.model} ({', '.join(columns)}) is discarded",
                detail="The indexes of @Table replace those of the decorators.",
                severity=Severity.MEDIUM,
                evidence=place(row) | {"columns": list(columns), "is_unique": bool(row.is_unique)},
                distinct=text(row.name) or "",
            )
        )
    return Verdict(len(lost) + len(declared_indexes), findings, not_read(declared_unread))


@check(subject="declared", kind="static")
def declared_duplicate_table(declared_tables: pd.DataFrame) -> Verdict:
    """Two models of one table.

    Problem: Two models name the same table.
    Impact: sync() creates it from the first that comes; the columns of the other may be missing.
    Fix: Keep one model, or let one inherit from the other and declare the table once.
    False positives: A read-only model on purpose beside the real one.
    """
    # Packages are programs of their own: two that share a table are no duplicate.
    grouped = declared_tables.groupby(["schema_name", "table_name", "package"], sort=True)
    findings = []
    for (schema, table, _), group in grouped:
        guess = any({"name", "schema"} & set(doubts) for doubts in group["doubts"])
        if len(group) > 1 and not guess:
            last = next(iter(rows(group.tail(1))))
            findings.append(
                Finding(
                    object=dotted(str(schema), str(table)),
                    title=f"{len(group)} models name the table {table}",
                    detail=", ".join(f"{row.model} ({row.file}:{row.line})" for row in rows(group)),
                    severity=Severity.MEDIUM,
                    evidence=place(last) | {"models": list(group["model"])},
                )
            )
    return Verdict(len(grouped), findings)


@check(subject="declared", kind="static")
def declared_mixed_timestamps(declared_tables: pd.DataFrame, declared_columns: pd.DataFrame) -> Verdict:
    """Timestamps that are half there, or declared by hand.

    Problem: A model declares createdAt without updatedAt, or declares them with @Column while others leave them
    to timestamps: true; a declared one is nullable unless it says otherwise, an implicit one is NOT NULL.
    Impact: Rows without a time of change, and one rule per model for what looks like one convention.
    Fix: Leave both to timestamps: true, or declare both with allowNull: false.
    False positives: Tables that are only ever added to, which need no updatedAt.
    """
    stamps = declared_columns[
        declared_columns["attribute"].isin(["createdAt", "updatedAt", "created_at", "updated_at"])
    ]
    by_model: dict[str, list[Any]] = defaultdict(list)
    for row in rows(stamps):
        by_model[row.model].append(row)
    findings = []
    for table in rows(declared_tables):
        found = by_model.get(table.model, [])
        nullable = [row.attribute for row in found if row.origin != "implicit" and not row.is_not_null]
        problems = []
        if len(found) == 1:
            problems.append(f"it has {found[0].attribute} alone")
        if nullable:
            problems.append(f"{' and '.join(nullable)} may be NULL")
        if problems and not {"columns", "timestamps"} & set(table.doubts):
            findings.append(
                Finding(
                    object=table_of(table),
                    title=f"Timestamps of {table.model}: {', '.join(problems)}",
                    detail="Models that leave both to Sequelize have createdAt and updatedAt, NOT NULL.",
                    severity=Severity.LOW,
                    evidence=place(table)
                    | {"columns": [row.column_name for row in found], "nullable": nullable},
                )
            )
    return Verdict(len(declared_tables), findings)


@check(subject="declared", kind="static")
def declared_soft_delete_mismatch(
    declared_foreign_keys: pd.DataFrame, declared_tables: pd.DataFrame
) -> Verdict:
    """Soft and hard deletion across one key.

    Problem: One model is paranoid and the other is not. A paranoid parent leaves live children behind; a parent
    that is really deleted cascades through children that were to be kept.
    Impact: Children of rows that are gone for the application, or history that a cascade destroys.
    Fix: Make both paranoid; where the parent is not, choose RESTRICT instead of CASCADE.
    False positives: Look-up rows and logs that shall outlive what they belong to.
    """
    paranoid = {(row.schema_name, row.table_name): bool(row.is_paranoid) for row in rows(declared_tables)}
    findings = []
    for row in rows(declared_foreign_keys):
        child = paranoid.get((row.schema_name, row.table_name))
        parent = paranoid.get((row.referenced_schema, row.referenced_table))
        if child is None or parent is None or child == parent or row.on_delete != "CASCADE":
            continue
        if child:
            title = f"Deleting from {row.referenced_table} really deletes soft-deleted {row.table_name}"
            detail = f"{row.table_name} is paranoid, {row.referenced_table} is not, and the key cascades."
        else:
            title = f"Soft-deleting from {row.referenced_table} leaves its {row.table_name} alive"
            detail = f"{row.referenced_table} is paranoid, so its CASCADE to {row.table_name} never fires."
        findings.append(
            Finding(
                object=key_path(row),
                title=title,
                detail=detail,
                severity=Severity.MEDIUM if child else Severity.LOW,
                evidence=place(row) | {"child_is_paranoid": child, "parent_is_paranoid": parent},
            )
        )
    return Verdict(len(declared_foreign_keys), findings)


@check(subject="declared", kind="static")
def declared_naming_drift(declared_columns: pd.DataFrame, declared_tables: pd.DataFrame) -> Verdict:
    """Columns that mix camelCase and snake_case.

    Problem: One table has columns of both styles.
    Impact: Every query has to know which column is spelt how, and camelCase needs quotes.
    Fix: Choose one style; underscored: true and an explicit field say how the database spells it.
    False positives: A table taken over from another system.
    """
    findings = []
    tables = {row.model: row for row in rows(declared_tables)}
    for model, group in declared_columns.groupby("model", sort=True):
        camel = [name for name in group["column_name"] if _CAMEL.match(name)]
        snake = [name for name in group["column_name"] if _SNAKE.match(name)]
        if camel and snake and "spelling" not in tables[str(model)].doubts:
            row, fewer = tables[str(model)], min(camel, snake, key=len)
            findings.append(
                Finding(
                    object=table_of(row),
                    title=f"{row.table_name} mixes {len(camel)} camelCase and {len(snake)} snake_case columns",
                    detail=f"The fewer are {', '.join(fewer[:8])}.",
                    severity=Severity.LOW,
                    evidence=place(row) | {"camel_case_count": len(camel), "snake_case_count": len(snake)},
                )
            )
    return Verdict(len(tables), findings)


@check(subject="declared", kind="static")
def declared_load_time_default(declared_columns: pd.DataFrame, declared_unread: pd.DataFrame) -> Verdict:
    """Default that is computed while the module is loaded.

    Problem: defaultValue: new Date(), or the result of another call, is a value and no function: it is computed
    once when the file is loaded.
    Impact: All rows get the time at which the process started, and the database's default never matches.
    Fix: Hand over the function, DataType.NOW or a literal.
    False positives: A constant that another function merely assembles.
    """
    findings = [
        Finding(
            object=dotted(row.schema_name, row.table_name, row.column_name),
            title=f"The default of {row.model}.{row.attribute} is computed once, at load",
            detail="Every row that leaves the column out gets the same value until the process starts anew.",
            severity=Severity.MEDIUM,
            evidence=place(row) | {"data_type": text(row.data_type)},
        )
        for row in rows(declared_columns)
        if row.default_kind == "load_time"
    ]
    return Verdict(len(declared_columns), findings, not_read(declared_unread))


@check(subject="declared", kind="static")
def declared_enum_labels(declared_enums: pd.DataFrame, declared_columns: pd.DataFrame) -> Verdict:
    """Enum type that has trouble with its labels or its name.

    Problem: Labels that differ only in case, or that are there twice; a name that PostgreSQL cuts at 63 bytes; one
    TypeScript enum that gives several types different labels.
    Impact: A value that looks right is refused, or the type cannot be created or found under its name.
    Fix: Make labels distinct, shorten the names, and derive all types of one enum from all of its members.
    False positives: Subsets of one enum on purpose.
    """
    findings = []
    by_source: dict[tuple[str, str], set[tuple[str, ...]]] = defaultdict(set)
    for row in rows(declared_enums):
        if text(row.source):
            by_source[(row.file, row.source)].add(row.labels)
    for row in rows(declared_enums):
        folded = [label.strip().casefold() for label in row.labels]
        problems = []
        if len(set(row.labels)) < len(row.labels):
            problems.append("a label is there twice")
        elif len(set(folded)) < len(folded):
            problems.append("labels differ only in case or blanks")
        if len(row.type_name.encode()) >= 63:
            problems.append("its name is cut at 63 bytes")
        if len(by_source.get((row.file, text(row.source) or ""), ())) > 1:
            problems.append(f"another type takes other labels from {row.source}")
        if problems:
            findings.append(
                Finding(
                    object=dotted(row.schema_name, row.table_name, row.column_name),
                    title=f"Enum type {row.type_name}: {'; '.join(problems)}",
                    detail=f"Labels: {', '.join(row.labels[:12])}.",
                    severity=Severity.MEDIUM if "twice" in problems[0] else Severity.LOW,
                    evidence=place(row) | {"labels_count": len(row.labels), "source": text(row.source)},
                )
            )
    return Verdict(len(declared_enums), findings)


@check(subject="declared", kind="static")
def declared_enum_from_code(declared_enums: pd.DataFrame) -> Verdict:
    """Enum types that take their labels from TypeScript enums.

    Problem: The labels come from Object.values of an enum or a constant, cast to string[].
    Impact: A member added to the enum changes the model at once and the database only when a migration adds the
    label; until then inserts of the new value fail.
    Fix: Write ALTER TYPE … ADD VALUE with each new member; drift shows labels that are missing.
    False positives: The pattern itself is fine; severity info, one finding a table.
    """
    taken = declared_enums[declared_enums["source"].notna()]
    findings = []
    for (schema, table), group in taken.groupby(["schema_name", "table_name"], sort=True):
        first = next(iter(rows(group)))
        names = ", ".join(f"{row.column_name} ({row.source})" for row in rows(group))
        findings.append(
            Finding(
                object=dotted(str(schema), str(table)),
                title=f"{len(group)} enum types of {table} follow TypeScript enums",
                detail=names,
                severity=Severity.INFO,
                evidence=place(first) | {"types_count": len(group)},
            )
        )
    return Verdict(len(declared_enums), findings)


@check(subject="declared", kind="static")
def declared_circular_imports(declared_imports: pd.DataFrame, declared_tables: pd.DataFrame) -> Verdict:
    """Source files that import each other in a circle.

    Problem: Files need each other. When one is loaded, the other's classes are not there yet.
    Impact: A class that is used while its file is loaded, as the type of a decorated property for one, is
    undefined or throws, depending on which file comes first. Circles that run over functions (() => …) work as
    long as no function is called while loading.
    Fix: Move associations into one file that imports all models, or keep types apart with import type.
    False positives: Circles of lazy references alone are common and harmless: severity info.
    """
    files = sorted({*declared_imports["file"], *declared_imports["imported_file"]})
    number = {file: position for position, file in enumerate(files)}
    edges = list(rows(declared_imports))
    models: dict[str, list[str]] = defaultdict(list)
    for row in rows(declared_tables):
        models[row.file].append(table_of(row))
    eager = _circles(files, number, [row for row in edges if not row.is_lazy])
    tied = {file for circle in eager for file in circle}
    lazy = [circle for circle in _circles(files, number, edges) if not tied.issuperset(circle)]
    findings = []
    for circle, severity in [*((c, Severity.LOW) for c in eager), *((c, Severity.INFO) for c in lazy)]:
        named = next((models[file][0] for file in circle if models[file]), circle[0])
        findings.append(_circle(circle, severity, edges, named))
    return Verdict(len(files), findings)


def _circle(circle: list[str], severity: Severity, edges: list[Any], named: str) -> Finding:
    inner = [row for row in edges if row.file in circle and row.imported_file in circle]
    first = next((row for row in inner if not row.is_lazy), inner[0])
    how = "import each other at once" if severity is Severity.LOW else "refer to each other, partly lazily"
    shown = ", ".join(circle[:12]) + (f" and {len(circle) - 12} more" if len(circle) > 12 else "")
    return Finding(
        object=named,
        title=f"{len(circle)} source files {how}",
        detail=f"{shown}.",
        severity=severity,
        evidence={
            "file": first.file,
            "line": int(first.line),
            "files": circle,
            "lazy_count": sum(1 for row in inner if row.is_lazy),
        },
        distinct=severity.value,
    )


def _circles(files: list[str], number: dict[str, int], edges: list[Any]) -> list[list[str]]:
    pairs = [(number[row.file], number[row.imported_file]) for row in edges]
    groups = members(strong_components(len(files), pairs))
    return sorted([files[node] for node in group] for group in groups if len(group) > 1)
