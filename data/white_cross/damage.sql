-- Damage that only work leaves behind: bloat, an invalid index, tables that autovacuum must not touch.
-- The statistics are reset after this file and before the workload.

-- Planted: autovacuum is off where the damage below shall stay as it is.
ALTER TABLE "performance_metrics" SET (autovacuum_enabled = false);
ALTER TABLE "push_notifications" SET (autovacuum_enabled = false);
ALTER TABLE "analytics_reports" SET (autovacuum_enabled = false);
ALTER TABLE "cache_entries" SET (autovacuum_enabled = false);
--;
-- Planted: four rows of five are gone, evenly spread, so that table and indexes keep all their pages.
DELETE FROM "performance_metrics" WHERE hashtext("id"::text) % 5 <> 0;
--;
-- Planted: two rewrites of values that live in TOAST storage, with no VACUUM between them.
UPDATE "analytics_reports" SET "data" = jsonb_build_object('series', reverse("data" ->> 'series'));
--;
UPDATE "analytics_reports" SET "data" = jsonb_build_object('series', reverse("data" ->> 'series'), 'revision', 2);
--;
-- Planted: every row was written a second time, so that half of the table and of its indexes is free space.
UPDATE "inventory_transactions" SET "createdAt" = "createdAt" - interval '1 day';
--;
VACUUM "inventory_transactions";
--;
-- Planted: the unique index that would allow one primary contact per student fails on the duplicates and stays behind,
-- invalid.
-- fails: UniqueViolation
CREATE UNIQUE INDEX CONCURRENTLY "idx_emergency_contacts_student_primary" ON "emergency_contacts" ("studentId")
    WHERE "isPrimary" AND "isActive" AND "deletedAt" IS NULL;
