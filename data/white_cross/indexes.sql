-- Indexes of the White Cross demo, made after keys.sql.

-- One index per foreign key, named as Sequelize names them.
CREATE INDEX "schools_district_id" ON "schools" ("districtId");
CREATE INDEX "students_nurse_id" ON "students" ("nurseId");
CREATE INDEX "emergency_contacts_student_id" ON "emergency_contacts" ("studentId");
CREATE INDEX "allergies_student_id" ON "allergies" ("studentId");
CREATE INDEX "chronic_conditions_student_id" ON "chronic_conditions" ("studentId");
CREATE INDEX "chronic_conditions_health_record_id" ON "chronic_conditions" ("healthRecordId");
CREATE INDEX "vaccinations_student_id" ON "vaccinations" ("studentId");
CREATE INDEX "vaccinations_health_record_id" ON "vaccinations" ("healthRecordId");
CREATE INDEX "health_screenings_student_id" ON "health_screenings" ("studentId");
CREATE INDEX "health_screenings_health_record_id" ON "health_screenings" ("healthRecordId");
CREATE INDEX "growth_tracking_student_id" ON "growth_tracking" ("studentId");
CREATE INDEX "growth_tracking_health_record_id" ON "growth_tracking" ("healthRecordId");
CREATE INDEX "vital_signs_student_id" ON "vital_signs" ("studentId");
CREATE INDEX "immunizations_student_id" ON "immunizations" ("studentId");
CREATE INDEX "lab_results_student_id" ON "lab_results" ("studentId");
CREATE INDEX "lab_results_ordered_by_id" ON "lab_results" ("orderedById");
CREATE INDEX "lab_results_reviewed_by_id" ON "lab_results" ("reviewedById");
CREATE INDEX "medical_history_student_id" ON "medical_history" ("studentId");
CREATE INDEX "mental_health_records_student_id" ON "mental_health_records" ("studentId");
CREATE INDEX "mental_health_records_counselor_id" ON "mental_health_records" ("counselorId");
CREATE INDEX "treatment_plans_student_id" ON "treatment_plans" ("studentId");
CREATE INDEX "treatment_plans_created_by_id" ON "treatment_plans" ("createdById");
CREATE INDEX "clinic_visits_student_id" ON "clinic_visits" ("studentId");
CREATE INDEX "clinic_visits_attended_by_id" ON "clinic_visits" ("attendedById");
CREATE INDEX "clinical_notes_student_id" ON "clinical_notes" ("studentId");
CREATE INDEX "clinical_notes_visit_id" ON "clinical_notes" ("visitId");
CREATE INDEX "clinical_notes_author_id" ON "clinical_notes" ("authorId");
CREATE INDEX "clinical_protocols_approved_by_id" ON "clinical_protocols" ("approvedById");
CREATE INDEX "academic_transcripts_student_id" ON "academic_transcripts" ("studentId");
CREATE INDEX "student_medications_student_id" ON "student_medications" ("studentId");
CREATE INDEX "student_medications_medication_id" ON "student_medications" ("medicationId");
CREATE INDEX "medication_logs_student_medication_id" ON "medication_logs" ("studentMedicationId");
CREATE INDEX "prescriptions_student_id" ON "prescriptions" ("studentId");
CREATE INDEX "prescriptions_visit_id" ON "prescriptions" ("visitId");
CREATE INDEX "prescriptions_medication_id" ON "prescriptions" ("medicationId");
CREATE INDEX "drug_interactions_drug1_id" ON "drug_interactions" ("drug1Id");
CREATE INDEX "drug_interactions_drug2_id" ON "drug_interactions" ("drug2Id");
CREATE INDEX "student_drug_allergies_student_id" ON "student_drug_allergies" ("studentId");
CREATE INDEX "student_drug_allergies_drug_id" ON "student_drug_allergies" ("drugId");
CREATE INDEX "appointment_reminders_appointment_id" ON "appointment_reminders" ("appointmentId");
CREATE INDEX "appointment_waitlist_student_id" ON "appointment_waitlist" ("studentId");
CREATE INDEX "appointment_waitlist_nurse_id" ON "appointment_waitlist" ("nurseId");
CREATE INDEX "incident_reports_reported_by_id" ON "incident_reports" ("reportedById");
CREATE INDEX "witness_statements_incident_report_id" ON "witness_statements" ("incidentReportId");
CREATE INDEX "messages_sender_id" ON "messages" ("senderId");
CREATE INDEX "messages_template_id" ON "messages" ("templateId");
CREATE INDEX "message_delivery_message_id" ON "message_delivery" ("messageId");
CREATE INDEX "message_templates_created_by_id" ON "message_templates" ("createdById");
CREATE INDEX "emergency_broadcasts_school_id" ON "emergency_broadcasts" ("schoolId");
CREATE INDEX "emergency_broadcasts_sent_by_id" ON "emergency_broadcasts" ("sentById");
CREATE INDEX "push_notifications_user_id" ON "push_notifications" ("userId");
CREATE INDEX "device_tokens_user_id" ON "device_tokens" ("userId");
CREATE INDEX "conversations_last_message_id" ON "conversations" ("lastMessageId");
CREATE INDEX "conversation_participants_conversation_id" ON "conversation_participants" ("conversationId");
CREATE INDEX "message_reactions_message_id" ON "message_reactions" ("messageId");
CREATE INDEX "message_reactions_user_id" ON "message_reactions" ("userId");
CREATE INDEX "message_read_user_id" ON "message_read" ("userId");
CREATE INDEX "consent_forms_student_id" ON "consent_forms" ("studentId");
CREATE INDEX "consent_signatures_consent_form_id" ON "consent_signatures" ("consentFormId");
CREATE INDEX "consent_signatures_student_id" ON "consent_signatures" ("studentId");
CREATE INDEX "compliance_reports_created_by_id" ON "compliance_reports" ("createdById");
CREATE INDEX "compliance_checklist_items_report_id" ON "compliance_checklist_items" ("reportId");
CREATE INDEX "compliance_violations_report_id" ON "compliance_violations" ("reportId");
CREATE INDEX "policy_documents_approved_by_id" ON "policy_documents" ("approvedById");
CREATE INDEX "policy_acknowledgments_user_id" ON "policy_acknowledgments" ("userId");
CREATE INDEX "phi_disclosures_student_id" ON "phi_disclosures" ("studentId");
CREATE INDEX "phi_disclosure_audits_disclosure_id" ON "phi_disclosure_audits" ("disclosureId");
CREATE INDEX "remediation_actions_violation_id" ON "remediation_actions" ("violationId");
CREATE INDEX "remediation_actions_assigned_to_id" ON "remediation_actions" ("assignedToId");
CREATE INDEX "threat_detections_user_id" ON "threat_detections" ("userId");
CREATE INDEX "inventory_items_preferred_vendor_id" ON "inventory_items" ("preferredVendorId");
CREATE INDEX "inventory_transactions_inventory_item_id" ON "inventory_transactions" ("inventoryItemId");
CREATE INDEX "inventory_transactions_purchase_order_id" ON "inventory_transactions" ("purchaseOrderId");
CREATE INDEX "maintenance_logs_inventory_item_id" ON "maintenance_logs" ("inventoryItemId");
CREATE INDEX "maintenance_logs_performed_by_id" ON "maintenance_logs" ("performedById");
CREATE INDEX "purchase_orders_vendor_id" ON "purchase_orders" ("vendorId");
CREATE INDEX "purchase_order_items_purchase_order_id" ON "purchase_order_items" ("purchaseOrderId");
CREATE INDEX "purchase_order_items_inventory_item_id" ON "purchase_order_items" ("inventoryItemId");
CREATE INDEX "suppliers_vendor_id" ON "suppliers" ("vendorId");
CREATE INDEX "analytics_reports_generated_by_id" ON "analytics_reports" ("generatedById");
CREATE INDEX "health_metric_snapshots_school_id" ON "health_metric_snapshots" ("schoolId");
CREATE INDEX "report_templates_created_by_id" ON "report_templates" ("createdById");
CREATE INDEX "report_executions_template_id" ON "report_executions" ("templateId");
CREATE INDEX "report_executions_schedule_id" ON "report_executions" ("scheduleId");
CREATE INDEX "report_executions_executed_by_id" ON "report_executions" ("executedById");
CREATE INDEX "report_schedules_template_id" ON "report_schedules" ("templateId");
CREATE INDEX "report_schedules_created_by_id" ON "report_schedules" ("createdById");
CREATE INDEX "configuration_history_configuration_id" ON "configuration_history" ("configurationId");
CREATE INDEX "licenses_district_id" ON "licenses" ("districtId");
CREATE INDEX "integration_logs_integration_id" ON "integration_logs" ("integrationId");
CREATE INDEX "sync_sessions_config_id" ON "sync_sessions" ("configId");
CREATE INDEX "sync_queue_items_session_number" ON "sync_queue_items" ("sessionNumber");
CREATE INDEX "sync_queue_items_user_id" ON "sync_queue_items" ("userId");
CREATE INDEX "sync_conflicts_queue_item_id" ON "sync_conflicts" ("queueItemId");
CREATE INDEX "sis_sync_conflicts_session_id" ON "sis_sync_conflicts" ("sessionId");
CREATE INDEX "sis_sync_conflicts_student_id" ON "sis_sync_conflicts" ("studentId");
CREATE INDEX "alerts_definition_id" ON "alerts" ("definitionId");
CREATE INDEX "alerts_student_id" ON "alerts" ("studentId");
CREATE INDEX "alerts_user_id" ON "alerts" ("userId");
CREATE INDEX "alerts_school_id" ON "alerts" ("schoolId");
CREATE INDEX "alert_rules_school_id" ON "alert_rules" ("schoolId");
CREATE INDEX "alert_preferences_user_id" ON "alert_preferences" ("userId");
CREATE INDEX "alert_preferences_school_id" ON "alert_preferences" ("schoolId");
CREATE INDEX "follow_up_actions_incident_report_id" ON "follow_up_actions" ("incidentReportId");
CREATE INDEX "follow_up_appointments_student_id" ON "follow_up_appointments" ("studentId");
CREATE INDEX "follow_up_appointments_treatment_plan_id" ON "follow_up_appointments" ("treatmentPlanId");
CREATE INDEX "follow_up_appointments_assigned_nurse_id" ON "follow_up_appointments" ("assignedNurseId");
CREATE INDEX "budget_categories_parent_category_id" ON "budget_categories" ("parentCategoryId");
CREATE INDEX "budget_transactions_category_id" ON "budget_transactions" ("categoryId");
CREATE INDEX "budget_transactions_created_by_id" ON "budget_transactions" ("createdById");
CREATE INDEX "training_modules_created_by_id" ON "training_modules" ("createdById");

