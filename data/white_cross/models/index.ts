// Central exports of the database models, by category.

// Core
export { User } from './user.model';
export { Student } from './student.model';

// Health Records
export { HealthRecord } from './health-record.model';
export { Allergy } from './allergy.model';
export { ChronicCondition } from './chronic-condition.model';
export { HealthScreening } from './health-screening.model';
export { VitalSigns } from './vital-signs.model';
export { LabResults } from './lab-results.model';
export { TreatmentPlan } from './treatment-plan.model';

// Medication
export { Medication } from './medication.model';
export { StudentMedication } from './student-medication.model';

// Appointments
export { Appointment } from './appointment.model';
export { AppointmentReminder } from './appointment-reminder.model';
export { AppointmentWaitlist } from './appointment-waitlist.model';

// Incidents
export { IncidentReport } from './incident-report.model';

// Communication
export { Conversation } from './conversation.model';
export { ConversationParticipant } from './conversation-participant.model';
export { EmergencyBroadcast } from './emergency-broadcast.model';
export { Message } from './message.model';
export { MessageDelivery } from './message-delivery.model';
export { MessageReaction } from './message-reaction.model';
export { MessageTemplate } from './message-template.model';

// Audit & Security
export { AuditLog } from './audit-log.model';
export { ThreatDetection } from './threat-detection.model';

// Inventory
export { InventoryItem } from './inventory-item.model';
export { InventoryTransaction } from './inventory-transaction.model';
export { MaintenanceLog } from './maintenance-log.model';
export { PurchaseOrder } from './purchase-order.model';
export { PurchaseOrderItem } from './purchase-order-item.model';
export { Supplier } from './supplier.model';
export { Vendor } from './vendor.model';

// Analytics
export { AnalyticsReport } from './analytics-report.model';
export { HealthMetricSnapshot } from './health-metric-snapshot.model';

// System
export { CacheEntry } from './cache-entry.model';
export { SystemConfig } from './system-config.model';
export { Webhook } from './webhook.model';

// Alerts
export { Alert } from './alert.model';
export { AlertPreferences } from './alert-preferences.model';
export { DeliveryLog } from './delivery-log.model';

// Compliance & Policy
export { ComplianceChecklistItem } from './compliance-checklist-item.model';
export { ComplianceReport } from './compliance-report.model';
export { ComplianceViolation } from './compliance-violation.model';
export { ConsentForm } from './consent-form.model';
export { ConsentSignature } from './consent-signature.model';
export { DataRetentionPolicy } from './data-retention-policy.model';
export { PolicyAcknowledgment } from './policy-acknowledgment.model';
export { PolicyDocument } from './policy-document.model';
export { PhiDisclosure } from './phi-disclosure.model';
export { PhiDisclosureAudit } from './phi-disclosure-audit.model';

// Clinical
export { ClinicVisit } from './clinic-visit.model';
export { ClinicalNote } from './clinical-note.model';
export { ClinicalProtocol } from './clinical-protocol.model';
export { FollowUpAction } from './follow-up-action.model';
export { FollowUpAppointment } from './follow-up-appointment.model';
export { MedicationLog } from './medication-log.model';
export { Prescription } from './prescription.model';
export { Vaccination } from './vaccination.model';
export { WitnessStatement } from './witness-statement.model';
export { MentalHealthRecord } from './mental-health-record.model';

// Administration
export { AcademicTranscript } from './academic-transcript.model';
export { BackupLog } from './backup-log.model';
export { ConfigurationHistory } from './configuration-history.model';
export { District } from './district.model';
export { License } from './license.model';
export { PerformanceMetric } from './performance-metric.model';
export { School } from './school.model';
export { TrainingModule } from './training-module.model';
export { AlertRule } from './alert-rule.model';
export { EmergencyContact } from './emergency-contact.model';

// Reporting
export { ReportExecution } from './report-execution.model';
export { ReportSchedule } from './report-schedule.model';
export { ReportTemplate } from './report-template.model';

// Communication & Mobile
export { DeviceToken } from './device-token.model';
export { PushNotification } from './push-notification.model';

// Integration & Sync
export { IntegrationConfig } from './integration-config.model';
export { IntegrationLog } from './integration-log.model';
export { SisSyncConflict } from './sis-sync-conflict.model';
export { SyncConflict } from './sync-conflict.model';
export { SyncQueueItem } from './sync-queue-item.model';
export { SyncSession } from './sync-session.model';

// Budget & Finance
export { BudgetCategory } from './budget-category.model';
export { BudgetTransaction } from './budget-transaction.model';

// Other
export { Contact } from './contact.model';
export { RemediationAction } from './remediation-action.model';
