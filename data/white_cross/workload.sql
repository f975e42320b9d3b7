-- What the application does to the White Cross demo, run statement by statement through a connection, so that scans,
-- pg_stat_statements and dead rows are figures of a real server.
--
-- A block ends with a line of "--;". "-- each: QUERY" runs the statement once per row of QUERY with its values as
-- parameters; "-- times: N" runs it N times.

-- Planted: one query lists students, and one look-up per row follows: N + 1.
-- times: 5
SELECT "id", "studentNumber", "nurseId" FROM "students" WHERE "deletedAt" IS NULL ORDER BY "lastName", "firstName" LIMIT 600
--;
-- each: SELECT "nurseId" FROM "students" WHERE "nurseId" IS NOT NULL ORDER BY "id" LIMIT 3000
SELECT "id", "firstName", "lastName", "email", "role" FROM "users" WHERE "id" = %s
--;
-- each: SELECT "studentId" FROM "incident_reports" ORDER BY "id" LIMIT 2000
SELECT "id", "firstName", "phoneNumber" FROM "emergency_contacts" WHERE "studentId" = %s AND "isActive" ORDER BY "priority"
--;
-- Planted: frequent filters that no index serves: the school of a student, its district, a drug's log, a status, a group of
-- appointments, a key inside a JSON document.
-- each: SELECT "id" FROM "schools" ORDER BY "id" LIMIT 90
SELECT "id", "firstName", "lastName", "grade" FROM "students" WHERE "schoolId" = %s AND "deletedAt" IS NULL
--;
-- each: SELECT d."id" FROM "districts" d, generate_series(1, 3) ORDER BY d."id"
SELECT count(*) FROM "students" WHERE "districtId" = %s AND "isActive"
--;
-- each: SELECT "id" FROM "medications" ORDER BY "id" LIMIT 80
SELECT "id", "administeredAt", "dosage" FROM "medication_logs" WHERE "medicationId" = %s ORDER BY "administeredAt" DESC LIMIT 20
--;
-- times: 25
SELECT "id", "studentId", "administeredAt" FROM "medication_logs" WHERE "status" = 'PENDING'
--;
-- each: SELECT DISTINCT "recurringGroupId" FROM "appointments" WHERE "recurringGroupId" IS NOT NULL ORDER BY 1 LIMIT 80
SELECT "id", "scheduledAt" FROM "appointments" WHERE "recurringGroupId" = %s
--;
-- each: SELECT generate_series(1, 25)::text
SELECT "id", "title" FROM "health_records" WHERE "metadata" ->> 'score' = %s
--;
-- Planted: slow statements that spill to disk.
-- times: 2
SELECT d."name", s."grade", count(DISTINCT h."id") AS records, count(DISTINCT v."id") AS visits, count(DISTINCT m."id") AS doses
FROM "districts" d JOIN "students" s ON s."districtId" = d."id"
LEFT JOIN "health_records" h ON h."studentId" = s."id" LEFT JOIN "clinic_visits" v ON v."studentId" = s."id"
LEFT JOIN "medication_logs" m ON m."studentId" = s."id"
GROUP BY d."name", s."grade" ORDER BY d."name", s."grade"
--;
-- times: 2
SELECT "entityType", "action", date_trunc('month', "createdAt") AS month, count(*), count(DISTINCT "userId"),
       count(DISTINCT "sessionId"), count(DISTINCT "ipAddress")