-- Keys served by something else than a plain index of their column.
CREATE INDEX "vital_signs_health_record_id" ON "vital_signs" ("healthRecordId") WHERE "healthRecordId" IS NOT NULL;
CREATE INDEX "delivery_logs_alert_id" ON "delivery_logs" USING hash ("alertId");
CREATE INDEX "idx_appointment_availability" ON "appointments" ("nurseId", "scheduledAt", "status", "duration");
CREATE INDEX "medication_logs_student_id_medication_id" ON "medication_logs" ("studentId", "medicationId");
CREATE INDEX "idx_health_records_student_date" ON "health_records" ("studentId", "recordDate" DESC, "recordType");
CREATE INDEX "idx_incident_reports_student" ON "incident_reports" ("studentId", "occurredAt" DESC, "severity");
CREATE INDEX "message_read_message_id_user_id" ON "message_read" ("messageId", "userId");
-- Planted: a partial index does not serve its foreign key.
CREATE INDEX "clinical_notes_amends_note_id" ON "clinical_notes" ("amendsNoteId") WHERE "deletedAt" IS NULL;

-- Indexes on columns that the application joins by without a foreign key.
CREATE INDEX "idx_appointments_student" ON "appointments" ("studentId", "scheduledAt" DESC, "status");
CREATE INDEX "health_records_created_by" ON "health_records" ("createdBy");
CREATE INDEX "medication_logs_administered_by" ON "medication_logs" ("administeredBy");
CREATE INDEX "conversations_tenant_id" ON "conversations" ("tenantId");
CREATE INDEX "conversations_created_by_id" ON "conversations" ("createdById");
CREATE INDEX "conversation_participants_user_id" ON "conversation_participants" ("userId");
CREATE INDEX "inventory_transactions_performed_by_id" ON "inventory_transactions" ("performedById");
CREATE INDEX "messages_parent_id" ON "messages" ("parentId");
CREATE INDEX "messages_thread_id" ON "messages" ("threadId");
CREATE INDEX "users_school_id" ON "users" ("schoolId");
CREATE INDEX "users_district_id" ON "users" ("districtId");

