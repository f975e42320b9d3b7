-- White Cross, a school health platform: tables and types of its 93 models.
--
-- The tables are those of the model inventory, named as the models name them. They look as Sequelize's sync()
-- leaves them: enum types are called enum_<table>_<column>, no identifier and no timestamp has a default
-- (the application sets them), paranoid models have "deletedAt". Every table has the primary key "id" but
-- message_read; keys.sql adds keys after the rows are loaded, indexes.sql the indexes after that.
--
-- The inventory counts 93 models and numbers 92. The 93rd here is system_configurations: the same source names it
-- as a table of the migration that enhanced the system configuration, beside the system_config of model 70, and
-- no numbered model owns it. It reads as what a renamed table leaves behind: few rows, no comment, no user.
--
-- Two sources disagree on students: one says `paranoid: false`, the later one shows paranoid: true. The later one
-- holds here, so students are deleted softly.
--
-- "references X" in a comment beside a column: the application treats it as a foreign key and the database has none.

-- Core

CREATE TABLE "districts" (
    "id" uuid NOT NULL,
    "name" varchar(200) NOT NULL,
    "code" varchar(50) NOT NULL,
    "state" varchar(2),
    "address" text,
    "city" varchar(100),
    "zipCode" varchar(10),
    "phone" varchar(20),
    "email" varchar(255),
    "isActive" boolean NOT NULL DEFAULT true,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "districts" IS 'School districts: the tenants of the platform.';

CREATE TABLE "schools" (
    "id" uuid NOT NULL,
    "name" varchar(200) NOT NULL,
    "code" varchar(50) NOT NULL,
    "districtId" uuid NOT NULL,
    "address" text,
    "city" varchar(100),
    "state" varchar(2),
    "zipCode" varchar(10),
    "phone" varchar(20),
    "email" varchar(255),
    "principal" varchar(200),
    "totalEnrollment" integer,
    "isActive" boolean NOT NULL DEFAULT true,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "schools" IS 'Schools of a district.';

CREATE TYPE "enum_users_role" AS ENUM ('ADMIN', 'NURSE', 'SCHOOL_ADMIN', 'DISTRICT_ADMIN', 'VIEWER', 'COUNSELOR');
CREATE TABLE "users" (
    "id" uuid NOT NULL,
    "email" varchar(255) NOT NULL,
    "password" varchar(255) NOT NULL,
    "firstName" varchar(100) NOT NULL,
    "lastName" varchar(100) NOT NULL,
    "role" "enum_users_role" NOT NULL DEFAULT 'NURSE',
    "isActive" boolean NOT NULL DEFAULT true,
    "lastLogin" timestamptz,
    "lastSeenAt" timestamptz,
    "schoolId" uuid, -- references schools
    "districtId" uuid, -- references districts
    "phone" varchar(20),
    "emailVerified" boolean NOT NULL DEFAULT false,
    "emailVerificationToken" varchar(255),
    "emailVerificationExpires" timestamptz,
    "passwordResetToken" varchar(255),
    "passwordResetExpires" timestamptz,
    "passwordChangedAt" timestamptz,
    "twoFactorEnabled" boolean NOT NULL DEFAULT false,
    "twoFactorSecret" varchar(255),
    "mfaEnabled" boolean NOT NULL DEFAULT false,
    "mfaSecret" varchar(255),
    "mfaBackupCodes" text[],
    "oauthProvider" varchar(50),
    "oauthProviderId" varchar(255),
    "failedLoginAttempts" integer NOT NULL DEFAULT 0,
    "lockoutUntil" timestamptz,
    "lastPasswordChange" timestamptz,
    "mustChangePassword" boolean NOT NULL DEFAULT false,
    "notificationPreferences" jsonb,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "users" IS 'Staff who log in: nurses, counselors and administrators.';

CREATE TYPE "enum_students_gender" AS ENUM ('MALE', 'FEMALE', 'OTHER', 'PREFER_NOT_TO_SAY');
CREATE TABLE "students" (
    "id" uuid NOT NULL,
    "studentNumber" varchar(50) NOT NULL,
    "firstName" varchar(100) NOT NULL,
    "lastName" varchar(100) NOT NULL,
    "dateOfBirth" date NOT NULL,
    "grade" varchar(10) NOT NULL,
    "gender" "enum_students_gender" NOT NULL,
    "photo" varchar(500),
    "medicalRecordNum" varchar(50),
    "ssn" varchar(11),
    "isActive" boolean NOT NULL DEFAULT true,
    "enrollmentDate" date NOT NULL,
    "nurseId" uuid,
    "schoolId" uuid,
    "districtId" uuid,
    "legacyCode" varchar(20),
    "metadata" jsonb,
    "createdBy" uuid, -- references users
    "updatedBy" uuid, -- references users
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "students" IS 'Students and the identity part of their health file (PHI).';

CREATE TYPE "enum_contacts_type" AS ENUM ('GUARDIAN', 'STAFF', 'VENDOR', 'PROVIDER', 'OTHER');
CREATE TABLE "contacts" (
    "id" uuid NOT NULL,
    "firstName" varchar(100) NOT NULL,
    "lastName" varchar(100) NOT NULL,
    "email" varchar(255),
    "phone" varchar(20),
    "type" "enum_contacts_type" NOT NULL,
    "organization" varchar(200),
    "title" varchar(100),
    "address" text,
    "relationTo" uuid,
    "relationshipType" varchar(50),
    "isActive" boolean NOT NULL DEFAULT true,
    "notes" text,
    "createdBy" uuid, -- references users
    "updatedBy" uuid, -- references users
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "contacts" IS 'Address book of external people and organisations.';

CREATE TYPE "enum_emergency_contacts_priority" AS ENUM ('PRIMARY', 'SECONDARY', 'EMERGENCY_ONLY');
CREATE TYPE "enum_emergency_contacts_preferredContactMethod" AS ENUM ('SMS', 'EMAIL', 'VOICE', 'ANY');
CREATE TYPE "enum_emergency_contacts_verificationStatus" AS ENUM ('UNVERIFIED', 'PENDING', 'VERIFIED', 'FAILED');
CREATE TABLE "emergency_contacts" (
    "id" uuid NOT NULL,
    "studentId" uuid NOT NULL,
    "firstName" varchar(100) NOT NULL,
    "lastName" varchar(100) NOT NULL,
    "relationship" varchar(50) NOT NULL,
    "phoneNumber" varchar(20) NOT NULL,
    "email" varchar(255),
    "address" text,
    "priority" "enum_emergency_contacts_priority" NOT NULL DEFAULT 'PRIMARY',
    "isPrimary" boolean NOT NULL DEFAULT false,
    "isActive" boolean NOT NULL DEFAULT true,
    "preferredContactMethod" "enum_emergency_contacts_preferredContactMethod" NOT NULL DEFAULT 'ANY',
    "verificationStatus" "enum_emergency_contacts_verificationStatus" NOT NULL DEFAULT 'UNVERIFIED',
    "lastVerifiedAt" timestamptz,
    "canPickupStudent" boolean NOT NULL DEFAULT false,
    "notes" text,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "emergency_contacts" IS 'People to call for a student (PHI).';

-- Health records

CREATE TYPE "enum_health_records_recordType" AS ENUM (
    'CHECKUP', 'VACCINATION', 'ILLNESS', 'INJURY', 'SCREENING', 'PHYSICAL_EXAM', 'MENTAL_HEALTH', 'DENTAL',
    'VISION', 'HEARING'
);
CREATE TABLE "health_records" (
    "id" uuid NOT NULL,
    "studentId" uuid NOT NULL,
    "recordType" "enum_health_records_recordType" NOT NULL,
    "title" varchar(200) NOT NULL,
    "description" text NOT NULL,
    "recordDate" timestamptz NOT NULL,
    "provider" varchar(200),
    "providerNpi" varchar(20),
    "facility" varchar(200),
    "facilityNpi" varchar(20),
    "diagnosis" text,
    "diagnosisCode" varchar(20),
    "treatment" text,
    "followUpRequired" boolean NOT NULL DEFAULT false,
    "followUpDate" timestamptz,
    "followUpCompleted" boolean NOT NULL DEFAULT false,
    "attachments" text[] NOT NULL DEFAULT '{}',
    "metadata" jsonb,
    "isConfidential" boolean NOT NULL DEFAULT false,
    "notes" text,
    "createdBy" uuid, -- references users
    "updatedBy" uuid, -- references users
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "health_records" IS 'Entries of a student''s health file (PHI).';

CREATE TYPE "enum_allergies_allergyType" AS ENUM (
    'FOOD', 'MEDICATION', 'ENVIRONMENTAL', 'INSECT', 'LATEX', 'OTHER'
);
CREATE TYPE "enum_allergies_severity" AS ENUM ('MILD', 'MODERATE', 'SEVERE', 'LIFE_THREATENING');
CREATE TABLE "allergies" (
    "id" uuid NOT NULL,
    "studentId" uuid NOT NULL,
    "allergen" varchar(200) NOT NULL,
    "allergyType" "enum_allergies_allergyType" NOT NULL,
    "severity" "enum_allergies_severity" NOT NULL,
    "symptoms" text,
    "treatment" text,
    "emergencyProtocol" text,
    "onsetDate" date,
    "diagnosedDate" date,
    "diagnosedBy" varchar(200),
    "verified" boolean NOT NULL DEFAULT false,
    "verifiedBy" uuid, -- references users
    "verificationDate" timestamptz,
    "healthRecordId" uuid, -- references health_records
    "active" boolean NOT NULL DEFAULT true,
    "notes" text,
    "createdBy" uuid, -- references users
    "updatedBy" uuid, -- references users
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "allergies" IS 'Allergies of a student (PHI).';

CREATE TYPE "enum_chronic_conditions_status" AS ENUM ('ACTIVE', 'MANAGED', 'RESOLVED', 'MONITORING');
CREATE TABLE "chronic_conditions" (
    "id" uuid NOT NULL,
    "studentId" uuid NOT NULL,
    "healthRecordId" uuid,
    "condition" varchar(200) NOT NULL,
    "icdCode" varchar(20),
    "diagnosedDate" date NOT NULL,
    "diagnosedBy" varchar(200),
    "status" "enum_chronic_conditions_status" NOT NULL DEFAULT 'ACTIVE',
    "severity" varchar(20),
    "carePlan" text,
    "medications" jsonb,
    "restrictions" jsonb,
    "nextReviewDate" date,
    "notes" text,
    "createdBy" uuid, -- references users
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "chronic_conditions" IS 'Long-lasting conditions of a student and their care (PHI).';

CREATE TYPE "enum_vaccinations_vaccineType" AS ENUM (
    'COVID_19', 'FLU', 'MEASLES', 'MUMPS', 'RUBELLA', 'MMR', 'POLIO', 'HEPATITIS_A', 'HEPATITIS_B', 'VARICELLA',
    'TETANUS', 'DIPHTHERIA', 'PERTUSSIS', 'TDAP', 'DTAP', 'HIB', 'PNEUMOCOCCAL', 'ROTAVIRUS', 'MENINGOCOCCAL',
    'HPV'
);
CREATE TYPE "enum_vaccinations_siteOfAdministration" AS ENUM (
    'ARM_LEFT', 'ARM_RIGHT', 'THIGH_LEFT', 'THIGH_RIGHT', 'DELTOID_LEFT', 'DELTOID_RIGHT', 'BUTTOCK_LEFT',
    'BUTTOCK_RIGHT', 'ORAL', 'NASAL', 'OTHER'
);
CREATE TYPE "enum_vaccinations_routeOfAdministration" AS ENUM (
    'INTRAMUSCULAR', 'SUBCUTANEOUS', 'INTRADERMAL', 'ORAL', 'INTRANASAL', 'INTRAVENOUS', 'OTHER'
);
CREATE TYPE "enum_vaccinations_complianceStatus" AS ENUM (
    'COMPLIANT', 'OVERDUE', 'PARTIALLY_COMPLIANT', 'EXEMPT', 'NON_COMPLIANT'
);
CREATE TABLE "vaccinations" (
    "id" uuid NOT NULL,
    "studentId" uuid NOT NULL,
    "healthRecordId" uuid,
    "vaccineName" varchar(200) NOT NULL,
    "vaccineType" "enum_vaccinations_vaccineType",
    "manufacturer" varchar(100),
    "lotNumber" varchar(50),
    "doseNumber" integer,
    "administrationDate" timestamptz NOT NULL,
    "administeredBy" varchar(200) NOT NULL,
    "siteOfAdministration" "enum_vaccinations_siteOfAdministration",
    "routeOfAdministration" "enum_vaccinations_routeOfAdministration",
    "complianceStatus" "enum_vaccinations_complianceStatus" NOT NULL DEFAULT 'COMPLIANT',
    "expirationDate" date,
    "nextDueDate" date,
    "notes" text,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "vaccinations" IS 'Vaccinations given (PHI).';

CREATE TYPE "enum_health_screenings_screeningType" AS ENUM (
    'VISION', 'HEARING', 'DENTAL', 'SCOLIOSIS', 'BMI', 'BLOOD_PRESSURE', 'DEVELOPMENTAL', 'SPEECH',
    'MENTAL_HEALTH', 'TUBERCULOSIS', 'LEAD', 'ANEMIA', 'OTHER'
);
CREATE TYPE "enum_health_screenings_outcome" AS ENUM ('PASS', 'REFER', 'FAIL', 'INCONCLUSIVE', 'INCOMPLETE');
CREATE TYPE "enum_health_screenings_followUpStatus" AS ENUM (
    'NOT_NEEDED', 'PENDING', 'SCHEDULED', 'COMPLETED', 'OVERDUE', 'DECLINED'
);
CREATE TABLE "health_screenings" (
    "id" uuid NOT NULL,
    "studentId" uuid NOT NULL,
    "healthRecordId" uuid,
    "screeningType" "enum_health_screenings_screeningType" NOT NULL,
    "screeningDate" timestamptz NOT NULL,
    "screenedBy" varchar(200) NOT NULL,
    "outcome" "enum_health_screenings_outcome" NOT NULL,
    "results" jsonb,
    "followUpStatus" "enum_health_screenings_followUpStatus" NOT NULL DEFAULT 'NOT_NEEDED',
    "followUpDate" date,
    "notes" text,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "health_screenings" IS 'Results of vision, hearing and other screenings (PHI).';

CREATE TABLE "growth_tracking" (
    "id" uuid NOT NULL,
    "studentId" uuid NOT NULL,
    "healthRecordId" uuid,
    "measurementDate" timestamptz NOT NULL,
    "height" numeric(5,2) NOT NULL,
    "heightUnit" varchar(5) NOT NULL DEFAULT 'CM',
    "weight" numeric(5,2) NOT NULL,
    "weightUnit" varchar(5) NOT NULL DEFAULT 'KG',
    "bmi" numeric(4,1),
    "bmiPercentile" numeric(5,2),
    "measuredBy" varchar(200) NOT NULL,
    "notes" text,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "growth_tracking" IS 'Height and weight over time (PHI).';

CREATE TYPE "enum_vital_signs_consciousnessLevel" AS ENUM (
    'ALERT', 'VERBAL', 'PAIN', 'UNRESPONSIVE', 'DROWSY', 'CONFUSED', 'LETHARGIC'
);
-- Planted: the order of the columns leaves gaps of seven bytes before each wide one.
CREATE TABLE "vital_signs" (
    "id" uuid NOT NULL,
    "isAbnormal" boolean NOT NULL DEFAULT false,
    "measurementDate" timestamptz NOT NULL,
    "isFasting" boolean NOT NULL DEFAULT false,
    "temperature" double precision NOT NULL,
    "requiresReview" boolean NOT NULL DEFAULT false,
    "heartRate" bigint NOT NULL,
    "reviewed" boolean NOT NULL DEFAULT false,
    "oxygenSaturation" double precision NOT NULL,
    "onOxygen" boolean NOT NULL DEFAULT false,
    "respiratoryRate" bigint NOT NULL,
    "painLevel" smallint,
    "bloodPressureSystolic" bigint NOT NULL,
    "isRepeat" boolean NOT NULL DEFAULT false,
    "bloodPressureDiastolic" bigint NOT NULL,
    "studentId" uuid NOT NULL,
    "healthRecordId" uuid,
    "consciousnessLevel" "enum_vital_signs_consciousnessLevel",
    "notes" text,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "vital_signs" IS 'Vital signs measured at a visit (PHI).';

CREATE TYPE "enum_immunizations_status" AS ENUM ('RECEIVED', 'VERIFIED', 'REJECTED');
CREATE TABLE "immunizations" (
    "id" uuid NOT NULL,
    "studentId" uuid NOT NULL,
    "vaccineName" varchar(200) NOT NULL,
    "cvxCode" varchar(10),
    "administeredDate" date NOT NULL,
    "expirationDate" date,
    "provider" varchar(200),
    "exemptionReason" varchar(200),
    "status" "enum_immunizations_status" NOT NULL DEFAULT 'RECEIVED',
    "documentUrl" varchar(500),
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "immunizations" IS 'Immunization certificates received from outside (PHI).';

CREATE TYPE "enum_lab_results_status" AS ENUM ('ORDERED', 'COLLECTED', 'PROCESSING', 'COMPLETED', 'CANCELLED');
CREATE TABLE "lab_results" (
    "id" uuid NOT NULL,
    "studentId" uuid NOT NULL,
    "testType" varchar(100) NOT NULL,
    "testName" varchar(200) NOT NULL,
    "testCode" varchar(50),
    "orderedDate" timestamptz NOT NULL,
    "resultDate" timestamptz,
    "orderedById" uuid,
    "reviewedById" uuid,
    "resultValue" numeric(12,4),
    "resultUnit" varchar(50),
    "referenceRange" varchar(100),
    "isAbnormal" boolean NOT NULL DEFAULT false,
    "status" "enum_lab_results_status" NOT NULL DEFAULT 'ORDERED',
    "attachments" text[],
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "lab_results" IS 'Laboratory results (PHI).';

CREATE TABLE "medical_history" (
    "id" uuid NOT NULL,
    "studentId" uuid NOT NULL,
    "recordType" varchar(100) NOT NULL,
    "condition" varchar(255) NOT NULL,
    "diagnosisCode" varchar(20),
    "diagnosisDate" date,
    "resolvedDate" date,
    "isActive" boolean NOT NULL DEFAULT true,
    "isFamilyHistory" boolean NOT NULL DEFAULT false,
    "familyRelation" varchar(50),
    "notes" text,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "medical_history" IS 'Past conditions, surgeries and family history (PHI).';

CREATE TYPE "enum_mental_health_records_riskLevel" AS ENUM ('NONE', 'LOW', 'MODERATE', 'HIGH', 'CRITICAL');
CREATE TABLE "mental_health_records" (
    "id" uuid NOT NULL,
    "studentId" uuid NOT NULL,
    "recordType" varchar(100) NOT NULL,
    "recordDate" timestamptz NOT NULL,
    "counselorId" uuid,
    "sessionNotes" text,
    "assessmentScores" jsonb,
    "riskLevel" "enum_mental_health_records_riskLevel" NOT NULL,
    "followUpDate" timestamptz,
    "accessRestricted" boolean NOT NULL DEFAULT true,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "mental_health_records" IS 'Counselling and assessments; confidential (PHI).';

CREATE TYPE "enum_treatment_plans_status" AS ENUM ('DRAFT', 'ACTIVE', 'COMPLETED', 'CANCELLED');
CREATE TABLE "treatment_plans" (
    "id" uuid NOT NULL,
    "studentId" uuid NOT NULL,
    "title" varchar(255) NOT NULL,
    "description" text,
    "startDate" date NOT NULL,
    "endDate" date,
    "status" "enum_treatment_plans_status" NOT NULL DEFAULT 'DRAFT',
    "goals" jsonb,
    "createdById" uuid,
    "reviewDate" date,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "treatment_plans" IS 'Plans of treatment and their goals (PHI).';

CREATE TYPE "enum_clinic_visits_disposition" AS ENUM (
    'RETURN_TO_CLASS', 'SENT_HOME', 'EMERGENCY_TRANSPORT', 'STAY_IN_CLINIC', 'OTHER'
);
CREATE TABLE "clinic_visits" (
    "id" uuid NOT NULL,
    "studentId" uuid NOT NULL,
    "attendedById" uuid,
    "checkInTime" timestamptz NOT NULL,
    "checkOutTime" timestamptz,
    "reasonForVisit" text NOT NULL,
    "symptoms" text[],
    "treatment" text,
    "disposition" "enum_clinic_visits_disposition" NOT NULL,
    "minutesMissed" integer,
    "notes" text,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "clinic_visits" IS 'Visits to the school clinic (PHI).';

CREATE TYPE "enum_clinical_notes_noteType" AS ENUM ('SOAP', 'PROGRESS', 'DISCHARGE', 'PHONE', 'GENERAL');
CREATE TABLE "clinical_notes" (
    "id" uuid NOT NULL,
    "studentId" uuid NOT NULL,
    "visitId" uuid,
    "authorId" uuid NOT NULL,
    "amendsNoteId" uuid,
    "noteType" "enum_clinical_notes_noteType" NOT NULL DEFAULT 'GENERAL',
    "subjective" text,
    "objective" text,
    "assessment" text,
    "plan" text,
    "isSigned" boolean NOT NULL DEFAULT false,
    "signedAt" timestamptz,
    "isConfidential" boolean NOT NULL DEFAULT false,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "clinical_notes" IS 'Notes of clinicians on a visit (PHI).';

CREATE TYPE "enum_clinical_protocols_status" AS ENUM ('DRAFT', 'ACTIVE', 'RETIRED');
CREATE TABLE "clinical_protocols" (
    "id" uuid NOT NULL,
    "name" varchar(255) NOT NULL,
    "code" varchar(50) NOT NULL,
    "category" varchar(100) NOT NULL,
    "version" integer NOT NULL DEFAULT 1,
    "steps" jsonb NOT NULL,
    "status" "enum_clinical_protocols_status" NOT NULL DEFAULT 'DRAFT',
    "effectiveDate" date NOT NULL,
    "reviewDate" date,
    "approvedById" uuid,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "clinical_protocols" IS 'Standing protocols for common complaints.';

CREATE TABLE "academic_transcripts" (
    "id" uuid NOT NULL,
    "studentId" uuid NOT NULL,
    "academicYear" varchar(9) NOT NULL,
    "semester" varchar(20) NOT NULL,
    "grade" varchar(10) NOT NULL,
    "gpa" numeric(4,2) NOT NULL,
    "subjects" jsonb NOT NULL DEFAULT '[]',
    "daysPresent" integer NOT NULL DEFAULT 0,
    "daysAbsent" integer NOT NULL DEFAULT 0,
    "importedBy" uuid, -- references users
    "importedAt" timestamptz NOT NULL,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "academic_transcripts" IS 'Academic results imported from the student information system.';

-- Medication

CREATE TYPE "enum_medications_deaSchedule" AS ENUM ('I', 'II', 'III', 'IV', 'V');
CREATE TABLE "medications" (
    "id" uuid NOT NULL,
    "name" varchar(200) NOT NULL,
    "genericName" varchar(200),
    "brandName" varchar(200),
    "dosageForm" varchar(50) NOT NULL,
    "strength" varchar(50) NOT NULL,
    "category" varchar(100),
    "manufacturer" varchar(200),
    "ndc" varchar(20),
    "isControlled" boolean NOT NULL DEFAULT false,
    "deaSchedule" "enum_medications_deaSchedule",
    "requiresWitness" boolean NOT NULL DEFAULT false,
    "isActive" boolean NOT NULL DEFAULT true,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "medications" IS 'Medications known to the platform.';

CREATE TABLE "student_medications" (
    "id" uuid NOT NULL,
    "studentId" uuid NOT NULL,
    "medicationId" uuid NOT NULL,
    "dosage" varchar(100) NOT NULL,
    "frequency" varchar(100) NOT NULL,
    "route" varchar(50) NOT NULL,
    "instructions" text,
    "startDate" date NOT NULL,
    "endDate" date,
    "isActive" boolean NOT NULL DEFAULT true,
    "prescribedBy" varchar(200) NOT NULL,
    "refillsRemaining" integer NOT NULL DEFAULT 0,
    "createdBy" uuid, -- references users
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "student_medications" IS 'What a student takes, how much and how long (PHI).';

CREATE TABLE "medication_logs" (
    "id" uuid NOT NULL,
    "studentId" uuid NOT NULL,
    "medicationId" uuid NOT NULL,
    "studentMedicationId" uuid,
    "dosage" numeric(10,2) NOT NULL,
    "dosageUnit" char(20) NOT NULL,
    "scheduledAt" timestamptz,
    "administeredAt" timestamptz NOT NULL,
    "administeredBy" uuid, -- references users
    "witnessId" uuid, -- references users
    "status" varchar(50) DEFAULT 'ADMINISTERED',
    "sideEffects" text,
    "deviceId" varchar(36),
    "legacyBatchId" varchar(20),
    "notes" text,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "medication_logs" IS 'Every dose given, missed or refused (PHI).';

CREATE TYPE "enum_prescriptions_status" AS ENUM ('PENDING', 'SENT', 'FILLED', 'PICKED_UP', 'CANCELLED', 'EXPIRED');
CREATE TABLE "prescriptions" (
    "id" uuid NOT NULL,
    "studentId" uuid NOT NULL,
    "visitId" uuid,
    "medicationId" uuid,
    "prescriptionNumber" varchar(50) NOT NULL,
    "prescriberName" varchar(200) NOT NULL,
    "prescriberNpi" varchar(10),
    "dosage" varchar(100) NOT NULL,
    "frequency" varchar(100) NOT NULL,
    "quantity" integer NOT NULL,
    "refillsAuthorized" integer NOT NULL DEFAULT 0,
    "startDate" date NOT NULL,
    "endDate" date,
    "status" "enum_prescriptions_status" NOT NULL DEFAULT 'PENDING',
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "prescriptions" IS 'Prescriptions handed in by families (PHI).';

CREATE TABLE "drug_catalog" (
    "id" uuid NOT NULL,
    "rxnormId" varchar(50),
    "rxnormCode" varchar(50),
    "genericName" varchar(255) NOT NULL,
    "brandNames" text[],
    "drugClass" varchar(100),
    "administrationRoutes" text[],
    "fdaApproved" boolean NOT NULL DEFAULT true,
    "isActive" boolean NOT NULL DEFAULT true,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "drug_catalog" IS 'Reference catalog of drugs by RxNorm code.';

CREATE TYPE "enum_drug_interactions_severity" AS ENUM ('MINOR', 'MODERATE', 'MAJOR', 'SEVERE', 'CONTRAINDICATED');
CREATE TABLE "drug_interactions" (
    "id" uuid NOT NULL,
    "drug1Id" uuid NOT NULL,
    "drug2Id" uuid NOT NULL,
    "severity" "enum_drug_interactions_severity" NOT NULL,
    "description" text NOT NULL,
    "clinicalEffects" text,
    "evidenceLevel" varchar(50),
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "drug_interactions" IS 'Pairs of drugs that must not be combined carelessly.';

CREATE TYPE "enum_student_drug_allergies_severity" AS ENUM ('MILD', 'MODERATE', 'SEVERE', 'ANAPHYLAXIS');
CREATE TABLE "student_drug_allergies" (
    "id" uuid NOT NULL,
    "studentId" uuid NOT NULL,
    "drugId" uuid NOT NULL,
    "allergyType" varchar(50) NOT NULL,
    "reaction" text,
    "severity" "enum_student_drug_allergies_severity" NOT NULL,
    "diagnosedDate" date,
    "isActive" boolean NOT NULL DEFAULT true,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "student_drug_allergies" IS 'Drug allergies of a student (PHI).';

-- Appointments

CREATE TYPE "enum_appointments_appointmentType" AS ENUM (
    'ROUTINE_CHECKUP', 'MEDICATION_ADMINISTRATION', 'INJURY_ASSESSMENT', 'ILLNESS_EVALUATION', 'FOLLOW_UP',
    'SCREENING', 'EMERGENCY'
);
CREATE TYPE "enum_appointments_status" AS ENUM ('SCHEDULED', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED', 'NO_SHOW');
CREATE TABLE "appointments" (
    "id" uuid NOT NULL,
    "studentId" uuid NOT NULL, -- references students
    "nurseId" uuid NOT NULL,
    "appointmentType" "enum_appointments_appointmentType" NOT NULL,
    "scheduledAt" timestamptz NOT NULL,
    "duration" integer NOT NULL DEFAULT 30,
    "reason" varchar(500) NOT NULL,
    "status" "enum_appointments_status" NOT NULL DEFAULT 'SCHEDULED',
    "priority" varchar(20) NOT NULL DEFAULT 'MEDIUM',
    "recurringGroupId" uuid,
    "recurringFrequency" varchar(20),
    "notes" text,
    "createdBy" uuid, -- references users
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "appointments" IS 'Appointments of students with a nurse.';

CREATE TYPE "enum_appointment_reminders_type" AS ENUM ('SMS', 'EMAIL', 'VOICE');
CREATE TYPE "enum_appointment_reminders_status" AS ENUM ('SCHEDULED', 'SENT', 'FAILED', 'CANCELLED');
CREATE TABLE "appointment_reminders" (
    "id" uuid NOT NULL,
    "appointmentId" uuid NOT NULL,
    "type" "enum_appointment_reminders_type" NOT NULL,
    "scheduledFor" timestamptz NOT NULL,
    "status" "enum_appointment_reminders_status" NOT NULL DEFAULT 'SCHEDULED',
    "sentAt" timestamptz,
    "failureReason" varchar(1000),
    "message" text NOT NULL,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "appointment_reminders" IS 'Reminders sent before an appointment.';

CREATE TYPE "enum_appointment_waitlist_status" AS ENUM (
    'WAITING', 'NOTIFIED', 'SCHEDULED', 'EXPIRED', 'CANCELLED'
);
CREATE TABLE "appointment_waitlist" (
    "id" uuid NOT NULL,
    "studentId" uuid NOT NULL,
    "nurseId" uuid,
    "type" varchar(50) NOT NULL,
    "reason" varchar(500) NOT NULL,
    "priority" varchar(20) NOT NULL DEFAULT 'NORMAL',
    "preferredDate" date,
    "duration" integer NOT NULL DEFAULT 30,
    "status" "enum_appointment_waitlist_status" NOT NULL DEFAULT 'WAITING',
    "notifiedAt" timestamptz,
    "expiresAt" timestamptz NOT NULL,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "appointment_waitlist" IS 'Students waiting for an earlier appointment.';

-- Incidents

CREATE TYPE "enum_incident_reports_type" AS ENUM (
    'INJURY', 'ILLNESS', 'BEHAVIORAL', 'MEDICATION_ERROR', 'ALLERGIC_REACTION', 'EMERGENCY', 'OTHER'
);
CREATE TYPE "enum_incident_reports_severity" AS ENUM ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL');
CREATE TYPE "enum_incident_reports_legalComplianceStatus" AS ENUM (
    'PENDING', 'COMPLIANT', 'NON_COMPLIANT', 'UNDER_REVIEW', 'EXEMPT'
);
CREATE TABLE "incident_reports" (
    "id" uuid NOT NULL,
    "studentId" uuid NOT NULL,
    "reportedById" uuid NOT NULL,
    "type" "enum_incident_reports_type" NOT NULL,
    "severity" "enum_incident_reports_severity" NOT NULL,
    "status" varchar(30) NOT NULL DEFAULT 'DRAFT',
    "description" text NOT NULL,
    "location" varchar(200) NOT NULL,
    "actionsTaken" text NOT NULL,
    "occurredAt" timestamptz NOT NULL,
    "parentNotified" boolean NOT NULL DEFAULT false,
    "parentNotifiedAt" timestamptz,
    "followUpRequired" boolean NOT NULL DEFAULT false,
    "followUpNotes" text,
    "attachments" text[],
    "insuranceClaimNumber" varchar(50),
    "legalComplianceStatus" "enum_incident_reports_legalComplianceStatus" NOT NULL DEFAULT 'PENDING',
    "createdBy" uuid, -- references users
    "updatedBy" uuid, -- references users
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "incident_reports" IS 'Accidents and other incidents at school (PHI).';

CREATE TYPE "enum_witness_statements_witnessType" AS ENUM ('STUDENT', 'STAFF', 'PARENT', 'OTHER');
CREATE TABLE "witness_statements" (
    "id" uuid NOT NULL,
    "incidentReportId" uuid NOT NULL,
    "witnessName" varchar(200) NOT NULL,
    "witnessType" "enum_witness_statements_witnessType" NOT NULL,
    "witnessContact" varchar(200),
    "statement" text NOT NULL,
    "verified" boolean NOT NULL DEFAULT false,
    "verifiedBy" uuid, -- references users
    "verifiedAt" timestamptz,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "witness_statements" IS 'Statements of people who saw an incident.';

-- Communication

CREATE TYPE "enum_messages_priority" AS ENUM ('LOW', 'MEDIUM', 'HIGH', 'URGENT');
CREATE TYPE "enum_messages_category" AS ENUM (
    'EMERGENCY', 'HEALTH_UPDATE', 'APPOINTMENT_REMINDER', 'MEDICATION_REMINDER', 'GENERAL',
    'INCIDENT_NOTIFICATION', 'COMPLIANCE'
);
CREATE TABLE "messages" (
    "id" uuid NOT NULL,
    "conversationId" uuid,
    "senderId" uuid NOT NULL,
    "parentId" uuid, -- references messages
    "threadId" uuid, -- references messages
    "subject" varchar(255),
    "content" text NOT NULL,
    "priority" "enum_messages_priority" NOT NULL DEFAULT 'MEDIUM',
    "category" "enum_messages_category" NOT NULL,
    "templateId" uuid,
    "scheduledAt" timestamptz,
    "isEdited" boolean NOT NULL DEFAULT false,
    "editedAt" timestamptz,
    "isPinned" boolean NOT NULL DEFAULT false,
    "attachments" text[],
    "metadata" jsonb,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "messages" IS 'Messages of staff and families.';

CREATE TYPE "enum_message_delivery_recipientType" AS ENUM (
    'NURSE', 'ADMIN', 'PARENT', 'EMERGENCY_CONTACT', 'STUDENT'
);
CREATE TYPE "enum_message_delivery_channel" AS ENUM ('EMAIL', 'SMS', 'PUSH', 'VOICE');
CREATE TYPE "enum_message_delivery_status" AS ENUM ('PENDING', 'SENT', 'DELIVERED', 'FAILED', 'BOUNCED');
CREATE TABLE "message_delivery" (
    "id" uuid NOT NULL,
    "messageId" uuid NOT NULL,
    "recipientType" "enum_message_delivery_recipientType" NOT NULL,
    "recipientId" uuid NOT NULL,
    "channel" "enum_message_delivery_channel" NOT NULL,
    "status" "enum_message_delivery_status" NOT NULL DEFAULT 'PENDING',
    "contactInfo" varchar(255),
    "sentAt" timestamptz,
    "deliveredAt" timestamptz,
    "failureReason" text,
    "externalId" varchar(255),
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "message_delivery" IS 'Delivery of a message to one recipient and channel.';

CREATE TYPE "enum_message_templates_type" AS ENUM ('EMAIL', 'SMS', 'PUSH', 'VOICE');
CREATE TABLE "message_templates" (
    "id" uuid NOT NULL,
    "name" varchar(200) NOT NULL,
    "subject" varchar(255),
    "content" text NOT NULL,
    "type" "enum_message_templates_type" NOT NULL,
    "category" varchar(50) NOT NULL,
    "variables" text[] NOT NULL DEFAULT '{}',
    "isActive" boolean NOT NULL DEFAULT true,
    "createdById" uuid NOT NULL,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "message_templates" IS 'Texts that messages are made from.';

CREATE TYPE "enum_emergency_broadcasts_type" AS ENUM (
    'ACTIVE_THREAT', 'MEDICAL', 'FIRE', 'WEATHER', 'LOCKDOWN', 'EVACUATION', 'OTHER'
);
CREATE TYPE "enum_emergency_broadcasts_priority" AS ENUM ('CRITICAL', 'HIGH', 'MEDIUM', 'LOW');
CREATE TYPE "enum_emergency_broadcasts_status" AS ENUM ('DRAFT', 'SENDING', 'SENT', 'CANCELLED');
CREATE TABLE "emergency_broadcasts" (
    "id" uuid NOT NULL,
    "type" "enum_emergency_broadcasts_type" NOT NULL,
    "priority" "enum_emergency_broadcasts_priority" NOT NULL,
    "title" varchar(200) NOT NULL,
    "message" text NOT NULL,
    "audience" text[] NOT NULL DEFAULT '{}',
    "schoolId" uuid,
    "sentById" uuid NOT NULL,
    "status" "enum_emergency_broadcasts_status" NOT NULL DEFAULT 'DRAFT',
    "sentAt" timestamptz,
    "expiresAt" timestamptz,
    "totalRecipients" integer NOT NULL DEFAULT 0,
    "acknowledgedCount" integer NOT NULL DEFAULT 0,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "emergency_broadcasts" IS 'Alarms sent to a whole school or district.';

CREATE TYPE "enum_push_notifications_priority" AS ENUM ('LOW', 'NORMAL', 'HIGH', 'CRITICAL');
CREATE TYPE "enum_push_notifications_status" AS ENUM ('PENDING', 'SENT', 'DELIVERED', 'FAILED', 'CLICKED');
CREATE TABLE "push_notifications" (
    "id" uuid NOT NULL,
    "userId" uuid NOT NULL,
    "deviceTokenIds" uuid[] NOT NULL DEFAULT '{}',
    "title" varchar(200) NOT NULL,
    "body" text NOT NULL,
    "data" jsonb,
    "priority" "enum_push_notifications_priority" NOT NULL DEFAULT 'NORMAL',
    "status" "enum_push_notifications_status" NOT NULL DEFAULT 'PENDING',
    "sentAt" timestamptz,
    "clickedAt" timestamptz,
    "retryCount" integer NOT NULL DEFAULT 0,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "push_notifications" IS 'Push notifications to devices.';

CREATE TYPE "enum_device_tokens_platform" AS ENUM ('IOS', 'ANDROID', 'WEB');
CREATE TABLE "device_tokens" (
    "id" uuid NOT NULL,
    "userId" uuid NOT NULL,
    "deviceId" varchar(255) NOT NULL,
    "token" varchar(500) NOT NULL,
    "platform" "enum_device_tokens_platform" NOT NULL,
    "appVersion" varchar(50),
    "isActive" boolean NOT NULL DEFAULT true,
    "allowPush" boolean NOT NULL DEFAULT true,
    "lastUsedAt" timestamptz NOT NULL,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "device_tokens" IS 'Devices that take push notifications.';

CREATE TYPE "enum_conversations_type" AS ENUM ('DIRECT', 'GROUP', 'CHANNEL');
CREATE TABLE "conversations" (
    "id" uuid NOT NULL,
    "type" "enum_conversations_type" NOT NULL,
    "name" varchar(200),
    "description" text,
    "tenantId" uuid NOT NULL, -- references districts
    "createdById" uuid NOT NULL, -- references users
    "lastMessageId" uuid,
    "lastMessageAt" timestamptz,
    "isArchived" boolean NOT NULL DEFAULT false,
    "settings" jsonb,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "conversations" IS 'Conversations between staff.';

CREATE TYPE "enum_conversation_participants_role" AS ENUM ('OWNER', 'ADMIN', 'MEMBER', 'VIEWER');
CREATE TABLE "conversation_participants" (
    "id" uuid NOT NULL,
    "conversationId" uuid NOT NULL,
    "userId" uuid NOT NULL, -- references users
    "role" "enum_conversation_participants_role" NOT NULL DEFAULT 'MEMBER',
    "joinedAt" timestamptz NOT NULL,
    "lastReadAt" timestamptz,
    "isMuted" boolean NOT NULL DEFAULT false,
    "isPinned" boolean NOT NULL DEFAULT false,
    "customName" varchar(200),
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "conversation_participants" IS 'Who takes part in a conversation.';

CREATE TABLE "message_reactions" (
    "id" uuid NOT NULL,
    "messageId" uuid NOT NULL,
    "userId" uuid NOT NULL,
    "emoji" varchar(20) NOT NULL,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "message_reactions" IS 'Emoji reactions to a message.';

CREATE TABLE "message_read" (
    "messageId" uuid NOT NULL,
    "userId" uuid NOT NULL,
    "readAt" timestamptz NOT NULL,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "message_read" IS 'Who has read which message.';

-- Compliance and audit

CREATE TYPE "enum_audit_logs_action" AS ENUM (
    'CREATE', 'READ', 'UPDATE', 'DELETE', 'EXPORT', 'LOGIN', 'LOGOUT', 'PRINT'
);
CREATE TYPE "enum_audit_logs_complianceType" AS ENUM ('HIPAA', 'FERPA', 'GDPR', 'GENERAL');
CREATE TYPE "enum_audit_logs_severity" AS ENUM ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL');
CREATE TABLE "audit_logs" (
    "id" uuid NOT NULL,
    "userId" uuid, -- references users
    "userName" varchar(200),
    "action" "enum_audit_logs_action" NOT NULL,
    "entityType" varchar(100) NOT NULL,
    "entityId" uuid,
    "description" text,
    "changes" jsonb,
    "previousValues" jsonb,
    "newValues" jsonb,
    "ipAddress" varchar(45),
    "userAgent" text,
    "sessionId" text,
    "requestId" varchar(64),
    "isPHI" boolean NOT NULL DEFAULT false,
    "complianceType" "enum_audit_logs_complianceType" NOT NULL DEFAULT 'GENERAL',
    "severity" "enum_audit_logs_severity" NOT NULL DEFAULT 'LOW',
    "success" boolean NOT NULL DEFAULT true,
    "errorMessage" text,
    "createdAt" timestamptz NOT NULL
);
COMMENT ON TABLE "audit_logs" IS 'Every access to and change of protected data; append-only.';

CREATE TYPE "enum_consent_forms_consentType" AS ENUM (
    'TREATMENT', 'MEDICATION', 'FIELD_TRIP', 'PHOTO', 'DATA_SHARING', 'EMERGENCY_CARE'
);
CREATE TYPE "enum_consent_forms_status" AS ENUM ('PENDING', 'APPROVED', 'REJECTED', 'EXPIRED');
CREATE TABLE "consent_forms" (
    "id" uuid NOT NULL,
    "studentId" uuid NOT NULL,
    "consentType" "enum_consent_forms_consentType" NOT NULL,
    "status" "enum_consent_forms_status" NOT NULL DEFAULT 'PENDING',
    "title" varchar(200) NOT NULL,
    "content" text NOT NULL,
    "version" varchar(20) NOT NULL DEFAULT '1.0.0',
    "consentDate" timestamptz NOT NULL,
    "expiresAt" timestamptz,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "consent_forms" IS 'Consents asked from families.';

CREATE TABLE "consent_signatures" (
    "id" uuid NOT NULL,
    "consentFormId" uuid NOT NULL,
    "studentId" uuid NOT NULL,
    "signedBy" varchar(200) NOT NULL,
    "relationship" varchar(50) NOT NULL,
    "signatureData" text,
    "signedAt" timestamptz NOT NULL,
    "ipAddress" varchar(45),
    "withdrawnAt" timestamptz,
    "withdrawnBy" varchar(200),
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "consent_signatures" IS 'Signatures under consents.';

CREATE TYPE "enum_compliance_reports_reportType" AS ENUM (
    'HIPAA', 'FERPA', 'CONTROLLED_SUBSTANCE', 'INCIDENT', 'AUDIT'
);
CREATE TYPE "enum_compliance_reports_status" AS ENUM ('PENDING', 'COMPLIANT', 'NON_COMPLIANT', 'NEEDS_REVIEW');
CREATE TABLE "compliance_reports" (
    "id" uuid NOT NULL,
    "reportType" "enum_compliance_reports_reportType" NOT NULL,
    "title" varchar(200) NOT NULL,
    "description" text,
    "status" "enum_compliance_reports_status" NOT NULL DEFAULT 'PENDING',
    "period" varchar(50) NOT NULL,
    "findings" jsonb,
    "dueDate" timestamptz,
    "submittedAt" timestamptz,
    "submittedBy" uuid, -- references users
    "createdById" uuid,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "compliance_reports" IS 'Compliance reports by period.';

CREATE TYPE "enum_compliance_checklist_items_category" AS ENUM (
    'PRIVACY', 'SECURITY', 'DOCUMENTATION', 'TRAINING', 'MEDICATION'
);
CREATE TYPE "enum_compliance_checklist_items_status" AS ENUM (
    'PENDING', 'IN_PROGRESS', 'COMPLETED', 'NOT_APPLICABLE'
);
CREATE TABLE "compliance_checklist_items" (
    "id" uuid NOT NULL,
    "requirement" varchar(500) NOT NULL,
    "description" text,
    "category" "enum_compliance_checklist_items_category" NOT NULL,
    "status" "enum_compliance_checklist_items_status" NOT NULL DEFAULT 'PENDING',
    "dueDate" timestamptz,
    "completedAt" timestamptz,
    "completedBy" uuid, -- references users
    "reportId" uuid,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "compliance_checklist_items" IS 'Items of a compliance checklist.';

CREATE TYPE "enum_compliance_violations_severity" AS ENUM ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL');
CREATE TYPE "enum_compliance_violations_status" AS ENUM ('OPEN', 'INVESTIGATING', 'RESOLVED', 'CLOSED');
CREATE TABLE "compliance_violations" (
    "id" uuid NOT NULL,
    "violationType" varchar(100) NOT NULL,
    "title" varchar(200) NOT NULL,
    "description" text NOT NULL,
    "severity" "enum_compliance_violations_severity" NOT NULL,
    "status" "enum_compliance_violations_status" NOT NULL DEFAULT 'OPEN',
    "reportedBy" uuid, -- references users
    "reportId" uuid,
    "discoveredAt" timestamptz NOT NULL,
    "resolvedAt" timestamptz,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "compliance_violations" IS 'Violations found, and their state.';

CREATE TYPE "enum_policy_documents_category" AS ENUM ('HIPAA', 'FERPA', 'MEDICATION', 'EMERGENCY', 'OPERATIONS');
CREATE TYPE "enum_policy_documents_status" AS ENUM ('DRAFT', 'ACTIVE', 'ARCHIVED');
CREATE TABLE "policy_documents" (
    "id" uuid NOT NULL,
    "title" varchar(200) NOT NULL,
    "category" "enum_policy_documents_category" NOT NULL,
    "content" text NOT NULL,
    "version" varchar(20) NOT NULL DEFAULT '1.0.0',
    "effectiveDate" timestamptz NOT NULL,
    "reviewDate" timestamptz,
    "status" "enum_policy_documents_status" NOT NULL DEFAULT 'DRAFT',
    "approvedById" uuid,
    "approvedAt" timestamptz,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "policy_documents" IS 'Policies that staff must know.';

CREATE TABLE "policy_acknowledgments" (
    "id" uuid NOT NULL,
    "policyId" uuid NOT NULL,
    "userId" uuid NOT NULL,
    "acknowledgedAt" timestamptz NOT NULL,
    "ipAddress" varchar(45),
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "policy_acknowledgments" IS 'Who has acknowledged which policy.';

CREATE TYPE "enum_data_retention_policies_status" AS ENUM ('ACTIVE', 'INACTIVE');
CREATE TABLE "data_retention_policies" (
    "id" uuid NOT NULL,
    "category" varchar(100) NOT NULL,
    "description" text NOT NULL,
    "retentionPeriodDays" integer NOT NULL,
    "legalBasis" varchar(200) NOT NULL,
    "status" "enum_data_retention_policies_status" NOT NULL DEFAULT 'ACTIVE',
    "autoDelete" boolean NOT NULL DEFAULT false,
    "lastReviewed" timestamptz,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "data_retention_policies" IS 'How long each kind of data is kept.';

CREATE TYPE "enum_phi_disclosures_disclosureType" AS ENUM (
    'TREATMENT', 'PAYMENT', 'OPERATIONS', 'LEGAL', 'PUBLIC_HEALTH'
);
CREATE TABLE "phi_disclosures" (
    "id" uuid NOT NULL,
    "studentId" uuid NOT NULL,
    "disclosureType" "enum_phi_disclosures_disclosureType" NOT NULL,
    "purpose" varchar(500) NOT NULL,
    "recipientName" varchar(200) NOT NULL,
    "recipientOrganization" varchar(200),
    "disclosureDate" timestamptz NOT NULL,
    "followUpDate" timestamptz,
    "disclosedBy" uuid, -- references users
    "notes" text,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "deletedAt" timestamptz
);
COMMENT ON TABLE "phi_disclosures" IS 'Disclosures of PHI to outsiders.';

CREATE TYPE "enum_phi_disclosure_audits_action" AS ENUM ('CREATED', 'UPDATED', 'VIEWED', 'DELETED');
CREATE TABLE "phi_disclosure_audits" (
    "id" uuid NOT NULL,
    "disclosureId" uuid NOT NULL,
    "action" "enum_phi_disclosure_audits_action" NOT NULL,
    "changes" jsonb,
    "performedBy" uuid, -- references users
    "ipAddress" varchar(45),
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "phi_disclosure_audits" IS 'Audit trail of disclosures.';

CREATE TYPE "enum_remediation_actions_priority" AS ENUM ('LOW', 'MEDIUM', 'HIGH', 'URGENT');
CREATE TYPE "enum_remediation_actions_status" AS ENUM ('PLANNED', 'IN_PROGRESS', 'COMPLETED', 'VERIFIED');
CREATE TABLE "remediation_actions" (
    "id" uuid NOT NULL,
    "violationId" uuid NOT NULL,
    "action" text NOT NULL,
    "priority" "enum_remediation_actions_priority" NOT NULL,
    "status" "enum_remediation_actions_status" NOT NULL DEFAULT 'PLANNED',
    "assignedToId" uuid,
    "dueDate" timestamptz NOT NULL,
    "completedAt" timestamptz,
    "verificationNotes" text,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "remediation_actions" IS 'What is done about a violation.';

CREATE TYPE "enum_threat_detections_threatType" AS ENUM (
    'BRUTE_FORCE', 'SQL_INJECTION', 'XSS', 'DATA_EXFILTRATION', 'UNUSUAL_ACCESS', 'PRIVILEGE_ESCALATION'
);
CREATE TYPE "enum_threat_detections_severity" AS ENUM ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL');
CREATE TYPE "enum_threat_detections_status" AS ENUM (
    'DETECTED', 'ANALYZING', 'CONFIRMED', 'MITIGATED', 'FALSE_POSITIVE'
);
CREATE TABLE "threat_detections" (
    "id" uuid NOT NULL,
    "threatType" "enum_threat_detections_threatType" NOT NULL,
    "severity" "enum_threat_detections_severity" NOT NULL,
    "status" "enum_threat_detections_status" NOT NULL DEFAULT 'DETECTED',
    "source" varchar(200) NOT NULL,
    "userId" uuid,
    "detectedAt" timestamptz NOT NULL,
    "resolvedAt" timestamptz,
    "confidence" numeric(5,2) NOT NULL,
    "evidence" jsonb,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "threat_detections" IS 'Suspicious events found by the security monitor.';

-- Inventory

CREATE TABLE "inventory_items" (
    "id" uuid NOT NULL,
    "name" varchar(200) NOT NULL,
    "category" varchar(100) NOT NULL,
    "description" text,
    "sku" varchar(50),
    "supplier" varchar(200),
    "preferredVendorId" uuid,
    "unitCost" double precision,
    "quantityOnHand" integer NOT NULL DEFAULT 0,
    "reorderLevel" integer NOT NULL DEFAULT 10,
    "reorderQuantity" integer NOT NULL DEFAULT 50,
    "location" varchar(200),
    "lastCountedAt" timestamptz,
    "isActive" boolean NOT NULL DEFAULT true,
    "notes" text,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "inventory_items" IS 'Supplies of the school clinics.';

CREATE TYPE "enum_inventory_transactions_type" AS ENUM ('PURCHASE', 'USAGE', 'ADJUSTMENT', 'TRANSFER', 'DISPOSAL');
CREATE TABLE "inventory_transactions" (
    "id" uuid NOT NULL,
    "inventoryItemId" uuid NOT NULL,
    "type" "enum_inventory_transactions_type" NOT NULL,
    "quantity" integer NOT NULL,
    "unitCost" numeric(10,2),
    "reason" varchar(500),
    "batchNumber" varchar(100),
    "expirationDate" date,
    "performedById" uuid NOT NULL, -- references users
    "purchaseOrderId" uuid,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "inventory_transactions" IS 'Movements of supplies.';

CREATE TYPE "enum_maintenance_logs_type" AS ENUM ('ROUTINE', 'REPAIR', 'CALIBRATION', 'INSPECTION', 'CLEANING');
CREATE TABLE "maintenance_logs" (
    "id" uuid NOT NULL,
    "inventoryItemId" uuid NOT NULL,
    "type" "enum_maintenance_logs_type" NOT NULL,
    "description" text NOT NULL,
    "performedById" uuid NOT NULL,
    "cost" numeric(10,2),
    "performedAt" timestamptz NOT NULL,
    "nextMaintenanceDate" date,
    "vendor" varchar(200),
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "maintenance_logs" IS 'Maintenance of devices in the inventory.';

CREATE TYPE "enum_purchase_orders_status" AS ENUM (
    'DRAFT', 'PENDING', 'APPROVED', 'ORDERED', 'PARTIALLY_RECEIVED', 'RECEIVED', 'CANCELLED'
);
CREATE TABLE "purchase_orders" (
    "id" uuid NOT NULL,
    "orderNumber" varchar(50) NOT NULL,
    "vendorId" uuid NOT NULL,
    "status" "enum_purchase_orders_status" NOT NULL DEFAULT 'DRAFT',
    "orderDate" timestamptz NOT NULL,
    "expectedDate" timestamptz,
    "receivedDate" timestamptz,
    "subtotal" numeric(10,2) NOT NULL,
    "tax" numeric(10,2) NOT NULL DEFAULT 0,
    "total" numeric(10,2) NOT NULL,
    "notes" text,
    "createdBy" uuid, -- references users
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "purchase_orders" IS 'Orders placed with vendors.';

CREATE TABLE "purchase_order_items" (
    "id" uuid NOT NULL,
    "purchaseOrderId" uuid NOT NULL,
    "inventoryItemId" uuid NOT NULL,
    "quantity" integer NOT NULL,
    "unitCost" double precision NOT NULL,
    "totalCost" double precision NOT NULL,
    "receivedQty" integer NOT NULL DEFAULT 0,
    "notes" text,
    "createdAt" timestamptz NOT NULL
);
COMMENT ON TABLE "purchase_order_items" IS 'Lines of an order.';

CREATE TABLE "vendors" (
    "id" uuid NOT NULL,
    "name" varchar(200) NOT NULL,
    "contactName" varchar(200),
    "email" varchar(255),
    "phone" varchar(20),
    "address" text,
    "taxId" varchar(50),
    "paymentTerms" varchar(50),
    "rating" integer,
    "isActive" boolean NOT NULL DEFAULT true,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "vendors" IS 'Vendors of supplies.';

CREATE TABLE "suppliers" (
    "id" uuid NOT NULL,
    "name" varchar(200) NOT NULL,
    "contactName" varchar(200),
    "email" varchar(255),
    "phone" varchar(20),
    "leadTimeDays" integer,
    "vendorId" uuid,
    "isActive" boolean NOT NULL DEFAULT true,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "suppliers" IS 'Suppliers of medications; kept apart from vendors.';

-- Analytics and reporting

CREATE TYPE "enum_analytics_reports_reportType" AS ENUM (
    'HEALTH_METRICS', 'INCIDENT_ANALYSIS', 'MEDICATION_USAGE', 'CUSTOM'
);
CREATE TYPE "enum_analytics_reports_status" AS ENUM ('PENDING', 'GENERATING', 'COMPLETED', 'FAILED');
CREATE TABLE "analytics_reports" (
    "id" uuid NOT NULL,
    "reportType" "enum_analytics_reports_reportType" NOT NULL,
    "title" varchar(255) NOT NULL,
    "summary" text,
    "data" jsonb NOT NULL,
    "parameters" jsonb,
    "status" "enum_analytics_reports_status" NOT NULL DEFAULT 'PENDING',
    "generatedById" uuid,
    "generatedAt" timestamptz NOT NULL,
    "expiresAt" timestamptz,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "analytics_reports" IS 'Generated analytics reports.';

CREATE TABLE "health_metric_snapshots" (
    "id" uuid NOT NULL,
    "snapshotDate" date NOT NULL,
    "schoolId" uuid NOT NULL,
    "visitsCount" integer NOT NULL,
    "visitsMean" numeric(8,2),
    "visitsMedian" numeric(8,2),
    "visitsP95" numeric(8,2),
    "visitsTrend" numeric(8,4),
    "visitsTarget" numeric(8,2),
    "injuriesCount" integer NOT NULL,
    "injuriesMean" numeric(8,2),
    "injuriesMedian" numeric(8,2),
    "injuriesP95" numeric(8,2),
    "injuriesTrend" numeric(8,4),
    "injuriesTarget" numeric(8,2),
    "illnessesCount" integer NOT NULL,
    "illnessesMean" numeric(8,2),
    "illnessesMedian" numeric(8,2),
    "illnessesP95" numeric(8,2),
    "illnessesTrend" numeric(8,4),
    "illnessesTarget" numeric(8,2),
    "medicationDosesCount" integer NOT NULL,
    "medicationDosesMean" numeric(8,2),
    "medicationDosesMedian" numeric(8,2),
    "medicationDosesP95" numeric(8,2),
    "medicationDosesTrend" numeric(8,4),
    "medicationDosesTarget" numeric(8,2),
    "missedDosesCount" integer NOT NULL,
    "missedDosesMean" numeric(8,2),
    "missedDosesMedian" numeric(8,2),
    "missedDosesP95" numeric(8,2),
    "missedDosesTrend" numeric(8,4),
    "missedDosesTarget" numeric(8,2),
    "allergyAlertsCount" integer NOT NULL,
    "allergyAlertsMean" numeric(8,2),
    "allergyAlertsMedian" numeric(8,2),
    "allergyAlertsP95" numeric(8,2),
    "allergyAlertsTrend" numeric(8,4),
    "allergyAlertsTarget" numeric(8,2),
    "screeningsCount" integer NOT NULL,
    "screeningsMean" numeric(8,2),
    "screeningsMedian" numeric(8,2),
    "screeningsP95" numeric(8,2),
    "screeningsTrend" numeric(8,4),
    "screeningsTarget" numeric(8,2),
    "referralsCount" integer NOT NULL,
    "referralsMean" numeric(8,2),
    "referralsMedian" numeric(8,2),
    "referralsP95" numeric(8,2),
    "referralsTrend" numeric(8,4),
    "referralsTarget" numeric(8,2),
    "absencesCount" integer NOT NULL,
    "absencesMean" numeric(8,2),
    "absencesMedian" numeric(8,2),
    "absencesP95" numeric(8,2),
    "absencesTrend" numeric(8,4),
    "absencesTarget" numeric(8,2),
    "vaccinationsDueCount" integer NOT NULL,
    "vaccinationsDueMean" numeric(8,2),
    "vaccinationsDueMedian" numeric(8,2),
    "vaccinationsDueP95" numeric(8,2),
    "vaccinationsDueTrend" numeric(8,4),
    "vaccinationsDueTarget" numeric(8,2),
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "health_metric_snapshots" IS 'Daily metrics of one school, one column per metric.';

CREATE TABLE "report_templates" (
    "id" uuid NOT NULL,
    "name" varchar(200) NOT NULL,
    "description" text,
    "reportType" varchar(50) NOT NULL,
    "queryConfiguration" jsonb NOT NULL,
    "defaultParameters" jsonb,
    "isActive" boolean NOT NULL DEFAULT true,
    "createdById" uuid,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "report_templates" IS 'Definitions of reports.';

CREATE TYPE "enum_report_executions_status" AS ENUM ('PENDING', 'RUNNING', 'COMPLETED', 'FAILED');
CREATE TABLE "report_executions" (
    "id" uuid NOT NULL,
    "templateId" uuid NOT NULL,
    "scheduleId" uuid,
    "executedById" uuid,
    "status" "enum_report_executions_status" NOT NULL DEFAULT 'PENDING',
    "parameters" json,
    "startedAt" timestamptz NOT NULL,
    "completedAt" timestamptz,
    "rowCount" integer,
    "errorMessage" text,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "report_executions" IS 'Runs of a report.';

CREATE TYPE "enum_report_schedules_scheduleType" AS ENUM ('CRON', 'INTERVAL', 'ONE_TIME');
CREATE TABLE "report_schedules" (
    "id" uuid NOT NULL,
    "templateId" uuid NOT NULL,
    "name" varchar(200) NOT NULL,
    "scheduleType" "enum_report_schedules_scheduleType" NOT NULL,
    "cronExpression" varchar(100),
    "timezone" varchar(50) NOT NULL DEFAULT 'UTC',
    "recipients" text[] NOT NULL DEFAULT '{}',
    "isActive" boolean NOT NULL DEFAULT true,
    "lastExecutedAt" timestamptz,
    "nextExecutionAt" timestamptz,
    "createdById" uuid,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "report_schedules" IS 'When which report runs.';

-- System configuration

CREATE TYPE "enum_system_config_category" AS ENUM (
    'GENERAL', 'SECURITY', 'NOTIFICATION', 'INTEGRATION', 'HEALTHCARE', 'PERFORMANCE'
);
CREATE TYPE "enum_system_config_valueType" AS ENUM ('STRING', 'NUMBER', 'BOOLEAN', 'JSON', 'ARRAY', 'DATE');
CREATE TYPE "enum_system_config_scope" AS ENUM ('SYSTEM', 'DISTRICT', 'SCHOOL', 'USER');
CREATE TABLE "system_config" (
    "id" uuid NOT NULL,
    "key" varchar(255) NOT NULL,
    "value" text NOT NULL,
    "category" "enum_system_config_category" NOT NULL,
    "valueType" "enum_system_config_valueType" NOT NULL DEFAULT 'STRING',
    "description" text,
    "isPublic" boolean NOT NULL DEFAULT false,
    "isEditable" boolean NOT NULL DEFAULT true,
    "requiresRestart" boolean NOT NULL DEFAULT false,
    "scope" "enum_system_config_scope" NOT NULL DEFAULT 'SYSTEM',
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "system_config" IS 'Settings of the platform.';

CREATE TABLE "system_configurations" (
    "id" uuid NOT NULL,
    "key" varchar(255) NOT NULL,
    "value" text NOT NULL,
    "category" varchar(50) NOT NULL,
    "subCategory" varchar(50),
    "minValue" double precision,
    "maxValue" double precision,
    "validValues" text[],
    "tags" text[],
    "sortOrder" integer NOT NULL DEFAULT 0,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);

CREATE TABLE "configuration_history" (
    "id" uuid NOT NULL,
    "configKey" varchar(255) NOT NULL,
    "oldValue" text,
    "newValue" text NOT NULL,
    "changedBy" uuid NOT NULL, -- references users
    "changedByName" varchar(200),
    "changeReason" text,
    "ipAddress" varchar(45),
    "configurationId" uuid NOT NULL,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "configuration_history" IS 'Earlier values of settings.';

CREATE TYPE "enum_licenses_type" AS ENUM ('TRIAL', 'BASIC', 'PROFESSIONAL', 'ENTERPRISE');
CREATE TYPE "enum_licenses_status" AS ENUM ('ACTIVE', 'EXPIRED', 'SUSPENDED', 'CANCELLED');
CREATE TABLE "licenses" (
    "id" uuid NOT NULL,
    "licenseKey" varchar(100) NOT NULL,
    "type" "enum_licenses_type" NOT NULL,
    "status" "enum_licenses_status" NOT NULL DEFAULT 'ACTIVE',
    "maxUsers" integer,
    "maxSchools" integer,
    "features" text[] NOT NULL DEFAULT '{}',
    "issuedTo" varchar(200) NOT NULL,
    "districtId" uuid,
    "activatedAt" timestamptz,
    "expiresAt" timestamptz,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "licenses" IS 'Licences of districts.';

CREATE TYPE "enum_backup_logs_type" AS ENUM ('MANUAL', 'SCHEDULED', 'AUTOMATIC');
CREATE TYPE "enum_backup_logs_status" AS ENUM ('IN_PROGRESS', 'COMPLETED', 'FAILED');
CREATE TABLE "backup_logs" (
    "id" uuid NOT NULL,
    "type" "enum_backup_logs_type" NOT NULL,
    "status" "enum_backup_logs_status" NOT NULL,
    "fileName" varchar(255),
    "fileSize" bigint,
    "location" varchar(500),
    "triggeredBy" uuid, -- references users
    "startedAt" timestamp NOT NULL,
    "completedAt" timestamp,
    "error" text,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "backup_logs" IS 'Backups made and their result.';

CREATE TYPE "enum_performance_metrics_metricType" AS ENUM (
    'CPU_USAGE', 'MEMORY_USAGE', 'DISK_USAGE', 'API_RESPONSE_TIME', 'DATABASE_QUERY_TIME', 'ACTIVE_USERS',
    'ERROR_RATE'
);
CREATE TABLE "performance_metrics" (
    "id" uuid NOT NULL,
    "metricType" "enum_performance_metrics_metricType" NOT NULL,
    "value" double precision NOT NULL,
    "unit" varchar(20),
    "context" jsonb,
    "recordedAt" timestamptz NOT NULL,
    "createdAt" timestamptz NOT NULL
);
COMMENT ON TABLE "performance_metrics" IS 'Samples of system metrics.';

CREATE TABLE "webhooks" (
    "id" uuid NOT NULL,
    "url" varchar(500) NOT NULL,
    "events" text[] NOT NULL DEFAULT '{}',
    "secret" varchar(255),
    "is_active" boolean NOT NULL DEFAULT true,
    "retry_count" integer NOT NULL DEFAULT 0,
    "lastTriggeredAt" timestamptz,
    "last_error" text,
    "createdBy" uuid, -- references users
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);

CREATE TYPE "enum_sync_state_status" AS ENUM ('PENDING', 'SYNCING', 'SYNCED', 'FAILED');
CREATE TABLE "sync_state" (
    "id" uuid NOT NULL,
    "entity_type" varchar(100) NOT NULL,
    "entity_id" uuid,
    "status" "enum_sync_state_status" NOT NULL DEFAULT 'PENDING',
    "last_synced_at" timestamptz,
    "version" bigint NOT NULL DEFAULT 1,
    "checksum" varchar(64),
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL
);

CREATE TABLE "cache_entries" (
    "id" uuid NOT NULL,
    "cacheKey" varchar(255) NOT NULL,
    "value" text NOT NULL,
    "tags" text[],
    "dataSize" integer,
    "expiresAt" timestamptz NOT NULL,
    "lastAccessed" timestamptz,
    "accessCount" integer NOT NULL DEFAULT 0,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);

-- Integration and sync

CREATE TYPE "enum_integration_configs_type" AS ENUM (
    'SIS', 'EHR', 'PHARMACY', 'LABORATORY', 'INSURANCE', 'PARENT_PORTAL'
);
CREATE TYPE "enum_integration_configs_status" AS ENUM ('ACTIVE', 'INACTIVE', 'ERROR', 'TESTING');
CREATE TABLE "integration_configs" (
    "id" uuid NOT NULL,
    "name" varchar(200) NOT NULL,
    "type" "enum_integration_configs_type" NOT NULL,
    "status" "enum_integration_configs_status" NOT NULL DEFAULT 'INACTIVE',
    "endpoint" varchar(500),
    "apiKey" varchar(255),
    "username" varchar(100),
    "password" varchar(255),
    "settings" jsonb,
    "isActive" boolean NOT NULL DEFAULT true,
    "lastSyncAt" timestamptz,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "integration_configs" IS 'Connections to other systems.';

CREATE TYPE "enum_integration_logs_status" AS ENUM ('SUCCESS', 'FAILURE', 'PARTIAL');
CREATE TABLE "integration_logs" (
    "id" uuid NOT NULL,
    "logNumber" integer NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    "integrationId" uuid,
    "integrationType" varchar(50) NOT NULL,
    "action" varchar(50) NOT NULL,
    "status" "enum_integration_logs_status" NOT NULL,
    "recordsProcessed" integer,
    "recordsFailed" integer,
    "startedAt" timestamptz NOT NULL,
    "completedAt" timestamptz,
    "duration" integer,
    "errorMessage" text,
    "details" json,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "integration_logs" IS 'What was exchanged with other systems.';

CREATE TYPE "enum_sync_sessions_direction" AS ENUM ('INBOUND', 'OUTBOUND', 'BIDIRECTIONAL');
CREATE TYPE "enum_sync_sessions_status" AS ENUM ('IN_PROGRESS', 'COMPLETED', 'FAILED');
CREATE TABLE "sync_sessions" (
    "id" uuid NOT NULL,
    "sessionNumber" bigint NOT NULL,
    "configId" uuid NOT NULL,
    "entityType" varchar(100) NOT NULL,
    "direction" "enum_sync_sessions_direction" NOT NULL,
    "startedAt" timestamptz NOT NULL,
    "completedAt" timestamptz,
    "status" "enum_sync_sessions_status" NOT NULL,
    "statsProcessed" integer NOT NULL DEFAULT 0,
    "triggeredBy" uuid, -- references users
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "sync_sessions" IS 'Sessions of synchronisation with a system.';

CREATE TYPE "enum_sync_queue_items_actionType" AS ENUM ('CREATE', 'UPDATE', 'DELETE');
CREATE TABLE "sync_queue_items" (
    "id" uuid NOT NULL,
    "sessionNumber" integer,
    "sessionId" varchar(36), -- references sync_sessions
    "deviceId" varchar(255) NOT NULL,
    "userId" uuid NOT NULL,
    "actionType" "enum_sync_queue_items_actionType" NOT NULL,
    "entityType" varchar(100) NOT NULL,
    "entityId" uuid NOT NULL,
    "data" jsonb NOT NULL,
    "queuedAt" timestamptz NOT NULL,
    "syncedAt" timestamptz,
    "synced" boolean NOT NULL DEFAULT false,
    "attempts" integer NOT NULL DEFAULT 0,
    "lastError" text,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "sync_queue_items" IS 'Changes waiting to be synchronised.';

CREATE TYPE "enum_sync_conflicts_status" AS ENUM ('PENDING', 'RESOLVED', 'DEFERRED');
CREATE TABLE "sync_conflicts" (
    "id" uuid NOT NULL,
    "queueItemId" uuid NOT NULL,
    "entityType" varchar(100) NOT NULL,
    "entityId" uuid NOT NULL,
    "clientVersion" jsonb NOT NULL,
    "serverVersion" jsonb NOT NULL,
    "status" "enum_sync_conflicts_status" NOT NULL DEFAULT 'PENDING',
    "resolvedAt" timestamptz,
    "resolvedBy" uuid, -- references users
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "sync_conflicts" IS 'Conflicting changes of two devices.';

CREATE TYPE "enum_sis_sync_conflicts_resolution" AS ENUM ('PENDING', 'KEEP_LOCAL', 'KEEP_SIS', 'MANUAL');
CREATE TABLE "sis_sync_conflicts" (
    "id" uuid NOT NULL,
    "sessionId" uuid NOT NULL,
    "studentId" uuid,
    "field" varchar(100) NOT NULL,
    "localValue" text,
    "sisValue" text,
    "resolution" "enum_sis_sync_conflicts_resolution" NOT NULL DEFAULT 'PENDING',
    "resolvedAt" timestamptz,
    "resolvedBy" uuid, -- references users
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "sis_sync_conflicts" IS 'Conflicts with the student information system.';

-- Alerts

CREATE TYPE "enum_alerts_severity" AS ENUM ('INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL');
CREATE TYPE "enum_alerts_status" AS ENUM ('ACTIVE', 'ACKNOWLEDGED', 'RESOLVED', 'EXPIRED');
CREATE TABLE "alerts" (
    "id" uuid NOT NULL,
    "definitionId" uuid,
    "alertType" varchar(50) NOT NULL,
    "severity" "enum_alerts_severity" NOT NULL,
    "status" "enum_alerts_status" NOT NULL DEFAULT 'ACTIVE',
    "title" varchar(500) NOT NULL,
    "message" text NOT NULL,
    "studentId" uuid,
    "userId" uuid,
    "schoolId" uuid,
    "metadata" jsonb,
    "acknowledgedAt" timestamptz,
    "acknowledgedBy" uuid, -- references users
    "resolvedAt" timestamptz,
    "expiresAt" timestamptz,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "alerts" IS 'Alerts shown to staff.';

CREATE TYPE "enum_alert_rules_severity" AS ENUM ('INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL');
CREATE TABLE "alert_rules" (
    "id" uuid NOT NULL,
    "name" varchar(200) NOT NULL,
    "description" text,
    "category" varchar(50) NOT NULL,
    "severity" "enum_alert_rules_severity" NOT NULL,
    "triggerConditions" jsonb NOT NULL,
    "cooldownPeriod" integer,
    "isActive" boolean NOT NULL DEFAULT true,
    "schoolId" uuid,
    "createdBy" uuid, -- references users
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "alert_rules" IS 'Conditions that raise alerts.';

CREATE TABLE "alert_preferences" (
    "id" uuid NOT NULL,
    "userId" uuid NOT NULL,
    "schoolId" uuid,
    "channels" text[] NOT NULL DEFAULT '{}',
    "severityFilter" text[] NOT NULL DEFAULT '{}',
    "quietHoursStart" time,
    "quietHoursEnd" time,
    "isActive" boolean NOT NULL DEFAULT true,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "alert_preferences" IS 'Which alerts a user wants, and how.';

CREATE TYPE "enum_delivery_logs_channel" AS ENUM ('WEBSOCKET', 'EMAIL', 'SMS', 'PUSH');
CREATE TABLE "delivery_logs" (
    "id" uuid NOT NULL,
    "alertId" uuid NOT NULL,
    "channel" "enum_delivery_logs_channel" NOT NULL,
    "recipientId" uuid, -- references users
    "success" boolean NOT NULL,
    "attemptCount" integer NOT NULL DEFAULT 1,
    "lastAttempt" timestamptz,
    "deliveredAt" timestamptz,
    "errorMessage" text,
    "responseTime" integer,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "delivery_logs" IS 'Delivery of alerts by channel.';

-- Follow-up

CREATE TYPE "enum_follow_up_actions_priority" AS ENUM ('LOW', 'MEDIUM', 'HIGH', 'URGENT');
CREATE TYPE "enum_follow_up_actions_status" AS ENUM ('PENDING', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED');
CREATE TABLE "follow_up_actions" (
    "id" uuid NOT NULL,
    "incidentReportId" uuid NOT NULL,
    "action" text NOT NULL,
    "dueDate" timestamptz NOT NULL,
    "priority" "enum_follow_up_actions_priority" NOT NULL DEFAULT 'MEDIUM',
    "status" "enum_follow_up_actions_status" NOT NULL DEFAULT 'PENDING',
    "assignedTo" uuid, -- references users
    "completedAt" timestamptz,
    "completedBy" uuid, -- references users
    "notes" text,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "follow_up_actions" IS 'What has to be done after an incident.';

CREATE TABLE "follow_up_appointments" (
    "id" uuid NOT NULL,
    "studentId" uuid NOT NULL,
    "treatmentPlanId" uuid,
    "scheduledDate" timestamptz NOT NULL,
    "assignedNurseId" uuid,
    "reason" text NOT NULL,
    "type" varchar(100) NOT NULL,
    "status" varchar(20) NOT NULL DEFAULT 'SCHEDULED',
    "completedDate" timestamptz,
    "outcome" text,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "follow_up_appointments" IS 'Appointments that follow a treatment plan.';

-- Budget

CREATE TABLE "budget_categories" (
    "id" uuid NOT NULL,
    "name" varchar(200) NOT NULL,
    "description" text,
    "fiscalYear" integer NOT NULL,
    "parentCategoryId" uuid,
    "allocatedAmount" numeric(12,2) NOT NULL,
    "spentAmount" numeric(12,2) NOT NULL DEFAULT 0,
    "isActive" boolean NOT NULL DEFAULT true,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "budget_categories" IS 'Budget of one category and fiscal year.';

CREATE TABLE "budget_transactions" (
    "id" uuid NOT NULL,
    "categoryId" uuid NOT NULL,
    "amount" double precision NOT NULL,
    "description" varchar(500) NOT NULL,
    "transactionDate" timestamptz NOT NULL,
    "referenceId" uuid,
    "referenceType" varchar(50),
    "notes" text,
    "createdById" uuid,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "budget_transactions" IS 'Money spent from a budget.';

-- Training

CREATE TYPE "enum_training_modules_category" AS ENUM (
    'HIPAA_COMPLIANCE', 'MEDICATION_MANAGEMENT', 'EMERGENCY_PROCEDURES', 'SYSTEM_TRAINING', 'SAFETY_PROTOCOLS'
);
CREATE TABLE "training_modules" (
    "id" uuid NOT NULL,
    "title" varchar(200) NOT NULL,
    "description" text,
    "content" text NOT NULL,
    "duration" integer,
    "category" "enum_training_modules_category" NOT NULL,
    "isRequired" boolean NOT NULL DEFAULT false,
    "order" integer NOT NULL DEFAULT 0,
    "version" varchar(20) NOT NULL DEFAULT '1.0.0',
    "passingScore" integer,
    "createdById" uuid,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
);
COMMENT ON TABLE "training_modules" IS 'Training that staff must complete.';
