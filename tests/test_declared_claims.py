"""What the review documents of the White Cross project claim about its models, and the finding that shows it."""

from __future__ import annotations

import pytest

from workbench import checks
from workbench.catalog import Snapshot
from workbench.declared.collectors import declared_models, model_registration
from workbench.figures import models as figures
from workbench.figures.tables import Note, Table
from workbench.findings import Outcome
from workbench.resources import resource
from workbench.review import Review
from workbench.targets import Options, Target

MISSING_ACTION = "declared_missing_action"

# Document, claim, check, object. Line numbers of the documents are those of their own sources.
CLAIMS = [
    *(
        ("foreign-key review 1", f"{column} has no onDelete and onUpdate", MISSING_ACTION, f"public.{column}")
        for column in (
            "students.nurseId",
            "students.schoolId",
            "students.districtId",
            "schools.districtId",
            "appointments.nurseId",
            "messages.senderId",
            "conversation_participants.conversationId",
            "purchase_orders.vendorId",
            "purchase_order_items.purchaseOrderId",
            "purchase_order_items.inventoryItemId",
            "inventory_transactions.inventoryItemId",
            "licenses.districtId",
            "appointment_reminders.appointmentId",
            "appointments.studentId",
            "health_records.studentId",
            "allergies.studentId",
        )
    ),
    *(
        (
            "foreign-key review 2",
            f"{column} has neither @ForeignKey nor @BelongsTo",
            "declared_column_without_association",
            f"public.{column}",
        )
        for column in ("users.schoolId", "users.districtId", "conversation_participants.userId")
    ),
    *(
        (
            "foreign-key review 2",
            f"{column} references users without a key",
            "declared_audit_column_without_key",
            f"public.{column}",
        )
        for column in (
            "inventory_transactions.performedById",
            "conversations.createdById",
            "allergies.createdBy",
            "allergies.updatedBy",
            "allergies.verifiedBy",
            "health_records.createdBy",
            "health_records.updatedBy",
        )
    ),
    *(
        ("foreign-key review 3", f"{column} is not indexed", "declared_missing_index", f"public.{column}")
        for column in ("students.schoolId", "students.districtId")
    ),
    *(
        (
            "foreign-key review 3",
            f"the @Index on {column} is discarded",
            "declared_discarded_index",
            f"public.{column}",
        )
        for column in ("messages.parentId", "messages.threadId")
    ),
    (
        "foreign-key review 3",
        "allergies.healthRecordId has no key",
        "declared_column_without_association",
        "public.allergies.healthRecordId",
    ),
    (
        "foreign-key review 4",
        "models require each other lazily to break circles",
        "declared_circular_imports",
        None,
    ),
    *(
        (
            "foreign-key review 5",
            f"hasMany of {table} without foreignKey",
            "declared_has_many_without_key",
            f"public.{table}",
        )
        for table in ("inventory_items", "vendors", "purchase_orders", "appointments")
    ),
    (
        "foreign-key review 6",
        "purchase_order_items has createdAt and no updatedAt",
        "declared_mixed_timestamps",
        "public.purchase_order_items",
    ),
    (
        "foreign-key review 7",
        "enum labels are cast from TypeScript",
        "declared_enum_from_code",
        "public.users",
    ),
    (
        "foreign-key review 8.2",
        "cascade paths are not analysed",
        "declared_cascade_diamond",
        "public.consent_signatures.studentId",
    ),
    (
        "foreign-key review 8.3",
        "soft deletion differs between related models",
        "declared_soft_delete_mismatch",
        "public.appointment_waitlist.studentId",
    ),
    (
        "foreign-key review 8.4",
        "decorators do not always make constraints",
        "declared_foreign_key_without_constraint",
        "public.medication_logs.witnessId",
    ),
    *(
        ("model summary", f"{table} is not registered", "registration_unregistered_model", f"public.{table}")
        for table in (
            "consent_forms",
            "clinic_visits",
            "districts",
            "report_templates",
            "device_tokens",
            "sessions",
        )
    ),
    (
        "model summary",
        "SisSyncConflict is spelt SISSyncConflict",
        "registration_broken_name",
        "SisSyncConflict",
    ),
    (
        "migrations analysis 10",
        "the configuration says underscored: true, the models say false",
        "registration_config_conflict",
        "define.underscored",
    ),
]


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    options = Options(models=str(resource("data") / "white_cross" / "models"))
    snapshot = Snapshot("white_cross", {}, options=options)
    for collect in (declared_models, model_registration):
        collect(Target("white_cross", options=options), snapshot)
    found = {one.check: one for one in checks.run_checks(snapshot, ("declared", "registration"))}
    found["snapshot"] = snapshot  # type: ignore[assignment]
    return found


@pytest.mark.parametrize(
    ("document", "claim", "check", "thing"), CLAIMS, ids=[f"{c[0]}: {c[1]}" for c in CLAIMS]
)
def test_claim_is_shown(
    outcomes: dict[str, Outcome], document: str, claim: str, check: str, thing: str | None
) -> None:
    objects = [finding.object for finding in outcomes[check].findings]
    assert objects if thing is None else thing in objects, (document, claim)


def test_counts_of_the_documents(outcomes: dict[str, Outcome]) -> None:
    """93 models; 39 registered; 49 missing by category, and those written since; 42 associations and more."""
    snapshot: Snapshot = outcomes["snapshot"]  # type: ignore[assignment]
    models = snapshot["registered_models"]
    inside = models[models["file"].str.startswith("models/")]
    assert len(inside) == len(snapshot["declared_tables"]) == 93
    assert int(models["is_registered"].sum()) == 39
    missing = models[~models["is_registered"]]["category"].value_counts().to_dict()
    assert missing.pop("uncategorised") == 9
    assert missing == {
        "Compliance & Policy": 10,
        "Clinical": 10,
        "Administration": 10,
        "Reporting": 3,
        "Communication & Mobile": 2,
        "Integration & Sync": 6,
        "Budget & Finance": 2,
        "Security": 4,
        "Other": 2,
    }
    assert len(outcomes[MISSING_ACTION].findings) >= 42


def test_the_chapter_shows_every_part_and_says_what_is_missing(outcomes: dict[str, Outcome]) -> None:
    snapshot: Snapshot = outcomes["snapshot"]  # type: ignore[assignment]
    judged = [one for one in outcomes.values() if isinstance(one, Outcome)]
    bare = Review(Snapshot("none", {}), [])
    parts = (
        *(
            figures.summary,
            figures.registration,
            figures.registration_statistics,
            figures.registration_problems,
        ),
        *(figures.actions, figures.order_dependent, figures.defects_by_file, figures.found, figures.unread),
    )
    for part in parts:
        assert not isinstance(part(Review(snapshot, judged)), Note), part.__name__
        missing = part(bare)
        assert isinstance(missing, Note), part.__name__
        assert missing.model["kind"] == "not_examined"
    statistics = figures.registration_statistics(Review(snapshot, judged))
    assert isinstance(statistics, Table)
    assert statistics.model["rows"][-1][:5] == ["all", 97, 39, 58, 83]


def test_the_demo_is_read_whole(outcomes: dict[str, Outcome]) -> None:
    snapshot: Snapshot = outcomes["snapshot"]  # type: ignore[assignment]
    assert snapshot["declared_unread"].empty
    assert not [
        one.check for one in outcomes.values() if isinstance(one, Outcome) and one.status.value == "error"
    ]