-- Indexes for the queries of the application.
CREATE INDEX "students_last_name_first_name" ON "students" ("lastName", "firstName");
CREATE INDEX "idx_students_nurse" ON "students" ("nurseId") WHERE "isActive" = true;
CREATE INDEX "idx_students_search" ON "students"
    USING gin (to_tsvector('english', "firstName" || ' ' || "lastName" || ' ' || "studentNumber"));
CREATE INDEX "idx_users_search" ON "users"
    USING gin (to_tsvector('english', "firstName" || ' ' || "lastName" || ' ' || "email"));
CREATE INDEX "idx_users_lockout_until" ON "users" ("lockoutUntil") WHERE "lockoutUntil" IS NOT NULL;
CREATE INDEX "idx_medications_search" ON "medications"
    USING gin (to_tsvector('english', "name" || ' ' || coalesce("genericName", '') || ' ' || coalesce("brandName", '')));
CREATE INDEX "idx_inventory_items_search" ON "inventory_items"
    USING gin (to_tsvector('english', "name" || ' ' || coalesce("description", '') || ' ' || "category"));
CREATE INDEX "health_records_record_type_record_date" ON "health_records" ("recordType", "recordDate");
CREATE INDEX "health_records_follow_up" ON "health_records" ("followUpRequired", "followUpDate");
CREATE INDEX "idx_health_records_confidential" ON "health_records" ("isConfidential", "studentId") WHERE "isConfidential" = true;
CREATE INDEX "idx_health_records_provider" ON "health_records" ("providerNpi", "recordDate" DESC) WHERE "providerNpi" IS NOT NULL;
CREATE INDEX "idx_appointments_upcoming" ON "appointments" ("nurseId", "scheduledAt", "status")
    WHERE "status" IN ('SCHEDULED', 'IN_PROGRESS');