FROM "audit_logs" GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
--;
-- The screens of the application: look-ups by the keys that have an index.
-- each: SELECT "id" FROM "students" ORDER BY "id" LIMIT 150
SELECT "id", "title" FROM "health_records" WHERE "studentId" = %s AND "recordDate" >= '2025-09-15' AND "recordType" = 'INJURY'
--;
-- each: SELECT "studentId" FROM "health_records" ORDER BY "id" LIMIT 150
SELECT count(*) FROM "health_records" WHERE "studentId" = %s
--;
-- each: SELECT DISTINCT "providerNpi" FROM "health_records" WHERE "providerNpi" IS NOT NULL ORDER BY 1 LIMIT 120
SELECT "id", "recordDate" FROM "health_records" WHERE "providerNpi" = %s ORDER BY "recordDate" DESC LIMIT 10
--;
-- each: SELECT t, d FROM unnest(enum_range(NULL::"enum_health_records_recordType")) AS t, generate_series('2025-01-01'::timestamptz, '2025-01-12', '1 day') AS d
SELECT "id", "title" FROM "health_records" WHERE "recordType" = %s AND "recordDate" >= %s ORDER BY "recordDate" LIMIT 10
--;
-- each: SELECT d FROM generate_series('2025-01-01'::timestamptz, '2025-04-01', '1 day') AS d
SELECT "id" FROM "health_records" WHERE "followUpRequired" AND "followUpDate" >= %s ORDER BY "followUpDate" LIMIT 10
--;
-- times: 90
SELECT count(DISTINCT "studentId") FROM "health_records" WHERE "isConfidential" = true
--;
-- each: SELECT DISTINCT "createdBy" FROM "health_records" ORDER BY 1 LIMIT 90
SELECT "id", "title" FROM "health_records" WHERE "createdBy" = %s LIMIT 20
--;
-- each: SELECT "studentId", "medicationId" FROM "medication_logs" ORDER BY "id" LIMIT 150
SELECT "id", "administeredAt" FROM "medication_logs" WHERE "studentId" = %s AND "medicationId" = %s
--;
-- each: SELECT "studentId" FROM "medication_logs" ORDER BY "id" LIMIT 150
SELECT count(*) FROM "medication_logs" WHERE "studentId" = %s
--;
-- each: SELECT "studentMedicationId" FROM "medication_logs" WHERE "studentMedicationId" IS NOT NULL ORDER BY "id" LIMIT 150
SELECT "id", "administeredAt", "status" FROM "medication_logs" WHERE "studentMedicationId" = %s
--;
-- each: SELECT d, d + interval '2 hours' FROM generate_series('2025-03-01'::timestamptz, '2025-05-30', '1 day') AS d
SELECT "id", "studentId" FROM "medication_logs" WHERE "administeredAt" BETWEEN %s AND %s ORDER BY "administeredAt" LIMIT 50
--;
-- each: SELECT d, d + interval '2 hours' FROM generate_series('2025-03-01'::timestamptz, '2025-05-30', '1 day') AS d
SELECT "id" FROM "medication_logs" WHERE "updatedAt" BETWEEN %s AND %s ORDER BY "updatedAt" LIMIT 50
--;
-- each: SELECT DISTINCT "administeredBy" FROM "medication_logs" WHERE "administeredBy" IS NOT NULL ORDER BY 1 LIMIT 90
SELECT "id" FROM "medication_logs" WHERE "administeredBy" = %s LIMIT 20
--;
-- each: SELECT "studentId" FROM "appointments" ORDER BY "id" LIMIT 150
SELECT "id", "scheduledAt", "status" FROM "appointments" WHERE "studentId" = %s ORDER BY "scheduledAt" DESC
--;
-- each: SELECT DISTINCT "nurseId", '2025-06-01'::timestamptz FROM "appointments" ORDER BY 1 LIMIT 120
SELECT "scheduledAt", "duration" FROM "appointments" WHERE "nurseId" = %s AND "scheduledAt" >= %s AND "status" <> 'CANCELLED' ORDER BY "scheduledAt" LIMIT 20
--;
-- each: SELECT DISTINCT "nurseId" FROM "appointments" ORDER BY 1 LIMIT 90
SELECT "id", "scheduledAt" FROM "appointments" WHERE "nurseId" = %s AND "status" IN ('SCHEDULED', 'IN_PROGRESS') ORDER BY "scheduledAt"
--;
-- each: SELECT "id" FROM "appointments" ORDER BY "id" LIMIT 120
SELECT "id", "status" FROM "appointment_reminders" WHERE "appointmentId" = %s
--;
-- each: SELECT DISTINCT "userId" FROM "audit_logs" WHERE "userId" IS NOT NULL ORDER BY 1 LIMIT 120
SELECT "id", "action", "createdAt" FROM "audit_logs" WHERE "userId" = %s ORDER BY "createdAt" DESC LIMIT 50
--;
-- each: SELECT "entityType", "entityId" FROM "audit_logs" WHERE "entityId" IS NOT NULL ORDER BY "id" LIMIT 120
SELECT "id", "userId", "createdAt" FROM "audit_logs" WHERE "entityType" = %s AND "entityId" = %s AND "action" = 'READ' ORDER BY "createdAt" DESC LIMIT 20
--;
-- each: SELECT d, d + interval '1 hour' FROM generate_series('2025-03-01'::timestamptz, '2025-05-30', '1 day') AS d
SELECT count(*) FROM "audit_logs" WHERE "createdAt" BETWEEN %s AND %s
--;
-- times: 60
SELECT "id", "userId", "createdAt" FROM "audit_logs" WHERE "action" = 'EXPORT' ORDER BY "createdAt" DESC LIMIT 20
--;
-- Planted: five look-ups in months.
-- each: SELECT DISTINCT "ipAddress" FROM "audit_logs" WHERE "ipAddress" IS NOT NULL ORDER BY 1 LIMIT 5
SELECT "id", "userId" FROM "audit_logs" WHERE "ipAddress" = %s
--;
-- each: SELECT "id" FROM "conversations" ORDER BY "id" LIMIT 150
SELECT "id", "senderId", "content" FROM "messages" WHERE "conversationId" = %s ORDER BY "createdAt" DESC LIMIT 20
--;
-- each: SELECT DISTINCT "senderId" FROM "messages" ORDER BY 1 LIMIT 90
SELECT "id" FROM "messages" WHERE "senderId" = %s LIMIT 20
--;
-- each: SELECT "parentId" FROM "messages" WHERE "parentId" IS NOT NULL ORDER BY 1 LIMIT 90
SELECT "id" FROM "messages" WHERE "parentId" = %s
--;
-- each: SELECT "threadId" FROM "messages" WHERE "threadId" IS NOT NULL ORDER BY 1 LIMIT 90
SELECT "id" FROM "messages" WHERE "threadId" = %s
--;
-- each: SELECT "id" FROM "message_templates", generate_series(1, 2) ORDER BY "id"
SELECT count(*) FROM "messages" WHERE "templateId" = %s
--;
-- each: SELECT d, d + interval '1 hour' FROM generate_series('2025-03-01'::timestamptz, '2025-05-30', '1 day') AS d
SELECT "id" FROM "messages" WHERE "createdAt" BETWEEN %s AND %s ORDER BY "createdAt"
--;
-- each: SELECT d, d + interval '1 hour' FROM generate_series('2025-03-01'::timestamptz, '2025-05-30', '1 day') AS d
SELECT "id" FROM "messages" WHERE "scheduledAt" BETWEEN %s AND %s ORDER BY "scheduledAt"
--;
-- each: SELECT word || ' & ' || place FROM unnest('{headache,cough,rash,fever,sprain}'::text[]) AS word, unnest('{bus,gym,lunch,morn,recess}'::text[]) AS place, generate_series(1, 3)
SELECT "id" FROM "messages" WHERE to_tsvector('english', "content") @@ to_tsquery('english', %s) AND "isPinned" LIMIT 20
--;
-- each: SELECT "id" FROM "messages" ORDER BY "id" LIMIT 120
SELECT "channel", "status" FROM "message_delivery" WHERE "messageId" = %s
--;
-- each: SELECT "messageId", "userId" FROM "message_read" ORDER BY 1 LIMIT 120
SELECT "readAt" FROM "message_read" WHERE "messageId" = %s AND "userId" = %s
--;
-- each: SELECT DISTINCT "userId" FROM "message_read" ORDER BY 1 LIMIT 90
SELECT count(*) FROM "message_read" WHERE "userId" = %s
--;
-- each: SELECT lower("lastName") || ' & ' || lower("firstName") FROM "students" ORDER BY "id" LIMIT 90
SELECT "id" FROM "students" WHERE to_tsvector('english', "firstName" || ' ' || "lastName" || ' ' || "studentNumber") @@ to_tsquery('english', %s)
--;
-- each: SELECT "lastName", "firstName" FROM "students" ORDER BY "id" LIMIT 90
SELECT "id", "grade" FROM "students" WHERE "lastName" = %s AND "firstName" = %s
--;
-- each: SELECT "id" FROM "users" WHERE "role" = 'NURSE' ORDER BY "id" LIMIT 150
SELECT "id" FROM "students" WHERE "nurseId" = %s AND "isActive" = true
--;
-- each: SELECT "id" FROM "users" WHERE "role" = 'NURSE' ORDER BY "id" LIMIT 90
SELECT "id" FROM "students" WHERE "nurseId" = %s
--;
-- each: SELECT "studentNumber" FROM "students" ORDER BY "id" LIMIT 120
SELECT "id" FROM "students" WHERE "studentNumber" = %s
--;
-- each: SELECT "studentId" FROM "vaccinations" ORDER BY "id" LIMIT 120
SELECT "vaccineName", "administrationDate" FROM "vaccinations" WHERE "studentId" = %s
--;
-- each: SELECT "healthRecordId" FROM "vaccinations" WHERE "healthRecordId" IS NOT NULL ORDER BY "id" LIMIT 90
SELECT "id" FROM "vaccinations" WHERE "healthRecordId" = %s
--;
-- each: SELECT "healthRecordId" FROM "vital_signs" WHERE "healthRecordId" IS NOT NULL ORDER BY "id" LIMIT 90
SELECT "temperature", "heartRate" FROM "vital_signs" WHERE "healthRecordId" = %s
--;
-- each: SELECT "studentId" FROM "vital_signs" ORDER BY "id" LIMIT 90
SELECT "temperature", "heartRate" FROM "vital_signs" WHERE "studentId" = %s
--;
-- each: SELECT "studentId" FROM "clinic_visits" ORDER BY "id" LIMIT 90
SELECT "id", "checkInTime" FROM "clinic_visits" WHERE "studentId" = %s
--;
-- each: SELECT DISTINCT "attendedById" FROM "clinic_visits" WHERE "attendedById" IS NOT NULL ORDER BY 1 LIMIT 90
SELECT "id" FROM "clinic_visits" WHERE "attendedById" = %s LIMIT 20
--;
-- each: SELECT d, d + interval '4 hours' FROM generate_series('2025-03-01'::timestamptz, '2025-05-30', '1 day') AS d
SELECT "id" FROM "clinic_visits" WHERE "checkInTime" BETWEEN %s AND %s ORDER BY "checkInTime"
--;
-- each: SELECT "visitId" FROM "clinical_notes" WHERE "visitId" IS NOT NULL ORDER BY "id" LIMIT 90
SELECT "id", "noteType" FROM "clinical_notes" WHERE "visitId" = %s
--;
-- each: SELECT "studentId" FROM "clinical_notes" ORDER BY "id" LIMIT 90
SELECT "id", "noteType" FROM "clinical_notes" WHERE "studentId" = %s
--;
-- each: SELECT DISTINCT "authorId" FROM "clinical_notes" ORDER BY 1 LIMIT 90
SELECT "id" FROM "clinical_notes" WHERE "authorId" = %s LIMIT 20
--;
-- each: SELECT "inventoryItemId" FROM "inventory_transactions" ORDER BY "id" LIMIT 90
SELECT sum("quantity") FROM "inventory_transactions" WHERE "inventoryItemId" = %s
--;
-- each: SELECT t, d FROM unnest(enum_range(NULL::"enum_performance_metrics_metricType")) AS t, generate_series('2025-01-01'::timestamptz, '2025-01-12', '1 day') AS d
SELECT avg("value") FROM "performance_metrics" WHERE "metricType" = %s AND "recordedAt" BETWEEN %s AND '2025-01-13'
--;
-- each: SELECT "id" FROM "districts", generate_series(1, 5) ORDER BY "id"
SELECT "id" FROM "conversations" WHERE "tenantId" = %s
--;
-- each: SELECT "id" FROM "users" ORDER BY "id" LIMIT 90
SELECT "id" FROM "conversations" WHERE "createdById" = %s
--;
-- each: SELECT "id" FROM "users" ORDER BY "id" LIMIT 90
SELECT "conversationId" FROM "conversation_participants" WHERE "userId" = %s
--;
-- each: SELECT d FROM generate_series('2025-01-01'::timestamptz, '2025-03-20', '1 day') AS d
SELECT "id", "severity" FROM "incident_reports" WHERE "severity" IN ('HIGH', 'CRITICAL') AND "severity" = 'CRITICAL' AND "occurredAt" > %s ORDER BY "occurredAt" DESC LIMIT 5
--;
-- each: SELECT "studentId" FROM "incident_reports" ORDER BY "id" LIMIT 90
SELECT "id", "severity" FROM "incident_reports" WHERE "studentId" = %s ORDER BY "occurredAt" DESC
--;
-- each: SELECT "id" FROM "users" ORDER BY "id" LIMIT 90
SELECT sum("quantity") FROM "inventory_transactions" WHERE "performedById" = %s
--;
-- each: SELECT 'item' || ' & ' || word FROM unnest('{headache,cough,rash,fever,sprain}'::text[]) AS word, generate_series(1, 15)
SELECT "id" FROM "inventory_items" WHERE to_tsvector('english', "name" || ' ' || coalesce("description", '') || ' ' || "category") @@ to_tsquery('english', %s) LIMIT 10
--;
-- each: SELECT word FROM unnest('{ibuprofen,insulin,albuterol}'::text[]) AS word, generate_series(1, 25)
SELECT "id" FROM "medications" WHERE to_tsvector('english', "name" || ' ' || coalesce("genericName", '') || ' ' || coalesce("brandName", '')) @@ to_tsquery('english', %s)
--;
-- each: SELECT lower("lastName") || ' & ' || lower("firstName") FROM "users" ORDER BY "id" LIMIT 90
SELECT "id" FROM "users" WHERE to_tsvector('english', "firstName" || ' ' || "lastName" || ' ' || "email") @@ to_tsquery('english', %s)
--;
-- each: SELECT "id" FROM "schools" ORDER BY "id" LIMIT 90
SELECT "id", "lastName" FROM "users" WHERE "schoolId" = %s
--;
-- each: SELECT "id" FROM "districts", generate_series(1, 4) ORDER BY "id"
SELECT "id", "lastName" FROM "users" WHERE "districtId" = %s
--;
-- each: SELECT "email" FROM "users" ORDER BY "id" LIMIT 90
SELECT "failedLoginAttempts" FROM "users" WHERE "email" = %s AND "failedLoginAttempts" >= 0
--;
-- each: SELECT d FROM generate_series('2025-11-03 07:00:00+00'::timestamptz, '2025-11-03 08:00:00+00', '1 minute') AS d
SELECT "id" FROM "users" WHERE "lastSeenAt" >= %s ORDER BY "lastSeenAt" DESC LIMIT 20
--;
-- times: 60
SELECT "id", "email" FROM "users" WHERE "lockoutUntil" > '2025-11-03 08:00:00+00'
--;
-- Changes. Planted: each of these updates a column that an index holds, so none is heap-only.
-- each: SELECT now() + make_interval(mins => round), "id" FROM "users", generate_series(1, 2) AS round ORDER BY round, "id"
UPDATE "users" SET "lastSeenAt" = %s WHERE "id" = %s
--;
-- each: SELECT "id" FROM "users" ORDER BY "id" LIMIT 400
UPDATE "users" SET "failedLoginAttempts" = "failedLoginAttempts" + 1 WHERE "id" = %s
--;
-- each: SELECT "id" FROM "medication_logs" ORDER BY "administeredAt" DESC LIMIT 1500
UPDATE "medication_logs" SET "notes" = 'checked', "updatedAt" = clock_timestamp() WHERE "id" = %s
--;
-- each: SELECT md5("id"::text || 'read')::uuid, "id" FROM "health_records" ORDER BY "id" LIMIT 2500
INSERT INTO "audit_logs" ("id", "action", "entityType", "entityId", "isPHI", "createdAt") VALUES (%s, 'READ', 'HealthRecord', %s, true, '2025-11-03 09:00:00+00')
--;
-- times: 1
VACUUM "users"
--;
-- times: 1
VACUUM "medication_logs"
--;
-- Planted: a table that was filled and never analysed.
-- times: 1
INSERT INTO "cache_entries" ("id", "cacheKey", "value", "dataSize", "expiresAt", "accessCount", "createdAt", "updatedAt")
SELECT md5('cache' || n)::uuid, 'cache:' || n, repeat(md5(n::text), 4), 128, '2025-11-03 09:00:00+00', n % 9,
       '2025-11-03 08:00:00+00', '2025-11-03 08:00:00+00'
FROM generate_series(1, 3000) AS n
--;
-- Planted: three rounds of updates that nothing has cleaned up after.
-- times: 3
UPDATE "push_notifications" SET "retryCount" = "retryCount" + 1
--;
-- Planted: new messages wait in the pending list of the full-text index.
-- each: SELECT md5("id"::text || 'new')::uuid, "senderId", "id" || ' asked about a refill before the field trip' FROM "messages" WHERE "senderId" IN (SELECT "id" FROM "users") ORDER BY "id" LIMIT 800
INSERT INTO "messages" ("id", "senderId", "content", "category", "createdAt", "updatedAt") VALUES (%s, %s, %s, 'GENERAL', '2025-11-03 09:00:00+00', '2025-11-03 09:00:00+00')
--;
-- Planted: one call in sixty waits; the sleep stands for the lock of an import.
-- each: SELECT n, n FROM generate_series(1, 60) AS n
SELECT "id" FROM "data_retention_policies" WHERE "retentionPeriodDays" > %s AND pg_sleep(CASE %s::text WHEN '60' THEN 0.3 ELSE 0 END) IS NOT NULL LIMIT 1
