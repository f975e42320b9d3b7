-- Rights, row security and triggers of the White Cross demo. The roles reviewer and bare come with the server.

-- Row security isolates the students of a school. Planted: the owner is exempt, and no other table of a tenant has
-- row security; health_records has a policy that nothing applies.
ALTER TABLE "students" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "students_school_isolation" ON "students" FOR SELECT
    USING ("schoolId" = nullif(current_setting('app.current_school_id', true), '')::uuid);
CREATE POLICY "health_records_school_isolation" ON "health_records" FOR SELECT
    USING ("studentId" IN (SELECT "id" FROM "students"));
--;
-- Planted: everybody who can connect may read a table of PHI and a table of secrets.
GRANT SELECT ON "emergency_contacts" TO PUBLIC;
GRANT SELECT ON "integration_configs" TO PUBLIC;
--;
-- Planted: the application's role may change and delete what it has logged.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'white_cross_app') THEN
        CREATE ROLE white_cross_app NOLOGIN;
    END IF;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO white_cross_app;
--;
-- Planted: the trigger function runs with its owner's rights and searches whatever schema the caller names.
CREATE FUNCTION audit_phi_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO "audit_logs" ("id", "action", "entityType", "entityId", "isPHI", "createdAt")
    VALUES (gen_random_uuid(), CASE TG_OP WHEN 'INSERT' THEN 'CREATE' ELSE TG_OP END::"enum_audit_logs_action",
            TG_TABLE_NAME, CASE TG_OP WHEN 'DELETE' THEN OLD.id ELSE NEW.id END, true, now());
    RETURN NULL;
END $$;
-- Planted: only three tables of PHI are watched.
CREATE TRIGGER "audit_phi" AFTER INSERT OR UPDATE OR DELETE ON "students"
    FOR EACH ROW EXECUTE FUNCTION audit_phi_change();
CREATE TRIGGER "audit_phi" AFTER INSERT OR UPDATE OR DELETE ON "health_records"
    FOR EACH ROW EXECUTE FUNCTION audit_phi_change();
CREATE TRIGGER "audit_phi" AFTER INSERT OR UPDATE OR DELETE ON "allergies"
    FOR EACH ROW EXECUTE FUNCTION audit_phi_change();
--;
-- Planted: the directory reads students as its owner, whom no policy binds, and the application may read it. Beside it
-- a view that asks for the school itself.
CREATE VIEW "student_directory" AS
    SELECT "id", "studentNumber", "firstName", "lastName", "schoolId" FROM "students" WHERE "deletedAt" IS NULL;
CREATE VIEW "own_school_students" AS
    SELECT "id", "studentNumber", "firstName", "lastName" FROM "students"
    WHERE "schoolId" = nullif(current_setting('app.current_school_id', true), '')::uuid;
GRANT SELECT ON "student_directory", "own_school_students" TO white_cross_app;
