"""What the sources of the demo say about migrations, claim by claim, and the findings and runs that show it."""

from __future__ import annotations

import functools
import shutil

import pytest

from tests.test_migrations import DEMO
from workbench import replay
from workbench.catalog import Snapshot
from workbench.checks import run_checks
from workbench.declared import migrations
from workbench.declared.models.reader import read as read_models
from workbench.server import Server


@functools.cache
def snapshot() -> Snapshot:
    declared = read_models(DEMO / "models").frames
    frames = migrations.frames(migrations.read(DEMO / "migrations"), declared)
    return Snapshot("demo", {**declared, **frames})


@functools.cache
def told() -> frozenset[tuple[str, str]]:
    outcomes = run_checks(snapshot(), ["migrations"])
    assert not [o.not_examined for o in outcomes if o.status.value == "error"]
    return frozenset((outcome.check, f.object) for outcome in outcomes for f in outcome.findings)


CLAIMS = {
    "three backup files exist and never run": [
        ("migration_not_run", "20251009013303-enhance-system-configuration.js.bak"),
        ("migration_not_run", "20251010000000-complete-health-records-schema.js.bak"),
        ("migration_not_run", "20251011000000-performance-indexes.js.bak"),
    ],
    "foundational tables lack a migration": [
        ("migration_missing_for_table", "public.emergency_contacts"),
        ("migration_missing_for_table", "public.academic_transcripts"),
        ("migration_missing_for_table", "public.health_records"),
        ("migration_missing_for_table", "public.audit_logs"),
        ("migration_missing_for_table", "public.training_modules"),
    ],
    "configuration_history is missing unless activated from a backup": [
        ("migration_missing_for_table", "public.configuration_history"),
    ],
    "some migrations have an incomplete down": [
        ("migration_incomplete_down", "20250103000000-create-base-schema.js"),
        ("migration_incomplete_down", "20251105000000-add-mfa-oauth-fields.js"),
    ],
    "data migrations cannot be taken back": [
        ("migration_incomplete_down", "20251107000000-normalize-phone-numbers.js"),
    ],
    "values of an enum cannot be removed": [
        ("migration_incomplete_down", "20251108000000-add-counselor-role.ts"),
    ],
    "adding a NOT NULL column fails if the table has data": [
        ("migration_not_null_without_default", "public.users.mfaEnabled"),
    ],
    "a foreign key of medication_logs was added afterwards": [
        ("migration_validating_constraint", "public.medication_logs.medication_logs_medication_fk"),
    ],
    "indexes are created without CONCURRENTLY": [
        ("migration_blocking_index", "public.students.idx_students_search"),
    ],
    "no batch processing for large tables": [("migration_unbatched_data", "public.users")],
    "CREATE INDEX … ON students(schoolId) names a column that is not there": [
        ("migration_unquoted_name", "public.students.idx_students_school"),
    ],
    "no ordering strategy": [("migration_order", "20251106000003-add-missing-health-record-columns.js")],
}


@pytest.mark.parametrize("claim", CLAIMS)
def test_each_claim_is_shown(claim: str) -> None:
    assert set(CLAIMS[claim]) <= told()


def test_what_the_copies_are_said_to_be() -> None:
    files = snapshot()["migrations"].set_index("file")
    system, health, indexes = (files.loc[f] for f in files.index[files["kind"] == "backup"])
    assert (system["up_transaction"], health["up_transaction"], indexes["up_transaction"]) == ("manual",) * 3
    assert list(system["left_behind"]) == ["type public.ConfigurationCategory (value HEALTHCARE)"]
    assert health["down_status"] == "incomplete"
    assert indexes["down_status"] == "complete"
    assert indexes["guarded_count"] >= indexes["up_operations_count"] / 2


def test_87_tables_are_created_by_no_active_migration() -> None:
    coverage = snapshot()["migration_coverage"]
    tables = coverage[coverage["kind"] == "table"]
    assert (len(tables), int((tables["status"] != "created").sum())) == (93, 87)


def test_the_plan_has_the_phases_of_the_report() -> None:
    plan = snapshot()["migration_plan"].to_dict("records")
    assert [step["phase"] for step in plan] == list(range(1, 12))
    assert plan[1]["phase_name"] == "Health records"
    assert {"public.health_records", "public.allergies", "public.vital_signs"} <= set(plan[1]["tables"])


def test_replay_confirms_what_was_read(pg18: Server) -> None:
    if not shutil.which("node"):
        pytest.skip("Node is not installed")
    try:
        result = replay.replay(DEMO / "migrations", server=pg18)
    except replay.ReplayError as error:
        pytest.skip(str(error))
    steps = {step.file: step for step in result.steps}
    failed = {file: step.up.code for file, step in steps.items() if not step.up.ok}
    assert failed == {
        "20251106000002-add-user-security-indexes.js": "25001",
        "20251106000003-add-missing-health-record-columns.js": "42P01",
        "20251108000000-add-counselor-role.ts": "55P04",
    }
    static = snapshot()["migrations"].set_index("file")["down_status"]
    for file, step in steps.items():
        if step.restores is not None and static[file] in ("complete", "incomplete"):
            assert step.restores == (static[file] == "complete"), (file, step.left, step.lost)
    assert result.snapshot is not None
    made = set(result.snapshot["indexes"]["index_name"])
    assert "idx_students_school" not in made, "its failure was swallowed"
    assert len(result.snapshot["tables"]) == 6
