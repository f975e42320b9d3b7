"""Registration: which models the application hands to Sequelize, and what its lists and settings get wrong."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbench.checks import check
from workbench.findings import Finding, Severity, Verdict
from workbench.naming import dotted
from workbench.rows import rows


def _site(row: Any) -> dict[str, Any]:
    return {"file": row.file, "line": int(row.line)}


def _problems(frame: pd.DataFrame, kinds: tuple[str, ...], title: str, severity: Severity) -> list[Finding]:
    """Return one finding for each problem of some kinds; ``title`` has a place for its object."""
    return [
        Finding(
            object=row.object,
            title=title.format(row.object),
            detail=f"{row.reason} ({row.file}:{row.line}).",
            severity=severity,
            evidence=_site(row),
            distinct=row.file,
        )
        for row in rows(frame[frame["kind"].isin(kinds)])
    ]


@check(subject="registration", kind="static")
def registration_unregistered_model(registered_models: pd.DataFrame) -> Verdict:
    """Model that no module registers.

    Problem: A class with @Table is in no list that Sequelize gets: neither forFeature, nor models, nor addModels.
    Impact: It cannot be injected or queried, and an association that names it throws when the application starts.
    Fix: Add it to the list of its module.
    False positives: Models that another application registers. Without any list in the sources nothing is
    reported: the registration is elsewhere.
    """
    if not registered_models["is_registered"].any():
        return Verdict(0)
    findings = [
        Finding(
            object=dotted(row.schema_name, row.table_name),
            title=f"{row.class_name} is registered nowhere",
            detail=f"Category: {row.category}. "
            + (
                "The central index exports it."
                if row.is_exported
                else "The central index does not export it either."
            ),
            severity=Severity.MEDIUM,
            evidence=_site(row) | {"model": row.model, "category": row.category},
            distinct=row.class_name,
        )
        for row in rows(registered_models)
        if not row.is_registered
    ]
    return Verdict(len(registered_models), findings)


@check(subject="registration", kind="static")
def registration_not_exported(registered_models: pd.DataFrame) -> Verdict:
    """Model that the central index does not export.

    Problem: There is an index of models, and this one is missing from it.
    Impact: Code that takes models from the index, a loader over Object.values say, does not see it.
    Fix: Export it there.
    False positives: Models of another part of the application, which the index is not for. Where fewer than half
    of the models are exported nothing is reported.
    """
    if registered_models["is_exported"].sum() * 2 < len(registered_models):
        return Verdict(0)  # an index of one part of the application, which is not for the others
    findings = [
        Finding(
            object=dotted(row.schema_name, row.table_name),
            title=f"{row.class_name} is not in the index of models",
            detail=f"Category: {row.category}.",
            severity=Severity.LOW,
            evidence=_site(row) | {"model": row.model, "category": row.category},
            distinct=row.class_name,
        )
        for row in rows(registered_models)
        if not row.is_exported
    ]
    return Verdict(len(registered_models), findings)


@check(subject="registration", kind="static")
def registration_broken_name(registered_models: pd.DataFrame, registration_problems: pd.DataFrame) -> Verdict:
    """Name in a list or index that stands for nothing.

    Problem: A module lists, or an index exports, a name that its file does not export; often only the spelling
    differs.
    Impact: The name is undefined when the program runs: Sequelize throws, or whoever imports it does.
    Fix: Write the name as the class is spelt.
    False positives: Names that a build step generates.
    """
    lists = _problems(
        registration_problems, ("broken import",), "The list holds {}, which is nothing", Severity.HIGH
    )
    exports = _problems(
        registration_problems, ("broken export",), "The index exports {}, which is nothing", Severity.MEDIUM
    )
    return Verdict(len(registered_models), [*lists, *exports])


@check(subject="registration", kind="static")
def registration_synchronize(registered_models: pd.DataFrame, registration_problems: pd.DataFrame) -> Verdict:
    """Connection that creates or misses tables by its settings.

    Problem: autoLoadModels without synchronize: false makes NestJS run sync() at every start; forFeature without
    autoLoadModels or a list of models loads nothing at all.
    Impact: Tables appear that no migration knows, or every query of a model fails.
    Fix: Write synchronize: false beside autoLoadModels: true, and let migrations make the tables.
    False positives: Databases of tests and demonstrations.
    """
    kinds = ("synchronize", "not loaded")
    found = _problems(registration_problems, kinds, "Settings of the connection: {}", Severity.MEDIUM)
    return Verdict(len(registered_models), found)


@check(subject="registration", kind="static")
def registration_config_conflict(
    registered_models: pd.DataFrame, registration_problems: pd.DataFrame
) -> Verdict:
    """Configuration that says the opposite of the models.

    Problem: define.underscored of a configuration file and the models' own option differ.
    Impact: A model that leaves the option out, or a migration that relies on it, spells its columns unlike all
    others.
    Fix: Decide on one spelling and say it in one place.
    False positives: A configuration that no connection uses.
    """
    found = _problems(registration_problems, ("config",), "{} contradicts the models", Severity.MEDIUM)
    return Verdict(len(registered_models), found)


@check(subject="registration", kind="static")
def registration_other_orm(registered_models: pd.DataFrame, registration_problems: pd.DataFrame) -> Verdict:
    """Leftover of another ORM.

    Problem: Sources or dependencies still name another ORM beside Sequelize.
    Impact: Two descriptions of one table, and code paths that bypass the models.
    Fix: Move what is left, and drop the dependency.
    False positives: A second database that the other ORM serves.
    """
    return Verdict(
        len(registered_models),
        _problems(registration_problems, ("other orm",), "{} is used beside Sequelize", Severity.LOW),
    )


@check(subject="registration", kind="static")
def registration_file_name(registered_models: pd.DataFrame, registration_problems: pd.DataFrame) -> Verdict:
    """Model whose file is called otherwise.

    Problem: The file's name is not that of the class in it.
    Impact: addModels over a folder looks for an export of the file's name and refuses others; readers search in
    vain.
    Fix: Rename the file.
    False positives: Folders that are loaded by an explicit list.
    """
    found = _problems(registration_problems, ("name",), "The file of {} is called otherwise", Severity.INFO)
    return Verdict(len(registered_models), found)