CREATE INDEX "idx_incident_reports_critical" ON "incident_reports" ("severity", "occurredAt" DESC)
    WHERE "severity" IN ('HIGH', 'CRITICAL');
CREATE INDEX "medication_logs_administered_at" ON "medication_logs" ("administeredAt");
CREATE INDEX "idx_audit_logs_user" ON "audit_logs" ("userId", "createdAt" DESC);
CREATE INDEX "idx_audit_logs_entity" ON "audit_logs" ("entityType", "entityId", "action", "createdAt" DESC);
CREATE INDEX "idx_audit_logs_date" ON "audit_logs" ("createdAt" DESC, "action", "entityType");
CREATE INDEX "idx_audit_logs_export" ON "audit_logs" ("action", "createdAt" DESC) WHERE "action" = 'EXPORT';
CREATE INDEX "performance_metrics_metric_type_recorded_at" ON "performance_metrics" ("metricType", "recordedAt");
CREATE INDEX "clinic_visits_check_in_time" ON "clinic_visits" ("checkInTime");

-- Planted: exact duplicates, of another index and of a unique key's index.
CREATE INDEX "idx_emergency_contacts_student" ON "emergency_contacts" ("studentId");
CREATE UNIQUE INDEX "students_student_number" ON "students" ("studentNumber");
-- Planted: redundant, each a prefix of another index.
CREATE INDEX "medication_logs_student_id" ON "medication_logs" ("studentId");
CREATE INDEX "health_records_student_id" ON "health_records" ("studentId");
CREATE INDEX "policy_acknowledgments_policy_id" ON "policy_acknowledgments" ("policyId");
-- Planted: nothing uses them.
CREATE INDEX "audit_logs_session_id" ON "audit_logs" ("sessionId");
CREATE INDEX "audit_logs_request_id" ON "audit_logs" ("requestId");
CREATE INDEX "medication_logs_created_at" ON "medication_logs" ("createdAt");
CREATE INDEX "vaccinations_lot_number" ON "vaccinations" ("lotNumber", "manufacturer", "vaccineName");
-- Planted: used five times while thousands of rows were written.
CREATE INDEX "audit_logs_ip_address" ON "audit_logs" ("ipAddress");
-- Planted: indexes on columns that nearly every update changes, so that no update can be heap-only.
CREATE INDEX "idx_users_failed_login_attempts" ON "users" ("email", "failedLoginAttempts");
CREATE INDEX "users_last_seen_at" ON "users" ("lastSeenAt");
CREATE INDEX "medication_logs_updated_at" ON "medication_logs" ("updatedAt");
-- Planted: with these, messages has more indexes than any other table.
CREATE INDEX "messages_created_at" ON "messages" ("createdAt");
CREATE INDEX "messages_category" ON "messages" ("category");
CREATE INDEX "messages_priority" ON "messages" ("priority");
CREATE INDEX "messages_scheduled_at" ON "messages" ("scheduledAt");
CREATE INDEX "messages_is_pinned" ON "messages" ("isPinned");
CREATE INDEX "messages_conversation_id_created_at" ON "messages" ("conversationId", "createdAt" DESC);
CREATE INDEX "messages_search" ON "messages" USING gin (to_tsvector('english', "content"));
